"""What an attempt does to a topic's revision: at most one review a topic and day, and why the date is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from learning.recall import (
    DAY,
    MAX_INTERVAL_DAYS,
    SAME_SESSION,
    Grade,
    RecallState,
    Review,
    bring_forward,
    phase,
    priority,
    recall_probability,
    review,
    stability_score,
    update_bias,
)
from store.client import ObjectId
from store.documents.intelligence import PastRevision, ProblemToRevise, RevisionSchedule
from store.documents.learner import LastReview, LearnerStudent, LearnerTopic, ReviewLog
from store.documents.problems import Problem
from tools.context import MentorContext
from tools.dates import local_day
from tools.learner import recall_state
from tools.questions import Recall
from tools.solves import Solve

KEPT_REVISIONS: Final = 100
GRADE_SCORE: Final = {Grade.AGAIN: 0.0, Grade.HARD: 50.0, Grade.GOOD: 80.0, Grade.EASY: 100.0}
"""A review's performanceScore, 0 to 100."""


Evidence = Solve | Recall
"""What counts for a topic's revision: a recorded attempt, or what was recalled of a topic without problems."""


@dataclass(frozen=True)
class Scheduled:
    """A topic's revision after an attempt. `log` is there where the attempt was the topic's review."""

    topic: ObjectId
    next_revision: datetime
    interval_days: int
    why: str
    log: ReviewLog | None = None


async def find_schedule(context: MentorContext, topic: ObjectId) -> RevisionSchedule | None:
    """Return a topic's schedule; of several, which only another program could have made, the one that is due first."""
    first_due = [("nextRevisionDate", 1), ("_id", 1)]
    return await context.work.of(RevisionSchedule).find_one({"topicId": topic}, sort=first_due)


async def schedule_attempt(
    context: MentorContext, solve: Evidence, student: LearnerStudent, known: LearnerTopic, name: str
) -> tuple[Scheduled, RevisionSchedule]:
    """Let an attempt count for a topic's revision. Changes `student` and `known`; stores neither, nor the schedule.

    It is the topic's review when the topic was never reviewed, or when none was today and it is due or was solved
    unaided. Another attempt that was not solved unaided brings the revision forward; its stability stays.
    """
    stored = await find_schedule(context, known.topic_id)
    first = recall_state(known) is None
    is_due = stored is None or local_day(stored.next_revision_date, context.zone) <= solve.today
    # A student who travels west comes to the same day once more, or to the one before it.
    reviewed = known.reviewed_on is not None and known.reviewed_on >= solve.today.isoformat()
    if first or (not reviewed and (is_due or solve.unaided)):
        return _review(context, solve, student, known, stored or _new_schedule(context, known, solve.at, name))
    schedule = stored or _new_schedule(context, known, solve.at, name)
    if known.last_review is not None and solve.at < known.last_review:
        why = "the topic was reviewed after that, which is what counts"
    elif solve.unaided:
        why = "today's review of the topic is done; another solve on the same day does not move it"
    else:
        earlier = bring_forward(schedule.next_revision_date, solve.at)
        moved = earlier < schedule.next_revision_date
        schedule.next_revision_date = earlier
        schedule.revision_interval = float(_days_until(earlier, solve.at))
        why = f"{solve.how}, so the revision {'was brought forward' if moved else 'stays near'}"
    interval = _days_until(schedule.next_revision_date, solve.at)
    return Scheduled(known.topic_id, schedule.next_revision_date, interval, why), schedule


def _review(
    context: MentorContext, solve: Evidence, student: LearnerStudent, known: LearnerTopic, schedule: RevisionSchedule
) -> tuple[Scheduled, RevisionSchedule]:
    state = recall_state(known)
    done = review(state, solve.grade, solve.at, student.recall_bias)
    elapsed = solve.at - state.last_review if state else None
    if done.predicted_recall is not None and elapsed is not None and elapsed >= SAME_SESSION:
        recalled = solve.grade is not Grade.AGAIN
        student.recall_bias = update_bias(student.recall_bias, done.predicted_recall, recalled=recalled)
    known.review = LastReview(
        grade=solve.grade.value,
        predicted_recall=done.predicted_recall,
        stability_before=known.stability,
        difficulty_before=known.difficulty,
        reviewed_before=known.last_review,
        due_before=schedule.next_revision_date if state else None,
    )
    due = due_after(done, context.zone)
    known.last_review, known.reviewed_on = done.state.last_review, solve.today.isoformat()
    set_memory(known, schedule, done)
    schedule.last_revision_date = solve.at
    schedule.next_revision_date = due
    schedule.revision_count += 1
    schedule.status = "scheduled"
    past = PastRevision(
        id=context.work.new_id(),
        revision_date=solve.at,
        performance_score=GRADE_SCORE[solve.grade],
        time_spent=solve.minutes,
    )
    schedule.revision_history = [*schedule.revision_history, past][-KEPT_REVISIONS:]
    log = ReviewLog(
        topic_id=known.topic_id,
        grade=solve.grade.value,
        predicted_recall=done.predicted_recall,
        elapsed_days=elapsed / DAY if elapsed is not None else None,
        stability=done.state.stability,
    )
    was_earlier = solve.today < local_day(context.now(), context.zone)
    why = explain_review(solve.how, done, due, student.recall_bias, past=was_earlier)
    return Scheduled(known.topic_id, due, done.interval_days, why, log), schedule


