"""The shared difficulties: every attempt counts exactly once, and an undone one not at all."""

from __future__ import annotations

import asyncio

import pytest

from bot.counting import Counting
from store.client import ObjectId
from store.documents.learner import PopulationEntry, ProblemDifficulty, TopicShift
from store.documents.problems import Problem
from store.repositories.population import Population, settle_pending
from store.work import EffectKey, Outcome, UnitOfWork
from tests.tools.harness import BY_NAME, School, Student
from tools.practice import AttemptReceipt
from tools.undo import UndoReceipt


async def difficulty(school: School, slug: str) -> tuple[float, int]:
    """Return a problem's shared difficulty and how many attempts it counts."""
    problem = await school.database.collection(Problem.collection).find_one({"platformId": slug})
    assert problem is not None
    raw = await school.database.collection(ProblemDifficulty.collection).find_one({"_id": problem["_id"]})
    return (raw["value"], raw["seen"]) if raw else (0.0, 0)


async def queued(school: School) -> int:
    """Return how many increments wait."""
    return await school.database.collection(PopulationEntry.collection).count({})


async def settle(school: School) -> int:
    """Count what waits; return how many entries there were."""
    return len([done async for done in settle_pending(school.database)])


async def record(student: Student, slug: str, outcome: str = "unaided") -> AttemptReceipt:
    """Record an attempt."""
    return await student.do(AttemptReceipt, "record_attempt", outcome=outcome, problem=slug)


async def test_an_attempt_is_counted_after_the_commit(lone_school: School) -> None:
    """A solve lowers the problem's difficulty and its topics' shifts by the logged increments."""
    ada = await lone_school.enrol()
    receipt = await record(ada, "two-sum")
    value, seen = await difficulty(lone_school, "two-sum")
    assert value == pytest.approx(-1.0 - 0.5 * (1 - receipt.predicted), abs=1e-4)
    assert seen == 1
    shifts = await lone_school.database.collection(TopicShift.collection).find({})
    assert [shift["seen"] for shift in shifts] == [1, 1]
    assert all(shift["value"] == pytest.approx(-0.2 * (1 - receipt.predicted), abs=1e-4) for shift in shifts)
    assert await queued(lone_school) == 0


async def test_a_kill_before_it_is_counted_is_made_good(school: School) -> None:
    """An attempt whose process died right after the commit waits in the queue and is counted once by the worker."""
    ada = await school.enrol()

    async def body(unit: UnitOfWork) -> Outcome:
        result = await BY_NAME["record_attempt"](ada.context(unit), outcome="stuck", problem="rotate-image")
        unit.after_commit.clear()
        return Outcome(result.model_dump_json(), receipt=True)

    await ada.work.once(EffectKey(ObjectId(), 1, "call"), "record_attempt", body)
    assert (await difficulty(school, "rotate-image"))[1] == 0
    assert await queued(school) == 1
    assert await asyncio.gather(*(settle(school) for _ in range(4))) == [1, 1, 1, 1]
    assert (await difficulty(school, "rotate-image"))[1] == 1
    assert await queued(school) == 0


async def put(school: School, entry_id: str, problem: ObjectId, topics: int = 0) -> None:
    """Put an entry into the queue as a process left it that was killed."""
    entry = {"_id": entry_id, "problemId": problem, "start": 0.5, "problemIncrement": 0.25}
    more = {"topicIds": [ObjectId() for _ in range(topics)], "topicIncrements": []}
    await school.database.collection(PopulationEntry.collection).insert({**entry, **more})


