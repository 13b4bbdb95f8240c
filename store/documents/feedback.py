"""What students think of answers."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from store.documents.base import Id, Index, Text, index
from store.documents.own import Own


class Feedback(Own):
    """What a student thinks of one answer, in their last word on it. `_id` is the turn that was answered."""

    collection: ClassVar[str] = "feedback"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (index("userId"), index("updatedAt"))

    user_id: Id
    verdict: Literal["up", "down"] | None = None
    words: Text | None = Field(default=None, max_length=1_000)
    conversation_id: Text | None = None
    model: Text | None = None


FEEDBACK: tuple[type[Own], ...] = (Feedback,)
