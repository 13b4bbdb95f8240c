"""When a student is reminded, what they were sent, and which slot of which job was taken."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from store.documents.base import LONG_AGO, Id, Index, Map, Number, StandIns, Text, Time, index
from store.documents.own import Own

ReminderKind = Literal["daily", "weekly"]
CLOCK_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Reminder(Own):
    """When a student wants to be reminded, in their own zone, and when that is next. `_id` is the student.

    Times of day are "08:00", dates "2026-12-24". Quiet hours with equal bounds are none. `last_day` is the last date
    that had its daily reminder or goes without, `last_summary` the date of the last weekly one. `next_at` and
    `summary_at` follow from all the rest (`tools.reminding.plan`); without them nothing is due. `sparse`: nobody
    answered for so long that the daily reminder comes once a week. `failures` counts how often in a row the reminder
    could not be made; the next try is not before `retry_at`.
    """

    collection: ClassVar[str] = "reminders"
    owner: ClassVar[str | None] = "_id"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("nextAt", sparse=True),
        index("summaryAt", sparse=True),
        index("pausedUntil", "nextAt"),
    )

    on: bool = False
    at: Text = Field(default="08:00", pattern=CLOCK_TIME)
    quiet_from: Text = Field(default="22:00", pattern=CLOCK_TIME)
    quiet_until: Text = Field(default="07:00", pattern=CLOCK_TIME)
    weekly: bool = True
    paused_until: Text | None = None
    snoozed_until: Time | None = None
    sparse: bool = False
    last_day: Text | None = None
    last_summary: Text | None = None
    next_at: Time | None = None
    summary_at: Time | None = None
    failures: int = 0
    retry_at: Time | None = None


class SentReminder(Own):
    """A reminder that was made. `_id` is its item in the outbox; it counts from `due_at` on, when that is sent.

    `topic_id` and `cards` are the revision that it asks about, if any. `mastery` is what a summary found, by topic, for
    the next one to compare. `heard`: it stands in the conversation, where it is written with the next message.
    """

    collection: ClassVar[str] = "sent_reminders"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"day": lambda one: one.id[-10:], "dueAt": LONG_AGO, "madeAt": LONG_AGO}
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "-dueAt"),)

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # reminder:<user>:<date>
    user_id: Id
    kind: ReminderKind = "daily"
    day: Text
    snoozed: bool = False
    due_at: Time
    made_at: Time
    late: bool = False
    topic_id: Id | None = None
    cards: list[Text] = Field(default_factory=list)
    mastery: Map[Number] = Field(default_factory=dict)
    heard: bool = False


class JobSlot(Own):
    """That a job's slot was taken: whoever inserts it does the job, everybody else leaves it. Removed at `expires_at`.

    The slot of a tick is its time; that of a reminder names its student, whose it then is.
    """

    collection: ClassVar[str] = "job_slots"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("job", "slot", unique=True),
        index("userId"),
        index("expiresAt", expire_after=0),
    )

    job: Text
    slot: Text
    user_id: Id | None = None
    note: Literal["late", "dropped"] | None = None
    expires_at: Time


REMINDERS: tuple[type[Own], ...] = (Reminder, SentReminder, JobSlot)