def due_after(done: Review, zone: ZoneInfo) -> datetime:
    """Return when a review's next one is due: so many of the student's days on, which are not all 24 hours long."""
    local = done.state.last_review.astimezone(zone)
    return (local + timedelta(days=done.interval_days)).astimezone(UTC)


def set_memory(known: LearnerTopic, schedule: RevisionSchedule, done: Review) -> None:
    """Set what a review leaves behind, but for its dates."""
    known.stability, known.difficulty = done.state.stability, done.state.difficulty
    schedule.revision_interval = float(done.interval_days)
    schedule.max_interval_reached = done.interval_days >= MAX_INTERVAL_DAYS
    schedule.space_repetition_phase = phase(done.state.stability)
    schedule.stability_score = stability_score(done.state.stability)


def set_urgency(schedule: RevisionSchedule, recall: float | None, mastery: float) -> None:
    """Set how urgent a revision is, 1 to 5, from the chance of recall and the topic's mastery."""
    schedule.revision_priority = priority(recall if recall is not None else 1.0, mastery)


def set_problem(schedule: RevisionSchedule, problem: Problem | None, topic: str) -> None:
    """Set the one problem that the topic's next review is done with."""
    current = [item.problem_id for item in schedule.problems_to_revise]
    if current != ([problem.id] if problem else []):
        chosen = (
            ProblemToRevise(problem_id=problem.id, difficulty=problem.difficulty, category=topic) if problem else None
        )
        schedule.problems_to_revise = [chosen] if chosen else []


def explain_date(schedule: RevisionSchedule, state: RecallState | None, bias: float, when: str) -> str:
    """Say why a revision is due when it is; `bias` is the student's, in logits, and `when` is that day in words."""
    if state is None or schedule.last_revision_date is None:
        return f"It was set for {when.removeprefix('on ')} before PrepMate saw a review of the topic."
    planned = schedule.last_revision_date + timedelta(days=max(1, round(state.stability)))
    if schedule.next_revision_date < planned - DAY:
        return "A later attempt was not solved unaided, so the revision was brought forward."
    times = {1: "once", 2: "twice"}.get(schedule.revision_count, f"{schedule.revision_count} times")
    recall = say_recall(state, schedule.next_revision_date, bias)
    return f"Reviewed {times}; it comes back when your chance of remembering it is down to {recall}."


def _new_schedule(context: MentorContext, known: LearnerTopic, now: datetime, name: str) -> RevisionSchedule:
    return RevisionSchedule(
        id=context.work.new_id(),
        user_id=context.student,
        topic_id=known.topic_id,
        topic_name=name,
        next_revision_date=now + DAY,
    )


def _days_until(moment: datetime, now: datetime) -> int:
    return max(1, round((moment - now) / DAY))


def explain_review(how: str, done: Review, due: datetime, bias: float, *, past: bool = False) -> str:
    """Say why a review leads to its date, with the chance of recall on it; `how` is how its grade came about.

    `past`: it was on an earlier day, from which the days are counted.
    """
    when = "tomorrow" if done.interval_days == 1 else f"in {done.interval_days} days"
    if past:
        when = "a day later" if done.interval_days == 1 else f"{done.interval_days} days later"
    what = "first review" if done.predicted_recall is None else "reviewed"
    return f"{what}: {how}, so your recall falls to {say_recall(done.state, due, bias)} {when}"


def say_recall(state: RecallState, at: datetime, bias: float) -> str:
    """Return the chance that a topic is remembered at a moment, rounded as where it is listed."""
    return f"{round(recall_probability(state, at, bias), 4):.0%}"
