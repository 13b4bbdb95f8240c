"""How practice goes: what is solved, how steadily, this week against last, and what to do next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from learning.consistency import Streak, Week, last_week, last_week_so_far, local_days, measure_streak, this_week
from store.client import ObjectId, Raw
from store.documents.learner import Attempt
from store.documents.problems import Submission
from store.documents.scalars import read_time
from tools.context import MentorContext, Result, Verb
from tools.dates import local_day, start_of_day
from tools.problems import read_facts
from tools.revision import list_due_revisions
from tools.tasklist import open_tasks, status_of
from tools.topics import TopicBook, read_topics

_LEVELS: Final = ("easy", "medium", "hard")
_TOPICS_SHOWN: Final = 8
_HALF_DAY: Final = 12 * 60 * 60 * 1000
"""In milliseconds."""


class Solved(Result):
    """Problems of a difficulty or a topic, each counted once: tried, solved unaided, solved only with help."""

    name: str
    tried: int
    solved: int
    with_help: int


class WeekSum(Result):
    """What was done in a week: attempts, problems solved unaided for the first time, days with practice, minutes."""

    first: str
    last: str
    attempts: int
    newly_solved: int
    days: int
    minutes: float


class Progress(Result):
    """All that was recorded with PrepMate, in the student's own days.

    `streak` counts days in a row with a recorded attempt, up to today or, while `today_counts` is false, up to
    yesterday. `last_week_so_far` ends on today's weekday. `next_step` says what to do next, from what is due.
    """

    today: str
    time_zone: str
    attempts: int
    tried: int
    solved: int
    with_help: int
    by_difficulty: tuple[Solved, ...]
    by_topic: tuple[Solved, ...]
    topics_practised: int
    streak: int
    longest_streak: int
    today_counts: bool
    this_week: WeekSum
    last_week: WeekSum
    last_week_so_far: WeekSum
    revisions_due: int
    tasks_overdue: int
    next_step: str


@dataclass(frozen=True)
class _Tried:
    """What came of a problem: how often it was tried, whether with help or unaided, and the day of the first of those.

    `solved_on` is also None where the problem was solved before, and nobody knows when: then no day is its first.
    """

    attempts: int
    helped: bool
    solved: bool
    solved_on: date | None
    level: str
    topics: tuple[ObjectId, ...]


@dataclass(frozen=True)
class _Done:
    """One attempt of these two weeks, on the student's day, with its minutes, 0 where nobody measured them."""

    day: date
    minutes: float


async def show_progress(context: MentorContext) -> Progress:
    """Show how the student's practice goes: solved by difficulty and topic, streak, this week against last, next step.

    Use it for "how am I doing", "my progress", "my streak". For how good they are at one topic, call explain_mastery.
    Every figure is counted from what was recorded; do not make up others.
    """
    today = local_day(context.now(), context.zone)
    book = await read_topics(context)
    tried = await _read_tried(context, book)
    streak = measure_streak(await _read_days(context), today)
    recent = await _read_recent(context, last_week(today).first)
    everything = _count("all", tried.values())
    attempts = sum(problem.attempts for problem in tried.values())
    topics = _by_topic(tried.values(), book)
    revisions = await list_due_revisions(context, limit=1)
    due = 0 if revisions.paused_until else revisions.total_due
    overdue = sum(status_of(context, task) == "overdue" for task in await open_tasks(context))
    return Progress(
        today=today.isoformat(),
        time_zone=context.zone.key,
        attempts=attempts,
        tried=everything.tried,
        solved=everything.solved,
        with_help=everything.with_help,
        by_difficulty=_by_difficulty(tried.values()),
        by_topic=topics[:_TOPICS_SHOWN],
        topics_practised=len(topics),
        streak=streak.current,
        longest_streak=streak.longest,
        today_counts=streak.today,
        this_week=_sum_week(this_week(today), recent, tried.values()),
        last_week=_sum_week(last_week(today), recent, tried.values()),
        last_week_so_far=_sum_week(last_week_so_far(today), recent, tried.values()),
        revisions_due=revisions.total_due,
        tasks_overdue=overdue,
        next_step=_next_step(due, overdue, attempts=attempts, streak=streak.current, today=streak.today),
    )


async def read_streak(context: MentorContext) -> Streak:
    """Return the student's streaks of days with practice."""
    return measure_streak(await _read_days(context), local_day(context.now(), context.zone))


