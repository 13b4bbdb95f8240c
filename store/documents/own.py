"""PrepMate's own collections, beside the contract's: how messages live and what is known about a student.

Nothing here is read by the backend that shares the database.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from store.client import Raw
from store.documents.base import LONG_AGO, Document, Id, Index, Part, StandIns, Text, Time, index

Platform = Literal["terminal", "discord", "telegram", "web", "probe"]
TurnStatus = Literal["accepted", "working", "answered", "failed", "delivered"]
UsageStatus = Literal["open", "exact", "estimated", "none"]
AttachmentKind = Literal["recording", "picture"]
QuoteKind = Literal["reply", "forward"]
OPEN_TURN: tuple[TurnStatus, ...] = ("accepted", "working")


class Own(Document):
    """A document of PrepMate's own."""

    contract: ClassVar[bool] = False


class JournalEntry(Part):
    """One answer of the model, as it came (LangChain's JSON), written before anything it asks for is done."""

    step: int
    fence: int
    message: Text
    usage_id: Text | None = None


class Attachment(Part):
    """A recording or a picture that came with a message, under the name by which its platform gives it out.

    `size` is in bytes. `text` is what it says, once a model has made words of it ("" where it found none): it is asked
    once.
    """

    kind: AttachmentKind
    file: Text
    mime: Text
    size: int | None = None
    seconds: int | None = None
    text: Text | None = None


class Quote(Part):
    """Words that came with a message and are not its student's: what it replies to, or what it passes on; by whom."""

    kind: QuoteKind
    by: Text | None = None
    text: Text


class Tried(Part):
    """A verb that was called for a turn, its arguments as JSON, and whether it was done: else it was refused."""

    verb: Text
    arguments: Text
    ok: bool = True


class Turn(Own):
    """A message on its way from the door to the answer. `key` names it for ever: the same key is the same message.

    `seq` counts a student's turns in the order of acceptance. `fence` is the lease's number under which it is worked.
    `public`: others read along where it was said, so nothing personal is shown there. `reply_to` is the platform's
    name of the message that the answer replies to, where it shows that. `stands_at` is the platform's name of the
    message in which the answer is shown while it is made, and then stays. The text of a message with an `attachment`
    is what was written below it, until it was made words of; then both. `quotes` are no part of it. `sent_at` is when
    the message was sent, where its platform tells: it may have waited there. Until `held_until` what its student passes
    on is added: to the quotes, or to the text of what was itself `forwarded`. `parts` are the keys of those messages.
    `request` is a wish that came as a value, as JSON; its `text` says it for people. `tried` are the verbs that ran for
    it; `question` is what the answer asks back, by the slot that the reply is to fill; not `understood`: it gave up.
    """

    collection: ClassVar[str] = "turns"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {
        "key": lambda one: str(one.id),
        "platform": "probe",
        "address": "",
        "seq": 0,
        "text": "(a message that cannot be read)",
        "acceptedAt": lambda one: one.created_at or LONG_AGO,
    }
    indexes: ClassVar[tuple[Index, ...]] = (
        index("key", unique=True),
        index("userId", "seq", unique=True),
        index("status", "acceptedAt"),
        index("parts", sparse=True),
    )

    key: Text
    user_id: Id
    platform: Platform
    address: Text
    seq: int
    text: Text
    request: Text | None = None
    attachment: Attachment | None = None
    quotes: list[Quote] = Field(default_factory=list)
    sent_at: Time | None = None
    held_until: Time | None = None
    forwarded: bool = False
    parts: list[Text] | None = None
    public: bool = False
    reply_to: Text | None = None
    stands_at: Text | None = None
    status: TurnStatus = "accepted"
    accepted_at: Time
    fence: int = 0
    attempts: int = 0
    cancel_requested: bool = False
    journal: list[JournalEntry] = Field(default_factory=list)
    conversation_id: Text | None = None
    reply: Text | None = None
    receipts: list[dict[str, Any]] = Field(default_factory=list)
    tried: list[Tried] = Field(default_factory=list)
    question: Text | None = None
    understood: bool = True
    model: Text | None = None
    tokens: int | None = None
    reason: Text | None = None
    answered_at: Time | None = None
    delivered_at: Time | None = None


class Admission(Own):
    """A student's place in the queue: the last number given out and the messages of the running minute."""

    collection: ClassVar[str] = "admissions"
    owner: ClassVar[str | None] = "_id"

    seq: int = 0
    window_started_at: Time | None = None
    window_count: int = 0


class Lease(Own):
    """Who may work on something, until when (server time), and under which fencing number.

    One without a fence (an address, a session) is removed at `goneAt`, long after anybody could still believe to hold
    it. One with a fence stays, because its number may never begin anew.
    """

    collection: ClassVar[str] = "leases"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (index("goneAt", expire_after=0),)

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # a lease is named, not numbered
    holder: Text | None = None
    fence: int = 0
    expires_at: Time | None = None
    gone_at: Time | None = None


class Fence(Own):
    """The newest number given out for a lease. Transactions write here, which makes them conflict with a takeover.

    Not part of the lease itself: renewing that one must never wait for a transaction.
    """

    collection: ClassVar[str] = "fences"
    owner: ClassVar[str | None] = None

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # the lease's name
    fence: int = 0
    writes: int = 0


