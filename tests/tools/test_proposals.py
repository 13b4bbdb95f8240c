"""What was proposed is remembered: another one, an easier or a harder one, and problems seen before."""

from __future__ import annotations

import pytest

from store.documents.intelligence import MasteryMetric
from store.documents.learner import Attempt, LearnerTopic
from store.documents.level import Proposal, SeenProblem
from store.documents.problems import Submission
from tests.tools.harness import SERVICE, School, Student
from tools.errors import ToolRetry
from tools.practice import AttemptReceipt, StartReceipt
from tools.problems import ProblemBrief
from tools.proposals import SeenReceipt
from tools.suggestion import STEPS, NextProblem
from tools.undo import UndoReceipt

LEVELS = ("easy", "medium", "hard")


async def propose(student: Student, **wish: str) -> NextProblem:
    """Ask for a problem through the door that remembers it."""
    student.clock.forward(seconds=10)
    return await student.do(NextProblem, "next_problem", **wish)


def title(found: NextProblem) -> str:
    """Return the title of what was proposed."""
    assert found.problem is not None, found.why
    return found.problem.title


async def test_another_one_is_never_one_that_was_turned_down_that_day(ada: Student) -> None:
    """Six times "another" gives six other problems; plainly asked, the last of them stays."""
    first = await propose(ada)
    seen = [title(first)]
    for _ in range(6):
        found = await propose(ada, instead="another")
        assert title(found) not in seen
        assert found.instead_of == seen[-1]
        assert found.why.startswith(f"Instead of {seen[-1]}: ")
        assert found.line == ""
        seen.append(title(found))
    again = await propose(ada)
    assert (title(again), again.instead_of) == (seen[-1], None)


async def test_a_new_day_begins_anew(ada: Student) -> None:
    """What was turned down may come again the next local day."""
    first = await propose(ada)
    assert title(await propose(ada, instead="another")) != title(first)
    ada.clock.forward(days=1)
    assert title(await propose(ada)) == title(first)


async def test_a_wish_holds_for_another_one(ada: Student) -> None:
    """Another one of what was asked for is of the same topic and difficulty, until there is none left."""
    titles = [title(await propose(ada, topic="heaps", difficulty="hard"))]
    while (found := await propose(ada, instead="another")).problem is not None:
        assert found.problem.difficulty == "hard"
        assert "Heaps" in found.problem.topics
        assert title(found) not in titles
        titles.append(title(found))
    assert found.why == "There is no hard problem of Heaps left today: you have solved or turned down what there is."
    other = await propose(ada, topic="graphs", instead="another")
    assert other.problem is not None
    assert "Graphs" in other.problem.topics


@pytest.mark.parametrize(("kind", "first", "steps"), [("easier", "hard", 1), ("harder", "easy", 2)])
async def test_easier_and_harder_are_measured_by_the_students_own_chances(
    ada: Student, kind: str, first: str, steps: int
) -> None:
    """Each step goes the way that was wanted by a chance that can be felt, and the why says so with both chances."""
    last = await propose(ada, difficulty=first)
    for _ in range(steps):
        found = await propose(ada, instead=kind)
        assert found.predicted is not None
        assert last.predicted is not None
        assert (found.predicted - last.predicted) * (1 if kind == "easier" else -1) > STEPS[1]
        assert found.why.startswith(f"{kind.title()} than {title(last)}: ")
        assert f"{last.predicted:.0%}, this one with {found.predicted:.0%}" in found.why
        assert found.instead_of == title(last)
        last = found


async def test_where_nothing_is_easier_that_is_said(ada: Student) -> None:
    """Below the easiest problems comes one that is about as hard, called that; of a small topic, in the end none."""
    await propose(ada, difficulty="easy", topic="bit manipulation")
    titles = set()
    for _ in range(30):
        found = await propose(ada, instead="easier")
        assert found.why.startswith(
            ("Easier than ", "Nothing of Bit Manipulation that you have not solved yet is easier")
        )
        if found.problem is None:
            break
        assert title(found) not in titles
        titles.add(title(found))
    assert found.nothing_left
    assert titles


async def test_a_harder_one_is_never_easier(ada: Student) -> None:
    """Neither by the student's chance nor by its label: at the top of a topic it is said that nothing is harder."""
    last = await propose(ada, difficulty="easy", topic="graphs")
    for _ in range(40):
        found = await propose(ada, instead="harder")
        if found.problem is None:
            break
        assert last.problem is not None
        assert LEVELS.index(found.problem.difficulty) >= LEVELS.index(last.problem.difficulty)
        assert (found.predicted or 0) <= (last.predicted or 0)
        last = found
    assert found.why == f"Nothing of Graphs that you have not solved yet is harder for you than {title(last)}."


async def test_a_level_that_another_program_wrote_stops_no_wish(lone_school: School) -> None:
    """Problems of a level that there is not count as medium, and easier and harder ones are found among them."""
    ada, problems = await lone_school.enrol(), lone_school.database.collection("problems")
    await problems.update_many({"difficulty": "medium"}, {"$set": {"difficulty": "impossible"}})
    for wish in ("harder", "easier"):
        await propose(ada, topic="graphs")
        assert (await propose(ada, instead=wish)).why


