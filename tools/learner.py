"""What is believed of the student, read once for a verb: the shared ground of mastery, choice and recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from learning.mastery import (
    Belief,
    Difficulty,
    Level,
    Prediction,
    confidence_score,
    initial_difficulty,
    mastery_probability,
    new_topic,
    new_user,
    predict,
)
from learning.recall import RecallState, recall_probability
from store.client import ObjectId
from store.documents.learner import LearnerStudent, LearnerTopic
from store.documents.problems import Problem
from tools.context import MentorContext

UNTRIED: Final = Difficulty(0.0)


@dataclass(frozen=True)
class LearnerView:
    """The student's beliefs with the population's shifts. A topic that was never tried is a new one."""

    student: LearnerStudent | None
    topics: Mapping[ObjectId, LearnerTopic]
    shifts: Mapping[ObjectId, Difficulty]

    @property
    def user(self) -> Belief:
        """Return the belief about the student as a whole."""
        return Belief(self.student.mean, self.student.variance) if self.student else new_user()

    @property
    def bias(self) -> float:
        """Return the student's recall bias, in logits."""
        return self.student.recall_bias if self.student else 0.0

    def belief(self, topic: ObjectId) -> Belief:
        """Return the belief about the student in a topic."""
        known = self.topics.get(topic)
        return Belief(known.mean, known.variance, known.form) if known else new_topic()

    def has_tried(self, topic: ObjectId) -> bool:
        """Return whether an attempt stands behind the belief, recorded or imported: else it is an assumption."""
        known = self.topics.get(topic)
        return known is not None and known.attempts > 0

    def shift(self, topic: ObjectId) -> Difficulty:
        """Return the population's shift of a topic."""
        return self.shifts.get(topic, UNTRIED)

    def mastery(self, topic: ObjectId) -> float:
        """Return the chance, 0 to 1, of an unaided solve of a medium problem of the topic."""
        return mastery_probability(self.user, self.belief(topic), self.shift(topic))

    def confidence(self, topic: ObjectId) -> float:
        """Return how much is known about the student in the topic, 0 to 100."""
        return confidence_score(self.belief(topic))

    def recall(self, topic: ObjectId, now: datetime) -> float | None:
        """Return the chance, 0 to 1, that the topic is remembered now, or None before its first review."""
        known = self.topics.get(topic)
        state = recall_state(known) if known else None
        return recall_probability(state, now, self.bias) if state else None

    def predict(self, topics: Sequence[ObjectId], difficulty: Difficulty) -> Prediction:
        """Return the chance that the student solves such a problem of these topics unaided."""
        return predict(self.user, [self.belief(t) for t in topics], [self.shift(t) for t in topics], difficulty)


def recall_state(topic: LearnerTopic) -> RecallState | None:
    """Return a topic's memory state, or None before its first review."""
    if topic.stability is None or topic.difficulty is None or topic.last_review is None:
        return None
    return RecallState(topic.stability, topic.difficulty, topic.last_review)


def level_of(problem: Problem) -> Level:
    """Return a problem's level; medium where another program wrote something else."""
    return problem.difficulty if problem.difficulty in get_args(Level) else "medium"


def first_difficulty(problem: Problem) -> Difficulty:
    """Return a problem's difficulty before anybody has tried it, whatever another program wrote into it."""
    rate = problem.acceptance_rate
    return initial_difficulty(level_of(problem), rate if isinstance(rate, int | float) and 0 <= rate <= 100 else None)


async def read_learner(context: MentorContext, topics: Iterable[ObjectId] | None = None) -> LearnerView:
    """Return the beliefs about the student in these topics, or in all that they tried."""
    work = context.work
    wanted = list(topics) if topics is not None else None
    known = await work.of(LearnerTopic).find({} if wanted is None else {"topicId": {"$in": wanted}})
    shifts = await work.population.shifts(wanted if wanted is not None else [topic.topic_id for topic in known])
    return LearnerView(await work.of(LearnerStudent).own(), {topic.topic_id: topic for topic in known}, shifts)


async def read_difficulties(context: MentorContext, problems: Sequence[Problem]) -> dict[ObjectId, Difficulty]:
    """Return how hard each problem is by now; before anybody tried it, what its level and acceptance rate say."""
    tried = await context.work.population.difficulties([problem.id for problem in problems])
    return {problem.id: tried.get(problem.id) or first_difficulty(problem) for problem in problems}
