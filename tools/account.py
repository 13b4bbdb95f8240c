"""The student's own data: all of it as a file, or none of it any more."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from store.client import ObjectId
from store.documents.account import DOORS, Erasure
from store.documents.own import OPEN_TURN, Turn
from tools.context import MentorContext, Receipt, Result, Verb
from tools.errors import ToolFailed, ToolRetry

CODE_MINUTES: Final = 10
GRACE: Final = timedelta(seconds=60)
"""How long the last answer may take to be delivered before everything is deleted without it."""


class ExportReceipt(Receipt):
    """An export is handed over: the door that delivers the answer saves or sends the file (`tools.export`)."""


class ErasureQuestion(Result):
    """The number that the student types to confirm that everything is deleted, for `minutes` from now on."""

    code: str
    minutes: int


class ErasureReceipt(Receipt):
    """Everything about the student is going to be deleted, right after this answer."""


async def export_me(context: MentorContext) -> ExportReceipt:  # noqa: ARG001  every verb takes it
    """Give the student everything that is stored about them as one JSON file.

    Use it for "export my data", "give me a copy of everything". The file itself is handed over beside your answer; do
    not repeat its content.
    """
    return ExportReceipt(line="your data · exported")


async def ask_to_erase_me(context: MentorContext) -> ErasureQuestion:
    """Say what deleting everything about the student would delete, and the number that confirms it. Deletes nothing.

    Use it whenever the student wants to be forgotten or their data deleted. Tell them what goes, that nobody can bring
    it back, and to type "delete" and the number if they are sure. Never call erase_me in the same turn.
    """
    return ErasureQuestion(code=_code(context.student, _window(context)), minutes=CODE_MINUTES)


async def erase_me(
    context: MentorContext,
    code: Annotated[str, Field(max_length=20, description="The number that the student has just typed themselves.")],
) -> ErasureReceipt:
    """Delete everything about the student for good, once they have typed the number from ask_to_erase_me themselves.

    It cannot be undone. Say goodbye in one or two sentences: it is the last answer that they get.
    """
    turn = await context.work.of(Turn).find_one({"status": "working"}, sort=[("seq", 1)])
    code = code.strip()
    # The student's own words decide: no model can say yes in their place.
    if turn is None or code not in re.findall(r"(?<!\d)\d{4}(?!\d)", turn.text):
        raise ToolFailed("Only the student can confirm this, by typing the number from the question themselves.")
    if code not in {_code(context.student, _window(context) - back) for back in (0, 1)}:
        raise ToolRetry("This is not the number, or it is too old. Say “delete my data” to get a new one.")
    if await context.work.of(Erasure).find_one({"state": {"$ne": "done"}}):
        raise ToolFailed("Everything about you is being deleted already.")
    erasure = Erasure(
        id=context.work.new_id(),
        user_id=context.student,
        turn_id=turn.id,
        starts_at=context.now() + GRACE,
    )
    await context.work.of(Erasure).add(erasure)
    await _close_doors(context, turn.id)
    return ErasureReceipt(line="everything about you · being deleted")


async def _close_doors(context: MentorContext, turn: ObjectId) -> None:
    """From here on whoever writes through the student's accounts is somebody new; what still waits is stopped."""
    for kind in DOORS:
        for door in await context.work.of(kind).find({}):
            await context.work.of(kind).remove(door)
    for waiting in await context.work.of(Turn).find({"status": {"$in": list(OPEN_TURN)}, "_id": {"$ne": turn}}):
        await context.work.of(Turn).amend(waiting.id, {"$set": {"cancelRequested": True}})


def _window(context: MentorContext) -> int:
    return int(context.now().timestamp() // (CODE_MINUTES * 60))


def _code(student: ObjectId, window: int) -> str:
    """Return four digits that keep a slip from counting as a yes: not a secret, the student is known already."""
    drawn = int.from_bytes(hashlib.sha256(f"{student}:{window}".encode()).digest()[:4], "big")
    return f"{drawn % 9000 + 1000}"


ACCOUNT = (
    Verb(export_me, doing="gathering everything about you", writes=True),
    Verb(ask_to_erase_me, doing="looking at what is stored about you"),
    Verb(erase_me, doing="deleting everything about you", writes=True),
)
