"""When a reminder is due: gaps, doubled hours, quiet hours, and one for each local date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from learning.reminding import NEVER_QUIET, Quiet, find_moment, find_next, find_weekly, is_quiet, name_week

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(time(22), time(7))


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Berlin", date(2026, 12, 3), time(8), "2026-12-03T08:00:00+01:00"),
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30), "2027-03-28T03:00:00+02:00"),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T02:30:00+02:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-04T02:30:00+11:00"),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 0), "2026-04-24T01:00:00+03:00"),
        ("America/Nuuk", date(2026, 3, 28), time(23, 45), "2026-03-28T22:59:00-02:00"),
    ],
)
def test_a_wall_clock_time_is_one_moment(zone: str, day: date, at: time, expected: str) -> None:
    """A time in a gap moves to its end, or before it where the date ends there; of a doubled time the first counts."""
    moment = find_moment(day, at, ZoneInfo(zone))
    assert moment is not None
    assert moment.tzinfo is UTC
    assert moment.astimezone(ZoneInfo(zone)).isoformat() == expected


def test_a_date_that_a_zone_never_had_has_no_reminder() -> None:
    """Samoa went from 29 to 31 December 2011."""
    apia = ZoneInfo("Pacific/Apia")
    assert find_moment(date(2011, 12, 30), time(8), apia) is None
    found = find_next(datetime(2011, 12, 29, 20, tzinfo=UTC), time(8), apia)
    assert found.day == date(2011, 12, 31)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (time(23, 45), time(7)),
        (time(22), time(7)),
        (time(6, 59), time(7)),
        (time(7), time(7)),
        (time(21, 59), time(21, 59)),
    ],
)
def test_quiet_hours_move_a_reminder_to_their_end_on_the_same_date(at: time, expected: time) -> None:
    """A time within the quiet hours means their end, every day."""
    moment = find_moment(date(2026, 12, 3), at, BERLIN, NIGHT)
    assert moment is not None
    wall = moment.astimezone(BERLIN)
    assert (wall.date(), wall.time()) == (date(2026, 12, 3), expected)


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    """From 12:00 to 14:00 is quiet at noon only; equal bounds are no quiet hours at all."""
    lunch = Quiet(time(12), time(14))
    assert [hour for hour in range(24) if lunch.holds(time(hour))] == [12, 13]
    assert not any(NEVER_QUIET.holds(time(hour)) for hour in range(24))


def test_a_gap_moves_no_reminder_into_the_quiet_hours() -> None:
    """Where the end of the gap is quiet, the reminder waits for the end of the quiet hours."""
    moment = find_moment(date(2027, 3, 28), time(2, 30), BERLIN, Quiet(time(3), time(5)))
    assert moment is not None
    assert moment.astimezone(BERLIN).time() == time(5)
    nuuk, late = ZoneInfo("America/Nuuk"), Quiet(time(22), time(23, 15))
    moment = find_moment(date(2026, 3, 28), time(23, 45), nuuk, late)
    assert moment is not None
    assert not is_quiet(moment, nuuk, late)
    assert moment.astimezone(nuuk).date() == date(2026, 3, 28)


def test_no_date_gets_a_second_reminder_by_a_journey() -> None:
    """After today's reminder in Tokyo, the next one in Honolulu, where it is still yesterday, is tomorrow's."""
    tokyo, honolulu = ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Honolulu")
    first = find_next(datetime(2026, 12, 2, 12, tzinfo=UTC), time(8), tokyo)
    assert first.day == date(2026, 12, 3)
    after = first.moment + timedelta(minutes=5)
    there = find_next(after, time(8), honolulu, first=first.day + timedelta(days=1))
    assert there.day == date(2026, 12, 4)
    back = find_next(after, time(8), tokyo, first=first.day + timedelta(days=1))
    assert back.day == date(2026, 12, 4)


def test_the_weekly_reminder_falls_on_its_weekday() -> None:
    """One for each ISO week, on the day that was asked for."""
    found = find_weekly(datetime(2026, 11, 23, 12, tzinfo=UTC), 6, time(18), BERLIN)
    assert (found.day, name_week(found.day)) == (date(2026, 11, 29), "2026-W48")
    following = find_weekly(found.moment, 6, time(18), BERLIN, first=found.day + timedelta(days=1))
    assert (following.day, name_week(following.day)) == (date(2026, 12, 6), "2026-W49")
    assert name_week(date(2027, 1, 3)) == "2026-W53"
