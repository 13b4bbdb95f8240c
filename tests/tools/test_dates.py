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
    ],
)
def test_a_day_is_read_from_words(said: str, day: str) -> None:
    """What people write for a day is understood, from today on."""
    assert parse_day(said, MONDAY).isoformat() == day


@pytest.mark.parametrize(
    "said", ["", "yesterday", "2026-13-01", "31 february", "whenever", "2026-11-22", "in 99 years", "ma 15", "0000"]
)
def test_what_is_no_day_to_come_is_refused(said: str) -> None:
    """Past, impossible and unreadable days get a sentence."""
    with pytest.raises(ToolRetry):
        parse_day(said, MONDAY)


def test_days_are_said_shortly() -> None:
    """Near days are words, others a date, with the year when it is another one."""
    said = [
        say_day(date.fromisoformat(day), MONDAY) for day in ("2026-11-23", "2026-11-24", "2026-12-03", "2027-01-02")
    ]
    assert said == ["today", "tomorrow", "3 Dec", "2 Jan 2027"]
