"""What was done on the student's day: recognised from what is stored, so that a plan ticks itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from store.client import ObjectId
from store.documents.learner import Attempt
from store.documents.problems import Submission
from store.documents.sessions import PreparationTask
from tools.arguments import name_some
from tools.context import MentorContext, Result
from tools.dates import start_of_day
from tools.problems import read_facts
from tools.solves import SAID
from tools.topics import TopicBook


class DoneItem(Result):
    """Something done on the day. `how` is its outcome in words; `minutes` is None where nobody measured them."""

    kind: Literal["revision", "problem", "task"]
    title: str
    how: str
    minutes: float | None = None


@dataclass(frozen=True)
class DayWork:
    """What was done, in order, and the minutes known of it, in all and for revisions."""

    items: tuple[DoneItem, ...]
    minutes: float
    revised: float


async def read_day(context: MentorContext, book: TopicBook, day: date) -> DayWork:
    """Return what was done on one of the student's days: attempts, the reviews that they were, and tasks."""
    beginning, end = (start_of_day(day + timedelta(days=more), context.zone) for more in (0, 1))
    attempts = await context.work.of(Attempt).find(
        {"at": {"$gte": beginning, "$lt": end}}, sort=[("at", 1), ("_id", 1)]
    )
    tasks = await context.work.of(PreparationTask).find(
        {"status": "completed", "completedAt": {"$gte": beginning, "$lt": end}}, sort=[("completedAt", 1), ("_id", 1)]
    )
    seconds = await _seconds(context, [attempt.id for attempt in attempts])
    facts = await read_facts(context, {attempt.problem_id for attempt in attempts})
    items: list[DoneItem] = []
    revised = 0.0
    for attempt in attempts:
        minutes = round(seconds[attempt.id] / 60, 1) if attempt.id in seconds else None
        topics = [book.names.get(review.topic_id, "a topic") for review in attempt.reviews]
        # A topic's first review is learning it; later ones are revisions.
        again = [review for review in attempt.reviews if review.predicted_recall is not None]
        revised += (minutes or 0.0) if again else 0.0
        how = SAID[attempt.outcome] + (f", which was the revision of {name_some(topics, 2)}" if again else "")
        kind: Literal["revision", "problem"] = "revision" if again else "problem"
        known = facts.get(attempt.problem_id)
        title = known.title if known else "a problem that is not in the catalogue any more"
        items.append(DoneItem(kind=kind, title=title, how=how, minutes=minutes))
    tried = {attempt.problem_id for attempt in attempts}
    reviewed = {review.topic_id for attempt in attempts for review in attempt.reviews}
    for task in tasks:
        counted = task.problem_id in tried or (task.task_type == "revision" and task.topic_id in reviewed)
        minutes = None if counted else task.estimated_duration_minutes
        items.append(DoneItem(kind="task", title=task.title, how="task done", minutes=minutes))
    return DayWork(tuple(items), sum(item.minutes or 0.0 for item in items), revised)


async def _seconds(context: MentorContext, attempts: list[ObjectId]) -> dict[ObjectId, float]:
    """Return the seconds that attempts took, those of which it is known."""
    query = {"_id": {"$in": attempts}, "timeTaken": {"$ne": None}}
    rows = await context.work.of(Submission).sketch(query, "timeTaken")
    return {row["_id"]: row["timeTaken"] for row in rows if "timeTaken" in row}
