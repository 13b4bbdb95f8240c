"""Revising a topic: a minute of cold recall, then its one problem, whose outcome is the review's grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from learning.mastery import new_topic, new_user
from learning.recall import SAME_SESSION
from store.catalogue.cards import Card, find_card
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.learner import LearnerStudent, LearnerTopic
from store.documents.problems import Problem
from store.documents.revisions import RevisionRun
from store.documents.sessions import PracticeSession
from tools import sessions
from tools.arguments import clean_text
from tools.backlog import Backlog, read_backlog
from tools.choosing import choose_review
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import local_day, say_day
from tools.delays import withdraw_delay
from tools.errors import ToolFailed, ToolRetry
from tools.learner import LearnerView
from tools.notes import read_notebook
from tools.problems import ProblemBrief, brief
from tools.questions import Recall, RecalledCard, cards_for, compare_all
from tools.reminding import find_asked
from tools.revision import explain_due
from tools.scheduling import find_schedule, schedule_attempt, set_urgency
from tools.topics import pick_topic

_ANSWER_LIMIT: Final = 6000
_NOTES: Final = 3
_LAST_STARTED: Final = [("startedAt", -1), ("_id", -1)]
_NOTE_LENGTH: Final = 300


class RevisionReceipt(Receipt):
    """A revision that has begun. `questions` are to be answered from memory; `problem` is there where none are asked.

    `retention` is the chance, 0 to 1, that the topic is remembered now, None before its first review. `abandoned` is
    the title of the problem that was running before and ended with this.
    """

    topic: str
    session_id: str
    why: str
    retention: float | None
    questions: tuple[str, ...]
    problem_follows: bool
    problem: ProblemBrief | None = None
    abandoned: str | None = None


class ReviewDone(Result):
    """A topic's review and what it led to. `reviewed` is False where today's review had been done before."""

    topic: str
    grade: str
    reviewed: bool
    next_revision: str
    interval_days: int
    why: str


class RecallReceipt(Receipt):
    """What the student recalled, question by question, and what comes now.

    `problem` is being timed from now on; `review` is there instead for a topic without problems. `notes` are the
    student's own about the topic and that problem: they come after the recall, which is done without them.
    `abandoned` is the title of the problem that was running before.
    """

    topic: str
    cards: tuple[RecalledCard, ...]
    made: int
    points: int
    problem: ProblemBrief | None = None
    review: ReviewDone | None = None
    notes: tuple[str, ...] = ()
    abandoned: str | None = None


@dataclass(frozen=True)
class _Topic:
    id: ObjectId
    name: str
    schedule: RevisionSchedule | None


async def start_revision(
    context: MentorContext,
    topic: Annotated[
        str | None, Field(max_length=200, description="The topic; leave out for the most urgent one that is due.")
    ] = None,
) -> RevisionReceipt:
    """Start revising a topic: three short questions from memory first, then its one problem.

    Use it for "revise", "start my revision", "revise graphs". Ask the questions exactly as given, with no hint; when
    the student answers, call answer_recall. The problem is told only after that.
    """
    now = context.now()
    backlog = await read_backlog(context)
    chosen = await _named(context, backlog, topic) if topic is not None else _most_urgent(backlog)
    running = await open_run(context)
    if running and running[0].topic_id == chosen.id:
        return _asked(backlog, chosen, running[0], running[1], undoable=False)
    aside = await _put_aside(context, now)
    if chosen.schedule:
        await withdraw_delay(context, chosen.schedule)
    problem = await _kept_problem(context, backlog.view, backlog, chosen)
    cards = cards_for(
        chosen.name, times=chosen.schedule.revision_count if chosen.schedule else 0, has_problem=problem is not None
    )
    if problem is None and not cards:
        raise ToolFailed(f"There is neither a question nor a problem for {chosen.name} yet; choose another topic.")
    run, session = await _open(context, chosen, cards, problem)
    if problem and not cards:
        aside = await _begin_problem(context, run, session, problem) or aside
    await context.work.of(RevisionRun).add(run)
    receipt = _asked(backlog, chosen, run, session, undoable=True)
    begun = brief(problem) if problem and not cards else None
    return receipt.model_copy(
        update={"line": receipt.line + sessions.say_aside(aside), "problem": begun, "abandoned": aside}
    )


async def answer_recall(
    context: MentorContext,
    answer: Annotated[
        str, Field(max_length=_ANSWER_LIMIT, description="The student's own words, to all questions, unchanged.")
    ],
) -> RecallReceipt:
    """Compare the student's answer to a revision's questions with the stored points, then start its problem.

    Use it for whatever the student answers after start_revision or to a reminder's question, "I don't know" included;
    never improve the answer.
    Show what was made and what was missed. The problem's clock runs from then on; its outcome goes to record_attempt.
    """
    answer = clean_text(answer, "the answer", limit=_ANSWER_LIMIT)
    running = await open_run(context) or await _take_up_reminder(context)
    if running is None:
        raise ToolRetry("No revision is asking anything at the moment; start one with `revise`.")
    run, session = running
    backlog = await read_backlog(context)
    topic = _Topic(run.topic_id, backlog.book.names[run.topic_id], await find_schedule(context, run.topic_id))
    compared = compare_all(_cards_of(run), answer)
    run.recalled = [kept for _, kept in compared]
    cards = tuple(shown for shown, _ in compared)
    made, missed = sum(len(card.made) for card in cards), sum(len(card.missed) for card in cards)
    problem = await context.work.shared(Problem).get(run.problem_id) if run.problem_id else None
    aside = None
    if problem:
        aside = await _begin_problem(context, run, session, problem)
        review, then = None, f"{problem.title} started"
    else:
        review = await _review_recall(context, backlog.view, topic, run, session, (made, made + missed))
        then = f"next revision {say_day(datetime.fromisoformat(review.next_revision).date(), backlog.today)}"
    await context.work.of(RevisionRun).save(run)
    problem_id = problem.id if problem else None
    notebook = await read_notebook(context, [problem_id] if problem_id else [], [topic.id])
    return RecallReceipt(
        line=f"{topic.name} · recalled {made} of {made + missed} points · {then}{sessions.say_aside(aside)}",
        undo_label=f"{topic.name} · questions answered",
        topic=topic.name,
        cards=cards,
        made=made,
        points=made + missed,
        problem=brief(problem) if problem else None,
        review=review,
        notes=notebook.on(problem_id, [topic.id], limit=_NOTES, length=_NOTE_LENGTH),
        abandoned=aside,
    )


async def _open(
    context: MentorContext, topic: _Topic, cards: Sequence[Card], problem: Problem | None
) -> tuple[RevisionRun, PracticeSession]:
    """Return a revision that begins now, its session stored, itself not yet."""
    session = PracticeSession(
        id=context.work.new_id(),
        user_id=context.student,
        session_type="revision",
        session_name=f"Revision: {topic.name}",
        start_time=context.now(),
        topics_covered=[topic.name],
    )
    await context.work.of(PracticeSession).add(session)
    run = RevisionRun(
        id=context.work.new_id(),
        user_id=context.student,
        topic_id=topic.id,
        session_id=session.id,
        problem_id=problem.id if problem else None,
        started_at=context.now(),
        cards=[card.slug for card in cards],
    )
    return run, session


async def _take_up_reminder(context: MentorContext) -> tuple[RevisionRun, PracticeSession] | None:
    """Begin the revision whose question the last reminder asked, now that it is answered; None where none did."""
    asked = await find_asked(context)
    if asked is None or asked.topic_id is None:
        return None
    backlog = await read_backlog(context)
    cards = [card for slug in asked.cards if (card := find_card(slug))]
    if not cards or asked.topic_id not in backlog.book.names:
        return None
    schedule = await find_schedule(context, asked.topic_id)
    topic = _Topic(asked.topic_id, backlog.book.names[asked.topic_id], schedule)
    await _put_aside(context, context.now())
    if schedule:
        await withdraw_delay(context, schedule)
    run, session = await _open(context, topic, cards, await _kept_problem(context, backlog.view, backlog, topic))
    await context.work.of(RevisionRun).add(run)
    return run, session


async def open_run(context: MentorContext) -> tuple[RevisionRun, PracticeSession] | None:
    """Return the revision whose questions wait for an answer, or None: it must be of today's sitting."""
    since = context.now() - SAME_SESSION
    run = await context.work.of(RevisionRun).find_one({"startedAt": {"$gte": since}}, sort=_LAST_STARTED)
    if run is None or run.phase != "recall":
        return None
    session = await context.work.of(PracticeSession).get(run.session_id)
    return (run, session) if session and session.end_time is None else None


