"""A list in a file: `/import FILE` becomes the message that pasting the file would be.

Only the terminal does this, on the machine and with the rights of the person who typed it: the path stays here, and
no model and no other door can name one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from bot.errors import Refused
from sync.decoding import decode
from texts import say

_COMMAND: Final = re.compile(r"\s*/import\s+(?P<path>\S[^\n]*?)\s*", re.IGNORECASE)
_SUFFIXES: Final = frozenset({".txt", ".csv", ".tsv", ".md", ".json"})
_BYTES_A_CHARACTER: Final = 4


def with_file(text: str, limit: int) -> str:
    """Return the message with the file's text where it names a file to import, else the message itself.

    `limit` is the number of characters that a message may have. Raises: Refused, with a sentence that says what to do.
    """
    found = _COMMAND.fullmatch(text)
    named = found["path"].strip("'\"") if found else ""
    if not named or not _is_path(named):
        return text
    path = Path(named).expanduser()
    try:
        if not path.is_file():
            raise Refused(say("There is no file {name}; give its path, or paste the list after /import.", name=named))
        if path.stat().st_size > limit * _BYTES_A_CHARACTER:
            raise Refused(_too_long(named, limit))
        content = decode(path.read_bytes())
    except OSError as exc:
        raise Refused(say("The file {name} cannot be read ({reason}).", name=named, reason=exc.strerror)) from exc
    if content is None:
        raise Refused(say("The file {name} holds no text; save it as a CSV or text file.", name=named))
    message = f"/import\n{content.strip()}"
    if len(message) > limit:
        raise Refused(_too_long(named, limit))
    return message


def _is_path(named: str) -> bool:
    if "://" in named or "," in named:
        return False
    return named.startswith(("/", "./", "../", "~")) or Path(named).suffix.lower() in _SUFFIXES


def _too_long(named: str, limit: int) -> str:
    return say(
        "The file {name} has more than the {limit:,} characters that one message takes; cut it into parts (of a CSV, "
        "keep the first line in each) and import them one after the other. What was imported before is recognised.",
        name=named,
        limit=limit,
    )
