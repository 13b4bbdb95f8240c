"""What PrepMate keeps about conversations beside the contract, and what it takes to forget a student."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from store.documents.base import Id, Index, StandIns, Text, Time, index
from store.documents.own import Admission, ChannelAccount, Own

ErasureState = Literal["asked", "running", "done"]


class ConversationTitle(Own):
    """What a student calls a conversation. `thread` names it, all its parts together (see `tools.threads`)."""

    collection: ClassVar[str] = "conversation_titles"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"title": ""}
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "thread", unique=True),)

    user_id: Id
    thread: Text
    title: Text


class Erasure(Own):
    """The job that forgets a student. `step` is the next one to be done; what came before it is finished.

    It begins when the turn in which it was asked for has been answered and delivered, or at `starts_at`. Once it is
    done it no longer says whose it was, only when it ended and how many documents went.
    """

    collection: ClassVar[str] = "erasures"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (index("state"), index("userId"))

    user_id: Id | None = None
    state: ErasureState = "asked"
    turn_id: Id | None = None
    starts_at: Time | None = None
    step: int = 0
    removed: int = 0
    finished_at: Time | None = None


class Tombstone(Own):
    """The keyed hash of a forgotten student's message: the same message, come again, is not taken for a new one.

    `_id` is the HMAC-SHA-256 of the message's key under this database's secret.
    """

    collection: ClassVar[str] = "tombstones"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (index("expiresAt"),)

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # a hash
    expires_at: Time


class ServiceSecret(Own):
    """A secret of this database, made when it is first needed. `_id` says what it is for."""

    collection: ClassVar[str] = "service_secrets"
    owner: ClassVar[str | None] = None

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # what it is for
    secret: Text = Field(repr=False)


DOORS: tuple[type[Own], ...] = (ChannelAccount, Admission)
"""What makes whoever writes this student: without them, whoever writes through the same account is somebody new."""

ACCOUNT: tuple[type[Own], ...] = (ConversationTitle, Erasure, Tombstone, ServiceSecret)