async def test_a_long_queue_is_applied_to_its_end(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the queue has grown, all of it is counted; an entry that makes no sense holds up no other."""
    monkeypatch.setattr("store.repositories.population._BATCH", 4)
    problem = ObjectId()
    for number in range(14):
        await put(school, f"{number:04}", problem)
    await put(school, "0005x", problem, topics=2)
    assert [done async for done in settle_pending(school.database)] == [f"{number:04}" for number in range(14)]
    raw = await school.database.collection(ProblemDifficulty.collection).find_one({"_id": problem})
    assert raw is not None
    assert (raw["seen"], await queued(school)) == (14, 1)
    assert await school.database.collection(PopulationEntry.collection).delete({"_id": "0005x"})


async def test_the_queue_is_emptied_while_the_service_runs(school: School) -> None:
    """What is left behind is counted, whenever that was, and stopping waits for nothing."""
    stop = asyncio.Event()
    running = asyncio.create_task(Counting(school.database, poll=0.02, pause=0.0).run(stop))
    for number in range(3):
        await put(school, f"late {number}", ObjectId())
    async with asyncio.timeout(10):
        while await queued(school):  # noqa: ASYNC110 - what is waited for stands in the database
            await asyncio.sleep(0.01)
    stop.set()
    await asyncio.wait_for(running, 1)


async def test_applying_again_adds_nothing(school: School) -> None:
    """An entry that is in the queue again although it was applied (killed before it was removed) counts once."""
    ada = await school.enrol()
    await record(ada, "spiral-matrix")
    before = await difficulty(school, "spiral-matrix")
    receipt = await record(ada, "spiral-matrix", "stuck")
    after = await difficulty(school, "spiral-matrix")
    problem = ObjectId(receipt.problem.id)
    topics = [ObjectId(change.topic_id) for change in receipt.topics]
    entry = PopulationEntry(
        id=receipt.submission_id,
        problem_id=problem,
        start=0.0,
        problem_increment=after[0] - before[0],
        topic_ids=topics,
        topic_increments=[1.0 for _ in topics],
    )
    await Population(school.database).queue(entry)
    assert await settle(school) == 1
    assert await difficulty(school, "spiral-matrix") == after


async def test_many_students_at_once_are_all_counted(school: School) -> None:
    """Twelve students who solve one problem at the same moment are twelve attempts, without a conflict."""
    students = [await school.enrol(f"Student {number}") for number in range(12)]
    await asyncio.gather(*(record(student, "set-matrix-zeroes") for student in students))
    assert (await difficulty(school, "set-matrix-zeroes"))[1] == 12


async def test_an_undone_attempt_is_taken_out_once(school: School) -> None:
    """Undo subtracts what the attempt had added, and settling it again subtracts nothing more."""
    ada, bob = await school.enrol("Ada"), await school.enrol("Bob")
    await record(bob, "word-search")
    before = await difficulty(school, "word-search")
    receipt = await record(ada, "word-search", "stuck")
    await ada.do(UndoReceipt, "undo_last")
    assert await difficulty(school, "word-search") == pytest.approx(before)
    await Population(school.database).settle_undo(receipt.submission_id)
    assert await settle(school) == 0
    assert await difficulty(school, "word-search") == pytest.approx(before)


async def test_an_attempt_undone_before_it_was_counted_leaves_nothing(school: School) -> None:
    """Killed after the attempt and again after its undo: the worker adds and subtracts, in this order."""
    ada, bob = await school.enrol("Ada"), await school.enrol("Bob")
    await record(bob, "word-break")
    before = await difficulty(school, "word-break")
    for verb, arguments in (("record_attempt", {"outcome": "stuck", "problem": "word-break"}), ("undo_last", {})):

        async def body(unit: UnitOfWork, verb: str = verb, arguments: dict[str, str] = arguments) -> Outcome:
            result = await BY_NAME[verb](ada.context(unit), **arguments)
            unit.after_commit.clear()
            return Outcome(result.model_dump_json(), receipt=True, undo_label="x" if verb != "undo_last" else None)

        await ada.work.once(EffectKey(ObjectId(), 1, verb), verb, body)
    assert await queued(school) == 2
    assert await settle(school) == 2
    assert await difficulty(school, "word-break") == pytest.approx(before)
    assert await queued(school) == 0
