"""The daily reminder in words. It is the exercise itself: the first question, or the problem, to be answered there."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agents.coach.naming import name_problem, name_topic
from agents.coach.questions import RECALL, START_IT
from agents.coach.revision_wording import link
from jobs.making import Composed
from store.catalogue.cards import Card
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.own import Action, OutboxItem, Turn
from store.documents.reminders import Reminder, SentReminder
from texts import say, say_count
from tools.arguments import name_some
from tools.backlog import Backlog, read_backlog
from tools.context import MentorContext
from tools.delays import EVENING
from tools.problems import ProblemBrief
from tools.progress import read_streak
from tools.questions import cards_for
from tools.suggestion import next_problem

UNANSWERED: Final = 7
"""So many daily reminders without a word, and they come once a week."""
_NAMED: Final = 3
_LOOKED_AT: Final = 60
"""Of the last so many it is looked how many came."""


async def compose_daily(context: MentorContext, reminder: Reminder, late: bool) -> Composed:
    """Write the reminder of a day; `context.now()` is when it will be read."""
    backlog = await read_backlog(context)
    opening = [await _opening(context, reminder), _lateness(reminder) if late else "", await _say_streak(context)]
    first = _first(backlog)
    if first is None:
        text, start = await _problem(context)
        return Composed(_joined(*opening, text), _actions(context, start))
    schedule, topic, card = first
    name = backlog.name(schedule)
    question = f"**{name}.** {card.question}"
    return Composed(
        _joined(*opening, _say_due(backlog), question, RECALL.text),
        _actions(context, revision_of(name)),
        topic,
        (card.slug,),
    )


def _first(backlog: Backlog) -> tuple[RevisionSchedule, ObjectId, Card] | None:
    """Return the most urgent revision that may be asked about today, with its first question."""
    for schedule in backlog.due[: backlog.room]:
        if schedule.topic_id is None or schedule.topic_id not in backlog.book.names:
            continue
        cards = cards_for(backlog.name(schedule), times=schedule.revision_count, has_problem=True)
        if cards:
            return schedule, schedule.topic_id, cards[schedule.revision_count % len(cards)]
    return None


async def _problem(context: MentorContext) -> tuple[str, str | None]:
    """Return the problem of the day in words, and what starts it."""
    found = await next_problem(context)
    if found.problem is None:
        return say("Nothing is due today. Say `give me one` when you like to practise."), None
    today = say(
        "Today's problem: {problem} · {difficulty}", problem=link(found.problem), difficulty=found.problem.difficulty
    )
    return f"{today}\n\n{found.why}\n\n{START_IT.text}", start_of(found.problem)


def start_of(problem: ProblemBrief) -> str:
    """Return what a student says to start a problem."""
    return f"/start {name_problem(problem)}"


def revision_of(topic: str) -> str | None:
    """Return what a student says to revise a topic, or None where it cannot be said."""
    named = name_topic(topic)
    return f"/revise {named}" if named else None


async def _opening(context: MentorContext, reminder: Reminder) -> str:
    """Say once that daily reminders nobody answers come weekly from now on; bring them back when somebody did."""
    count = await _count_unanswered(context)
    if reminder.sparse and count == 0:
        reminder.sparse = False
    elif not reminder.sparse and count >= UNANSWERED:
        reminder.sparse = True
        return say(
            "You have not had the time lately, so I write only once a week from now on. "
            "Answer anything, and I am back every day; `/remind off` ends it."
        )
    return ""


async def _count_unanswered(context: MentorContext) -> int:
    """Count the daily reminders that came since the student last said something; what was dropped came to nobody."""
    turn = await context.work.of(Turn).find_one({}, sort=[("seq", -1)])
    since: datetime | None = turn.accepted_at if turn else None
    unanswered = {"kind": "daily", "snoozed": False} | ({"dueAt": {"$gt": since}} if since else {})
    made = await context.work.of(SentReminder).find(unanswered, sort=[("dueAt", -1)], limit=_LOOKED_AT)
    came = {"_id": {"$in": [one.id for one in made]}, "status": "sent"}
    return await context.work.of(OutboxItem).count(came, limit=UNANSWERED)


def _lateness(reminder: Reminder) -> str:
    return say("This was for {at}; I could not write earlier, sorry.", at=reminder.at)


async def _say_streak(context: MentorContext) -> str:
    streak = await read_streak(context)
    if not streak.current:
        return ""
    days = say_count("Your streak: {count} day.", "Your streak: {count} days.", streak.current)
    return days if streak.today else f"{days} {say('One answer keeps it.')}"


def _say_due(backlog: Backlog) -> str:
    names = name_some([backlog.name(schedule) for schedule in backlog.due], _NAMED)
    count = len(backlog.due)
    return say_count("One revision is due: {names}.", "{count} revisions are due: {names}.", count, names=names)


def _actions(context: MentorContext, start: str | None) -> tuple[Action, ...]:
    evening = context.now().astimezone(context.zone).time() < EVENING
    taps = [
        (say("Start"), start),
        (say("Snooze 1 h"), "/remind snooze 1h"),
        (say("Tonight"), "/remind tonight" if evening else None),
        (say("Not today"), "/remind not today"),
    ]
    return tuple(Action(label=label, says=says, group=None) for label, says in taps if says)


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
