"""How well a student remembers a topic, and when to revise it: FSRS-6 with its published default parameters.

The curve is R(t) = (1 + F t / S)^D with t in days, S the stability (days until R = .9), D = −w₂₀ and F = .9^(1/D) − 1
(open-spaced-repetition, "The Algorithm", FSRS-6). Elapsed time is kept in fractions of a day: the library floors it,
which would call recall perfect for 23 hours after a failure. One logit bias per student corrects the curve, moved by
.02 of each error; it is the only thing learned about a student's memory as a whole.

A review after a night but within 24 hours counts as a day apart, not as another look in the same session, which is
how the parameters were fitted (calendar days). On the josh log of py-fsrs (5,329 reviews a day or more apart) log loss
and RMSE(bins) are .463/.103 with floored days, .462/.100 with fractions, .448/.086 with the night counted and
.446/.079 with the bias too. The twelve hours were set on that same log, one person's flashcards: that they and FSRS fit
topics is to be measured on our own students.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from fsrs import Card, Rating, Scheduler, State
from fsrs.scheduler import DEFAULT_PARAMETERS

RETENTION: Final = 0.9  # the chance of recall at which a topic comes due
MAX_INTERVAL_DAYS: Final = 365  # nobody prepares for an interview further away
DECAY: Final = -DEFAULT_PARAMETERS[20]
FACTOR: Final = 0.9 ** (1 / DECAY) - 1
DAY: Final = timedelta(days=1)
SAME_SESSION: Final = timedelta(hours=12)  # a review sooner than this belongs to the last one's session
BIAS_GAIN: Final = 0.02
CERTAIN: Final = 1e-6  # how near to 0 and 1 a recall may come before its logit is taken

PHASE_LIMITS: Final = (2.0, 7.0, 21.0, 60.0)  # days of stability below which a topic is in phase 1, 2, 3, 4
FORGOTTEN: Final = 0.5  # recall at which forgetting alone is as urgent as it gets
FORGETTING_SHARE: Final = 0.6  # of the priority; the rest is weakness

RETRY_SHARE: Final = 0.25  # of the remaining wait, after a failure on a topic that is not due
RETRY_LONGEST: Final = timedelta(days=7)


class Grade(StrEnum):
    """How a review went."""

    AGAIN = "again"
    HARD = "hard"
    GOOD = "good"
    EASY = "easy"


RATINGS: Final = {
    Grade.AGAIN: Rating.Again,
    Grade.HARD: Rating.Hard,
    Grade.GOOD: Rating.Good,
    Grade.EASY: Rating.Easy,
}


@dataclass(frozen=True, slots=True)
class RecallState:
    """A topic in a student's memory: stability in days, FSRS difficulty 1 to 10, and when it was last reviewed.

    Raises ValueError for a time without a zone.
    """

    stability: float
    difficulty: float
    last_review: datetime

    def __post_init__(self) -> None:
        _aware(self.last_review)


@dataclass(frozen=True, slots=True)
class Review:
    """What a review leads to. `predicted_recall` is the recall before it, None for a first review."""

    state: RecallState
    due: datetime
    interval_days: int
    predicted_recall: float | None


class _FractionalScheduler(Scheduler):
    """The library's scheduler with recall in fractions of a day."""

    def get_card_retrievability(self, card: Card, current_datetime: datetime | None = None) -> float:
        if card.last_review is None or card.stability is None or current_datetime is None:
            return 0.0
        return _curve((current_datetime - card.last_review) / DAY, card.stability)


_SCHEDULER: Final = _FractionalScheduler(
    learning_steps=(),
    relearning_steps=(),
    enable_fuzzing=False,
    desired_retention=RETENTION,
    maximum_interval=MAX_INTERVAL_DAYS,
)


def grade_for(*, solved: bool, with_help: bool, first_try: bool, fast: bool) -> Grade:
    """Return a problem's outcome as the grade of its topic's review. `fast` is for that problem."""
    if not solved:
        return Grade.AGAIN
    if with_help:
        return Grade.HARD
    return Grade.EASY if first_try and fast else Grade.GOOD


def review(state: RecallState | None, grade: Grade, now: datetime, bias: float = 0.0) -> Review:
    """Return the state, due time (UTC) and interval after a review; `state` is None for a topic's first.

    A `now` before the last review counts as the last review's time. Raises ValueError for a time without a zone.
    """
    _aware(now)
    now = now.astimezone(UTC)
    if state is None:
        card, predicted = Card(card_id=0, due=now), None
    else:
        last = state.last_review.astimezone(UTC)
        now = max(now, last)
        predicted = recall_probability(state, now, bias)
        if SAME_SESSION <= now - last < DAY:
            last = now - DAY
        card = Card(
            card_id=0,
            state=State.Review,
            stability=state.stability,
            difficulty=state.difficulty,
            due=now,
            last_review=last,
        )
    card, _ = _SCHEDULER.review_card(card, RATINGS[grade], now)
    if card.stability is None or card.difficulty is None:
        raise RuntimeError("The FSRS library returned a reviewed card without a state.")
    return Review(RecallState(card.stability, card.difficulty, now), card.due, (card.due - now).days, predicted)


def recall_probability(state: RecallState, now: datetime, bias: float = 0.0) -> float:
    """Return the chance, 0 to 1, that the topic is remembered now; `bias` is the student's, in logits.

    Raises ValueError for a time without a zone.
    """
    _aware(now)
    recall = _curve((now - state.last_review) / DAY, state.stability)
    if bias == 0:
        return recall
    recall = min(1 - CERTAIN, max(CERTAIN, recall))
    return 1 / (1 + math.exp(-bias) * (1 - recall) / recall)


def update_bias(bias: float, predicted: float, *, recalled: bool) -> float:
    """Return the student's bias after a review; `predicted` is what was predicted with the bias before it.

    Every grade but Again is recalled. Reviews within the session of the last one tell nothing: leave them out.
    """
    return bias + BIAS_GAIN * ((1.0 if recalled else 0.0) - predicted)


def bring_forward(due: datetime, now: datetime) -> datetime:
    """Return the earlier due time after a failed attempt on a topic that is not due; its stability stays.

    A quarter of the remaining wait, at least a day and at most a week from now, and never later than it was.
    Raises ValueError for a time without a zone.
    """
    _aware(due)
    _aware(now)
    wait = max(DAY, min(RETRY_LONGEST, (due - now) * RETRY_SHARE))
    return min(due, now + wait)


def phase(stability: float) -> int:
    """Return 1 to 5: the phase of spaced repetition that a stability, in days, stands for."""
    return 1 + sum(stability >= limit for limit in PHASE_LIMITS)


def priority(recall: float, mastery: float) -> int:
    """Return 1 (can wait) to 5 (urgent) from the chance of recall now and the topic's mastery, both 0 to 1."""
    forgetting = min(1.0, max(0.0, (1 - recall) / (1 - FORGOTTEN)))
    weakness = min(1.0, max(0.0, 1 - mastery))
    return 1 + round(4 * (FORGETTING_SHARE * forgetting + (1 - FORGETTING_SHARE) * weakness))


def stability_score(stability: float) -> float:
    """Return 0 to 100: the stability in days, cut at 100."""
    return min(100.0, max(0.0, stability))


def _curve(days: float, stability: float) -> float:
    return float((1 + FACTOR * max(0.0, days) / stability) ** DECAY)


def _aware(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise ValueError(f"Give a time with its zone: {moment.isoformat()} has none.")
