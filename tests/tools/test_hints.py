"""The hint ladder: one rung a message, in order, counted as help, and nothing of a locked rung anywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.catalogue.hints import Ladder
from store.client import ObjectId
from store.documents.analytics import UserTopicStats
from store.documents.problems import Submission
from store.documents.study import HintState
from store.work import UnitOfWork
from tests.tools.harness import School, Student
from tools.context import MentorContext
from tools.errors import ToolRetry
from tools.hints import HintReceipt, give_hint
from tools.practice import AttemptReceipt, StartReceipt
from tools.undo import UndoReceipt

PLANTED = Ladder("What does PLANTED-ONE tell you?", "It is PLANTED-TWO.", "1. PLANTED-THREE.")


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every problem has a ladder of words that stand nowhere else."""
    monkeypatch.setattr("tools.hints.hint_ladder", lambda _slug, _topics: PLANTED)


async def hint(student: Student, **arguments: object) -> HintReceipt:
    """Ask for a hint, a minute later."""
    student.clock.forward(minutes=1)
    return await student.do(HintReceipt, "give_hint", **arguments)


async def solve(student: Student, outcome: str = "unaided", problem: str | None = "two sum") -> AttemptReceipt:
    """Record an attempt, a minute later."""
    student.clock.forward(minutes=1)
    return await student.do(AttemptReceipt, "record_attempt", outcome=outcome, problem=problem)


async def climb(student: Student, rungs: int) -> None:
    """Climb Two Sum's ladder so far."""
    for _ in range(rungs):
        await hint(student, problem="two sum", tried="brute force")


async def test_the_first_call_asks_and_unlocks_nothing(ada: Student) -> None:
    """Before anything was tried there is no rung, no receipt and no document, and the solution is no way around it."""
    for arguments in ({}, {"solution": True}):
        asked = await hint(ada, problem="two sum", **arguments)
        assert (asked.step, asked.line, asked.text, asked.solution_unlocked) == ("ask", "", "", False)
    assert await ada.all(HintState) == []


async def test_rungs_come_one_at_a_time_and_in_order(ada: Student) -> None:
    """Question, pattern, outline; then a yes is asked for; then the solution; asking for it early skips nothing."""
    first = await hint(ada, problem="two sum", tried="brute force", solution=True)
    assert (first.step, first.rung, first.kind, first.text) == ("rung", 1, "question", PLANTED.question)
    assert (first.line, first.undo_label) == ("Two Sum · hint 1 of 3", None)
    second = await hint(ada, solution=True)
    assert (second.rung, second.kind, second.text) == (2, "pattern", PLANTED.pattern)
    third = await hint(ada)
    assert (third.rung, third.kind, third.text) == (3, "outline", PLANTED.outline)
    confirm = await hint(ada)
    assert (confirm.step, confirm.line, confirm.solution_unlocked) == ("confirm", "", False)
    solution = await hint(ada, solution=True)
    assert (solution.step, solution.text, solution.solution_unlocked) == ("solution", PLANTED.outline, True)
    assert (await hint(ada)).solution_unlocked
    stored = await ada.one(HintState)
    assert ([rung["rung"] for rung in stored["shown"]], stored["tried"]) == ([1, 2, 3, 4], "brute force")


async def test_no_word_of_a_locked_rung_is_anywhere(lone_school: School) -> None:
    """After each step neither the result nor any document of the database holds a word of a later rung."""
    ada = await lone_school.enrol()
    words = ("PLANTED-ONE", "PLANTED-TWO", "PLANTED-THREE")
    for unlocked in range(4):
        arguments = {"tried": "brute force"} if unlocked else {}
        result = await hint(ada, problem="two sum", **arguments)
        known = result.model_dump_json().encode() + b"".join((await ada.everything()).values())
        for rung, word in enumerate(words, 1):
            assert (word.encode() in known) == (rung <= unlocked), (unlocked, word)


