"""Correcting how a review went: the day's review gets another grade, and everything that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from learning.recall import BIAS_GAIN, DAY, SAME_SESSION, Grade, RecallState, Review, review
from store.documents.intelligence import RevisionSchedule
from store.documents.learner import Attempt, LastReview, LearnerStudent, LearnerTopic, ReviewLog
from store.documents.revisions import RevisionRun
from tools.arguments import name_some
from tools.backlog import Backlog, read_backlog
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import local_day, say_day
from tools.errors import ToolFailed, ToolRetry
from tools.learner import LearnerView
from tools.scheduling import GRADE_SCORE, due_after, explain_review, find_schedule, set_memory, set_urgency
from tools.topics import pick_topic

Rating = Literal["again", "hard", "good", "easy"]

_CLOSE: Final = timedelta(minutes=1)


class RatedTopic(Result):
    """One topic's corrected review: its grade before, and the revision that follows now."""

    topic: str
    grade_before: str
    next_revision: str
    interval_days: int
    why: str


class RatingReceipt(Receipt):
    """Today's review with its new grade, one entry for each topic that it reviewed."""

    grade: Rating
    topics: tuple[RatedTopic, ...]


@dataclass(frozen=True)
class _Today:
    """A topic that was reviewed today, with what the correction changes."""

    known: LearnerTopic
    last: LastReview
    schedule: RevisionSchedule
    name: str


async def rate_revision(
    context: MentorContext,
    grade: Annotated[
        Rating,
        Field(description="again: forgot it · hard: barely, or with help · good: recalled it · easy: at once."),
    ],
    topic: Annotated[
        str | None, Field(max_length=200, description="The topic; leave out for what was done last today.")
    ] = None,
) -> RatingReceipt:
    """Correct how today's review of a topic went; it stays one review, as if it had been graded like this at once.

    Use it for "that was easy", "rate it hard". It changes when the topic comes back, never the student's mastery.
    """
    if grade not in get_args(Rating):
        raise ToolRetry("The grade must be again, hard, good or easy.", choices=get_args(Rating))
    backlog = await read_backlog(context)
    student = backlog.view.student
    meant = await _reviewed_today(context, backlog, topic)
    rated = [await _correct(context, backlog, item, Grade(grade), student) for item in meant]
    if student:
        await context.work.of(LearnerStudent).save(student)
    names = name_some([item.topic for item in rated])
    day = min(date.fromisoformat(item.next_revision) for item in rated)
    return RatingReceipt(
        line=f"{names} · rated {grade} · next revision {say_day(day, backlog.today)}",
        undo_label=f"{names} · rated {grade}" if context.changed else None,
        grade=grade,
        topics=tuple(rated),
    )


async def _reviewed_today(context: MentorContext, backlog: Backlog, said: str | None) -> list[_Today]:
    """Return the topics whose review of today is meant: of one problem often several. Raises: ToolFailed, ToolRetry."""
    today = backlog.today.isoformat()
    known = [item for item in backlog.view.topics.values() if item.reviewed_on == today and item.last_review]
    if said is not None:
        topic = pick_topic(backlog.book, said)
        known = [item for item in known if item.topic_id == topic]
        missing = f"{backlog.book.names[topic]} was not reviewed today, so there is no review to correct."
    else:
        known = await _lately(context, known)
        missing = "No topic was reviewed today, so there is no review to correct."
    found = []
    for item in sorted(known, key=lambda item: backlog.book.names.get(item.topic_id, "")):
        schedule = await find_schedule(context, item.topic_id)
        if item.review and schedule:
            found.append(_Today(item, item.review, schedule, backlog.name(schedule)))
    if not found:
        raise ToolFailed(missing)
    return found


async def _lately(context: MentorContext, known: list[LearnerTopic]) -> list[LearnerTopic]:
    """Return the topics that "it" means: those of the last attempt or, where it was earlier, of the last review."""
    last = max((item.last_review for item in known if item.last_review), default=None)
    recorded = {"source": {"$ne": "import"}}
    attempt = await context.work.of(Attempt).find_one(recorded, sort=[("at", -1), ("_id", -1)])
    tried = [item for item in known if attempt and item.topic_id in attempt.topic_ids]
    if attempt and attempt.at and tried and last and attempt.at > last:
        return tried
    return [item for item in known if item.last_review == last]


async def _correct(
    context: MentorContext, backlog: Backlog, item: _Today, grade: Grade, student: LearnerStudent | None
) -> RatedTopic:
    known, last, schedule, at = item.known, item.last, item.schedule, item.known.last_review
    if at is None:
        raise ValueError("a topic that was reviewed has a last review")
    before = _memory_before(last)
    due_before_rating = due_after(review(before, Grade(last.grade), at), backlog.zone)
    done = review(before, grade, at)
    due = due_after(done, backlog.zone)
    # A failed attempt later on the day may have brought the revision forward; a better grade does not undo that.
    nearer = schedule.next_revision_date < min(due_before_rating - _CLOSE, due)
    if not nearer:
        schedule.next_revision_date = due
    set_memory(known, schedule, done)
    if nearer:
        schedule.revision_interval = float(max(1, round((schedule.next_revision_date - at) / DAY)))
    schedule.revision_history = [
        past.model_copy(update={"performance_score": GRADE_SCORE[grade]}) if past.revision_date == at else past
        for past in schedule.revision_history
    ]
    if student and before and at - before.last_review >= SAME_SESSION:
        remembered = (grade is not Grade.AGAIN) - (last.grade != Grade.AGAIN.value)
        student.recall_bias += BIAS_GAIN * remembered
    known.review = last.model_copy(update={"grade": grade.value})
    after = LearnerView(student, {**backlog.view.topics, known.topic_id: known}, backlog.view.shifts)
    set_urgency(schedule, after.recall(known.topic_id, backlog.now), after.mastery(known.topic_id))
    await context.work.of(LearnerTopic).save(known)
    await context.work.of(RevisionSchedule).save(schedule)
    await _correct_logs(context, known, grade, done)
    why = explain_review(f"you rated it {grade.value}", done, due, after.bias)
    return RatedTopic(
        topic=item.name,
        grade_before=last.grade,
        next_revision=local_day(schedule.next_revision_date, context.zone).isoformat(),
        interval_days=round(schedule.revision_interval),
        why="a later attempt brought the revision forward" if nearer else why,
    )


def _memory_before(last: LastReview) -> RecallState | None:
    if last.stability_before is None or last.difficulty_before is None or last.reviewed_before is None:
        return None
    return RecallState(last.stability_before, last.difficulty_before, last.reviewed_before)


async def _correct_logs(context: MentorContext, known: LearnerTopic, grade: Grade, done: Review) -> None:
    """Let the log of the review, which the model is scored on, say the grade that holds."""

    def corrected(log: ReviewLog) -> ReviewLog:
        return log.model_copy(update={"grade": grade.value, "stability": done.state.stability})

    attempts = context.work.of(Attempt)
    for attempt in await attempts.find({"at": known.last_review, "reviews.topicId": known.topic_id}):
        attempt.reviews = [corrected(log) if log.topic_id == known.topic_id else log for log in attempt.reviews]
        await attempts.save(attempt)
    runs = context.work.of(RevisionRun)
    for run in await runs.find({"reviewedAt": known.last_review, "topicId": known.topic_id}):
        if run.review:
            run.review = corrected(run.review)
            await runs.save(run)


RATING = (Verb(rate_revision, doing="correcting the review", writes=True),)
