"""Correcting a review: still one review of the topic and day, as if it had been graded like this at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from learning.recall import Grade, RecallState, review
from store.client import ObjectId, Raw
from store.documents.intelligence import RevisionSchedule
from store.documents.learner import Attempt, LearnerStudent, LearnerTopic
from tests.tools.harness import SERVICE, School, Student
from tools.errors import ToolFailed, ToolRetry
from tools.practice import AttemptReceipt
from tools.rating import RatingReceipt
from tools.undo import UndoReceipt

STACKS = ("valid parentheses", "min stack", "daily temperatures")


async def solve(student: Student, problem: str, outcome: str = "unaided", minutes: float = 3) -> AttemptReceipt:
    """Record an attempt."""
    return await student.do(AttemptReceipt, "record_attempt", problem=problem, outcome=outcome, minutes=minutes)


async def stacks(student: Student) -> Raw:
    """Return the schedule of stacks."""
    return await student.one(RevisionSchedule, topicName="Stacks")


async def memory(student: Student) -> Raw:
    """Return what is known of the student in stacks."""
    return await student.one(LearnerTopic, topicId=(await stacks(student))["topicId"])


async def test_three_easy_solves_in_one_evening_are_one_review(ada: Student) -> None:
    """Only the first of them reviews the topic; rating corrects that review and adds none."""
    for problem in STACKS:
        await solve(ada, problem)
        ada.clock.forward(minutes=20)
    schedule = await stacks(ada)
    one = review(None, Grade.EASY, schedule["lastRevisionDate"])
    assert (schedule["revisionCount"], len(schedule["revisionHistory"])) == (1, 1)
    assert schedule["nextRevisionDate"] == one.due
    rated = await ada.do(RatingReceipt, "rate_revision", grade="good", topic="stacks")
    schedule = await stacks(ada)
    assert (schedule["revisionCount"], len(schedule["revisionHistory"])) == (1, 1)
    assert schedule["revisionHistory"][0]["performanceScore"] == 80.0
    assert schedule["nextRevisionDate"] == review(None, Grade.GOOD, schedule["lastRevisionDate"]).due
    assert (rated.topics[0].grade_before, rated.topics[0].topic) == ("easy", "Stacks")
    logs = [log for raw in await ada.all(Attempt) for log in raw["reviews"] if log["topicId"] == schedule["topicId"]]
    assert [log["grade"] for log in logs] == ["good"]


@pytest.mark.parametrize("grade", ["again", "hard", "good", "easy"])
async def test_a_rating_is_what_that_grade_would_have_been(ada: Student, grade: str) -> None:
    """The memory is recomputed from the state before the day's review, and the recall bias with it."""
    await solve(ada, STACKS[0])
    first = await memory(ada)
    bias = (await ada.one(LearnerStudent))["recallBias"]
    ada.clock.forward(days=9)
    await solve(ada, STACKS[1])
    ada.clock.forward(hours=1)
    await ada.do(RatingReceipt, "rate_revision", grade=grade, topic="stacks")
    before = RecallState(first["stability"], first["difficulty"], first["lastReview"])
    known, schedule = await memory(ada), await stacks(ada)
    done = review(before, Grade(grade), known["lastReview"], bias)
    assert known["stability"] == pytest.approx(done.state.stability)
    assert known["difficulty"] == pytest.approx(done.state.difficulty)
    assert schedule["nextRevisionDate"] == done.due
    assert schedule["revisionInterval"] == done.interval_days


async def test_rating_twice_is_rating_once(ada: Student) -> None:
    """The last grade holds, whatever was said in between; the bias does not drift."""
    await solve(ada, STACKS[0])
    ada.clock.forward(days=9)
    await solve(ada, STACKS[1])
    await ada.do(RatingReceipt, "rate_revision", grade="hard", topic="stacks")
    once = (await memory(ada), await stacks(ada), await ada.one(LearnerStudent))
    await ada.do(RatingReceipt, "rate_revision", grade="again", topic="stacks")
    await ada.do(RatingReceipt, "rate_revision", grade="hard", topic="stacks")
    again = (await memory(ada), await stacks(ada), await ada.one(LearnerStudent))

    def settled(raw: Raw) -> dict[str, Any]:
        skipped = {"updatedAt", "recallBias"}
        return {key: value for key, value in raw.items() if key not in skipped}

    assert [settled(raw) for raw in again] == [settled(raw) for raw in once]
    assert again[2]["recallBias"] == pytest.approx(once[2]["recallBias"])


