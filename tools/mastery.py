"""What the student masters, explained in the terms that the figure is made of."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated

from pydantic import Field

from learning.mastery import REFERENCE_MEDIUM, Difficulty, improvement_trend
from store.client import ObjectId
from store.documents.intelligence import MasteryMetric
from tools.context import MentorContext, Result, Verb
from tools.dates import local_day, say_day
from tools.learner import LearnerView, read_learner
from tools.scheduling import find_schedule
from tools.topics import read_topics, resolve_topic

_LITTLE = 0.15  # logits under which a term is called average
_MUCH = 0.8
_FRESH = 0.995


class Term(Result):
    """One term of a mastery: `value` in logits around even odds, `points` what it adds in percentage points."""

    name: str
    value: float
    points: float
    words: str


class TopicMastery(Result):
    """How well a topic is mastered. Mastery and retention are 0 to 1, confidence 0 to 100.

    Mastery is the chance of solving a medium problem of the topic unaided; `retention` that of remembering it now
    (None before the first review). `solved` counts problems that were solved unaided.
    """

    topic: str
    mastery: float
    confidence: float
    retention: float | None
    trend: str
    attempted: int
    solved: int


class MasteryExplanation(TopicMastery):
    """How well a topic is mastered, and why."""

    attempts: int
    next_revision: str | None
    terms: tuple[Term, ...]
    words: str


class MasteryOverview(Result):
    """The strongest and the weakest of the topics that were practised, no topic in both."""

    strongest: tuple[TopicMastery, ...]
    weakest: tuple[TopicMastery, ...]
    practised: int
    unpractised: int


async def explain_mastery(
    context: MentorContext,
    topic: Annotated[str, Field(max_length=200, description="The topic, such as graphs; aliases and typos are fine.")],
) -> MasteryExplanation:
    """Tell how good the student is at one topic, with the reasons: the student overall, this topic, the problems.

    Use it for "how good am I at graphs", "why is my dp so low". Mastery is the chance, 0 to 1, of solving a medium
    problem of the topic without help; confidence, 0 to 100, says how much is known. Quote these figures only.
    """
    found, name = await resolve_topic(context, topic)
    view = await read_learner(context, [found])
    now = context.now()
    metric = await context.work.of(MasteryMetric).find_one({"topicId": found})
    schedule = await find_schedule(context, found)
    due = local_day(schedule.next_revision_date, context.zone) if schedule else None
    short = _in_short(view, found, name, metric, now)
    known = view.topics.get(found)
    revision = f" Next revision: {say_day(due, local_day(now, context.zone))}." if due else ""
    placed = view.belief(found).mean != 0
    terms = _terms(view, found, theirs=placed or bool(short.attempted))
    return MasteryExplanation(
        **short.model_dump(),
        attempts=known.attempts if known else 0,
        next_revision=due.isoformat() if due else None,
        terms=terms,
        words=_words(short, terms, placed=placed) + revision,
    )


async def list_mastery(
    context: MentorContext,
    limit: Annotated[int, Field(ge=1, le=20, description="How many of each, strongest and weakest.")] = 5,
) -> MasteryOverview:
    """List the student's strongest and weakest topics.

    Use it for "how am I doing", "what am I weak at". Topics that were never practised are only counted.
    """
    book = await read_topics(context)
    view = await read_learner(context)
    metrics = {metric.topic_id: metric for metric in await context.work.of(MasteryMetric).find({})}
    now = context.now()
    practised = [
        _in_short(view, topic, book.names[topic], metrics.get(topic), now)
        for topic in view.topics
        if topic in book.names and view.topics[topic].attempts
    ]
    practised.sort(key=lambda item: (-item.mastery, item.topic))
    limit = max(1, min(20, limit))
    top = practised[: min(limit, math.ceil(len(practised) / 2))]
    bottom = [item for item in reversed(practised) if item not in top][:limit]
    return MasteryOverview(
        strongest=tuple(top),
        weakest=tuple(bottom),
        practised=len(practised),
        unpractised=len(book.names) - len(practised),
    )


def _in_short(
    view: LearnerView, topic: ObjectId, name: str, metric: MasteryMetric | None, now: datetime
) -> TopicMastery:
    known = view.topics.get(topic)
    recall = view.recall(topic, now)
    return TopicMastery(
        topic=name,
        mastery=round(view.mastery(topic), 4),
        confidence=round(view.confidence(topic), 1),
        retention=round(recall, 4) if recall is not None else None,
        trend=improvement_trend(known.residuals if known else []),
        attempted=metric.problems_attempted if metric else 0,
        solved=metric.problems_solved if metric else 0,
    )


def _terms(view: LearnerView, topic: ObjectId, *, theirs: bool) -> tuple[Term, ...]:
    """Return the three terms, each with what the chance would lose or gain without it.

    Unless something is known of the student in this topic (`theirs`), its term is what others made of it.
    """
    prediction = view.predict([topic], Difficulty(REFERENCE_MEDIUM))
    scale = 1 / math.sqrt(1 + 0.3927 * prediction.variance)

    def term(name: str, value: float, words: str) -> Term:
        without = 1 / (1 + math.exp(-(prediction.z - value) * scale))
        return Term(name=name, value=round(value, 3), points=round(100 * (prediction.p - without), 1), words=words)

    you, here, problem = (_compare(value) for value in (prediction.you, prediction.topic, prediction.problem))
    others = "easier" if prediction.topic > 0 else "harder"
    of_topic = (
        f"beyond that, in this topic you are {here}" if theirs else f"students find it {others} than other topics"
    )

    return (
        term("you overall", prediction.you, f"across all topics you are {you}"),
        term("this topic", prediction.topic, of_topic),
        term("the problem", prediction.problem, f"a medium problem, which this is about, is {problem}"),
    )


def _compare(value: float) -> str:
    if abs(value) < _LITTLE:
        return "about average"
    side = "above average" if value > 0 else "below average"
    return f"{'well ' if abs(value) >= _MUCH else ''}{side}"


def _words(short: TopicMastery, terms: tuple[Term, ...], *, placed: bool) -> str:
    if not short.attempted:
        before = "what you said at the placement and how you do overall" if placed else "how you do overall"
        others = " and how other students do in it" if terms[1].value else ""
        source = f"{before}{others}" if placed or terms[0].value else "how students begin here"
        return (
            f"You have not tried {short.topic} yet. From {source}, you would solve a medium problem "
            f"of it unaided with a chance of {short.mastery:.0%}."
        )
    problems = "1 problem" if short.attempted == 1 else f"{short.attempted} problems"
    why = "; ".join(term.words for term in terms[:2])
    # Right after a review the curve is at its top whatever the review's grade, which tells a student nothing.
    told = short.retention is not None and short.retention < _FRESH
    recall = f" The chance that you remember it now is {short.retention:.0%}." if told else ""
    # Problems of several topics say so little about each that at first nothing is left of it in whole points.
    sure = f" (confidence {short.confidence:.0f} of 100)" if round(short.confidence) else ""
    trend = "" if short.trend == "insufficient-data" else f" The trend is {short.trend}."
    return (
        f"You would solve a medium problem of {short.topic} unaided with a chance of {short.mastery:.0%}"
        f"{sure}. You tried {problems} and solved {short.solved} unaided: "
        f"{why}.{trend}{recall}"
    )


MASTERY = (
    Verb(explain_mastery, doing="looking at your mastery"),
    Verb(list_mastery, doing="looking at your mastery"),
)
