"""How many minutes things take: the student's own usual time where there is one, else what such things usually take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from store.documents.problems import Submission
from tools.context import MentorContext

USUAL_MINUTES: Final = {"easy": 15.0, "medium": 25.0, "hard": 40.0}
RECALL_MINUTES: Final = 3.0
"""Minutes of recall before a revision's problem."""
TASK_MINUTES: Final = 15.0
FEWEST: Final = 3
"""Measured problems of a level from which the student's own time counts."""
_LOOKED_BACK: Final = 20


@dataclass(frozen=True)
class Pace:
    """The student's usual minutes for a problem of a level, where enough were measured."""

    own: Mapping[str, float]

    def problem(self, level: str) -> float:
        """Return the minutes for a problem, in whole minutes."""
        usual = USUAL_MINUTES.get(level, USUAL_MINUTES["medium"])
        return max(1.0, float(round(self.own.get(level, usual))))

    def revision(self, level: str | None) -> float:
        """Return the minutes for a revision: recall, and its problem where it has one."""
        return RECALL_MINUTES + (self.problem(level) if level else 0.0)


async def read_pace(context: MentorContext) -> Pace:
    """Return the median minutes of the last twenty measured problems of each level, where there are at least three."""
    own: dict[str, float] = {}
    for level in USUAL_MINUTES:
        rows = await context.work.of(Submission).sketch(
            {"timeTaken": {"$gt": 0}, "difficulty": level},
            "timeTaken",
            sort=[("submissionTime", -1), ("_id", -1)],
            limit=_LOOKED_BACK,
        )
        measured = [row["timeTaken"] / 60 for row in rows if "timeTaken" in row]
        if len(measured) >= FEWEST:
            own[level] = median(measured)
    return Pace(own)
