"""Reminders in words. A receipt's own line, which says when the next one comes, is shown beside this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from tools.context import Result
from tools.dates import say_day
from tools.reminders import ReminderReceipt, ReminderView


def _view(result: ReminderView) -> str:
    if not result.on:
        return "You get no reminders. Say `remind me at 8` for one every day, with what is due and its first question."
    lines = [f"Every day at {result.at}, {result.time_zone}. The next one comes {_moment(result.next, result.today)}."]
    if result.paused_until:
        lines.append(f"They are paused until {_day(result.paused_until, result.today)}; `resume reminders` ends that.")
    weekly = f"The weekly summary comes {_moment(result.summary, result.today)}." if result.summary else ""
    lines.append(weekly or "There is no weekly summary; `/remind weekly on` brings it.")
    lines.append(_quiet(result))
    lines.append("`/remind 7:30` moves it, `not today` skips one, `stop reminding me` ends them.")
    return "\n".join(lines)


def _quiet(result: ReminderView) -> str:
    if result.quiet_from == result.quiet_until:
        return "There are no quiet hours."
    return f"Quiet hours: {result.quiet_from} to {result.quiet_until}."


def _changed(result: ReminderReceipt) -> str:
    view = result.reminders
    if result.due is not None:
        return _skipped(result, result.due)
    if not view.on:
        return "I won't remind you any more. `remind me at 8` brings it back."
    following = f"The next reminder comes {_moment(view.next, view.today)}."
    if result.moved and _is_quiet(view):
        quiet = f"{view.quiet_from} to {view.quiet_until}"
        return f"{view.at} lies in your quiet hours, {quiet}, so it waits for their end. {following}"
    if result.moved:
        return f"That would be in your quiet hours or on another day, so today goes without one. {following}"
    if view.paused_until:
        return f"They are paused until {_day(view.paused_until, view.today)}; `resume reminders` ends that."
    return f"{following} `not today` skips it, `snooze reminder 1h` puts it off."


def _skipped(result: ReminderReceipt, due: int) -> str:
    following = f"The next one comes {_moment(result.reminders.next, result.reminders.today)}."
    waits = (
        "Nothing is due today." if not due else "What is due can wait." if due > 1 else "The one that is due can wait."
    )
    if result.skipped:
        return f"Today goes without a reminder. {waits} {following}"
    return f"{waits} No reminder was to come any more today, so there was none to leave out. {following}"


def _is_quiet(view: ReminderView) -> bool:
    start, end, at = view.quiet_from, view.quiet_until, view.at
    return start <= at < end if start <= end else at >= start or at < end


def _moment(moment: str | None, today: str) -> str:
    if moment is None:
        return "not yet"
    day, _, at = moment.partition(" ")
    said = _day(day, today)
    return f"{said if said in ('today', 'tomorrow') else f'on {said}'} at {at}"


def _day(day: str, today: str) -> str:
    return say_day(date.fromisoformat(day), date.fromisoformat(today))


REMINDER_WORDS: Final[dict[type[Result], Callable[[Any], str]]] = {ReminderView: _view, ReminderReceipt: _changed}
