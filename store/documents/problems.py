"""What is practised: topics, problems, the same problem on several platforms, and each try at one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, Self, TypeAlias

from pydantic import ConfigDict, Field

from store.client import Raw
from store.documents.base import Document, Element, Index, Number, Part, StandIns, Text, Time, index, keep_snake
from store.documents.values import (
    CanonicalProblemId,
    Difficulty,
    Filled,
    Level,
    Megabytes,
    Milliseconds,
    NowTime,
    OpenEnum,
    Percent,
    ProblemId,
    ProblemPlatform,
    Seconds,
    UserId,
)

TopicCategory: TypeAlias = Literal["DSA", "OS", "DBMS", "CN", "OOPs", "ML", "System Design", "Other"]
Language: TypeAlias = Literal["python", "java", "cpp", "javascript", "csharp", "go", "rust"]
MappingMethod: TypeAlias = Literal["manual", "algorithmic", "hybrid"]

UNTITLED: Final = "Untitled problem"


class TopicMetadata(Part):
    """A topic's place in the knowledge graph: names of topics, and ideas in words."""

    model_config = ConfigDict(alias_generator=keep_snake)

    prerequisites: list[Text] = Field(default_factory=list)
    related_topics: list[Text] = Field(default_factory=list)
    key_concepts: list[Text] = Field(default_factory=list)


class Topic(Document):
    """A topic to learn, such as "Graphs"."""

    model_config = ConfigDict(alias_generator=keep_snake)
    collection: ClassVar[str] = "topics"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (
        index("name", unique=True),
        index("is_active"),
        index("category", "is_active"),
        index("name", "category"),
    )

    name: Filled
    category: TopicCategory | None = None
    description: Text | None = None
    difficulty: Level | None = None
    estimated_hours: Annotated[Number, Field(ge=1, le=1000)] = 10.0
    is_active: bool = True
    metadata: TopicMetadata = Field(default_factory=TopicMetadata)


class ProblemExample(Element):
    """One example of a problem's statement."""

    input: Text | None = None
    output: Text | None = None
    explanation: Text | None = None


class CompanyFrequency(Element):
    """How often a company asks a problem."""

    company: Text | None = None
    frequency: Number | None = None
    last_seen: Time | None = None


class ConstraintMetadata(Part):
    """The limits under which a solution is judged."""

    time_limit: Number | None = None
    memory_limit: Number | None = None
    input_size: Text | None = None


class ProblemTelemetry(Part):
    """Averages over all students, kept by workers."""

    average_attempts: Number | None = None
    average_solve_time: Number | None = None
    success_rate: Number | None = None
    hints_used_average: Number | None = None


@dataclass(frozen=True)
class ProblemFacts:
    """What there is to say of every problem, whatever another program left out when it stored it.

    Without a title it is called what its platform calls it; without a difficulty it is medium, without a platform it
    was entered by hand.
    """

    title: str
    platform: str
    difficulty: str
    topics: tuple[str, ...]

    @classmethod
    def of(cls, raw: Raw) -> Self:
        """Take the facts from a problem as it is stored, or from some of its fields."""
        names = (raw.get("title"), raw.get("platformId"), UNTITLED)
        topics = raw.get("topics")
        return cls(
            title=next(name for name in names if isinstance(name, str) and name.strip()),
            platform=_text_or(raw.get("platform"), "manual"),
            difficulty=_text_or(raw.get("difficulty"), "medium"),
            topics=tuple(name for name in topics if isinstance(name, str)) if isinstance(topics, list) else (),
        )


def _text_or(value: object, stand_in: str) -> str:
    return value if isinstance(value, str) and value else stand_in


class Problem(Document):
    """A problem on one platform.

    One that is read has a title, a platform, a difficulty and topics in any case: those of `ProblemFacts`. What is
    stored is still named in `oddities`.
    """

    collection: ClassVar[str] = "problems"
    owner: ClassVar[str | None] = None
    stand_ins: ClassVar[StandIns] = {"title": UNTITLED, "platform": "manual", "difficulty": "medium"}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("externalId", sparse=True),
        index("platformId"),
        index("platform"),
        index("title"),
        index("difficulty"),
        index("topics"),
        index("-interviewFrequencyScore"),
        index("title:text", "description:text"),
        index("platform", "-createdAt"),
    )

    external_id: Text | None = None
    platform_id: Text | None = None
    platform: ProblemPlatform
    title: Filled
    description: Text | None = None
    url: Text | None = None
    editorial_url: Text | None = None
    constraints: list[Text] = Field(default_factory=list)
    difficulty: Difficulty
    topics: list[Text] = Field(default_factory=list)
    platform_tags: list[Text] = Field(default_factory=list)
    examples: list[ProblemExample] = Field(default_factory=list)
    acceptance_rate: Percent | None = None
    submission_count: int = 0
    interview_frequency_score: Percent = 50.0
    company_frequency: list[CompanyFrequency] = Field(default_factory=list)
    constraint_metadata: ConstraintMetadata | None = None
    telemetry: ProblemTelemetry | None = None

    @classmethod
    def _build(cls, raw: Raw) -> Self:
        """Complete what every reader relies on. Stand-ins are no changes: saving the problem would not store them."""
        problem, facts = super()._build(raw), ProblemFacts.of(raw)
        problem.__dict__.update(
            title=facts.title, platform=facts.platform, difficulty=facts.difficulty, topics=list(facts.topics)
        )
        return problem


