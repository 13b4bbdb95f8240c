"""What a student does: practice sessions, tasks, and talks with the mentor."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from store.documents.base import LONG_AGO, Document, Element, Id, Index, Number, Part, StandIns, Text, Time, index
from store.documents.values import Difficulty, Filled, FiveSteps, Minutes, Percent, ProblemId, UserId

SessionType: TypeAlias = Literal["practice", "mock-interview", "revision", "learning-session"]
TaskType: TypeAlias = Literal["practice", "revision", "learning", "mock-interview", "concept-review", "weak-topic"]
TaskStatus: TypeAlias = Literal["pending", "in-progress", "completed", "overdue"]
TaskOrigin: TypeAlias = Literal["ai-planner", "user-manual", "system"]
ConversationType: TypeAlias = Literal["general", "problem-help", "concept-learning", "mock-interview-feedback"]
Speaker: TypeAlias = Literal["user", "assistant"]


class ProblemPerformance(Element):
    """How one problem of a session went."""

    problem_id: Id | None = None
    solved: bool | None = None
    time_taken: Number | None = None
    attempts: int | None = None
    score: Number | None = None


class SessionInsights(Part):
    """What the mentor noticed in a session."""

    strengths: list[Text] = Field(default_factory=list)
    areas_for_improvement: list[Text] = Field(default_factory=list)
    recommendations: list[Text] = Field(default_factory=list)


class SessionFeedback(Part):
    """What the student thought of a session, 1 to 5 each."""

    difficulty: FiveSteps | None = None
    relevant: FiveSteps | None = None
    helpfulness_rating: FiveSteps | None = None


class PracticeSession(Document):
    """A stretch of practice with a beginning and an end."""

    collection: ClassVar[str] = "practicesessions"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"sessionType": "practice", "startTime": lambda one: one.created_at or LONG_AGO}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("sessionType"),
        index("userId", "-startTime"),
        index("userId", "sessionType"),
        index("-startTime"),
        index("-score"),
    )

    user_id: UserId
    session_type: SessionType
    session_name: Text | None = None
    problem_ids: list[ProblemId] = Field(default_factory=list)
    start_time: Time
    end_time: Time | None = None
    duration_minutes: Minutes | None = None
    problems_solved: int = 0
    problems_attempted: int = 0
    success_rate: Percent | None = None
    score: Percent | None = None
    topics_covered: list[Text] = Field(default_factory=list)
    problem_performance: list[ProblemPerformance] = Field(default_factory=list)
    ai_generated_insights: SessionInsights | None = None
    user_feedback: SessionFeedback | None = None
    notes: Text | None = None


class PreparationTask(Document):
    """Something a student means to do. `status` is the truth; `completed` and `completed_at` follow it."""

    collection: ClassVar[str] = "preparationtasks"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"taskType": "practice", "title": "Untitled task"}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("topicId"),
        index("userId", "dueDate"),
        index("userId", "status"),
        index("-priority"),
        index("scheduledDate"),
    )

    user_id: UserId
    task_type: TaskType
    topic_id: Id | None = None
    topic_name: Text | None = None
    problem_id: Id | None = None
    difficulty_level: Difficulty | None = None
    title: Filled
    description: Text | None = None
    estimated_duration_minutes: Minutes | None = None
    priority: FiveSteps = 3
    scheduled_date: Time | None = None
    due_date: Time | None = None
    status: TaskStatus = "pending"
    completed: bool = False
    completed_at: Time | None = None
    score: Percent | None = None
    feedback: Text | None = None
    generated_by: TaskOrigin | None = None


class Message(Element):
    """One message of a conversation. `tokens` is what its text costs in the model's encoding."""

    role: Speaker | None = None
    content: Text | None = None
    timestamp: Time | None = None
    tokens: int | None = None
    model: Text | None = None


class AIMentorConversation(Document):
    """A student's talk with the mentor. `total_tokens` is the sum of all messages' tokens over its life."""

    collection: ClassVar[str] = "aimentorconversations"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("conversationId", unique=True),
        index("isActive"),
        index("userId", "isActive"),
        index("-lastMessageTime"),
        index("conversationType"),
    )

    user_id: UserId
    conversation_id: Text | None = None
    conversation_type: ConversationType = "general"
    context_topic: Text | None = None
    context_problem_id: Id | None = None
    message_history: list[Message] = Field(default_factory=list)
    conversation_summary: Text | None = None
    key_concepts_covered: list[Text] = Field(default_factory=list)
    user_learning_level: Annotated[int, Field(ge=1, le=10)] | None = None
    helpfulness_rating: FiveSteps | None = None
    suggested_topics_for_follow_up: list[Text] = Field(default_factory=list)
    total_messages: int = 0
    total_tokens: int = 0
    is_active: bool = True
    last_message_time: Time | None = None
