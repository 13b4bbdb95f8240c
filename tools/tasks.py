"""Tasks: what the student means to do, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from store.client import ObjectId
from store.documents.problems import Problem
from store.documents.sessions import PreparationTask, TaskStatus, TaskType
from tools.arguments import check_minutes, check_whole, clean_text, name_some, shown
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import end_of_day, local_day, parse_day, say_day
from tools.errors import ToolFailed, ToolRetry
from tools.matching import fold, rank, winner
from tools.problems import resolve_problem
from tools.topics import resolve_topic

TaskFilter = Literal["open", "pending", "in-progress", "overdue", "completed", "all"]

TITLE_LIMIT: Final = 200
MOST_OPEN: Final = 500
SHOWN: Final = 50


class TaskBrief(Result):
    """A task. `number` is its place in the list of open tasks, 0 when it is completed; `due` is the student's day."""

    number: int
    id: str
    title: str
    status: TaskStatus
    due: str | None = None
    priority: int
    minutes: float | None = None
    topic: str | None = None
    problem: str | None = None


class TaskReceipt(Receipt):
    """The task that was added or completed, as it is now."""

    task: TaskBrief


class TaskList(Result):
    """Tasks in the order of their due days; `total` counts them all, `tasks` holds the first fifty."""

    today: str
    status: TaskFilter
    tasks: tuple[TaskBrief, ...]
    total: int


async def add_task(
    context: MentorContext,
    title: Annotated[str, Field(min_length=1, max_length=TITLE_LIMIT, description="What is to be done, in few words.")],
    due: Annotated[
        str | None, Field(max_length=60, description="A day: 2026-12-24, tomorrow, friday, in 3 days, 15 march.")
    ] = None,
    problem: Annotated[str | None, Field(max_length=500, description="The problem it is about, if one.")] = None,
    topic: Annotated[str | None, Field(max_length=200, description="The topic it is about, if one.")] = None,
    minutes: Annotated[float | None, Field(gt=0, le=1440, description="Minutes that it will take.")] = None,
    priority: Annotated[int, Field(ge=1, le=5, description="1 (low) to 5 (urgent).")] = 3,
) -> TaskReceipt:
    """Add a task to the student's list.

    Use it for "remind me to", "I want to do two sum tomorrow". A task with a problem completes itself when that problem
    is recorded as solved.
    """
    title = clean_text(title, "the title", limit=TITLE_LIMIT)
    minutes = check_minutes(minutes)
    priority = check_whole(priority, "The priority", lowest=1, highest=5)
    today = local_day(context.now(), context.zone)
    day = parse_day(due, today) if due is not None else None
    about = await resolve_problem(context, problem) if problem is not None else None
    topic_id, topic_name = await resolve_topic(context, topic) if topic is not None else (None, None)
    tasks = context.work.of(PreparationTask)
    if await tasks.count({"status": {"$ne": "completed"}}, limit=MOST_OPEN) >= MOST_OPEN:
        raise ToolFailed(f"There are {MOST_OPEN} open tasks already; complete some before you add another.")
    task = PreparationTask(
        id=context.work.new_id(),
        user_id=context.student,
        task_type=_type_of(title, practises=about is not None),
        topic_id=topic_id,
        topic_name=topic_name,
        problem_id=about.id if about else None,
        difficulty_level=about.difficulty if about and about.difficulty in ("easy", "medium", "hard") else None,
        title=title,
        estimated_duration_minutes=minutes,
        priority=priority,
        due_date=end_of_day(day, context.zone) if day else None,
        generated_by="user-manual",
    )
    await tasks.add(task)
    number = [item.id for item in await _open_tasks(context)].index(task.id) + 1
    said = f" · due {say_day(day, today)}" if day else ""
    shown_task = _show(context, task, number, about.title if about else None)
    return TaskReceipt(line=f"{title} · task added{said}", undo_label=f"{title} · task added", task=shown_task)


