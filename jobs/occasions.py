"""The two occasions on which a student is written to: the daily reminder and the weekly summary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from learning.reminding import name_week
from store.client import ObjectId
from store.documents.reminders import Reminder, ReminderKind


@dataclass(frozen=True)
class Occasion:
    """How an occasion is found and named. `field` is where its moment is stored, `moment` reads it.

    `name` is what its item in the outbox is called, `pass_over` notes that its date is done with.
    """

    kind: ReminderKind
    field: str
    moment: Callable[[Reminder], datetime | None]
    name: Callable[[ObjectId, Reminder, datetime], str]
    pass_over: Callable[[Reminder, datetime], None]


def _daily_name(student: ObjectId, reminder: Reminder, local: datetime) -> str:
    at = f"T{local:%H:%M}" if is_snoozed(reminder) else ""
    return f"reminder:{student}:{local:%Y-%m-%d}{at}"


def is_snoozed(reminder: Reminder) -> bool:
    """Return whether the next reminder is one that was put off."""
    return reminder.snoozed_until is not None and reminder.snoozed_until == reminder.next_at


def _daily_done(reminder: Reminder, local: datetime) -> None:
    if is_snoozed(reminder):
        reminder.snoozed_until = None
    else:
        reminder.last_day = max(reminder.last_day or "", f"{local:%Y-%m-%d}")


def _weekly_name(student: ObjectId, _: Reminder, local: datetime) -> str:
    return f"weekly:{student}:{name_week(local.date())}"


def _weekly_done(reminder: Reminder, local: datetime) -> None:
    reminder.last_summary = f"{local:%Y-%m-%d}"


DAILY: Final = Occasion("daily", "nextAt", lambda one: one.next_at, _daily_name, _daily_done)
WEEKLY: Final = Occasion("weekly", "summaryAt", lambda one: one.summary_at, _weekly_name, _weekly_done)
