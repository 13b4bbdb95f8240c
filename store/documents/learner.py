"""What is believed of a student's strength and memory, and how hard problems and topics are to everybody."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import Field

from learning.mastery import TOPIC_VARIANCE, USER_VARIANCE
from store.documents.base import Id, Index, Number, Part, StandIns, Text, Time, index
from store.documents.own import Own

LOGITS: Final = 500.0
Logit: TypeAlias = Annotated[Number, Field(ge=-LOGITS, le=LOGITS)]
"""What a logistic curve takes: beyond that it is flat, and its formula overflows."""
Variance: TypeAlias = Annotated[Number, Field(ge=0, le=500)]
Stability: TypeAlias = Annotated[Number, Field(gt=0, le=1e6)]
"""In days."""


class LearnerStudent(Own):
    """The student's own strength (see `learning.mastery`) and recall bias (see `learning.recall`)."""

    collection: ClassVar[str] = "learner_students"
    owner: ClassVar[str | None] = "_id"
    stand_ins: ClassVar[StandIns] = {"variance": USER_VARIANCE}

    mean: Logit = 0.0
    variance: Variance
    attempts: int = 0
    recall_bias: Logit = 0.0


class LastReview(Part):
    """A topic's last review, with the memory as it was before: a corrected grade is applied to that again.

    `due_before` is when the review had been due.
    """

    grade: Literal["again", "hard", "good", "easy"]
    predicted_recall: Number | None = None
    stability_before: Stability | None = None
    difficulty_before: Number | None = None
    reviewed_before: Time | None = None
    due_before: Time | None = None


class LearnerTopic(Own):
    """The student's strength in one topic and its memory state. `reviewed_on` is the local date of the last review."""

    collection: ClassVar[str] = "learner_topics"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"variance": TOPIC_VARIANCE}
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "topicId", unique=True),)

    user_id: Id
    topic_id: Id
    mean: Logit = 0.0
    variance: Variance
    form: Logit = 0.0
    attempts: int = 0
    residuals: list[Logit] = Field(default_factory=list)
    stability: Stability | None = None
    difficulty: Number | None = None
    last_review: Time | None = None
    reviewed_on: Text | None = None
    review: LastReview | None = None


class ReviewLog(Part):
    """One review as FSRS saw it. `predicted_recall` is None for a topic's first; `elapsed_days` is since the last."""

    topic_id: Id
    grade: Literal["again", "hard", "good", "easy"]
    predicted_recall: Number | None = None
    elapsed_days: Number | None = None
    stability: Stability


class Attempt(Own):
    """One attempt as the learner saw it: what was predicted, what came, and which topics it reviewed.

    `_id` is the Submission's. What was imported may have no date: then it counts for no day, `at` is None and there
    is a UserSubmission of that `_id` instead, because a Submission without a time would be given the present one.
    """

    collection: ClassVar[str] = "attempts"
    owner: ClassVar[str | None] = "userId"
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId", "-at"),
        index("userId", "problemId"),
    )

    user_id: Id
    problem_id: Id
    topic_ids: list[Id]
    at: Time | None = None
    source: Literal["recorded", "import"] = "recorded"
    outcome: Literal["unaided", "with-help", "stuck"]
    predicted: Number
    problem_increment: Logit
    topic_increments: list[Logit]
    reviews: list[ReviewLog] = Field(default_factory=list)


class PopulationEntry(Own):
    """An attempt's increments on their way to the shared difficulties; it is gone once they hold them.

    `_id` is the attempt's, with ":undone" behind it where the increments are to be taken out again. `start` is what
    the problem's difficulty begins with if nobody has tried it before.
    """

    collection: ClassVar[str] = "population_queue"
    owner: ClassVar[str | None] = None

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # the attempt's key
    problem_id: Id
    start: Logit
    problem_increment: Logit
    topic_ids: list[Id]
    topic_increments: list[Logit]


class ProblemDifficulty(Own):
    """How hard a problem is to everybody; `applied` names the last attempts counted, so that each counts once."""

    collection: ClassVar[str] = "problem_difficulties"
    owner: ClassVar[str | None] = None

    value: Logit
    seen: int = 0
    applied: list[Text] = Field(default_factory=list)


class TopicShift(Own):
    """How much harder or easier a topic is than its problems say, for everybody."""

    collection: ClassVar[str] = "topic_shifts"
    owner: ClassVar[str | None] = None

    value: Logit = 0.0
    seen: int = 0
    applied: list[Text] = Field(default_factory=list)


LEARNER: tuple[type[Own], ...] = (
    LearnerStudent,
    LearnerTopic,
    Attempt,
    PopulationEntry,
    ProblemDifficulty,
    TopicShift,
)
