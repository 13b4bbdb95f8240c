"""Reminders as students set them: when the next one comes, in their own days, and exactly undone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.client import ObjectId
from store.documents.own import ChannelAccount, OutboxItem, StudentSettings
from store.documents.reminders import JobSlot, Reminder, SentReminder
from tests.tools.harness import SERVICE, START, School, Student
from tools.clock_times import parse_time
from tools.errors import ToolFailed, ToolRetry
from tools.profile import ProfileReceipt
from tools.reminders import WHICH_ZONE, ReminderReceipt, ReminderView
from tools.reminding import REMINDING
from tools.undo import UndoReceipt

BERLIN = "Europe/Berlin"


async def enrol(school: School, *, zone: str = BERLIN, address: str | None = "77") -> Student:
    """Take a student in whom Telegram knows; it is 19:00 for them."""
    school.clock.at = START
    student = await school.enrol(zone=zone)
    settings = StudentSettings(id=student.id, time_zone=zone, time_zone_known=True)
    await school.database.collection(StudentSettings.collection).insert(settings.to_mongo())
    if address:
        await add_account(student, address)
    return student


async def add_account(student: Student, private: str, **fields: Any) -> None:
    """Let the student be known on Telegram."""
    account = ChannelAccount(
        id=f"telegram:{ObjectId()}", user_id=student.id, platform="telegram", display_name="Ada", address=private
    )
    raw = account.to_mongo() | fields
    await student.database.collection(ChannelAccount.collection).insert(raw)


async def set_to(student: Student, **arguments: Any) -> ReminderReceipt:
    """Set the reminder."""
    return await student.do(ReminderReceipt, "set_reminder", **arguments)


async def make_ahead(student: Student, day: str, due: datetime) -> str:
    """Make a reminder ahead, as the job does."""
    key = f"reminder:{student.id}:{day}"
    item = OutboxItem(
        id=key, user_id=student.id, platform="telegram", address="77", seq=0, text="…", bulk=True, next_attempt_at=due
    )
    sent = SentReminder(id=key, user_id=student.id, day=day, due_at=due, made_at=student.clock())
    slot = JobSlot(id=ObjectId(), job=REMINDING, slot=key, user_id=student.id, expires_at=due + timedelta(days=40))
    for document in (item, sent, slot):
        await student.database.collection(document.collection).insert(document.to_mongo())
    await student.database.collection(Reminder.collection).update({"_id": student.id}, {"$set": {"lastDay": day}})
    return key


@pytest.mark.parametrize(
    ("said", "expected"),
    [("8", time(8)), ("8:05", time(8, 5)), ("7:30pm", time(19, 30)), ("12 am", time(0)), ("at noon", time(12)),
     ("20.15", time(20, 15)), ("24:00", time(0)), ("0830", time(8, 30))],
)  # fmt: skip
def test_times_of_day_are_read(said: str, expected: time) -> None:
    """As people write them."""
    assert parse_time(said) == expected


@pytest.mark.parametrize("said", ["25:00", "8:61", "13pm", "soon", "8:0", "", "٨", "²"])
def test_what_is_no_time_of_day_is_asked_about(said: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ToolRetry):
        parse_time(said)


async def test_the_next_reminder_is_the_next_local_time(school: School) -> None:
    """At 19:00 in Berlin "at 8" is tomorrow, "at 20:00" today; the summary comes on Sunday evening."""
    student = await enrol(school)
    receipt = await set_to(student, at="8")
    assert (receipt.reminders.on, receipt.reminders.next) == (True, "2026-11-24 08:00")
    assert receipt.line == "daily reminder at 08:00 (Europe/Berlin) · next tomorrow 08:00"
    assert receipt.reminders.summary == "2026-11-29 18:00"
    assert (await set_to(student, at="20:00")).reminders.next == "2026-11-23 20:00"
    stored = await student.one(Reminder)
    assert stored["nextAt"] == datetime(2026, 11, 23, 19, tzinfo=UTC)


async def test_a_time_in_the_quiet_hours_waits_for_their_end(school: School) -> None:
    """23:45 with quiet hours until 7 is a reminder at 7; without quiet hours it is one at 23:45."""
    student = await enrol(school)
    receipt = await set_to(student, at="23:45")
    assert (receipt.moved, receipt.reminders.next) == (True, "2026-11-24 07:00")
    receipt = await set_to(student, quiet_from="0:00", quiet_until="0:00")
    assert (receipt.moved, receipt.reminders.next) == (False, "2026-11-23 23:45")


async def test_without_a_zone_it_is_asked_for_and_taken(school: School) -> None:
    """What "8" means depends on where: the refusal asks for it, and the same call with a city does both."""
    student = await enrol(school, zone="UTC")
    settings = student.database.collection(StudentSettings.collection)
    await settings.update({"_id": student.id}, {"$set": {"timeZoneKnown": False}})
    with pytest.raises(ToolRetry) as refused:
        await set_to(student, at="8")
    assert str(refused.value).endswith(WHICH_ZONE)
    receipt = await set_to(student, at="8", time_zone="Tokyo")
    assert receipt.reminders.next == "2026-11-24 08:00"
    assert (await student.one(StudentSettings))["timeZone"] == "Asia/Tokyo"


@pytest.mark.parametrize("fields", [None, {"stoppedAt": START}, {"deadAt": START}, {"address": None}])
async def test_who_cannot_be_written_to_is_told_so(school: School, fields: dict[str, Any] | None) -> None:
    """A student of the terminal, of a group, or who said stop has no place for a reminder."""
    student = await enrol(school, address=None)
    if fields:
        await add_account(student, "78", **fields)
    with pytest.raises(ToolFailed, match="private message"):
        await set_to(student, at="8")
    assert await student.all(Reminder) == []


async def test_another_zone_moves_the_reminder_with_the_student(school: School) -> None:
    """Eight o'clock stays eight o'clock, and undoing the move puts it back to the bit."""
    student = await enrol(school)
    await set_to(student, at="8")
    before = await student.everything(without=SERVICE)
    await student.do(ProfileReceipt, "set_profile", time_zone="New York")
    assert (await student.one(Reminder))["nextAt"] == datetime(2026, 11, 24, 13, tzinfo=UTC)
    await student.do(UndoReceipt, "undo_last")
    assert await student.everything(without=SERVICE) == before


async def test_a_reminder_to_come_is_put_off_from_its_time(school: School) -> None:
    """At 19:00 the one of 20:00 by an hour is 21:00; the one after that is tomorrow's."""
    student = await enrol(school)
    await set_to(student, at="20:00")
    receipt = await student.do(ReminderReceipt, "snooze_reminder", until="1h")
    assert receipt.reminders.next == receipt.reminders.snoozed_until == "2026-11-23 21:00"
    school.clock.forward(hours=3)
    assert (await set_to(student, weekly=False)).reminders.next == "2026-11-24 20:00"


