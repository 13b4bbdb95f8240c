"""Learning paths and how far a student is on them."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from store.documents.base import Document, Element, Id, Index, Number, Part, StandIns, Text, Time, index
from store.documents.values import (
    Filled,
    Level,
    Minutes,
    Percent,
    ProblemId,
    RoadmapId,
    RoadmapTopicId,
    TopicId,
    UserId,
)

Subject: TypeAlias = Literal[
    "DSA",
    "OS",
    "DBMS",
    "Networks",
    "SystemDesign",
    "Behavioral",
    "FullStack",
    "Frontend",
    "Backend",
    "dsa",
    "os",
    "dbms",
    "networking",
    "system_design",
]
RoadmapCategory: TypeAlias = Literal[
    "dsa", "system_design", "os", "dbms", "networking", "oops", "database", "javascript", "python", "java"
]
TargetRole: TypeAlias = Literal["junior", "mid-level", "senior", "intern"]
Importance: TypeAlias = Literal["must-solve", "important", "good-to-solve"]
ProgressStatus: TypeAlias = Literal["not-started", "in-progress", "completed"]
CompletionStatus: TypeAlias = Literal["incomplete", "minimal", "moderate", "strong", "proficient"]


class RoadmapStatistics(Part):
    """Figures over all students of a roadmap, kept by workers."""

    average_completion_time: Number | None = None
    average_pci: Number | None = Field(default=None, alias="averagePCI")
    user_count: int | None = None
    last_updated: Time | None = None


class Roadmap(Document):
    """A learning path."""

    collection: ClassVar[str] = "roadmaps"
    owner: ClassVar[str | None] = None
    stand_ins: ClassVar[StandIns] = {"name": "Roadmap", "subject": "DSA"}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("name"),
        index("subject"),
        index("difficultyLevel"),
        index("isActive"),
        index("subject", "difficultyLevel"),
        index("isPublished", "-usageCount"),
        index("category", "isPublished"),
        index("targetRole"),
    )

    name: Filled
    subject: Subject
    category: RoadmapCategory | None = None
    description: Text | None = None
    difficulty_level: Level = "beginner"
    estimated_duration_days: Number | None = None
    target_role: TargetRole | None = None
    is_published: bool = False
    is_official: bool = True
    is_active: bool = True
    is_custom: bool = False
    created_by: UserId | None = None
    usage_count: int = 0
    version: int = 1
    statistics: RoadmapStatistics | None = None


class RoadmapTopic(Document):
    """A topic's place on a roadmap."""

    collection: ClassVar[str] = "roadmaptopics"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (
        index("roadmapId"),
        index("topicId"),
        index("sequenceNumber"),
        index("roadmapId", "topicId", unique=True),
        index("roadmapId", "sequenceNumber"),
    )

    roadmap_id: RoadmapId
    topic_id: TopicId
    topic_name: Text | None = None
    description: Text | None = None
    estimated_hours: Number | None = None
    layer_name: Text | None = None
    sequence_number: int | None = None
    priority: int | None = None
    resource_links: list[Text] = Field(default_factory=list)
    concepts: list[Text] = Field(default_factory=list)
    is_active: bool = True


class RoadmapTopicProblem(Document):
    """A problem's place in a topic of a roadmap."""

    collection: ClassVar[str] = "roadmaptopicproblems"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (
        index("roadmapTopicId"),
        index("problemId"),
        index("roadmapTopicId", "sequenceNumber"),
    )

    roadmap_topic_id: RoadmapTopicId
    problem_id: ProblemId
    sequence_number: int | None = None
    importance: Importance | None = None
    is_active: bool = True


class TopicProgress(Element):
    """How far a student is with one topic of a roadmap."""

    topic_id: Id | None = None
    topic_name: Text | None = None
    completed: bool = False
    mastery_score: Percent | None = None
    retention_score: Percent | None = None
    problems_attempted: int = 0
    problems_solved: int = 0
    total_time_spent: Minutes | None = None
    last_practiced_at: Time | None = None
    next_revision_date: Time | None = None
    completion_status: CompletionStatus | None = None


class UserRoadmapProgress(Document):
    """How far a student is on a roadmap."""

    collection: ClassVar[str] = "userroadmapprogresses"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("roadmapId"),
        index("userId", "roadmapId", unique=True),
        index("userId", "status"),
        index("topicProgress.topicId"),
    )

    user_id: UserId
    roadmap_id: RoadmapId
    progress: Percent = 0.0
    status: ProgressStatus | None = None
    total_topics: int = 0
    completed_topics: int = 0
    topic_progress: list[TopicProgress] = Field(default_factory=list)
    started_date: Time | None = None
    completed_date: Time | None = None
