"""What holds of a student's documents at all times, computed again from the raw attempts: not with the verbs' code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import pytest

from store.client import ObjectId, Raw
from store.documents.account import ConversationTitle
from store.documents.analytics import UserTopicStats
from store.documents.intelligence import MasteryMetric, RevisionSchedule
from store.documents.learner import Attempt, LearnerStudent, LearnerTopic
from store.documents.own import StudentSettings
from store.documents.problems import Submission
from store.documents.repeats import TaskRepeat
from store.documents.revisions import RevisionDelay, RevisionRun
from store.documents.sessions import AIMentorConversation, PracticeSession, PreparationTask
from store.documents.study import HintState, Note
from store.documents.sync import UserSubmission
from tests.tools.sequences.world import OWNED, Catalogue, World

_AHEAD: Final = frozenset(
    {
        "expiresAt",
        "nextRevisionDate",
        "dueBefore",
        "dueDate",
        "preparationTargetDate",
        "until",
        "pausedUntil",
        "startsAt",
        "nextAttemptAt",
        "nextAt",
        "summaryAt",
        "snoozedUntil",
    }
)
"""Fields that may hold a moment that is still to come."""


def check_documents(before: World, after: World, now: datetime) -> None:
    """Every document that changed is valid to the letter, belongs to the student, and is dated in order."""
    for key, raw in after.documents.items():
        if before.documents.get(key) == raw:
            continue
        kind = OWNED[key[0]]
        kind.model_validate(raw)
        assert raw[str(kind.owner)] == after.student
        assert raw["createdAt"] <= raw["updatedAt"] <= now, f"{key}: {raw['createdAt']}, {raw['updatedAt']}, now {now}"
        late = [path for path, moment in _times(raw) if path.split(".")[-1] not in _AHEAD and moment > now]
        assert not late, f"{key}: {late} lie in the future"


def _times(value: Any, path: str = "") -> Iterable[tuple[str, datetime]]:
    if isinstance(value, datetime):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _times(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for item in value:
            yield from _times(item, path)


def check_student(world: World, catalogue: Catalogue, now: datetime) -> None:
    """All of a student's documents agree with each other."""
    _check_submissions(world, catalogue)
    _check_topics(world, catalogue)
    _check_schedules(world, catalogue, now)
    _check_sessions(world)
    _check_tasks(world, now)
    _check_study(world, catalogue)
    _check_conversations(world)
    assert world.zone.key == world.own(StudentSettings).get("timeZone", "UTC")


def _check_submissions(world: World, catalogue: Catalogue) -> None:
    attempts, submissions = world.all(Attempt), world.all(Submission)
    assert world.own(LearnerStudent).get("attempts", 0) == len(attempts)
    undated = [raw for raw in attempts if "at" not in raw]
    assert all(raw["source"] == "import" for raw in undated)
    solved = [raw["_id"] for raw in undated if raw["outcome"] != "stuck"]
    assert [raw["_id"] for raw in world.all(UserSubmission)] == solved
    attempts = [raw for raw in attempts if "at" in raw]
    assert [raw["_id"] for raw in attempts] == [raw["_id"] for raw in submissions]
    for attempt, submission in zip(attempts, submissions, strict=True):
        assert attempt["problemId"] == submission["problemId"]
        assert attempt["at"] == submission["submissionTime"]
        assert submission["solved"] == (attempt["outcome"] != "stuck")
        assert submission["hintUsed"] == (submission["hintCount"] > 0)
        assert not (attempt["outcome"] == "unaided" and submission["hintUsed"])
        assert submission["hintUsed"] or attempt["outcome"] != "with-help"
        assert 0 <= submission["score"] <= 100
        assert (submission["score"] == 0) == (attempt["outcome"] == "stuck")
        assert submission.get("timeTaken", 1) > 0
        assert attempt["topicIds"] == catalogue.topics_of(attempt["problemId"])
        assert 0 < attempt["predicted"] < 1
        assert len(attempt["topicIds"]) == len(attempt["topicIncrements"])


def _check_topics(world: World, catalogue: Catalogue) -> None:
    """The counts of each topic are those of its attempts."""
    taken = {raw["_id"]: raw for raw in world.all(Submission)}
    by_topic: dict[ObjectId, list[Raw]] = {}
    for attempt in world.all(Attempt):
        for topic in attempt["topicIds"]:
            by_topic.setdefault(topic, []).append(attempt)
    for kind, field in ((MasteryMetric, "topicId"), (UserTopicStats, "topic_id")):
        assert Counter(raw[field] for raw in world.all(kind)) == Counter(by_topic.keys()), kind.__name__
    for topic, attempts in by_topic.items():
        rows = [(attempt, taken.get(attempt["_id"]) or _undated(attempt)) for attempt in attempts]
        _check_metric(world.one(MasteryMetric, topicId=topic), rows)
        _check_stats(world.one(UserTopicStats, topic_id=topic), rows, catalogue)
    for known in world.all(LearnerTopic):
        assert known["attempts"] == len(by_topic.get(known["topicId"], []))
        assert len(known["residuals"]) == min(10, len(_recorded(by_topic.get(known["topicId"], []))))
        assert 0 < known["variance"] <= 0.2
        assert -1 <= known["form"] <= 1


