"""What is remembered of people who are not let in."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from store.documents.base import Index, Text, Time, index
from store.documents.own import Own


class Knock(Own):
    """How often an account that is no student's tried an invitation code since it began to. `_id` is platform:account.

    `keys` names the messages that were counted last. It is removed at `expiresAt`.
    """

    collection: ClassVar[str] = "knocks"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (index("expiresAt", expire_after=0),)

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # an account is named, not numbered
    count: int = 0
    keys: list[Text] = Field(default_factory=list)
    expires_at: Time


ACCESS: tuple[type[Own], ...] = (Knock,)
