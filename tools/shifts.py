"""By how much a day is moved, read from words: "postponed by a week", "3 days earlier", "pushed back 2 months"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from tools.dates import FEW, FURTHEST_DAYS, add_months, check_ahead, name_day, parse_day
from tools.errors import ToolRetry

Direction = Literal["later", "earlier", "unclear"]

AMOUNT: Final = (
    rf"(?:[0-9]{{1,4}}|{'|'.join(sorted(FEW, key=len, reverse=True))}|a couple(?: of)?|another|one more)[ -]?"
    r"(?:(?:more|full|whole) )?(?:days?|weeks?|months?|fortnights?)(?! and a half)"
)
_AMOUNT: Final = re.compile(rf"(?<!\S)(?<!\bin )(?P<amount>{AMOUNT})(?!\S)")
_PARTS: Final = re.compile(
    r"(?P<n>[0-9]+|[a-z]+)(?: (?:couple|more))?(?: of)?[ -]?(?:[a-z]+ )?(?P<unit>day|week|month|fortnight)s?"
)
_LATER: Final = re.compile(
    r"\b(?:later|postpon\w*|delay\w*|defer\w*|extend\w*|slip\w*|(?:put|hold|held|push\w*) off|put back|"
    r"push\w*(?! (?:\w+ ){0,3}(?:up|forwards?|ahead)\b)|"
    r"(?:mov|shift|bump|slid|set|kick|pull|schedul)\w*(?: \w+){0,3} (?:back|backwards?|out|down))\b"
)
_EARLIER: Final = re.compile(
    r"\b(?:earlier|sooner|prepon\w*|advanc\w*|expedit\w*|(?:brought|bring\w*|pull\w*)(?: \w+){0,3} "
    r"(?:forwards?|in|up|ahead|closer)|(?:mov|push|shift|bump)\w*(?: \w+){0,3} (?:up|ahead|closer))\b"
)
_MOVED: Final = re.compile(r"\b(?:mov|shift|reschedul|chang|bump|slid)\w*|\bforwards?\b")


@dataclass(frozen=True)
class Shift:
    """How far a day is moved; `unclear` where the words may mean both directions ("moved forward")."""

    count: int
    unit: Literal["day", "week", "month"]
    direction: Direction

    @property
    def said(self) -> str:
        """Return the shift in words that are read as the same again."""
        amount = f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"
        return f"moved by {amount}" if self.direction == "unclear" else f"{amount} {self.direction}"

    def apply(self, day: date) -> date:
        """Return the day that another one is moved to. Raises: ToolRetry with choices where it may be one of two."""
        if self.direction == "unclear":
            ways = [self._moved(day, -1), self._moved(day, 1)]
            names = [name_day(way) for way in ways]
            raise ToolRetry(f"Earlier or later: {' or '.join(names)}?", choices=names)
        return self._moved(day, 1 if self.direction == "later" else -1)

    def _moved(self, day: date, sign: int) -> date:
        days = {"day": 1, "week": 7, "month": 31}[self.unit] * self.count
        if days > FURTHEST_DAYS:
            raise ToolRetry("That moves it by more than five years; give the new day instead.")
        if self.unit == "month":
            return add_months(day, sign * self.count)
        return day + timedelta(days=sign * days)


def parse_new_day(text: str, today: date, before: date) -> date:
    """Read the day to which something is moved: a day, or how far from the one `before`.

    Raises: ToolRetry as `parse_day`, and for a shift that may go either way.
    """
    shift = find_shift(text)
    return check_ahead(shift.apply(before), today) if shift else parse_day(text, today)


def find_shift(text: str, *, moved: bool = False) -> Shift | None:
    """Return the shift that words speak of; None where they name no amount, or nothing that is moved.

    `moved`: it is known that something is moved, so that the amount alone speaks of it.
    """
    said = text.lower()
    found = _AMOUNT.search(said)
    if found is None:
        return None
    earlier, later = _EARLIER.search(said), _LATER.search(said)
    if earlier and later and earlier.start() != later.start():
        # "Brought forward, not back": the first word is the one that counts.
        direction: Direction = "earlier" if earlier.start() < later.start() else "later"
    elif earlier or later:
        direction = "earlier" if earlier else "later"
    elif moved or _MOVED.search(said):
        direction = "unclear"
    else:
        return None
    return _shift_of(found["amount"], direction)


def _shift_of(amount: str, direction: Direction) -> Shift | None:
    parts = _PARTS.fullmatch(amount)
    if parts is None:
        return None
    word = parts["n"]
    count = 2 if "couple" in amount else int(word) if word.isdigit() else FEW.get(word, 1)
    if parts["unit"] == "fortnight":
        return Shift(2 * count, "week", direction)
    unit: Literal["day", "week", "month"] = "day" if parts["unit"] == "day" else "week"
    return Shift(count, "month" if parts["unit"] == "month" else unit, direction)
