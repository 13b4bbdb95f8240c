"""The student's list of tasks: in order, numbered, with the status that each has now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import Final
from zoneinfo import ZoneInfo

from store.client import ObjectId
from store.documents.problems import ProblemFacts
from store.documents.repeats import Repeat
from store.documents.sessions import PreparationTask, TaskStatus
from tools.arguments import check_number, name_some, shown
from tools.context import MentorContext, Result
from tools.dates import local_day
from tools.errors import ToolFailed, ToolRetry
from tools.matching import fold, rank, winner
from tools.problems import read_facts
from tools.repeats import follow_elsewhere, rules_of

MOST_OPEN: Final = 500


class TaskBrief(Result):
    """A task. `number` is its place in the list of open tasks, 0 when it is not in it; `due` is the student's day."""

    number: int
    id: str
    title: str
    status: TaskStatus
    due: str | None = None
    priority: int
    minutes: float | None = None
    topic: str | None = None
    problem: str | None = None
    repeat: Repeat | None = None


async def sweep_overdue(context: MentorContext) -> int:
    """Store what time alone changed in the student's tasks, and return how many tasks that are.

    A task past its day in the student's zone becomes overdue, one that no longer is becomes pending, and a repeating
    task that another program completed comes again. To be called in a transaction; verbs that write tasks do it first.
    """
    changed = await follow_elsewhere(context)
    for task in await open_tasks(context):
        status = status_of(context, task)
        if status != task.status:
            task.status = status
            await context.work.of(PreparationTask).save(task)
            changed += 1
    return changed


def status_of(context: MentorContext, task: PreparationTask) -> TaskStatus:
    """Return a task's status now: open and past its day, in the student's zone, is overdue."""
    if task.status == "completed" or task.due_date is None:
        return task.status
    today = local_day(context.now(), context.zone)
    if local_day(task.due_date, context.zone) < today:
        return "overdue"
    return "pending" if task.status == "overdue" else task.status


async def open_tasks(context: MentorContext) -> list[PreparationTask]:
    """Return the open tasks, the first five hundred: by due day, those without one last, then by priority and age."""
    tasks = context.work.of(PreparationTask)
    is_open: dict[str, object] = {"status": {"$ne": "completed"}}
    dated = await tasks.find({**is_open, "dueDate": {"$ne": None}}, sort=[("dueDate", 1), ("_id", 1)], limit=MOST_OPEN)
    left = MOST_OPEN - len(dated)
    by_priority = [("priority", -1), ("_id", 1)]
    # Two queries: MongoDB sorts what has no day before everything else.
    undated = await tasks.find({**is_open, "dueDate": None}, sort=by_priority, limit=left) if left else []

    def order(task: PreparationTask) -> tuple[date, int, str]:
        day = local_day(task.due_date, context.zone) if task.due_date else date.max
        return day, -task.priority, str(task.id)

    return sorted([*dated, *undated], key=order)


async def keep_days(context: MentorContext, old: ZoneInfo, new: ZoneInfo) -> None:
    """Let every open task be due at the same time of the same day in another zone: a day is the student's own."""
    for task in await context.work.of(PreparationTask).find({"status": {"$ne": "completed"}, "dueDate": {"$ne": None}}):
        if task.due_date is None:
            continue
        due = task.due_date.astimezone(old).replace(tzinfo=new).astimezone(UTC)
        if due != task.due_date:
            task.due_date = due
            await context.work.of(PreparationTask).save(task)


def pick(said: str, tasks: Sequence[PreparationTask]) -> PreparationTask:
    """Return the one task that is meant by its id, its number or words of its title.

    Raises: ToolRetry with the numbers to choose from; ToolFailed when there is no open task.
    """
    if not tasks:
        raise ToolFailed("There is no open task.")
    if ObjectId.is_valid(said) and (same := [task for task in tasks if str(task.id) == said.lower()]):
        return same[0]
    number = said.removeprefix("#").removeprefix("task ").strip()
    if place := check_number(number, "open task", highest=len(tasks)):
        return tasks[place - 1]
    folded = fold(said)
    titles = {str(task.id): fold(task.title) for task in tasks}
    found = [task for task in tasks if titles[str(task.id)] == folded]
    found = found or [task for task in tasks if folded and folded in titles[str(task.id)]]
    if len(found) == 1:
        return found[0]
    near = rank(said, titles, limit=5)
    if not found and (best := winner(near)):
        return next(task for task in tasks if str(task.id) == best.key)
    keys = [match.key for match in near]
    offered = found or [task for task in tasks if str(task.id) in keys] or list(tasks)
    raise _unsure(said, tasks, offered[:5])


def _unsure(said: str, tasks: Sequence[PreparationTask], offered: Sequence[PreparationTask]) -> ToolRetry:
    numbers = {task.id: number for number, task in enumerate(tasks, 1)}
    choices = [str(numbers[task.id]) for task in offered]
    listed = name_some([f"{numbers[task.id]} ({task.title})" for task in offered], 5)
    return ToolRetry(f"Which task is {shown(said)}: {listed}? Say its number.", choices=choices)


async def show_tasks(context: MentorContext, numbered: Sequence[tuple[int, PreparationTask]]) -> tuple[TaskBrief, ...]:
    """Return tasks as results, each with its number."""
    tasks = [task for _, task in numbered]
    facts = await read_facts(context, {task.problem_id for task in tasks if task.problem_id})
    rules = await rules_of(context, tasks)
    return tuple(_show(context, number, task, facts, rules) for number, task in numbered)


def _show(
    context: MentorContext,
    number: int,
    task: PreparationTask,
    facts: Mapping[ObjectId, ProblemFacts],
    rules: Mapping[ObjectId, Repeat],
) -> TaskBrief:
    problem = facts.get(task.problem_id) if task.problem_id else None
    return TaskBrief(
        number=number,
        id=str(task.id),
        title=task.title,
        status=status_of(context, task),
        due=local_day(task.due_date, context.zone).isoformat() if task.due_date else None,
        priority=task.priority,
        minutes=task.estimated_duration_minutes,
        topic=task.topic_name,
        problem=problem.title if problem else None,
        repeat=rules.get(task.id),
    )
