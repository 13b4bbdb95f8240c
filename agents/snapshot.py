"""What changes every turn and the model should know without asking: the date and where the student stands."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from langchain_core.messages import HumanMessage

from agents.quoting import with_quotes
from store.documents.intelligence import RevisionSchedule
from store.documents.own import Quote
from store.documents.people import User
from store.documents.sessions import PreparationTask
from store.names import clean_name
from tools.context import MentorContext

NAME_CHARACTERS = 60


async def ask(text: str, context: MentorContext, quotes: Sequence[Quote] = ()) -> HumanMessage:
    """Return the student's message as the model gets it: today's facts, their own words, then what they quote.

    Their words alone are in `additional_kwargs["student_text"]`.
    """
    facts = await describe_today(context)
    said = with_quotes(text, quotes)
    return HumanMessage(f"<today>\n{facts}\n</today>\n\n{said}", additional_kwargs={"student_text": text})


async def describe_today(context: MentorContext) -> str:
    """Return the date in the student's zone, their name, their goal, and how much is open and due."""
    unit, today = context.work, context.now().astimezone(context.zone)
    tomorrow = datetime.combine(today.date() + timedelta(days=1), time(), tzinfo=context.zone).astimezone(UTC)
    student, tasks, due = await asyncio.gather(
        unit.of(User).own(),
        unit.of(PreparationTask).count({"status": {"$ne": "completed"}}),
        unit.of(RevisionSchedule).count({"nextRevisionDate": {"$lt": tomorrow}, "status": {"$ne": "completed"}}),
    )
    lines = [f"It is {today:%A}, {today.day} {today:%B %Y} ({today.date().isoformat()}) in {context.zone.key}."]
    if student is not None:
        lines.append(f"Student: {_tame(student.name)}.")
        lines.append(_goal(student, today))
    lines.append(f"Open tasks: {tasks}. Revisions due by today: {due}.")
    return "\n".join(lines)


def _goal(student: User, today: datetime) -> str:
    target = student.preparation_target_date
    if not isinstance(target, datetime):
        return "No interview date is set."
    day = target.astimezone(today.tzinfo).date()
    left = (day - today.date()).days
    when = f"in {left} days" if left > 1 else {1: "tomorrow", 0: "today"}.get(left, f"{-left} days ago")
    return f"Interview date: {day.isoformat()}, {when}."


def _tame(name: object) -> str:
    """A name is the student's own text: one short line without markup."""
    return clean_name(str(name).replace("<", " ").replace(">", " "), NAME_CHARACTERS) or "unnamed"
