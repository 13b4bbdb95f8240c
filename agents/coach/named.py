"""Titles of shipped problems in what is said: several in one breath, or one before the words about it."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Final

from agents.coach.questions import CHOOSE, number_lines
from store.catalogue.facts import shipped_catalogue
from tools.matching import fold, rank, winner

MOST: Final = 6
_LONGEST: Final = 12
"""Words of a title that are looked for."""
_BETWEEN: Final = re.compile(r"\s*(?:,(?:\s*and\b)?|\band\b|&|\+|;)\s*", re.IGNORECASE)
_MARK: Final = re.compile(r"\s*(?:[,:;]|[-–—]+(?=\s)|\n)")
_GOES_ON: Final = re.compile(r"(?:and|or|of|[ivx]+|[0-9]+)\b", re.IGNORECASE)
"""A word behind a title that makes it part of something else: "subsets of size k", "two sum II"."""


def titles_in(said: str) -> list[str]:
    """Return the shipped problems that are named one after the other; nothing where it may be the name of one."""
    parts = [part for part in _BETWEEN.split(said) if part]
    if not 2 <= len(parts) <= MOST or title_of(said):
        return []
    titles = [title_of(part) for part in parts]
    named = list(dict.fromkeys(title for title in titles if title))
    return named if all(titles) and len(named) > 1 else []


def ask_which(titles: list[str]) -> str:
    """Return the question which of them comes first: each is solved in a way of its own."""
    return (
        "Those are several, and I log them one by one, because each comes back in its own time. Begin with one, and "
        f"tell me about the next when that is logged.\n\n{number_lines(titles)}\n\n{CHOOSE.text}"
    )


def title_of(said: str, titles: Collection[str] = ()) -> str | None:
    """Return the title that is certainly meant, of some titles or of all shipped ones, or None."""
    names = {title: title for title in titles} or _titles()
    best = winner(rank(said, names, limit=2))
    return best.key if best else None


def is_title(said: str) -> bool:
    """Return whether this is how a shipped problem is called, as it is spelled."""
    return fold(said) in _spelled()


def leading_title(said: str) -> str | None:
    """Return the longest title that a text begins with, where more follows; None where it may mean something else.

    One of a single word, such as Candy or Subsets, counts only with a mark behind it.
    """
    words = said.split()
    for count in range(min(len(words) - 1, _LONGEST), 0, -1):
        if title := _spelled().get(fold(" ".join(words[:count]))):
            rest = said.split(maxsplit=count)[count]
            marked = words[count - 1][-1] in ",:;" or _MARK.match(rest)
            plain = count > 1 and not words[count - 1][-1].isdigit() and not _GOES_ON.match(rest)
            return title if marked or plain else None
    return None


@cache
def _titles() -> dict[str, str]:
    return {problem.title: problem.title for problem in shipped_catalogue().problems}


@cache
def _spelled() -> dict[str, str]:
    return {fold(title): title for title in _titles()}
