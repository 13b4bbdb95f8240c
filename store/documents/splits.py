"""Texts that a sender's app cut into several messages, while they are put together again."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from store.documents.base import Index, Part, StandIns, Text, Time, index
from store.documents.own import Own

SplitState = Literal["open", "closed", "done"]


class SplitPart(Part):
    """One message of a text. `number` is its place in the chat, `units` its length as the platform counts."""

    key: Text
    number: int
    units: int
    text: Text = ""
    sent_at: Time | None = None


class SplitMessage(Own):
    """A text in parts. It is `open` as long as parts may come; `closed`, nothing is added, and it becomes one turn.

    Of what is `done` only the parts' keys are kept, for as long as the platform may deliver one of them again. `_id`
    is the key of the part that came first; `open`, the chat and the sender, is there while the text is open, so that
    there is one such text at a time. `holder` is the process to which the latest part came, at `latest_at`.
    """

    collection: ClassVar[str] = "split_messages"
    owner: ClassVar[str | None] = None
    stand_ins: ClassVar[StandIns] = {"parts": []}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("parts.key"),
        index("account"),
        index("open", unique=True, sparse=True),
        index("state"),
        index("goneAt", expire_after=0),
    )

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # a message's key
    state: SplitState = "open"
    parts: list[SplitPart]
    account: Text | None = None
    open: Text | None = None
    message: dict[str, Any] | None = None
    holder: Text | None = None
    latest_at: Time | None = None
    gone_at: Time | None = None


SPLITS: tuple[type[Own], ...] = (SplitMessage,)