async def test_putting_off_into_the_night_is_leaving_today_out(school: School) -> None:
    """Four hours from 19:00 are quiet: the next reminder is tomorrow's, and the receipt says that it moved."""
    student = await enrol(school)
    await set_to(student, at="18:00")
    receipt = await student.do(ReminderReceipt, "snooze_reminder", until="4h")
    assert receipt.moved
    assert (receipt.reminders.snoozed_until, receipt.reminders.next) == (None, "2026-11-24 18:00")
    with pytest.raises(ToolRetry):
        await student.do(ReminderReceipt, "snooze_reminder", until="tonight")


async def test_not_today_pause_and_resume(school: School) -> None:
    """Today goes without; a pause lasts until its day; its end brings the next one back; undo is exact."""
    student = await enrol(school)
    await set_to(student, at="20:00")
    before = await student.everything(without=SERVICE)
    skipped = await student.do(ReminderReceipt, "skip_today")
    assert (skipped.skipped, skipped.due, skipped.reminders.next) == (True, 0, "2026-11-24 20:00")
    assert skipped.line.startswith("no reminder today")
    again = await student.do(ReminderReceipt, "skip_today")
    assert (again.skipped, again.line, again.undo_label) == (False, "", None)
    await student.do(UndoReceipt, "undo_last")
    assert await student.everything(without=SERVICE) == before
    paused = await student.do(ReminderReceipt, "pause_reminders", until="friday")
    assert (paused.reminders.paused_until, paused.reminders.next) == ("2026-11-27", "2026-11-27 20:00")
    resumed = await student.do(ReminderReceipt, "resume_reminders")
    assert (resumed.reminders.paused_until, resumed.reminders.next) == (None, "2026-11-23 20:00")
    with pytest.raises(ToolFailed):
        await student.do(ReminderReceipt, "resume_reminders")


async def test_off_is_off(school: School) -> None:
    """Without reminders nothing is due, and what only stands for one says how to get one."""
    student = await enrol(school)
    await set_to(student, at="20:00")
    assert (await set_to(student, on=False)).line == "reminders are off"
    assert {"nextAt", "summaryAt"}.isdisjoint(await student.one(Reminder))
    for verb, arguments in {"skip_today": {}, "snooze_reminder": {"until": "1h"}}.items():
        with pytest.raises(ToolFailed, match="remind me at 8") as refused:
            await student.do(ReminderReceipt, verb, **arguments)
        assert ("Nothing is due today, and you get no" in str(refused.value)) is (verb == "skip_today")
    assert not (await student.read(ReminderView, "show_reminders")).on


async def test_what_was_made_ahead_is_taken_back(school: School) -> None:
    """A reminder of 20:00 that waits in the outbox goes when its time changes, and its date is free again."""
    student = await enrol(school)
    await set_to(student, at="20:00")
    await make_ahead(student, "2026-11-23", START + timedelta(minutes=10))
    receipt = await set_to(student, at="21:00")
    assert receipt.reminders.next == "2026-11-23 21:00"
    for document in (OutboxItem, SentReminder, JobSlot):
        assert await student.all(document) == []


async def test_what_is_on_its_way_stays_and_counts(school: School) -> None:
    """A reminder whose moment has come is not made again at a new time; "not today" drops it where it still waits."""
    student = await enrol(school)
    await set_to(student, at="20:00")
    await make_ahead(student, "2026-11-23", START + timedelta(seconds=2))
    assert (await set_to(student, at="21:00")).reminders.next == "2026-11-24 21:00"
    assert "expiresAt" not in await student.one(OutboxItem)
    await student.do(ReminderReceipt, "skip_today")
    assert (await student.one(OutboxItem))["expiresAt"] == START


async def test_the_view_is_in_the_students_own_days(school: School) -> None:
    """Moments are told in the student's zone."""
    student = await enrol(school, zone="Pacific/Kiritimati")
    await set_to(student, at="8")
    view = await student.read(ReminderView, "show_reminders")
    assert (view.today, view.next, view.time_zone) == ("2026-11-24", "2026-11-25 08:00", "Pacific/Kiritimati")
    assert START.astimezone(ZoneInfo(view.time_zone)).hour == 8
