"""Everything that an import of past solves changes, in one transaction.

A past solve is an Attempt of the source "import". With a date it counts on its day and is a Submission; without one it
counts for no day, no streak and no memory, and is a UserSubmission, the contract's place for what has no time. Mastery
learns from it as from a report (see `learning.reports`). The difficulties that all students share learn nothing: a list
of solves is a choice. Nobody sat in a PracticeSession, so there is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from learning.mastery import Belief, new_topic, new_user
from learning.recall import DAY, Grade, Review, review
from learning.reports import hear, report_weight
from store.client import ObjectId
from store.documents.analytics import UserTopicStats
from store.documents.intelligence import MasteryMetric
from store.documents.learner import Attempt, LearnerStudent, LearnerTopic
from store.documents.problems import Problem, Submission
from store.documents.sync import UserSubmission
from tools.context import MentorContext
from tools.dates import local_day
from tools.first_revisions import Memory, plan_first_revisions
from tools.learner import LearnerView, read_difficulties, read_learner, recall_state
from tools.solves import Outcome, Solve
from tools.statistics import count_in_metric, count_in_statistics, refresh, refresh_others, submission_of
from tools.topics import TopicBook, read_topics

_GRADES: Final[dict[Outcome, Grade]] = {"unaided": Grade.GOOD, "with-help": Grade.HARD, "stuck": Grade.AGAIN}


@dataclass(frozen=True)
class PastSolve:
    """One problem that was solved, or not, before PrepMate saw it; `at` is None where nobody knows when."""

    problem: Problem
    outcome: Outcome
    at: datetime | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class Imported:
    """What an import came to: the names of the topics it touched, and on which days their first revisions are."""

    topics: tuple[str, ...]
    revisions: int
    first_revision: datetime | None
    last_revision: datetime | None


@dataclass(frozen=True)
class _Part:
    """A past solve as it is counted, with its topics; where it is not `dated`, its Solve's moment says nothing."""

    past: PastSolve
    solve: Solve
    topics: list[ObjectId]

    @property
    def dated(self) -> bool:
        return self.past.at is not None


async def import_past(context: MentorContext, past: Sequence[PastSolve]) -> Imported:
    """Write past solves, of a problem each, in the transaction that the context holds."""
    book = await read_topics(context)
    before = await read_learner(context)
    parts = await _parts(context, book, past)
    touched = list({topic: None for part in parts for topic in part.topics})
    shifts = await context.work.population.shifts(touched)
    view = LearnerView(before.student, before.topics, {**before.shifts, **shifts})
    view, predicted = await _learn(context, view, parts)
    await _add_attempts(context, parts, predicted)
    await _count(context, book, view, parts)
    await refresh_others(context, view, set(touched), context.now())
    memories = _memories(context, view, parts)
    planned = await plan_first_revisions(context, view, book, memories)
    await context.work.of(LearnerTopic).save_all([view.topics[topic] for topic in touched])
    if view.student:
        await context.work.of(LearnerStudent).save(view.student)
    return Imported(
        topics=tuple(book.names[topic] for topic in touched),
        revisions=len(planned),
        first_revision=min(planned, default=None),
        last_revision=max(planned, default=None),
    )


async def _parts(context: MentorContext, book: TopicBook, past: Sequence[PastSolve]) -> list[_Part]:
    """Return the solves in the order in which they are learned from: those without a date are the oldest."""
    now = context.now()
    ordered = sorted(past, key=lambda one: (one.at is not None, one.at or now))
    earlier: dict[ObjectId, list[Outcome]] = defaultdict(list)
    for attempt in await context.work.of(Attempt).find({"problemId": {"$in": [one.problem.id for one in past]}}):
        earlier[attempt.problem_id].append(attempt.outcome)
    parts = []
    for one in ordered:
        at = one.at or now
        solve = Solve(
            id=context.work.new_id(),
            problem=one.problem,
            outcome=one.outcome,
            minutes=one.minutes,
            tries=1,
            at=at,
            today=local_day(at, context.zone),
            earlier=tuple(earlier[one.problem.id]),
        )
        parts.append(_Part(one, solve, book.sort_out(one.problem.topics)[0]))
    return parts


async def _learn(
    context: MentorContext, view: LearnerView, parts: Sequence[_Part]
) -> tuple[LearnerView, dict[ObjectId, float]]:
    """Return what is believed after the reports, in documents not stored yet, and what was predicted of each."""
    predicted: dict[ObjectId, float] = {}
    weight = report_weight(await context.work.of(Attempt).count({"source": "import"}), len(parts))
    difficulties = await read_difficulties(context, [part.past.problem for part in parts])
    student = view.student.model_copy(deep=True) if view.student else None
    student = student or LearnerStudent(id=context.student, variance=new_user().variance)
    known = dict(view.topics)
    for topic in {topic for part in parts for topic in part.topics}:
        known[topic] = _topic_of(context, topic, known.get(topic))
    for part in parts:
        items = [known[topic] for topic in part.topics]
        heard = hear(
            Belief(student.mean, student.variance),
            [Belief(item.mean, item.variance, item.form) for item in items],
            [view.shift(topic) for topic in part.topics],
            difficulties[part.past.problem.id],
            solved=part.solve.unaided,
            weight=weight,
        )
        predicted[part.solve.id] = heard.p
        student.mean, student.variance = heard.user.mean, heard.user.variance
        student.attempts += 1
        for item, belief in zip(items, heard.topics, strict=True):
            item.mean, item.variance = belief.mean, belief.variance
            item.attempts += 1
    return LearnerView(student, known, view.shifts), predicted


