"""When a daily reminder is due: one moment for each local date, in the student's own zone.

A wall clock is not a line: a time that does not exist (summer time begins) is moved to the end of the gap, and of a
time that comes twice (it ends) the first counts. Where the gap reaches into the next date, the reminder comes in the
minute before the gap, so that every date that exists has its own.

A time that lies in the quiet hours means their end, on the same date: 23:45 with quiet hours from 22:00 to 07:00 is a
reminder at 07:00. So quiet hours move a reminder within its date and never make two dates share one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

LATE: Final = timedelta(hours=6)
"""How late a reminder may still come; after that its date goes without."""
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_SECOND: Final = timedelta(seconds=1)
_TRIES: Final = 4
"""Dates looked at for the next reminder: one may be over, and one may not exist at all."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours without reminders: from `start` up to `end`, which may be on the next day; none where both are equal."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        """Return whether a wall-clock time lies in the quiet hours."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


NEVER_QUIET: Final = Quiet(time(), time())


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One reminder: the local date that it belongs to, and the moment (UTC) at which it is due."""

    day: date
    moment: datetime


def find_moment(day: date, at: time, zone: tzinfo, quiet: Quiet = NEVER_QUIET) -> datetime | None:
    """Return the moment (UTC) of a date's reminder; None for a date that the zone never had."""
    moment = _resolve(day, quiet.end if quiet.holds(at) else at, zone)
    if moment is not None and is_quiet(moment, zone, quiet):  # a gap moved it there
        moment = _resolve(day, quiet.end, zone)
    if moment is not None and is_quiet(moment, zone, quiet):  # and another one back
        moment = _resolve(day, _minute_before(quiet.start), zone)
    return moment


def is_quiet(moment: datetime, zone: tzinfo, quiet: Quiet) -> bool:
    """Return whether a moment lies in the quiet hours."""
    return quiet.holds(moment.astimezone(zone).time())


def find_next(
    after: datetime, at: time, zone: tzinfo, *, quiet: Quiet = NEVER_QUIET, first: date | None = None
) -> Occurrence:
    """Return the first reminder later than `after` whose date is `first` or later.

    `first` is the date after the last one that had its reminder: so a change of time or zone, or a clock that was set
    back, gives no date a second one. Raises: ValueError when the calendar ends first.
    """
    day = after.astimezone(zone).date()
    if first is not None and first > day:
        day = first
    for _ in range(_TRIES):
        moment = find_moment(day, at, zone, quiet)
        if moment is not None and moment > after:
            return Occurrence(day, moment)
        day += _DAY
    raise ValueError("the calendar has no such day any more")


def find_weekly(
    after: datetime, weekday: int, at: time, zone: tzinfo, *, quiet: Quiet = NEVER_QUIET, first: date | None = None
) -> Occurrence:
    """Return the next reminder that falls on a weekday (0 is Monday), as `find_next` does for every day."""
    day = after.astimezone(zone).date()
    if first is not None and first > day:
        day = first
    day += timedelta(days=(weekday - day.weekday()) % 7)
    for _ in range(_TRIES):
        moment = find_moment(day, at, zone, quiet)
        if moment is not None and moment > after:
            return Occurrence(day, moment)
        day += 7 * _DAY
    raise ValueError("the calendar has no such day any more")


def name_week(day: date) -> str:
    """Return the ISO week of a date, "2026-W48"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _resolve(day: date, at: time, zone: tzinfo) -> datetime | None:
    local = datetime.combine(day, at, zone)
    moment = local.astimezone(UTC)
    wall = moment.astimezone(zone)
    if wall.date() == day and wall.time() == at:
        return moment
    end = _end_of_gap(local)
    if end.astimezone(zone).date() == day:
        return end
    before = (end - _MINUTE).astimezone(zone)
    return end - _MINUTE if before.date() == day else None


def _end_of_gap(local: datetime) -> datetime:
    """Return the moment at which the wall clock jumped over `local`, which does not exist."""
    # Read with the offset after the jump it lies before the jump, and the other way round.
    low, high = local.replace(fold=1).astimezone(UTC), local.replace(fold=0).astimezone(UTC)
    zone = local.tzinfo
    offset = high.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle <= low or middle >= high:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high


def _minute_before(at: time) -> time:
    return (datetime.combine(date(2000, 1, 2), at) - _MINUTE).time()