def _undated(attempt: Raw) -> Raw:
    """Return what the submission of a solve without a date would say."""
    helped = attempt["outcome"] == "with-help"
    return {"attempts": 1, "hintUsed": helped, "score": None}


def _recorded(attempts: list[Raw]) -> list[Raw]:
    """Return the attempts that were not imported: only these are among the last ones."""
    return [raw for raw in attempts if raw.get("source") != "import"]


def _check_metric(metric: Raw, rows: list[tuple[Raw, Raw]]) -> None:
    unaided = {attempt["problemId"] for attempt, _ in rows if attempt["outcome"] == "unaided"}
    assert metric["problemsAttempted"] == len({attempt["problemId"] for attempt, _ in rows})
    assert metric["problemsSolved"] == len(unaided)
    minutes = sum(submission.get("timeTaken", 0) for _, submission in rows) / 60
    if all("at" in attempt for attempt, _ in rows):  # the minutes of what has no date are kept in the sums alone
        assert metric["totalTimeSpent"] == pytest.approx(minutes, abs=0.01 * len(rows))
    recent = [(item["submissionId"], item["correct"]) for item in metric["recentPerformance"]]
    recorded = _recorded([attempt for attempt, _ in rows])
    assert recent == [(raw["_id"], raw["outcome"] == "unaided") for raw in recorded][-10:]
    assert 0 < metric["masteryProbability"] < 1
    assert 0 <= metric["confidenceScore"] <= 100
    assert 0 <= metric["retentionProbability"] <= 1
    assert (metric["improvementTrend"] == "insufficient-data") == (len(recorded) < 5)
    assert all(metric["lastUpdated"] >= attempt["at"] for attempt, _ in rows if "at" in attempt)


def _check_stats(stats: Raw, rows: list[tuple[Raw, Raw]], catalogue: Catalogue) -> None:
    unaided = sum(attempt["outcome"] == "unaided" for attempt, _ in rows)
    total, problems = len(rows), {attempt["problemId"] for attempt, _ in rows}
    assert (stats["total_attempts"], stats["successful_attempts"], stats["failed_attempts"]) == (
        total,
        unaided,
        total - unaided,
    )
    assert stats["success_rate"] == pytest.approx(unaided / total)
    levels = Counter(catalogue.problems[problem]["difficulty"] for problem in problems)
    assert {level: stats[f"{level}_problems_attempted"] for level in ("easy", "medium", "hard")} == {
        level: levels[level] for level in ("easy", "medium", "hard")
    }
    firsts = {attempt["problemId"]: (attempt, submission) for attempt, submission in reversed(rows)}
    at_once = sum(one["outcome"] == "unaided" and other["attempts"] == 1 for one, other in firsts.values())
    assert stats["first_attempt_success_rate"] == pytest.approx(at_once / len(problems))
    seconds = sum(submission.get("timeTaken", 0) for _, submission in rows)
    if all("at" in attempt for attempt, _ in rows):
        assert stats["total_time_spent"] == pytest.approx(seconds)
    assert stats["average_time_per_problem"] == pytest.approx(stats["total_time_spent"] / len(problems))
    helped = sum(submission["hintUsed"] for _, submission in rows)
    assert stats["hints_used_count"] == helped
    assert stats["hints_used_percentage"] == pytest.approx(100 * helped / total)
    recorded = {raw["_id"] for raw in _recorded([attempt for attempt, _ in rows])}
    assert stats["recent_performance"] == [row["score"] for raw, row in rows if raw["_id"] in recorded][-5:]
    assert 0 <= stats["consistency_score"] <= 100
    moments = [attempt["at"] for attempt, _ in rows if "at" in attempt]
    assert stats.get("last_attempted_date") == max(moments, default=None)


def reviews(world: World) -> dict[tuple[ObjectId, ObjectId], datetime]:
    """Return the moment of every review by the attempt or revision that it was, and its topic."""
    found = {(raw["_id"], log["topicId"]): raw["at"] for raw in world.all(Attempt) for log in raw["reviews"]}
    for run in world.all(RevisionRun):
        if "review" in run:
            found[run["_id"], run["topicId"]] = run["reviewedAt"]
    return found


