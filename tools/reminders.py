"""Reminders: when the daily one comes, putting it off, going without it today, pausing for a while."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field

from learning.reminding import find_moment, is_quiet
from store.documents.own import StudentSettings
from store.documents.reminders import Reminder
from tools.arguments import clean_text
from tools.backlog import read_backlog
from tools.clock_times import parse_time, say_time
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import local_day, parse_day, say_day
from tools.delays import EVENING
from tools.errors import ToolFailed, ToolRetry
from tools.profile import change_zone
from tools.reminding import find_mailbox, next_daily, plan, quiet_of, take_back
from tools.zones import zone_in

WHICH_ZONE: Final = "Which city are you in, or which time zone?"
"""What is asked before the first reminder; the reply is `time_zone`."""
_EXAMPLES: Final = ("1h", "tonight", "tomorrow")
_HOURS: Final = re.compile(
    r"(?:for |in |by )?(?P<n>an?|half an?|[0-9]{1,3}) ?(?P<unit>hours?|hrs?|h|minutes?|mins?|min|m)", re.ASCII
)
_LONGEST: Final = timedelta(hours=24)


class ReminderView(Result):
    """The student's reminders. Times of day are "08:00", moments local ("2026-11-27 08:00"), None where none comes.

    `summary` is when the weekly summary comes; quiet hours with equal bounds are none.
    """

    on: bool
    at: str
    next: str | None
    weekly: bool
    summary: str | None
    quiet_from: str
    quiet_until: str
    paused_until: str | None
    snoozed_until: str | None
    time_zone: str
    today: str


class ReminderReceipt(Receipt):
    """The reminders after a change. `moved`: what was asked for lies in the quiet hours or on another day.

    `due` counts the revisions that are due where today was to go without a reminder; `skipped`: one was still to come.
    """

    reminders: ReminderView
    moved: bool = False
    skipped: bool = False
    due: int | None = None


async def show_reminders(context: MentorContext) -> ReminderView:
    """Look up the student's reminders: whether and when they come, quiet hours, a pause.

    Use it for "when do you remind me", "my reminders".
    """
    settings = await context.work.of(StudentSettings).own()
    reminder = await context.work.of(Reminder).own() or Reminder(id=context.student)
    return _view(reminder, context, zone_in(context, settings))


async def set_reminder(
    context: MentorContext,
    at: Annotated[str | None, Field(max_length=40, description='The local time: "8:00", "7:30pm".')] = None,
    on: Annotated[bool | None, Field(description="False stops reminders, true brings them back.")] = None,
    weekly: Annotated[bool | None, Field(description="Whether a summary comes each Sunday evening.")] = None,
    quiet_from: Annotated[str | None, Field(max_length=40, description="When quiet hours begin.")] = None,
    quiet_until: Annotated[str | None, Field(max_length=40, description="When they end; both equal: none.")] = None,
    time_zone: Annotated[str | None, Field(max_length=80, description="The student's city or zone, if asked.")] = None,
) -> ReminderReceipt:
    """Set the daily reminder: its time, on or off, the weekly summary, the quiet hours. Give only what was said.

    Use it for "remind me every day at 8", "stop reminding me". It brings what is due and its first question.
    """
    if all(value is None for value in (at, on, weekly, quiet_from, quiet_until, time_zone)):
        raise ToolRetry("Say what to change: the time, on or off, the weekly summary or the quiet hours.")
    reminder = await context.work.of(Reminder).own() or Reminder(id=context.student)
    settings = await context.work.of(StudentSettings).own() or StudentSettings(id=context.student)
    wanted = on if on is not None else (at is not None or reminder.on)
    if wanted:
        await _check_reachable(context)
    read = {name: parse_time(said) for name, said in (("from", quiet_from), ("until", quiet_until)) if said is not None}
    moment = parse_time(at) if at is not None else None
    if time_zone is not None:
        zone = await change_zone(context, settings, time_zone)
        await context.work.of(StudentSettings).save(settings)
        reminder = await context.work.of(Reminder).own() or reminder
    elif wanted and not settings.time_zone_known:
        raise ToolRetry(f"I need to know when it is {say_time(moment) if moment else 'morning'} for you. {WHICH_ZONE}")
    else:
        zone = zone_in(context, settings)
    if moment is not None:
        reminder.at = say_time(moment)
    if weekly is not None:
        reminder.weekly = weekly
    if on:
        reminder.paused_until = None
    reminder.on = wanted
    reminder.quiet_from = say_time(read.get("from", quiet_of(reminder).start))
    reminder.quiet_until = say_time(read.get("until", quiet_of(reminder).end))
    if wanted:
        reminder.sparse = False
    await _save(context, reminder, zone, unwanted=not wanted)
    view = _view(reminder, context, zone)
    line = _say_setting(view)
    moved = reminder.on and quiet_of(reminder).holds(time.fromisoformat(reminder.at))
    changed = context.changed
    return ReminderReceipt(
        line=line if changed else "", undo_label=line if changed else None, reminders=view, moved=moved
    )


async def snooze_reminder(
    context: MentorContext,
    until: Annotated[str, Field(max_length=60, description='"1h", "30 min", "tonight" or "tomorrow".')],
) -> ReminderReceipt:
    """Put today's reminder off by some time, to this evening or to tomorrow.

    Use it for "snooze the reminder for an hour", "remind me tonight instead".
    """
    reminder, zone = await _standing(context)
    now = context.now()
    today = local_day(now, zone)
    await take_back(context.work, reminder, now, unwanted=True)
    coming = next_daily(reminder, now, zone)
    moment = _read_snooze(until, now, coming.moment if coming.day == today else now, zone)
    moved = moment is not None and (
        moment.astimezone(zone).date() != today or is_quiet(moment, zone, quiet_of(reminder))
    )
    reminder.last_day = max(reminder.last_day or "", today.isoformat())
    reminder.snoozed_until = None if moved else moment
    return await _changed(context, reminder, zone, "reminder put off", moved=moved)


async def skip_today(context: MentorContext) -> ReminderReceipt:
    """Let today go without a reminder, or without another one; the next comes on its usual day.

    Use it for "not today". Where none was to come any more it changes nothing, and `skipped` is false.
    """
    due = len((await read_backlog(context)).due)
    reminder = await context.work.of(Reminder).own()
    if reminder is None or not reminder.on:
        waiting = "" if due else "Nothing is due today, and "
        none = f"{waiting}you get no reminders, so none would have come. Say `remind me at 8` for one every day."
        raise ToolFailed(none[0].upper() + none[1:])
    zone = zone_in(context, await context.work.of(StudentSettings).own())
    now = context.now()
    today = local_day(now, zone)
    planned = reminder.next_at
    await take_back(context.work, reminder, now, unwanted=True)
    plan(reminder, now, zone)
    coming = [moment for moment in (planned, reminder.next_at) if moment and local_day(moment, zone) <= today]
    if not coming and not context.changed:
        return ReminderReceipt(line="", reminders=_view(reminder, context, zone), due=due)
    reminder.snoozed_until = None
    reminder.last_day = max(reminder.last_day or "", today.isoformat())
    receipt = await _changed(context, reminder, zone, "no reminder today")
    return receipt.model_copy(update={"skipped": True, "due": due})


async def pause_reminders(
    context: MentorContext,
    until: Annotated[str, Field(max_length=60, description="The day they begin again, as the student said it.")],
) -> ReminderReceipt:
    """Pause all reminders, the weekly summary too, until a day. Revisions stay due meanwhile.

    Use it for "pause reminders until monday".
    """
    reminder, zone = await _standing(context)
    now = context.now()
    today = local_day(now, zone)
    day = parse_day(until, today)
    if day <= today:
        raise ToolRetry("Pause until a day after today.")
    await take_back(context.work, reminder, now, unwanted=True)
    reminder.paused_until, reminder.snoozed_until = day.isoformat(), None
    return await _changed(context, reminder, zone, f"reminders paused until {say_day(day, today)}")


async def resume_reminders(context: MentorContext) -> ReminderReceipt:
    """End a pause of the reminders now. Use it for "resume my reminders"."""
    reminder, zone = await _standing(context)
    if reminder.paused_until is None or date.fromisoformat(reminder.paused_until) <= local_day(context.now(), zone):
        raise ToolFailed("Reminders are not paused.")
    reminder.paused_until = None
    return await _changed(context, reminder, zone, "reminders go on")


async def _standing(context: MentorContext) -> tuple[Reminder, ZoneInfo]:
    """Return the reminders that are on, and the student's zone."""
    reminder = await context.work.of(Reminder).own()
    if reminder is None or not reminder.on:
        raise ToolFailed("You get no reminders. Say `remind me at 8` for one every day.")
    return reminder, zone_in(context, await context.work.of(StudentSettings).own())


