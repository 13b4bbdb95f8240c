"""Days as students mean them: in their own time zone, said in words, and read from words."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tools.arguments import clean_text, shown
from tools.errors import ToolRetry

FURTHEST_DAYS: Final = 5 * 366

_LIMIT: Final = 60
WEEKDAYS: Final = tuple(name.lower() for name in calendar.day_name)
_MONTHS: Final = tuple(name.lower() for name in calendar.month_name)
FEW: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_NEAR: Final = {
    "today": 0, "tonight": 0, "now": 0, "tomorrow": 1, "day after tomorrow": 2, "the day after tomorrow": 2,
    "next week": 7, "a week": 7,
}  # fmt: skip


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day on which a moment falls for the student."""
    return moment.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a student's day begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the last second of a student's day, in UTC: until then something is due and not overdue."""
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def plain_date(day: date) -> datetime:
    """Return a date that belongs to no zone (an interview's) as it is stored: its midnight in UTC."""
    return datetime.combine(day, time(), UTC)


def say_day(day: date, today: date) -> str:
    """Return "today", "tomorrow", "3 Dec", or "3 Dec 2027" in another year."""
    if day == today:
        return "today"
    if day == today + timedelta(days=1):
        return "tomorrow"
    said = f"{day.day} {calendar.month_abbr[day.month]}"
    return said if day.year == today.year else f"{said} {day.year}"


def name_day(day: date) -> str:
    """Return a day that is the same whenever it is read: "3 December 2027"."""
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def say_on(day: date, today: date) -> str:
    """Return `say_day` as it stands in a sentence: "today", "tomorrow", "on 3 Dec"."""
    said = say_day(day, today)
    return said if said in ("today", "tomorrow") else f"on {said}"


def parse_day(text: str, today: date) -> date:
    """Read a day from today on: an ISO date, "tomorrow", "in 2 weeks", "march 15 2027", "15.3.2027", "15/03/2027".

    A weekday is the next one after today; a date without a year is the next of its kind; "mid march" is its 15th. With
    dots the day comes first; with slashes and hyphens either may.

    Raises: ToolRetry when it cannot be read, may be one of two days, is past, or lies more than five years ahead.
    """
    said = re.sub(r"[\s,]+", " ", clean_text(text, "the date", limit=_LIMIT).lower())
    said = re.sub(r"^(by|on|until|till|before|due) ", "", said)
    said = re.sub(r"^(?:in )?(?:the )?mid(?:dle of)?[- ](?=[a-z])", "15 ", said)
    try:
        day = read_ahead(said, today) or _from_date(said, today)
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise ToolRetry(f"I cannot read {shown(text)} as a date; write it like 2027-03-15, 15 march or in 3 weeks.")
    return check_ahead(day, today)


def check_ahead(day: date, today: date) -> date:
    """Return a day from today on. Raises: ToolRetry when it is past, or lies more than five years ahead."""
    if day < today:
        raise ToolRetry(f"{day.isoformat()} is in the past (today is {today.isoformat()}); give a day from today on.")
    if (day - today).days > FURTHEST_DAYS:
        raise ToolRetry(f"{day.isoformat()} is more than five years ahead; give a nearer day.")
    return day


def read_ahead(said: str, today: date) -> date | None:
    """Return the day from today on that words without a date mean: "friday", "in 2 weeks"; None where they mean none.

    Raises: ValueError and OverflowError for a day that no calendar has.
    """
    if said in _NEAR:
        return today + timedelta(days=_NEAR[said])
    name = said.removeprefix("next ").removeprefix("this ").removeprefix("coming ")
    for number, weekday in enumerate(WEEKDAYS):
        if len(name) >= 3 and weekday.startswith(name):
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    if name == "weekend":
        return today + timedelta(days=(5 - today.weekday()) % 7)
    if name in ("month", "end of month", "end of the month"):
        last = today.replace(day=calendar.monthrange(today.year, today.month)[1])
        return add_months(today, 1) if name == "month" else last
    if found := re.fullmatch(r"(?:in )?(\d{1,4}|[a-z]+) (day|week|month|year)s?(?: from now)?", said):
        count = int(found[1]) if found[1].isdigit() else FEW.get(found[1])
        if count is None:
            return None
        if found[2] in ("month", "year"):
            return add_months(today, count * (12 if found[2] == "year" else 1))
        return today + timedelta(days=count * (7 if found[2] == "week" else 1))
    return None


def _from_date(said: str, today: date) -> date | None:
    days = sorted({day if has_year else _next_of(day, today) for day, has_year in written_days(said, today)})
    ahead = [day for day in days if day >= today]
    if len(ahead) > 1:
        names = [name_day(day) for day in ahead]
        raise ToolRetry(f"Which day is {shown(said)}: {' or '.join(names)}?", choices=names)
    return next(iter(ahead or days), None)


def written_days(said: str, today: date) -> list[tuple[date, bool]]:
    """Return the days that a written date may be, and whether it has a year; without one they are this year's.

    With dots the day comes first; with slashes and hyphens either may.

    Raises: ValueError for a day that no calendar has.
    """
    if found := re.fullmatch(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})", said):
        return [(date(int(found[1]), int(found[2]), int(found[3])), True)]
    found = re.fullmatch(r"([0-9]{1,2})([-./])([0-9]{1,2})(?:\2(20[0-9]{2}|[0-9]{2}))?\.?", said)
    if found is None:
        return _in_month(said, today)
    first, second = int(found[1]), int(found[3])
    year = int(found[4]) % 100 + 2000 if found[4] else today.year
    ways = {(first, second)} if found[2] == "." else {(first, second), (second, first)}
    return [(date(year, month, day), bool(found[4])) for day, month in ways if month <= 12 and day <= 31]


def _in_month(said: str, today: date) -> list[tuple[date, bool]]:
    found = re.fullmatch(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?([a-z]{3,})\.?(?: (\d{4}))?", said)
    if found:
        number, name, year = found[1], found[2], found[3]
    elif found := re.fullmatch(r"([a-z]{3,})\.? (?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?", said):
        name, number, year = found[1], found[2], found[3]
    else:
        return []
    months = [index for index, month in enumerate(_MONTHS) if month and month.startswith(name)]
    if len(months) != 1:
        return []
    return [(date(int(year) if year else today.year, months[0], int(number)), bool(year))]


def _next_of(day: date, today: date) -> date:
    """Return the next day of its kind from today on."""
    return day if day >= today else day.replace(year=today.year + 1)


def add_months(day: date, count: int) -> date:
    """Return the same day so many months on, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
