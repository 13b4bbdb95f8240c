"""Taking back the last thing that was changed, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from store.client import ObjectId, decode
from store.documents.learner import Attempt
from store.documents.own import Change, UndoEntry
from store.documents.problems import Problem
from store.repositories.base import Restorer
from tools.arguments import name_some
from tools.context import MentorContext, Receipt, Verb
from tools.errors import ToolFailed
from tools.learner import first_difficulty
from tools.recording import population_entry

_MOST: Final = 50
"""How many changes are looked through for one that can still be taken back."""


class UndoReceipt(Receipt):
    """What was taken back: its label, the verb that had done it, and how many documents are as they were before.

    `left` names later changes that could not be taken back any more and stay for good.
    """

    label: str
    verb: str
    documents: int
    left: tuple[str, ...] = ()


async def undo_last(
    context: MentorContext,
    leave_changed: Annotated[
        bool, Field(description="True only when the student said to leave what cannot be undone and go on before it.")
    ] = False,
    change: Annotated[
        str | None, Field(max_length=100, description="The id of one change to take back; leave out for the last one.")
    ] = None,
) -> UndoReceipt:
    """Take back the last change that PrepMate made for the student, exactly: a recorded attempt, a task, a setting.

    Use it when the student says that something recorded was wrong ("undo that", "no, I needed help"). Calling it again
    takes back the change before that. What was taken back cannot be redone; record it again instead.
    """
    if change is not None:
        return await _undo_one(context, change)
    entries = context.work.of(UndoEntry)
    last_first = [("createdAt", -1), ("_id", -1)]
    waiting = await entries.find(
        {"undoneAt": None, "leftAt": None}, sort=last_first, limit=_MOST if leave_changed else 1
    )
    if not waiting:
        raise ToolFailed("There is nothing to undo.")
    restorer = context.work.restorer()
    left: list[str] = []
    for entry in waiting:
        if await _stands(restorer, entry):
            await _restore(context, restorer, entry)
            return _receipt(entry, left)
        entry.left_at = context.now()
        await entries.save(entry)
        left.append(entry.label)
    raise ToolFailed(_refusal(left, leave_changed=leave_changed))


async def _undo_one(context: MentorContext, change: str) -> UndoReceipt:
    """Take back the one change that is named, if everything it touched still is as it left it."""
    found = await context.work.of(UndoEntry).get(ObjectId(change)) if ObjectId.is_valid(change) else None
    if found is None:
        raise ToolFailed("There is no such change to undo.")
    if found.undone_at is not None:
        raise ToolFailed(f"“{found.label}” was undone already.")
    restorer = context.work.restorer()
    if not await _stands(restorer, found):
        raise ToolFailed(_gone(found.label))
    await _restore(context, restorer, found)
    return _receipt(found, [])


def _receipt(entry: UndoEntry, left: list[str]) -> UndoReceipt:
    stays = f" · left as it is: {name_some(left)}" if left else ""
    return UndoReceipt(
        line=f"undone: {entry.label}{stays}",
        label=entry.label,
        verb=entry.verb,
        documents=len(entry.touched),
        left=tuple(left),
    )


def _gone(label: str) -> str:
    return f"“{label}” cannot be undone any more, because what it changed was changed again since then."


def _refusal(left: list[str], *, leave_changed: bool) -> str:
    sentence = _gone(left[0])
    if leave_changed:
        return f"{sentence} Nothing before it can be undone either."
    return f"{sentence} Say “undo the one before” to leave it as it is and take back the change before it."


async def _stands(restorer: Restorer, entry: UndoEntry) -> bool:
    """Return whether everything that a change touched still is as the change left it."""
    for place, changes in _places(entry).items():
        if not await restorer.are_untouched(place, {change.document_id: change.after for change in changes}):
            return False
    return True


async def _restore(context: MentorContext, restorer: Restorer, entry: UndoEntry) -> None:
    places = _places(entry)
    added = [change.document_id for change in places.get(Attempt.collection, ()) if change.before is None]
    await _withdraw(context, added)
    for place, changes in places.items():
        images = {one.document_id: decode(one.before) if one.before is not None else None for one in changes}
        await restorer.restore(place, images)
    entry.undone_at = context.now()
    await context.work.of(UndoEntry).save(entry)


def _places(entry: UndoEntry) -> dict[str, list[Change]]:
    """Return what a change touched by collection: an import touches hundreds of documents."""
    places: dict[str, list[Change]] = defaultdict(list)
    for change in entry.touched:
        places[change.place].append(change)
    return places


async def _withdraw(context: MentorContext, added: Sequence[ObjectId]) -> None:
    """Take attempts out of the shared difficulties, after the commit; what was imported never counted there."""
    for attempt in await context.work.of(Attempt).find({"_id": {"$in": list(added)}, "source": {"$ne": "import"}}):
        problem = await context.work.shared(Problem).get(attempt.problem_id)
        population = context.work.population
        entry = population_entry(attempt, first_difficulty(problem).value if problem else 0.0)
        await population.queue_undo(entry)
        context.work.after_commit.append(partial(population.settle_undo, entry.id))


UNDO = (Verb(undo_last, doing="taking the last change back", writes=True),)
