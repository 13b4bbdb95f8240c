"""Starting problems and recording how they went: what the database holds afterwards is what the receipt says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from store.client import ObjectId
from store.documents.analytics import UserTopicStats
from store.documents.intelligence import MasteryMetric, RevisionSchedule
from store.documents.learner import Attempt, LearnerTopic
from store.documents.own import Effect
from store.documents.problems import Submission
from store.documents.sessions import PracticeSession, PreparationTask
from tests.tools.harness import START, School, Student
from tools.errors import ToolRetry
from tools.hints import HintReceipt
from tools.practice import AttemptReceipt, StartReceipt
from tools.prospects import NextProblem
from tools.tasks import TaskReceipt


async def record(student: Student, outcome: str, problem: str | None = None, **more: object) -> AttemptReceipt:
    """Record an attempt."""
    named = {"problem": problem} if problem is not None else {}
    return await student.do(AttemptReceipt, "record_attempt", outcome=outcome, **named, **more)


async def test_a_solve_is_in_every_document_as_the_receipt_says(ada: Student) -> None:
    """One unaided solve is in the Submission, the MasteryMetric, the UserTopicStats and the RevisionSchedule."""
    receipt = await record(ada, "unaided", "Two Sum", minutes=12.0, tries=2)
    assert receipt.line == "Two Sum · solved unaided in 12 min · next revision of Hashing and Arrays 25 Nov"
    assert receipt.first_ever
    submission = await ada.one(Submission)
    assert str(submission["_id"]) == receipt.submission_id
    assert submission["solved"] is True
    assert (submission["attempts"], submission["timeTaken"], submission["hintUsed"]) == (2, 720, False)
    for change in receipt.topics:
        topic = ObjectId(change.topic_id)
        metric = await ada.one(MasteryMetric, topicId=topic)
        assert metric["masteryProbability"] == pytest.approx(change.mastery_after, abs=1e-4)
        assert change.mastery_after > change.mastery_before
        assert (metric["problemsAttempted"], metric["problemsSolved"], metric["totalTimeSpent"]) == (1, 1, 12.0)
        (recent,) = metric["recentPerformance"]
        assert (recent["submissionId"], recent["correct"], recent["timeTaken"]) == (submission["_id"], True, 720)
        assert metric["retentionProbability"] == pytest.approx(1.0)
        stats = await ada.one(UserTopicStats, topic_id=topic)
        assert (stats["total_attempts"], stats["successful_attempts"], stats["failed_attempts"]) == (1, 1, 0)
        assert (stats["success_rate"], stats["total_time_spent"], stats["easy_problems_attempted"]) == (1.0, 720, 1)
        schedule = await ada.one(RevisionSchedule, topicId=topic)
        assert schedule["nextRevisionDate"].date().isoformat() == change.next_revision
        assert (schedule["revisionCount"], schedule["lastRevisionDate"]) == (1, START)
        assert len(schedule["problemsToRevise"]) == 1


async def test_what_was_assumed_is_told_from_what_was_seen(ada: Student) -> None:
    """A topic's mastery is an assumption until its first attempt, in what is told of the problem and of the attempt."""
    proposed = await ada.do(NextProblem, "next_problem", topic="hashing", difficulty="easy")
    assert "your mastery of Hashing is 50%, assumed until you try it" in proposed.reasons
    assert [change.assumed for change in (await record(ada, "unaided", "two sum")).topics] == [True, True]
    assert [change.assumed for change in (await record(ada, "with-help", "valid anagram")).topics] == [False, True]
    proposed = await ada.do(NextProblem, "next_problem", topic="hashing", difficulty="easy")
    assert next(reason for reason in proposed.reasons if reason.startswith("your mastery of Hashing is"))[-1] == "%"


async def test_help_is_not_evidence_of_mastery(ada: Student) -> None:
    """A solve with help is stored as solved with a hint, lowers mastery and plans the same problem again."""
    receipt = await record(ada, "with-help", "two-sum")
    submission = await ada.one(Submission)
    assert (submission["solved"], submission["hintUsed"]) == (True, True)
    assert all(change.mastery_after < change.mastery_before for change in receipt.topics)
    for schedule in await ada.all(RevisionSchedule):
        assert schedule["problemsToRevise"][0]["problemId"] == submission["problemId"]
    for metric in await ada.all(MasteryMetric):
        assert (metric["problemsAttempted"], metric["problemsSolved"]) == (1, 0)
    for stats in await ada.all(UserTopicStats):
        assert (stats["failed_attempts"], stats["hints_used_count"], stats["hints_used_percentage"]) == (1, 1, 100.0)