async def test_without_a_topic_the_last_review_is_rated(ada: Student) -> None:
    """All topics that the last reviewed problem reviewed get the grade, and no other."""
    await solve(ada, "two sum")
    ada.clock.forward(hours=1)
    done = await solve(ada, STACKS[0])
    rated = await ada.do(RatingReceipt, "rate_revision", grade="hard")
    reviewed = {change.topic for change in done.topics if change.reviewed}
    assert {topic.topic for topic in rated.topics} == reviewed
    assert rated.line.endswith("rated hard · next revision tomorrow")


async def test_only_todays_review_is_corrected(ada: Student) -> None:
    """Without a review on the student's day nothing changes, and it is said."""
    with pytest.raises(ToolFailed, match="No topic was reviewed today"):
        await ada.do(RatingReceipt, "rate_revision", grade="easy")
    await solve(ada, STACKS[0])
    with pytest.raises(ToolFailed, match="Graphs was not reviewed today"):
        await ada.do(RatingReceipt, "rate_revision", grade="easy", topic="graphs")
    ada.clock.forward(hours=7)
    with pytest.raises(ToolFailed, match="No topic was reviewed today"):
        await ada.do(RatingReceipt, "rate_revision", grade="easy")
    with pytest.raises(ToolRetry, match="again, hard, good or easy"):
        await ada.do(RatingReceipt, "rate_revision", grade="meh")


async def test_a_better_grade_does_not_undo_a_later_failure(ada: Student) -> None:
    """What a failed attempt of the same day brought forward stays near."""
    await solve(ada, STACKS[0])
    ada.clock.forward(minutes=30)
    await solve(ada, STACKS[1], "stuck")
    near = (await stacks(ada))["nextRevisionDate"]
    rated = await ada.do(RatingReceipt, "rate_revision", grade="easy", topic="stacks")
    assert (await stacks(ada))["nextRevisionDate"] == near
    assert "brought the revision forward" in rated.topics[0].why


async def test_a_failure_at_36_days_of_stability_does_not_collapse_it(ada: Student) -> None:
    """A failed problem of a topic that is not due brings it forward; its stability stays as it was."""
    await solve(ada, STACKS[0])
    raw = await memory(ada)
    topics = ada.database.collection(LearnerTopic.collection)
    await topics.update({"_id": raw["_id"]}, {"$set": {"stability": 36.0}})
    schedules = ada.database.collection(RevisionSchedule.collection)
    due = ada.clock().replace(month=12, day=29)
    await schedules.update({"_id": (await stacks(ada))["_id"]}, {"$set": {"nextRevisionDate": due}})
    ada.clock.forward(days=10)
    failed = await solve(ada, STACKS[1], "stuck")
    assert (await memory(ada))["stability"] == 36.0
    change = next(change for change in failed.topics if change.topic == "Stacks")
    assert not change.reviewed
    assert "brought forward" in change.why
    assert isinstance((await stacks(ada))["nextRevisionDate"], datetime)
    assert (await stacks(ada))["nextRevisionDate"] < due


async def test_a_rating_is_undone_to_the_bit(school: School) -> None:
    """Undo brings every document of every collection back as it was before the rating."""
    ada = await school.enrol()
    await solve(ada, STACKS[0])
    before = await ada.everything(without=SERVICE)
    await ada.do(RatingReceipt, "rate_revision", grade="again")
    assert await ada.everything(without=SERVICE) != before
    await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything(without=SERVICE) == before
    assert isinstance(ada.id, ObjectId)


async def test_without_a_name_it_is_what_was_done_last(ada: Student) -> None:
    """After a second problem of a topic that was reviewed earlier on the day, its review is meant, not another's."""
    await solve(ada, "two sum")
    ada.clock.forward(minutes=20)
    await solve(ada, "merge intervals", "with-help")
    rated = await ada.do(RatingReceipt, "rate_revision", grade="hard")
    assert {item.topic for item in rated.topics} == {"Intervals", "Sorting"}
    ada.clock.forward(minutes=20)
    await solve(ada, "best time to buy and sell stock")
    rated = await ada.do(RatingReceipt, "rate_revision", grade="good")
    assert {item.topic for item in rated.topics} == {"Arrays"}
