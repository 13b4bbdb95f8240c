"""Titles of shipped problems in what is said: several in one breath, or one before the words about it."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from agents.coach.questions import CHOOSE, number_lines
from store.catalogue.facts import shipped_catalogue
from tools.matching import fold, rank, winner

MOST: Final = 6
_LONGEST: Final = 12
"""Words of a title that are looked for."""
_BETWEEN: Final = re.compile(r"\s*(?:,(?:\s*and\b)?|\band\b|&|\+|;)\s*", re.IGNORECASE)


def titles_in(said: str) -> list[str]:
    """Return the shipped problems that are named one after the other; nothing where it may be the name of one."""
    parts = [part for part in _BETWEEN.split(said) if part]
    if not 2 <= len(parts) <= MOST or _title(said):
        return []
    titles = [_title(part) for part in parts]
    named = list(dict.fromkeys(title for title in titles if title))
    return named if all(titles) and len(named) > 1 else []


def ask_which(titles: list[str]) -> str:
    """Return the question which of them comes first: each is solved in a way of its own."""
    return (
        "Those are several, and I log them one by one: each comes back in its own time. Which is the first?"
        f"\n\n{number_lines(titles)}\n\n{CHOOSE.text}"
    )


def split_title(said: str) -> tuple[str, str] | None:
    """Return the longest title that a text begins with, spelled as it is, and the words after it; None without both."""
    words = said.split()
    for count in range(min(len(words) - 1, _LONGEST), 0, -1):
        if title := _spelled().get(fold(" ".join(words[:count]))):
            rest = said.split(maxsplit=count)[count].lstrip(",:;-–— ")
            return (title, rest) if rest else None
    return None


def _title(said: str) -> str | None:
    best = winner(rank(said, _titles(), limit=2))
    return best.key if best else None


@cache
def _titles() -> dict[str, str]:
    return {problem.title: problem.title for problem in shipped_catalogue().problems}


@cache
def _spelled() -> dict[str, str]:
    return {fold(title): title for title in _titles()}
