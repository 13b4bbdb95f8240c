"""Dates as they stand in lists: in several spellings, and honestly unknown where they can be read in two ways."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

FIRST_YEAR: Final = 2000

_MONTHS: Final = {
    beginning: number
    for number, beginnings in enumerate(
        (
            "jan ene gen",
            "feb fév fev",
            "mar mär maa mrt",
            "apr avr abr",
            "may mai mei mag",
            "jun juin giu",
            "jul juil lug",
            "aug aou aoû ago",
            "sep set",
            "oct okt ott out",
            "nov",
            "dec déc dez dic",
        ),
        start=1,
    )
    for beginning in beginnings.split()
}
"""How the names of the months begin in English, German, French, Spanish, Italian, Portuguese and Dutch."""
_MONTH: Final = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})[a-zäéû]*\.?"
_EDGE, _END = r"(?<![\w./-])", r"(?![\w/-]|\.\d)"
_CLOCK: Final = r"(?:,? (?:at |um |à )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?)?"
_ISO: Final = re.compile(
    rf"{_EDGE}(?P<year>\d{{4}})(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep)(?P<day>\d{{1,2}})"
    r"(?:[T ](?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?(?P<zone> ?Z| ?UTC|[+-]\d{2}:?\d{2})?)?" + _END
)
_CHINESE: Final = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]?"
)
_SHORT: Final = re.compile(
    rf"{_EDGE}(?P<one>\d{{1,2}})(?P<sep>[-/.])(?P<two>\d{{1,2}})(?P=sep)(?P<year>\d{{4}}|\d{{2}}){_CLOCK}{_END}",
    re.IGNORECASE,
)
_NAMED: Final = (
    re.compile(
        rf"{_EDGE}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?(?: de |[ -]){_MONTH},?(?: de |[ -])(?P<year>\d{{4}})"
        rf"{_CLOCK}{_END}",
        re.IGNORECASE,
    ),
    re.compile(rf"{_EDGE}{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}){_CLOCK}{_END}", re.IGNORECASE),
    re.compile(rf"{_EDGE}(?P<day>\d{{1,2}})-{_MONTH}-(?P<year>\d{{2}}){_END}", re.IGNORECASE),
)
_VAGUE: Final = (
    re.compile(rf"{_EDGE}{_MONTH},? (?P<year>\d{{4}}){_END}", re.IGNORECASE),
    re.compile(rf"(?:(?<=\()|(?<=[,|\t–-] )|(?<=on )|(?<=in )){_MONTH} \d{{1,2}}(?:st|nd|rd|th)?{_END}", re.IGNORECASE),
    re.compile(rf"(?:(?<=\()|(?<=[,|\t–-] )|(?<=on )|(?<=in ))\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}{_END}", re.IGNORECASE),
)
_WORDS: Final = {"today": 0, "yesterday": 1}
_WORD: Final = re.compile(r"(?<!\w)(?P<word>today|yesterday)(?!\w)", re.IGNORECASE)
_SERIAL: Final = re.compile(r"[34]\d{4}(?:\.\d+)?|5[0-5]\d{3}(?:\.\d+)?")
_FIRST_SERIAL: Final = date(1899, 12, 30)
_AROUND: Final = re.compile(r"(?:(?:solved|done|completed|finished) )?(?:on|at|in) $", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """When something was solved. `day` is None where that is not known.

    `swapped` is the other day that it may be where day and month could be the other way round; `day` is then the
    reading with the day first. `order` says what comes first in a date like 25/3/2024, which can be read in one way
    only. `moment` is there where the very moment is known.
    """

    day: date | None
    swapped: date | None = None
    moment: datetime | None = None
    order: Literal["day", "month"] | None = None

    @property
    def is_ambiguous(self) -> bool:
        """Return whether it may be two days."""
        return self.swapped is not None


UNKNOWN: Final = When(None)


def cut_day(text: str, today: date) -> tuple[When | None, str]:
    """Return the date that stands in a text, None without one, and the text without it.

    What names no single day that lies between 2000 and `today` is UNKNOWN, and is taken out as well.
    """
    for pattern, reader in _READERS:
        if found := pattern.search(text):
            when = reader(found)
            start = found.start()
            if around := _AROUND.search(text[:start]):
                start = around.start()
            return _past(when, today), f"{text[:start]} {text[found.end() :]}"
    if found := _WORD.search(text):
        day = today - timedelta(days=_WORDS[found["word"].lower()])
        return When(day), f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def read_stamp(text: str, today: date) -> When | None:
    """Return the date of a table's field: as `cut_day` reads it, or a count since 1970 or, as Excel has it, 1900."""
    said = text.strip()
    if _SERIAL.fullmatch(said):
        return _past(When(_FIRST_SERIAL + timedelta(days=int(said[:5]))), today)
    if re.fullmatch(r"\d{10}|\d{13}", said):
        moment = datetime.fromtimestamp(int(said[:10]), UTC)
        return _past(When(moment.date(), moment=moment), today)
    return cut_day(said, today)[0] if said else None


def common_order(days: Iterable[When | None]) -> Literal["day", "month"] | None:
    """Return what comes first in the dates of a list, where those that can be read in one way only agree on it."""
    orders = {when.order for when in days if when and when.order}
    return orders.pop() if len(orders) == 1 else None


def _past(when: When, today: date) -> When:
    latest = today + timedelta(days=1)  # it may be tomorrow already where it was solved

    def fits(day: date | None) -> bool:
        return day is not None and day.year >= FIRST_YEAR and day <= latest

    if when.is_ambiguous:
        readings = [day for day in (when.day, when.swapped) if fits(day)]
        if len(readings) == 2:
            return when
        return When(readings[0]) if readings else UNKNOWN
    return when if fits(when.day) else UNKNOWN


def _iso(found: re.Match[str]) -> When:
    day = _day(found["year"], found["month"], found["day"])
    if day is None or not found["time"] or not found["zone"]:
        return When(day)
    zone = found["zone"].strip().replace("UTC", "Z").replace("Z", "+00:00")
    clock = found["time"] if found["time"].count(":") == 2 else f"{found['time']}:00"
    try:
        moment = datetime.fromisoformat(f"{day.isoformat()}T{clock.zfill(8)}{zone}").astimezone(UTC)
    except ValueError:
        return When(day)
    return When(day, moment=moment)


def _short(found: re.Match[str]) -> When:
    one, two, year = found["one"], found["two"], found["year"]
    if len(year) == 2 and found["sep"] == ".":
        return When(_day(f"20{year}", two, one))
    if len(year) == 2:
        # 15/03/24 may be of 2015 as well as of 2024; only a day in the middle says which end the year is.
        return When(_day(f"20{year}", one, two), order="month") if int(two) > 12 else UNKNOWN
    first, swapped = _day(year, two, one), _day(year, one, two)
    if found["sep"] == "." or first == swapped:
        return When(first)
    if first and swapped:
        return When(first, swapped)
    return When(first, order="day") if first else When(swapped, order="month")


def _named(found: re.Match[str]) -> When:
    year = found["year"] if len(found["year"]) == 4 else f"20{found['year']}"
    return When(_day(year, str(_MONTHS[found["month"].lower()]), found["day"]))


def _plain(found: re.Match[str]) -> When:
    return When(_day(found["year"], found["month"], found["day"]))


def _vague(_: re.Match[str]) -> When:
    return UNKNOWN


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


_READERS: Final = (
    (_ISO, _iso),
    (_CHINESE, _plain),
    (_SHORT, _short),
    *((pattern, _named) for pattern in _NAMED),
    *((pattern, _vague) for pattern in _VAGUE),
)
