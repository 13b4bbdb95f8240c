"""Daily snapshots and running statistics."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from store.documents.base import Document, Element, Id, Index, Map, Number, Part, Text, Time, index, keep_snake
from store.documents.values import NowTime, Percent, Probability, Seconds, TopicId, Trend, UserId

_Count = Annotated[int, Field(ge=0)]


class DifficultyShare(Part):
    """How much of one difficulty is mastered."""

    percentage: Number | None = None
    count: int | None = None


class MasteryDistribution(Part):
    """How much of each difficulty is mastered."""

    easy: DifficultyShare | None = None
    medium: DifficultyShare | None = None
    hard: DifficultyShare | None = None


class PreparationVelocity(Part):
    """How fast a student solves problems."""

    problems_solved_this_week: int = 0
    problems_solved_this_month: int = 0
    problems_solved_total: int = 0
    average_problems_per_day: Number = 0.0


class WeakTopic(Element):
    """A weak topic on the day of the snapshot."""

    topic_id: Id | None = None
    topic_name: Text | None = None
    risk_score: Number | None = None


class ReadinessSnapshot(Part):
    """The readiness on the day of the snapshot."""

    current_score: Number | None = None
    level: Text | None = None
    trend: Text | None = None


class ComparisonMetrics(Part):
    """A student beside others."""

    percentile_rank: Number | None = None
    comparison_cohort: Text | None = None
    trend_vs_last_month: Text | None = None


class AnalyticsSnapshot(Document):
    """A student's figures on one day."""

    collection: ClassVar[str] = "analyticssnapshots"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("userId", "-snapshotDate"),
        index("-snapshotDate"),
        index("-readinessSnapshot.currentScore"),
    )

    user_id: UserId
    snapshot_date: NowTime | None = None
    mastery_distribution: MasteryDistribution | None = None
    topic_wise_mastery: Map[Number] | None = None
    consistency_score: Percent | None = None
    consistency_trend: Trend | None = None
    preparation_velocity: PreparationVelocity = Field(default_factory=PreparationVelocity)
    weak_topic_count: int = 0
    weak_topics: list[WeakTopic] = Field(default_factory=list)
    readiness_snapshot: ReadinessSnapshot | None = None
    comparison_metrics: ComparisonMetrics | None = None


class UserTopicStats(Document):
    """A student's running statistics in a topic. Times are in seconds."""

    model_config = ConfigDict(alias_generator=keep_snake)
    collection: ClassVar[str] = "user_topic_stats"
    owner: ClassVar[str | None] = "user_id"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("user_id"),
        index("topic_id"),
        index("user_id", "topic_id", unique=True),
        index("user_id", "-success_rate"),
        index("-last_attempted_date"),
    )

    user_id: UserId
    topic_id: TopicId
    total_attempts: _Count = 0
    successful_attempts: _Count = 0
    failed_attempts: _Count = 0
    success_rate: Probability = 0.0
    consistency_score: Percent = 0.0
    total_time_spent: Seconds | None = None
    average_time_per_problem: Seconds | None = None
    first_attempt_success_rate: Probability | None = None
    hints_used_count: int = 0
    hints_used_percentage: Number | None = None
    recent_performance: list[Number] = Field(default_factory=list)
    performance_trend: Trend | None = None
    easy_problems_attempted: int = 0
    medium_problems_attempted: int = 0
    hard_problems_attempted: int = 0
    last_attempted_date: Time | None = None
    last_updated_date: Time | None = None