async def _check_reachable(context: MentorContext) -> None:
    if await find_mailbox(context.work) is None:
        raise ToolFailed(
            "I can only remind you where I can write to you by myself: send me a private message on Telegram, "
            "and ask for the reminder there."
        )


async def _save(context: MentorContext, reminder: Reminder, zone: ZoneInfo, *, unwanted: bool = False) -> None:
    await take_back(context.work, reminder, context.now(), unwanted=unwanted)
    plan(reminder, context.now(), zone)
    await context.work.of(Reminder).save(reminder)


async def _changed(
    context: MentorContext, reminder: Reminder, zone: ZoneInfo, what: str, *, moved: bool = False
) -> ReminderReceipt:
    await _save(context, reminder, zone)
    view = _view(reminder, context, zone)
    line = f"{what} · next {_say_moment(view.next, view.today)}"
    if not context.changed:
        return ReminderReceipt(line="", reminders=view, moved=moved)
    return ReminderReceipt(line=line, undo_label=what, reminders=view, moved=moved)


def _read_snooze(said: str, now: datetime, base: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment to which a reminder is put off; None for tomorrow's own. Raises: ToolRetry."""
    text = " ".join(clean_text(said, "the time", limit=60).lower().split())
    text = re.sub(r"^(?:until|till|to) ", "", text)
    if found := _HOURS.fullmatch(text):
        count = {"a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5}.get(found["n"]) or float(found["n"])
        wait = timedelta(hours=count) if found["unit"].startswith("h") else timedelta(minutes=count)
        if not timedelta(minutes=1) <= wait <= _LONGEST:
            raise ToolRetry("A reminder can be put off by a minute to a day.", choices=_EXAMPLES)
        return (base + wait).replace(second=0, microsecond=0)
    if text in ("tonight", "this evening", "the evening", "evening", "later today"):
        evening = find_moment(local_day(now, zone), EVENING, zone)
        if evening is None or evening <= now:
            raise ToolRetry("It is evening already; say 1h or tomorrow.", choices=("1h", "tomorrow"))
        return evening
    if text in ("tomorrow", "tomorrow morning", "a day"):
        return None
    raise ToolRetry(
        "A reminder can be put off by hours, to tonight or to tomorrow; `pause reminders until friday` does more.",
        choices=_EXAMPLES,
    )


def _view(reminder: Reminder, context: MentorContext, zone: ZoneInfo) -> ReminderView:
    def local(moment: datetime | None) -> str | None:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else None

    today = local_day(context.now(), zone)
    paused = reminder.paused_until if reminder.paused_until and reminder.paused_until > today.isoformat() else None
    return ReminderView(
        on=reminder.on,
        at=reminder.at,
        next=local(reminder.next_at),
        weekly=reminder.weekly,
        summary=local(reminder.summary_at),
        quiet_from=reminder.quiet_from,
        quiet_until=reminder.quiet_until,
        paused_until=paused,
        snoozed_until=local(reminder.snoozed_until),
        time_zone=zone.key,
        today=today.isoformat(),
    )


def _say_setting(view: ReminderView) -> str:
    if not view.on:
        return "reminders are off"
    return f"daily reminder at {view.at} ({view.time_zone}) · next {_say_moment(view.next, view.today)}"


def _say_moment(moment: str | None, today: str) -> str:
    if moment is None:
        return "none"
    day, _, at = moment.partition(" ")
    return f"{say_day(date.fromisoformat(day), date.fromisoformat(today))} {at}"


REMINDERS = (
    Verb(show_reminders, doing="looking at your reminders"),
    Verb(set_reminder, doing="setting your reminder", writes=True),
    Verb(snooze_reminder, doing="putting the reminder off", writes=True),
    Verb(skip_today, doing="leaving today out", writes=True),
    Verb(pause_reminders, doing="pausing your reminders", writes=True),
    Verb(resume_reminders, doing="resuming your reminders", writes=True),
)
