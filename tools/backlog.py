"""What waits for revision: everything that is due, what was put off, how much of it the student wants in a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from learning.recall import priority
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.revisions import RevisionDelay, RevisionSettings
from tools.context import MentorContext
from tools.dates import local_day
from tools.learner import LearnerView, read_learner
from tools.topics import TopicBook, read_topics

_FIRST_DUE = [("nextRevisionDate", 1), ("_id", 1)]


@dataclass(frozen=True)
class Backlog:
    """A student's revisions at one moment. `due`: the most urgent first; `ahead`: the next first.

    `delays` holds what was put off and still stands, by topic; `done_today` counts the due revisions that were done.
    """

    today: date
    now: datetime
    zone: ZoneInfo
    settings: RevisionSettings
    due: tuple[RevisionSchedule, ...]
    ahead: tuple[RevisionSchedule, ...]
    days: dict[ObjectId, date]
    delays: dict[ObjectId, RevisionDelay]
    done_today: int
    book: TopicBook
    view: LearnerView

    @property
    def paused_until(self) -> datetime | None:
        """Return until when revisions are paused, or None where they are not."""
        until = self.settings.paused_until
        return until if until is not None and until > self.now else None

    @property
    def room(self) -> int:
        """Return how many more revisions of today the student wants to be shown."""
        return 0 if self.paused_until else max(0, self.settings.daily_cap - self.done_today)

    def name(self, schedule: RevisionSchedule) -> str:
        """Return the topic's name."""
        known = self.book.names.get(schedule.topic_id) if schedule.topic_id else None
        return known or schedule.topic_name or "a topic that is not in the catalogue"

    def urgency(self, schedule: RevisionSchedule) -> int:
        """Return the urgency now, 1 to 5; for a topic that PrepMate has not seen, the stored one."""
        recall = self.view.recall(schedule.topic_id, self.now) if schedule.topic_id else None
        if recall is None or schedule.topic_id is None:
            return schedule.revision_priority
        return priority(recall, self.view.mastery(schedule.topic_id))


async def read_settings(context: MentorContext) -> RevisionSettings:
    """Return the student's wishes, or what holds without any."""
    return await context.work.of(RevisionSettings).own() or RevisionSettings(id=context.student)


async def read_backlog(context: MentorContext) -> Backlog:
    """Return everything that is due by the end of the student's day, and everything that lies ahead."""
    now = context.now()
    today = local_day(now, context.zone)
    schedules = await context.work.of(RevisionSchedule).find({"topicId": {"$ne": None}}, sort=_FIRST_DUE)
    delays = {delay.topic_id: delay for delay in await context.work.of(RevisionDelay).find({})}
    standing = {
        item.topic_id: delays[item.topic_id]
        for item in schedules
        if item.topic_id in delays and delays[item.topic_id].until == item.next_revision_date
    }
    view = await read_learner(context)
    days = {item.id: local_day(item.next_revision_date, context.zone) for item in schedules}

    def waits(item: RevisionSchedule) -> bool:
        put_off = standing.get(item.topic_id) if item.topic_id else None
        return days[item.id] > today or (put_off is not None and put_off.until > now)

    backlog = Backlog(
        today=today,
        now=now,
        zone=context.zone,
        settings=await read_settings(context),
        due=tuple(item for item in schedules if not waits(item)),
        ahead=tuple(item for item in schedules if waits(item)),
        days=days,
        delays={topic: delay for topic, delay in standing.items() if topic is not None},
        done_today=_done_today(context, view, today),
        book=await read_topics(context),
        view=view,
    )
    urgent = sorted(backlog.due, key=lambda item: (-backlog.urgency(item), days[item.id], str(item.id)))
    return replace(backlog, due=tuple(urgent))


def _done_today(context: MentorContext, view: LearnerView, today: date) -> int:
    """Count the topics reviewed today whose review had been due: first looks and early reviews are extra."""
    due = (
        topic.review.due_before
        for topic in view.topics.values()
        if topic.reviewed_on == today.isoformat() and topic.review and topic.review.due_before
    )
    return sum(local_day(moment, context.zone) <= today for moment in due)
