"""Daily reminders are made ahead, once for each local date, whatever clocks, zones and replicas do."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from agents.coach.questions import RECALL, START_IT
from jobs import composing
from jobs.composing import compose_daily
from jobs.making import Composed
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.own import ChannelAccount, OutboxItem, StudentSettings
from store.documents.problems import Topic
from store.documents.reminders import JobSlot, Reminder, SentReminder
from tests.jobs.stage import MORNING, Class, Pupil
from tools.context import MentorContext
from tools.profile import ProfileReceipt
from tools.reminders import ReminderReceipt

EIGHT = MORNING + timedelta(minutes=15)


async def owe(pupil: Pupil, topic: str = "Graphs") -> None:
    """Let a topic's revision be due."""
    raw = await pupil.database.collection(Topic.collection).find_one({"name": topic})
    assert raw is not None
    schedule = RevisionSchedule(
        id=ObjectId(),
        user_id=pupil.id,
        topic_id=raw["_id"],
        topic_name=topic,
        next_revision_date=pupil.clock() - timedelta(days=2),
    )
    await pupil.database.collection(RevisionSchedule.collection).insert(schedule.to_mongo())


def names(items: list[dict[str, object]]) -> list[str]:
    """Return the dates of reminders."""
    return [str(item["_id"]).split(":", 2)[2] for item in items]


async def test_a_reminder_is_made_ahead_and_is_the_exercise(pupils: Class) -> None:
    """From ten to eight it waits in the outbox for eight: what is due, the first question, and four taps."""
    pupil = await pupils.enrol()
    await owe(pupil)
    await pupils.tick()
    assert await pupil.items() == []
    pupils.clock.forward(minutes=6)
    await pupils.tick()
    (item,) = await pupil.items()
    assert item["_id"] == f"reminder:{pupil.id}:2030-11-25"
    assert (item["nextAttemptAt"], item["bulk"], item["address"]) == (EIGHT, True, "7")
    assert item["expiresAt"] == EIGHT + timedelta(hours=6)
    assert "One revision is due: Graphs." in item["text"]
    assert item["text"].endswith(RECALL.text)
    assert [action["label"] for action in item["actions"]] == ["Start", "Snooze 1 h", "Tonight", "Not today"]
    assert item["actions"][0]["says"] == "/revise Graphs"
    (reminder,) = await pupil.all(Reminder)
    assert reminder["nextAt"] == EIGHT + timedelta(days=1)


async def test_with_nothing_due_it_brings_the_next_problem(pupils: Class) -> None:
    """Somebody new is reminded of a problem that "start it" starts."""
    pupil = await pupils.enrol()
    pupils.clock.forward(minutes=6)
    await pupils.tick()
    (item,) = await pupil.items()
    assert item["text"].startswith("Today's problem: [")
    assert item["text"].endswith(START_IT.text)
    assert item["actions"][0]["says"].startswith("/start ")


async def test_replicas_and_repeated_ticks_make_it_once(pupils: Class) -> None:
    """Three replicas at once and more ticks: one item, one slot."""
    pupil = await pupils.enrol()
    pupils.clock.forward(minutes=6)
    replicas = [pupils.making(name) for name in "abc"]
    await asyncio.gather(*(replica.run(pupils.clock()) for replica in replicas))
    for _ in range(2):
        pupils.clock.forward(minutes=5)
        await pupils.tick(replicas[0])
    assert names(await pupil.items()) == ["2030-11-25"]
    assert len(await pupil.all(JobSlot)) == 1


async def test_a_clock_that_is_set_back_brings_no_second_one(pupils: Class) -> None:
    """An hour back and forth again: the date had its reminder."""
    pupil = await pupils.enrol()
    pupils.clock.at = EIGHT
    await pupils.tick()
    for hours in (-1, 1):
        pupils.clock.forward(hours=hours)
        await pupils.tick()
        await pupil.do(ReminderReceipt, "set_reminder", at="8:00")
        await pupils.tick()
    assert names(await pupil.items()) == ["2030-11-25"]


