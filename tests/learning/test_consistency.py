from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.consistency import Streak, last_week, last_week_so_far, local_days, measure_streak, this_week

TODAY = date(2026, 11, 23)
BERLIN = ZoneInfo("Europe/Berlin")

offsets = st.sets(st.integers(-40, 5))


def back(*days: int) -> set[date]:
    """Return the days that lie so many days back."""
    return {TODAY - timedelta(days=number) for number in days}


@given(offsets)
def test_a_streak_is_the_run_of_days_up_to_today(days: set[int]) -> None:
    """Counted another way, by grouping consecutive days, the current and the longest streak are the same."""
    streak = measure_streak({TODAY + timedelta(days=number) for number in days}, TODAY)
    past = sorted(number for number in days if number <= 0)
    groups = groupby(enumerate(past), lambda pair: pair[1] - pair[0])
    runs = [[number for _, number in pairs] for _, pairs in groups]
    assert streak.longest == max(map(len, runs), default=0)
    assert streak.current == next((len(run) for run in runs if run[-1] in (0, -1)), 0)
    assert streak.today == (0 in days)
    assert 0 <= streak.current <= streak.longest


@given(offsets)
def test_practice_today_adds_exactly_one_day(days: set[int]) -> None:
    """Whatever came before, practising today makes the streak one day longer, unless today counted already."""
    before = {TODAY + timedelta(days=number) for number in days}
    streak, after = measure_streak(before, TODAY), measure_streak({*before, TODAY}, TODAY)
    assert after.current == streak.current + (0 if streak.today else 1)
    assert after.today


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_weeks_begin_on_monday_and_follow_each_other(today: date) -> None:
    """This week ends today, last week is the seven days before it, and its beginning is as long as this week is."""
    week, before, so_far = this_week(today), last_week(today), last_week_so_far(today)
    assert week.first.weekday() == 0
    assert week.holds(today)
    assert (before.last - before.first).days == 6
    assert before.last + timedelta(days=1) == week.first
    assert so_far.first == before.first
    assert so_far.last - so_far.first == week.last - week.first
    assert so_far.last.weekday() == today.weekday()


@pytest.mark.parametrize(
    ("days", "streak"),
    [
        (back(), Streak(0, 0, today=False)),
        (back(0), Streak(1, 1, today=True)),
        (back(1, 2), Streak(2, 2, today=False)),
        (back(2, 3, 4), Streak(0, 3, today=False)),
        (back(0, 1, 3, 4, 5), Streak(2, 3, today=True)),
        (back(0, -1, -2), Streak(1, 1, today=True)),
    ],
)
def test_a_streak_lives_until_a_day_is_missed(days: set[date], streak: Streak) -> None:
    """Yesterday keeps it alive, the day before does not, and the future does not count."""
    assert measure_streak(days, TODAY) == streak


@pytest.mark.parametrize("month", [3, 10])
def test_summer_time_breaks_no_streak(month: int) -> None:
    """Late and early hours around both changes of 2026 in Berlin fall on five days in a row."""
    sunday = date(2026, month, 29 if month == 3 else 25)
    moments = [
        datetime(day.year, day.month, day.day, hour, 30, tzinfo=BERLIN).astimezone(UTC)
        for day, hour in zip(
            (sunday + timedelta(days=number) for number in range(-2, 3)), (23, 23, 2, 0, 23), strict=True
        )
    ]
    days = local_days(moments, BERLIN)
    assert len(days) == 5
    assert measure_streak(days, sunday + timedelta(days=2)) == Streak(5, 5, today=True)


def test_a_day_is_counted_in_the_zone_it_is_asked_for() -> None:
    """20:00 UTC is the same day in London and the next in Auckland."""
    moment = datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert local_days([moment], ZoneInfo("Europe/London")) == {TODAY}
    assert local_days([moment], ZoneInfo("Pacific/Auckland")) == {TODAY + timedelta(days=1)}
    with pytest.raises(ValueError, match="without a time zone"):
        local_days([moment.replace(tzinfo=None)], BERLIN)
