"""Placement: what a few taps say about a student, and which topic is worth the next one.

A tap answers "how would you do with this problem": unaided, with help or not yet. Three grades of one strength z, so it
is a graded response (Samejima 1969), with the strength that `learning.mastery` predicts attempts with:

    P(unaided | z) = σ(κ z)      P(at least with help | z) = σ(κ (z + h))      z = μ_user + μ_topic + .4 f − s − d

**A tap weighs less than an attempt.** What people say of their ability correlates with what they then do by .29 (Mabe
and West 1982, 55 studies; the same .29 over 22 meta-analyses in Zell and Krizan 2014). An answer of slope κ correlates
with a strength of variance V by r² = κ² V / (κ² V + π²/3) on the logit scale, so for a new student (V = .8) r = .29
means κ = .61: a tap carries κ² = .38 of the information of an attempt, whose slope is 1. That help is worth h = 1.1
logits, about one level of difficulty, is a guess; it only decides how far apart the lower two answers are.

**What an answer changes.** It depends on z alone, so the new mean and variance of z come from an integral over z, and
the student's and the topic's from the regression on z, exactly for Gaussian beliefs (assumed-density filtering: Opper
1998, Minka 2001); as in an attempt the correlation that this leaves between the two is dropped. Other topics hear of it
through the student's own strength: the learner model links topics by nothing else. "Unaided" never lowers a mean and
"not yet" never raises one, because the one chance grows with z and the other falls.

**Which topic is asked.** The variance that an answer removes on average is the variance of the predictions it leads to
(law of total variance), summed over the roadmap's topics, each weighed by its share of the roadmap's problems:

    gain = Σ_t w_t Σ_a P(a) (p_t|a − p̄_t)²        p_t: the chance of a medium problem of topic t
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from learning.mastery import (
    FORM_WEIGHT,
    REFERENCE_MEDIUM,
    TOPIC_VARIANCE,
    USER_VARIANCE,
    Belief,
    Difficulty,
    logistic,
    mastery_probability,
)

Answer = Literal["unaided", "with-help", "not-yet"]
ANSWERS: Final[tuple[Answer, ...]] = ("unaided", "with-help", "not-yet")
TAPS: Final = 5

VALIDITY: Final = 0.29  # correlation of what people say of their ability with what they do
SLOPE: Final = math.sqrt(VALIDITY**2 / (1 - VALIDITY**2) * (math.pi**2 / 3) / (USER_VARIANCE + TOPIC_VARIANCE))
HELP: Final = 1.1  # logits that help is worth

_REACH: Final = 8.0  # standard deviations to either side over which is integrated
_NODES: Final = 33


@dataclass(frozen=True, slots=True)
class Standing:
    """What is believed of a student and the roadmap's topics: beliefs, the population's shifts, shares of the roadmap.

    `topics`, `shifts` and `weights` have the same keys; the weights sum to 1.
    """

    user: Belief
    topics: Mapping[str, Belief]
    shifts: Mapping[str, Difficulty]
    weights: Mapping[str, float]

    def mastery(self, topic: str) -> float:
        """Return the chance, 0 to 1, of an unaided solve of a medium problem of a topic."""
        return mastery_probability(self.user, self.topics[topic], self.shifts[topic])

    @property
    def overall(self) -> float:
        """Return the chance, 0 to 1, of an unaided solve of a medium problem of the roadmap."""
        return sum(weight * self.mastery(topic) for topic, weight in self.weights.items())

    @property
    def uncertainty(self) -> float:
        """Return the variance of the predicted mastery, summed over the roadmap's topics by their shares."""
        return sum(weight * self._variance(topic) for topic, weight in self.weights.items())

    def after(self, question: Question, answer: Answer) -> Standing:
        """Return what is believed after an answer."""
        return self.outcome(question, answer)[1]

    def outcome(self, question: Question, answer: Answer) -> tuple[float, Standing]:
        """Return the chance of an answer, and what is believed after it."""
        asked = question.topic
        user, topic = self.user, self.topics[asked]
        before = _strength(user, topic, self.shifts[asked], question.problem)
        chance, after = _posterior(before, answer)
        topics = {**self.topics, asked: _moved(topic, before, after)}
        return chance, Standing(_moved(user, before, after), topics, self.shifts, self.weights)

    def _variance(self, topic: str) -> float:
        strength = _strength(self.user, self.topics[topic], self.shifts[topic], Difficulty(REFERENCE_MEDIUM))
        values = [(weight, logistic(strength.at(node))) for node, weight in _grid()]
        mean = sum(weight * value for weight, value in values)
        return sum(weight * (value - mean) ** 2 for weight, value in values)


