"""How a session begins: three lines and three choices for who is new, what is due for who comes back."""

from __future__ import annotations

import logging

from bot.app import App
from bot.greeting import choices, introduce
from store.client import ObjectId
from store.documents.own import StudentSettings
from store.documents.problems import Problem
from store.errors import StoreError
from store.work import UnitOfWork
from texts import say
from tools.context import MentorContext
from tools.errors import ToolError
from tools.revision import list_due_revisions
from tools.sessions import running_problem, running_sessions
from tools.zones import zone_of

log = logging.getLogger(__name__)

HELLO = f"{introduce()}\nJust write what you want (/help lists more), or begin with a number:"
CHOICES: tuple[tuple[str, str], ...] = choices()
"""What is offered, and the message that each number stands for."""


def choice_of(text: str) -> str | None:
    """Return the message that a number stands for right after the greeting, or None for anything else."""
    number = text.strip().rstrip(".)")
    return CHOICES[int(number) - 1][1] if number in {"1", "2", "3"} else None


async def welcome_back(app: App, student: ObjectId) -> str:
    """Return the line that greets a student who was here before: what runs and what is due, if that can be told."""
    unit = UnitOfWork(app.database, student, clock=app.clock, ids=app.ids)
    try:
        settings = await unit.of(StudentSettings).own()
        context = MentorContext(work=unit, clock=app.clock, zone=zone_of(settings))
        due = await list_due_revisions(context, limit=3)
        running = running_problem(await running_sessions(context))
        problem = await unit.shared(Problem).get(running) if running else None
    except (StoreError, ToolError, ValueError, KeyError) as exc:
        log.warning("what runs and is due could not be looked up for the greeting: %s", exc)
        return say("Welcome back!")
    if problem is not None:
        return say(
            "Welcome back! {problem} is still running: “hint” for a small step, or tell me how it went.",
            problem=problem.title,
        )
    topics = [revision.topic for revision in due.due]
    if not topics:
        return say("Welcome back! No revision is due today; “give me one” gets you the next problem.")
    more = due.total_due - len(topics)
    named = ", ".join(topics)
    if more > 0:
        return say("Welcome back! Due for revision: {topics} and {more} more.", topics=named, more=more)
    return say("Welcome back! Due for revision: {topics}.", topics=named)
