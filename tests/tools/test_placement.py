"""Placement: five taps become a prior, nothing else, and the next problem follows them."""

from __future__ import annotations

import pytest

from store.documents.intelligence import MasteryMetric, RevisionSchedule
from store.documents.learner import Attempt, LearnerStudent, LearnerTopic
from store.documents.level import Placement, PlacementRun
from store.documents.problems import Submission
from tests.tools.harness import SERVICE, School, Student
from tools.errors import ToolFailed, ToolRetry
from tools.mastery import MasteryExplanation, MasteryOverview
from tools.placement import PlacementReceipt
from tools.practice import AttemptReceipt
from tools.suggestion import NextProblem
from tools.undo import UndoReceipt


async def answer(student: Student, said: str) -> PlacementReceipt:
    """Give one answer to the open question."""
    student.clock.forward(seconds=5)
    return await student.do(PlacementReceipt, "answer_placement", answer=said)


async def place(student: Student, *said: str) -> PlacementReceipt:
    """Take a whole placement and return its result."""
    await student.do(PlacementReceipt, "start_placement")
    results = [await answer(student, one) for one in said]
    assert results[-1].ask is None
    return results[-1]


async def mastery(student: Student, topic: str) -> float:
    """Return the chance of a medium problem of a topic."""
    return (await student.read(MasteryExplanation, "explain_mastery", topic=topic)).mastery


async def test_five_taps_about_five_topics(ada: Student) -> None:
    """Each question is about another topic, by an example of it, with the reason why it is asked."""
    receipt = await ada.do(PlacementReceipt, "start_placement")
    topics = []
    for number in range(1, 6):
        ask = receipt.ask
        assert ask is not None
        assert (ask.number, ask.of, receipt.line) == (number, 5, "")
        assert ask.problem is not None
        assert f"about {ask.share:.0%} of what is uncertain" in ask.why
        assert f"problems are on {ask.topic}" in ask.why
        topics.append(ask.topic)
        receipt = await answer(ada, "unaided")
    assert len(set(topics)) == 5
    assert receipt.ask is None
    assert [topic.topic for topic in receipt.topics] == topics
    assert receipt.answered == 5
    assert receipt.line == (
        f"placement · 5 answers · a medium problem of PrepMate 75 unaided: {receipt.before:.0%} → {receipt.after:.0%}"
    )


@pytest.mark.parametrize(("said", "sign"), [("unaided", 1), ("not-yet", -1)])
async def test_what_was_said_moves_the_level_and_nothing_else(ada: Student, said: str, sign: int) -> None:
    """The asked topics' chances move as was said; no attempt, submission, metric or revision comes of it."""
    result = await place(ada, *[said] * 5)
    assert (result.after - result.before) * sign > 0.1
    for topic in result.topics:
        assert (topic.after - topic.before) * sign > 0
        assert topic.moved * sign > 0
        assert await mastery(ada, topic.topic) == pytest.approx(topic.after, abs=1e-3)
    for document in (Attempt, Submission, MasteryMetric, RevisionSchedule, PlacementRun):
        assert await ada.all(document) == []
    learned = await ada.all(LearnerTopic)
    assert {raw["topicId"] for raw in learned} == {raw["topicId"] for raw in (await ada.one(Placement))["answers"]}
    assert {raw["attempts"] for raw in learned} == {0}
    assert (await ada.one(LearnerStudent))["attempts"] == 0
    overview = await ada.read(MasteryOverview, "list_mastery")
    assert overview.practised == 0
    explained = await ada.read(MasteryExplanation, "explain_mastery", topic=result.topics[0].topic)
    assert explained.attempted == 0
    assert "what you said at the placement" in explained.words


async def test_the_next_problem_follows_the_placement(ada: Student, school: School) -> None:
    """A student who says that they can is given a harder problem than before, one who says not yet an easier one."""
    usual = await ada.read(NextProblem, "next_problem")
    await place(ada, *["unaided"] * 4, "stop")
    strong = await ada.do(NextProblem, "next_problem")
    bob = await school.enrol("Bob")
    await place(bob, *["not-yet"] * 4, "stop")
    weak = await bob.do(NextProblem, "next_problem")
    assert usual.problem is not None
    assert strong.problem is not None
    assert weak.problem is not None
    assert (usual.problem.difficulty, strong.problem.difficulty) == ("easy", "medium")
    assert strong.problem != usual.problem
    assert (weak.predicted or 1) < 0.6 <= (strong.predicted or 0) <= 0.8
    assert weak.problem.difficulty == "easy"


