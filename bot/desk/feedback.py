"""What students think of answers: a thumb, and perhaps why."""

from __future__ import annotations

import re
from typing import Final, Literal

from agents.run import PREPMATE, TurnRun
from bot.actions import feedback_actions
from store.client import ObjectId
from store.documents.feedback import Feedback
from store.documents.own import Action, Turn
from store.work import UnitOfWork
from texts import say

WORDS: Final = 1_000
_RECENT: Final = 50
"""How many turns back the answer that is meant is looked for, where none is named."""
_SAID: Final = re.compile(
    r"(?:(?P<verdict>up|down|👍|👎)(?:\s+|$))?(?:(?P<turn>[0-9a-f]{24})(?:\s+|$))?(?P<words>.*)", re.DOTALL
)

_THUMBS: Final[dict[str, Literal["up", "down"]]] = {"up": "up", "👍": "up", "down": "down", "👎": "down"}


async def take_feedback(run: TurnRun, said: str) -> tuple[str, list[Action]]:
    """Store what a student thinks of an answer, in the place of what they thought before.

    Returns what to say, and the taps for who did not say what they think. Raises: StoreError.
    """
    found = _SAID.fullmatch(said.strip())
    verdict, named, words = (found["verdict"], found["turn"], found["words"][:WORDS]) if found else (None, None, "")
    about = await _answer_meant(run, named)
    if verdict is None and not words:
        asked = say("What do you think of my last answer? Say it in one message: `/feedback the hints are too terse`")
        return asked, feedback_actions(about.id) if about else []
    if about is None:
        return say("I do not know which answer you mean; say it right after one."), []

    thumb = _THUMBS[verdict] if verdict else None

    async def store(unit: UnitOfWork) -> None:
        feedback = await unit.of(Feedback).get(about.id) or Feedback(id=about.id, user_id=unit.student)
        feedback.conversation_id, feedback.model = about.conversation_id, about.model
        before, feedback.verdict = feedback.verdict, thumb or feedback.verdict
        if words or feedback.verdict != before:
            feedback.words = words or None  # what was said of the other thumb does not go with this one
        await unit.of(Feedback).save(feedback)

    await run.work.commit(store)
    if thumb == "down" and not words:
        return say("Noted, thank you. What was wrong with it? You can say: /feedback down too long"), []
    return say("Noted, thank you."), []


async def _answer_meant(run: TurnRun, named: str | None) -> Turn | None:
    """Return the turn whose answer is meant: the one that is named, or the last that a mentor answered."""
    turns = run.context.work.of(Turn)
    if named is not None:
        return await turns.get(ObjectId(named))
    before = {"$lt": run.turn.seq, "$gte": run.turn.seq - _RECENT}
    answered = {"status": {"$in": ["answered", "delivered"]}, "reason": None, "model": {"$ne": PREPMATE}}
    return await turns.find_one({"seq": before, "public": {"$ne": True}, **answered}, sort=[("seq", -1)])
