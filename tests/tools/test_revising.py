"""Revisions that teach: questions first, then the one problem, whose outcome is the review's grade."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.catalogue import cards
from store.catalogue.cards import Card
from store.documents.intelligence import RevisionSchedule
from store.documents.learner import Attempt, LearnerTopic
from store.documents.revisions import RevisionRun
from store.documents.sessions import PracticeSession
from tests.tools.harness import SERVICE, School, Student
from tools.errors import ToolFailed, ToolRetry
from tools.practice import AttemptReceipt, StartReceipt
from tools.questions import split_answer
from tools.revising import RecallReceipt, RevisionReceipt
from tools.undo import UndoReceipt

ANSWER = "1. last in first out, for matching brackets\n2. push and pop at the top\n3) no idea"


def _card(topic: str, part: str, *points: str, kind: str = "recall") -> Card:
    return Card.model_validate(
        {
            "topic": topic,
            "slug": f"{topic.lower()}-{part}",
            "kind": kind,
            "difficulty": "easy",
            "question": f"What is the {part} of {topic}?",
            "points": [f"It has {point}" for point in points],
            "keywords": [[point] for point in points],
        }
    )


TINY = (
    _card("Stacks", "use", "brackets", "undo", "nearest greater"),
    _card("Stacks", "idea", "last in first out", "push", "top"),
    _card("Stacks", "cost", "constant time", "linear space", "overflow"),
    _card("Recursion", "use", "tree", "smaller", "divide"),
    _card("Recursion", "idea", "base case", "call itself", "smaller"),
    _card("Recursion", "cost", "call stack", "depth", "repeated work"),
    _card("Recursion", "tail", "last call", "reuse frame", "loop", kind="concept"),
)


@pytest.fixture(autouse=True)
def tiny_cards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two topics with cards of their own, the second with no problem in these tests."""
    monkeypatch.setattr(cards, "shipped_cards", lambda: TINY)
    caches = (cards._cards_by_topic, cards._cards_by_slug)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


async def fail_brackets(student: Student) -> None:
    """Fail a problem of stacks, and let its revision become due."""
    await student.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="valid parentheses")
    student.clock.forward(days=2)


async def topic_of(student: Student, name: str) -> RevisionSchedule:
    """Return the student's schedule of a topic."""
    return RevisionSchedule.read(await student.one(RevisionSchedule, topicName=name))


async def test_a_revision_asks_compares_and_ends_with_its_problem(ada: Student) -> None:
    """The topic is asked about, the answer compared point by point, and the problem's outcome is the grade."""
    await fail_brackets(ada)
    begun = await ada.do(RevisionReceipt, "start_revision", topic="stacks")
    assert (begun.topic, begun.line, begun.problem, begun.problem_follows) == (
        "Stacks",
        "Stacks · revision started",
        None,
        True,
    )
    assert begun.questions == tuple(card.question for card in TINY[:3])
    assert begun.retention is not None
    assert begun.retention < 0.9
    ada.clock.forward(minutes=2)
    recalled = await ada.do(RecallReceipt, "answer_recall", answer=ANSWER)
    assert [card.made for card in recalled.cards] == [("It has brackets",), ("It has push", "It has top"), ()]
    assert recalled.cards[1].missed == ("It has last in first out",)
    assert (recalled.made, recalled.points) == (3, 9)
    assert recalled.problem is not None
    assert recalled.problem.title == "Valid Parentheses"
    ada.clock.forward(minutes=12)
    done = await ada.do(AttemptReceipt, "record_attempt", outcome="unaided")
    assert (done.problem.title, done.minutes, done.minutes_measured) == ("Valid Parentheses", 12, True)
    stacks = next(change for change in done.topics if change.topic == "Stacks")
    assert stacks.reviewed
    assert stacks.why == "reviewed: it was solved unaided, so your recall falls to 91% in 2 days"
    session = await ada.one(PracticeSession, sessionType="revision")
    assert (session["problemsSolved"], session["endTime"] is not None) == (1, True)
    run = await ada.one(RevisionRun)
    assert [item["made"] for item in run["recalled"]] == [
        ["It has brackets"],
        ["It has push", "It has top"],
        [],
    ]


