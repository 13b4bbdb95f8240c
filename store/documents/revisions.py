"""How a student's revisions run: their wishes, what was put off, and each revision that was started."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from store.documents.base import LONG_AGO, Id, Index, Part, StandIns, Text, Time, index
from store.documents.learner import ReviewLog
from store.documents.own import Own


class RevisionSettings(Own):
    """How many revisions a day the student wants, and until when there shall be none. `_id` is the student."""

    collection: ClassVar[str] = "revision_settings"
    owner: ClassVar[str | None] = "_id"

    daily_cap: int = Field(default=5, ge=1, le=50)
    paused_until: Time | None = None


class RevisionDelay(Own):
    """A revision that was put off to `until`, and when it had been due before.

    It counts while the topic's schedule still stands on `until`; a review or a failed attempt moves that on.
    """

    collection: ClassVar[str] = "revision_delays"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"until": LONG_AGO, "dueBefore": LONG_AGO, "reason": "snooze"}
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "topicId", unique=True),)

    user_id: Id
    topic_id: Id
    until: Time
    due_before: Time
    reason: Literal["snooze", "catch-up"]


class RecalledPoints(Part):
    """What a student recalled at one question: the points of its card that were made, and those that were missed."""

    card: Text
    made: list[Text] = Field(default_factory=list)
    missed: list[Text] = Field(default_factory=list)


class RevisionRun(Own):
    """A revision that was started: first its questions, then its one problem.

    `review` is there only where the topic has no problem and the recall itself was the review.
    """

    collection: ClassVar[str] = "revision_runs"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"startedAt": LONG_AGO}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId", "-startedAt"),
        index("userId", "sessionId"),
    )

    user_id: Id
    topic_id: Id
    session_id: Id
    problem_id: Id | None = None
    started_at: Time
    phase: Literal["recall", "problem", "done"] = "recall"
    cards: list[Text] = Field(default_factory=list)
    recalled: list[RecalledPoints] = Field(default_factory=list)
    problem_started_at: Time | None = None
    reviewed_at: Time | None = None
    review: ReviewLog | None = None


REVISIONS: tuple[type[Own], ...] = (RevisionSettings, RevisionDelay, RevisionRun)