async def test_the_whole_placement_is_undone_in_one_step(ada: Student) -> None:
    """Undo puts everything back bit for bit to where the last answer was open, and no prior is left of any."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    plain = {topic["topicId"]: topic for topic in await ada.all(LearnerTopic)}
    await ada.do(PlacementReceipt, "start_placement")
    for said in ("unaided", "with-help", "skip"):
        await answer(ada, said)
    before = await ada.everything(without=SERVICE)
    await answer(ada, "stop")
    assert await ada.everything(without=SERVICE) != before
    undone = await ada.do(UndoReceipt, "undo_last")
    assert undone.label == "placement"
    assert await ada.everything(without=SERVICE) == before
    assert {topic["topicId"]: topic for topic in await ada.all(LearnerTopic)} == plain
    assert await ada.all(Placement) == []


async def test_a_placement_beside_attempts_keeps_their_counts_and_refreshes_mastery(ada: Student) -> None:
    """Stored mastery follows the new prior; attempts, solves and residuals are what they were."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    metrics = {raw["topicName"]: raw for raw in await ada.all(MasteryMetric)}
    learned = {raw["topicId"]: raw for raw in await ada.all(LearnerTopic)}
    await place(ada, "not-yet", "not-yet", "stop")
    for raw in await ada.all(MasteryMetric):
        old = metrics[raw["topicName"]]
        assert raw["masteryProbability"] < old["masteryProbability"]
        assert raw["masteryProbability"] == pytest.approx(await mastery(ada, raw["topicName"]), abs=1e-3)
        for same in ("problemsAttempted", "problemsSolved", "recentPerformance", "totalTimeSpent"):
            assert raw[same] == old[same]
    for raw in await ada.all(LearnerTopic):
        if raw["topicId"] in learned:
            assert (raw["attempts"], raw["residuals"]) == (1, learned[raw["topicId"]]["residuals"])
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="valid anagram")


async def test_taken_again_it_takes_the_place_of_the_last_one(ada: Student) -> None:
    """The same answers twice count once; the old placement is kept as replaced."""
    first = await place(ada, "unaided", "with-help", "stop")
    student = await ada.one(LearnerStudent)
    ada.clock.forward(days=1)
    second = await place(ada, "unaided", "with-help", "stop")
    assert (second.before, second.after, second.topics) == (first.before, first.after, first.topics)
    assert second.replaced
    assert second.line.endswith(" · in place of the last one")
    again = await ada.one(LearnerStudent)
    assert again["mean"] == pytest.approx(student["mean"])
    assert again["variance"] == pytest.approx(student["variance"])
    replaced = [raw.get("replacedAt") is not None for raw in await ada.all(Placement)]
    assert replaced == [True, False]
    await ada.do(UndoReceipt, "undo_last")
    assert [raw.get("replacedAt") for raw in await ada.all(Placement)] == [None]


async def test_a_later_placement_leaves_attempts_in_between_counted(ada: Student) -> None:
    """What attempts taught between two placements stays; only the first placement's words are taken out."""
    await place(ada, "unaided", "stop")
    placed = (await ada.one(LearnerStudent))["mean"]
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="two sum")
    taught = (await ada.one(LearnerStudent))["mean"] - placed
    assert taught < 0
    result = await place(ada, "stop")
    assert (result.answered, result.line) == (0, "")
    assert (await ada.one(LearnerStudent))["mean"] == pytest.approx(placed + taught)
    await place(ada, "with-help", "stop")
    moved = (await ada.all(Placement))[1]["moves"][0]["mean"]
    assert (await ada.one(LearnerStudent))["mean"] == pytest.approx(taught + moved)


async def test_undo_reaches_a_placement_past_the_next_one_that_is_open(ada: Student) -> None:
    """A new placement that was begun and not ended does not stand in the way; ending it ends all that are open."""
    await place(ada, "unaided", "stop")
    ada.clock.forward(minutes=1)
    open_now = await ada.do(PlacementReceipt, "start_placement")
    assert (await ada.do(UndoReceipt, "undo_last")).label == "placement"
    assert await ada.all(LearnerTopic) == []
    resumed = await ada.do(PlacementReceipt, "start_placement")
    assert resumed.ask is not None
    assert open_now.ask is not None
    assert (resumed.ask.number, resumed.ask.topic) == (1, open_now.ask.topic)
    await answer(ada, "stop")
    assert await ada.all(PlacementRun) == []


async def test_skip_and_stop_always_work(ada: Student) -> None:
    """A skipped question is asked no more and counts for nothing; stop ends with what was said, be it nothing."""
    first = await ada.do(PlacementReceipt, "start_placement")
    second = await answer(ada, "skip")
    assert first.ask is not None
    assert second.ask is not None
    assert second.ask.topic != first.ask.topic
    assert (second.answered, second.ask.number) == (0, 2)
    nothing = await answer(ada, "stop")
    assert (nothing.ask, nothing.line, nothing.undo_label) == (None, "", None)
    for document in (Placement, PlacementRun, LearnerTopic, LearnerStudent):
        assert await ada.all(document) == []
    skipped = await place(ada, *["skip"] * 5)
    assert (skipped.answered, await ada.all(Placement)) == (0, [])
    one = await place(ada, "unaided", "stop")
    assert (one.answered, len(one.topics)) == (1, 1)
    assert "1 answer ·" in one.line


