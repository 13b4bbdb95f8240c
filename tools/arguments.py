"""Checks at the edge: what a person or a model may say as an argument, before anything is read or written."""

from __future__ import annotations

import math
import unicodedata
from typing import Final

from tools.errors import ToolRetry

DAY_MINUTES: Final = 24 * 60
MOST_TRIES: Final = 100
LOOKUP_LIMIT: Final = 200
"""Characters of a problem, a topic or a task that is looked up."""

_SHOWN: Final = 60
_DIGITS: Final = 18
_DIRECTIONS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of whatever follows them on the line."""


def clean_text(text: str, what: str, *, limit: int) -> str:
    """Return `text` without white space around it. `what` names it in a sentence ("the title").

    Raises: ToolRetry when it is empty, longer than `limit` characters, or cannot be stored.
    """
    if "\x00" in text:
        raise ToolRetry(f"There is a NUL character in {what}; leave it out.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ToolRetry(f"There is half a character (a lone surrogate) in {what}; type it again.") from None
    text = text.strip()
    if not text:
        raise ToolRetry(f"It takes at least one character for {what}.")
    if len(text) > limit:
        raise ToolRetry(f"Use at most {limit} characters for {what}; there are {len(text)}.")
    return text


def clean_line(text: str, what: str, *, limit: int) -> str:
    """Return `text` as `clean_text` does, in one line: it is shown inside of other lines.

    Raises: ToolRetry as `clean_text`.
    """
    return clean_text(one_line(clean_text(text, what, limit=limit)), what, limit=limit)


def one_line(text: str) -> str:
    """Return a text without line ends, control characters and characters that turn the direction of what follows."""
    return " ".join(writable("".join(" " if char.isspace() else char for char in text)).split())


def writable(text: str) -> str:
    """Return a text as it was written, lines and indentation included, without the characters that nobody writes.

    Those are control characters, halves of characters, and what turns the direction of whatever follows.
    """
    return "".join(char for char in text if char in "\n\t" or not _is_unwritten(char))


def _is_unwritten(char: str) -> bool:
    return char in _DIRECTIONS or unicodedata.category(char) in ("Cc", "Cs")


def check_number(said: str, what: str, *, highest: int) -> int | None:
    """Return the whole number that `said` is, or None where it is none. `what` names what is numbered ("task").

    Raises: ToolRetry when it is no number from 1 to `highest`.
    """
    if not said.isdecimal():
        return None
    if len(said) > _DIGITS or not 1 <= int(said) <= highest:
        raise ToolRetry(f"There is no {what} {shorten(said)}; they are numbered 1 to {highest}.")
    return int(said)


def check_minutes(minutes: float | None) -> float | None:
    """Return the minutes that something took. Raises: ToolRetry unless they are more than 0 and at most a day."""
    if minutes is None:
        return None
    if not math.isfinite(minutes) or round(minutes, 2) <= 0:
        raise ToolRetry("Minutes must be a number above 0; leave them out if you do not know them.")
    if minutes > DAY_MINUTES:
        raise ToolRetry(f"Minutes can be at most {DAY_MINUTES}, which is a whole day.")
    return round(minutes, 2)


def check_whole(number: int, what: str, *, lowest: int, highest: int) -> int:
    """Return a whole number. Raises: ToolRetry outside `lowest` to `highest`. `what` starts the sentence ("Tries")."""
    if not lowest <= number <= highest or number != int(number):
        raise ToolRetry(f"{what} must be a whole number from {lowest} to {highest}.")
    return int(number)


def shown(text: str) -> str:
    """Return what was said, cut and quoted, for a sentence that repeats it."""
    return f"“{shorten(one_line(text))}”"


def shorten(text: str) -> str:
    """Return a text cut to what a sentence can hold."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def name_some(names: list[str], most: int = 3) -> str:
    """Return "A", "A and B", "A, B and C" or "A, B, C and 2 more"."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
