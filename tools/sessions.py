"""The running problem: a session with one problem and no end, which is how a problem is timed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from store.client import ObjectId
from store.documents.problems import Problem
from store.documents.revisions import RevisionRun
from store.documents.sessions import PracticeSession, ProblemPerformance
from tools.context import MentorContext
from tools.solves import Solve

SHORTEST_MINUTES: Final = 0.5
"""A session shorter than this was opened only to record what was done before: it measures nothing."""
LONGEST_MINUTES: Final = 240.0
"""A session longer than this was left running: it measures nothing either."""


async def running_sessions(context: MentorContext) -> list[PracticeSession]:
    """Return the student's running sessions, the last started first."""
    query = {"sessionType": {"$in": ["practice", "revision"]}, "endTime": None, "problemIds": {"$size": 1}}
    return await context.work.of(PracticeSession).find(query, sort=[("startTime", -1), ("_id", -1)])


def running_problem(sessions: list[PracticeSession]) -> ObjectId | None:
    """Return the problem that runs, or None."""
    return sessions[0].problem_ids[0] if sessions else None


async def running_title(context: MentorContext, sessions: list[PracticeSession]) -> str | None:
    """Return the title of the problem that runs, or None."""
    problem = running_problem(sessions)
    found = await context.work.shared(Problem).get(problem) if problem else None
    return found.title if found else None


def say_aside(title: str | None) -> str:
    """Return how a receipt's line says which problem was put aside, if one was."""
    return f" · {title} put aside" if title else ""


def measured_minutes(session: PracticeSession, now: datetime) -> float | None:
    """Return how long a session has run, in minutes, or None where that says nothing about the problem."""
    return _sensible(session.start_time, now)


async def problem_minutes(context: MentorContext, session: PracticeSession, now: datetime) -> float | None:
    """Return how long a session's problem has run, in minutes: in a revision the clock starts after the questions."""
    if session.session_type != "revision":
        return measured_minutes(session, now)
    run = await context.work.of(RevisionRun).find_one({"sessionId": session.id})
    return _sensible(run.problem_started_at, now) if run and run.problem_started_at else None


def _sensible(since: datetime, now: datetime) -> float | None:
    minutes = (now - since).total_seconds() / 60
    return round(minutes, 1) if SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES else None


async def abandon(context: MentorContext, session: PracticeSession, now: datetime) -> None:
    """End a session in which nothing was recorded."""
    session.end_time = now
    session.duration_minutes = measured_minutes(session, now)
    await context.work.of(PracticeSession).save(session)


async def close(context: MentorContext, session: PracticeSession, solve: Solve, topics: list[str]) -> None:
    """End a session with the outcome of its problem."""
    session.end_time = solve.at
    session.duration_minutes = solve.minutes
    session.problems_attempted = 1
    session.problems_solved = int(solve.solved)
    session.success_rate = 100.0 * solve.solved
    session.score = solve.score
    session.topics_covered = topics
    session.problem_performance = [
        ProblemPerformance(
            problem_id=solve.problem.id,
            solved=solve.solved,
            time_taken=solve.minutes,
            attempts=solve.tries,
            score=solve.score,
        )
    ]
    await context.work.of(PracticeSession).save(session)
