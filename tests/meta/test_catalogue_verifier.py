"""The verification of the catalogue finds what is wrong, and nothing where nothing is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.verify.catalogue import main, verify

Rows = list[dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped catalogue."""
    for name in ("topics", "problems", "roadmaps", "cards", "hints"):
        shutil.copy(str(files("store.catalogue").joinpath(f"{name}.json")), tmp_path)
    return tmp_path


def spoil(folder: Path, name: str, change: Callable[[Rows], object]) -> None:
    """Change the records of one file."""
    path = folder / f"{name}.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    change(rows)
    path.write_text(json.dumps(rows), encoding="utf-8")


def find(rows: Rows, **fields: str) -> dict[str, Any]:
    """Return the record with these values."""
    return next(row for row in rows if all(row.get(key) == value for key, value in fields.items()))


def leak(rows: Rows) -> None:
    """Let the first rung of Two Sum say its last."""
    ladder = find(rows, slug="two-sum")
    ladder["question"] = f"{ladder['outline']} See?"


def test_the_shipped_catalogue_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """The verification of what is shipped passes, with one line of counts, all violations zero."""
    assert main([]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["topics"] >= 90
    assert figures["problems"] >= 250
    assert figures["roadmaps"] >= 5
    assert figures["listed"] == 75
    assert figures["ids_repeated"] == figures["rungs_leaking"] == figures["refused_by_product"] == 0


@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        ("ids_repeated", "problems", lambda rows: rows.append(dict(rows[0]))),
        ("ids_repeated", "problems", lambda rows: rows[0].update(number=rows[1]["number"])),
        ("ids_repeated", "cards", lambda rows: rows[0].update(slug=rows[1]["slug"])),
        ("names_ambiguous", "topics", lambda rows: rows[0]["aliases"].append(rows[1]["aliases"][0])),
        ("names_ambiguous", "topics", lambda rows: rows[0]["aliases"].append("two sum")),
        ("urls_malformed", "problems", lambda rows: rows[0].update(url="http://leetcode.com/problems/two-sum/")),
        ("prerequisites_circular", "topics", lambda rows: rows[0]["prerequisites"].append("Sorting")),
        ("topics_unknown", "problems", lambda rows: rows[0]["topics"].append("Luck")),
        ("topics_unknown", "cards", lambda rows: rows[0].update(topic="Luck")),
        ("roadmaps_unresolved", "roadmaps", lambda rows: rows[0]["topics"].reverse()),
        ("roadmaps_unresolved", "roadmaps", lambda rows: rows[0]["topics"][0]["problems"].pop()),
        ("roadmaps_unresolved", "problems", lambda rows: rows.remove(find(rows, slug="two-sum"))),
        ("topics_without_questions", "cards", lambda rows: rows.remove(find(rows, topic="Deadlocks", kind="recall"))),
        ("rungs_missing", "hints", lambda rows: rows.remove(find(rows, slug="two-sum"))),
        ("rungs_missing", "hints", lambda rows: find(rows, slug="two-sum").update(pattern=" ")),
        ("rungs_leaking", "hints", leak),
        ("refused_by_product", "problems", lambda rows: rows[0].update(difficulty="tricky")),
        ("missing", "problems", lambda rows: rows.__delitem__(slice(200, None))),
    ],
)
def test_what_is_wrong_is_found(folder: Path, kind: str, name: str, change: Callable[[Rows], object]) -> None:
    """Each way of spoiling the catalogue counts as a violation of its kind."""
    sound = set(verify(folder)[1][kind])
    spoil(folder, name, change)
    assert set(verify(folder)[1][kind]) - sound


@pytest.mark.parametrize("name", ["topics", "cards", "hints"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """A file that is not there is a violation, not a crash."""
    (folder / f"{name}.json").unlink()
    assert f"{name}.json" in verify(folder)[1]["missing"]
    assert main(["--folder", str(folder)]) == 1
