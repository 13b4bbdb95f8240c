"""The list of 300 lines and what each of them means, as a careful reader of the catalogue would have it.

`pasted.txt` is the list as somebody might paste it: bullets, boxes, numbers, slips of the finger, links, other sites,
remarks, repetitions. The same line of `meant.txt` is the title of the problem that it certainly means, or "-": another
site's problem, one that the catalogue does not have, one of several, or none at all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from store.catalogue.facts import shipped_catalogue, topic_aliases
from store.client import Raw
from tools.matching import fold
from tools.recognition import Found, ProblemIndex

TODAY = date(2026, 11, 23)
NONE = "-"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Score:
    """How the lines of the list were recognised."""

    lines: int
    meant: int
    matched: int
    right: int
    asked: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def precision(self) -> float:
        """Return the share of automatic matches that are right."""
        return self.right / self.matched

    @property
    def recall(self) -> float:
        """Return the share of the lines that mean a problem that were matched with it without a question."""
        return self.right / self.meant


def shipped_index() -> ProblemIndex:
    """Return the shipped catalogue by everything that names a problem, without a database."""
    topics = {fold(said) for said in topic_aliases()}
    return ProblemIndex(
        [_raw(number) for number in range(len(shipped_catalogue().problems))], lambda s: fold(s) in topics
    )


def _raw(place: int) -> Raw:
    problem = shipped_catalogue().problems[place]
    return {
        "_id": problem.reference,
        "title": problem.title,
        "platform": problem.platform,
        "platformId": problem.slug,
        "externalId": str(problem.number),
        "url": problem.url,
    }


def read_list() -> tuple[str, list[str]]:
    """Return the pasted list and what each line means."""
    text = (HERE / "pasted.txt").read_text(encoding="utf-8")
    return text, (HERE / "meant.txt").read_text(encoding="utf-8").splitlines()


def recognise() -> list[tuple[str, Found]]:
    """Return what each line means, and what it was taken for."""
    text, meant = read_list()
    return list(zip(meant, shipped_index().read(text, TODAY), strict=True))


def score() -> Score:
    """Count how the list was recognised."""
    rows = recognise()
    taken = [(meant, found, str(found.problem["title"])) for meant, found in rows if found.problem]
    wrong = [f"{found.entry.text!r} is {meant}, taken for {title}" for meant, found, title in taken if meant != title]
    missed = [found.entry.text for meant, found in rows if meant != NONE and not found.problem]
    return Score(
        lines=len(rows),
        meant=sum(meant != NONE for meant, _ in rows),
        matched=len(taken),
        right=len(taken) - len(wrong),
        asked=sum(bool(found.choices) for _, found in rows),
        wrong=tuple(wrong),
        missed=tuple(missed),
    )


def repetitions() -> int:
    """Return how many lines mean a problem that an earlier line means."""
    counts = Counter(meant for meant in read_list()[1] if meant != NONE)
    return sum(count - 1 for count in counts.values())
