"""Putting revisions off, pausing them, how many a day, and catching up, in the student's own days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from store.catalogue import cards
from store.client import Raw
from store.documents.intelligence import RevisionSchedule
from store.documents.problems import Topic
from tests.tools.harness import SERVICE, START, School, Student
from tools.catching_up import CatchUpReceipt, spread
from tools.delays import CapReceipt, PauseReceipt, SnoozeReceipt
from tools.errors import ToolFailed, ToolRetry
from tools.revising import RevisionReceipt
from tools.revision import DueRevisions
from tools.undo import UndoReceipt


async def fall_behind(student: Student, count: int) -> list[str]:
    """Make the revisions of some topics due, one day each longer ago; return the topics, the most urgent first."""
    topics = await student.database.collection(Topic.collection).find({}, sort=[("_id", 1)], limit=count)
    for number, topic in enumerate(topics):
        schedule = RevisionSchedule(
            id=topic["_id"].__class__(),
            user_id=student.id,
            topic_id=topic["_id"],
            topic_name=topic["name"],
            next_revision_date=START - timedelta(days=count - number),
        )
        await student.database.collection(RevisionSchedule.collection).insert(schedule.to_mongo())
    return [topic["name"] for topic in topics]


@pytest.fixture
def no_cards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No topic has questions: its problem comes at once."""
    monkeypatch.setattr(cards, "shipped_cards", lambda: ())
    cards._cards_by_topic.cache_clear()
    yield
    cards._cards_by_topic.cache_clear()


async def due(student: Student) -> DueRevisions:
    """Return what is due."""
    return await student.read(DueRevisions, "list_due_revisions")


def named(found: DueRevisions) -> list[str]:
    """Return the topics that are listed as due."""
    return [item.topic for item in (*found.overdue, *found.due_today)]


async def schedule_of(student: Student, topic: str) -> Raw:
    """Return a topic's schedule."""
    return await student.one(RevisionSchedule, topicName=topic)


async def test_the_daily_number_is_kept_to_and_the_rest_is_told(ada: Student) -> None:
    """Five are listed, the most urgent ones; what is left out is counted, and can be asked for."""
    topics = await fall_behind(ada, 9)
    found = await due(ada)
    assert (named(found), found.total_due, found.left_out, found.daily_cap) == (topics[:5], 9, 4, 5)
    await ada.do(CapReceipt, "set_revision_cap", per_day=2)
    found = await due(ada)
    assert (named(found), found.left_out) == (topics[:2], 7)
    everything = await ada.read(DueRevisions, "list_due_revisions", limit=50, everything=True)
    assert (named(everything), everything.left_out) == (topics, 0)
    with pytest.raises(ToolRetry, match="from 1 to 50"):
        await ada.do(CapReceipt, "set_revision_cap", per_day=0)


@pytest.mark.parametrize(
    ("until", "says", "hidden_hours", "then"),
    [
        ("1h", "19:00", 0.9, 0.2),
        ("in 30 minutes", "18:30", 0.4, 0.2),
        ("tonight", "19:00", 0.9, 0.2),
        ("tomorrow", "tomorrow", 5.9, 0.2),
        ("friday", "27 Nov", 24 * 3 + 5, 2),
    ],
)
async def test_a_snoozed_revision_comes_back_when_it_was_said(
    ada: Student, until: str, says: str, hidden_hours: float, then: float
) -> None:
    """It is gone from the list until then and not a moment longer."""
    first, second = await fall_behind(ada, 2)
    snoozed = await ada.do(SnoozeReceipt, "snooze_revision", until=until)
    assert snoozed.line == f"{first} · revision put off until {says}"
    assert named(await due(ada)) == [second]
    ada.clock.forward(hours=hidden_hours)
    assert named(await due(ada)) == [second]
    ada.clock.forward(hours=then)
    found = await due(ada)
    assert set(named(found)) == {first, second}
    assert "You put it off" in next(item.why for item in found.due_today if item.topic == first)


@pytest.mark.parametrize("until", ["yesterday", "today", "0m", "whenever", "", "2026-11-01"])
async def test_a_snooze_needs_a_time_ahead(ada: Student, until: str) -> None:
    """A time that is not ahead is refused with a sentence, and nothing changes."""
    (first,) = await fall_behind(ada, 1)
    with pytest.raises(ToolRetry):
        await ada.do(SnoozeReceipt, "snooze_revision", until=until)
    assert named(await due(ada)) == [first]


