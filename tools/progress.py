"""How practice goes: what is solved, how steadily, this week against last, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from learning.consistency import Week, last_week, last_week_so_far, local_days, measure_streak, this_week
from store.client import ObjectId
from store.documents.own import Attempt
from store.documents.problems import Problem, Submission
from tools.context import MentorContext, Result, Verb
from tools.dates import local_day
from tools.revision import list_due_revisions
from tools.tasklist import open_tasks, status_of
from tools.topics import TopicBook, read_topics

_LEVELS: Final = ("easy", "medium", "hard")
_TOPICS_SHOWN: Final = 8


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
class _Past:
    """The attempts, oldest first, with the student's day and the minutes of each, and the problems' facts."""

    attempts: Sequence[Attempt]
    days: dict[ObjectId, date]
    minutes: dict[ObjectId, float]
    problems: dict[ObjectId, tuple[str, tuple[ObjectId, ...]]]


async def show_progress(context: MentorContext) -> Progress:
    """Show how the student's practice goes: solved by difficulty and topic, streak, this week against last, next step.

    Use it for "how am I doing", "my progress", "my streak". For how good they are at one topic, call explain_mastery.
    Every figure is counted from what was recorded; do not make up others.
    """
    today = local_day(context.now(), context.zone)
    book = await read_topics(context)
    past = await _read_past(context, book)
    streak = measure_streak(local_days([attempt.at for attempt in past.attempts], context.zone), today)
    everything = _count("all", past, {attempt.problem_id for attempt in past.attempts})
    topics = _by_topic(past, book)
    revisions = await list_due_revisions(context, limit=1)
    due = 0 if revisions.paused_until else revisions.total_due
    overdue = sum(status_of(context, task) == "overdue" for task in await open_tasks(context))
    return Progress(
        today=today.isoformat(),
        time_zone=context.zone.key,
        attempts=len(past.attempts),
        tried=everything.tried,
        solved=everything.solved,
        with_help=everything.with_help,
        by_difficulty=_by_difficulty(past),
        by_topic=topics[:_TOPICS_SHOWN],
        topics_practised=len(topics),
        streak=streak.current,
        longest_streak=streak.longest,
        today_counts=streak.today,
        this_week=_sum_week(past, this_week(today)),
        last_week=_sum_week(past, last_week(today)),
        last_week_so_far=_sum_week(past, last_week_so_far(today)),
        revisions_due=revisions.total_due,
        tasks_overdue=overdue,
        next_step=_next_step(due, overdue, attempts=len(past.attempts), streak=streak.current, today=streak.today),
    )


async def _read_past(context: MentorContext, book: TopicBook) -> _Past:
    attempts = await context.work.of(Attempt).find({"at": {"$lte": context.now()}}, sort=[("at", 1), ("_id", 1)])
    timed = await context.work.of(Submission).aggregate({"timeTaken": {"$gt": 0}}, {"$project": {"timeTaken": 1}})
    wanted = list({attempt.problem_id for attempt in attempts})
    raws = await context.work.shared(Problem).sketch({"_id": {"$in": wanted}}, "difficulty", "topics")
    return _Past(
        attempts=attempts,
        days={attempt.id: local_day(attempt.at, context.zone) for attempt in attempts},
        minutes={row["_id"]: row["timeTaken"] / 60 for row in timed},
        problems={raw["_id"]: (str(raw["difficulty"]), tuple(book.sort_out(raw["topics"])[0])) for raw in raws},
    )


def _count(name: str, past: _Past, problems: set[ObjectId]) -> Solved:
    """Count the problems that were tried; one that was ever solved unaided counts as that."""
    unaided = {item.problem_id for item in past.attempts if item.outcome == "unaided"} & problems
    helped = {item.problem_id for item in past.attempts if item.outcome == "with-help"} & problems
    return Solved(name=name, tried=len(problems), solved=len(unaided), with_help=len(helped - unaided))


def _by_difficulty(past: _Past) -> tuple[Solved, ...]:
    found = {level: {item for item, (of, _) in past.problems.items() if of == level} for level in _LEVELS}
    return tuple(_count(level, past, problems) for level, problems in found.items())


def _by_topic(past: _Past, book: TopicBook) -> tuple[Solved, ...]:
    """Return the topics of the problems that were tried, those with the most solved first."""
    tried: dict[ObjectId, set[ObjectId]] = {}
    for problem, (_, topics) in past.problems.items():
        for topic in topics:
            tried.setdefault(topic, set()).add(problem)
    counts = [_count(book.names[topic], past, problems) for topic, problems in tried.items()]
    return tuple(sorted(counts, key=lambda count: (-count.solved, -count.tried, count.name)))


def _sum_week(past: _Past, week: Week) -> WeekSum:
    inside = [attempt for attempt in past.attempts if week.holds(past.days[attempt.id])]
    first: Counter[ObjectId] = Counter()
    newly = 0
    for attempt in past.attempts:
        if attempt.outcome != "unaided":
            continue
        first[attempt.problem_id] += 1
        newly += first[attempt.problem_id] == 1 and week.holds(past.days[attempt.id])
    return WeekSum(
        first=week.first.isoformat(),
        last=week.last.isoformat(),
        attempts=len(inside),
        newly_solved=newly,
        days=len({past.days[attempt.id] for attempt in inside}),
        minutes=round(sum(past.minutes.get(attempt.id, 0.0) for attempt in inside), 1),
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