async def test_a_placement_left_is_as_it_was(ada: Student) -> None:
    """To cancel stores no result and loses no answer: the same question is open when it goes on."""
    await ada.do(PlacementReceipt, "start_placement")
    open_question = (await answer(ada, "unaided")).ask
    before = await ada.everything(without=SERVICE)
    left = await answer(ada, "cancel")
    assert (left.left, left.ask, left.answered, left.line, left.undo_label) == (True, None, 1, "", None)
    assert left.after == left.before
    assert await ada.everything(without=SERVICE) == before
    assert (await ada.do(PlacementReceipt, "start_placement")).ask == open_question


async def test_a_slip_is_taken_back(ada: Student) -> None:
    """Back asks the last question again with nothing kept of its answer; at the first question it stays there."""
    first = await ada.do(PlacementReceipt, "start_placement")
    assert (await answer(ada, "back")).ask == first.ask
    second = await answer(ada, "unaided")
    await answer(ada, "not-yet")
    assert await answer(ada, "back") == second
    assert await answer(ada, "back") == first
    again = await answer(ada, "with-help")
    assert again.ask is not None
    result = await answer(ada, "stop")
    assert [topic.answer for topic in result.topics] == ["with-help"]


async def test_what_is_said_of_others_moves_a_topic_too(ada: Student) -> None:
    """ "Unaided" raises its topic by itself, whatever the other answers make of it in the end."""
    result = await place(ada, "unaided", "not-yet", "not-yet", "stop")
    topic = result.topics[0]
    assert topic.moved > 0
    assert topic.after < topic.before


async def test_an_open_placement_is_gone_on_with(ada: Student) -> None:
    """Asked for again, it is at the question where it was left; anew, it begins from the first."""
    await ada.do(PlacementReceipt, "start_placement")
    left = await answer(ada, "with-help")
    ada.clock.forward(days=2)
    assert (await ada.do(PlacementReceipt, "start_placement")).ask == left.ask
    anew = await ada.do(PlacementReceipt, "start_placement", anew=True)
    assert anew.ask is not None
    assert anew.ask.number == 1


async def test_what_was_tried_is_not_asked_about(ada: Student) -> None:
    """No example is a problem that the student has tried, seen or solved: more is known of it than they could say."""
    first = await ada.do(PlacementReceipt, "start_placement")
    assert first.ask is not None
    assert first.ask.problem is not None
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem=first.ask.problem.title)
    anew = await ada.do(PlacementReceipt, "start_placement", anew=True)
    assert anew.ask is not None
    assert anew.ask.problem != first.ask.problem


async def test_answers_need_an_open_question(ada: Student) -> None:
    """Without a placement, and with words that are no answer, the verb says what to do."""
    with pytest.raises(ToolRetry) as refused:
        await answer(ada, "unaided")
    assert "start_placement" in str(refused.value)
    await ada.do(PlacementReceipt, "start_placement")
    with pytest.raises(ToolRetry) as wrong:
        await answer(ada, "4")
    assert wrong.value.choices == ("unaided", "with-help", "not-yet", "skip", "back", "stop", "cancel")


async def test_an_attempt_since_keeps_the_placement(ada: Student) -> None:
    """Undo goes backwards: first the attempt is taken back, then the whole placement."""
    await place(ada, "unaided", "stop")
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    assert (await ada.do(UndoReceipt, "undo_last")).label == "Two Sum · solved unaided"
    assert (await ada.do(UndoReceipt, "undo_last")).label == "placement"
    assert await ada.all(LearnerTopic) == []


async def test_other_roadmaps_place_too(lone_school: School) -> None:
    """Topics without problems are asked about by their concepts; without a roadmap, what interviews ask most is."""
    ada = await lone_school.enrol()
    roadmaps = lone_school.database.collection("roadmaps")
    await roadmaps.update_many({"name": {"$ne": "Core Subjects"}}, {"$set": {"isActive": False}})
    await lone_school.database.collection("roadmaptopicproblems").update_many({}, {"$set": {"isActive": False}})
    found = await ada.do(PlacementReceipt, "start_placement")
    assert found.ask is not None
    assert (found.ask.problem, found.ask.concept is None, found.roadmap) == (None, False, "Core Subjects")
    assert "problems are on" not in found.ask.why
    await roadmaps.update_many({}, {"$set": {"isActive": False}})
    found = await ada.do(PlacementReceipt, "start_placement", anew=True)
    assert found.ask is not None
    assert found.ask.problem is not None
    assert found.roadmap == "the problems that interviews ask most"
    await lone_school.database.collection("topics").update_many({}, {"$set": {"is_active": False}})
    with pytest.raises(ToolFailed):
        await ada.do(PlacementReceipt, "start_placement", anew=True)
