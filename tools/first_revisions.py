"""The first revisions of topics that an import brought: spread over the days ahead, so that no day is flooded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from learning.recall import Review
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.learner import LearnerTopic
from tools.backlog import read_settings
from tools.choosing import choose_reviews
from tools.context import MentorContext
from tools.dates import local_day, start_of_day
from tools.learner import LearnerView
from tools.scheduling import set_memory, set_problem, set_urgency
from tools.topics import TopicBook

_NOON: Final = timedelta(hours=12)


@dataclass(frozen=True)
class Memory:
    """A topic of an import: what is known of it, the last review that its dated solves were, and how many they are."""

    topic: ObjectId
    known: LearnerTopic
    review: Review | None
    solves: int


async def plan_first_revisions(
    context: MentorContext, view: LearnerView, book: TopicBook, memories: Sequence[Memory]
) -> list[datetime]:
    """Give each topic without a schedule one, from tomorrow on; return the moments.

    What dated solves make due later stays there. A day takes half as many of them as the student wants revisions in a
    day, what is there already counted: the other half is left to what comes up by itself. Topics whose recall is due
    longest come first, then those with the most solves.
    """
    schedules = context.work.of(RevisionSchedule)
    known = await schedules.sketch({}, "topicId", "nextRevisionDate")
    planned = {row.get("topicId") for row in known}
    busy = Counter(local_day(row["nextRevisionDate"], context.zone) for row in known if row.get("nextRevisionDate"))
    room = max(1, (await read_settings(context)).daily_cap // 2)
    today = local_day(context.now(), context.zone)
    new = sorted((one for one in memories if one.topic not in planned), key=lambda one: _urgency(context, one, today))
    chosen = await choose_reviews(context, view, book, [memory.topic for memory in new])
    moments, made = [], []
    for memory in new:
        day = _free_day(busy, room, max(_due(context, memory) or today, today + timedelta(days=1)))
        busy[day] += 1
        moment = start_of_day(day, context.zone) + _NOON
        schedule = _schedule(context, view, book, memory, moment)
        schedule.revision_interval = float((day - today).days)
        problem = chosen[memory.topic]
        set_problem(schedule, problem[0] if problem else None, book.names[memory.topic])
        made.append(schedule)
        moments.append(moment)
    await schedules.add_all(made)
    return moments


def _due(context: MentorContext, memory: Memory) -> date | None:
    return local_day(memory.review.due, context.zone) if memory.review else None


def _urgency(context: MentorContext, memory: Memory, today: date) -> tuple[bool, date, int, str]:
    due = _due(context, memory)
    return due is None, due or today, -memory.solves, str(memory.topic)


def _free_day(busy: Counter[date], room: int, day: date) -> date:
    while busy[day] >= room:
        day += timedelta(days=1)
    return day


def _schedule(
    context: MentorContext, view: LearnerView, book: TopicBook, memory: Memory, moment: datetime
) -> RevisionSchedule:
    """Return a schedule that claims no review: what was solved before PrepMate was no revision of it."""
    schedule = RevisionSchedule(
        id=context.work.new_id(),
        user_id=context.student,
        topic_id=memory.topic,
        topic_name=book.names[memory.topic],
        next_revision_date=moment,
    )
    if memory.review:
        set_memory(memory.known, schedule, memory.review)
    set_urgency(schedule, view.recall(memory.topic, context.now()), view.mastery(memory.topic))
    return schedule
