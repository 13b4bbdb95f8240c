"""Days read from words."""

from __future__ import annotations

from datetime import date

import pytest

from tools.dates import parse_day, say_day
from tools.errors import ToolRetry

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("today", "2026-11-23"),
        ("Tomorrow", "2026-11-24"),
        ("by tomorrow", "2026-11-24"),
        ("friday", "2026-11-27"),
        ("next fri", "2026-11-27"),
        ("monday", "2026-11-30"),
        ("in 3 days", "2026-11-26"),
        ("in two weeks", "2026-12-07"),
        ("a month", "2026-12-23"),
        ("in 3 months", "2027-02-23"),
        ("next week", "2026-11-30"),
        ("end of the month", "2026-11-30"),
        ("2026-12-24", "2026-12-24"),
        ("24 december", "2026-12-24"),
        ("Dec 24th", "2026-12-24"),
        ("march 15", "2027-03-15"),
        ("the 15th of march, 2027", "2027-03-15"),
        ("March 15 2027", "2027-03-15"),
        ("15 March", "2027-03-15"),
        ("15.3.2027", "2027-03-15"),
        ("15.03.27", "2027-03-15"),
        ("3.4.2027", "2027-04-03"),
        ("15.3.", "2027-03-15"),
        ("15/03/2027", "2027-03-15"),
        ("03/15/2027", "2027-03-15"),
        ("15-3-2027", "2027-03-15"),
        ("4/4/2027", "2027-04-04"),
        ("01/12/2026", "2026-12-01"),
        ("2027/3/15", "2027-03-15"),
        ("in 3 weeks", "2026-12-14"),
        ("day after tomorrow", "2026-11-25"),
        ("this weekend", "2026-11-28"),
        ("mid march", "2027-03-15"),
        ("in the middle of March 2027", "2027-03-15"),
        ("mid-may", "2027-05-15"),
    ],
)
def test_a_day_is_read_from_words(said: str, day: str) -> None:
    """What people write for a day is understood, from today on."""
    assert parse_day(said, MONDAY).isoformat() == day


@pytest.mark.parametrize(
    "said",
    [
        "",
        "15.13.2027",
        "15/13/2027",
        "31/31/2027",
        "11/22/2026",
        "yesterday",
        "2026-13-01",
        "31 february",
        "whenever",
        "2026-11-22",
        "in 99 years",
        "ma 15",
        "0000",
    ],
)
def test_what_is_no_day_to_come_is_refused(said: str) -> None:
    """Past, impossible and unreadable days get a sentence."""
    with pytest.raises(ToolRetry):
        parse_day(said, MONDAY)


def test_a_day_that_may_be_two_is_asked_about() -> None:
    """Numbers that may be day and month or month and day are two days, and both can be read back."""
    with pytest.raises(ToolRetry, match="3 April 2027") as refused:
        parse_day("3/4/2027", MONDAY)
    days = [parse_day(choice, MONDAY).isoformat() for choice in refused.value.choices]
    assert days == ["2027-03-04", "2027-04-03"]


def test_examples_are_no_choices() -> None:
    """What cannot be read is answered with examples in the sentence, never with a list to pick from."""
    with pytest.raises(ToolRetry, match="15 march") as refused:
        parse_day("someday", MONDAY)
    assert refused.value.choices == ()


def test_days_are_said_shortly() -> None:
    """Near days are words, others a date, with the year when it is another one."""
    said = [
        say_day(date.fromisoformat(day), MONDAY) for day in ("2026-11-23", "2026-11-24", "2026-12-03", "2027-01-02")
    ]
    assert said == ["today", "tomorrow", "3 Dec", "2 Jan 2027"]
