"""A list of solves as somebody pastes it: a table or lines, bullets, boxes and numbers as they come."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from sync.blocks import Numbered, Table, split_blocks
from sync.days import common_order
from sync.entries import Entry, Unread
from sync.errors import ListTooLong
from sync.lines import read_line
from sync.records import cut_records
from sync.tables import NAMELESS, read_rows

MOST_LINES: Final = 1000

_COMMAND: Final = re.compile(r"\A\s*+/import(?:@\w+)?(?=\s|$)[ \t]*", re.IGNORECASE)
_WHAT: Final = r"(?:solves|solved|problems|questions|list|these|this|following|history|practice)"
_ANNOUNCED: Final = re.compile(
    rf"""\A\s*+(?:(?:hi|hello|hey|ok|please|pls|so)[,!]?\s+)*
    (?:(?:can|could|would)\ you\s+|i(?:'d|\ would)\ like\ to\s+|i\ want\ to\s+|let'?s\s+)?
    (?:import|import\b[^\n:]{{0,60}}?\b{_WHAT}\b[^\n:]{{0,40}}
    |(?:add|log|record)\ (?:(?:all|of|my|the|past|old|solved|previous)\ )*{_WHAT}\b[^\n:]{{0,40}}
    |(?:here(?:'s|\ is|\ are)|these\ are|this\ is|below\ (?:is|are))\b[^\n:]{{0,80}}
    |my\ (?:solved|solves|list|problems)\b[^\n:]{{0,60}}
    |(?:i(?:'ve|\ have)?|ive)\s+(?:already\s+)?(?:solved|done|did|completed|finished)
     (?:\s+(?:these|the|following|all|of|so|far|problems|this|ones))*)
    \s*[:.!]?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_ANNOUNCES_HERE: Final = re.compile(
    r"""\A\s*+(?:(?:please\s+)?(?:import|log|add|record)
    (?:\ (?:these|my|the|past|old|solves|solved|problems|list|following|ones|this))*
    |(?:i(?:'ve|\ have)?|ive)\ (?:already\ )?(?:solved|done|did)(?:\ (?:these|the|following))*)\s*:\s*(?=\S)""",
    re.IGNORECASE | re.VERBOSE,
)
_STEADY: Final = 0.8
"""The share of numbers that follow each other by one from which they count the list."""


@dataclass(frozen=True)
class Listing:
    """What a text lists, in its order: entries, and the lines and rows that name no problem; together they are all.

    `order` is what comes first in its dates, where they say so themselves.
    """

    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...]
    order: Literal["day", "month"] | None

    @property
    def given(self) -> int:
        """Return how many lines and rows the list has, without headings, rules and empty lines."""
        return len(self.entries) + len(self.unread)


def read_list(text: str, today: date) -> Listing:
    """Read a list of solves. Raises: ListTooLong."""
    body = _without_announcement(_with_ends(text))
    blocks = [
        block for piece in cut_records(body) for block in (split_blocks(piece) if isinstance(piece, str) else [piece])
    ]
    _check_length(sum(len(block.rows) if isinstance(block, Table) else 1 for block in blocks))
    read = [one for block in blocks for one in _read_block(block, today)]
    entries = _without_counting([one for one in read if isinstance(one, Entry)])
    counted = [replace(entry, line=place) for place, entry in enumerate(entries, start=1)]
    unread = tuple(one for one in read if isinstance(one, Unread))
    return Listing(tuple(counted), unread, common_order(entry.when for entry in counted))


def _with_ends(text: str) -> str:
    """Return a text whose lines end in one way; those of a shell may be written as \\n in a single line."""
    body = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if "\n" not in body.strip() and "\\n" in body and "{" not in body:
        body = body.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t")
    return body


def _read_block(block: Table | Numbered | Unread, today: date) -> Iterator[Entry | Unread]:
    if isinstance(block, Unread):
        yield block
    elif isinstance(block, Table):
        yield from read_rows(block, today)
    else:
        entry = read_line(*block, today)
        is_named = entry.readings or entry.address or entry.number is not None
        yield entry if is_named else Unread(entry.line, entry.text, NAMELESS)


def announces_list(text: str) -> bool:
    """Return whether a text says in its first line that a list follows, and something follows."""
    first, _, rest = text.strip().partition("\n")
    return bool(rest.strip() and _ANNOUNCED.fullmatch(first)) or bool(_ANNOUNCES_HERE.match(text))


def _check_length(lines: int) -> None:
    if lines > MOST_LINES:
        raise ListTooLong(
            f"That list has {lines:,} lines and I read up to {MOST_LINES:,} at once; send it in parts, one after the "
            "other. What was imported before is recognised."
        )


def _without_announcement(text: str) -> str:
    """Return the text without the command or the words that it begins with."""
    text = _COMMAND.sub("", text, count=1)
    first, _, rest = text.lstrip("\n").partition("\n")
    if _ANNOUNCED.fullmatch(first):
        return rest
    return _ANNOUNCES_HERE.sub("", text, count=1)


def _without_counting(entries: Sequence[Entry]) -> list[Entry]:
    """Drop the numbers that only count the list: those that follow each other by one. Others are LeetCode's own."""
    numbers = [entry.number for entry in entries if entry.number is not None and not entry.labelled]
    steps = [two - one == 1 for one, two in itertools.pairwise(numbers)]
    counts = not numbers or (sum(steps) >= _STEADY * len(steps) if steps else numbers == [1])
    if not counts:
        return list(entries)
    return [replace(entry, number=None) if entry.readings and not entry.labelled else entry for entry in entries]
