"""The next problem: chosen from data, with reasons that are true."""

from __future__ import annotations

import pytest

from store.documents.intelligence import RevisionSchedule
from tests.tools.harness import School, Student
from tools.errors import ToolRetry
from tools.practice import AttemptReceipt, StartReceipt
from tools.suggestion import NextProblem


async def test_a_new_student_gets_a_first_problem_of_the_roadmap(ada: Student) -> None:
    """Nothing known: an early problem without open prerequisites, about right in difficulty, with reasons."""
    found = await ada.read(NextProblem, "next_problem")
    assert found.problem is not None
    assert (found.roadmap, found.layer) == ("PrepMate 75", "Foundation")
    assert found.position is not None
    assert found.position <= 10
    assert 0.6 <= (found.predicted or 0) <= 0.8
    assert f"number {found.position} of 75 on PrepMate 75" in found.why
    assert f"{found.predicted:.0%}" in found.why
    assert await ada.read(NextProblem, "next_problem") == found


async def test_what_is_solved_is_not_offered_again(ada: Student) -> None:
    """Four solves in a row lead to four different problems."""
    seen: list[str] = []
    for _ in range(4):
        found = await ada.read(NextProblem, "next_problem")
        assert found.problem is not None
        assert found.problem.title not in seen
        seen.append(found.problem.title)
        await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem=found.problem.title)
        ada.clock.forward(minutes=20)


async def test_topic_and_difficulty_are_kept_to(ada: Student) -> None:
    """What was asked for is what is offered, by alias too."""
    found = await ada.read(NextProblem, "next_problem", topic="priority queue", difficulty="hard")
    assert found.problem is not None
    assert found.problem.difficulty == "hard"
    assert "Heaps" in found.problem.topics
    with pytest.raises(ToolRetry):
        await ada.read(NextProblem, "next_problem", difficulty="brutal")
    with pytest.raises(ToolRetry):
        await ada.read(NextProblem, "next_problem", topic="cooking")


async def test_a_due_revision_comes_first_with_its_problem(ada: Student) -> None:
    """Days after a failure the failed problem is next, because its topic's revision is due."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="two sum")
    today = await ada.read(NextProblem, "next_problem")
    assert today.revision_due is None
    assert today.problem is not None
    assert today.problem.title != "Two Sum"
    ada.clock.forward(days=3)
    found = await ada.read(NextProblem, "next_problem")
    assert found.problem is not None
    assert (found.problem.title, found.revision_due) == ("Two Sum", "2026-11-24")
    assert "has been due since 24 Nov" in found.why


async def test_a_backlog_of_revisions_does_not_keep_a_student_from_new_problems(ada: Student) -> None:
    """After three reviews on a day the next problem is a new one, however much is still due."""
    for slug in ("two-sum", "number-of-islands", "valid-parentheses", "climbing-stairs", "reverse-linked-list"):
        await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem=slug)
    ada.clock.forward(days=10)
    for _ in range(8):
        found = await ada.read(NextProblem, "next_problem")
        assert found.problem is not None
        if found.revision_due is None:
            break
        await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem=found.problem.title)
    assert found.revision_due is None
    assert await ada.database.collection(RevisionSchedule.collection).count(
        {"userId": ada.id, "nextRevisionDate": {"$lt": ada.clock()}}
    )


async def test_a_running_problem_is_named_and_not_offered(ada: Student) -> None:
    """The problem that is being timed is told, and another one is offered."""
    first = await ada.read(NextProblem, "next_problem")
    assert first.problem is not None
    await ada.do(StartReceipt, "start_problem", problem=first.problem.title)
    second = await ada.read(NextProblem, "next_problem")
    assert second.problem is not None
    assert second.running == first.problem.title != second.problem.title


async def test_a_topic_that_is_used_up_says_so(ada: Student) -> None:
    """When every problem of a topic is solved the verb says that nothing is left."""
    while True:
        found = await ada.read(NextProblem, "next_problem", topic="tries")
        if found.problem is None:
            break
        await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem=found.problem.title)
    assert found.nothing_left
    assert found.why == "There is no problem of Tries in the catalogue that you have not solved unaided yet."


async def test_without_a_roadmap_the_catalogue_is_used(lone_school: School) -> None:
    """A database without roadmaps still has a next problem."""
    ada = await lone_school.enrol()
    await lone_school.database.collection("roadmaps").update_many({}, {"$set": {"isActive": False}})
    found = await ada.read(NextProblem, "next_problem")
    assert found.problem is not None
    assert (found.roadmap, found.position) == (None, None)
