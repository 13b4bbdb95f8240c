"""What students pass on right behind a message of theirs, as part of that message's turn.

A comment and what it is about come as messages of their own, as do several that are forwarded together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from store.client import Database, ObjectId, Raw
from store.documents.own import Attachment, Platform, Quote, Turn
from store.repositories.base import read_one, spellings

MOST: Final = 100
"""How many messages become one turn: apps pass on no more at once."""
_ROUNDS: Final = 3


@dataclass(frozen=True)
class Forward:
    """A message that was passed on: under which key and where it came, what it says, who wrote that, what is on it."""

    key: str
    platform: Platform
    address: str
    text: str
    by: str | None = None
    attachment: Attachment | None = None


class Forwards:
    """Adds to turns that wait for more; a turn takes up to `most_characters`, and the rest is left out."""

    def __init__(self, database: Database, *, most_characters: int) -> None:
        self._turns, self._most = database.collection(Turn.collection), most_characters

    async def add(self, student: ObjectId, one: Forward, *, now: datetime, until: datetime) -> Turn | None:
        """Add to the student's latest turn, which then waits `until`; return it, or None where it waits for nothing."""
        for _ in range(_ROUNDS):
            raw = await self._turns.find_one({"userId": spellings(student)}, sort=[("seq", -1)])
            turn = read_one(Turn, raw, self._turns)
            if turn is None or not _takes(turn, one, now):
                return None
            waiting: Raw = {"_id": turn.id, "status": "accepted", "cancelRequested": False, "parts": turn.parts}
            if await self._turns.update(waiting, {"$set": self._with(turn, one) | {"heldUntil": until}}):
                return turn
        return None

    def _with(self, turn: Turn, one: Forward) -> Raw:
        changed: Raw = {"parts": [*(turn.parts or ()), one.key]}
        if one.attachment is not None:
            changed["attachment"] = one.attachment.to_mongo()
        room = self._most - len(turn.text) - sum(len(quote.text) for quote in turn.quotes)
        text = one.text if len(one.text) <= room else f"{one.text[: max(0, room - 1)]}…"
        if not one.text or room <= 0:
            return changed
        if turn.forwarded:
            return {**changed, "text": f"{turn.text}\n\n{text}"}
        quotes = [*turn.quotes, Quote(kind="forward", by=one.by, text=text)]
        return {**changed, "quotes": [quote.to_mongo() for quote in quotes]}


def _takes(turn: Turn, one: Forward, now: datetime) -> bool:
    """Return whether a turn waits for what is passed on, in this chat, and has room for it."""
    waits = turn.status == "accepted" and turn.held_until is not None and now < turn.held_until
    here = (turn.platform, turn.address) == (one.platform, one.address)
    full = len(turn.parts or ()) >= MOST or (turn.attachment is not None and (one.attachment or turn.forwarded))
    return waits and here and not turn.cancel_requested and not full
