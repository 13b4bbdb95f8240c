"""How strong a student is, as an online Bayesian Elo rating: one short calculation an attempt, nothing to fit.

With μ for means, f for recent form, s for a topic's shift, d for a problem's difficulty (all in logits) and
L topics a problem, the strength that an attempt is made with and its variance are

    z = μ_user + mean over topics(μ_topic + .4 f_topic) − mean over topics(s_topic) − d
    V = v_user + Σ v_topic / L²                     p = σ(z / √(1 + .3927 V))      (MacKay 1992: .3927 ≈ π/8)

and an outcome y (1 only for an unaided solve) moves, with e = y − σ(z), I = σ(z)(1 − σ(z)), g = 1 / (1 + I V):

    μ_user  += v_user g e                           v_user  += .004 − v_user² I g
    μ_topic += (v_topic / L) g e · (1.3 if y else .7)   v_topic += .005 − (v_topic / L)² I g
    f_topic += .3 ((1 if y else −1) − f_topic)
    d       −= .5 / (1 + .05 n_d) (y − p)           s_topic −= .2 / (1 + .01 n_s) (y − p)

Variances are capped where they start. The constants are measured on ASSISTments 2009 (805 unseen students,
59,196 attempts; `python -m benchmarks learner`): without the 1.3/.7 and without form AUC .768 and log loss .531,
with the first alone .772/.529, with both .776/.525. Both were chosen on students held out of the training part; they
also help with 4 % of the training students, on everybody's first 20 attempts and with merged topics.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["easy", "medium", "hard"]
Trend = Literal["improving", "stable", "declining", "insufficient-data"]

USER_VARIANCE: Final = 0.6  # where a student starts, and the cap
TOPIC_VARIANCE: Final = 0.2
USER_DRIFT: Final = 0.004  # variance an attempt adds: people change
TOPIC_DRIFT: Final = 0.005
PROBIT: Final = 0.3927  # how much variance flattens a logistic curve
LESSON: Final = 0.3  # a solve teaches: a topic's mean moves by 1 ± this on success and failure
FORM_WEIGHT: Final = 0.4  # logits between neutral and perfect recent form
FORM_RATE: Final = 0.3  # the share of recent form that is the last attempt
PROBLEM_GAIN: Final = 0.5
PROBLEM_SETTLING: Final = 0.05
SHIFT_GAIN: Final = 0.2
SHIFT_SETTLING: Final = 0.01

LEVEL_DIFFICULTY: Final[dict[Level, float]] = {"easy": -1.0, "medium": 0.0, "hard": 1.2}
"""A first guess, which attempts correct: a new student solves .71 of easy, .50 of medium, .26 of hard problems."""
LEVEL_ACCEPTANCE: Final[dict[Level, float]] = {"easy": 57.0, "medium": 48.0, "hard": 41.0}
"""The usual share of accepted submissions, in percent: only how far a problem is from its level's says anything."""
ACCEPTANCE_WEIGHT: Final = 0.6
REFERENCE_MEDIUM: Final = LEVEL_DIFFICULTY["medium"]

TREND_WINDOW: Final = 10
TREND_MINIMUM: Final = 5
TREND_THRESHOLD: Final = 1.28  # standard errors; chance alone passes it one time in ten on each side


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a student, or of a student in one topic: mean and variance in logits.

    `form` is the recent run of outcomes in the topic, −1 (all failed) to 1 (all solved); a student's own stays 0.
    """

    mean: float
    variance: float
    form: float = 0.0


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How hard a problem, or how much harder than its problems a topic, is to everybody: logits and attempts seen."""

    value: float
    seen: int = 0

    def add(self, increment: float) -> Difficulty:
        """Count one attempt's increment."""
        return Difficulty(self.value + increment, self.seen + 1)

    def remove(self, increment: float) -> Difficulty:
        """Take back an attempt that `add` counted."""
        return Difficulty(self.value - increment, max(0, self.seen - 1))


@dataclass(frozen=True, slots=True)
class Prediction:
    """The chance `p` of an unaided solve, and why: `z` is `you + topic + problem`, in logits around even odds."""

    p: float
    z: float
    variance: float
    you: float
    topic: float
    problem: float


@dataclass(frozen=True, slots=True)
class Update:
    """What an outcome changes: the student's new beliefs, and increments for the population (see `Difficulty.add`).

    `topics` and `topic_increments` are in the order of the topics given; `residual` is outcome − predicted p.
    """

    prediction: Prediction
    user: Belief
    topics: tuple[Belief, ...]
    problem_increment: float
    topic_increments: tuple[float, ...]
    residual: float


def new_user() -> Belief:
    """Return the belief about a student of whom nothing is known."""
    return Belief(0.0, USER_VARIANCE)


def new_topic() -> Belief:
    """Return the belief about a student in a topic that they have not tried."""
    return Belief(0.0, TOPIC_VARIANCE)


