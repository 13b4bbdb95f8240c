"""What is due for revision, with which problem, and why on that day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field

from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.problems import Problem
from tools.backlog import Backlog, read_backlog
from tools.context import MentorContext, Result, Verb
from tools.dates import local_day, say_on
from tools.learner import recall_state
from tools.notes import Notebook, read_notebook
from tools.problems import ProblemBrief, brief
from tools.scheduling import explain_date

_UPCOMING: Final = 3
_NOTES: Final = 2
_NOTE_LENGTH: Final = 200


class DueRevision(Result):
    """One topic's revision. `days_overdue` is negative when it lies ahead; `retention` is the recall now, 0 to 1.

    `priority` is 1 (can wait) to 5 (urgent); `problem` is the one to revise with; `notes` are the student's own about
    that problem and the topic, cut short.
    """

    topic: str
    due: str
    days_overdue: int
    retention: float | None
    priority: int
    interval_days: int
    problem: ProblemBrief | None
    why: str
    notes: tuple[str, ...] = ()


class DueRevisions(Result):
    """What is due, the most urgent first, and what comes next. `total_due` counts all that are due by today.

    `left_out` of them are not listed: the student wants at most `daily_cap` a day, of which `done_today` are done.
    While revisions are paused (`paused_until`, a date) none is listed.
    """

    today: str
    time_zone: str
    overdue: tuple[DueRevision, ...]
    due_today: tuple[DueRevision, ...]
    upcoming: tuple[DueRevision, ...]
    total_due: int
    left_out: int = 0
    daily_cap: int = 5
    done_today: int = 0
    paused_until: str | None = None

    @property
    def due(self) -> list[DueRevision]:
        """Return what is listed as due, the most urgent first: the order in which `revise` takes it."""
        return sorted([*self.overdue, *self.due_today], key=lambda item: (-item.priority, item.due))


async def list_due_revisions(
    context: MentorContext,
    limit: Annotated[int, Field(ge=1, le=50, description="How many due revisions at most.")] = 10,
    everything: Annotated[bool, Field(description="Also those beyond the student's daily number or a pause.")] = False,
) -> DueRevisions:
    """List the topics to revise: overdue, due today, and the next ones, in the student's own days.

    Use it for "what is due", "what should I revise". It keeps to the student's daily number and says what it left out.
    To do a revision call start_revision. Say why a date is what it is in the words given.
    """
    backlog = await read_backlog(context)
    today, days = backlog.today, backlog.days
    limit = max(1, min(50, limit))
    chosen = backlog.due[: limit if everything else min(limit, backlog.room)]
    ahead = backlog.ahead[:_UPCOMING]
    problems = await _problems(context, [*chosen, *ahead])

    notebook = await read_notebook(context, problems, [item.topic_id for item in [*chosen, *ahead] if item.topic_id])

    def show(item: RevisionSchedule) -> DueRevision:
        shown = _show(backlog, item, problems)
        return shown.model_copy(update={"notes": _notes(notebook, item)})

    paused = backlog.paused_until
    return DueRevisions(
        today=today.isoformat(),
        time_zone=context.zone.key,
        overdue=tuple(show(item) for item in chosen if days[item.id] < today),
        due_today=tuple(show(item) for item in chosen if days[item.id] == today),
        upcoming=tuple(show(item) for item in ahead),
        total_due=len(backlog.due),
        left_out=len(backlog.due) - len(chosen),
        daily_cap=backlog.settings.daily_cap,
        done_today=backlog.done_today,
        paused_until=local_day(paused, context.zone).isoformat() if paused else None,
    )


async def _problems(context: MentorContext, schedules: Sequence[RevisionSchedule]) -> dict[ObjectId, Problem]:
    wanted = [item.problems_to_revise[0].problem_id for item in schedules if item.problems_to_revise]
    return {problem.id: problem for problem in await context.work.shared(Problem).find({"_id": {"$in": wanted}})}


def _notes(notebook: Notebook, item: RevisionSchedule) -> tuple[str, ...]:
    problem = item.problems_to_revise[0].problem_id if item.problems_to_revise else None
    return notebook.on(problem, [item.topic_id] if item.topic_id else [], limit=_NOTES, length=_NOTE_LENGTH)


def _show(backlog: Backlog, schedule: RevisionSchedule, problems: dict[ObjectId, Problem]) -> DueRevision:
    topic, day = schedule.topic_id, backlog.days[schedule.id]
    recall = backlog.view.recall(topic, backlog.now) if topic else None
    first = schedule.problems_to_revise[0].problem_id if schedule.problems_to_revise else None
    problem = problems.get(first) if first else None
    return DueRevision(
        topic=backlog.name(schedule),
        due=day.isoformat(),
        days_overdue=(backlog.today - day).days,
        retention=round(recall, 4) if recall is not None else None,
        priority=backlog.urgency(schedule),
        interval_days=round(schedule.revision_interval),
        problem=brief(problem) if problem else None,
        why=explain_due(backlog, schedule),
    )


def explain_due(backlog: Backlog, schedule: RevisionSchedule) -> str:
    """Say why a topic is due when it is."""
    topic = schedule.topic_id
    if topic and (delay := backlog.delays.get(topic)):
        how = "You put it off" if delay.reason == "snooze" else "Your catch-up plan has it on this day"
        return f"{how}; it had been due {say_on(local_day(delay.due_before, backlog.zone), backlog.today)}."
    known = backlog.view.topics.get(topic) if topic else None
    when = say_on(backlog.days[schedule.id], backlog.today)
    return explain_date(schedule, recall_state(known) if known else None, backlog.view.bias, when)


REVISION = (Verb(list_due_revisions, doing="checking your revisions"),)
