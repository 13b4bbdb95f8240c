"""Importing from a file in the terminal: the file's text becomes the message, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.terminal.files import with_file
from bot.errors import Refused

LIMIT = 200


def test_a_file_becomes_the_message(tmp_path: Path) -> None:
    """`/import FILE` is what pasting the file after the command would be, byte order mark and quotes aside."""
    path = tmp_path / "solved problems.csv"
    path.write_text("\ufefftitle,date\nTwo Sum,2026-01-02\n", encoding="utf-8")
    assert with_file(f"/import '{path}'", LIMIT) == "/import\ntitle,date\nTwo Sum,2026-01-02"
    assert with_file(f" /IMPORT {path} ", LIMIT) == "/import\ntitle,date\nTwo Sum,2026-01-02"


@pytest.mark.parametrize(
    "text",
    [
        "/import",
        "/import two sum, 3sum",
        "/import https://leetcode.com/problems/two-sum/",
        "/import yes",
        "/import\nTwo Sum\nsolved.txt",
        "import solved.txt",
        "read ./solved.txt",
    ],
)
def test_other_messages_stay_as_they_are(text: str) -> None:
    """Titles, links and what does not begin with the command are never taken for a path."""
    assert with_file(text, LIMIT) == text


def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """A missing file, a folder, bytes that are no text and a file that is too long each say what to do."""
    binary, long = tmp_path / "a.csv", tmp_path / "b.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    long.write_text("Two Sum\n" * 100, encoding="utf-8")
    for path, said in (
        (tmp_path / "none.txt", "There is no file"),
        (tmp_path, "There is no file"),
        (binary, "holds no text"),
        (long, "cut it into parts"),
    ):
        with pytest.raises(Refused, match=said):
            with_file(f"/import {path}", LIMIT)
