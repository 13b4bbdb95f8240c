"""Taking back the last thing that was changed, exactly."""

from __future__ import annotations

from store.client import ObjectId, decode
from store.documents.own import Attempt, UndoEntry
from store.documents.problems import Problem
from tools.context import MentorContext, Receipt, Verb
from tools.errors import ToolFailed
from tools.learner import first_difficulty
from tools.recording import population_entry


class UndoReceipt(Receipt):
    """What was taken back: its label, the verb that had done it, and how many documents are as they were before."""

    label: str
    verb: str
    documents: int


async def undo_last(context: MentorContext) -> UndoReceipt:
    """Take back the last change that PrepMate made for the student, exactly: a recorded attempt, a task, a setting.

    Use it when the student says that something recorded was wrong ("undo that", "no, I needed help"). Calling it again
    takes back the change before that. What was taken back cannot be redone; record it again instead.
    """
    entries = context.work.of(UndoEntry)
    entry = await entries.find_one({"undoneAt": None}, sort=[("createdAt", -1), ("_id", -1)])
    if entry is None:
        raise ToolFailed("There is nothing to undo.")
    restorer = context.work.restorer()
    for change in entry.touched:
        if not await restorer.is_untouched(change.place, change.document_id, change.after):
            raise ToolFailed(
                f"“{entry.label}” cannot be undone any more, because what it changed was changed again since then."
            )
    for change in entry.touched:
        if change.place == Attempt.collection and change.before is None:
            await _withdraw(context, change.document_id)
    for change in entry.touched:
        before = decode(change.before) if change.before is not None else None
        await restorer.restore(change.place, change.document_id, before)
    entry.undone_at = context.now()
    await entries.save(entry)
    return UndoReceipt(line=f"undone: {entry.label}", label=entry.label, verb=entry.verb, documents=len(entry.touched))


async def _withdraw(context: MentorContext, attempt_id: ObjectId) -> None:
    """Take an attempt out of the shared difficulties, after the commit."""
    attempt = await context.work.of(Attempt).get(attempt_id)
    if attempt is None:
        return
    problem = await context.work.shared(Problem).get(attempt.problem_id)
    population = context.work.population
    entry = population_entry(attempt, first_difficulty(problem).value if problem else 0.0)
    await population.queue_undo(entry)
    context.work.after_commit.append(lambda: population.settle_undo(entry.id))


UNDO = (Verb(undo_last, doing="taking the last change back", writes=True),)