def logistic(x: float) -> float:
    """Return σ(x), without overflow at either end."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    odds = math.exp(x)
    return odds / (1 + odds)


def predict(user: Belief, topics: Sequence[Belief], shifts: Sequence[Difficulty], problem: Difficulty) -> Prediction:
    """Return the chance that a student solves a problem unaided, in its three terms.

    `topics` and `shifts` are the student's beliefs and the population's shifts for the problem's topics, in one order;
    both are empty for a problem without topics. Raises ValueError when their lengths differ.
    """
    if len(topics) != len(shifts):
        raise ValueError(f"Give one shift a topic: there are {len(topics)} topics and {len(shifts)} shifts.")
    topic_term, variance = 0.0, user.variance
    if topics:
        count = len(topics)
        for belief, shift in zip(topics, shifts, strict=True):
            topic_term += (belief.mean + FORM_WEIGHT * belief.form - shift.value) / count
            variance += belief.variance / (count * count)
    z = user.mean + topic_term - problem.value
    p = logistic(z / math.sqrt(1 + PROBIT * variance))
    return Prediction(p, z, variance, user.mean, topic_term, -problem.value)


def observe(
    user: Belief,
    topics: Sequence[Belief],
    shifts: Sequence[Difficulty],
    problem: Difficulty,
    *,
    solved: bool,
) -> Update:
    """Return what one attempt changes. `solved` is True only for an unaided solve.

    Arguments and errors as in `predict`. A solve never lowers and a failure never raises a mean or a form.
    """
    prediction = predict(user, topics, shifts, problem)
    outcome = 1.0 if solved else 0.0
    s = logistic(prediction.z)
    error = outcome - s
    information = s * (1 - s)
    gain = 1 / (1 + information * prediction.variance)
    lesson = 1 + LESSON if solved else 1 - LESSON
    target = 1.0 if solved else -1.0
    residual = outcome - prediction.p
    new_topics = []
    for belief in topics:
        share = belief.variance / len(topics)
        new_topics.append(
            Belief(
                belief.mean + share * gain * error * lesson,
                min(TOPIC_VARIANCE, belief.variance + TOPIC_DRIFT - share * share * information * gain),
                belief.form + FORM_RATE * (target - belief.form),
            )
        )
    v = user.variance
    return Update(
        prediction,
        Belief(
            user.mean + v * gain * error, min(USER_VARIANCE, v + USER_DRIFT - v * v * information * gain), user.form
        ),
        tuple(new_topics),
        -PROBLEM_GAIN / (1 + PROBLEM_SETTLING * problem.seen) * residual,
        tuple(-SHIFT_GAIN / (1 + SHIFT_SETTLING * shift.seen) * residual for shift in shifts),
        residual,
    )


def mastery_probability(user: Belief, topic: Belief, shift: Difficulty) -> float:
    """Return the chance, 0 to 1, of an unaided solve of a medium problem of the topic.

    Every attempt moves the student's own mean and with it every topic: compute this when it is read.
    """
    return predict(user, (topic,), (shift,), Difficulty(REFERENCE_MEDIUM)).p


def confidence_score(topic: Belief) -> float:
    """Return 0 (nothing seen) to 100: how much of the topic's starting variance the attempts have removed."""
    return 100 * min(1.0, max(0.0, 1 - topic.variance / TOPIC_VARIANCE))


def improvement_trend(residuals: Sequence[float]) -> Trend:
    """Return whether the last attempts (oldest first) went better or worse than predicted.

    The sum of the last ten residuals is held against its standard error, √Σ residual²; under five attempts nothing is
    said.
    """
    recent = residuals[-TREND_WINDOW:]
    if len(recent) < TREND_MINIMUM:
        return "insufficient-data"
    spread = math.sqrt(sum(residual * residual for residual in recent))
    total = sum(recent)
    if total > TREND_THRESHOLD * spread:
        return "improving"
    if total < -TREND_THRESHOLD * spread:
        return "declining"
    return "stable"


def initial_difficulty(level: Level, acceptance_rate: float | None = None) -> Difficulty:
    """Return a problem's difficulty before anybody here has tried it.

    `acceptance_rate` is in percent; it counts as its distance, in logits, from what is usual for the level, because a
    share of submissions is no share of students. Raises ValueError outside 0 to 100.
    """
    value = LEVEL_DIFFICULTY[level]
    if acceptance_rate is None:
        return Difficulty(value)
    if not 0 <= acceptance_rate <= 100:
        raise ValueError(f"Give the acceptance rate in percent, 0 to 100, not {acceptance_rate}.")
    return Difficulty(value + ACCEPTANCE_WEIGHT * (_log_odds(LEVEL_ACCEPTANCE[level]) - _log_odds(acceptance_rate)))


def _log_odds(percent: float) -> float:
    share = min(95.0, max(5.0, percent)) / 100
    return math.log(share / (1 - share))
