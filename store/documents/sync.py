"""The traffic with coding platforms: connections, cursors, logs, and what came from there."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from store.documents.base import Document, Id, Index, Number, Part, StandIns, Text, Time, index
from store.documents.values import Filled, Megabytes, Milliseconds, Minutes, Percent, SyncStatus, UserId

SyncRunStatus: TypeAlias = Literal["pending", "in-progress", "success", "partial-success", "failed"]
ConnectedPlatform: TypeAlias = Literal["leetcode", "codeforces", "hackerrank", "atcoder", "manual"]
Health: TypeAlias = Literal["healthy", "degraded", "unhealthy"]
SyncFrequency: TypeAlias = Literal["hourly", "daily", "weekly", "manual"]
Verdict: TypeAlias = Literal["accepted", "wrong-answer", "time-limit", "runtime-error", "compilation-error", "pending"]


class SyncDataQuality(Part):
    """How good the data of one sync was."""

    completeness: Percent | None = None
    validity: Percent | None = None
    consistency: Percent | None = None


class SyncCheckpoint(Part):
    """Where an incremental sync stopped."""

    last_id: Text | None = None
    last_timestamp: Time | None = None
    offset: int | None = None
    checkpoint: Text | None = None


class SyncLog(Document):
    """One run of a sync. `duration_ms` is in milliseconds."""

    collection: ClassVar[str] = "synclogs"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("syncBatchId", unique=True),
        index("userId"),
        index("platform"),
        index("startTime"),
        index("status"),
        index("platform", "-startTime"),
        index("userId", "platform", "-startTime"),
        index("status", "-createdAt"),
    )

    sync_batch_id: Text | None = None
    user_id: UserId
    platform: Filled
    start_time: Time | None = None
    end_time: Time | None = None
    duration_ms: Milliseconds | None = None
    status: SyncRunStatus
    error_message: Text | None = None
    records_fetched: int = 0
    records_processed: int = 0
    records_inserted: int = 0
    records_updated: int = 0
    records_failed: int = 0
    data_quality: SyncDataQuality | None = None
    sync_cursor: SyncCheckpoint | None = None
    throughput_records_per_second: Number | None = None


class RateLimit(Part):
    """What a platform allows and what is left of it."""

    requests: int | None = None
    per_seconds: Number | None = None
    remaining: int | None = None
    reset_time: Time | None = None
    limit_reached_at: Time | None = None


class SyncStatistics(Part):
    """Figures over all syncs of a connection."""

    total_syncs: int = 0
    successful_syncs: int = 0
    failed_syncs: int = 0
    total_records_fetched: int = 0
    average_sync_time_ms: Milliseconds | None = None


class ConnectionDataQuality(Part):
    """How good the data of a connection is."""

    completeness: Percent | None = None
    validity: Percent | None = None
    freshness: Percent | None = None


class ConnectionHealth(Part):
    """How a connection is."""

    status: Health | None = None
    last_health_check: Time | None = None
    issues: list[Text] = Field(default_factory=list)


class IntegrationMetadata(Document):
    """A student's connection with a platform. Tokens are stored encrypted."""

    collection: ClassVar[str] = "integrationmetadatas"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"platformUsername": ""}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("platform"),
        index("userId", "platform", unique=True),
        index("isConnected"),
        index("-lastSyncTime"),
        index("nextSyncTime"),
    )

    user_id: UserId
    platform: ConnectedPlatform
    platform_username: Filled
    platform_user_id: Text | None = None
    access_token: Text | None = Field(default=None, repr=False)
    refresh_token: Text | None = Field(default=None, repr=False)
    token_expires_at: Time | None = None
    is_connected: bool = False
    last_connection_check: Time | None = None
    connection_error: Text | None = None
    last_sync_time: Time | None = None
    next_sync_time: Time | None = None
    sync_status: SyncStatus | None = None
    rate_limit: RateLimit | None = None
    statistics: SyncStatistics = Field(default_factory=SyncStatistics)
    data_quality: ConnectionDataQuality | None = None
    health: ConnectionHealth | None = None
    sync_frequency: SyncFrequency | None = None


class SyncPosition(Part):
    """Where the next page of a platform's list begins."""

    last_fetched_id: Text | None = None
    last_fetched_time: Time | None = None
    page_number: int | None = None
    offset: int | None = None


class UserPlatformSyncState(Document):
    """How far a student's data from a platform has been fetched."""

    collection: ClassVar[str] = "user_platform_sync_states"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("platform"),
        index("userId", "platform", unique=True),
        index("-lastSyncTime"),
        index("nextSyncTime"),
    )

    user_id: UserId
    platform: Filled
    last_sync_time: Time | None = None
    next_sync_time: Time | None = None
    sync_status: SyncStatus | None = None
    sync_cursor: SyncPosition | None = None
    total_records_synced: int | None = None
    last_sync_record_count: int | None = None
    platform_user_id: Text | None = None


class UserSubmission(Document):
    """A submission as a platform reports it."""

    collection: ClassVar[str] = "usersubmissions"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"platform": "manual"}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("problemId"),
        index("platformSubmissionId"),
        index("platform"),
        index("userId", "platform"),
        index("-submissionTime"),
    )

    user_id: UserId
    problem_id: Id | None = None
    platform_submission_id: Text | None = None
    platform: Filled
    status: Verdict | None = None
    passed: bool | None = None
    runtime: Milliseconds | None = None
    memory: Megabytes | None = None
    language: Text | None = None
    submission_time: Time | None = None


class UserContest(Document):
    """A contest that a student took part in."""

    collection: ClassVar[str] = "usercontests"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("platform"),
        index("contestId"),
        index("userId", "platform", "-contestDate"),
        index("-contestDate"),
        index("-rating"),
    )

    user_id: UserId
    platform: Filled
    contest_id: Text | None = None
    contest_name: Text | None = None
    contest_date: Time | None = None
    rank: int | None = None
    rating: Number | None = None
    score: Number | None = None
    problems_solved: int | None = Field(default=None, alias="problems_solved")
    participation_time: Time | None = None
    duration_minutes: Minutes | None = None