async def test_a_clock_that_was_a_year_ahead_is_recovered_from(pupils: Class) -> None:
    """What it planned for next year is planned anew, and tomorrow has its reminder."""
    pupil = await pupils.enrol()
    pupils.clock.forward(days=365)
    await pupils.tick()
    pupils.clock.at = EIGHT + timedelta(hours=1)
    await pupils.tick()
    pupils.clock.forward(days=1)
    await pupils.tick()
    assert "2030-11-26" in names(await pupil.items())


async def test_journeys_give_no_date_a_second_one(pupils: Class) -> None:
    """Berlin, Honolulu and back after the reminder: the date stays the only one, and the next day has its own."""
    pupil = await pupils.enrol()
    pupils.clock.at = EIGHT
    await pupils.tick()
    await pupil.deliver()
    for zone in ("Honolulu", "Berlin"):
        await pupil.do(ProfileReceipt, "set_profile", time_zone=zone)
        pupils.clock.forward(minutes=70)
        await pupils.tick()
    assert names(await pupil.items()) == ["2030-11-25"]
    pupils.clock.at = EIGHT + timedelta(days=1)
    await pupils.tick()
    assert names(await pupil.items()) == ["2030-11-25", "2030-11-26"]


async def test_another_zone_throws_away_what_was_made_ahead(pupils: Class) -> None:
    """At five to eight the student lands in Kolkata, where it is half past twelve: today's is over there."""
    pupil = await pupils.enrol()
    pupils.clock.forward(minutes=10)
    await pupils.tick()
    assert len(await pupil.items()) == 1
    await pupil.do(ProfileReceipt, "set_profile", time_zone="Kolkata")
    assert await pupil.items() == []
    pupils.clock.forward(minutes=30)
    await pupils.tick()
    assert await pupil.items() == []


async def test_it_is_made_anew_when_the_student_has_said_something(pupils: Class) -> None:
    """Who practised at ten to eight is not told at eight that it is still due."""
    pupil = await pupils.enrol()
    await owe(pupil)
    pupils.clock.forward(minutes=6)
    making = pupils.making()
    await pupils.tick(making)
    await pupil.change(RevisionSchedule, nextRevisionDate=pupils.clock() + timedelta(days=9))
    pupils.clock.forward(minutes=2)
    await pupil.speak("done")
    pupils.clock.forward(seconds=10)
    await pupils.tick(making)
    (item,) = await pupil.items()
    assert "Graphs" not in item["text"]
    assert item["nextAttemptAt"] == EIGHT
    (sent,) = await pupil.all(SentReminder)
    assert sent["madeAt"] == pupils.clock()


@pytest.mark.parametrize(("hours", "count", "note"), [(5.9, 1, "late"), (7, 0, "dropped")])
async def test_a_late_start_sends_once_and_says_so(pupils: Class, hours: float, count: int, note: str) -> None:
    """Up to six hours late it comes, with a word; later the date goes without."""
    pupil = await pupils.enrol()
    pupils.clock.at = EIGHT + timedelta(hours=hours)
    await pupils.tick()
    items = await pupil.items()
    assert len(items) == count
    assert all("This was for 08:00" in item["text"] and item["nextAttemptAt"] == pupils.clock() for item in items)
    assert [slot["note"] for slot in await pupil.all(JobSlot)] == [note]


async def test_late_reminders_stay_out_of_the_quiet_hours(pupils: Class) -> None:
    """One of 21:30 that could not be made until 22:30 is dropped; one that waits expires at 22:00."""
    pupil = await pupils.enrol(at="21:30")
    pupils.clock.at = datetime(2030, 11, 25, 20, 20, tzinfo=MORNING.tzinfo)
    await pupils.tick()
    (item,) = await pupil.items()
    assert item["expiresAt"] == datetime(2030, 11, 25, 21, 0, tzinfo=MORNING.tzinfo)
    other = await pupils.enrol(at="21:30")
    pupils.clock.forward(minutes=70)
    await pupils.tick()
    assert await other.items() == []


async def test_nobody_is_written_to_who_stopped(pupils: Class) -> None:
    """Without an open address dates pass by; after /start the next one has its reminder."""
    pupil = await pupils.enrol()
    await pupil.change(ChannelAccount, stoppedAt=pupils.clock())
    pupils.clock.at = EIGHT
    await pupils.tick()
    assert await pupil.items() == []
    await pupil.change(ChannelAccount, stoppedAt=None)
    pupils.clock.forward(days=1)
    await pupils.tick()
    assert names(await pupil.items()) == ["2030-11-26"]