class Submission(Document):
    """One recorded outcome of a student's work on a problem. `time_taken` is in seconds."""

    collection: ClassVar[str] = "submissions"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("problemId"),
        index("solved"),
        index("userId", "problemId"),
        index("userId", "solved"),
        index("-submissionTime"),
        index("difficulty", "-submissionTime"),
    )

    user_id: UserId
    problem_id: ProblemId
    solved: bool = False
    attempts: Annotated[int, Field(ge=1)] = 1
    time_taken: Seconds | None = None
    hint_used: bool = False
    hint_count: int = 0
    language: Language | None = None
    code: Text | None = None
    output: Text | None = None
    difficulty: Difficulty | None = None
    score: Percent | None = None
    memory: Megabytes | None = None
    runtime: Milliseconds | None = None
    submission_time: NowTime | None = None


class CategoryMapping(Element):
    """A category that a problem belongs to, and how much."""

    model_config = ConfigDict(alias_generator=keep_snake)

    category: Text | None = None
    relevance_score: Number | None = None
    sub_categories: list[Text] = Field(default_factory=list)


class ComplexityAnalysis(Part):
    """The cost of a solution, such as "O(n)"."""

    model_config = ConfigDict(alias_generator=keep_snake)

    time: Text | None = None
    space: Text | None = None


class CanonicalExample(Element):
    """One example of a canonical problem."""

    model_config = ConfigDict(alias_generator=keep_snake)

    input: Text | None = None
    output: Text | None = None
    explanation: Text | None = None
    complexity_analysis: ComplexityAnalysis | None = None


class PlatformReference(Element):
    """Where a canonical problem stands on one platform."""

    model_config = ConfigDict(alias_generator=keep_snake)

    platform: Annotated[ProblemPlatform, OpenEnum()] | None = None
    problem_id: Text | None = None
    url: Text | None = None


class AggregateTelemetry(Part):
    """Figures over all platforms."""

    model_config = ConfigDict(alias_generator=keep_snake)

    aggregate_success_rate: Number | None = None
    aggregate_solve_time: Number | None = None
    total_submissions: int | None = None
    last_updated: Time | None = None


class MlSignals(Part):
    """What a model derived from a problem's statistics."""

    model_config = ConfigDict(alias_generator=keep_snake)

    discriminative_power: Number | None = None
    concept_coverage: list[Text] = Field(default_factory=list)
    prerequisite_topics: list[CanonicalProblemId] = Field(default_factory=list)


class CanonicalCompanyFrequency(Element):
    """How often a company asks a canonical problem."""

    model_config = ConfigDict(alias_generator=keep_snake)

    company: Text | None = None
    frequency: Number | None = None


class CanonicalProblem(Document):
    """One problem, whatever the platforms call it."""

    model_config = ConfigDict(alias_generator=keep_snake)
    collection: ClassVar[str] = "canonical_problems"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (
        index("title:text", "description:text"),
        index("normalized_tags"),
        index("difficulty", "-aggregate_telemetry.aggregate_success_rate"),
        index("normalized_tags", "difficulty"),
        index("platforms.platform"),
        index("-interview_frequency_score"),
        index("-createdAt"),
        index("updatedAt"),
        index("is_active"),
    )

    title: Filled
    description: Text | None = None
    difficulty: Difficulty
    normalized_tags: list[Text] = Field(default_factory=list)
    primary_category: Text | None = None
    category_mapping: list[CategoryMapping] = Field(default_factory=list)
    examples: list[CanonicalExample] = Field(default_factory=list)
    platforms: list[PlatformReference] = Field(default_factory=list)
    aggregate_telemetry: AggregateTelemetry | None = None
    ml_signals: MlSignals | None = None
    interview_frequency_score: Number | None = None
    company_frequency: list[CanonicalCompanyFrequency] = Field(default_factory=list)
    version: int = 1
    is_active: bool = True


class PlatformProblemMapping(Document):
    """A platform's problem and the canonical problem that it is."""

    model_config = ConfigDict(alias_generator=keep_snake)
    collection: ClassVar[str] = "platform_problem_mappings"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (
        index("canonical_problem_id"),
        index("canonical_problem_id", "platform"),
        index("-mapping_confidence"),
        index("platform"),
    )

    canonical_problem_id: CanonicalProblemId
    platform: Filled
    platform_problem_id: Filled
    mapping_confidence: Percent | None = None
    mapping_method: MappingMethod | None = None
    verified_by: UserId | None = None
    title_similarity: Number | None = None
    description_similarity: Number | None = None
    is_active: bool = True
    last_verified: Time | None = None
    verification_count: int = 0
