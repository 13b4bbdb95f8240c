"""What a list of past solves says about a student: something, but less than attempts that were watched.

Such a list is a choice: it holds what went well and seldom what did not, its "solved" may have had help, and nobody
saw it. Read as that many attempts, three hundred solves would make anybody a master. So each of them counts as a share
of an attempt, and a list of n as 4 ln(1 + n / 16) attempts: 2 for ten solves, 8 for a hundred, 12 for three hundred.
The share is an assumption, set so that a list helps to choose problems and a few watched attempts outweigh it; no data
with both lists and attempts is known to measure it on.

With the weight w, an outcome y moves what an attempt moves (see `learning.mastery`), with e = y − σ(z),
I = w σ(z)(1 − σ(z)), g = 1 / (1 + I V):

    μ_user += v_user g w e                 v_user −= v_user² I g
    μ_topic += (v_topic / L) g w e         v_topic −= (v_topic / L)² I g

There is no drift, because nothing happens now, no form, because it is not recent, and nothing for the population.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from learning.mastery import Belief, Difficulty, logistic, predict

SCALE: Final = 4.0
SETTLING: Final = 16.0


@dataclass(frozen=True, slots=True)
class Heard:
    """The beliefs after a report; `p` was the chance of an unaided solve before it."""

    p: float
    user: Belief
    topics: tuple[Belief, ...]


def report_weight(before: int, count: int) -> float:
    """Return the share of an attempt as which each of `count` reported solves counts, after `before` earlier ones.

    It does not matter whether a list comes at once or in parts. Raises ValueError unless `count` is positive.
    """
    if count < 1 or before < 0:
        raise ValueError(f"Weigh at least one report, not {count} after {before}.")
    total = SCALE * (math.log1p((before + count) / SETTLING) - math.log1p(before / SETTLING))
    return total / count


def hear(
    user: Belief,
    topics: Sequence[Belief],
    shifts: Sequence[Difficulty],
    problem: Difficulty,
    *,
    solved: bool,
    weight: float,
) -> Heard:
    """Return the beliefs after one reported outcome; `solved` and the other arguments as in `learning.mastery.observe`.

    A solve never lowers and a failure never raises a mean, and no variance grows.
    """
    prediction = predict(user, topics, shifts, problem)
    s = logistic(prediction.z)
    error = weight * ((1.0 if solved else 0.0) - s)
    information = weight * s * (1 - s)
    gain = 1 / (1 + information * prediction.variance)
    moved = []
    for belief in topics:
        share = belief.variance / len(topics)
        variance = belief.variance - share * share * information * gain
        moved.append(Belief(belief.mean + share * gain * error, variance, belief.form))
    v = user.variance
    after = Belief(user.mean + v * gain * error, v - v * v * information * gain, user.form)
    return Heard(prediction.p, after, tuple(moved))
