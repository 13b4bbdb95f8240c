"""Practising: start a problem, record how it went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Final, get_args

from pydantic import Field

from store.client import ObjectId
from store.documents.learner import Attempt
from store.documents.own import Turn
from store.documents.problems import Problem
from store.documents.sessions import PracticeSession
from tools import sessions
from tools.arguments import MOST_TRIES, check_minutes, check_whole, clean_text, name_some
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import end_of_day, local_day, say_day, start_of_day
from tools.errors import ToolFailed, ToolRetry
from tools.hints import hints_used
from tools.notes import read_notebook
from tools.past_days import parse_past_day, say_past
from tools.problems import ProblemBrief, brief, resolve_problem
from tools.recording import Recorded, record
from tools.solves import CODE_LIMIT, SAID, Outcome, Solve
from tools.suggestion import next_problem
from tools.topics import read_topics

_NAMED_TOPICS: Final = 2
_NOTES: Final = 5
_NOTE_LENGTH: Final = 500
NONE_STARTED: Final = "Which problem was it? None is started"
"""How the refusal of a report without a problem begins."""
_NOON: Final = timedelta(hours=12)

ProblemName = Annotated[str, Field(max_length=500, description="The problem's title, slug, number or url.")]


class StartReceipt(Receipt):
    """A problem that is being timed now. `abandoned` is the title of the one that was running before.

    `notes` are the student's own about the problem and its topics.
    """

    problem: ProblemBrief
    session_id: str
    started_at: str
    abandoned: str | None = None
    notes: tuple[str, ...] = ()


class TopicChange(Result):
    """What an attempt changed in one topic. Mastery is 0 to 1; `reviewed`: it counted as the topic's review.

    `assumed`: the topic had not been tried before, so that the mastery before rests on no attempt of it.
    """

    topic_id: str
    topic: str
    mastery_before: float
    assumed: bool = False
    mastery_after: float
    reviewed: bool
    next_revision: str
    interval_days: int
    why: str


class AttemptReceipt(Receipt):
    """A recorded attempt. `predicted` was the chance of an unaided solve; `minutes_measured`: by the running timer.

    `day` is the student's day under which it stands. `hints` counts the hints that were shown for it; `corrected`: they
    made an unaided solve with-help.
    """

    submission_id: str
    problem: ProblemBrief
    outcome: Outcome
    minutes: float | None
    minutes_measured: bool
    tries: int
    day: str = ""
    predicted: float
    topics: tuple[TopicChange, ...]
    skipped_topics: tuple[str, ...] = ()
    tasks_completed: tuple[str, ...] = ()
    first_ever: bool = False
    hints: int = 0
    corrected: bool = False


async def start_problem(context: MentorContext, problem: ProblemName) -> StartReceipt:
    """Start working on a problem, so that it is timed from now on.

    Use it when the student begins a problem ("let's do two sum", "start"). A problem that was running is put aside
    without an outcome. When they are done, call record_attempt.
    """
    now = context.now()
    chosen = await resolve_problem(context, problem)
    running = await sessions.running_sessions(context)
    if running and running[0].problem_ids == [chosen.id]:
        line = f"{chosen.title} · already running"
        return _started(chosen, running[0], line, None, undoable=False, notes=await _notes(context, chosen))
    before = await sessions.running_title(context, running)
    for session in running:
        await sessions.abandon(context, session, now)
    opened = PracticeSession(
        id=context.work.new_id(),
        user_id=context.student,
        session_type="practice",
        session_name=chosen.title,
        problem_ids=[chosen.id],
        start_time=now,
    )
    await context.work.of(PracticeSession).add(opened)
    line = f"{chosen.title} · started{sessions.say_aside(before)}"
    return _started(chosen, opened, line, before, undoable=True, notes=await _notes(context, chosen))


def _started(
    problem: Problem,
    session: PracticeSession,
    line: str,
    before: str | None,
    *,
    undoable: bool,
    notes: tuple[str, ...],
) -> StartReceipt:
    return StartReceipt(
        line=line,
        undo_label=f"{problem.title} · started" if undoable else None,
        problem=brief(problem),
        session_id=str(session.id),
        started_at=session.start_time.isoformat(),
        abandoned=before,
        notes=notes,
    )


async def _notes(context: MentorContext, problem: Problem) -> tuple[str, ...]:
    topics, _ = (await read_topics(context)).sort_out(problem.topics)
    notebook = await read_notebook(context, [problem.id], topics)
    return notebook.on(problem.id, topics, limit=_NOTES, length=_NOTE_LENGTH)


async def record_attempt(
    context: MentorContext,
    outcome: Annotated[
        Outcome,
        Field(
            description="unaided: solved alone · with-help: solved after a hint or the solution · stuck: not solved."
        ),
    ],
    problem: Annotated[
        str | None, Field(max_length=500, description="Title, slug, number or url; leave out for the started one.")
    ] = None,
    minutes: Annotated[
        float | None, Field(gt=0, le=1440, description="Minutes it took; leave out to use the timer.")
    ] = None,
    tries: Annotated[int, Field(ge=1, le=MOST_TRIES, description="Tries until this outcome.")] = 1,
    day: Annotated[
        str | None,
        Field(max_length=60, description='Only if it was not today: "yesterday", "monday", "3 days ago", 2026-11-28.'),
    ] = None,
    asked_in: Annotated[
        str | None, Field(max_length=100, description="The id of the turn that asked for it; leave out.")
    ] = None,
    code: Annotated[
        str | None, Field(max_length=CODE_LIMIT, description="The code that is kept with it; leave out.")
    ] = None,
) -> AttemptReceipt:
    """Record how a problem went, and with it the student's mastery, revisions, statistics and matching tasks.

    Use it as soon as the student says that they solved a problem or gave up, for the started problem or for any other
    one after the fact. Never guess the outcome: if it is unclear whether they had help, ask. The same goes for the day:
    leave it out only where nothing was said of one. Call it once for each attempt. The receipt says what is true in the
    database, the dates of the next revisions included; after
    a hint an unaided solve is recorded as with-help.
    """
    if outcome not in get_args(Outcome):
        raise ToolRetry("The outcome must be unaided, with-help or stuck.", choices=get_args(Outcome))
    if code is not None:
        clean_text(code, "the code", limit=CODE_LIMIT)
    minutes = check_minutes(minutes)
    tries = check_whole(tries, "Tries", lowest=1, highest=MOST_TRIES)
    running = await sessions.running_sessions(context)
    chosen = await _chosen(context, problem, running)
    session = next((item for item in running if item.problem_ids == [chosen.id]), None)
    now = context.now()
    asked = await _asked(context, asked_in)
    at = _moment(context, day, asked.accepted_at if asked else now, session) or now
    session = session if session and session.start_time <= at else None
    timed = session if minutes is None and at == now else None
    measured = await sessions.problem_minutes(context, timed, now) if timed else None
    past = await context.work.of(Attempt).find({"problemId": chosen.id})
    _check_unlogged(chosen, past, asked, at)
    hints = await hints_used(context, chosen.id, past, end_of_day(local_day(at, context.zone), context.zone))
    corrected = outcome == "unaided" and hints > 0
    solve = Solve(
        id=context.work.new_id(),
        problem=chosen,
        outcome="with-help" if corrected else outcome,
        minutes=minutes if minutes is not None else measured,
        tries=tries,
        at=at,
        today=local_day(at, context.zone),
        earlier=tuple(attempt.outcome for attempt in past),
        hints=hints,
        corrected=corrected,
        code=code,
    )
    first_ever = not past and not await context.work.of(Attempt).count({}, limit=1)
    recorded = await record(context, solve, session)
    return _receipt(context, solve, recorded, measured=measured is not None, first_ever=first_ever)


async def _asked(context: MentorContext, turn: str | None) -> Turn | None:
    """Return the turn that asked for an attempt."""
    return await context.work.of(Turn).get(ObjectId(turn)) if turn and ObjectId.is_valid(turn) else None


def _moment(
    context: MentorContext, day: str | None, said_at: datetime, session: PracticeSession | None
) -> datetime | None:
    """Return when an attempt of an earlier day was: at noon, but not before its session began on that day.

    "Yesterday" is meant from when it was said. Raises: ToolRetry for a day that cannot be read or is to come.
    """
    done = parse_past_day(day, said_at.astimezone(context.zone)) if day is not None else None
    if done is None or done >= local_day(context.now(), context.zone):
        return None
    begun = session.start_time if session and local_day(session.start_time, context.zone) == done else None
    noon = start_of_day(done, context.zone) + _NOON
    return max(noon, begun) if begun else noon


def _check_unlogged(problem: Problem, past: Sequence[Attempt], asked: Turn | None, at: datetime) -> None:
    """Make sure that what an older answer asked for was not logged since, nor at its moment. Raises: ToolFailed."""
    if asked and any(attempt.at and (attempt.at >= asked.accepted_at or attempt.at == at) for attempt in past):
        raise ToolFailed(
            f"{problem.title} was logged since then. If you did it once more, tell me in words how it went this time."
        )


async def _chosen(context: MentorContext, said: str | None, running: list[PracticeSession]) -> Problem:
    if said is not None:
        return await resolve_problem(context, said)
    started = sessions.running_problem(running)
    if started is None:
        raise ToolRetry(f"{NONE_STARTED}, so name it by its title or url.")
    problem = await context.work.shared(Problem).get(started)
    if problem is None:
        raise ToolRetry("The started problem is not in the catalogue any more; name the problem by its title.")
    return problem


def _receipt(
    context: MentorContext, solve: Solve, recorded: Recorded, *, measured: bool, first_ever: bool
) -> AttemptReceipt:
    names, before, after = recorded.book.names, recorded.before, recorded.after
    changes = tuple(
        TopicChange(
            topic_id=str(item.topic),
            topic=names[item.topic],
            mastery_before=round(before.mastery(item.topic), 4),
            assumed=not before.has_tried(item.topic),
            mastery_after=round(after.mastery(item.topic), 4),
            reviewed=item.log is not None,
            next_revision=local_day(item.next_revision, context.zone).isoformat(),
            interval_days=item.interval_days,
            why=item.why,
        )
        for item in recorded.scheduled
    )
    return AttemptReceipt(
        line=_line(solve, changes, recorded.tasks, local_day(context.now(), context.zone)),
        undo_label=f"{solve.problem.title} · {SAID[solve.outcome]}",
        submission_id=str(solve.id),
        problem=brief(solve.problem),
        outcome=solve.outcome,
        minutes=solve.minutes,
        minutes_measured=measured,
        tries=solve.tries,
        day=solve.today.isoformat(),
        predicted=round(recorded.predicted, 4),
        topics=changes,
        skipped_topics=recorded.skipped,
        tasks_completed=recorded.tasks,
        first_ever=first_ever,
        hints=solve.hints,
        corrected=solve.corrected,
    )


def _line(solve: Solve, changes: tuple[TopicChange, ...], tasks: tuple[str, ...], today: date) -> str:
    took = f" in {solve.minutes:.3g} min" if solve.minutes is not None else ""
    when = f" {say_past(solve.today, today)}" if solve.today != today else ""
    pieces = [solve.problem.title, f"{SAID[solve.outcome]}{took}{when}"]
    if solve.hints:
        count = "1 hint" if solve.hints == 1 else f"{solve.hints} hints"
        pieces.append(f"{count} shown" + (", so it counts as with help" if solve.corrected else ""))
    if changes:
        day = min(change.next_revision for change in changes)
        names = [change.topic for change in changes if change.next_revision == day]
        due = date.fromisoformat(day)
        said = say_day(due, today) if due > today else "is due now"
        pieces.append(f"next revision of {name_some(names, _NAMED_TOPICS)} {said}")
    if tasks:
        pieces.append(f"task{'s' if len(tasks) > 1 else ''} done: {name_some(list(tasks))}")
    return " · ".join(pieces)


PRACTICE = (
    Verb(next_problem, doing="choosing your next problem", writes=True),
    Verb(start_problem, doing="starting the timer", writes=True),
    Verb(record_attempt, doing="saving how it went", writes=True),
)
