"""How steadily a student practises: streaks of days, and weeks side by side.

A day is a calendar day in one time zone, the one that is passed in. Days are counted in the student's present zone:
a journey then cannot break a streak that held where they are now, and summer time, which makes a day an hour longer or
shorter, changes no day's date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row with practice.

    `current` counts back from today, or from yesterday while today has none yet; `longest` is the longest ever;
    `today` says whether today counts already.
    """

    current: int
    longest: int
    today: bool


@dataclass(frozen=True, slots=True)
class Week:
    """A week's first and last day, Monday and Sunday unless it is not over yet."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Return whether a day lies in it."""
        return self.first <= day <= self.last


def local_days(moments: Iterable[datetime], zone: tzinfo) -> set[date]:
    """Return the calendar days on which moments fall in a zone. Raises: ValueError for a naive moment."""
    days = set()
    for moment in moments:
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone falls on no day")
        days.add(moment.astimezone(zone).date())
    return days


def measure_streak(days: Collection[date], today: date) -> Streak:
    """Return the streaks in the days with practice; days after today do not count."""
    past = {day for day in days if day <= today}
    longest = 0
    for day in past:
        if day - _DAY not in past:
            longest = max(longest, _run(past, day, _DAY))
    last = today if today in past else today - _DAY
    return Streak(current=_run(past, last, -_DAY), longest=longest, today=today in past)


def this_week(today: date) -> Week:
    """Return the week so far: from Monday to today."""
    return Week(today - timedelta(days=today.weekday()), today)


def last_week(today: date) -> Week:
    """Return the whole week before this one."""
    monday = this_week(today).first - WEEK
    return Week(monday, monday + 6 * _DAY)


def last_week_so_far(today: date) -> Week:
    """Return last week up to today's weekday, which is what this week can fairly be held against."""
    week = this_week(today)
    return Week(week.first - WEEK, week.last - WEEK)


def _run(days: Collection[date], start: date, step: timedelta) -> int:
    """Return how many days in a row there are from `start` on, in one direction."""
    count = 0
    while start in days:
        count, start = count + 1, start + step
    return count
