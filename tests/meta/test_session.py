"""What the test session itself rests on: where its database lies, and which files it begins with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import mongo
from tests.conftest import LONGEST
from tests.meta.source import ROOT


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in memory's place, with what a killed session and a running one left there, and another program."""
    monkeypatch.setattr(mongo, "MEMORY", tmp_path)
    for name in ("prepmate-tests-0-killed", f"prepmate-tests-{os.getpid()}-runs", "somebody-else"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data").touch()
    return tmp_path


def test_what_a_killed_session_left_in_memory_is_cleaned_up(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session clears away what no living process made, and nothing else."""
    monkeypatch.setattr(mongo, "ROOM", 0)
    made = mongo.fast_directory()
    assert made is not None
    assert {path.name for path in memory.iterdir()} == {
        f"prepmate-tests-{os.getpid()}-runs",
        "somebody-else",
        made.name,
    }


def test_where_memory_is_short_the_database_lies_on_the_disk(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for it nothing is made, and nothing touched."""
    monkeypatch.setattr(mongo, "ROOM", 1 << 62)
    before = sorted(memory.rglob("*"))
    assert mongo.fast_directory() is None
    assert sorted(memory.rglob("*")) == before


def test_the_files_that_take_longest_are_there() -> None:
    """A file that was renamed would begin last again, and nobody would see why the suite takes longer."""
    names = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(LONGEST) <= names
