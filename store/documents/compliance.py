"""Whether a student keeps to the plan, and whether background work runs."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from store.documents.base import Document, Element, Index, Number, Part, Text, Time, index
from store.documents.values import Milliseconds, Percent, UserId

ComplianceStatus: TypeAlias = Literal["on-track", "at-risk", "off-track"]
JobType: TypeAlias = Literal[
    "telemetry-worker", "sync-worker", "mastery-update", "weak-topic-detection", "readiness-calculation"
]
JobStatus: TypeAlias = Literal["pending", "running", "success", "failed", "paused"]
JobFrequency: TypeAlias = Literal["hourly", "daily", "weekly", "monthly"]


class WeeklyConsistency(Part):
    """How much of one week's tasks was done."""

    week: Time | None = None
    task_completion_rate: Number | None = None


class Deviation(Element):
    """A departure from the plan."""

    date: Time | None = None
    reason: Text | None = None
    impact_score: Number | None = None


class UserPreparationCompliance(Document):
    """How well a student keeps to the plan."""

    collection: ClassVar[str] = "userpreparationcompliances"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId", unique=True),
        index("complianceStatus"),
        index("-lastReviewDate"),
    )

    user_id: UserId
    planned_tasks_per_week: int | None = None
    completed_tasks_per_week: int | None = None
    completion_rate: Percent | None = None
    practice_consistency_score: Percent | None = None
    weekly_consistency: WeeklyConsistency | None = None
    milestones_on_track: bool | None = None
    estimated_completion_date: Time | None = None
    deviations: list[Deviation] = Field(default_factory=list)
    compliance_status: ComplianceStatus | None = None
    last_review_date: Time | None = None


class AutomationStatus(Document):
    """The state of one background job. `duration_ms` is in milliseconds."""

    collection: ClassVar[str] = "automationstatuses"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (
        index("jobId", unique=True),
        index("jobType"),
        index("status", "-startTime"),
        index("nextScheduledRun"),
    )

    job_id: Text | None = None
    job_type: JobType | None = None
    status: JobStatus | None = None
    start_time: Time | None = None
    end_time: Time | None = None
    duration_ms: Milliseconds | None = None
    error: Text | None = None
    log_url: Text | None = None
    retry_count: int = 0
    max_retries: int = 3
    next_retry_time: Time | None = None
    records_processed: int | None = None
    records_succeeded: int | None = None
    records_failed: int | None = None
    next_scheduled_run: Time | None = None
    frequency: JobFrequency | None = None
