"""Days on which something was done, read from words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tools.errors import ToolRetry
from tools.past_days import WHICH_DAY, parse_past_day, say_past

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("yesterday", "2026-11-30"),
        ("Yesterday evening", "2026-11-30"),
        ("last night", "2026-11-30"),
        ("this morning", "2026-12-01"),
        ("earlier today", "2026-12-01"),
        ("the day before yesterday", "2026-11-29"),
        ("two days ago", "2026-11-29"),
        ("a couple of days ago", "2026-11-29"),
        ("10 days ago", "2026-11-21"),
        ("a week ago", "2026-11-24"),
        ("a fortnight ago", "2026-11-17"),
        ("a month ago", "2026-11-01"),
        ("3 hours ago", "2026-12-01"),
        ("11 hours ago", "2026-11-30"),
        ("on monday", "2026-11-30"),
        ("sunday morning", "2026-11-29"),
        ("last tuesday", "2026-11-24"),
        ("last fri", "2026-11-27"),
        ("this monday", "2026-11-30"),
        ("28 nov", "2026-11-28"),
        ("on Nov 28th", "2026-11-28"),
        ("28.11.", "2026-11-28"),
        ("11/28/2026", "2026-11-28"),
        ("2026-11-28", "2026-11-28"),
        ("5 may", "2026-05-05"),
    ],
)
def test_a_past_day_is_read_from_words(said: str, day: str) -> None:
    """What people write for a day behind them is understood, back from today."""
    assert parse_past_day(said, NOW).isoformat() == day


@pytest.mark.parametrize(
    "said", ["last week", "a few days ago", "a while ago", "in october", "30 feb", "2019-01-01", "x"]
)
def test_a_day_that_is_not_certain_is_asked_about(said: str) -> None:
    """What names no one day, or none in reach, is refused with the question for the day."""
    with pytest.raises(ToolRetry) as asked:
        parse_past_day(said, NOW)
    assert str(asked.value).endswith(WHICH_DAY)


@pytest.mark.parametrize(
    "said", ["tomorrow", "next friday", "this friday", "in 2 days", "2 dec", "28 dec", "2026-12-02"]
)
def test_a_day_to_come_is_said_to_be_one(said: str) -> None:
    """Nothing is done in the future: a day ahead is not taken for one a year ago, and is asked about."""
    with pytest.raises(ToolRetry, match="has not come yet") as asked:
        parse_past_day(said, NOW)
    assert str(asked.value).endswith(WHICH_DAY)


@pytest.mark.parametrize(
    ("said", "choices"),
    [
        ("tuesday", ("1 December 2026", "24 November 2026")),
        ("on tues", ("1 December 2026", "24 November 2026")),
        ("5/11/2026", ("11 May 2026", "5 November 2026")),
    ],
)
def test_a_day_that_may_be_one_of_two_is_asked_about(said: str, choices: tuple[str, str]) -> None:
    """Today's own weekday, or a date that reads two ways, is asked about with days that are read as they stand."""
    with pytest.raises(ToolRetry) as asked:
        parse_past_day(said, NOW)
    assert asked.value.choices == choices
    assert [parse_past_day(choice, NOW).year for choice in choices] == [2026, 2026]


@pytest.mark.parametrize(
    ("day", "said"), [("2026-12-01", "today"), ("2026-11-30", "yesterday"), ("2026-11-28", "on 28 Nov")]
)
def test_a_past_day_is_said_in_a_sentence(day: str, said: str) -> None:
    """A receipt says the day as people do."""
    assert say_past(date.fromisoformat(day), NOW.date()) == said