async def test_one_message_unlocks_one_rung(ada: Student) -> None:
    """A model that calls again while it answers the same message gets the same rung; the next message the next."""

    async def ask(turn: ObjectId) -> HintReceipt:
        async def body(unit: UnitOfWork) -> HintReceipt:
            context: MentorContext = replace(ada.context(unit), turn=turn)
            return await give_hint(context, "two sum", "brute force", solution=True)

        return await ada.work.commit(body)

    first, second = ObjectId(), ObjectId()
    assert ((await ask(first)).rung, (await ask(first)).rung) == (1, 1)
    again = await ask(first)
    assert (again.again, again.line) == (True, "")
    ada.clock.forward(minutes=1)
    assert (await ask(second)).rung == 2


async def test_an_unaided_solve_after_hints_is_one_with_help(ada: Student) -> None:
    """The outcome, the Submission, the statistics and the receipt all say so; the next attempt is free of them."""
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    await hint(ada, tried="brute force")
    await hint(ada)
    receipt = await solve(ada, problem=None)
    assert (receipt.outcome, receipt.hints, receipt.corrected) == ("with-help", 2, True)
    assert "solved with help" in receipt.line
    assert "2 hints shown, so it counts as with help" in receipt.line
    stored = await ada.one(Submission)
    assert (stored["hintUsed"], stored["hintCount"], stored["score"]) == (True, 2, 50.0)
    assert {raw["hints_used_count"] for raw in await ada.all(UserTopicStats)} == {1}
    again = await solve(ada)
    assert (again.outcome, again.hints, again.corrected) == ("unaided", 0, False)


async def test_hints_of_another_problem_and_student_do_not_count(school: School) -> None:
    """Help is counted for its own problem and its own student."""
    ada, bob = await school.enrol("Ada"), await school.enrol("Bob")
    await climb(ada, 1)
    assert (await solve(ada, problem="valid anagram")).outcome == "unaided"
    assert (await solve(bob)).outcome == "unaided"


async def test_a_hint_counts_until_the_problem_is_tried(ada: Student) -> None:
    """Sleeping over all the hints does not wash them off, though the ladder starts over; an attempt does."""
    await climb(ada, 3)
    ada.clock.forward(days=1, minutes=1)
    assert (await hint(ada, problem="two sum")).step == "ask"
    receipt = await solve(ada)
    assert (receipt.outcome, receipt.hints, receipt.corrected) == ("with-help", 3, True)
    ada.clock.forward(days=1, minutes=1)
    assert (await solve(ada)).outcome == "unaided"


async def test_starting_again_does_not_wash_hints_off(ada: Student) -> None:
    """A problem that is started after its hints, or put aside and started again, still counts them."""
    await climb(ada, 1)
    for problem in ("two sum", "valid anagram", "two sum"):
        await ada.do(StartReceipt, "start_problem", problem=problem)
    assert (await solve(ada)).outcome == "with-help"


async def test_a_solved_problem_s_ladder_starts_over_and_a_stuck_one_goes_on(ada: Student) -> None:
    """After being stuck the next rung follows; after a solve the first question comes again."""
    await climb(ada, 2)
    stuck = await solve(ada, "stuck")
    assert (stuck.outcome, stuck.hints, stuck.corrected) == ("stuck", 2, False)
    assert (await ada.one(Submission))["hintUsed"]
    assert (await hint(ada, problem="two sum")).rung == 3
    assert (await solve(ada)).hints == 1
    assert (await hint(ada, problem="two sum")).step == "ask"
    assert (await hint(ada, problem="two sum", tried="a map")).rung == 1


async def test_undoing_an_attempt_lets_its_hints_count_again(ada: Student) -> None:
    """What was read cannot be unread: undo takes the attempt back and leaves the hints."""
    await climb(ada, 1)
    assert (await solve(ada)).hints == 1
    assert "Two Sum" in (await ada.do(UndoReceipt, "undo_last")).label
    assert len((await ada.one(HintState))["shown"]) == 1
    assert (await solve(ada)).outcome == "with-help"


async def test_without_a_problem_there_is_no_hint(ada: Student) -> None:
    """With none started, named or hinted at before the student is asked which; bad arguments change nothing."""
    before = await ada.everything()
    for arguments in ({}, {"problem": "xyzzy"}, {"problem": "two sum", "tried": " "}, {"tried": "x" * 1001}):
        with pytest.raises(ToolRetry):
            await ada.do(HintReceipt, "give_hint", **arguments)
        assert await ada.everything() == before
