"""What an attempt adds to the documents that count: Submission, MasteryMetric, UserTopicStats."""

from __future__ import annotations

from datetime import datetime
from statistics import fmean, pstdev
from typing import Final

from learning.mastery import improvement_trend
from store.client import ObjectId
from store.documents.analytics import UserTopicStats
from store.documents.intelligence import MasteryMetric, RecentAttempt
from store.documents.problems import Submission
from store.documents.values import Trend
from tools.context import MentorContext
from tools.learner import LearnerView
from tools.solves import Solve

RECENT_ATTEMPTS: Final = 10
RECENT_SCORES: Final = 5
WORTH_REFRESHING: Final = 0.02
"""How far a stored mastery may be from the computed one: every attempt moves every topic a little."""
_SCORE_STEP: Final = 10.0  # points between two halves of the last scores that make a trend


async def add_submission(context: MentorContext, solve: Solve) -> None:
    """Store the outcome as a Submission."""
    await context.work.of(Submission).add(submission_of(context, solve))


def submission_of(context: MentorContext, solve: Solve) -> Submission:
    """Return the outcome as a Submission."""
    difficulty = solve.problem.difficulty
    return Submission(
        id=solve.id,
        user_id=context.student,
        problem_id=solve.problem.id,
        solved=solve.solved,
        attempts=solve.tries,
        time_taken=solve.seconds,
        hint_used=solve.helped,
        hint_count=max(solve.hints, int(solve.helped)),
        code=solve.code,
        difficulty=difficulty if difficulty in ("easy", "medium", "hard") else None,
        score=solve.score,
        submission_time=solve.at,
    )


async def count_mastery(
    context: MentorContext, view: LearnerView, topic: ObjectId, name: str, solve: Solve
) -> MasteryMetric:
    """Count the attempt in a topic's MasteryMetric. Problems count once, and as solved only when it was unaided."""
    metrics = context.work.of(MasteryMetric)
    metric = await metrics.find_one({"topicId": topic}) or MasteryMetric(
        id=context.work.new_id(), user_id=context.student, topic_id=topic, topic_name=name
    )
    count_in_metric(metric, solve)
    recent = RecentAttempt(
        id=context.work.new_id(),
        submission_id=solve.id,
        correct=solve.unaided,
        timestamp=solve.at,
        time_taken=solve.seconds,
    )
    metric.recent_performance = [*metric.recent_performance, recent][-RECENT_ATTEMPTS:]
    refresh(metric, view, context.now())
    await metrics.save(metric)
    return metric


def count_in_metric(metric: MasteryMetric, solve: Solve) -> None:
    """Count an attempt in a MasteryMetric's figures, those of its last attempts left aside."""
    metric.problems_attempted += solve.is_first
    metric.problems_solved += solve.is_first_success
    metric.total_time_spent += solve.minutes or 0.0


async def refresh_others(context: MentorContext, view: LearnerView, done: set[ObjectId], now: datetime) -> None:
    """Bring the stored mastery of the other topics up to date, where the attempt moved it noticeably."""
    metrics = context.work.of(MasteryMetric)
    rows = await metrics.sketch({"topicId": {"$nin": list(done)}}, "topicId", "masteryProbability")
    stale = [row["_id"] for row in rows if _is_stale(view, row.get("topicId"), row.get("masteryProbability"))]
    for metric in await metrics.find({"_id": {"$in": stale}}) if stale else ():
        refresh(metric, view, now)
        await metrics.save(metric)


def _is_stale(view: LearnerView, topic: ObjectId | None, stored: float | None) -> bool:
    if topic is None or topic not in view.topics:
        return False
    return stored is None or abs(view.mastery(topic) - stored) >= WORTH_REFRESHING


def refresh(metric: MasteryMetric, view: LearnerView, now: datetime) -> None:
    """Set what a MasteryMetric says to what the learner model believes now."""
    if metric.topic_id is None:
        return
    known = view.topics.get(metric.topic_id)
    metric.mastery_probability = view.mastery(metric.topic_id)
    metric.confidence_score = view.confidence(metric.topic_id)
    metric.retention_probability = view.recall(metric.topic_id, now) or 0.0
    metric.improvement_trend = improvement_trend(known.residuals if known else [])
    metric.last_updated = now


async def count_statistics(context: MentorContext, topic: ObjectId, solve: Solve) -> None:
    """Count the attempt in a topic's UserTopicStats. Attempts count each; problems by difficulty count once."""
    repository = context.work.of(UserTopicStats)
    stats = await repository.find_one({"topic_id": topic}) or UserTopicStats(
        id=context.work.new_id(), user_id=context.student, topic_id=topic
    )
    count_in_statistics(stats, solve)
    stats.recent_performance = [*stats.recent_performance, solve.score][-RECENT_SCORES:]
    stats.consistency_score = _consistency(stats.recent_performance)
    stats.performance_trend = _trend(stats.recent_performance)
    stats.last_attempted_date = max(stats.last_attempted_date or solve.at, solve.at)
    stats.last_updated_date = context.now()
    await repository.save(stats)


def count_in_statistics(stats: UserTopicStats, solve: Solve) -> None:
    """Count an attempt in a UserTopicStats' figures, those of its last attempts left aside."""
    firsts = (stats.first_attempt_success_rate or 0.0) * _problems(stats)
    stats.total_attempts += 1
    stats.successful_attempts += solve.unaided
    stats.failed_attempts += not solve.unaided
    stats.success_rate = min(1.0, stats.successful_attempts / stats.total_attempts)
    if solve.is_first:
        _count_difficulty(stats, solve.problem.difficulty)
    problems = _problems(stats)
    stats.total_time_spent = (stats.total_time_spent or 0.0) + (solve.seconds or 0.0)
    if problems:
        firsts += solve.is_first and solve.unaided and solve.tries == 1
        stats.first_attempt_success_rate = min(1.0, firsts / problems)
        stats.average_time_per_problem = stats.total_time_spent / problems
    stats.hints_used_count += solve.helped
    stats.hints_used_percentage = 100 * stats.hints_used_count / stats.total_attempts


def _problems(stats: UserTopicStats) -> int:
    return stats.easy_problems_attempted + stats.medium_problems_attempted + stats.hard_problems_attempted


def _count_difficulty(stats: UserTopicStats, difficulty: str) -> None:
    if difficulty == "easy":
        stats.easy_problems_attempted += 1
    elif difficulty == "hard":
        stats.hard_problems_attempted += 1
    else:
        stats.medium_problems_attempted += 1


def _consistency(scores: list[float]) -> float:
    """Return 100 for equal scores down to 0 for scores that are as far apart as they can be."""
    return max(0.0, 100.0 - 2 * pstdev(scores)) if len(scores) > 1 else 0.0


def _trend(scores: list[float]) -> Trend | None:
    """Compare the later half of the last scores with the earlier; under four scores nothing is said."""
    if len(scores) < 4:
        return None
    half = len(scores) // 2
    change = fmean(scores[-half:]) - fmean(scores[:half])
    return "improving" if change >= _SCORE_STEP else "declining" if change <= -_SCORE_STEP else "stable"