async def test_statistics_stay_consistent_over_repeated_attempts(ada: Student) -> None:
    """Attempts count each time, problems once, and every rate follows from the counts."""
    for outcome, problem in (("stuck", "two-sum"), ("unaided", "two-sum"), ("unaided", "group-anagrams")):
        ada.clock.forward(minutes=30)
        await record(ada, outcome, problem, minutes=10)
    (stats,) = [
        item for item in await ada.all(UserTopicStats) if item["total_attempts"] == 3
    ]  # both problems practise hashing
    assert (stats["successful_attempts"], stats["failed_attempts"]) == (2, 1)
    assert (stats["easy_problems_attempted"], stats["medium_problems_attempted"]) == (1, 1)
    assert stats["success_rate"] == pytest.approx(2 / 3)
    assert stats["first_attempt_success_rate"] == pytest.approx(1 / 2)
    assert stats["average_time_per_problem"] == pytest.approx(1800 / 2)
    assert stats["recent_performance"] == [0, 100, 100]
    metric = await ada.one(MasteryMetric, topicId=stats["topic_id"])
    assert (metric["problemsAttempted"], metric["problemsSolved"], metric["totalTimeSpent"]) == (2, 2, 30)


async def test_every_stored_mastery_is_refreshed(ada: Student) -> None:
    """An attempt in one topic moves the stored mastery of another, because the student's own strength moved."""
    await record(ada, "unaided", "number-of-islands")
    before = {item["topicId"]: item["masteryProbability"] for item in await ada.all(MasteryMetric)}
    receipt = await record(ada, "stuck", "valid-parentheses")
    touched = {ObjectId(change.topic_id) for change in receipt.topics}
    others = [item for item in await ada.all(MasteryMetric) if item["topicId"] not in touched]
    assert others
    assert all(item["masteryProbability"] < before[item["topicId"]] for item in others)


async def test_three_solves_in_one_evening_are_one_review(ada: Student) -> None:
    """Of three fast solves in one topic on one day only the first is a review: stability stays a first review's."""
    stabilities, reviewed = [], []
    for problem in ("two-sum", "valid-anagram", "group-anagrams"):
        receipt = await record(ada, "unaided", problem, minutes=5)
        ada.clock.forward(minutes=20)
        hashing = next(change for change in receipt.topics if change.topic == "Hashing")
        known = await ada.one(LearnerTopic, topicId=ObjectId(hashing.topic_id))
        stabilities.append(known["stability"])
        reviewed.append(hashing.reviewed)
    assert reviewed == [True, False, False]
    assert len(set(stabilities)) == 1
    schedule = await ada.one(RevisionSchedule, topicId=ObjectId(hashing.topic_id))
    assert (schedule["revisionCount"], len(schedule["revisionHistory"])) == (1, 1)


async def test_the_day_of_a_review_is_the_students(school: School) -> None:
    """Two solves on both sides of the student's midnight are two reviews, although it is one day in UTC."""
    school.clock.at = START.replace(hour=14)
    kiri = await school.enrol(zone="Pacific/Kiritimati")  # UTC+14: a new day starts at 10:00 UTC
    school.clock.at = START.replace(hour=9, minute=30)
    first = await record(kiri, "unaided", "two-sum")
    school.clock.forward(hours=1)
    second = await record(kiri, "unaided", "valid-anagram")
    assert [change.reviewed for change in (first.topics[0], second.topics[0])] == [True, True]


@pytest.mark.parametrize(
    ("spoken", "following"), [("2026-03-28T22:40", "2026-03-29"), ("2026-10-24T22:40", "2026-10-26")]
)
async def test_a_day_is_a_day_when_the_clocks_change(school: School, spoken: str, following: str) -> None:
    """ "Tomorrow" is the next date of the student, though that night in Berlin has an hour less or more."""
    school.clock.at = datetime.fromisoformat(spoken).replace(tzinfo=UTC)
    nora = await school.enrol(zone="Europe/Berlin")
    (change,) = (await record(nora, "stuck", "reverse-linked-list")).topics
    assert (change.next_revision, change.interval_days) == (following, 1)
    assert "tomorrow" in change.why


