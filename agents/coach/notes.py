"""Notes are kept word for word: they are taken from the message itself, symbols, line ends and length included."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import Arguments
from agents.coach.intents import BY_NAME, Request
from agents.coach.phrase import clean

_SLASH: Final = re.compile(
    r"/note(?:@\S+)?\s+(?:(?P<about>[^\n]{1,100}?):\s+)?(?P<text>\S.*)", re.IGNORECASE | re.DOTALL
)
_WRITE: Final = (
    r"(?:(?:please|ok|hey|can you|could you)\s+)*(?:(?:add|make|take|write|save|leave|keep|put|create)\s+)?"
    r"(?:(?:me|a|another|this|the|new|my)\s+)*note(?:\s+down)?"
)
_NOTED: Final = (
    re.compile(
        rf"{_WRITE}\s+(?:on|for|about|to|under|in)\s+(?!self\b|myself\b)(?P<about>[^\n]{{1,200}}?)"
        r"(?::\s+|\s+[-–—]+\s+)(?P<text>\S.*)",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(rf"{_WRITE}(?:\s+to\s+(?:self|myself))?\s*:\s*(?P<text>\S.*)", re.IGNORECASE | re.DOTALL),
    re.compile(r"(?:please\s+)?note\s+(?:down\s+)?that\s+(?P<text>\S.*)", re.IGNORECASE | re.DOTALL),
)
_EDITED: Final = re.compile(
    r"(?:/editnote(?:@\S+)?|(?:please\s+)?(?:edit|change|update|replace|rewrite)\s+(?:(?:my|the)\s+)?note)\s+"
    r"(?:(?:number|no|on|about|for)\s+)?"
    r"(?P<which>[^\n]{1,200}?)(?::\s+|\s+(?:to\s+say|to|into|with)\s+)(?P<text>\S.*)",
    re.IGNORECASE | re.DOTALL,
)


def take_note(text: str) -> Request | None:
    """Return what a message that brings a note along asks for: to keep it, or to put it in another one's place."""
    said = verbatim(text)
    if edited := _EDITED.fullmatch(said):
        return Request(BY_NAME["edit-note"], {"which": edited["which"].strip(" #"), "text": edited["text"]})
    for pattern in (_SLASH, *_NOTED):
        if found := pattern.fullmatch(said):
            about = found.groupdict().get("about")
            arguments: Arguments = {"problem": about.strip()} if about else {}
            return Request(BY_NAME["note"], {**arguments, "text": found["text"]})
    return None


def verbatim(text: str) -> str:
    """Return the text as it was written, without what cannot be stored or seen."""
    return "\n".join(clean(line) for line in text.strip().splitlines()).strip()
