"""The queue of turns: each message once, numbered without gaps, within limits, in the order of acceptance."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count

import pytest

from store.client import Database, ObjectId
from store.documents.own import Admission, Turn, TurnStatus
from store.faults import Faults
from store.repositories.turns import Limits, QueueFull, StudentGone, TooFast, TurnQueue
from tests.clock import FixedClock

ROOMY = Limits(waiting=100, per_minute=1000)


class Door:
    """A student at the door of the queue."""

    def __init__(self, core: Database, student: ObjectId, clock: FixedClock, limits: Limits = ROOMY) -> None:
        self.core, self.student, self.clock = core, student, clock
        self.queue = TurnQueue(core, limits=limits, faults=Faults())
        self._numbers = count(1)

    def turn(self, key: str | None = None) -> Turn:
        return Turn(
            id=ObjectId(),
            key=key or f"{self.student}:{next(self._numbers)}",
            user_id=self.student,
            platform="probe",
            address="room",
            seq=0,
            text="Hello",
            accepted_at=self.clock(),
        )

    async def welcome(self) -> Door:
        """Let the student in, as the door to the accounts does."""
        await self.core.collection(Admission.collection).insert({"_id": self.student})
        return self

    async def accept(self, key: str | None = None) -> Turn | None:
        return await self.queue.accept(self.turn(key))

    async def end(self, turn: Turn | None, status: TurnStatus = "answered") -> None:
        assert turn is not None
        await self.core.collection(Turn.collection).update({"_id": turn.id}, {"$set": {"status": status}})

    async def stored(self) -> list[Turn]:
        raws = await self.core.collection(Turn.collection).find({"userId": self.student}, sort=[("seq", 1)])
        return [Turn.read(raw) for raw in raws]


@pytest.fixture
async def door(core: Database, student: ObjectId, clock: FixedClock) -> Door:
    """A student whom no limit stops."""
    return await Door(core, student, clock).welcome()


@pytest.fixture
async def strict(core: Database, student: ObjectId, clock: FixedClock) -> Door:
    """A student who may have two turns waiting and send five a minute."""
    return await Door(core, student, clock, Limits(waiting=2, per_minute=5)).welcome()


async def test_an_accepted_turn_is_stored_whole(door: Door) -> None:
    """What was accepted is found by its key and its id, as accepted, under the student's first number."""
    turn = await door.accept("first")
    assert turn is not None
    found = await door.queue.find("first")
    assert found is not None
    assert (found.id, found.seq, found.status, found.text) == (turn.id, 1, "accepted", "Hello")
    assert (found.accepted_at, found.attempts, found.oddities) == (door.clock.time, 0, ())
    by_id = await door.queue.get(turn.id)
    assert by_id is not None
    assert by_id.to_mongo() == found.to_mongo()
    assert await door.queue.find("second") is None
    assert await door.queue.get(ObjectId()) is None


async def test_a_repeated_key_is_no_second_turn(door: Door) -> None:
    """The same key again is None and takes no number, whether its turn is open or long delivered."""
    key = f"{door.student}:again"
    turn = await door.accept(key)
    assert await door.accept(key) is None
    await door.end(turn, "delivered")
    assert await door.accept(key) is None
    after = await door.accept()
    assert after is not None
    assert (after.seq, len(await door.stored())) == (2, 2)


async def test_the_same_key_at_once_is_one_turn(door: Door) -> None:
    """Of ten deliveries of one message that arrive together one is accepted."""
    accepted = await asyncio.gather(*(door.accept(f"{door.student}:same") for _ in range(10)))
    assert len([turn for turn in accepted if turn]) == 1
    assert [turn.seq for turn in await door.stored()] == [1]


async def test_numbers_have_no_gaps(door: Door) -> None:
    """Twelve messages that arrive together, some of them twice, get the numbers 1 to 12."""
    keys = [f"{door.student}:at-once:{number % 12}" for number in range(18)]
    accepted = await asyncio.gather(*(door.accept(key) for key in keys))
    assert sorted(turn.seq for turn in accepted if turn) == list(range(1, 13))
    assert [turn.seq for turn in await door.stored()] == list(range(1, 13))


async def test_students_are_numbered_apart(door: Door, core: Database, clock: FixedClock) -> None:
    """Each student's turns begin at one, however many others have."""
    await door.accept()
    other = await (await Door(core, ObjectId(), clock).welcome()).accept()
    assert other is not None
    assert other.seq == 1


async def test_who_has_no_admission_is_gone(core: Database, clock: FixedClock) -> None:
    """Nobody is let in by sending a message: without an admission it is StudentGone, and nothing is written."""
    gone = Door(core, ObjectId(), clock)
    with pytest.raises(StudentGone):
        await gone.accept()
    assert await gone.stored() == []
    assert await core.collection(Admission.collection).find_one({"_id": gone.student}) is None