async def _read_tried(context: MentorContext, book: TopicBook) -> dict[ObjectId, _Tried]:
    """Return what came of each problem that was tried. The database counts: attempts are many, problems are not."""
    is_unaided: Raw = {"$eq": ["$outcome", "unaided"]}
    is_undated: Raw = {"$eq": [{"$ifNull": ["$at", None]}, None]}
    counted: Raw = {
        "_id": "$problemId",
        "attempts": {"$sum": 1},
        "helped": {"$max": {"$eq": ["$outcome", "with-help"]}},
        "solved": {"$max": is_unaided},
        "before": {"$max": {"$and": [is_unaided, is_undated]}},
        "solvedAt": {"$min": {"$cond": [is_unaided, "$at", None]}},
    }
    ever = {"$or": [_until(context), {"at": None}]}
    grouped = await context.work.of(Attempt).aggregate(ever, {"$group": counted})
    rows = [row for row in grouped if isinstance(row["_id"], ObjectId)]
    facts = await read_facts(context, [row["_id"] for row in rows])
    sorted_out = {key: (known.difficulty, tuple(book.sort_out(known.topics)[0])) for key, known in facts.items()}
    return {
        row["_id"]: _Tried(
            row["attempts"],
            row["helped"],
            row["solved"],
            local_day(solved, context.zone) if (solved := read_time(row["solvedAt"])) and not row["before"] else None,
            *sorted_out.get(row["_id"], ("", ())),
        )
        for row in rows
    }


async def _read_days(context: MentorContext) -> set[date]:
    """Return the student's days with an attempt, from the first and the last attempt of each half day in UTC.

    Half a day lies in two local days at most, in any zone and over any change of its clocks, so these two name them
    all. The zone's rules are Python's: the database may know others.
    """
    since_then: Raw = {"$convert": {"input": "$at", "to": "long", "onError": None, "onNull": None}}
    half: Raw = {"$subtract": [since_then, {"$mod": [since_then, _HALF_DAY]}]}
    ends: Raw = {"_id": half, "first": {"$min": "$at"}, "last": {"$max": "$at"}}
    rows = await context.work.of(Attempt).aggregate(_until(context), {"$group": ends})
    times = (read_time(row[end]) for row in rows for end in ("first", "last"))
    return local_days((time for time in times if time is not None), context.zone)


async def _read_recent(context: MentorContext, first: date) -> list[_Done]:
    """Return the attempts from a day on, oldest first."""
    since = {"at": {"$gte": start_of_day(first, context.zone), "$lte": context.now()}}
    rows = await context.work.of(Attempt).sketch(since, "at", sort=[("at", 1), ("_id", 1)])
    measured = {"_id": {"$in": [row["_id"] for row in rows]}, "timeTaken": {"$gt": 0}}
    timed = await context.work.of(Submission).sketch(measured, "timeTaken")
    minutes = {row["_id"]: row["timeTaken"] / 60 for row in timed if "timeTaken" in row}
    return [_Done(local_day(row["at"], context.zone), minutes.get(row["_id"], 0.0)) for row in rows if "at" in row]


def _until(context: MentorContext) -> Raw:
    return {"at": {"$lte": context.now()}}


def _count(name: str, tried: Collection[_Tried]) -> Solved:
    """Count the problems that were tried; one that was ever solved unaided counts as that."""
    solved = sum(problem.solved for problem in tried)
    helped = sum(problem.helped and not problem.solved for problem in tried)
    return Solved(name=name, tried=len(tried), solved=solved, with_help=helped)


def _by_difficulty(tried: Collection[_Tried]) -> tuple[Solved, ...]:
    return tuple(_count(level, [problem for problem in tried if problem.level == level]) for level in _LEVELS)


def _by_topic(tried: Collection[_Tried], book: TopicBook) -> tuple[Solved, ...]:
    """Return the topics of the problems that were tried, those with the most solved first."""
    found: dict[ObjectId, list[_Tried]] = defaultdict(list)
    for problem in tried:
        for topic in problem.topics:
            found[topic].append(problem)
    counts = [_count(book.names[topic], problems) for topic, problems in found.items()]
    return tuple(sorted(counts, key=lambda count: (-count.solved, -count.tried, count.name)))


def _sum_week(week: Week, recent: Sequence[_Done], tried: Collection[_Tried]) -> WeekSum:
    inside = [done for done in recent if week.holds(done.day)]
    return WeekSum(
        first=week.first.isoformat(),
        last=week.last.isoformat(),
        attempts=len(inside),
        newly_solved=sum(problem.solved_on is not None and week.holds(problem.solved_on) for problem in tried),
        days=len({done.day for done in inside}),
        minutes=round(sum(done.minutes for done in inside), 1),
    )


def _next_step(due: int, overdue: int, *, attempts: int, streak: int, today: bool) -> str:
    """Say what to do next, what cannot wait first."""
    if not attempts:
        return "Solve a first problem and record how it went; everything else follows from that."
    if due:
        return "A revision is due: do it." if due == 1 else f"{due} revisions are due: begin with the most urgent one."
    if overdue:
        return (
            "A task is overdue: do it or move it." if overdue == 1 else f"{overdue} tasks are overdue: do or move them."
        )
    if streak and not today:
        return f"Solve one problem today to keep your streak of {streak} {'day' if streak == 1 else 'days'}."
    return "Nothing is due: take the next problem."


PROGRESS = (Verb(show_progress, doing="counting what you did"),)
