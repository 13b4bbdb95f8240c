"""What the mentor remembers where others read along: what the same student lately said in the same place, no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from agents.quoting import with_quotes
from store.documents.own import Quote, Turn
from store.work import UnitOfWork

REMEMBERED: Final = timedelta(minutes=30)
EXCHANGES: Final = 4
_WITHIN: Final = 40
"""How many of a student's last turns are looked through for public ones."""
_LONGEST: Final = 2_000


async def read_public_tail(unit: UnitOfWork, turn: Turn) -> list[AnyMessage]:
    """Return the last exchanges of the turn's student at the turn's address, all of them public, oldest first."""
    where = {
        "seq": {"$lt": turn.seq, "$gte": turn.seq - _WITHIN},
        "public": True,
        "platform": turn.platform,
        "address": turn.address,
        "acceptedAt": {"$gt": turn.accepted_at - REMEMBERED},
        "status": {"$in": ["answered", "delivered"]},
        "reason": None,
    }
    found = await unit.of(Turn).sketch(where, "text", "reply", sort=[("seq", -1)], limit=EXCHANGES)
    return [message for raw in reversed(found) for message in _exchange(raw.get("text", ""), raw.get("reply", ""))]


def ask_in_public(text: str, quotes: Sequence[Quote] = ()) -> HumanMessage:
    """Return somebody's message as the model gets it where others read along: their words and what they quote."""
    return HumanMessage(with_quotes(text, quotes), additional_kwargs={"student_text": text})


def _exchange(text: str, reply: str) -> tuple[AnyMessage, AnyMessage]:
    return HumanMessage(text[:_LONGEST]), AIMessage(reply[:_LONGEST])
