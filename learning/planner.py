"""Which problem comes next, and why: a score whose terms are kept, so that the reason is data and not prose.

A problem is best practice when it is solved mostly but not always: a predicted chance between .6 and .8 (adaptive
practice with Elo ratings aims at .75: Klinkenberg, Straatemeier and van der Maas 2011). The weights are hand-set in the
order in which they should win; nobody has measured them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Importance = Literal["must-solve", "important", "good-to-solve"]
TermName = Literal[
    "right-difficulty", "too-easy", "too-hard", "roadmap-order", "importance", "weak-topic", "open-prerequisites"
]
ReviewReason = Literal["last-failed", "right-difficulty", "nearest-difficulty"]

BAND: Final = (0.6, 0.8)
FIT_WEIGHT: Final = 2.0
FIT_FALL: Final = 0.3  # distance from the band at which fit adds nothing; beyond it counts against the problem
ORDER_WEIGHT: Final = 1.0
IMPORTANCE_WEIGHT: Final = 0.6
WEAKNESS_WEIGHT: Final = 0.7
PREREQUISITE_PENALTY: Final = 10.0  # above the sum of the others: such a problem wins only among its like
IMPORTANCE: Final[dict[Importance, float]] = {"must-solve": 1.0, "important": 0.5, "good-to-solve": 0.0}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A problem that could come next.

    `predicted` is the chance of an unaided solve, `order` its place on the roadmap (0 first; equal places allowed),
    `topic` its main topic with the student's mastery of it, 0 to 1, and `open_prerequisites` the names of the topics
    that should come first.
    """

    problem: str
    predicted: float
    order: int
    topic: str
    topic_mastery: float
    importance: Importance = "important"
    open_prerequisites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One reason: what it adds to the score, and the plain value behind it (a chance, a place, a mastery…)."""

    name: TermName
    score: float
    value: float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen candidate, its score, and the terms that sum to it, the strongest first."""

    candidate: Candidate
    score: float
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class ReviewChoice:
    """The problem of a topic's review, why it is this one, and its predicted chance where it is known."""

    problem: str
    reason: ReviewReason
    predicted: float | None = None


def next_problem(candidates: Sequence[Candidate]) -> Choice | None:
    """Return the best problem to try now, None when there is none; equal scores go to the earlier on the roadmap.

    A candidate with open prerequisites is chosen only when every candidate has some.
    """
    choices = rank_problems(candidates)
    return choices[0] if choices else None


def rank_problems(candidates: Sequence[Candidate]) -> list[Choice]:
    """Return every candidate as a choice, the best first."""
    places = {order: place for place, order in enumerate(sorted({candidate.order for candidate in candidates}))}
    choices = [_weigh(candidate, places) for candidate in candidates]
    return sorted(choices, key=lambda choice: (-choice.score, choice.candidate.order, choice.candidate.problem))


def review_problem(last_failed: str | None, unseen: Sequence[Candidate]) -> ReviewChoice | None:
    """Return the one problem of a topic's review, None when there is nothing to choose from.

    It is the problem last failed in the topic; else, among the topic's `unseen` problems, the first on the roadmap with
    a predicted chance between .6 and .8, else the one nearest to that.
    """
    if last_failed is not None:
        return ReviewChoice(last_failed, "last-failed")
    if not unseen:
        return None
    best = min(unseen, key=lambda candidate: (_distance(candidate.predicted), candidate.order, candidate.problem))
    inside = _distance(best.predicted) == 0
    return ReviewChoice(best.problem, "right-difficulty" if inside else "nearest-difficulty", best.predicted)


def _weigh(candidate: Candidate, places: dict[int, int]) -> Choice:
    place = places[candidate.order]
    terms = [
        _fit(candidate.predicted),
        Term("roadmap-order", ORDER_WEIGHT * (1 - place / len(places)), candidate.order),
        Term("importance", IMPORTANCE_WEIGHT * IMPORTANCE[candidate.importance], candidate.importance),
        Term("weak-topic", WEAKNESS_WEIGHT * (1 - candidate.topic_mastery), candidate.topic_mastery),
    ]
    if candidate.open_prerequisites:
        terms.append(Term("open-prerequisites", -PREREQUISITE_PENALTY, candidate.open_prerequisites))
    terms.sort(key=lambda term: -abs(term.score))
    return Choice(candidate, sum(term.score for term in terms), tuple(terms))


def _fit(predicted: float) -> Term:
    name: TermName = "too-hard" if predicted < BAND[0] else "too-easy" if predicted > BAND[1] else "right-difficulty"
    return Term(name, FIT_WEIGHT * max(-1.0, 1 - _distance(predicted) / FIT_FALL), predicted)


def _distance(predicted: float) -> float:
    return max(0.0, BAND[0] - predicted, predicted - BAND[1])