def _cards_of(run: RevisionRun) -> list[Card]:
    return [card for slug in run.cards if (card := find_card(slug))]


async def _named(context: MentorContext, backlog: Backlog, said: str) -> _Topic:
    topic = pick_topic(backlog.book, said)
    return _Topic(topic, backlog.book.names[topic], await find_schedule(context, topic))


def _most_urgent(backlog: Backlog) -> _Topic:
    if until := backlog.paused_until:
        day = say_day(local_day(until, backlog.zone), backlog.today)
        raise ToolFailed(
            f"Revisions are paused until {day}. Say `resume revisions`, or name a topic to revise it anyway."
        )
    for schedule in backlog.due:
        if schedule.topic_id is not None and schedule.topic_id in backlog.book.names:
            return _Topic(schedule.topic_id, backlog.name(schedule), schedule)
    if not backlog.ahead:
        raise ToolFailed("Nothing is due: topics come up once you have logged problems. Name a topic to revise it.")
    first = backlog.ahead[0]
    when = say_day(backlog.days[first.id], backlog.today)
    raise ToolFailed(f"Nothing is due now; {backlog.name(first)} is next, {when}. Name a topic to revise it anyway.")


async def _kept_problem(context: MentorContext, view: LearnerView, backlog: Backlog, topic: _Topic) -> Problem | None:
    """Return the problem that was chosen for this review; where none was, or it is gone, choose one."""
    kept = topic.schedule.problems_to_revise if topic.schedule else []
    if kept and kept[0].problem_id and (problem := await context.work.shared(Problem).get(kept[0].problem_id)):
        return problem
    found = await choose_review(context, view, backlog.book, topic.id)
    return found[0] if found else None


