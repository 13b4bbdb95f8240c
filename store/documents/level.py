"""What was proposed to a student, what they said of it, and what they say they can do (placement)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from store.documents.base import Id, Index, Number, Part, Text, Time, index
from store.documents.own import Own
from store.documents.values import Difficulty


class Proposal(Own):
    """A problem that was proposed as the next one on a local `day`, and what the student said of it, if anything.

    `topic_id` and `level` are what they had asked for, `predicted` their chance of an unaided solve at that time.
    """

    collection: ClassVar[str] = "proposals"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "-at"),)

    user_id: Id
    problem_id: Id
    at: Time
    day: Text
    predicted: Number | None = None
    topic_id: Id | None = None
    level: Difficulty | None = None
    reply: Literal["another", "easier", "harder", "seen"] | None = None
    replied_at: Time | None = None


class SeenProblem(Own):
    """A problem that the student says to know from elsewhere. It has no date and no outcome, so nothing is counted."""

    collection: ClassVar[str] = "seen_problems"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "problemId", unique=True),)

    user_id: Id
    problem_id: Id


class PlacementQuestion(Part):
    """A question of a placement: a topic, by a problem of it or, without one, by its concepts.

    `difficulty` is the problem's, in logits; `share` the part of what was uncertain that the answer removes on average.
    """

    topic_id: Id
    problem_id: Id | None = None
    difficulty: Number
    share: Number


class PlacementAnswer(PlacementQuestion):
    """A question that was answered, or skipped."""

    answer: Literal["unaided", "with-help", "not-yet", "skip"]
    at: Time


class PlacementRun(Own):
    """A placement under way: what was answered and which question is open. It ends by removal."""

    collection: ClassVar[str] = "placement_runs"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "-startedAt"),)

    user_id: Id
    started_at: Time
    asked: PlacementQuestion
    answers: list[PlacementAnswer] = Field(default_factory=list)


class BeliefChange(Part):
    """How far a placement moved a belief: that of a topic or, without one, that of the student as a whole."""

    topic_id: Id | None = None
    mean: Number
    variance: Number


class Placement(Own):
    """A placement that counted: the answers, and what they changed. A later one takes its place (`replacedAt`)."""

    collection: ClassVar[str] = "placements"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "-at"),)

    user_id: Id
    at: Time
    answers: list[PlacementAnswer]
    moves: list[BeliefChange]
    replaced_at: Time | None = None


LEVEL: tuple[type[Own], ...] = (Proposal, SeenProblem, PlacementRun, Placement)