async def test_asking_for_an_easier_one_teaches_the_learner_nothing(ada: Student) -> None:
    """A wish is no evidence: no belief, no metric and no attempt comes of it."""
    await propose(ada, difficulty="medium")
    for kind in ("easier", "harder", "another"):
        await propose(ada, instead=kind)
    for document in (LearnerTopic, MasteryMetric, Attempt, Submission):
        assert await ada.all(document) == []
    replies = [proposal.get("reply") for proposal in await ada.all(Proposal)]
    assert replies == ["easier", "harder", "another", None]


async def test_easier_without_a_proposal_is_easier_than_what_would_come(ada: Student) -> None:
    """The first words of a day may be "something easier"; a started problem is what it is measured against."""
    usual = await propose(ada)
    ada.clock.forward(days=1)
    found = await propose(ada, instead="harder")
    assert found.instead_of == title(usual)
    assert (found.predicted or 1) < (usual.predicted or 0)
    ada.clock.forward(days=1)
    await ada.do(StartReceipt, "start_problem", problem="word ladder")
    easier = await propose(ada, instead="easier")
    assert (easier.instead_of, easier.running) == ("Word Ladder", "Word Ladder")


async def test_another_one_after_a_solve_takes_the_place_of_nothing(ada: Student) -> None:
    """What was solved was not turned down, so the why does not speak of it."""
    first = await propose(ada)
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem=title(first))
    found = await propose(ada, instead="another")
    assert title(found) != title(first)
    assert found.instead_of is None
    assert [proposal.get("reply") for proposal in await ada.all(Proposal)] == [None, None]


async def test_a_revision_that_is_turned_down_waits(ada: Student) -> None:
    """Another one in place of a due revision is something else; tomorrow the revision is there again."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="two sum")
    ada.clock.forward(days=3)
    due = await propose(ada)
    assert (title(due), due.revision_due is None) == ("Two Sum", False)
    assert title(await propose(ada, instead="another")) != "Two Sum"
    ada.clock.forward(days=1)
    assert title(await propose(ada)) == "Two Sum"


async def test_what_was_seen_elsewhere_is_not_new_any_more_and_counts_nowhere(ada: Student) -> None:
    """Seen: never proposed as new again, not the plan's either; no attempt, no submission, no belief."""
    first = await propose(ada)
    receipt = await ada.do(SeenReceipt, "mark_seen")
    assert receipt.problem.title == title(first)
    assert receipt.proposed
    assert receipt.line == f"{title(first)} · seen before, so not proposed as new any more"
    assert (await ada.one(SeenProblem))["problemId"] == (await ada.one(Proposal))["problemId"]
    for document in (LearnerTopic, MasteryMetric, Attempt, Submission):
        assert await ada.all(document) == []
    found = await propose(ada, instead="another")
    assert found.instead_of == title(first)
    for _ in range(3):
        ada.clock.forward(days=1)
        assert title(await propose(ada)) != title(first)


async def test_seen_is_undone_exactly_even_after_another_proposal(ada: Student) -> None:
    """Undo puts the database back bit for bit, although another problem was proposed since."""
    first = await propose(ada)
    before = await ada.everything(without=SERVICE)
    await ada.do(SeenReceipt, "mark_seen")
    second = await propose(ada, instead="another")
    undone = await ada.do(UndoReceipt, "undo_last")
    assert undone.label == f"{title(first)} · seen before"
    after = await ada.everything(without=SERVICE)
    proposed = [raw["_id"] for raw in await ada.all(Proposal)][1]
    changed = {("proposals", proposed), ("proposals", None)}
    assert {key: raw for key, raw in after.items() if key not in changed} == {
        key: raw for key, raw in before.items() if key not in changed
    }
    assert title(second) != title(first)


async def test_seen_twice_or_solved_before_changes_nothing(ada: Student) -> None:
    """A problem that is known to be known needs no second note, and gives no receipt."""
    await ada.do(SeenReceipt, "mark_seen", problem="two sum")
    again = await ada.do(SeenReceipt, "mark_seen", problem="two-sum")
    assert (again.line, again.already, again.undo_label) == ("", True, None)
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="valid anagram")
    solved = await ada.do(SeenReceipt, "mark_seen", problem="valid anagram")
    assert solved.already
    assert not solved.proposed
    assert len(await ada.all(SeenProblem)) == 1


async def test_a_seen_problem_comes_back_only_for_revision(ada: Student) -> None:
    """It is recorded like any other when it is solved after all, and its topic's revision may choose it."""
    await ada.do(SeenReceipt, "mark_seen", problem="two sum")
    receipt = await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="two sum")
    assert receipt.problem.title == "Two Sum"
    ada.clock.forward(days=3)
    due = await propose(ada)
    assert (title(due), due.revision_due is None) == ("Two Sum", False)


async def test_seen_needs_a_problem(ada: Student) -> None:
    """With nothing proposed and nothing started the name is asked for; wrong words are refused with choices."""
    with pytest.raises(ToolRetry):
        await ada.do(SeenReceipt, "mark_seen")
    with pytest.raises(ToolRetry) as refused:
        await propose(ada, instead="bigger")
    assert refused.value.choices == ("another", "easier", "harder")


async def test_students_do_not_see_each_others_proposals(school: School) -> None:
    """What one student turned down is still proposed to another."""
    ada, bob = await school.enrol("Ada"), await school.enrol("Bob")
    first: ProblemBrief | None = (await propose(ada)).problem
    await propose(ada, instead="another")
    assert (await propose(bob)).problem == first
