"""Forgetting a student: nothing of them is found afterwards, and no message brings them back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from store.client import Database, ObjectId, connect
from store.documents import ALL
from store.documents.account import Erasure, Tombstone
from store.documents.learner import Attempt, PopulationEntry, ProblemDifficulty, TopicShift
from store.documents.own import Admission, ChannelAccount, Lease, OutboxItem, Turn, UndoEntry, UsageRow
from store.documents.people import User
from store.documents.roadmaps import Roadmap
from store.documents.sessions import AIMentorConversation
from store.errors import FenceLost
from store.faults import ERASE_POINTS, Faults
from store.leases import Leases, student_lease
from store.repositories import erasures
from store.repositories.erasures import STEPS, Erasures, foreign_fields, owned
from store.repositories.tombstones import KEPT, Tombstones
from store.work import StudentWork, UnitOfWork
from tests.clock import FixedClock
from tests.traces import find_traces

WORD = "xylophone"
ATTEMPT = ObjectId()


@pytest.fixture
async def fresh(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """A database of the test's own."""
    database = connect(mongo_uri, database_name)
    yield database
    database.close()


class Killed(BaseException):
    """The process ends here: nothing may catch it."""


async def plant(database: Database, student: ObjectId, clock: FixedClock, name: str = "Quill") -> None:
    """Put a document of the student into every collection, with a word that stands nowhere else."""
    for document in ALL:
        if document.owner is not None and document is not Erasure:
            own = student if document.owner == "_id" else f"{document.collection}:{student}"
            raw = {"_id": own, "note": f"{name} says {WORD}"} | (
                {} if document.owner == "_id" else {document.owner: student}
            )
            unique: dict[str, Any] = {
                Turn.collection: {"key": f"probe:{student}", "platform": "probe", "address": "room-ada", "seq": 1},
                OutboxItem.collection: {"platform": "probe", "address": "room-ada"},
                "attempts": {"_id": ATTEMPT},
                UsageRow.collection: {"model": "m", "inputTokens": 7, "note": None, "turnId": ObjectId()},
            }
            await database.collection(document.collection).insert(raw | unique.get(document.collection, {}))
    await database.collection(Roadmap.collection).insert({"_id": ObjectId(), "title": "Mine", "createdBy": student})
    shared = {"_id": ObjectId(), "value": 1.5, "seen": 3, "applied": ["another", str(ATTEMPT)]}
    await database.collection(ProblemDifficulty.collection).insert(shared)
    await Leases(database, ttl=0.01).take("deliver:probe:room-ada", "door", fenced=False)


def forgetter(database: Database, clock: FixedClock, holder: str = "a") -> Erasures:
    """Return what forgets students in one process."""
    return Erasures(database, clock=clock, ids=ObjectId, holder=holder, lease=5.0)


async def test_nothing_is_left_of_a_forgotten_student(fresh: Database) -> None:
    """Their ids, name and words stand in no collection; what is everybody's keeps its figures."""
    clock, ada, bob = FixedClock(), ObjectId(), ObjectId()
    await plant(fresh, ada, clock)
    await fresh.collection(User.collection).insert({"_id": bob, "name": "Bob"})
    assert await find_traces(fresh, ada, WORD)
    job = forgetter(fresh, clock)
    await job.request(ada)
    assert await job.resume() == 1
    assert await find_traces(fresh, ada, WORD, "Quill", ATTEMPT, "room-ada") == []
    (shared,) = await fresh.collection(ProblemDifficulty.collection).find({})
    assert (shared["value"], shared["seen"], shared["applied"]) == (1.5, 3, ["another"])
    (usage,) = await fresh.collection(UsageRow.collection).find({})
    assert usage["inputTokens"] == 7
    assert "userId" not in usage
    (done,) = await fresh.collection(Erasure.collection).find({})
    assert (done["state"], done["removed"] > 30) == ("done", True)
    assert await fresh.collection(User.collection).find_one({"_id": bob})
    assert await job.resume() == 0