async def test_one_student_who_fails_stops_nobody(pupils: Class, caplog: pytest.LogCaptureFixture) -> None:
    """A text that cannot be written concerns its student alone, and a zone that no longer exists is read as UTC."""
    moved, unwritten, fine = [await pupils.enrol() for _ in range(3)]
    await moved.change(StudentSettings, timeZone="Nowhere/Atlantis")

    async def compose(context: MentorContext, reminder: Reminder, late: bool) -> Composed:
        if context.student == unwritten.id:
            raise RuntimeError("no words")
        return await compose_daily(context, reminder, late)

    pupils.clock.at = EIGHT
    await pupils.tick(pupils.making(compose=compose))
    assert [len(await pupil.items()) for pupil in (moved, unwritten, fine)] == [1, 0, 1]
    assert "failed for one student" in caplog.text
    pupils.clock.forward(minutes=5)
    await pupils.tick()
    assert len(await unwritten.items()) == 1


async def test_who_is_being_answered_waits_a_moment(pupils: Class) -> None:
    """The reminder of a student whose lease is held is made by the next tick."""
    pupil = await pupils.enrol()
    pupils.clock.forward(minutes=6)
    making = pupils.making()
    async with pupil.awake():
        await pupils.tick(making)
        assert await pupil.items() == []
    pupils.clock.forward(seconds=5)
    await pupils.tick(making)
    assert len(await pupil.items()) == 1


async def test_a_snoozed_reminder_comes_again(pupils: Class) -> None:
    """An hour after the tap, under a name of its own, and the next day's comes as usual."""
    pupil = await pupils.enrol()
    pupils.clock.at = EIGHT
    await pupils.tick()
    await pupil.deliver()
    pupils.clock.forward(minutes=3)
    receipt = await pupil.do(ReminderReceipt, "snooze_reminder", until="1h")
    assert receipt.reminders.next == "2030-11-25 09:03"
    pupils.clock.forward(minutes=50)
    await pupils.tick()
    await pupils.tick()
    assert names(await pupil.items()) == ["2030-11-25", "2030-11-25T09:03"]
    pupils.clock.at = EIGHT + timedelta(days=1)
    await pupils.tick()
    assert names(await pupil.items())[-1] == "2030-11-26"


async def test_not_today_takes_back_what_waits(pupils: Class) -> None:
    """Said at five to eight, nothing comes at eight."""
    pupil = await pupils.enrol()
    pupils.clock.forward(minutes=10)
    await pupils.tick()
    await pupil.do(ReminderReceipt, "skip_today")
    pupils.clock.at = EIGHT
    await pupils.tick()
    assert await pupil.items() == []


async def test_who_never_answers_is_written_to_once_a_week(pupils: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many reminders without a word it says so and comes weekly; a word brings the days back."""
    monkeypatch.setattr(composing, "UNANSWERED", 2)
    pupil = await pupils.enrol()
    await pupil.speak()
    making = pupils.making()
    for day in (0, 1, 2, 3, 9, 16):
        pupils.clock.at = EIGHT + timedelta(days=day)
        await pupils.tick(making)
        await pupil.deliver()
    items = await pupil.items()
    assert [item["nextAttemptAt"] for item in items] == [EIGHT + timedelta(days=day) for day in (0, 1, 2, 9, 16)]
    assert ["only once a week" in item["text"] for item in items] == [False, False, True, False, False]
    await pupil.speak()
    for day in (23, 24):
        pupils.clock.at = EIGHT + timedelta(days=day)
        await pupils.tick(making)
    assert names(await pupil.items())[-2:] == ["2030-12-18", "2030-12-19"]


async def test_a_slot_names_its_student_as_its_owner(pupils: Class) -> None:
    """So it goes when the student is forgotten."""
    pupil = await pupils.enrol()
    pupils.clock.at = EIGHT
    await pupils.tick()
    slots = await pupils.database.collection(JobSlot.collection).find({"slot": {"$regex": str(pupil.id)}})
    assert [slot["userId"] for slot in slots] == [pupil.id]
    assert await pupils.database.collection(OutboxItem.collection).count({"userId": pupil.id}) == 1
