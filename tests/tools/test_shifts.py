"""By how much a day is moved, read from words."""

from __future__ import annotations

from datetime import date

import pytest

from tools.errors import ToolRetry
from tools.shifts import find_shift, parse_new_day

TODAY = date(2026, 12, 1)
BEFORE = date(2027, 1, 15)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("postponed by a week", "2027-01-22"),
        ("my interview was postponed by a week", "2027-01-22"),
        ("pushed back 3 days", "2027-01-18"),
        ("pushed it two weeks", "2027-01-29"),
        ("put off for another week", "2027-01-22"),
        ("delayed a fortnight", "2027-01-29"),
        ("slipped by 10 days", "2027-01-25"),
        ("moved back a month", "2027-02-15"),
        ("a couple of days later", "2027-01-17"),
        ("rescheduled 2 weeks later than planned", "2027-01-29"),
        ("brought forward by a week", "2027-01-08"),
        ("brought it forward 2 days", "2027-01-13"),
        ("moved up 3 days", "2027-01-12"),
        ("pulled in by 1 week", "2027-01-08"),
        ("preponed by 2 days", "2027-01-13"),
        ("3 days earlier", "2027-01-12"),
        ("2 days sooner", "2027-01-13"),
        ("in 3 weeks", "2026-12-22"),
        ("a week", "2026-12-08"),
        ("15 march", "2027-03-15"),
        ("tomorrow", "2026-12-02"),
    ],
)
def test_a_shift_goes_its_way_from_the_day_that_was_set(said: str, day: str) -> None:
    """What is postponed comes later and what is brought forward earlier, from its own day; a plain day is that day."""
    assert parse_new_day(said, TODAY, BEFORE).isoformat() == day


@pytest.mark.parametrize("said", ["moved by a week", "moved forward 7 days", "shifted one week", "changed by 7 days"])
def test_a_shift_that_may_go_either_way_is_asked_about(said: str) -> None:
    """English moves things "forward" in both directions: both days are offered, and either can be chosen."""
    with pytest.raises(ToolRetry) as asked:
        parse_new_day(said, TODAY, BEFORE)
    assert asked.value.choices == ("8 January 2027", "22 January 2027")
    assert [parse_new_day(choice, TODAY, BEFORE).day for choice in asked.value.choices] == [8, 22]


@pytest.mark.parametrize("said", ["60 days earlier", "9999 weeks later", "postponed by a week and a half"])
def test_a_shift_out_of_reach_is_refused(said: str) -> None:
    """A day before today, years ahead, or by an amount that is no whole number of days is never stored."""
    with pytest.raises(ToolRetry):
        parse_new_day(said, TODAY, BEFORE)


@pytest.mark.parametrize("said", ["7 days later", "1 week earlier", "moved by 2 months"])
def test_a_shift_is_said_as_it_is_read(said: str) -> None:
    """The words for a shift are read as the same shift again."""
    shift = find_shift(said)
    assert shift is not None
    assert shift.said == said
