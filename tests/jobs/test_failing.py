"""Reminders that cannot be made: tried again after growing waits, and never before those that can."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta

import pytest

from jobs import making
from jobs.composing import compose_daily
from jobs.making import Composed
from store.client import ObjectId, Raw
from store.documents.own import StudentSettings, Turn
from store.documents.reminders import Reminder, SentReminder
from store.repositories.reminders import LONGEST_WAIT, ReminderQueue
from tests.jobs.stage import MORNING, Class
from tools.context import MentorContext
from tools.reminders import ReminderReceipt

EIGHT = MORNING + timedelta(minutes=15)
ODD: list[tuple[type[Reminder | StudentSettings], Raw]] = [
    (Reminder, {"lastDay": 5}),
    (Reminder, {"at": 5}),
    (Reminder, {"at": "25:99"}),
    (Reminder, {"quietFrom": [1], "quietUntil": {"a": 1}}),
    (Reminder, {"pausedUntil": 5}),
    (Reminder, {"nextAt": [MORNING]}),
    (Reminder, {"nextAt": datetime(1, 1, 1)}),  # noqa: DTZ001  # as another program may have stored it
    (StudentSettings, {"timeZone": "Nowhere/At all"}),
]


class Teller:
    """Writes reminders, and fails for those whom it does not like; it counts its tries and keeps their order."""

    def __init__(self) -> None:
        self.disliked: set[ObjectId] = set()
        self.asked: list[ObjectId] = []

    async def __call__(self, context: MentorContext, reminder: Reminder, late: bool) -> Composed | None:
        """Write one."""
        self.asked.append(context.student)
        if context.student in self.disliked:
            raise ZeroDivisionError
        return await compose_daily(context, reminder, late)


@pytest.fixture
def teller() -> Teller:
    """Somebody who writes reminders."""
    return Teller()


async def test_sixty_that_fail_stand_before_nobody(
    pupils: Class, teller: Teller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With sixty that fail, and are due before, the good one is made in time; theirs come after it and are few."""
    monkeypatch.setattr(making, "BATCH", 10)
    failing = [await pupils.enrol(at="7:50") for _ in range(60)]
    teller.disliked = {one.id for one in failing}
    good = await pupils.enrol()
    pupils.clock.at = EIGHT - timedelta(minutes=9)
    job = pupils.making(compose=teller)
    with caplog.at_level(logging.ERROR):
        await pupils.tick(job)
    assert len(await good.items()) == 1
    late = await pupils.enrol(at="8:16")
    for minutes in range(1, 20):
        pupils.clock.at = EIGHT - timedelta(minutes=9 - minutes)
        before = len(teller.asked)
        await pupils.tick(job if minutes % 2 else pupils.making("b", compose=teller))
        if minutes == 15:
            assert len(teller.asked) == before + 61
            assert teller.asked[before] == late.id
    tries = Counter(teller.asked)
    assert {tries[one.id] for one in failing} == {5}, "at once, and after 1, 2, 4 and 8 minutes"
    assert len(await late.items()) == 1
    told = [record for record in caplog.records if record.name == "jobs.making"]
    assert len(told) <= 60 * 5


async def test_one_that_failed_is_made_when_it_can_be(pupils: Class, teller: Teller) -> None:
    """What was mended in the meantime is made at its next try, and counts as one that never failed."""
    pupil = await pupils.enrol()
    teller.disliked = {pupil.id}
    pupils.clock.forward(minutes=6)
    await pupils.tick(pupils.making(compose=teller))
    (waiting,) = await pupil.all(Reminder)
    assert (waiting["failures"], waiting["retryAt"]) == (1, pupils.clock() + timedelta(minutes=1))
    teller.disliked = set()
    await pupils.tick(pupils.making("b", compose=teller))
    assert await pupil.items() == []
    pupils.clock.forward(minutes=1)
    await pupils.tick(pupils.making("b", compose=teller))
    assert len(await pupil.items()) == 1
    (made,) = await pupil.all(Reminder)
    assert (made["failures"], made.get("retryAt")) == (0, None)


async def test_who_sets_a_reminder_anew_waits_for_nothing(pupils: Class) -> None:
    """A reminder that failed and is set to another time is due at that time."""
    pupil = await pupils.enrol()
    await pupil.change(Reminder, failures=9, retryAt=EIGHT + timedelta(hours=5))
    await pupil.do(ReminderReceipt, "set_reminder", at="8:05")
    pupils.clock.forward(minutes=11)
    await pupils.tick()
    assert [item["nextAttemptAt"] for item in await pupil.items()] == [EIGHT + timedelta(minutes=5)]


async def test_the_waits_grow_to_six_hours(pupils: Class) -> None:
    """Each failure doubles the wait; what another program wrote in the place of the count begins it anew."""
    pupil = await pupils.enrol()
    queue = ReminderQueue(pupils.database)
    waits = []
    for _ in range(11):
        await queue.put_back(pupil.id, pupils.clock())
        waits.append((await pupil.all(Reminder))[0]["retryAt"] - pupils.clock())
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits[-1] == LONGEST_WAIT
    await pupil.change(Reminder, failures="many")
    assert await queue.put_back(pupil.id, pupils.clock()) == 0


@pytest.mark.parametrize(("document", "odd"), ODD)
async def test_an_odd_value_keeps_nobody_else_waiting(
    pupils: Class, document: type[Reminder | StudentSettings], odd: Raw
) -> None:
    """Whatever another program wrote into one student's reminder, the run ends and the others are written to."""
    strange, good = await pupils.enrol(at="7:50"), await pupils.enrol()
    await strange.change(document, **odd)
    pupils.clock.forward(minutes=6)
    await pupils.tick()
    assert len(await good.items()) == 1


async def test_odd_times_of_what_was_said_stop_no_reminder(pupils: Class) -> None:
    """A message, and a reminder that was made, with no proper time are left out of what makes others stale."""
    strange, good = await pupils.enrol(), await pupils.enrol(at="8:05")
    pupils.clock.forward(minutes=6)
    await pupils.tick()
    await strange.speak()
    await strange.change(SentReminder, madeAt="yesterday")
    await strange.change(Turn, answeredAt="just now")
    await good.speak()
    pupils.clock.forward(minutes=5)
    await pupils.tick()
    assert len(await good.items()) == 1
