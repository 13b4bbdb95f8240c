"""Days on which something was done, read from words: "yesterday", "on Monday", "3 days ago", "28 Nov"."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from typing import Final

from tools.arguments import clean_text, shown
from tools.dates import FEW, FURTHEST_DAYS, WEEKDAYS, add_months, name_day, read_ahead, say_day, written_days
from tools.errors import ToolRetry

WHICH_DAY: Final = "Which day was it?"
"""How a refusal of a day ends; the reply is the day."""
_LIMIT: Final = 60
_SOON_DAYS: Final = 60
"""A day without a year that is so near ahead is not taken for one a year ago."""
_PART: Final = re.compile(r" (?:early |late )?(?:morning|noon|afternoon|evening|night)$")
_LEAD: Final = re.compile(r"^(?:(?:on|at|from|since|back|in|the|early|late|already|of) )+")
_TODAY: Final = frozenset({"today", "tonight", "now", "just now", "this", "earlier", "earlier today"})
_YESTERDAY: Final = frozenset({"yesterday", "last night", "last evening"})
_AGO: Final = re.compile(
    r"(?P<n>[0-9]{1,4}|[a-z]+|a couple(?: of)?|half an) (?P<unit>minute|min|hour|hr|h|day|week|month|year)s? "
    r"(?:ago|back|earlier|before)"
)
_FORTNIGHT: Final = re.compile(r"\b(?:a|one) fortnight\b")


def parse_past_day(text: str, now: datetime) -> date:
    """Read the day on which something was done; `now` is the student's own clock.

    A weekday is the last one before today; a date without a year is the last of its kind.

    Raises: ToolRetry, which ends with `WHICH_DAY` or has choices, when it cannot be read, may be one of two days, is
    still to come, or lies more than five years back.
    """
    today = now.date()
    said = re.sub(r"[\s,]+", " ", clean_text(text, "the day", limit=_LIMIT).lower()).strip(" .")
    try:
        day = _from_words(said, now) or _from_date(said, today)
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise ToolRetry(
            f"I cannot tell which day {shown(text)} was; say it like yesterday, on monday, 3 days ago or 28 Nov. "
            f"{WHICH_DAY}"
        )
    if day > today:
        raise ToolRetry(
            f"{name_day(day)} has not come yet (today is {name_day(today)}), so I have recorded nothing. {WHICH_DAY}"
        )
    if (today - day).days > FURTHEST_DAYS:
        raise ToolRetry(f"{name_day(day)} is more than five years ago. {WHICH_DAY}")
    return day


def say_past(day: date, today: date) -> str:
    """Return a day as it stands in a sentence: "today", "yesterday", "on 28 Nov"."""
    if day == today - timedelta(days=1):
        return "yesterday"
    return "today" if day == today else f"on {say_day(day, today)}"


def _from_words(said: str, now: datetime) -> date | None:
    today, said = now.date(), _FORTNIGHT.sub("2 weeks", said)
    if said in _YESTERDAY:
        return today - timedelta(days=1)
    said = _PART.sub("", said)
    if said in _TODAY:
        return today
    if said in _YESTERDAY:
        return today - timedelta(days=1)
    if said in ("day before yesterday", "the day before yesterday"):
        return today - timedelta(days=2)
    if found := _AGO.fullmatch(said):
        return _ago(found["n"], found["unit"], now)
    return _weekday(_LEAD.sub("", said), today)


def _ago(count: str, unit: str, now: datetime) -> date | None:
    number = 2 if count.startswith("a couple") else int(count) if count.isdigit() else FEW.get(count)
    if unit in ("minute", "min", "hour", "hr", "h"):
        hours = 0.5 if count == "half an" else number
        if hours is None:
            return None
        return (now - timedelta(hours=hours if unit.startswith("h") else hours / 60)).date()
    if number is None:
        return None
    if unit in ("month", "year"):
        return add_months(now.date(), -number * (12 if unit == "year" else 1))
    return now.date() - timedelta(days=number * (7 if unit == "week" else 1))


def _weekday(said: str, today: date) -> date | None:
    """Return the day that a weekday's name means. Raises: ToolRetry where it is today's own name."""
    which, _, name = said.rpartition(" ")
    number = next((at for at, day in enumerate(WEEKDAYS) if len(name) >= 3 and day.startswith(name)), None)
    if number is None or which not in ("", "last", "past", "this", "this past"):
        return None
    back = (today.weekday() - number) % 7
    if which == "this" and back > today.weekday():
        return today + timedelta(days=7 - back)
    if back == 0 and not which:
        days = [name_day(today), name_day(today - timedelta(days=7))]
        raise ToolRetry(f"Which {WEEKDAYS[number].title()}: {' or '.join(days)}?", choices=days)
    return today - timedelta(days=back if back or which == "this" else 7)


def _from_date(said: str, today: date) -> date | None:
    """Return the day of a date; of one that is still to come what it names, so that it can be said."""
    said = _LEAD.sub("", said)
    days = {_past_of(day, today) if not has_year else day for day, has_year in written_days(said, today)}
    past = sorted(day for day in days if day <= today)
    if len(past) > 1:
        names = [name_day(day) for day in past]
        raise ToolRetry(f"Which day is {shown(said)}: {' or '.join(names)}?", choices=names)
    return next(iter(past or sorted(days)), None) or read_ahead(said, today)


def _past_of(day: date, today: date) -> date:
    """Return the last day of its kind; one that is just ahead stays there."""
    if day <= today or (day - today).days <= _SOON_DAYS:
        return day
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return date(day.year - 1, day.month, min(day.day, last))