class Effect(Own):
    """That a tool call was done, and with which result (JSON). `_id` is turn:step:call, so it is done once.

    `undo_id` names what is kept of it in the undo log, where it can be taken back.
    """

    collection: ClassVar[str] = "effects"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"step": 0, "fence": 0, "verb": ""}
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "turnId"),)

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # the effect's key
    user_id: Id
    turn_id: Id
    step: int
    fence: int
    verb: Text
    result: Text
    receipt: bool = False
    undo_id: Id | None = None


class Change(Part):
    """One document that a verb changed.

    `before` is its BSON (None where it was new), `after` the digest of what it became (None where it was removed).
    """

    place: Text
    document_id: Any
    before: bytes | None = None
    after: Text | None = None


class UndoEntry(Own):
    """What a writing verb changed, so that it can be taken back exactly while nothing later has touched it.

    `left_at`: the student let it stay, because something later had touched it.
    """

    collection: ClassVar[str] = "undo_log"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"verb": "", "label": "a change"}
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "-createdAt"),)

    user_id: Id
    verb: Text
    label: Text
    touched: list[Change]
    undone_at: Time | None = None
    left_at: Time | None = None


class Action(Part):
    """A tap that stands for a message: `says` is what the student says by tapping it, complete without its context.

    Of the taps of one `group` below one item the first counts and the others are told so; without a group a tap may
    be repeated.
    """

    label: Text
    says: Text
    group: Annotated[Text | None, BeforeValidator(lambda group: group or None)] = "answer"

    def to_mongo(self) -> Raw:
        """Return the part with its group, also where it has none: what is not stored is read as the default."""
        return {"group": "", **super().to_mongo()}


class OutboxItem(Own):
    """Something to be said to a student through a platform, until it has been said.

    What is live goes before what is `bulk` (reminders). What was not said by `expires_at` is dropped. What the door
    adds of its own is said in `language`.
    `messages` are the platform's names of the messages that stand for its parts, in their order, where a platform's
    sending is not idempotent: what has a name is changed, not sent again. `refusals` counts how often the platform said
    that the address takes nothing at all.
    """

    collection: ClassVar[str] = "outbox"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"seq": 0, "nextAttemptAt": LONG_AGO}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("platform", "status", "bulk", "nextAttemptAt"),
        index("platform", "address", "status", "seq"),
        index("userId"),
    )

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # answer:<turn>, so one answer a turn
    user_id: Id
    turn_id: Id | None = None
    turn_key: Text | None = None
    platform: Platform
    address: Text
    seq: int
    text: Text
    receipts: list[dict[str, Any]] = Field(default_factory=list)
    actions: list[Action] = Field(default_factory=list)
    public: bool = False
    reply_to: Text | None = None
    language: Text = "en"
    bulk: bool = False
    expires_at: Time | None = None
    status: Literal["pending", "sent", "dead"] = "pending"
    attempts: int = 0
    refusals: int = 0
    next_attempt_at: Time
    sent_at: Time | None = None
    error: Text | None = None
    messages: list[Text] = Field(default_factory=list)


class UsageRow(Own):
    """What one model call cost, as the provider billed it. Opened before the call, closed after it.

    `seconds` are those of a recording, where the provider bills them and no tokens. The rows of a student who was
    forgotten are kept without their user, their turn and their name.
    """

    collection: ClassVar[str] = "usage"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"step": 0, "model": "", "openedAt": LONG_AGO}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId", "-openedAt"),
        index("turnId"),
        index("status", "openedAt"),
    )

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # turn:fence:step:try
    user_id: Id | None = None
    turn_id: Id | None = None
    step: int
    model: Text
    status: UsageStatus = "open"
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    seconds: float | None = None
    opened_at: Time
    closed_at: Time | None = None


class ChannelAccount(Own):
    """Which student speaks through a platform's account. `_id` is platform:account.

    `address` is where the student can be written to in private, where that is known. Nothing is sent on our own
    initiative after `stopped_at` (the student said so) or `dead_at` (the platform did) until they write again. `done`
    are the keys of the last messages that were no turns and did something at once (/stop, /cancel).
    """

    collection: ClassVar[str] = "channel_accounts"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"displayName": "", "platform": lambda one: one.id.partition(":")[0]}
    indexes: ClassVar[tuple[Index, ...]] = (index("userId"), index("platform", "address"))

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # platform:account
    user_id: Id
    platform: Platform
    display_name: Text
    address: Text | None = None
    stopped_at: Time | None = None
    dead_at: Time | None = None
    done: list[Text] = Field(default_factory=list)


class StudentSettings(Own):
    """How a student wants to be served, and what they were already asked. `_id` is the student."""

    collection: ClassVar[str] = "student_settings"
    owner: ClassVar[str | None] = "_id"

    time_zone: Text = "UTC"
    time_zone_known: bool = False
    minutes_per_day: int | None = Field(default=None, ge=5, le=1440)
    language: Text = "en"
    asked: list[Text] = Field(default_factory=list)


OWN: tuple[type[Own], ...] = (
    Turn,
    Admission,
    Lease,
    Fence,
    Effect,
    UndoEntry,
    OutboxItem,
    UsageRow,
    ChannelAccount,
    StudentSettings,
)