async def list_tasks(
    context: MentorContext,
    status: Annotated[TaskFilter, Field(description="open is everything that is not completed.")] = "open",
) -> TaskList:
    """List the student's tasks, the first due first.

    Use it for "what is on my list", "my tasks". The numbers are the ones that complete_task understands.
    """
    if status not in get_args(TaskFilter):
        raise ToolRetry(f"The status must be one of {', '.join(get_args(TaskFilter))}.", choices=get_args(TaskFilter))
    open_tasks = await _open_tasks(context)
    numbered = [(number, task) for number, task in enumerate(open_tasks, 1)]
    if status in ("completed", "all"):
        done = await context.work.of(PreparationTask).find(
            {"status": "completed"}, sort=[("completedAt", -1), ("_id", -1)], limit=MOST_OPEN
        )
        numbered = [*(numbered if status == "all" else []), *((0, task) for task in done)]
    elif status != "open":
        numbered = [(number, task) for number, task in numbered if status_of(context, task) == status]
    titles = await _problem_titles(context, [task for _, task in numbered[:SHOWN]])
    return TaskList(
        today=local_day(context.now(), context.zone).isoformat(),
        status=status,
        tasks=tuple(
            _show(context, task, number, titles.get(task.problem_id) if task.problem_id else None)
            for number, task in numbered[:SHOWN]
        ),
        total=len(numbered),
    )


async def complete_task(
    context: MentorContext,
    which: Annotated[str, Field(max_length=TITLE_LIMIT, description="Its number in the list, or words of its title.")],
) -> TaskReceipt:
    """Mark one open task as completed.

    Use it when the student says that a task is done. If they solved a problem, call record_attempt instead: it
    completes the task about that problem by itself.
    """
    said = clean_text(which, "the task", limit=TITLE_LIMIT)
    task = _pick(said, await _open_tasks(context))
    task.status, task.completed, task.completed_at = "completed", True, context.now()
    await context.work.of(PreparationTask).save(task)
    titles = await _problem_titles(context, [task])
    shown_task = _show(context, task, 0, titles.get(task.problem_id) if task.problem_id else None)
    return TaskReceipt(line=f"{task.title} · task done", undo_label=f"{task.title} · task done", task=shown_task)


def status_of(context: MentorContext, task: PreparationTask) -> TaskStatus:
    """Return a task's status now: open and past its day, in the student's zone, is overdue."""
    if task.status == "completed" or task.due_date is None:
        return task.status
    today = local_day(context.now(), context.zone)
    if local_day(task.due_date, context.zone) < today:
        return "overdue"
    return "pending" if task.status == "overdue" else task.status


async def _open_tasks(context: MentorContext) -> list[PreparationTask]:
    """Return the open tasks: by due day, those without one last, then by priority and age."""
    tasks = await context.work.of(PreparationTask).find({"status": {"$ne": "completed"}}, limit=MOST_OPEN)

    def order(task: PreparationTask) -> tuple[date, int, str]:
        day = local_day(task.due_date, context.zone) if task.due_date else date.max
        return day, -task.priority, str(task.id)

    return sorted(tasks, key=order)


def _pick(said: str, tasks: Sequence[PreparationTask]) -> PreparationTask:
    if not tasks:
        raise ToolFailed("There is no open task.")
    if ObjectId.is_valid(said) and (same := [task for task in tasks if str(task.id) == said.lower()]):
        return same[0]
    number = said.removeprefix("#").removeprefix("task ").strip()
    if number.isdecimal():
        if 1 <= int(number[:6]) <= len(tasks):
            return tasks[int(number[:6]) - 1]
        raise ToolRetry(f"There is no task {number[:6]}; the open tasks are numbered 1 to {len(tasks)}.")
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


async def _problem_titles(context: MentorContext, tasks: Sequence[PreparationTask]) -> dict[ObjectId, str]:
    wanted = [task.problem_id for task in tasks if task.problem_id]
    if not wanted:
        return {}
    raws = await context.work.shared(Problem).sketch({"_id": {"$in": wanted}}, "title")
    return {raw["_id"]: str(raw["title"]) for raw in raws}


def _type_of(title: str, *, practises: bool) -> TaskType:
    words = set(fold(title).split())
    if words & {"revise", "revision", "review", "repeat"}:
        return "revision"
    if words & {"mock", "interview"}:
        return "mock-interview"
    return "practice" if practises or words & {"solve", "practise", "practice"} else "learning"


def _show(context: MentorContext, task: PreparationTask, number: int, problem: str | None) -> TaskBrief:
    return TaskBrief(
        number=number,
        id=str(task.id),
        title=task.title,
        status=status_of(context, task),
        due=local_day(task.due_date, context.zone).isoformat() if task.due_date else None,
        priority=task.priority,
        minutes=task.estimated_duration_minutes,
        topic=task.topic_name,
        problem=problem,
    )


TASKS = (
    Verb(add_task, doing="adding your task", writes=True),
    Verb(list_tasks, doing="looking at your tasks"),
    Verb(complete_task, doing="ticking your task off", writes=True),
)
