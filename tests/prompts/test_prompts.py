"""The prompts and their loader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prompts import PromptError, load


@pytest.fixture
def greeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt with two variables."""
    (tmp_path / "greeting.md").write_text("Hello {{name}}, it is {{ day }}. {{name}}!\n", encoding="utf-8")
    monkeypatch.setattr("importlib.resources.files", lambda _package: tmp_path)


@pytest.mark.usefixtures("greeting")
def test_variables_are_filled_in() -> None:
    """Each place gets its value, as it is: what looks like a place inside a value is not filled again."""
    loaded = load("greeting", name="{{day}}", day="Monday")
    assert loaded.text == "Hello {{day}}, it is Monday. {{day}}!"


@pytest.mark.usefixtures("greeting")
@pytest.mark.parametrize("variables", [{"name": "Ada"}, {"name": "Ada", "day": "Monday", "mood": "fine"}])
def test_a_missing_or_surplus_variable_is_an_error(variables: dict[str, str]) -> None:
    """A prompt is never sent with a hole in it, nor a value lost on the way."""
    with pytest.raises(PromptError, match=r"day|mood"):
        load("greeting", **variables)


@pytest.mark.parametrize("name", ["nowhere", "../README", "mentor.md", ""])
def test_an_unknown_prompt_is_an_error(name: str) -> None:
    """Only prompts beside the loader can be loaded."""
    with pytest.raises(PromptError, match="no prompt named"):
        load(name)


def test_the_hash_names_the_wording() -> None:
    """The same text has the same hash, in every process."""
    assert load("mentor").hash == load("mentor").hash
    assert re.fullmatch(r"[0-9a-f]{64}", load("mentor").hash)


def test_the_mentor_s_prompt_never_changes_and_is_short() -> None:
    """It holds no variable, no date and no student, so that every request begins with the same bytes."""
    text = load("mentor").text
    assert len(text.split()) < 700
    assert "{{" not in text
    assert not re.search(r"20\d\d", text)