async def _stable(ada: Student, stability: float) -> ObjectId:
    """Make hashing well remembered: reviewed five days ago, stable, due when its stability says."""
    receipt = await record(ada, "unaided", "two-sum")
    topic = ObjectId(next(change.topic_id for change in receipt.topics if change.topic == "Hashing"))
    ada.clock.forward(days=5)
    learner, schedules = (ada.database.collection(kind.collection) for kind in (LearnerTopic, RevisionSchedule))
    await learner.update({"topicId": topic, "userId": ada.id}, {"$set": {"stability": stability}})
    due = START + timedelta(days=stability)
    change = {"$set": {"nextRevisionDate": due, "stabilityScore": stability}}
    await schedules.update({"topicId": topic, "userId": ada.id}, change)
    return topic


@pytest.mark.parametrize("outcome", ["stuck", "with-help"])
async def test_a_failure_brings_a_stable_topic_forward_without_collapsing_it(ada: Student, outcome: str) -> None:
    """At a stability of 36 days a failure before the due day only moves the date: no review, the stability stays."""
    topic = await _stable(ada, 36.0)
    before = await ada.one(RevisionSchedule, topicId=topic)
    receipt = await record(ada, outcome, "valid-anagram")
    after, known = await ada.one(RevisionSchedule, topicId=topic), await ada.one(LearnerTopic, topicId=topic)
    assert known["stability"] == 36.0
    assert ada.clock() + timedelta(days=1) <= after["nextRevisionDate"] <= ada.clock() + timedelta(days=7)
    assert after["nextRevisionDate"] < before["nextRevisionDate"]
    assert (after["revisionCount"], after["stabilityScore"]) == (before["revisionCount"], 36.0)
    change = next(item for item in receipt.topics if item.topic == "Hashing")
    assert not change.reviewed
    assert "brought forward" in change.why


async def test_a_failure_on_the_due_day_is_a_review(ada: Student) -> None:
    """When the topic is due a failure counts as the review and its prediction is logged."""
    topic = await _stable(ada, 5.0)
    receipt = await record(ada, "stuck", "valid-anagram")
    known, attempt = await ada.one(LearnerTopic, topicId=topic), (await ada.all(Attempt))[-1]
    assert known["stability"] < 5.0
    log = next(item for item in attempt["reviews"] if item["topicId"] == topic)
    assert log["grade"] == "again"
    assert 0.85 < log["predictedRecall"] < 0.95
    assert log["elapsedDays"] == pytest.approx(5.0)
    assert next(item for item in receipt.topics if item.topic == "Hashing").reviewed


async def test_a_started_problem_is_timed_and_closed(ada: Student) -> None:
    """Minutes come from the running session, which is closed with the problem's performance."""
    started = await ada.do(StartReceipt, "start_problem", problem="two sum")
    ada.clock.forward(minutes=17)
    receipt = await record(ada, "unaided")
    assert (receipt.minutes, receipt.minutes_measured, receipt.problem.title) == (17.0, True, "Two Sum")
    session = await ada.one(PracticeSession)
    assert str(session["_id"]) == started.session_id
    assert (session["durationMinutes"], session["endTime"], session["problemsSolved"]) == (17.0, ada.clock(), 1)
    assert session["problemPerformance"][0]["solved"] is True
    with pytest.raises(ToolRetry, match="Which problem"):
        await record(ada, "unaided")


async def test_starting_another_problem_puts_the_first_aside(ada: Student) -> None:
    """There is one running problem at most; starting the same one again changes nothing."""
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    ada.clock.forward(minutes=3)
    second = await ada.do(StartReceipt, "start_problem", problem="3sum")
    assert (second.line, second.abandoned) == ("3Sum · started · Two Sum put aside", "Two Sum")
    again = await ada.do(StartReceipt, "start_problem", problem="3Sum")
    assert (again.session_id, again.undo_label) == (second.session_id, None)
    stored = await ada.all(PracticeSession)
    assert [session.get("endTime") for session in stored] == [ada.clock(), None]


async def test_a_session_left_running_measures_nothing(ada: Student) -> None:
    """After a night the timer is not believed: no minutes are recorded."""
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    ada.clock.forward(hours=11)
    receipt = await record(ada, "unaided")
    assert receipt.minutes is None
    assert "timeTaken" not in await ada.one(Submission)


