"""What was proposed to a student and what they said of it: the problem to try next, and problems they know already."""

from __future__ import annotations

from typing import ClassVar, Literal

from store.documents.base import Id, Index, Number, Text, Time, index
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


LEVEL: tuple[type[Own], ...] = (Proposal, SeenProblem)
