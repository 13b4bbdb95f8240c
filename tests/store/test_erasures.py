"""Forgetting a student: nothing of them is found afterwards, and no message brings them back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from store.client import Database, ObjectId, connect
from store.documents import ALL
from store.documents.account import Erasure, Tombstone
from store.documents.own import Admission, ChannelAccount, OutboxItem, ProblemDifficulty, Turn, UsageRow
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
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(erasures, "STEPS", (*STEPS[:after], die, *STEPS[after + 1 :]))
        with pytest.raises(RuntimeError):
            await first.resume()
    assert await forgetter(fresh, clock, "b").resume() == 1
    assert await find_traces(fresh, ada, WORD, "Quill", ATTEMPT, "room-ada") == []


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
