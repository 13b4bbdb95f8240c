"""Notes are kept word for word: they are taken from the message itself, symbols, line ends and length included."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import Arguments
from agents.coach.intents import BY_NAME, Request
from agents.coach.named import leading_title
from tools.arguments import writable

# White space is matched possessively (++): a run of thousands of spaces must not be tried in every way.
_TEXT: Final = r":(?:[ \t]*+\n|\s++)(?P<text>.*\S.*)"
_SLASH: Final = re.compile(
    r"/note(?:@\S+)?\s++(?:(?P<about>[^\n]{1,100}?)" + _TEXT + r"|(?P<alone>\S.*))", re.IGNORECASE | re.DOTALL
)
_WRITE: Final = (
    r"(?:(?:please|ok|hey|can you|could you)\s++)*+(?:(?:add|make|take|write|save|leave|keep|put|create)\s++)?"
    r"(?:(?:me|a|another|this|the|new|my)\s++)*+note(?:\s++down)?"
)
_NOTED: Final = (
    re.compile(
        rf"{_WRITE}\s++(?:on|for|about|to|under|in)\s++(?!self\b|myself\b)(?P<about>[^\n]{{1,200}}?)"
        rf"(?:{_TEXT}|\s++[-–—]++\s++(?P<dashed>\S.*))",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(rf"{_WRITE}(?:\s++to\s++(?:self|myself))?\s*+{_TEXT}", re.IGNORECASE | re.DOTALL),
    re.compile(r"(?:please\s++)?note\s++(?:down\s++)?that\s++(?P<text>\S.*)", re.IGNORECASE | re.DOTALL),
)
_NAMED_INSIDE: Final = re.compile(r"(?:on|for|about)\s++(?P<rest>\S.*)", re.IGNORECASE | re.DOTALL)
_EDITED: Final = re.compile(
    r"(?:/editnote(?:@\S+)?|(?:please\s++)?(?:edit|change|update|replace|rewrite)\s++(?:(?:my|the)\s++)?note)\s++"
    r"(?:(?:number|no|on|about|for)\s++)?"
    rf"(?P<which>[^\n]{{1,200}}?)(?:{_TEXT}|\s++(?:to\s++say|to|into|with)\s++(?P<put>\S.*))",
    re.IGNORECASE | re.DOTALL,
)


def take_note(text: str) -> Request | None:
    """Return what a message that brings a note along asks for: to keep it, or to put it in another one's place."""
    said = verbatim(text)
    if edited := _EDITED.fullmatch(said):
        text = edited["text"] or edited["put"]
        return Request(BY_NAME["edit-note"], {"which": edited["which"].strip(" #"), "text": text})
    for pattern in (_SLASH, *_NOTED):
        if found := pattern.fullmatch(said):
            parts = found.groupdict()
            about = parts.pop("about", None)
            kept = next(part for part in parts.values() if part)
            inside = _NAMED_INSIDE.fullmatch(kept) if not about else None
            if inside:
                about = leading_title(inside["rest"])
            arguments: Arguments = {"problem": about.strip()} if about else {}
            return Request(BY_NAME["note"], {**arguments, "text": kept})
    return None


def verbatim(text: str) -> str:
    """Return the text as it was written, without what cannot be stored or seen."""
    return writable(text).strip()