async def test_the_problems_clock_starts_after_the_questions(ada: Student) -> None:
    """Minutes spent on the questions do not count as minutes on the problem, so that fast stays fast."""
    await fail_brackets(ada)
    await ada.do(RevisionReceipt, "start_revision", topic="stacks")
    ada.clock.forward(minutes=30)
    await ada.do(RecallReceipt, "answer_recall", answer="I do not remember")
    ada.clock.forward(minutes=5)
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided")
    (attempt, _) = sorted(await ada.all(Attempt), key=lambda raw: -raw["at"].timestamp())
    assert {log["grade"] for log in attempt["reviews"]} == {"easy"}


async def test_without_a_topic_the_most_urgent_one_is_revised(ada: Student) -> None:
    """`revise` takes what is due; with nothing due it says what comes next instead of starting anything."""
    with pytest.raises(ToolFailed, match="Nothing is due"):
        await ada.do(RevisionReceipt, "start_revision")
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="valid parentheses")
    with pytest.raises(ToolFailed, match="is next, tomorrow"):
        await ada.do(RevisionReceipt, "start_revision")
    ada.clock.forward(days=2)
    begun = await ada.do(RevisionReceipt, "start_revision")
    schedules = await ada.all(RevisionSchedule)
    assert begun.topic in {raw["topicName"] for raw in schedules}


async def test_starting_twice_is_one_revision(ada: Student) -> None:
    """Saying it again asks the same questions again; another topic puts the first one aside."""
    await fail_brackets(ada)
    first = await ada.do(RevisionReceipt, "start_revision", topic="stacks")
    again = await ada.do(RevisionReceipt, "start_revision", topic="Stack")
    assert (again.session_id, again.questions, again.undo_label) == (first.session_id, first.questions, None)
    await ada.do(RevisionReceipt, "start_revision", topic="graphs")
    sessions = await ada.all(PracticeSession)
    assert [raw.get("endTime") is None for raw in sessions] == [False, True]


async def test_a_revision_says_which_problem_it_puts_aside(ada: Student) -> None:
    """The problem that runs ends when the revision's own begins, or with the revision that it belongs to."""
    await fail_brackets(ada)
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    assert (await ada.do(RevisionReceipt, "start_revision", topic="stacks")).abandoned is None
    recalled = await ada.do(RecallReceipt, "answer_recall", answer=ANSWER)
    assert recalled.problem is not None
    assert (recalled.abandoned, recalled.line.split(" · ")[-1]) == ("Two Sum", "Two Sum put aside")
    begun = await ada.do(RevisionReceipt, "start_revision", topic="graphs")
    title = recalled.problem.title
    assert (begun.abandoned, begun.line) == (title, f"Graphs · revision started · {title} put aside")
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    begun = await ada.do(RevisionReceipt, "start_revision", topic="graphs")
    assert (begun.abandoned, begun.line) == ("Two Sum", "Graphs · revision started · Two Sum put aside")


async def test_a_topic_without_cards_begins_with_its_problem(ada: Student) -> None:
    """Where there is nothing to ask, the problem is started at once and answering is refused."""
    begun = await ada.do(RevisionReceipt, "start_revision", topic="graphs")
    assert begun.questions == ()
    assert begun.problem is not None
    with pytest.raises(ToolRetry, match="No revision is asking"):
        await ada.do(RecallReceipt, "answer_recall", answer="anything")
    ada.clock.forward(minutes=9)
    done = await ada.do(AttemptReceipt, "record_attempt", outcome="with-help")
    assert (done.problem.title, done.minutes) == (begun.problem.title, 9)


