"""The questions that a revision begins with, and what of their answers a student recalled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from learning.recall import Grade
from store.catalogue.cards import Card, compare_answer, concept_cards, recall_cards
from store.documents.revisions import RecalledPoints
from tools.context import Result

MOSTLY: Final = 0.7
"""The share of points from which a topic without problems counts as recalled: keywords miss some good answers."""
PARTLY: Final = 0.35

_NUMBERED: Final = re.compile(r"(?:^|(?<=\s))\(?([1-9])[.):](?=\s)")


class RecalledCard(Result):
    """A question with the points that the student made and those that they missed."""

    question: str
    made: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True)
class Recall:
    """What was recalled of a topic that has no problems: the evidence for its review."""

    made: int
    points: int
    at: datetime
    today: date
    minutes: float | None

    @property
    def grade(self) -> Grade:
        """Return the review's grade: what a student recalls in words is at best Good; they may correct it."""
        share = self.made / self.points if self.points else 0.0
        return Grade.GOOD if share >= MOSTLY else Grade.HARD if share >= PARTLY else Grade.AGAIN

    @property
    def unaided(self) -> bool:
        """Return whether it was recalled."""
        return self.grade is Grade.GOOD

    @property
    def how(self) -> str:
        """Return how the grade came about."""
        return f"you recalled {self.made} of {self.points} points"


def cards_for(topic: str, *, times: int, has_problem: bool) -> tuple[Card, ...]:
    """Return what a topic's revision asks; `times` it was revised before.

    Where no problem follows, an interview question takes its place, another one each time.
    """
    try:
        cards: tuple[Card, ...] = recall_cards(topic)
    except KeyError:
        cards = ()
    more = () if has_problem else concept_cards(topic)
    return (*cards, more[times % len(more)]) if more else cards


def compare_all(cards: Sequence[Card], answer: str) -> list[tuple[RecalledCard, RecalledPoints]]:
    """Compare one message with every question: its numbered parts, its lines where they are as many, or all of it."""
    found = []
    for card, part in zip(cards, split_answer(answer, len(cards)), strict=True):
        compared = compare_answer(card, part)
        shown = RecalledCard(question=card.question, made=compared.made, missed=compared.missed)
        kept = RecalledPoints(card=card.slug, made=list(compared.made), missed=list(compared.missed))
        found.append((shown, kept))
    return found


def split_answer(answer: str, count: int) -> list[str]:
    """Return the part of a message that answers each of `count` questions."""
    marks = [mark for mark in _NUMBERED.finditer(answer) if int(mark[1]) <= count]
    numbers = [int(mark[1]) for mark in marks]
    if numbers and numbers == sorted(set(numbers)) and not answer[: marks[0].start()].strip():
        ends = [*(mark.start() for mark in marks[1:]), len(answer)]
        parts = {int(mark[1]): answer[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)}
        return [parts.get(number, "") for number in range(1, count + 1)]
    lines = [line for line in answer.splitlines() if line.strip()]
    return lines if len(lines) == count else [answer] * count
