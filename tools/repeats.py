"""Completing tasks, and what comes again once it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from store.client import ObjectId
from store.documents.repeats import Repeat, TaskRepeat
from store.documents.sessions import PreparationTask
from tools.context import MentorContext
from tools.dates import end_of_day, local_day

SAID: Final[dict[Repeat, str]] = {"daily": "every day", "weekdays": "every weekday", "weekly": "every week"}
"""How a receipt says a rule."""
_WORKING_DAYS: Final = 5


def first_day(rule: Repeat, day: date) -> date:
    """Return the first day of a series that begins on `day` or, where that is no day of the rule, right after it."""
    return next_day(rule, day.weekday(), day - timedelta(days=1))


def next_day(rule: Repeat, weekday: int, after: date) -> date:
    """Return the first day after `after` on which the rule falls; `weekday` (0 is Monday) counts for a weekly one."""
    day = after + timedelta(days=1)
    if rule == "weekly":
        return day + timedelta(days=(weekday - day.weekday()) % 7)
    if rule == "weekdays" and day.weekday() >= _WORKING_DAYS:
        return day + timedelta(days=7 - day.weekday())
    return day


async def complete(
    context: MentorContext, task: PreparationTask, at: datetime, *, score: float | None = None
) -> PreparationTask | None:
    """Store a task as completed. One that repeats comes again: the next one is stored too, and returned."""
    task.status, task.completed, task.completed_at = "completed", True, at
    if score is not None:
        task.score = score
    await context.work.of(PreparationTask).save(task)
    repeat = await context.work.of(TaskRepeat).find_one({"taskId": task.id})
    return await _add_next(context, repeat, task, at) if repeat else None


async def _add_next(
    context: MentorContext, repeat: TaskRepeat, task: PreparationTask, done_at: datetime
) -> PreparationTask:
    """Store the next occurrence: after the day on which the last was due and was done, and not in the past."""
    done = local_day(done_at, context.zone)
    due = local_day(task.due_date, context.zone) if task.due_date else done
    yesterday = local_day(context.now(), context.zone) - timedelta(days=1)
    day = next_day(repeat.rule, repeat.weekday, max(due, done, yesterday))
    following = PreparationTask(
        id=context.work.new_id(),
        user_id=context.student,
        task_type=task.task_type,
        topic_id=task.topic_id,
        topic_name=task.topic_name,
        problem_id=task.problem_id,
        difficulty_level=task.difficulty_level,
        title=task.title,
        description=task.description,
        estimated_duration_minutes=task.estimated_duration_minutes,
        priority=task.priority,
        due_date=end_of_day(day, context.zone),
        generated_by=task.generated_by,
    )
    await context.work.of(PreparationTask).add(following)
    repeat.task_id = following.id
    await context.work.of(TaskRepeat).save(repeat)
    return following


async def end_repeat(context: MentorContext, task: PreparationTask) -> Repeat | None:
    """Let a task not come again; return the rule that it had."""
    repeats = context.work.of(TaskRepeat)
    repeat = await repeats.find_one({"taskId": task.id})
    if repeat is None:
        return None
    await repeats.remove(repeat)
    return repeat.rule


async def rules_of(context: MentorContext, tasks: Sequence[PreparationTask]) -> dict[ObjectId, Repeat]:
    """Return the rules of those tasks that repeat."""
    found = await context.work.of(TaskRepeat).find({"taskId": {"$in": [task.id for task in tasks]}})
    return {repeat.task_id: repeat.rule for repeat in found}


async def follow_elsewhere(context: MentorContext) -> int:
    """Add the next one of tasks that were completed by another program; a repeat whose task is gone ends.

    Returns: how many were added.
    """
    repeats = await context.work.of(TaskRepeat).find({}, sort=[("_id", 1)])
    tasks = await context.work.of(PreparationTask).find({"_id": {"$in": [repeat.task_id for repeat in repeats]}})
    known = {task.id: task for task in tasks}
    added = 0
    for repeat in repeats:
        task = known.get(repeat.task_id)
        if task is None:
            await context.work.of(TaskRepeat).remove(repeat)
        elif task.status == "completed":
            await _add_next(context, repeat, task, task.completed_at or context.now())
            added += 1
    return added