async def test_tasks_that_an_attempt_fulfils_are_completed(ada: Student) -> None:
    """The task about this problem and the revision of a reviewed topic are done; other tasks stay open."""
    await ada.do(TaskReceipt, "add_task", title="do two sum", problem="two sum")
    await ada.do(TaskReceipt, "add_task", title="revise hashing", topic="hashing")
    await ada.do(TaskReceipt, "add_task", title="revise graphs", topic="graphs")
    await ada.do(TaskReceipt, "add_task", title="do 3sum", problem="3sum")
    receipt = await record(ada, "unaided", "two sum")
    assert sorted(receipt.tasks_completed) == ["do two sum", "revise hashing"]
    done = [task for task in await ada.all(PreparationTask) if task["status"] == "completed"]
    assert sorted(task["title"] for task in done) == ["do two sum", "revise hashing"]
    assert all(task["completed"] and task["completedAt"] == ada.clock() for task in done)


async def test_a_stuck_problem_does_not_complete_its_task(ada: Student) -> None:
    """Getting stuck leaves the task about the problem open."""
    await ada.do(TaskReceipt, "add_task", title="do two sum", problem="two sum")
    assert (await record(ada, "stuck", "two sum")).tasks_completed == ()


async def test_a_topic_without_a_document_is_skipped_and_reported(lone_school: School) -> None:
    """A problem's topic that the catalogue does not know is named in the receipt and written nowhere."""
    ada = await lone_school.enrol()
    problems = ada.database.collection("problems")
    raw = {"title": "Mind Reading", "platform": "manual", "difficulty": "medium", "topics": ["Array", "Telepathy"]}
    await problems.insert({"_id": ObjectId(), **raw})
    receipt = await record(ada, "unaided", "mind reading")
    assert receipt.skipped_topics == ("Telepathy",)
    assert [change.topic for change in receipt.topics] == ["Arrays"]
    assert len(await ada.all(MasteryMetric)) == len(await ada.all(UserTopicStats)) == 1


async def test_a_problem_without_topics_can_be_recorded(lone_school: School) -> None:
    """A problem of no topic still moves the student as a whole."""
    ada = await lone_school.enrol()
    raw = {"title": "Odd One", "platform": "manual", "difficulty": "impossible", "topics": []}
    await ada.database.collection("problems").insert({"_id": ObjectId(), **raw})
    receipt = await record(ada, "unaided", "odd one")
    assert (receipt.topics, receipt.line) == ((), "Odd One · solved unaided")


async def test_a_key_that_was_used_changes_nothing(ada: Student) -> None:
    """The same call again returns the first result and records nothing."""
    first = await record(ada, "unaided", "two sum")
    assert ada.last_key is not None
    again = await ada.repeat(AttemptReceipt, "record_attempt", ada.last_key, outcome="stuck", problem="two sum")
    assert again == first
    assert len(await ada.all(Submission)) == len(await ada.all(Attempt)) == len(await ada.all(Effect)) == 1


async def test_another_students_data_is_out_of_reach(school: School) -> None:
    """What one student records is in nobody else's documents."""
    ada, bob = await school.enrol("Ada"), await school.enrol("Bob")
    await record(ada, "unaided", "two sum")
    for kind in (Submission, MasteryMetric, UserTopicStats, RevisionSchedule, Attempt, LearnerTopic):
        assert await ada.all(kind)
        assert not await bob.all(kind)


REFUSED: Final[list[dict[str, object]]] = [
    {"outcome": "won", "problem": "two sum"},
    {"outcome": "unaided", "problem": ""},
    {"outcome": "unaided", "problem": "two\x00sum"},
    {"outcome": "unaided", "problem": "two \ud800 sum"},
    {"outcome": "unaided", "problem": "x" * 501},
    {"outcome": "unaided", "problem": "reverse the polarity of the neutron flow"},
    {"outcome": "unaided", "problem": "two sum", "minutes": -5.0},
    {"outcome": "unaided", "problem": "two sum", "minutes": 0.0},
    {"outcome": "unaided", "problem": "two sum", "minutes": 1441.0},
    {"outcome": "unaided", "problem": "two sum", "minutes": float("nan")},
    {"outcome": "unaided", "problem": "two sum", "tries": 0},
    {"outcome": "unaided", "problem": "two sum", "tries": 101},
    {"outcome": "unaided", "problem": '{"$where": "1"}'},
    {"outcome": "unaided", "problem": "$where.a.b"},
]


async def test_bad_input_gets_a_sentence_and_changes_nothing(ada: Student) -> None:
    """What cannot be meant is refused with a sentence, and not one document is different."""
    before = await ada.everything()
    for arguments in REFUSED:
        with pytest.raises(ToolRetry) as refused:
            await ada.do(AttemptReceipt, "record_attempt", **arguments)
        assert str(refused.value)[0].isupper()
        assert str(refused.value)[-1] in ".?"
        assert await ada.everything() == before, arguments


