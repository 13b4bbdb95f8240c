"""What is due for revision, with which problem, and why on that day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from pydantic import Field

from learning.recall import priority
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.problems import Problem
from tools.context import MentorContext, Result, Verb
from tools.dates import local_day
from tools.learner import LearnerView, read_learner
from tools.problems import ProblemBrief, brief
from tools.scheduling import explain_date
from tools.topics import TopicBook, read_topics

_UPCOMING: Final = 3
_FIRST_DUE: Final = [("nextRevisionDate", 1), ("_id", 1)]


class DueRevision(Result):
    """One topic's revision. `days_overdue` is negative when it lies ahead; `retention` is the recall now, 0 to 1.

    `priority` is 1 (can wait) to 5 (urgent); `problem` is the one to revise with.
    """

    topic: str
    due: str
    days_overdue: int
    retention: float | None
    priority: int
    interval_days: int
    problem: ProblemBrief | None
    why: str


class DueRevisions(Result):
    """What is due, the most urgent first, and what comes next. `total_due` counts all that are due by today."""

    today: str
    time_zone: str
    overdue: tuple[DueRevision, ...]
    due_today: tuple[DueRevision, ...]
    upcoming: tuple[DueRevision, ...]
    total_due: int


async def list_due_revisions(
    context: MentorContext,
    limit: Annotated[int, Field(ge=1, le=50, description="How many due revisions at most.")] = 10,
) -> DueRevisions:
    """List the topics to revise: overdue, due today, and the next ones, in the student's own days.

    Use it for "what is due", "what should I revise". A topic is revised by a minute of recall and its one problem;
    when the student did it, call record_attempt. Say why a date is what it is in the words given.
    """
    today = local_day(context.now(), context.zone)
    book = await read_topics(context)
    view = await read_learner(context)
    schedules = await context.work.of(RevisionSchedule).find({"topicId": {"$ne": None}}, sort=_FIRST_DUE)
    days = {item.id: (local_day(item.next_revision_date, context.zone) - today).days for item in schedules}
    due = [item for item in schedules if days[item.id] <= 0]
    due.sort(key=lambda item: (-_priority(context, view, item), days[item.id], str(item.id)))
    ahead = [item for item in schedules if days[item.id] > 0][:_UPCOMING]
    chosen = due[: max(1, min(50, limit))]
    problems = await _problems(context, [*chosen, *ahead])

    def show(item: RevisionSchedule) -> DueRevision:
        return _show(context, book, view, item, problems, today)

    return DueRevisions(
        today=today.isoformat(),
        time_zone=context.zone.key,
        overdue=tuple(show(item) for item in chosen if days[item.id] < 0),
        due_today=tuple(show(item) for item in chosen if days[item.id] == 0),
        upcoming=tuple(show(item) for item in ahead),
        total_due=len(due),
    )


async def _problems(context: MentorContext, schedules: Sequence[RevisionSchedule]) -> dict[ObjectId, Problem]:
    wanted = [item.problems_to_revise[0].problem_id for item in schedules if item.problems_to_revise]
    return {problem.id: problem for problem in await context.work.shared(Problem).find({"_id": {"$in": wanted}})}


def _priority(context: MentorContext, view: LearnerView, schedule: RevisionSchedule) -> int:
    """Return the urgency now; for a topic that PrepMate has not seen, the stored one."""
    recall = view.recall(schedule.topic_id, context.now()) if schedule.topic_id else None
    if recall is None or schedule.topic_id is None:
        return schedule.revision_priority
    return priority(recall, view.mastery(schedule.topic_id))


def _show(
    context: MentorContext,
    book: TopicBook,
    view: LearnerView,
    schedule: RevisionSchedule,
    problems: dict[ObjectId, Problem],
    today: date,
) -> DueRevision:
    topic = schedule.topic_id
    day = local_day(schedule.next_revision_date, context.zone)
    recall = view.recall(topic, context.now()) if topic else None
    known = view.topics.get(topic) if topic else None
    first = schedule.problems_to_revise[0].problem_id if schedule.problems_to_revise else None
    problem = problems.get(first) if first else None
    name = book.names.get(topic) if topic else None
    return DueRevision(
        topic=name or schedule.topic_name or "a topic that is not in the catalogue",
        due=day.isoformat(),
        days_overdue=(today - day).days,
        retention=round(recall, 4) if recall is not None else None,
        priority=_priority(context, view, schedule),
        interval_days=round(schedule.revision_interval),
        problem=brief(problem) if problem else None,
        why=explain_date(schedule, known.stability if known else None, day),
    )


REVISION = (Verb(list_due_revisions, doing="checking your revisions"),)
