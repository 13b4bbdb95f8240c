"""Everything that one attempt changes, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from learning.mastery import TREND_WINDOW, Update, new_topic, new_user, observe
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.learner import Attempt, LearnerStudent, LearnerTopic, PopulationEntry
from store.documents.sessions import PracticeSession, PreparationTask
from tools import sessions
from tools.choosing import choose_review
from tools.context import MentorContext
from tools.dates import local_day
from tools.learner import LearnerView, first_difficulty, read_difficulties, read_learner
from tools.repeats import complete
from tools.scheduling import Scheduled, schedule_attempt, set_problem, set_urgency
from tools.solves import Solve
from tools.statistics import add_submission, count_mastery, count_statistics, refresh_others
from tools.topics import TopicBook, read_topics


@dataclass(frozen=True)
class Recorded:
    """What a recorded attempt came to."""

    book: TopicBook
    skipped: tuple[str, ...]
    before: LearnerView
    after: LearnerView
    predicted: float
    scheduled: tuple[Scheduled, ...]
    tasks: tuple[str, ...]


async def record(context: MentorContext, solve: Solve, session: PracticeSession | None) -> Recorded:
    """Write everything that an attempt changes, in the transaction that the context holds."""
    book = await read_topics(context)
    topics, skipped = book.sort_out(solve.problem.topics)
    before = await read_learner(context)
    difficulty = (await read_difficulties(context, [solve.problem]))[solve.problem.id]
    shifts = await context.work.population.shifts(topics)
    before = LearnerView(before.student, before.topics, {**before.shifts, **shifts})
    beliefs = [before.belief(topic) for topic in topics]
    update = observe(before.user, beliefs, [before.shift(topic) for topic in topics], difficulty, solved=solve.unaided)
    await add_submission(context, solve)
    student, known = _learned(context, before, topics, update)
    # The population's shifts as they are after the commit, so that what is told now is what is read a minute later.
    shifted = {
        topic: before.shift(topic).add(increment)
        for topic, increment in zip(topics, update.topic_increments, strict=True)
    }
    after = LearnerView(
        student, {**before.topics, **{item.topic_id: item for item in known}}, {**before.shifts, **shifted}
    )
    scheduled = [await _schedule(context, solve, book, after, item) for item in known]
    await context.work.of(LearnerStudent).save(student)
    for item in known:
        await context.work.of(LearnerTopic).save(item)
        await count_mastery(context, after, item.topic_id, book.names[item.topic_id], solve)
        await count_statistics(context, item.topic_id, solve)
    await refresh_others(context, after, set(topics), context.now())
    await _log(context, solve, topics, update, scheduled)
    tasks = await _complete_tasks(context, solve, [item.topic for item in scheduled if item.log])
    if session:
        await sessions.close(context, session, solve, [book.names[topic] for topic in topics])
    return Recorded(book, tuple(skipped), before, after, update.prediction.p, tuple(scheduled), tasks)


def _learned(
    context: MentorContext, before: LearnerView, topics: list[ObjectId], update: Update
) -> tuple[LearnerStudent, list[LearnerTopic]]:
    """Return the learner's documents with the new beliefs, not stored yet. `before` keeps the old ones."""
    student = before.student.model_copy(deep=True) if before.student else None
    student = student or LearnerStudent(id=context.student, variance=new_user().variance)
    student.mean, student.variance = update.user.mean, update.user.variance
    student.attempts += 1
    known = []
    for topic, belief in zip(topics, update.topics, strict=True):
        old = before.topics.get(topic)
        item = old.model_copy(deep=True) if old else None
        item = item or LearnerTopic(
            id=context.work.new_id(), user_id=context.student, topic_id=topic, variance=new_topic().variance
        )
        item.mean, item.variance, item.form = belief.mean, belief.variance, belief.form
        item.attempts += 1
        item.residuals = [*item.residuals, update.residual][-TREND_WINDOW:]
        known.append(item)
    return student, known


async def _schedule(
    context: MentorContext, solve: Solve, book: TopicBook, after: LearnerView, known: LearnerTopic
) -> Scheduled:
    """Move one topic's revision and choose its next problem. `after` sees what is set in `known`."""
    if after.student is None:
        raise ValueError("the learner must be known before a revision is scheduled")
    name = book.names[known.topic_id]
    scheduled, schedule = await schedule_attempt(context, solve, after.student, known, name)
    set_urgency(schedule, after.recall(known.topic_id, context.now()), after.mastery(known.topic_id))
    planned = {item.problem_id for item in schedule.problems_to_revise}
    if not solve.unaided:
        set_problem(schedule, solve.problem, name)
    elif scheduled.log or not planned or solve.problem.id in planned:
        chosen = await choose_review(context, after, book, known.topic_id, done=solve.problem.id)
        set_problem(schedule, chosen[0] if chosen else None, name)
    await context.work.of(RevisionSchedule).save(schedule)
    return scheduled


async def _log(
    context: MentorContext, solve: Solve, topics: list[ObjectId], update: Update, scheduled: list[Scheduled]
) -> None:
    attempt = Attempt(
        id=solve.id,
        user_id=context.student,
        problem_id=solve.problem.id,
        topic_ids=topics,
        at=solve.at,
        outcome=solve.outcome,
        predicted=update.prediction.p,
        problem_increment=update.problem_increment,
        topic_increments=list(update.topic_increments),
        reviews=[item.log for item in scheduled if item.log],
    )
    await context.work.of(Attempt).add(attempt)
    population = context.work.population
    entry = population_entry(attempt, first_difficulty(solve.problem).value)
    await population.queue(entry)
    context.work.after_commit.append(lambda: population.settle(entry.id))


def population_entry(attempt: Attempt, start: float) -> PopulationEntry:
    """Return what an attempt adds to the shared difficulties."""
    return PopulationEntry(
        id=str(attempt.id),
        problem_id=attempt.problem_id,
        start=start,
        problem_increment=attempt.problem_increment,
        topic_ids=attempt.topic_ids,
        topic_increments=attempt.topic_increments,
    )


async def _complete_tasks(context: MentorContext, solve: Solve, reviewed: list[ObjectId]) -> tuple[str, ...]:
    """Complete the open tasks that the attempt fulfils: this very problem solved, or the review of a topic done.

    A task counts from its day on, one without a day at once: what is planned for later is meant to be done again then.
    So a repeating task comes off at most once a day; its next occurrence lies after this one's day.
    """
    fulfilled: list[dict[str, object]] = [{"taskType": "revision", "topicId": {"$in": reviewed}}]
    if solve.solved:
        fulfilled.append({"problemId": solve.problem.id})
    tasks = context.work.of(PreparationTask)
    found = await tasks.find({"status": {"$ne": "completed"}, "$or": fulfilled}, sort=[("dueDate", 1), ("_id", 1)])
    done = [task for task in found if task.due_date is None or local_day(task.due_date, context.zone) <= solve.today]
    for task in done:
        await complete(context, task, solve.at, score=solve.score)
    return tuple(task.title for task in done)
