"""Putting revisions off: one topic for a while, all of them for a time, and how many a day there shall be."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Annotated, Final

from pydantic import Field

from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.revisions import RevisionDelay, RevisionSettings
from tools.arguments import check_whole, clean_text
from tools.backlog import Backlog, read_backlog, read_settings
from tools.context import MentorContext, Receipt, Verb
from tools.dates import local_day, parse_day, say_day, start_of_day
from tools.errors import ToolFailed, ToolRetry
from tools.topics import pick_topic

EVENING: Final = time(19)
MOST_A_DAY: Final = 50
_LONGEST: Final = timedelta(days=366)
_HOURS: Final = re.compile(r"(?:for |in )?(an?|half an?|\d{1,3}(?:\.\d)?) ?(hours?|hrs?|h|minutes?|mins?|min|m)")
_CHOICES: Final = ("1h", "tonight", "tomorrow")


class SnoozeReceipt(Receipt):
    """A revision that was put off. `until` is a local time ("2026-11-27 00:00"), `due_before` the day it was due."""

    topic: str
    until: str
    due_before: str


class PauseReceipt(Receipt):
    """Whether revisions are paused, until which day (None: not), and how many are due now."""

    paused_until: str | None
    due_now: int


class CapReceipt(Receipt):
    """How many revisions a day the student wants, and how many are due now."""

    per_day: int
    due_now: int


async def snooze_revision(
    context: MentorContext,
    until: Annotated[str, Field(max_length=60, description='"1h", "tonight", "tomorrow", or a day as it was said.')],
    topic: Annotated[
        str | None, Field(max_length=200, description="The topic; leave out for the most urgent one that is due.")
    ] = None,
) -> SnoozeReceipt:
    """Put one topic's revision off for an hour, to the evening, to tomorrow or to a day.

    Use it for "snooze graphs until friday", "not now, remind me tonight". What is remembered keeps falling meanwhile.
    """
    moment = _read_until(context, until)
    backlog = await read_backlog(context)
    schedule = _meant(backlog, topic)
    name = backlog.name(schedule)
    if moment <= schedule.next_revision_date:
        day = say_day(backlog.days[schedule.id], backlog.today)
        raise ToolRetry(f"{name} is not due before {day} anyway; name a later day to put it off.")
    before = schedule.next_revision_date
    await put_off(context, schedule, moment, "snooze")
    local = moment.astimezone(context.zone)
    when = say_day(local.date(), backlog.today)
    if local.time() != time():
        when = f"{local:%H:%M}" if local.date() == backlog.today else f"{when} {local:%H:%M}"
    return SnoozeReceipt(
        line=f"{name} · revision put off until {when}",
        undo_label=f"{name} · revision put off",
        topic=name,
        until=f"{local:%Y-%m-%d %H:%M}",
        due_before=local_day(before, context.zone).isoformat(),
    )


async def pause_revisions(
    context: MentorContext,
    until: Annotated[str, Field(max_length=60, description="The day they begin again, as the student said it.")],
) -> PauseReceipt:
    """Pause all revisions until a day, such as over a holiday: none is listed or brought up before it.

    Use it for "pause revisions until 3 jan". A topic that is named can be revised all the same.
    """
    backlog = await read_backlog(context)
    day = parse_day(until, backlog.today)
    if day <= backlog.today:
        raise ToolRetry("Pause until a day after today.")
    settings = backlog.settings
    settings.paused_until = start_of_day(day, context.zone)
    await context.work.of(RevisionSettings).save(settings)
    return PauseReceipt(
        line=f"revisions paused until {say_day(day, backlog.today)}",
        undo_label="revisions paused" if context.changed else None,
        paused_until=day.isoformat(),
        due_now=len(backlog.due),
    )


async def resume_revisions(context: MentorContext) -> PauseReceipt:
    """End a pause of the revisions now.

    Use it for "resume revisions", "I'm back". If many have become due meanwhile, offer plan_catch_up.
    """
    backlog = await read_backlog(context)
    if backlog.paused_until is None:
        raise ToolFailed("Revisions are not paused.")
    settings = backlog.settings
    settings.paused_until = None
    await context.work.of(RevisionSettings).save(settings)
    due = len(backlog.due)
    line = f"revisions go on · {due} due now"
    return PauseReceipt(line=line, undo_label="revisions resumed", paused_until=None, due_now=due)


async def set_revision_cap(
    context: MentorContext,
    per_day: Annotated[int, Field(ge=1, le=MOST_A_DAY, description="The most revisions a day.")],
) -> CapReceipt:
    """Set how many revisions a day the student wants at most; five where they never said.

    Use it for "at most 3 revisions a day". The most urgent ones come first; what is left out stays due.
    """
    per_day = check_whole(per_day, "Revisions a day", lowest=1, highest=MOST_A_DAY)
    settings = await read_settings(context)
    settings.daily_cap = per_day
    await context.work.of(RevisionSettings).save(settings)
    due = len((await read_backlog(context)).due)
    line = f"at most {per_day} revision{'' if per_day == 1 else 's'} a day"
    return CapReceipt(line=line, undo_label=line if context.changed else None, per_day=per_day, due_now=due)


async def put_off(context: MentorContext, schedule: RevisionSchedule, until: datetime, reason: str) -> None:
    """Move a revision to a later moment, and keep when it had been due before the first time it was moved."""
    delays = context.work.of(RevisionDelay)
    delay = await delays.find_one({"topicId": schedule.topic_id})
    standing = delay is not None and delay.until == schedule.next_revision_date
    before = delay.due_before if delay and standing else schedule.next_revision_date
    if delay is None:
        delay = _new_delay(context, schedule, until, before)
    delay.until, delay.due_before = until, before
    delay.reason = "snooze" if reason == "snooze" else "catch-up"
    schedule.next_revision_date = until
    await delays.save(delay)
    await context.work.of(RevisionSchedule).save(schedule)


def _new_delay(context: MentorContext, schedule: RevisionSchedule, until: datetime, before: datetime) -> RevisionDelay:
    if schedule.topic_id is None:
        raise ToolFailed("This revision belongs to no topic, so it cannot be put off.")
    return RevisionDelay(
        id=context.work.new_id(),
        user_id=context.student,
        topic_id=schedule.topic_id,
        until=until,
        due_before=before,
        reason="snooze",
    )


async def withdraw_delay(context: MentorContext, schedule: RevisionSchedule) -> None:
    """Let a revision that was put off be due again when it had been due: it is done after all."""
    delays = context.work.of(RevisionDelay)
    delay = await delays.find_one({"topicId": schedule.topic_id})
    if delay is None:
        return
    if delay.until == schedule.next_revision_date:
        schedule.next_revision_date = delay.due_before
        await context.work.of(RevisionSchedule).save(schedule)
    await delays.remove(delay)


def _meant(backlog: Backlog, said: str | None) -> RevisionSchedule:
    if said is None:
        if not backlog.due:
            raise ToolFailed("Nothing is due now, so there is nothing to put off.")
        return backlog.due[0]
    topic: ObjectId = pick_topic(backlog.book, said)
    for schedule in (*backlog.due, *backlog.ahead):
        if schedule.topic_id == topic:
            return schedule
    raise ToolFailed(f"{backlog.book.names[topic]} has no revision yet: it gets one with its first problem.")


def _read_until(context: MentorContext, said: str) -> datetime:
    """Read "1h", "tonight", "tomorrow" or a day as the moment a revision comes back. Raises: ToolRetry."""
    now = context.now()
    today = local_day(now, context.zone)
    text = " ".join(clean_text(said, "the time", limit=60).lower().split())
    text = re.sub(r"^(?:until|till|to|for) ", "", text)
    if found := _HOURS.fullmatch(text):
        count = {"a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5}.get(found[1]) or _count(found[1])
        wait = timedelta(hours=count) if found[2].startswith("h") else timedelta(minutes=count)
        if not timedelta(minutes=1) <= wait <= _LONGEST:
            raise ToolRetry("Put it off by at least a minute.", choices=_CHOICES)
        return _whole_minute(now + wait)
    if text in ("tonight", "this evening", "the evening", "evening", "later today"):
        evening = datetime.combine(today, EVENING, context.zone).astimezone(now.tzinfo)
        if evening <= now:
            raise ToolRetry("It is evening already; say 1h or tomorrow.", choices=("1h", "tomorrow"))
        return evening
    day = parse_day(text, today)
    if day <= today:
        raise ToolRetry("Put it off by hours, to tonight, or to a day after today.", choices=_CHOICES)
    moment = start_of_day(day, context.zone)
    if moment - now > _LONGEST:
        raise ToolRetry("A revision can be put off by a year at most; name a nearer day.")
    return moment


def _count(said: str) -> float:
    return float(said)


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


DELAYS = (
    Verb(snooze_revision, doing="putting the revision off", writes=True),
    Verb(pause_revisions, doing="pausing your revisions", writes=True),
    Verb(resume_revisions, doing="resuming your revisions", writes=True),
    Verb(set_revision_cap, doing="saving how many a day", writes=True),
)
