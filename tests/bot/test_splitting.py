"""Cutting texts: at the best border there is, by any measure, and nothing lost but whitespace."""

from __future__ import annotations

import re

import pytest

from bot.splitting import Part, Size, split, utf16_units


def cut(text: str, limit: int, size: Size = len, solid: tuple[Part, ...] = ()) -> list[str]:
    """Return the parts of a text as texts."""
    return [text[start:end] for start, end in split(text, limit, size, solid=solid)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \n\t ", []),
        ("short", ["short"]),
        ("one two.\n\nthree\nfour five", ["one two.", "three", "four five"]),
        ("one two\nthree four", ["one two", "three four"]),
        ("one two three", ["one two", "three"]),
        ("onetwo threefour", ["onetwo", "threefour"]),
        ("abcdefghijklm", ["abcdefghij", "klm"]),
        ("abcdefghij\nklm", ["abcdefghij", "klm"]),
    ],
)
def test_a_text_is_cut_at_the_best_border(text: str, parts: list[str]) -> None:
    """A part of ten characters ends at a paragraph, else a line, else a word, else where it is full."""
    assert cut(text, 10) == parts


def test_a_limit_is_measured_as_the_platform_does() -> None:
    """Six emoji are six code points but twelve UTF-16 units, and no surrogate pair is cut in two."""
    assert cut("😀" * 6, 7) == ["😀" * 6]
    assert cut("😀" * 6, 7, utf16_units) == ["😀" * 3] * 2


@pytest.mark.parametrize("cluster", ["👨‍👩‍👧‍👦", "🇪🇺", "👍🏽", "e\u0301", "각"])
def test_a_character_of_many_len_stays_whole(cluster: str) -> None:
    """What a reader sees as one character is not cut, unless it is longer than a whole message."""
    parts = cut(cluster * 9, 20, utf16_units)
    assert "".join(parts) == cluster * 9
    assert all(len(part) % len(cluster) == 0 for part in parts)
    assert cut("e" + "\u0301" * 30, 20) == ["e" + "\u0301" * 19, "\u0301" * 11]


def test_code_is_cut_last() -> None:
    """A cut goes before a solid block rather than into it, and into it at a line that begins something new."""
    code = "def a():\n    b\n\ndef c():\n    d"
    text = f"Some words first\n{code}"
    solid = ((len(text) - len(code), len(text)),)
    assert cut(text, 40, solid=solid) == ["Some words first", code]
    assert cut(code, 20, solid=((0, len(code)),)) == ["def a():\n    b", "def c():\n    d"]


def test_the_indentation_of_code_stays() -> None:
    """A part that begins inside of a solid block keeps its spaces, while prose is trimmed."""
    text = "a(\n" + "    line\n" * 4
    assert cut(text, 18, solid=((0, len(text)),)) == ["a(\n    line", "    line\n    line", "    line"]
    assert cut(text, 18) == ["a(\n    line", "line\n    line", "line"]


def test_a_part_holds_so_many_runs() -> None:
    """With a limit of runs, a part stops before the run that would be one too many."""
    text = "one two three four five"
    runs = [match.span() for match in re.finditer(r"\w+", text)]
    parts = split(text, 100, len, runs=runs, most=2)
    assert [text[start:end] for start, end in parts] == ["one two", "three four", "five"]