async def test_a_full_queue_refuses(strict: Door) -> None:
    """With as many open turns as allowed the next is QueueFull and takes no number; an ended one makes room."""
    first = await strict.accept()
    await strict.accept()
    with pytest.raises(QueueFull):
        await strict.accept()
    await strict.end(first)
    third = await strict.accept()
    assert third is not None
    assert third.seq == 3


async def test_a_full_queue_is_full_for_many_at_once(strict: Door) -> None:
    """Of six messages that arrive together as many are accepted as there is room for, and no more."""
    results = await asyncio.gather(*(strict.accept() for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(result, Turn) for result in results) == 2
    assert sum(isinstance(result, QueueFull) for result in results) == 4


async def test_a_duplicate_is_a_no_op_in_a_full_queue(strict: Door) -> None:
    """A message that was accepted before is not refused when the queue is full or the minute used up."""
    key = f"{strict.student}:early"
    turn = await strict.accept(key)
    await strict.accept()
    assert await strict.accept(key) is None
    for _ in range(3):
        await strict.end(turn)
        turn = await strict.accept()
    await strict.end(turn)
    with pytest.raises(TooFast):
        await strict.accept()
    assert await strict.accept(key) is None


async def test_too_many_in_a_minute_are_refused(strict: Door) -> None:
    """The sixth message within a minute is TooFast; once the minute is over five more may come."""
    for wait in (0, 59, 1):
        strict.clock.move(wait)
        if wait == 59:
            with pytest.raises(TooFast):
                await strict.accept()
            continue
        for _ in range(5):
            await strict.end(await strict.accept())
    assert [turn.seq for turn in await strict.stored()] == list(range(1, 11))


async def test_a_clock_that_went_back_locks_nobody_out(strict: Door) -> None:
    """A window that seems to begin in the future is begun anew."""
    for _ in range(5):
        await strict.end(await strict.accept())
    strict.clock.move(-3600)
    assert await strict.accept() is not None


async def test_the_next_turn_is_the_first_still_open(door: Door) -> None:
    """Turns are next in the order of their numbers, one that is being worked before the ones that wait."""
    turns = [await door.accept() for _ in range(3)]
    seen: list[int] = []
    for turn in turns:
        following = await door.queue.next_of(door.student)
        assert following is not None
        seen.append(following.seq)
        await door.end(turn, "working")
        assert (await door.queue.next_of(door.student) or door.turn()).seq == following.seq
        await door.end(turn, "failed")
    assert seen == [1, 2, 3]
    assert await door.queue.next_of(door.student) is None


async def test_the_longest_waiting_student_comes_first(core: Database, clock: FixedClock) -> None:
    """Students are named once each, by the time their first open turn has waited; whoever waits for nothing is not."""
    clock.time -= timedelta(days=3650)  # before anything that other tests left
    doors = [await Door(core, ObjectId(), clock).welcome() for _ in range(3)]
    for number in (1, 0, 2, 1):
        clock.move(1)
        turn = await doors[number].accept()
        if number == 2:
            await doors[2].end(turn)
    waiting = await doors[0].queue.waiting_students(limit=2)
    assert waiting == [doors[1].student, doors[0].student]
    assert doors[2].student not in await doors[0].queue.waiting_students()


async def test_cancelling_marks_open_turns_only(door: Door) -> None:
    """All of a student's open turns are marked, or the one that is named; ended turns and other students' are not."""
    ended, first, second = [await door.accept() for _ in range(3)]
    await door.end(ended)
    assert ended is not None
    assert first is not None
    assert second is not None
    assert await door.queue.ask_to_cancel(door.student, second.id) == 1
    assert [await door.queue.is_cancelled(turn.id) for turn in (ended, first, second)] == [False, False, True]
    assert await door.queue.ask_to_cancel(door.student) == 2
    assert [await door.queue.is_cancelled(turn.id) for turn in (ended, first, second)] == [False, True, True]
    assert await door.queue.ask_to_cancel(ObjectId(), first.id) == 0


async def test_without_dedupe_the_unique_key_still_holds(core: Database, door: Door) -> None:
    """With the guard "dedupe" switched off the look-up is left out; the same key is then stopped by its index."""
    queue = TurnQueue(core, limits=ROOMY, faults=Faults(broken=frozenset({"dedupe"})))
    key = f"{door.student}:twice"
    assert await queue.accept(door.turn(key)) is not None
    assert await queue.accept(door.turn(key)) is None
    assert len(await door.stored()) == 1