def _topic_of(context: MentorContext, topic: ObjectId, known: LearnerTopic | None) -> LearnerTopic:
    if known:
        return known.model_copy(deep=True)
    return LearnerTopic(
        id=context.work.new_id(), user_id=context.student, topic_id=topic, variance=new_topic().variance
    )


async def _add_attempts(context: MentorContext, parts: Sequence[_Part], predicted: Mapping[ObjectId, float]) -> None:
    attempts = []
    submissions = []
    undated = []
    for part in parts:
        attempts.append(
            Attempt(
                id=part.solve.id,
                user_id=context.student,
                problem_id=part.past.problem.id,
                topic_ids=part.topics,
                at=part.past.at,
                source="import",
                outcome=part.past.outcome,
                predicted=predicted[part.solve.id],
                problem_increment=0.0,
                topic_increments=[0.0] * len(part.topics),
            )
        )
        if part.dated:
            submissions.append(submission_of(context, part.solve))
        elif part.solve.solved:
            undated.append(_user_submission(context, part))
    await context.work.of(Attempt).add_all(attempts)
    await context.work.of(Submission).add_all(submissions)
    await context.work.of(UserSubmission).add_all(undated)


def _user_submission(context: MentorContext, part: _Part) -> UserSubmission:
    return UserSubmission(
        id=part.solve.id,
        user_id=context.student,
        problem_id=part.past.problem.id,
        platform=part.past.problem.platform,
        status="accepted",
        passed=True,
    )


async def _count(context: MentorContext, book: TopicBook, view: LearnerView, parts: Sequence[_Part]) -> None:
    """Count the solves in the topics' MasteryMetric and UserTopicStats; what comes last is left to watched attempts."""
    now = context.now()
    by_topic = _by_topic(parts)
    wanted = {"$in": list(by_topic)}
    metrics = {one.topic_id: one for one in await context.work.of(MasteryMetric).find({"topicId": wanted})}
    statistics = {one.topic_id: one for one in await context.work.of(UserTopicStats).find({"topic_id": wanted})}
    for topic, here in by_topic.items():
        metric = metrics.get(topic) or MasteryMetric(
            id=context.work.new_id(), user_id=context.student, topic_id=topic, topic_name=book.names[topic]
        )
        stats = statistics.get(topic) or UserTopicStats(
            id=context.work.new_id(), user_id=context.student, topic_id=topic
        )
        for part in here:
            count_in_metric(metric, part.solve)
            count_in_statistics(stats, part.solve)
        dates = [part.past.at for part in here if part.past.at]
        if stats.last_attempted_date:
            dates.append(stats.last_attempted_date)
        stats.last_attempted_date = max(dates, default=None)
        stats.last_updated_date = now
        refresh(metric, view, now)
        metrics[topic], statistics[topic] = metric, stats
    await context.work.of(MasteryMetric).save_all(list(metrics.values()))
    await context.work.of(UserTopicStats).save_all(list(statistics.values()))


def _by_topic(parts: Sequence[_Part]) -> Mapping[ObjectId, list[_Part]]:
    found: dict[ObjectId, list[_Part]] = defaultdict(list)
    for part in parts:
        for topic in part.topics:
            found[topic].append(part)
    return found


def _memories(context: MentorContext, view: LearnerView, parts: Sequence[_Part]) -> list[Memory]:
    """Return what is remembered of each topic; dated solves build a memory where PrepMate has none yet.

    The rules are those of recorded attempts: at most one review a day, and between due dates only an unaided solve.
    """
    memories = []
    for topic, here in _by_topic(parts).items():
        known = view.topics[topic]
        done = None
        if recall_state(known) is None:
            done = _recall(context, known, [part for part in here if part.dated])
        memories.append(Memory(topic, known, done, len(here)))
    return memories


def _recall(context: MentorContext, known: LearnerTopic, dated: Sequence[_Part]) -> Review | None:
    """Set a topic's memory to what its dated solves leave behind; return the last of the reviews that they were."""
    last: Review | None = None
    for part in dated:
        if part.solve.today.isoformat() == known.reviewed_on:
            continue
        is_due = last is None or local_day(last.due, context.zone) <= part.solve.today
        if not is_due and not part.solve.unaided:
            continue
        state = recall_state(known)
        if state and part.solve.at - state.last_review < DAY / 2:
            continue
        last = review(state, _GRADES[part.solve.outcome], part.solve.at)
        known.stability, known.difficulty = last.state.stability, last.state.difficulty
        known.last_review, known.reviewed_on = last.state.last_review, part.solve.today.isoformat()
    return last