@dataclass(frozen=True, slots=True)
class Question:
    """A topic that could be asked about, by a problem of this difficulty; `key` names the question."""

    key: str
    topic: str
    problem: Difficulty


@dataclass(frozen=True, slots=True)
class Ask:
    """The question worth most: the variance its answer removes on average, alone and as a share of all there is."""

    question: Question
    gain: float
    share: float


@dataclass(frozen=True, slots=True)
class _Strength:
    """The strength at one problem as a Gaussian."""

    mean: float
    variance: float

    def at(self, node: float) -> float:
        return self.mean + math.sqrt(self.variance) * node


def answer_chance(strength: float, answer: Answer) -> float:
    """Return the chance of an answer from a student of a known strength (logits above the problem)."""
    alone, helped = logistic(SLOPE * strength), logistic(SLOPE * (strength + HELP))
    return {"unaided": alone, "with-help": helped - alone, "not-yet": 1 - helped}[answer]


def hear(user: Belief, topic: Belief, shift: Difficulty, problem: Difficulty, answer: Answer) -> tuple[Belief, Belief]:
    """Return the beliefs about the student and about the topic after an answer."""
    before = _strength(user, topic, shift, problem)
    _, after = _posterior(before, answer)
    return _moved(user, before, after), _moved(topic, before, after)


def gain(standing: Standing, question: Question) -> float:
    """Return the variance of predicted mastery, over the roadmap, that the answer to a question removes on average."""
    outcomes = [standing.outcome(question, answer) for answer in ANSWERS]
    total = 0.0
    for topic, weight in standing.weights.items():
        masteries = [(chance, outcome.mastery(topic)) for chance, outcome in outcomes]
        mean = sum(chance * mastery for chance, mastery in masteries)
        total += weight * sum(chance * (mastery - mean) ** 2 for chance, mastery in masteries)
    return total


def choose_question(standing: Standing, questions: Sequence[Question]) -> Ask | None:
    """Return the question whose answer removes the most variance, of equals the first; None without questions."""
    gains = [gain(standing, question) for question in questions]
    if not gains:
        return None
    best = max(range(len(gains)), key=lambda place: (gains[place], -place))
    return Ask(questions[best], gains[best], gains[best] / standing.uncertainty)


def _strength(user: Belief, topic: Belief, shift: Difficulty, problem: Difficulty) -> _Strength:
    mean = user.mean + topic.mean + FORM_WEIGHT * topic.form - shift.value - problem.value
    return _Strength(mean, user.variance + topic.variance)


def _posterior(before: _Strength, answer: Answer) -> tuple[float, _Strength]:
    """Return the chance of an answer, and the strength's mean and variance after it."""
    weighed = []
    for node, weight in _grid():
        strength = before.at(node)
        weighed.append((strength, weight * answer_chance(strength, answer)))
    chance = sum(weight for _, weight in weighed)
    mean = sum(strength * weight for strength, weight in weighed) / chance
    variance = sum((strength - mean) ** 2 * weight for strength, weight in weighed) / chance
    return chance, _Strength(mean, variance)


def _moved(belief: Belief, before: _Strength, after: _Strength) -> Belief:
    """Return one part of the strength after the whole of it moved: its regression on the whole."""
    share = belief.variance / before.variance
    variance = belief.variance - share * share * (before.variance - after.variance)
    return Belief(belief.mean + share * (after.mean - before.mean), variance, belief.form)


@cache
def _grid() -> tuple[tuple[float, float], ...]:
    """Return nodes and weights of the standard normal: the trapezoid rule, exact here to the last digits."""
    step = 2 * _REACH / (_NODES - 1)
    nodes = [-_REACH + step * place for place in range(_NODES)]
    weights = [math.exp(-node * node / 2) for node in nodes]
    total = sum(weights)
    return tuple((node, weight / total) for node, weight in zip(nodes, weights, strict=True))
