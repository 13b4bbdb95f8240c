"""The weekly summary in words: what was done, how steadily, what was gained, what comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from jobs.making import Composed
from store.documents.own import Action
from store.documents.reminders import Reminder, SentReminder
from texts import say, say_count
from tools.backlog import Backlog, read_backlog
from tools.context import MentorContext
from tools.progress import Progress, WeekSum, show_progress

_SHOWN: Final = 3
_NOTICEABLE: Final = 0.01
_WEEK: Final = timedelta(days=7)


async def compose_weekly(context: MentorContext, _: Reminder, __: bool) -> Composed | None:
    """Write the summary of a week; None for a week in which nothing was done: of that nobody needs to be told."""
    progress = await show_progress(context)
    if not progress.this_week.attempts:
        return None
    backlog = await read_backlog(context)
    mastery = {str(topic): round(backlog.view.mastery(topic), 4) for topic in backlog.view.topics}
    parts = [
        say("Your week:"),
        "\n".join([f"- {line}" for line in (*_done(progress), *await _gained(context, backlog, mastery))]),
        _coming(backlog),
    ]
    progress_tap = Action(label=say("Progress"), says="/progress", group=None)
    due_tap = Action(label=say("What is due"), says="/due", group=None)
    return Composed("\n\n".join(part for part in parts if part), (due_tap, progress_tap), mastery=mastery)


def _done(progress: Progress) -> list[str]:
    week = progress.this_week
    attempts = say_count("{count} attempt", "{count} attempts", week.attempts)
    days = say_count("on {count} day", "on {count} days", week.days)
    solved = say_count("{count} problem newly solved", "{count} problems newly solved", week.newly_solved)
    lines = [f"{attempts} {days}, {solved}{_before(progress.last_week)}"]
    if progress.streak:
        lines.append(say_count("streak: {count} day", "streak: {count} days", progress.streak))
    return lines


def _before(week: WeekSum) -> str:
    if not week.attempts:
        return ""
    return " " + say_count("(the week before: {count} attempt)", "(the week before: {count} attempts)", week.attempts)


async def _gained(context: MentorContext, backlog: Backlog, mastery: dict[str, float]) -> list[str]:
    """Say which topics gained most since the last summary."""
    last = await context.work.of(SentReminder).find_one({"kind": "weekly"}, sort=[("dueAt", -1)])
    if last is None:
        return []
    names = {str(topic): name for topic, name in backlog.book.names.items()}
    gains = sorted(
        ((now - last.mastery.get(topic, now), topic) for topic, now in mastery.items() if topic in names), reverse=True
    )
    told = [
        f"{names[topic]} {last.mastery[topic]:.0%} → {mastery[topic]:.0%}"
        for gain, topic in gains[:_SHOWN]
        if gain >= _NOTICEABLE
    ]
    return [say("mastery gained: {topics}", topics=", ".join(told))] if told else []


def _coming(backlog: Backlog) -> str:
    until = backlog.now + _WEEK
    count = len(backlog.due) + sum(schedule.next_revision_date <= until for schedule in backlog.ahead)
    if not count:
        return say("Nothing is due in the week that comes.")
    return say_count("{count} revision is due within a week.", "{count} revisions are due within a week.", count)