@pytest.mark.usefixtures("no_cards")
async def test_what_was_put_off_can_be_revised_all_the_same(ada: Student) -> None:
    """Revising a snoozed topic makes it due again as before, so that its problem counts as its review."""
    (first,) = await fall_behind(ada, 1)
    before = await schedule_of(ada, first)
    await ada.do(SnoozeReceipt, "snooze_revision", until="friday", topic=first)
    await ada.do(SnoozeReceipt, "snooze_revision", until="2026-12-05", topic=first)
    with pytest.raises(ToolRetry, match="not due before"):
        await ada.do(SnoozeReceipt, "snooze_revision", until="tomorrow", topic=first)
    begun = await ada.do(RevisionReceipt, "start_revision", topic=first)
    assert begun.topic == first
    assert (await schedule_of(ada, first))["nextRevisionDate"] == before["nextRevisionDate"]


async def test_a_pause_lists_nothing_until_its_day(school: School) -> None:
    """From the student's own midnight on everything is there again; a pause can be ended before."""
    ada = await school.enrol(zone="America/Los_Angeles")
    topics = await fall_behind(ada, 3)
    paused = await ada.do(PauseReceipt, "pause_revisions", until="3 jan")
    assert paused.line == "revisions paused until 3 Jan 2027"
    found = await due(ada)
    assert (named(found), found.paused_until, found.total_due) == ([], "2027-01-03", 3)
    with pytest.raises(ToolFailed, match="paused until 3 Jan 2027"):
        await ada.do(RevisionReceipt, "start_revision")
    ada.clock.at = START.replace(year=2027, month=1, day=3, hour=7, minute=59)
    assert named(await due(ada)) == []
    ada.clock.forward(minutes=1)
    assert named(await due(ada)) == topics
    await ada.do(PauseReceipt, "pause_revisions", until="next week")
    resumed = await ada.do(PauseReceipt, "resume_revisions")
    assert (resumed.line, named(await due(ada))) == ("revisions go on · 3 due now", topics)
    with pytest.raises(ToolFailed, match="not paused"):
        await ada.do(PauseReceipt, "resume_revisions")


async def test_a_backlog_is_spread_by_urgency_within_the_daily_number(ada: Student) -> None:
    """Twelve over five days are three a day, the most urgent first, on the student's days."""
    topics = await fall_behind(ada, 12)
    plan = await ada.do(CatchUpReceipt, "plan_catch_up", days=5)
    assert [len(day.topics) for day in plan.days] == [3, 3, 3, 3]
    assert [name for day in plan.days for name in day.topics] == topics
    assert (plan.total, plan.beyond) == (12, 0)
    for day in plan.days:
        found = await ada.read(DueRevisions, "list_due_revisions", limit=50, everything=True)
        assert found.today == day.day
        assert set(day.topics) <= set(named(found))
        ada.clock.forward(days=1)
    assert (await due(ada)).total_due == 12


async def test_what_does_not_fit_comes_after_the_days(ada: Student) -> None:
    """The daily number holds even against the days that were asked for, and it is said how many are beyond."""
    await fall_behind(ada, 8)
    await ada.do(CapReceipt, "set_revision_cap", per_day=3)
    plan = await ada.do(CatchUpReceipt, "plan_catch_up", days=2)
    assert [len(day.topics) for day in plan.days] == [3, 3, 2]
    assert plan.beyond == 2
    with pytest.raises(ToolRetry, match="Days must be"):
        await ada.do(CatchUpReceipt, "plan_catch_up", days=0)


async def test_with_nothing_due_there_is_nothing_to_catch_up(ada: Student) -> None:
    """It is said instead of planned."""
    with pytest.raises(ToolFailed, match="nothing to catch up"):
        await ada.do(CatchUpReceipt, "plan_catch_up", days=3)


@pytest.mark.parametrize(("count", "days", "cap"), [(1, 1, 1), (30, 5, 5), (7, 3, 2), (12, 60, 5), (9, 2, 50)])
def test_no_day_of_a_plan_holds_more_than_the_daily_number(count: int, days: int, cap: int) -> None:
    """With what stands on a day already no day is over the number, no place is lost and the order holds."""
    taken = {0: 1, 1: cap, 3: cap + 2}
    places = spread(count, days, cap, taken)
    assert len(places) == count
    assert places == sorted(places)
    assert all(number + taken.get(day, 0) <= cap for day, number in Counter(places).items())


async def test_putting_off_is_undone_to_the_bit(ada: Student) -> None:
    """Snooze, pause, resume, number and plan are taken back one by one, over all collections."""
    await fall_behind(ada, 7)
    images = []
    for kind, verb, arguments in (
        (SnoozeReceipt, "snooze_revision", {"until": "friday"}),
        (CapReceipt, "set_revision_cap", {"per_day": 2}),
        (PauseReceipt, "pause_revisions", {"until": "3 jan"}),
        (PauseReceipt, "resume_revisions", {}),
        (CatchUpReceipt, "plan_catch_up", {"days": 3}),
    ):
        images.append(await ada.everything(without=SERVICE))
        ada.clock.forward(minutes=1)
        await ada.do(kind, verb, **arguments)
    while images:
        await ada.do(UndoReceipt, "undo_last")
        assert await ada.everything(without=SERVICE) == images.pop()
