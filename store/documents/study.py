"""What a student adds to their study and what helped them in it: notes, and the hints that were shown."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from store.documents.base import Id, Index, Part, Text, Time, index
from store.documents.own import Own


class Note(Own):
    """What a student wrote down about a problem or a topic (one of the two is set)."""

    collection: ClassVar[str] = "notes"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId", "problemId"),
        index("userId", "topicId"),
    )

    user_id: Id
    text: Text = Field(max_length=2000)
    problem_id: Id | None = None
    topic_id: Id | None = None


class ShownRung(Part):
    """One rung of a hint ladder that a student saw: 1 question, 2 pattern, 3 outline, 4 the way to the solution.

    `turn_id` is the message it answered.
    """

    rung: int = Field(ge=1, le=4)
    at: Time
    turn_id: Id | None = None


class HintState(Own):
    """How far a student climbed a problem's hint ladder, and what they had tried before the first rung.

    `asked_*` and `offered_*` are when, and in which message's answer, they were asked what they tried and whether they
    want the solution.
    """

    collection: ClassVar[str] = "hint_states"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "problemId", unique=True),)

    user_id: Id
    problem_id: Id
    tried: Text | None = None
    tried_at: Time | None = None
    asked_at: Time | None = None
    asked_turn_id: Id | None = None
    offered_at: Time | None = None
    offered_turn_id: Id | None = None
    shown: list[ShownRung] = Field(default_factory=list)


STUDY: tuple[type[Own], ...] = (Note, HintState)