async def test_dates_are_told_in_the_students_zone(school: School) -> None:
    """A due moment late in the UTC day is the next day in Tokyo."""
    school.clock.at = datetime.combine(START.date(), START.timetz()).replace(hour=20)
    kei = await school.enrol(zone="Asia/Tokyo")
    receipt = await record(kei, "unaided", "two sum", minutes=12)
    assert receipt.topics[0].next_revision == "2026-11-26"
    assert receipt.line.endswith("26 Nov")


@pytest.mark.parametrize(
    ("said", "day", "words"),
    [
        ("yesterday", "2026-11-22", "yesterday"),
        ("last night", "2026-11-22", "yesterday"),
        ("two days ago", "2026-11-21", "on 21 Nov"),
        ("on friday", "2026-11-20", "on 20 Nov"),
        ("2026-11-15", "2026-11-15", "on 15 Nov"),
    ],
)
async def test_an_attempt_of_an_earlier_day_stands_under_that_day(
    ada: Student, said: str, day: str, words: str
) -> None:
    """What was done on an earlier day counts there: in the attempt, the submission, the review and the receipt."""
    receipt = await record(ada, "unaided", "two sum", minutes=12, day=said)
    assert receipt.day == day
    assert receipt.line.startswith(f"Two Sum · solved unaided in 12 min {words} · ")
    moments = {(await ada.one(Attempt))["at"], (await ada.one(Submission))["submissionTime"]}
    moments |= {raw["lastRevisionDate"] for raw in await ada.all(RevisionSchedule)}
    assert {moment.date().isoformat() for moment in moments} == {day}
    assert {raw["reviewedOn"] for raw in await ada.all(LearnerTopic)} == {day}


@pytest.mark.parametrize("said", ["today", "this morning", "just now", "2 hours ago"])
async def test_an_attempt_of_today_is_one_of_now(ada: Student, said: str) -> None:
    """Words for today change nothing: the timer counts, and the receipt names no day."""
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    ada.clock.forward(minutes=17)
    receipt = await record(ada, "unaided", day=said)
    assert (receipt.minutes, receipt.minutes_measured) == (17.0, True)
    assert receipt.line.startswith("Two Sum · solved unaided in 17 min · ")


@pytest.mark.parametrize(
    "said", ["tomorrow", "next monday", "last week", "a few days ago", "the other day", "nonsense"]
)
async def test_an_attempt_is_never_put_under_a_guessed_day(ada: Student, said: str) -> None:
    """A day that is to come or cannot be read is asked about, and nothing is stored."""
    with pytest.raises(ToolRetry, match=r"Which day was it\?$"):
        await record(ada, "unaided", "two sum", day=said)
    assert await ada.all(Attempt) == []


async def test_an_earlier_attempt_does_not_undo_what_came_after(ada: Student) -> None:
    """A failure of last week that is told today leaves the review that was done since, and its date, alone."""
    await record(ada, "unaided", "two sum", minutes=5)
    before = {raw["topicId"]: raw["nextRevisionDate"] for raw in await ada.all(RevisionSchedule)}
    receipt = await record(ada, "stuck", "two sum", day="6 days ago")
    assert not any(change.reviewed for change in receipt.topics)
    assert {raw["topicId"]: raw["nextRevisionDate"] for raw in await ada.all(RevisionSchedule)} == before
    assert {raw["last_attempted_date"] for raw in await ada.all(UserTopicStats)} == {START}


async def test_a_session_that_began_later_goes_on(ada: Student) -> None:
    """Telling of yesterday's try while the problem runs again ends no clock; of the try that began then it does."""
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    receipt = await record(ada, "stuck", "two sum", day="yesterday")
    assert receipt.minutes is None
    assert "endTime" not in await ada.one(PracticeSession)
    ada.clock.forward(days=1)
    receipt = await record(ada, "unaided", "two sum", day="yesterday")
    assert receipt.minutes is None
    assert (await ada.one(PracticeSession))["endTime"] >= START


async def test_hints_of_today_helped_nobody_yesterday(ada: Student) -> None:
    """An unaided solve of yesterday stays one, although hints to the problem were shown since."""
    for tried in ("nothing yet", "a loop in a loop"):
        await ada.do(HintReceipt, "give_hint", problem="two sum", tried=tried)
    receipt = await record(ada, "unaided", "two sum", day="yesterday")
    assert (receipt.outcome, receipt.hints, receipt.corrected) == ("unaided", 0, False)