async def _put_aside(context: MentorContext, now: datetime) -> str | None:
    """End every revision that is still open: only one is at a time. Return the title of its problem, if one ran."""
    query = {"sessionType": "revision", "endTime": None}
    found = await context.work.of(PracticeSession).find(query, sort=[("startTime", -1), ("_id", -1)])
    title = await sessions.running_title(context, [session for session in found if session.problem_ids])
    for session in found:
        await sessions.abandon(context, session, now)
    return title


async def _begin_problem(
    context: MentorContext, run: RevisionRun, session: PracticeSession, problem: Problem
) -> str | None:
    """Let the revision's problem run; return the title of the one that ran before."""
    now = context.now()
    others = await sessions.running_sessions(context)
    title = await sessions.running_title(context, others)
    for other in others:
        await sessions.abandon(context, other, now)
    session.problem_ids = [problem.id]
    await context.work.of(PracticeSession).save(session)
    run.phase, run.problem_started_at = "problem", now
    return title


async def _review_recall(
    context: MentorContext,
    view: LearnerView,
    topic: _Topic,
    run: RevisionRun,
    session: PracticeSession,
    points: tuple[int, int],
) -> ReviewDone:
    """Let the recall be the review of a topic that has no problems."""
    now = context.now()
    minutes = sessions.measured_minutes(session, now)
    recall = Recall(*points, at=now, today=local_day(now, context.zone), minutes=minutes)
    student = view.student or LearnerStudent(id=context.student, variance=new_user().variance)
    known = view.topics.get(topic.id) or LearnerTopic(
        id=context.work.new_id(), user_id=context.student, topic_id=topic.id, variance=new_topic().variance
    )
    done, schedule = await schedule_attempt(context, recall, student, known, topic.name)
    after = LearnerView(student, {**view.topics, topic.id: known}, view.shifts)
    set_urgency(schedule, after.recall(topic.id, now), after.mastery(topic.id))
    await context.work.of(LearnerStudent).save(student)
    await context.work.of(LearnerTopic).save(known)
    await context.work.of(RevisionSchedule).save(schedule)
    run.phase, run.review = "done", done.log
    run.reviewed_at = now if done.log else None
    session.end_time, session.duration_minutes = now, minutes
    session.score = round(100.0 * recall.made / recall.points, 1) if recall.points else None
    await context.work.of(PracticeSession).save(session)
    return ReviewDone(
        topic=topic.name,
        grade=recall.grade.value,
        reviewed=done.log is not None,
        next_revision=local_day(done.next_revision, context.zone).isoformat(),
        interval_days=done.interval_days,
        why=done.why,
    )


def _asked(
    backlog: Backlog, topic: _Topic, run: RevisionRun, session: PracticeSession, *, undoable: bool
) -> RevisionReceipt:
    recall = backlog.view.recall(topic.id, backlog.now)
    schedule = topic.schedule
    return RevisionReceipt(
        line=f"{topic.name} · revision {'started' if undoable else 'is running already'}",
        undo_label=f"{topic.name} · revision started" if undoable else None,
        topic=topic.name,
        session_id=str(session.id),
        why=explain_due(backlog, schedule) if schedule else "It is the topic's first look.",
        retention=round(recall, 4) if recall is not None else None,
        questions=tuple(card.question for card in _cards_of(run)),
        problem_follows=run.problem_id is not None,
    )


REVISING = (
    Verb(start_revision, doing="starting your revision", writes=True),
    Verb(answer_recall, doing="comparing what you recalled", writes=True),
)
