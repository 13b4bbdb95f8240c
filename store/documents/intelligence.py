"""What is believed about a student: mastery, weaknesses, readiness and when to revise."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from store.documents.base import Document, Element, Id, Index, Map, Number, Part, StandIns, Text, Time, index
from store.documents.values import Days, Filled, FiveSteps, Minutes, Percent, Probability, Seconds, Trend, UserId

MasteryTrend: TypeAlias = Literal["improving", "stable", "declining", "insufficient-data"]
RiskLevel: TypeAlias = Literal["low", "medium", "high", "critical"]
SignalType: TypeAlias = Literal["recurring-mistakes", "low-accuracy", "slow-solving", "concept-gap"]
ReadinessLevel: TypeAlias = Literal["not-ready", "somewhat-ready", "ready", "very-ready", "interview-ready"]
CalculationMethod: TypeAlias = Literal["mastery-based", "submission-based", "ai-estimated", "hybrid"]
RevisionStatus: TypeAlias = Literal["scheduled", "in-progress", "completed", "overdue"]


class RecentAttempt(Element):
    """One of the last ten attempts in a topic. `time_taken` is in seconds."""

    submission_id: Id | None = None
    correct: bool | None = None
    timestamp: Time | None = None
    time_taken: Seconds | None = None


class MasteryMetric(Document):
    """How well a student masters a topic. `total_time_spent` is in minutes."""

    collection: ClassVar[str] = "masterymetrics"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"topicName": ""}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("topicId"),
        index("userId", "topicId", unique=True),
        index("userId", "-masteryProbability"),
        index("-lastUpdated"),
    )

    user_id: UserId
    topic_id: Id | None = None
    topic_name: Filled
    mastery_probability: Probability = 0.0
    confidence_score: Percent = 0.0
    retention_probability: Probability = 0.0
    improvement_trend: MasteryTrend = "insufficient-data"
    problems_attempted: int = 0
    problems_solved: int = 0
    total_time_spent: Minutes = 0.0
    recent_performance: list[RecentAttempt] = Field(default_factory=list)
    estimated_ready_date: Time | None = None
    last_updated: Time | None = None


class ProblemMistake(Element):
    """A problem in which mistakes were made."""

    problem_id: Id | None = None
    mistake_type: Text | None = None
    attempt_count: int | None = None


class WeakTopicSignal(Document):
    """A topic that is weak. A healthy topic has no signal."""

    collection: ClassVar[str] = "weaktopicsignals"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"topicName": ""}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("topicId"),
        index("riskLevel"),
        index("lastDetectedAt"),
        index("userId", "topicId", unique=True),
        index("-riskScore"),
        index("riskLevel", "userId"),
    )

    user_id: UserId
    topic_id: Id | None = None
    topic_name: Filled
    mistake_rate: Number = 0.0
    risk_score: Annotated[Number, Field(ge=1, le=100)] | None = None
    risk_level: RiskLevel | None = None
    signal_type: list[SignalType] = Field(default_factory=list)
    problems_with_mistakes: list[ProblemMistake] = Field(default_factory=list)
    last_detected_at: Time | None = None
    intervention_required: bool = False
    suggested_actions: list[Text] = Field(default_factory=list)


class CompanyReadiness(Part):
    """How ready a student is for one company."""

    readiness_score: Number | None = None
    strong_areas: list[Text] = Field(default_factory=list)
    weak_areas: list[Text] = Field(default_factory=list)
    estimated_interview_success: Number | None = None


class SubjectReadiness(Part):
    """How ready a student is in one subject."""

    mastery_score: Number | None = None
    completion_percentage: Number | None = None
    ready_for_interview: bool | None = None


class TrendPoint(Element):
    """The overall score on one day."""

    date: Time | None = None
    score: Number | None = None


class ConfidenceInterval(Part):
    """The bounds between which the overall score lies."""

    lower: Number | None = None
    upper: Number | None = None


class ReadinessScore(Document):
    """How ready a student is for interviews."""

    collection: ClassVar[str] = "readinessscores"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId", unique=True),
        index("-overallReadinessScore"),
        index("estimatedReadyDate"),
        index("readinessLevel"),
        index("-calculatedAt"),
    )

    user_id: UserId
    overall_readiness_score: Percent = 0.0
    readiness_level: ReadinessLevel | None = None
    company_readiness: Map[CompanyReadiness] | None = None
    subject_wise_readiness: Map[SubjectReadiness] | None = None
    readiness_trend: Trend | None = None
    trend_data: list[TrendPoint] = Field(default_factory=list)
    estimated_ready_date: Time | None = None
    confidence_interval: ConfidenceInterval | None = None
    top_strengths: list[Text] = Field(default_factory=list)
    top_weaknesses: list[Text] = Field(default_factory=list)
    recommended_focus: list[Text] = Field(default_factory=list)
    calculated_at: Time | None = None
    calculation_method: CalculationMethod | None = None


class ProblemToRevise(Element):
    """A problem to look at again in a revision."""

    problem_id: Id | None = None
    difficulty: Text | None = None
    category: Text | None = None


class PastRevision(Element):
    """A revision that was done."""

    revision_date: Time | None = None
    performance_score: Number | None = None
    time_spent: Number | None = None


class RevisionSchedule(Document):
    """When a student should revise a topic. `revision_interval` is in days."""

    collection: ClassVar[str] = "revisionschedules"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"nextRevisionDate": lambda one: one.last_revision_date or one.created_at}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("topicId"),
        index("nextRevisionDate"),
        index("revisionPriority"),
        index("status"),
        index("userId", "nextRevisionDate"),
        index("userId", "status"),
        index("nextRevisionDate", "-revisionPriority"),
    )

    user_id: UserId
    topic_id: Id | None = None
    topic_name: Text | None = None
    next_revision_date: Time
    last_revision_date: Time | None = None
    revision_priority: FiveSteps = 3
    revision_count: int = 0
    revision_interval: Days = 1.0
    max_interval_reached: bool = False
    space_repetition_phase: FiveSteps = 1
    stability_score: Percent = 0.0
    problems_to_revise: list[ProblemToRevise] = Field(default_factory=list)
    revision_history: list[PastRevision] = Field(default_factory=list)
    status: RevisionStatus = "scheduled"
