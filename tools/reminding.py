"""Reminders as the verbs and the jobs share them: planning the next one, taking back what was made ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from learning.reminding import Occurrence, Quiet, find_next, find_weekly
from store.documents.own import ChannelAccount, OutboxItem
from store.documents.people import User
from store.documents.reminders import JobSlot, Reminder, SentReminder
from store.documents.revisions import RevisionRun
from store.work import UnitOfWork
from tools.context import MentorContext

REMINDING: Final = "reminder"
"""The job under which a student's reminder takes its slot."""
AHEAD: Final = timedelta(minutes=10)
"""How long before it is due a reminder may be made: many are due at the stroke of eight.

Less than a quarter of an hour: when those of eight are sent, those of a quarter past eight are not made yet.
"""
ANSWERABLE: Final = timedelta(hours=20)
"""How long the question of a reminder may be answered."""
GOING: Final = timedelta(seconds=5)
"""From so long before it is due a reminder counts as on its way: taking it back would be a race."""
SUMMARY_WEEKDAY: Final = 6
SUMMARY_AT: Final = time(18)
SPARSE_DAYS: Final = 7
_DAY: Final = timedelta(days=1)


def quiet_of(reminder: Reminder) -> Quiet:
    """Return the student's quiet hours."""
    return Quiet(time.fromisoformat(reminder.quiet_from), time.fromisoformat(reminder.quiet_until))


def plan(reminder: Reminder, now: datetime, zone: ZoneInfo) -> None:
    """Set when the next reminder and the next summary come: the one place where that is decided."""
    reminder.next_at = reminder.summary_at = reminder.retry_at = None
    reminder.failures = 0
    if not reminder.on:
        reminder.snoozed_until = None
        return
    if reminder.paused_until and date.fromisoformat(reminder.paused_until) <= now.astimezone(zone).date():
        reminder.paused_until = None
    quiet, daily = quiet_of(reminder), next_daily(reminder, now, zone)
    if reminder.snoozed_until and not now < reminder.snoozed_until < daily.moment:
        reminder.snoozed_until = None
    reminder.next_at = reminder.snoozed_until or daily.moment
    if reminder.weekly:
        first = _first(reminder, reminder.last_summary, _DAY)
        weekly = find_weekly(now, SUMMARY_WEEKDAY, SUMMARY_AT, zone, quiet=quiet, first=first)
        reminder.summary_at = weekly.moment


def next_daily(reminder: Reminder, now: datetime, zone: ZoneInfo) -> Occurrence:
    """Return the next daily reminder, whatever is snoozed."""
    first = _first(reminder, reminder.last_day, step_of(reminder))
    return find_next(now, time.fromisoformat(reminder.at), zone, quiet=quiet_of(reminder), first=first)


def step_of(reminder: Reminder) -> timedelta:
    """Return how far two daily reminders are apart."""
    return SPARSE_DAYS * _DAY if reminder.sparse else _DAY


def _first(reminder: Reminder, last: str | None, step: timedelta) -> date | None:
    days = [date.fromisoformat(last) + step] if last else []
    if reminder.paused_until:
        days.append(date.fromisoformat(reminder.paused_until))
    return max(days, default=None)


async def find_mailbox(
    work: UnitOfWork, welcomes: Callable[[ChannelAccount], bool] = lambda _: True
) -> ChannelAccount | None:
    """Return the account through which the student can be written to in private, or None: also where it was closed.

    `welcomes` says of an account whether it is let in; who is being answered is.
    """
    if await work.of(User).count({"isActive": False}, limit=1):
        return None
    open_ones = await work.of(ChannelAccount).find({"address": {"$ne": None}, "stoppedAt": None, "deadAt": None})
    # Where several take messages, the one that was last heard from.
    return max(filter(welcomes, open_ones), key=lambda one: (str(one.updated_at or ""), one.id), default=None)


async def can_be_offered(work: UnitOfWork) -> bool:
    """Return whether a student who has never had reminders could have them."""
    return await work.of(Reminder).own() is None and await find_mailbox(work) is not None


async def find_asked(context: MentorContext) -> SentReminder | None:
    """Return the last reminder, if it asked a question that the student may still answer."""
    now = context.now()
    sent = await context.work.of(SentReminder).find_one(
        {"kind": "daily", "dueAt": {"$gte": now - ANSWERABLE, "$lte": now}}, sort=[("dueAt", -1)]
    )
    if sent is None or not sent.cards:
        return None
    item = await context.work.of(OutboxItem).get(sent.id)
    if item is None or item.status != "sent":
        return None
    begun = await context.work.of(RevisionRun).find_one({"startedAt": {"$gte": item.sent_at or sent.due_at}})
    return None if begun else sent


async def replan(work: UnitOfWork, now: datetime, zone: ZoneInfo) -> Reminder | None:
    """Plan anew what was planned under other settings or another zone, and take back what was made ahead."""
    reminder = await work.of(Reminder).own()
    if reminder is None or not reminder.on:
        return reminder
    await take_back(work, reminder, now)
    plan(reminder, now, zone)
    await work.of(Reminder).save(reminder)
    return reminder


async def take_back(work: UnitOfWork, reminder: Reminder, now: datetime, *, unwanted: bool = False) -> None:
    """Take back what was made ahead and is not on its way yet; its date is then as if nothing had been made.

    What is on its way but waits in the queue stays, unless it is `unwanted`: then it is dropped, and its date is over.
    """
    for made in await work.of(SentReminder).find({"dueAt": {"$gt": now - _DAY}, "heard": False}):
        item = await work.of(OutboxItem).get(made.id)
        if item is None or item.status != "pending":
            continue
        if made.due_at > now + GOING:
            await _unmake(work, reminder, made, item)
        elif unwanted:
            item.expires_at = now
            await work.of(OutboxItem).save(item)


async def _unmake(work: UnitOfWork, reminder: Reminder, made: SentReminder, item: OutboxItem) -> None:
    await work.of(OutboxItem).remove(item)
    await work.of(SentReminder).remove(made)
    for slot in await work.of(JobSlot).find({"job": REMINDING, "slot": made.id}):
        await work.of(JobSlot).remove(slot)
    day = date.fromisoformat(made.day)
    if made.kind == "weekly":
        reminder.last_summary = (day - 7 * _DAY).isoformat()
    elif made.snoozed:
        reminder.snoozed_until = made.due_at
    else:
        reminder.last_day = (day - step_of(reminder)).isoformat()