@pytest.mark.parametrize("after", range(len(STEPS)))
async def test_a_killed_erasure_is_resumed(fresh: Database, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Whichever step a kill follows, the next start ends what was begun, and finds nothing afterwards."""
    clock, ada = FixedClock(), ObjectId()
    await plant(fresh, ada, clock)
    first = forgetter(fresh, clock)
    await first.request(ada)

    async def die(job: Any) -> int:
        await STEPS[after](job)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(erasures, "STEPS", (*STEPS[:after], die, *STEPS[after + 1 :]))
        with pytest.raises(Killed):
            await first.resume()
    assert await forgetter(fresh, clock, "b").resume() == 1
    assert await find_traces(fresh, ada, WORD, "Quill", ATTEMPT, "room-ada") == []


async def test_an_attempt_that_cannot_be_counted_stops_nobody(fresh: Database) -> None:
    """A broken entry in the queue goes uncounted with its student; the whole ones are counted first."""
    clock, ada, problem, broken, whole = FixedClock(), ObjectId(), ObjectId(), ObjectId(), ObjectId()
    for attempt in (broken, whole):
        await fresh.collection(Attempt.collection).insert({"_id": attempt, "userId": ada})
    entry = {"problemId": problem, "start": 0.0, "problemIncrement": 0.5, "topicIds": [], "topicIncrements": []}
    queue = fresh.collection(PopulationEntry.collection)
    await queue.insert({"_id": str(whole), **entry})
    await queue.insert({"_id": str(broken), **entry, "topicIncrements": [0.1]})
    await queue.insert({"_id": f"{broken}:undone", "problemId": "nonsense"})
    job = forgetter(fresh, clock)
    await job.request(ada)
    assert await job.resume() == 1
    assert await find_traces(fresh, ada, broken, whole) == []
    assert await queue.count({}) == 0
    shared = await fresh.collection(ProblemDifficulty.collection).find_one({"_id": problem})
    assert shared is not None
    assert (shared["value"], shared["seen"]) == (0.5, 1)


async def test_a_job_that_fails_keeps_no_other_waiting(fresh: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked after somebody whose erasure fails is forgotten all the same, and that one when it can be done."""
    clock, ada, bob = FixedClock(), ObjectId(), ObjectId()
    job = forgetter(fresh, clock)
    for student in (ada, bob):
        await fresh.collection(User.collection).insert({"_id": student, "email": str(student)})
        await job.request(student)

    async def fail(work: Any) -> int:
        if work.student == ada:
            raise ValueError("what nobody has thought of")
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(erasures, "STEPS", (fail, *STEPS[1:]))
        assert await job.resume() == 1
    assert await find_traces(fresh, bob) == []
    assert await find_traces(fresh, ada)
    assert await job.resume() == 1
    assert await find_traces(fresh, ada) == []


async def test_a_job_that_another_process_ended_is_not_begun_again(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was found before it was done, and is taken up after, leaves no lease in the student's name."""
    clock, ada = FixedClock(), ObjectId()
    await fresh.collection(User.collection).insert({"_id": ada})
    quick, slow = forgetter(fresh, clock, "a"), forgetter(fresh, clock, "b")
    await quick.request(ada)

    async def stall(job: Erasure) -> bool:
        assert await quick.resume() == 1
        return True

    async def die(job: Any) -> int:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(slow, "_is_due", stall)
        patch.setattr(slow, "_work", die)
        assert await slow.resume() == 0
    assert await find_traces(fresh, ada) == []
    (job,) = await fresh.collection(Erasure.collection).find({})
    assert job["state"] == "done"
    assert await fresh.collection(Lease.collection).count({}) == 0


async def test_an_erasure_that_was_taken_over_leaves_the_job_done(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that stood still in a step, while another ended the job, writes nothing into it any more."""
    clock, ada = FixedClock(), ObjectId()
    await fresh.collection(User.collection).insert({"_id": ada})
    slow, quick = forgetter(fresh, clock, "a"), forgetter(fresh, clock, "b")
    await slow.request(ada)

    async def stand_still(work: Any) -> int:
        patch.setattr(erasures, "STEPS", STEPS)
        await fresh.collection(Lease.collection).update_many({}, {"$set": {"expiresAt": None}})
        assert await quick.resume() == 1
        return await STEPS[0](work)

    with monkeypatch.context() as patch:
        patch.setattr(erasures, "STEPS", (stand_still, *STEPS[1:]))
        assert await slow.resume() == 0
    (job,) = await fresh.collection(Erasure.collection).find({})
    assert (job["state"], job["step"]) == ("done", len(STEPS))
    assert await find_traces(fresh, ada) == []


async def test_an_undone_attempt_is_forgotten_too(fresh: Database) -> None:
    """What was recorded and taken back stands in the shared figures no more, nor waits to be counted."""
    clock, ada, undone, waiting = FixedClock(), ObjectId(), ObjectId(), ObjectId()
    for attempt in (undone, waiting):
        touched = [
            {"place": place, "documentId": target, "before": None, "after": None}
            for place, target in (("preparationtasks", ObjectId()), ("attempts", attempt))
        ]
        entry = {"_id": ObjectId(), "userId": ada, "verb": "record_attempt", "label": "x", "touched": touched}
        await fresh.collection(UndoEntry.collection).insert(entry)
    shared = {"_id": ObjectId(), "value": 0.5, "seen": 1, "applied": ["other", str(undone), f"{undone}:undone"]}
    for kind in (ProblemDifficulty, TopicShift):
        await fresh.collection(kind.collection).insert(dict(shared))
    await fresh.collection(PopulationEntry.collection).insert({"_id": f"{waiting}:undone"})
    job = forgetter(fresh, clock)
    await job.request(ada)
    assert await job.resume() == 1
    assert await find_traces(fresh, ada, undone, waiting) == []
    for kind in (ProblemDifficulty, TopicShift):
        (left,) = await fresh.collection(kind.collection).find({})
        assert (left["value"], left["seen"], left["applied"]) == (0.5, 1, ["other"])


async def test_an_address_in_use_stays_with_who_uses_it(fresh: Database) -> None:
    """Whoever came anew through the same account is being served there: that lease is not taken from under them."""
    clock, ada = FixedClock(), ObjectId()
    told = {"_id": ObjectId(), "key": "probe:1", "userId": ada, "platform": "probe", "address": "room-ada"}
    await fresh.collection(Turn.collection).insert(told)
    door = Leases(fresh, ttl=60)
    serving = await door.take("deliver:probe:room-ada", "another replica", fenced=False)
    session = await door.take("session:room-ada", "terminal", fenced=False)
    assert serving is not None
    assert session is not None
    await door.give_back(session)
    job = forgetter(fresh, clock)
    await job.request(ada)
    assert await job.resume() == 1
    assert await door.renew(serving)
    assert await find_traces(fresh, "room-ada") == ["leases._id"]
    raw = await fresh.collection(Lease.collection).find_one({"_id": serving.name})
    assert raw is not None
    assert raw["goneAt"] - raw["expiresAt"] == timedelta(days=1)


async def test_a_running_turn_can_write_nothing_more(fresh: Database) -> None:
    """The lease is taken from whoever holds it, and what they still try to store is refused."""
    clock, ada = FixedClock(), ObjectId()
    await plant(fresh, ada, clock)
    hold = await Leases(fresh, ttl=60).take(student_lease(ada), "worker")
    assert hold is not None
    work = StudentWork(fresh, ada, hold, clock=clock, ids=ObjectId, faults=Faults())
    job = forgetter(fresh, clock)
    await job.request(ada)
    assert await job.resume() == 1
    assert not await Leases(fresh, ttl=60).renew(hold)

    async def write(unit: UnitOfWork) -> None:
        talk = AIMentorConversation(id=unit.new_id(), user_id=unit.student, conversation_summary=WORD)
        await unit.of(AIMentorConversation).add(talk)

    with pytest.raises(FenceLost):
        await work.commit(write)
    assert await find_traces(fresh, ada, WORD) == []


async def test_a_tombstone_knows_its_message_for_a_month(fresh: Database) -> None:
    """The key itself is stored nowhere; each database hashes under a secret of its own."""
    clock = FixedClock()
    tombstones = Tombstones(fresh)
    await tombstones.bury(["telegram:1:42"], clock())
    assert await tombstones.holds("telegram:1:42")
    assert not await tombstones.holds("telegram:1:43")
    assert await Tombstones(fresh).holds("telegram:1:42")
    assert await find_traces(fresh, "telegram") == []
    assert await tombstones.sweep(clock() + KEPT - timedelta(seconds=1)) == 0
    assert await tombstones.sweep(clock() + KEPT) == 1
    assert await fresh.collection(Tombstone.collection).count({}) == 0


def test_every_step_has_a_crash_point() -> None:
    """What kills an erasure between two steps can do so after each of them."""
    assert len(ERASE_POINTS) == len(STEPS)


def test_no_collection_is_left_out() -> None:
    """Every owned document is deleted but for the two that are dealt with apart; who made what is taken out too."""
    assert set(owned()) == {one for one in ALL if one.owner is not None} - {UsageRow, Erasure}
    assert {Admission, ChannelAccount, Turn, User} <= set(owned())
    assert {("roadmaps", "createdBy"), ("platform_problem_mappings", "verified_by")} <= {
        (document.collection, field) for document, field in foreign_fields()
    }
