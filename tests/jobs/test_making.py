"""Daily reminders are made ahead, once for each local date, whatever clocks, zones and replicas do."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agents.coach.dialogue import decide
from agents.coach.intents import Request
from agents.coach.questions import RECALL, START_IT
from jobs import composing
from jobs.composing import compose_daily, revision_of, start_of
from jobs.making import Composed
from store.catalogue.facts import shipped_catalogue
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.own import ChannelAccount, OutboxItem, StudentSettings
from store.documents.problems import Topic
from store.documents.reminders import JobSlot, Reminder, SentReminder
from store.repositories.reminders import FAR, ReminderQueue
from tests.jobs.stage import MORNING, Class, Pupil
from tools.context import MentorContext
from tools.matching import fold
from tools.problems import ProblemBrief
from tools.profile import ProfileReceipt
from tools.reminders import ReminderReceipt
from tools.reminding import plan

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
    making = pupils.making()
    assert await making.is_wanted(pupils.clock())
    await pupils.tick(making)
    assert not await making.is_wanted(pupils.clock())
    pupils.clock.forward(days=1)
    await pupils.tick(making)
    assert "2030-11-26" in names(await pupil.items())


@pytest.mark.parametrize("at", ["00:00", "21:30", "23:59"])
def test_what_comes_weekly_is_not_taken_for_astray(at: str) -> None:
    """After a flight from the first zone of the earth to the last, the next weekly reminder is near enough."""
    first, last = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12")
    for hour in range(24):
        now = MORNING + timedelta(hours=hour)
        day = f"{now.astimezone(first):%Y-%m-%d}"
        reminder = Reminder(id=ObjectId(), on=True, at=at, quiet_from="00:00", quiet_until="00:00", last_day=day)
        reminder.sparse = True
        plan(reminder, now, last)
        assert reminder.next_at is not None
        assert reminder.next_at <= now + FAR


async def test_who_pauses_is_not_looked_at_again_and_again(pupils: Class) -> None:
    """Looking for what is astray goes by an index of its own, in which those who pause do not stand in the way."""
    pupil = await pupils.enrol()
    reminders = pupils.database.collection(Reminder.collection)
    far = {"nextAt": EIGHT + timedelta(days=90), "pausedUntil": "2031-02-23"}
    await reminders.insert_many([{"_id": ObjectId(), "on": True, **far} for _ in range(20)])
    await pupil.change(Reminder, nextAt=far["nextAt"])

    async def uses() -> int:
        stats = await reminders.aggregate([{"$indexStats": {}}, {"$match": {"name": "pausedUntil_1_nextAt_1"}}])
        return int(stats[0]["accesses"]["ops"])

    before = await uses()
    found = await ReminderQueue(pupils.database).astray(pupils.clock(), but=(), limit=5)
    assert (found, await uses()) == ([pupil.id], before + 1)


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


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("GMT+5:30", datetime(2030, 11, 26, 2, 30, tzinfo=UTC)),
        ("+0545", datetime(2030, 11, 26, 2, 15, tzinfo=UTC)),
        ("UTC-3:30", datetime(2030, 11, 25, 11, 30, tzinfo=UTC)),
    ],
)
async def test_an_offset_with_minutes_is_reminded_at_its_own_eight(pupils: Class, said: str, due: datetime) -> None:
    """Whoever gave an offset with minutes hears from the mentor at eight by that clock, to the minute."""
    pupil = await pupils.enrol()
    pupils.clock.at = EIGHT + timedelta(hours=1)
    await pupil.do(ProfileReceipt, "set_profile", time_zone=said)
    sent = len(await pupil.items())
    pupils.clock.at = due - timedelta(minutes=15)
    await pupils.tick()
    assert len(await pupil.items()) == sent
    pupils.clock.at = due + timedelta(seconds=30)
    await pupils.tick()
    assert len(await pupil.items()) == sent + 1


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


async def test_nobody_is_written_to_who_stopped_or_is_not_let_in(pupils: Class) -> None:
    """Without an open address dates pass by; after /start, or back on the list, the next one has its reminder."""
    stopped, unlisted = [await pupils.enrol() for _ in range(2)]
    await stopped.change(ChannelAccount, stoppedAt=pupils.clock())
    pupils.clock.at = EIGHT
    await pupils.tick(pupils.making(welcomes=lambda account: account.id == f"telegram:{stopped.id}"))
    assert [await pupil.items() for pupil in (stopped, unlisted)] == [[], []]
    await stopped.change(ChannelAccount, stoppedAt=None)
    pupils.clock.forward(days=1)
    await pupils.tick()
    assert [names(await pupil.items()) for pupil in (stopped, unlisted)] == [["2030-11-26"]] * 2


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
    """After so many reminders that came without a word it says so and comes weekly; a word brings the days back."""
    monkeypatch.setattr(composing, "UNANSWERED", 2)
    pupil = await pupils.enrol()
    await pupil.speak()
    making = pupils.making()
    for day in (0, 1, 2, 3, 4, 5, 11, 18):
        pupils.clock.at = EIGHT + timedelta(days=day)
        await pupils.tick(making)
        await pupil.deliver("dead" if day < 2 else "sent")  # what is dropped came to nobody
    items = await pupil.items()
    days = (0, 1, 2, 3, 4, 11, 18)
    assert [item["nextAttemptAt"] for item in items] == [EIGHT + timedelta(days=day) for day in days]
    assert [day for day, item in zip(days, items, strict=True) if "only once a week" in item["text"]] == [4]
    await pupil.speak()
    for day in (25, 26):
        pupils.clock.at = EIGHT + timedelta(days=day)
        await pupils.tick(making)
    assert names(await pupil.items())[-2:] == ["2030-12-20", "2030-12-21"]


def test_every_problem_is_started_and_every_topic_revised_by_the_tap_of_its_reminder() -> None:
    """Whatever stands in a title, the tap below a reminder means that problem and no other, that topic and no other."""
    catalogue = shipped_catalogue()
    named: dict[str, set[str]] = defaultdict(set)
    for fact in catalogue.problems:
        for name in (fact.title.lower(), fact.slug, fact.url):
            named[name].add(fact.slug)
    wrong = []
    for fact in catalogue.problems:
        problem = ProblemBrief(
            id="0", title=fact.title, platform="leetcode", slug=fact.slug, difficulty=fact.difficulty, url=fact.url
        )
        found = decide((), start_of(problem))
        started = isinstance(found, Request) and found.verb == "start_problem" and found.arguments.get("problem")
        if not started or named[started.lower()] != {fact.slug}:
            wrong.append((fact.title, found))
    for topic in catalogue.topics:
        found = decide((), revision_of(topic.name) or "")
        if not isinstance(found, Request) or fold(str(found.arguments.get("topic"))) != fold(topic.name):
            wrong.append((topic.name, found))
    assert wrong == []


async def test_a_slot_names_its_student_as_its_owner(pupils: Class) -> None:
    """So it goes when the student is forgotten."""
    pupil = await pupils.enrol()
    pupils.clock.at = EIGHT
    await pupils.tick()
    slots = await pupils.database.collection(JobSlot.collection).find({"slot": {"$regex": str(pupil.id)}})
    assert [slot["userId"] for slot in slots] == [pupil.id]
    assert await pupils.database.collection(OutboxItem.collection).count({"userId": pupil.id}) == 1