def _check_schedules(world: World, catalogue: Catalogue, now: datetime) -> None:
    done: dict[ObjectId, list[datetime]] = {}
    for (_, topic), moment in reviews(world).items():
        done.setdefault(topic, []).append(moment)
    schedules = {raw["topicId"]: raw for raw in world.all(RevisionSchedule)}
    assert len(schedules) == len(world.all(RevisionSchedule)), "two schedules of one topic"
    practised = {topic for raw in world.all(Attempt) for topic in raw["topicIds"]}
    assert schedules.keys() == done.keys() | practised
    for topic, schedule in schedules.items():
        known, moments = world.one(LearnerTopic, topicId=topic), sorted(done.get(topic, []))
        assert schedule.get("lastRevisionDate") == max(moments, default=None)
        assert not moments or known["lastReview"] == moments[-1]
        assert schedule["nextRevisionDate"] > max(moments, default=schedule["createdAt"])
        assert schedule["revisionCount"] == len(moments)
        assert [past["revisionDate"] for past in schedule["revisionHistory"]] == moments[-100:]
        assert schedule["stabilityScore"] == pytest.approx(min(100, known.get("stability", 0)))
        phase = 1 + sum(known.get("stability", 0) >= limit for limit in (2, 7, 21, 60))
        assert schedule["spaceRepetitionPhase"] == phase
        assert schedule["revisionInterval"] >= 1
        assert schedule["status"] == "scheduled"
        assert schedule["topicName"] == catalogue.topics[topic]["name"]
        assert 1 <= known.get("difficulty", 1) <= 10
        assert ("stability" in known) == ("lastReview" in known)
        problems = [item["problemId"] for item in schedule["problemsToRevise"]]
        assert len(problems) <= 1
        assert all(topic in catalogue.topics_of(problem) for problem in problems)
    delays = world.all(RevisionDelay)
    assert len({raw["topicId"] for raw in delays}) == len(delays)
    assert all(raw["dueBefore"] < raw["until"] for raw in delays)
    assert {raw["topicId"] for raw in delays} <= schedules.keys()


def _check_sessions(world: World) -> None:
    sessions = {raw["_id"]: raw for raw in world.all(PracticeSession)}
    for raw in sessions.values():
        if "endTime" in raw:
            assert raw["startTime"] <= raw["endTime"]
        assert 0 <= raw["problemsSolved"] <= raw["problemsAttempted"] <= len(raw["problemIds"])
        assert raw.get("durationMinutes", 0) >= 0
        assert bool(raw["problemPerformance"]) == bool(raw["problemsAttempted"])
    running = [raw for raw in sessions.values() if "endTime" not in raw]
    assert sum(bool(raw["problemIds"]) for raw in running) <= 1, "two problems are timed at once"
    assert sum(raw["sessionType"] == "revision" for raw in running) <= 1, "two revisions run at once"
    for run in world.all(RevisionRun):
        session = sessions[run["sessionId"]]
        assert session["sessionType"] == "revision"
        assert run["startedAt"] == session["startTime"]
        assert run["startedAt"] <= run.get("problemStartedAt", run["startedAt"])
        assert (run["phase"] == "problem") == ("problemStartedAt" in run)
        assert ("review" in run) == ("reviewedAt" in run)
        assert session["problemIds"] == ([run["problemId"]] if run["phase"] == "problem" else [])
        assert len(run["recalled"]) in (0, len(run["cards"]))


def _check_tasks(world: World, now: datetime) -> None:
    tasks = {raw["_id"]: raw for raw in world.all(PreparationTask)}
    for raw in tasks.values():
        done = raw["status"] == "completed"
        assert raw["completed"] == done == ("completedAt" in raw)
        if done:
            assert raw["createdAt"] <= raw["completedAt"]
        if raw["status"] == "overdue":
            assert raw["dueDate"] < now
        assert raw["title"] == raw["title"].strip() != ""
    repeats = world.all(TaskRepeat)
    assert len({raw["taskId"] for raw in repeats}) == len(repeats)
    for raw in repeats:
        assert tasks[raw["taskId"]]["status"] != "completed", "a repeating task was done and does not come again"
        assert "dueDate" in tasks[raw["taskId"]]


def _check_study(world: World, catalogue: Catalogue) -> None:
    for note in world.all(Note):
        assert ("problemId" in note) != ("topicId" in note)
        assert 0 < len(note["text"]) <= 2000
        assert note.get("problemId") is None or note["problemId"] in catalogue.problems
        assert note.get("topicId") is None or note["topicId"] in catalogue.topics
    states = world.all(HintState)
    assert len({raw["problemId"] for raw in states}) == len(states)
    for state in states:
        times = [rung["at"] for rung in state["shown"]]
        assert times == sorted(times)
        for last, rung in zip([0, *(item["rung"] for item in state["shown"])], state["shown"], strict=False):
            assert rung["rung"] in (1, last + 1), "a rung was left out"
        assert ("askedAt" in state) == ("askedTurnId" in state)
        assert state["shown"] == [] or state["shown"][0]["rung"] == 1


def _check_conversations(world: World) -> None:
    talks = world.all(AIMentorConversation)
    assert sum(raw["isActive"] for raw in talks) <= 1, "two conversations are active"
    assert all(raw["totalMessages"] == len(raw["messageHistory"]) for raw in talks)
    assert all(raw["totalTokens"] == sum(item["tokens"] for item in raw["messageHistory"]) for raw in talks)
    threads = {raw["conversationId"] for raw in talks}
    titles = [raw["thread"] for raw in world.all(ConversationTitle)]
    assert len(set(titles)) == len(titles)
    assert set(titles) <= threads
