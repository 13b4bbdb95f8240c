"""Receipts of reminders, held against the database: what stands there is told, and the next one is where it must be."""

from __future__ import annotations

from datetime import time

from store.documents.reminders import Reminder
from tests.tools.sequences.play import Done
from tools.reminders import ReminderReceipt, ReminderView


def check_set(done: Done) -> None:
    """The reminders that a change tells of are the stored ones, and the next one is neither past nor in quiet hours."""
    receipt = done.result
    assert isinstance(receipt, ReminderReceipt)
    _check(done, receipt.reminders)


def check_shown(done: Done) -> None:
    """What is shown is what is stored."""
    assert isinstance(done.result, ReminderView)
    _check(done, done.result)


def check_skipped(done: Done) -> None:
    """After that no reminder comes on this day."""
    receipt = done.result
    assert isinstance(receipt, ReminderReceipt)
    _check(done, receipt.reminders)
    assert receipt.reminders.next is not None
    assert receipt.reminders.next[:10] > receipt.reminders.today


def _check(done: Done, view: ReminderView) -> None:
    raw = done.after.own(Reminder)
    zone = done.after.zone
    assert (view.on, view.at, view.weekly) == (raw.get("on", False), raw.get("at", "08:00"), raw.get("weekly", True))
    moment = raw.get("nextAt")
    assert (moment is not None) == view.on
    assert view.time_zone == zone.key
    if moment is None or isinstance(done.result, ReminderView):
        return
    local = moment.astimezone(zone)
    assert moment > done.now
    assert f"{local:%Y-%m-%d %H:%M}" == view.next
    quiet = [time.fromisoformat(raw[name]) for name in ("quietFrom", "quietUntil")]
    at = local.time()
    inside = quiet[0] <= at < quiet[1] if quiet[0] <= quiet[1] else at >= quiet[0] or at < quiet[1]
    assert not inside
    assert view.paused_until is None or str(view.next)[:10] >= view.paused_until
    if raw.get("lastDay"):
        assert str(view.next)[:10] > raw["lastDay"] or raw.get("snoozedUntil")


CHECKS = {
    "set_reminder": check_set,
    "snooze_reminder": check_set,
    "skip_today": check_skipped,
    "pause_reminders": check_set,
    "resume_reminders": check_set,
    "show_reminders": check_shown,
}
