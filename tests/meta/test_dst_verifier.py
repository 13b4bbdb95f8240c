"""The verifier of daily reminders can fail: it sees naive handling of the days on which clocks change."""

from __future__ import annotations

import json

import pytest

from tests.verify.dst import main


def test_reminders_stand_over_the_changes_of_clocks(capsys: pytest.CaptureFixture[str]) -> None:
    """In a few zones and a year, every date has one reminder."""
    assert main(["--zones", "6", "--years", "1"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["reminders"] > 6 * 8 * 360


def test_passing_over_what_does_not_exist_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """With the guard switched off the verification fails and names the dates that are missing."""
    assert main(["--zones", "12", "--years", "1", "--break", "gap"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["missing"] > 0
    assert "such as" in told.err
