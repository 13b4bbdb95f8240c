"""What students say about reminders, and what the coach takes it for; beside it what only looks like it."""

from typing import Any

from tools.reminders import ReminderReceipt, ReminderView

REMINDER_PHRASINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("remind me every day at 8", "set_reminder", {"at": "8"}),
    ("Remind me at 7:30pm", "set_reminder", {"at": "7:30pm"}),
    ("remind me daily at 20:00 please", "set_reminder", {"at": "20:00"}),
    ("set a daily reminder for 8am", "set_reminder", {"at": "8am"}),
    ("change my reminder to 9", "set_reminder", {"at": "9"}),
    ("remind me every morning", "set_reminder", {"at": "morning"}),
    ("remind me every day", "set_reminder", {"on": True}),
    ("turn reminders on", "set_reminder", {"on": True}),
    ("stop reminding me", "set_reminder", {"on": False}),
    ("turn off the reminders", "set_reminder", {"on": False}),
    ("i don't want reminders anymore", "set_reminder", {"on": False}),
    ("stop the weekly summary", "set_reminder", {"weekly": False}),
    ("quiet hours from 23 to 8", "set_reminder", {"quiet_from": "23", "quiet_until": "8"}),
    ("no reminders between 10pm and 7am", "set_reminder", {"quiet_from": "10pm", "quiet_until": "7am"}),
    ("snooze the reminder for an hour", "snooze_reminder", {"until": "an hour"}),
    ("snooze reminder 1h", "snooze_reminder", {"until": "1h"}),
    ("remind me tonight instead", "snooze_reminder", {"until": "tonight"}),
    ("remind me again in 30 minutes", "snooze_reminder", {"until": "30 minutes"}),
    ("not today", "skip_today", {}),
    ("Not today, sorry", "skip_today", {}),
    ("skip today", "skip_today", {}),
    ("no reminder today", "skip_today", {}),
    ("pause reminders until monday", "pause_reminders", {"until": "monday"}),
    ("stop reminders until friday", "pause_reminders", {"until": "friday"}),
    ("don't remind me until 3 jan", "pause_reminders", {"until": "3 jan"}),
    ("resume reminders", "resume_reminders", {}),
    ("my reminders", "show_reminders", {}),
    ("when do you remind me?", "show_reminders", {}),
    ("/remind", "show_reminders", {}),
    ("/remind 8:00", "set_reminder", {"at": "8:00"}),
    ("/remind me at 8", "set_reminder", {"at": "8"}),
    ("/remind off", "set_reminder", {"on": False}),
    ("/remind snooze 1h", "snooze_reminder", {"until": "1h"}),
    ("/remind tonight", "snooze_reminder", {"until": "tonight"}),
    ("/remind not today", "skip_today", {}),
    ("/remind pause until 3 jan", "pause_reminders", {"until": "3 jan"}),
    ("/remind weekly off", "set_reminder", {"weekly": False}),
    ("/remind quiet 22:00-07:00", "set_reminder", {"quiet_from": "22:00", "quiet_until": "07:00"}),
    ("/remind me to buy milk", "add_task", {"title": "buy milk"}),
    # tasks and revisions keep their words
    ("delete my reminder about heaps", "delete_task", {"which": "reminder about heaps"}),
    ("move reminder 2 to friday", "reschedule_task", {"which": "reminder 2", "due": "friday"}),
    ("snooze graphs until tonight", "snooze_revision", {"topic": "graphs", "until": "tonight"}),
    ("pause everything until monday", "pause_revisions", {"until": "monday"}),
]

_VIEW = ReminderView(
    on=True,
    at="08:00",
    next="2026-11-24 08:00",
    weekly=True,
    summary="2026-11-29 18:00",
    quiet_from="22:00",
    quiet_until="07:00",
    paused_until=None,
    snoozed_until=None,
    time_zone="Europe/Berlin",
    today="2026-11-23",
)
_NIGHTLY = _VIEW.model_copy(update={"at": "23:45", "next": "2026-11-24 07:00"})
_PAUSED = _VIEW.model_copy(update={"paused_until": "2026-12-01", "next": "2026-12-01 08:00"})
REMINDERS_AND_WORDS: list[tuple[Any, tuple[str, ...]]] = [
    (_VIEW, ("Every day at 08:00, Europe/Berlin", "tomorrow at 08:00", "on 29 Nov at 18:00", "22:00 to 07:00")),
    (_PAUSED, ("paused until 1 Dec",)),
    (_VIEW.model_copy(update={"on": False}), ("You get no reminders", "`remind me at 8`")),
    (ReminderReceipt(line="x", reminders=_VIEW), ("The next reminder comes tomorrow at 08:00",)),
    (ReminderReceipt(line="x", reminders=_NIGHTLY, moved=True), ("23:45 lies in your quiet hours, 22:00 to 07:00",)),
    (ReminderReceipt(line="x", reminders=_VIEW, moved=True), ("today goes without one",)),
    (ReminderReceipt(line="x", reminders=_PAUSED), ("paused until 1 Dec",)),
    (ReminderReceipt(line="x", reminders=_VIEW.model_copy(update={"on": False})), ("I won't remind you any more",)),
]
