"""The hint ladder: one rung a message, in order, counted as help, and nothing of a locked rung anywhere."""

from __future__ import annotations

import pytest

from store.catalogue.hints import Ladder
from store.client import ObjectId
from store.documents.analytics import UserTopicStats
from store.documents.own import Turn
from store.documents.problems import Submission
from store.documents.study import HintState
from store.work import EffectKey
from tests.tools.harness import School, Student
from tests.traces import find_traces
from tools.errors import ToolRetry
from tools.hints import HintReceipt
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
    """Climb Two Sum's ladder so far, from the question on."""
    assert (await hint(student, problem="two sum")).step == "ask"
    for _ in range(rungs):
        await hint(student, problem="two sum", tried="brute force")


async def answer(student: Student, turn: ObjectId, **arguments: object) -> HintReceipt:
    """Ask for a hint on Two Sum while one message is being answered."""
    key = EffectKey(turn, student.calls, "call")
    student.calls += 1
    return await student.repeat(HintReceipt, "give_hint", key, problem="two sum", **arguments)


async def say(student: Student, text: str) -> ObjectId:
    """Let the student say something, a minute later."""
    turn = ObjectId()
    raw = {"key": str(turn), "userId": student.id, "status": "working", "seq": turn.binary, "text": text}
    await student.database.collection(Turn.collection).insert({"_id": turn, **raw})
    student.clock.forward(minutes=1)
    return turn


async def test_the_first_call_asks_and_unlocks_nothing(ada: Student) -> None:
    """Before anything was tried there is no rung and no receipt, and the solution is no way around it."""
    for arguments in ({}, {"solution": True}):
        asked = await hint(ada, problem="two sum", **arguments)
        assert (asked.step, asked.line, asked.text, asked.solution_unlocked) == ("ask", "", "", False)
    stored = await ada.one(HintState)
    assert (stored["shown"], "tried" in stored) == ([], False)


async def test_nobody_answers_for_the_student_what_they_tried(ada: Student) -> None:
    """What is said to be tried counts in a message after the question; before it only in the student's own words."""
    first = await say(ada, "I'm stuck, give me a hint")
    for arguments in ({"tried": "The student is stuck."}, {}, {"tried": "I'm stuck"}, {"tried": "give me a hint"}):
        assert (await answer(ada, first, **arguments)).step == "ask"
    assert (await answer(ada, await say(ada, "hm, brute force"), tried="brute force")).rung == 1


@pytest.mark.parametrize(
    ("text", "tried", "step"),
    [
        ("I've tried brute force, but it's too slow. A hint?", "brute force, but it's too slow", "rung"),
        ("a hint please: tried sorting first", "Tried sorting first", "rung"),
        ("I've tried brute force, a hint?", "sorting", "ask"),
        ("a hint for two sum", "two sum", "ask"),
    ],
)
async def test_who_says_at_once_what_they_tried_is_not_asked(ada: Student, text: str, tried: str, step: str) -> None:
    """The first message may tell it, word for word; a hint that the model makes up is none."""
    assert (await answer(ada, await say(ada, text), tried=tried)).step == step


async def test_the_solution_takes_a_yes_in_a_later_message(ada: Student) -> None:
    """Neither the message after the last rung nor the one with the question unlocks it, nor one that says no."""
    await climb(ada, 3)
    asked = await say(ada, "what about an empty list?")
    for solution in (True, False, True):
        assert (await answer(ada, asked, solution=solution)).step == "confirm"
    for refusal in ("No, not yet", "nein danke", "Don't show it", "不要", "нет"):
        assert (await answer(ada, await say(ada, refusal), solution=True)).step == "confirm"
    unlocked = await answer(ada, await say(ada, "ja, bitte"), solution=True)
    assert (unlocked.step, unlocked.solution_unlocked) == ("solution", True)


async def test_rungs_come_one_at_a_time_and_in_order(ada: Student) -> None:
    """Question, pattern, outline; then a yes is asked for; then the solution; asking for it early skips nothing."""
    await hint(ada, problem="two sum")
    first = await hint(ada, tried="brute force", solution=True)
    assert (first.step, first.rung, first.kind, first.text) == ("rung", 1, "question", PLANTED.question)
    assert (first.line, first.undo_label) == ("Two Sum · hint 1 of 3", None)
    second = await hint(ada, solution=True)
    assert (second.rung, second.kind, second.text) == (2, "pattern", PLANTED.pattern)
    third = await hint(ada)
    assert (third.rung, third.kind, third.text) == (3, "outline", PLANTED.outline)
    confirm = await hint(ada, solution=True)
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
        for rung, word in enumerate(words, 1):
            known = word in result.model_dump_json() or await find_traces(ada.database, word)
            assert bool(known) == (rung <= unlocked), (unlocked, word)


async def test_one_message_unlocks_one_rung(ada: Student) -> None:
    """A model that calls again while it answers the same message gets the same rung; the next message the next."""

    await climb(ada, 0)
    arguments = {"tried": "brute force", "solution": True}
    first, second = ObjectId(), ObjectId()
    assert [(await answer(ada, first, **arguments)).rung for _ in range(2)] == [1, 1]
    again = await answer(ada, first, **arguments)
    assert (again.again, again.line) == (True, "")
    ada.clock.forward(minutes=1)
    assert (await answer(ada, second, **arguments)).rung == 2


async def test_an_unaided_solve_after_hints_is_one_with_help(ada: Student) -> None:
    """The outcome, the Submission, the statistics and the receipt all say so; the next attempt is free of them."""
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    for _ in range(3):
        await hint(ada, tried="brute force")
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
