"""What could be done today: everything that a plan may choose from, each with its minutes and its why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from learning.day import Item
from store.client import ObjectId
from store.documents.problems import Problem
from store.documents.sessions import PreparationTask
from tools.choosing import Path, read_path, solved_unaided
from tools.context import MentorContext
from tools.dates import local_day, say_day
from tools.estimates import TASK_MINUTES, Pace, read_pace
from tools.problems import ProblemBrief, brief
from tools.revision import DueRevision, list_due_revisions
from tools.sessions import running_sessions
from tools.suggestion import NextProblem, suggest_new
from tools.tasklist import open_tasks

MOST_REVISIONS: Final = 10
MOST_NEW: Final = 4
MOST_TASKS: Final = 20
_REASONS: Final = 2
_USUAL, _EASIER = 3, 2  # of two problems in one place, the best comes before the easier one


@dataclass(frozen=True)
class Offer:
    """An item of the day with what a student reads: its title, why it is there, and what it is about.

    `covered_as` says it in words where another item stands for it; None where that needs no mention.
    """

    item: Item
    title: str
    why: str
    problem: ProblemBrief | None = None
    topic: str | None = None
    task: int | None = None
    covered_as: str | None = None


async def gather(context: MentorContext, today: date, minutes: float) -> list[Offer]:
    """Return what could be done: the started problem, due revisions, new problems, the roadmap's step, tasks.

    `minutes` is what there is: where the best new problem may not fit, the best easy one is offered in its place.
    """
    pace = await read_pace(context)
    offers = await _running(context, pace)
    found = await list_due_revisions(context, limit=MOST_REVISIONS)
    due = [*found.overdue, *found.due_today][:MOST_REVISIONS]
    offers += [_revision(revision, pace, today) for revision in due]
    path, solved = await read_path(context), await solved_unaided(context)
    step = _Step.of(path, solved)
    offers += await _new(context, pace, step, minutes - sum(offer.item.minutes for offer in offers))
    if step is not None:
        offers += await _step(context, pace, step)
    return offers + await _tasks(context, pace, today)


@dataclass(frozen=True)
class _Step:
    """Where the student stands on the roadmap: the first topic with an open problem, and how far it is done."""

    roadmap: str
    topic: ObjectId
    name: str
    problem: ObjectId
    solved: int
    total: int
    places: frozenset[ObjectId]

    @classmethod
    def of(cls, path: Path | None, solved: set[ObjectId]) -> _Step | None:
        first = next((problem for problem in path.places if problem not in solved), None) if path else None
        if path is None or first is None:
            return None
        place = path.places[first]
        here = frozenset(problem for problem, other in path.places.items() if other.topic == place.topic)
        return cls(path.name, place.topic, place.topic_name, first, len(here & solved), len(here), here)

    @property
    def words(self) -> str:
        """Return the step in words: how much of its topic is solved."""
        return f"the current step of {self.roadmap}, {self.name}: {self.solved} of {self.total} solved"


async def _running(context: MentorContext, pace: Pace) -> list[Offer]:
    sessions = await running_sessions(context)
    problem = await context.work.shared(Problem).get(sessions[0].problem_ids[0]) if sessions else None
    if problem is None:
        return []
    item = Item(
        key="running", kind="running", minutes=pace.problem(problem.difficulty), covers=_covers(str(problem.id))
    )
    day = local_day(sessions[0].start_time, context.zone)
    when = say_day(day, local_day(context.now(), context.zone))
    return [Offer(item, problem.title, f"you started it {'' if when == 'today' else 'on '}{when}", brief(problem))]


def _revision(revision: DueRevision, pace: Pace, today: date) -> Offer:
    problem = revision.problem
    item = Item(
        key=f"revision:{revision.topic}",
        kind="revision",
        minutes=pace.revision(problem.difficulty if problem else None),
        priority=revision.priority,
        days_overdue=revision.days_overdue,
        covers=_covers(problem.id if problem else None) | {f"revision:{revision.topic}"},
    )
    day = say_day(date.fromisoformat(revision.due), today)
    when = "due today" if revision.days_overdue == 0 else f"due since {day}"
    recall = (
        f", and the chance that you still remember it is {revision.retention:.0%}"
        if revision.retention is not None
        else ""
    )
    said = f"the revision of {revision.topic}"
    return Offer(item, revision.topic, f"{when}{recall}", problem, revision.topic, covered_as=said)


async def _new(context: MentorContext, pace: Pace, step: _Step | None, left: float) -> list[Offer]:
    """Return the next problem, an easy one in its place where that may be too long, and more for whoever has time."""
    found = await suggest_new(context, most=MOST_NEW)
    offers = [_problem(one, pace, step, "more" if number else "problem") for number, one in enumerate(found)]
    if offers and offers[0].item.minutes > left:
        easy = await suggest_new(context, most=1, difficulty="easy")
        offers += [_problem(one, pace, step, "problem", easier=True) for one in easy]
    return offers


def _problem(found: NextProblem, pace: Pace, step: _Step | None, kind: str, *, easier: bool = False) -> Offer:
    problem = found.problem
    if problem is None:
        raise ValueError("a suggestion without a problem is no offer")
    here = step is not None and ObjectId(problem.id) in step.places
    covers = _covers(problem.id) | ({"step"} if here else set()) | ({"problem"} if kind == "problem" else set())
    item = Item(
        key=f"{'easier' if easier else kind}:{problem.id}",
        kind="problem" if kind == "problem" else "more",
        minutes=pace.problem(problem.difficulty),
        priority=_EASIER if easier else _USUAL,
        covers=frozenset(covers),
    )
    reasons = list(found.reasons[:_REASONS])
    if easier:
        reasons.insert(0, "it is short enough for the time you have")
    elif here and step is not None and kind == "problem":
        reasons.append(step.words)
    return Offer(item, problem.title, "; ".join(reasons), problem, found.topic)


async def _step(context: MentorContext, pace: Pace, step: _Step) -> list[Offer]:
    problem = await context.work.shared(Problem).get(step.problem)
    if problem is None:
        return []
    item = Item(
        key="step", kind="step", minutes=pace.problem(problem.difficulty), covers=_covers(str(problem.id)) | {"step"}
    )
    return [Offer(item, problem.title, f"it is {step.words}", brief(problem), step.name)]


async def _tasks(context: MentorContext, pace: Pace, today: date) -> list[Offer]:
    tasks = (await open_tasks(context))[:MOST_TASKS]
    wanted = [task.problem_id for task in tasks if task.problem_id]
    problems = {item.id: item for item in await context.work.shared(Problem).find({"_id": {"$in": wanted}})}
    return [
        _task(context, pace, today, number, task, problems.get(task.problem_id) if task.problem_id else None)
        for number, task in enumerate(tasks, 1)
    ]


def _task(
    context: MentorContext, pace: Pace, today: date, number: int, task: PreparationTask, problem: Problem | None
) -> Offer:
    day = local_day(task.due_date, context.zone) if task.due_date else None
    covers = set(_covers(str(problem.id) if problem else None))
    if task.task_type == "revision" and task.topic_name:
        covers.add(f"revision:{task.topic_name}")
    usual = pace.problem(problem.difficulty) if problem else TASK_MINUTES
    item = Item(
        key=f"task:{task.id}",
        kind="task",
        minutes=task.estimated_duration_minutes or usual,
        priority=task.priority,
        days_overdue=(today - day).days if day else None,
        covers=frozenset(covers),
    )
    why = _why_task(day, today, task.priority)
    said = f"your task “{task.title}”"
    shown = brief(problem) if problem else None
    return Offer(item, task.title, why, shown, task.topic_name, task=number, covered_as=said)


def _why_task(day: date | None, today: date, priority: int) -> str:
    if day is None:
        when = "on your list without a day"
    elif day < today:
        when = f"on your list, overdue since {say_day(day, today)}"
    else:
        when = f"on your list, due {say_day(day, today)}"
    return when + (f", priority {priority} of 5" if priority > 3 else "")


def _covers(problem: str | None) -> frozenset[str]:
    return frozenset({f"problem:{problem}"}) if problem else frozenset()
