"""One recorded outcome of a student's work on a problem, and what follows from it alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from learning.recall import Grade, grade_for
from store.client import ObjectId
from store.documents.problems import Problem

Outcome = Literal["unaided", "with-help", "stuck"]

FAST_MINUTES: Final = {"easy": 10.0, "medium": 20.0, "hard": 35.0}
"""Minutes within which a problem of a level counts as solved fast."""
HELPED_SCORE: Final = 50.0
TRY_COST: Final = 10.0
LOWEST_UNAIDED: Final = 70.0
CODE_LIMIT: Final = 65_536
"""Characters of code that are kept with an attempt."""

SAID: Final[dict[Outcome, str]] = {"unaided": "solved unaided", "with-help": "solved with help", "stuck": "not solved"}
"""How a receipt says an outcome."""
GRADE_SAID: Final = {
    Grade.AGAIN: "it was not solved",
    Grade.HARD: "it was solved with help",
    Grade.GOOD: "it was solved unaided",
    Grade.EASY: "it was solved unaided, at once and fast",
}
"""How a review's grade came about."""


@dataclass(frozen=True)
class Solve:
    """What was recorded. `today` is the student's day; `earlier` holds the outcomes of earlier attempts at it.

    `hints` counts the rungs of the problem's ladder that were shown for it; `corrected`: it was reported as unaided all
    the same.
    """

    id: ObjectId
    problem: Problem
    outcome: Outcome
    minutes: float | None
    tries: int
    at: datetime
    today: date
    earlier: tuple[Outcome, ...] = ()
    hints: int = 0
    corrected: bool = False
    code: str | None = None

    @property
    def unaided(self) -> bool:
        """Return whether this is evidence of mastery: a solve after help or after seeing the solution is not."""
        return self.outcome == "unaided"

    @property
    def solved(self) -> bool:
        """Return whether the problem ended up solved."""
        return self.outcome != "stuck"

    @property
    def helped(self) -> bool:
        """Return whether there was help, for what the student did not solve in the end as well."""
        return self.outcome == "with-help" or self.hints > 0

    @property
    def seconds(self) -> float | None:
        """Return the time taken in seconds, where it is known."""
        return round(self.minutes * 60) if self.minutes is not None else None

    @property
    def score(self) -> float:
        """Return 0 (stuck), 50 (with help), or 100 less 10 for each try after the first, but at least 70."""
        if self.outcome == "stuck":
            return 0.0
        if self.outcome == "with-help":
            return HELPED_SCORE
        return max(LOWEST_UNAIDED, 100.0 - TRY_COST * (self.tries - 1))

    @property
    def grade(self) -> Grade:
        """Return what the outcome is as a review's grade."""
        limit = FAST_MINUTES.get(self.problem.difficulty)
        return grade_for(
            solved=self.solved,
            with_help=self.outcome == "with-help",
            first_try=self.tries == 1,
            fast=self.minutes is not None and limit is not None and self.minutes <= limit,
        )

    @property
    def how(self) -> str:
        """Return how the grade came about, to explain a date with."""
        return GRADE_SAID[self.grade]

    @property
    def is_first(self) -> bool:
        """Return whether the problem was never attempted before."""
        return not self.earlier

    @property
    def is_first_success(self) -> bool:
        """Return whether this is the first unaided solve of the problem."""
        return self.unaided and "unaided" not in self.earlier
