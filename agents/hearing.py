"""What PrepMate said on its own initiative, as part of the conversation.

A reminder is made ahead of its time and may be thrown away again, so it is not written into the conversation when it
is made. It is when the student next says something: then it is known what they had read before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.documents.own import OutboxItem
from store.documents.reminders import SentReminder
from store.work import UnitOfWork


@dataclass(frozen=True)
class Heard:
    """Something that was said to the student, and when."""

    text: str
    at: datetime
    sent: SentReminder


async def read_unheard(unit: UnitOfWork, before: datetime) -> list[Heard]:
    """Return the reminders that were shown before a moment and are not in the conversation yet, oldest first."""
    waiting = await unit.of(SentReminder).find({"heard": False, "dueAt": {"$lte": before}}, sort=[("dueAt", 1)])
    if not waiting:
        return []
    shown = await unit.of(OutboxItem).find({"_id": {"$in": [one.id for one in waiting]}, "status": "sent"})
    texts = {item.id: (item.text, item.sent_at) for item in shown}
    heard = []
    for one in waiting:
        text, at = texts.get(one.id, ("", None))
        if at is not None and at <= before:
            heard.append(Heard(text, at, one))
    return sorted(heard, key=lambda one: one.at)


async def note_heard(unit: UnitOfWork, heard: Sequence[Heard]) -> None:
    """Note that reminders stand in the conversation now."""
    for one in heard:
        one.sent.heard = True
        await unit.of(SentReminder).save(one.sent)
