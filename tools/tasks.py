"""Tasks: what the student means to do, and by when."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from store.documents.problems import Problem
from store.documents.repeats import Repeat, TaskRepeat
from store.documents.sessions import PreparationTask, TaskType
from tools import repeats
from tools.arguments import check_minutes, check_whole, clean_line, clean_text
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import end_of_day, local_day, parse_day, say_day
from tools.errors import ToolFailed, ToolRetry
from tools.matching import fold
from tools.problems import resolve_problem
from tools.shifts import parse_new_day
from tools.tasklist import MOST_OPEN, TaskBrief, open_tasks, pick, show_tasks, status_of, sweep_overdue
from tools.topics import resolve_topic

TaskFilter = Literal["open", "pending", "in-progress", "overdue", "completed", "all"]
TaskChange = Literal["added", "completed", "moved", "deleted"]

TITLE_LIMIT: Final = 200
SHOWN: Final = 50

Which = Annotated[str, Field(max_length=TITLE_LIMIT, description="Its number in the list, or words of its title.")]


class TaskReceipt(Receipt):
    """The task that was changed, as it is now, or was before it was deleted.

    `next_due`: the day of the next one, where a repeating task was completed.
    """

    task: TaskBrief
    change: TaskChange = "added"
    next_due: str | None = None


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
    repeat: Annotated[
        Repeat | None, Field(description="How it comes again once it is done; weekly: on the weekday of `due`.")
    ] = None,
) -> TaskReceipt:
    """Add a task to the student's list.

    Use it for "remind me to", "I want to do two sum tomorrow", "every weekday one easy problem". A task with a problem
    completes itself when that problem is solved on its day or later; a repeating one comes again once it is completed.
    """
    title = clean_line(title, "the title", limit=TITLE_LIMIT)
    minutes = check_minutes(minutes)
    priority = check_whole(priority, "The priority", lowest=1, highest=5)
    if repeat not in (None, *get_args(Repeat)):
        raise ToolRetry(f"A task can repeat {', '.join(get_args(Repeat))}.", choices=get_args(Repeat))
    today = local_day(context.now(), context.zone)
    day = parse_day(due, today) if due is not None else None
    day = repeats.first_day(repeat, day or today) if repeat else day
    about = await resolve_problem(context, problem) if problem is not None else None
    topic_id, topic_name = await resolve_topic(context, topic) if topic is not None else (None, None)
    tasks = context.work.of(PreparationTask)
    if await tasks.count({"status": {"$ne": "completed"}}, limit=MOST_OPEN) >= MOST_OPEN:
        raise ToolFailed(f"There are {MOST_OPEN} open tasks already; complete some before you add another.")
    await sweep_overdue(context)
    task = PreparationTask(
        id=context.work.new_id(),
        user_id=context.student,
        task_type=_type_of(title, practises=about is not None),
        topic_id=topic_id,
        topic_name=topic_name,
        problem_id=about.id if about else None,
        difficulty_level=_level(about),
        title=title,
        estimated_duration_minutes=minutes,
        priority=priority,
        due_date=end_of_day(day, context.zone) if day else None,
        generated_by="user-manual",
    )
    await tasks.add(task)
    if repeat and day:
        rule = TaskRepeat(
            id=context.work.new_id(), user_id=context.student, task_id=task.id, rule=repeat, weekday=day.weekday()
        )
        await context.work.of(TaskRepeat).add(rule)
    again = f" · {repeats.SAID[repeat]}" if repeat else ""
    said = f" · due {say_day(day, today)}" if day else ""
    return await _receipt(context, task, "added", f"{title} · task added", said + again)


async def list_tasks(
    context: MentorContext,
    status: Annotated[TaskFilter, Field(description="open is everything that is not completed.")] = "open",
) -> TaskList:
    """List the student's tasks, the first due first.

    Use it for "what is on my list", "my tasks". The numbers are the ones that complete_task, reschedule_task and
    delete_task understand.
    """
    if status not in get_args(TaskFilter):
        raise ToolRetry(f"The status must be one of {', '.join(get_args(TaskFilter))}.", choices=get_args(TaskFilter))
    numbered = list(enumerate(await open_tasks(context), 1))
    if status in ("completed", "all"):
        done = await context.work.of(PreparationTask).find(
            {"status": "completed"}, sort=[("completedAt", -1), ("_id", -1)], limit=MOST_OPEN
        )
        numbered = [*(numbered if status == "all" else []), *((0, task) for task in done)]
    elif status != "open":
        numbered = [(number, task) for number, task in numbered if status_of(context, task) == status]
    return TaskList(
        today=local_day(context.now(), context.zone).isoformat(),
        status=status,
        tasks=await show_tasks(context, numbered[:SHOWN]),
        total=len(numbered),
    )


async def complete_task(context: MentorContext, which: Which) -> TaskReceipt:
    """Mark one open task as completed; a repeating one then comes again on its next day.

    Use it when the student says that a task is done. If they solved a problem, call record_attempt instead: it
    completes the task about that problem by itself.
    """
    task = await _find(context, which)
    following = await repeats.complete(context, task, context.now())
    line = f"{task.title} · task done"
    if following is None or following.due_date is None:
        return await _receipt(context, task, "completed", line)
    day = local_day(following.due_date, context.zone)
    receipt = await _receipt(context, task, "completed", line, f" · next {_say(context, day)}")
    return receipt.model_copy(update={"next_due": day.isoformat()})


async def reschedule_task(
    context: MentorContext,
    which: Which,
    due: Annotated[
        str, Field(max_length=60, description="The new day: 2026-12-24, friday, in 3 days; or 3 days later.")
    ],
) -> TaskReceipt:
    """Move one open task to another day.

    Use it for "move task 2 to friday", "not today, tomorrow". Of a repeating task this moves only the open one; those
    after it fall on their usual days.
    """
    today = local_day(context.now(), context.zone)
    task = await _pick(context, which)
    before = local_day(task.due_date, context.zone) if task.due_date else None
    day = parse_new_day(due, today, max(before or today, today))
    if before == day:
        receipt = await _receipt(context, task, "moved", f"{task.title} · due {say_day(day, today)} already")
        return receipt.model_copy(update={"undo_label": None})
    task = await _swept(context, task)
    task.due_date = end_of_day(day, context.zone)
    task.status = status_of(context, task)
    await context.work.of(PreparationTask).save(task)
    return await _receipt(context, task, "moved", f"{task.title} · moved to {say_day(day, today)}")


async def delete_task(context: MentorContext, which: Which) -> TaskReceipt:
    """Delete one open task, as if it had never been added; a repeating one does not come again.

    Use it for "delete task 3", "I don't need that reminder any more". A task that was done is completed, not deleted.
    """
    task = await _find(context, which)
    receipt = await _receipt(context, task, "deleted", f"{task.title} · task deleted")
    ended = await repeats.end_repeat(context, task)
    await context.work.of(PreparationTask).remove(task)
    line = receipt.line + (f" · it no longer comes {repeats.SAID[ended]}" if ended else "")
    gone = receipt.task.model_copy(update={"number": 0})
    return receipt.model_copy(update={"line": line, "task": gone})


async def _find(context: MentorContext, which: str) -> PreparationTask:
    """Return the open task that is meant, with what time changed in the list stored."""
    return await _swept(context, await _pick(context, which))


async def _pick(context: MentorContext, which: str) -> PreparationTask:
    return pick(clean_text(which, "the task", limit=TITLE_LIMIT), await open_tasks(context))


async def _swept(context: MentorContext, chosen: PreparationTask) -> PreparationTask:
    """Store what time changed in the list, and return the chosen task as it then is."""
    await sweep_overdue(context)  # after the choice: it may add a task, and the numbers that were shown count
    return await context.work.of(PreparationTask).get(chosen.id) or chosen


async def _receipt(
    context: MentorContext, task: PreparationTask, change: TaskChange, line: str, more: str = ""
) -> TaskReceipt:
    ids = [item.id for item in await open_tasks(context)]
    number = ids.index(task.id) + 1 if task.id in ids else 0
    shown = (await show_tasks(context, [(number, task)]))[0]
    return TaskReceipt(line=line + more, undo_label=line, task=shown, change=change)


def _say(context: MentorContext, day: date) -> str:
    return say_day(day, local_day(context.now(), context.zone))


def _level(problem: Problem | None) -> Literal["easy", "medium", "hard"] | None:
    return problem.difficulty if problem and problem.difficulty in ("easy", "medium", "hard") else None


def _type_of(title: str, *, practises: bool) -> TaskType:
    words = set(fold(title).split())
    if words & {"revise", "revision", "review", "repeat"}:
        return "revision"
    if words & {"mock", "interview"}:
        return "mock-interview"
    return "practice" if practises or words & {"solve", "practise", "practice"} else "learning"


TASKS = (
    Verb(add_task, doing="adding your task", writes=True),
    Verb(list_tasks, doing="looking at your tasks"),
    Verb(complete_task, doing="ticking your task off", writes=True),
    Verb(reschedule_task, doing="moving your task", writes=True),
    Verb(delete_task, doing="deleting your task", writes=True),
)