async def test_an_answer_without_a_question_is_refused(ada: Student) -> None:
    """Neither before a revision nor half a day after its questions is anything compared."""
    with pytest.raises(ToolRetry, match="No revision is asking"):
        await ada.do(RecallReceipt, "answer_recall", answer="a heap")
    await ada.do(RevisionReceipt, "start_revision", topic="stacks")
    ada.clock.forward(hours=13)
    with pytest.raises(ToolRetry, match="No revision is asking"):
        await ada.do(RecallReceipt, "answer_recall", answer="a heap")


async def test_a_running_problem_is_put_aside_by_the_revisions_problem(ada: Student) -> None:
    """Only one clock runs: the problem that was started before ends without an outcome."""
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    await ada.do(RevisionReceipt, "start_revision", topic="stacks")
    recalled = await ada.do(RecallReceipt, "answer_recall", answer="brackets")
    ada.clock.forward(minutes=3)
    done = await ada.do(AttemptReceipt, "record_attempt", outcome="stuck")
    assert recalled.problem is not None
    assert done.problem.title == recalled.problem.title
    assert all(raw["endTime"] is not None for raw in await ada.all(PracticeSession))


async def test_a_topic_without_problems_is_reviewed_by_its_recall(lone_school: School) -> None:
    """With no problem to solve a concept question is asked too, and what was recalled is the review."""
    database = lone_school.database
    problems = database.collection("problems")
    for raw in await problems.find({"topics": "Recursion"}):
        await problems.delete({"_id": raw["_id"]})
    ada = await lone_school.enrol()
    begun = await ada.do(RevisionReceipt, "start_revision", topic="recursion")
    assert (begun.problem_follows, begun.questions) == (False, tuple(card.question for card in TINY[3:]))
    answer = "a smaller tree, a base case, it would call itself, call stack depth; a loop can reuse frame of last call"
    before = await ada.everything(without=SERVICE)
    recalled = await ada.do(RecallReceipt, "answer_recall", answer=answer)
    assert recalled.problem is None
    assert recalled.review is not None
    assert (recalled.review.grade, recalled.review.reviewed) == ("good", True)
    assert f"you recalled {recalled.made} of 12 points" in recalled.review.why
    known = await ada.one(LearnerTopic)
    assert (known["attempts"], known["reviewedOn"]) == (0, "2026-11-23")
    assert (await topic_of(ada, "Recursion")).revision_count == 1
    await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything(without=SERVICE) == before


async def test_every_step_of_a_revision_is_undone_to_the_bit(ada: Student) -> None:
    """Starting, answering and the outcome are taken back one by one, over all collections."""
    await fail_brackets(ada)
    images = [await ada.everything(without=SERVICE)]
    await ada.do(RevisionReceipt, "start_revision", topic="stacks")
    images.append(await ada.everything(without=SERVICE))
    await ada.do(RecallReceipt, "answer_recall", answer=ANSWER)
    images.append(await ada.everything(without=SERVICE))
    ada.clock.forward(minutes=4)
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided")
    while images:
        await ada.do(UndoReceipt, "undo_last")
        assert await ada.everything(without=SERVICE) == images.pop()


@pytest.mark.parametrize(
    ("answer", "parts"),
    [
        ("1. a\n2. b\n3. c", ["a", "b", "c"]),
        ("1) a b 3) c", ["a b", "", "c"]),
        ("(2) only this", ["", "only this", ""]),
        ("a\n\nb\nc", ["a", "b", "c"]),
        ("it is 1. of many things", ["it is 1. of many things"] * 3),
        ("2. b 1. a", ["2. b 1. a"] * 3),
        ("all in one", ["all in one"] * 3),
        ("1. a 4. b", ["a 4. b", "", ""]),
    ],
)
def test_a_message_is_divided_among_the_questions(answer: str, parts: list[str]) -> None:
    """Numbers or lines divide a message; what is not divided answers every question."""
    assert split_answer(answer, 3) == parts
