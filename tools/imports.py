"""Importing past solves: a preview that stores nothing of the student's learning, and the import on their yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from store.client import ObjectId
from store.documents.imports import ImportItem, PendingImport
from store.documents.problems import Problem
from tools.consent import read_own_words
from tools.context import MentorContext, Verb
from tools.dates import start_of_day
from tools.errors import ToolFailed, ToolRetry
from tools.import_results import ImportCancelled, ImportPreview, ImportReceipt, preview_of, receipt_of
from tools.lists import LIST_LIMIT, none_read, read_said
from tools.past import PastSolve, import_past
from tools.pending import change, day_of, is_ready, keep, mark_known, read_pending

_NOON: Final = timedelta(hours=12)

Choices = Annotated[
    str | None,
    Field(max_length=2000, description="Near matches that the student picked: '2a 5b', or 'all' for each first one."),
]
LeaveOut = Annotated[str | None, Field(max_length=2000, description="Lines to leave out, by number: '3, 7-9'.")]
Only = Annotated[str | None, Field(max_length=2000, description="The only lines to import, by number.")]
Dates = Annotated[
    Literal["day-first", "month-first"] | None, Field(description="How dates like 3/4/2024 are meant, if asked.")
]
Shown = Annotated[
    str | None, Field(max_length=100, description="The id of the preview that is meant; leave out for the last one.")
]
How = Annotated[
    Literal["unaided", "with-help"] | None,
    Field(description="How the lines were solved that do not say so: unaided unless the student says with help."),
]


async def preview_import(
    context: MentorContext,
    text: Annotated[
        str | None,
        Field(max_length=LIST_LIMIT, description="Leave it out: the list is read from the student's own message."),
    ] = None,
) -> ImportPreview:
    """Read a list of past solves that the student pasted, titles, links or a CSV, and show what it would import.

    Use it for "import my solves" with a pasted list, or when the message is one; never copy the list into an argument.
    Nothing is stored of it yet. Show the counts, read and not read, every near line with its choices (a, b, c), what
    was not found and what was not read, and ask for a yes; only then, in a later message, call confirm_import. Without
    a list, ask the student to paste one.
    """
    listing, found = await read_said(context, text)
    if not found:
        raise ToolRetry(none_read(listing))
    return preview_of(await keep(context, listing, found))


async def adjust_import(
    context: MentorContext,
    choices: Choices = None,
    leave_out: LeaveOut = None,
    only: Only = None,
    dates: Dates = None,
    how: How = None,
) -> ImportPreview:
    """Correct the list that waits for a yes, as the student says: near matches, lines to leave out, dates, help.

    Use it for "2a", "leave 3 out", "dates are day first", or with nothing to show the list again. Stores nothing of it.
    """
    pending = await read_pending(context)
    change(pending, choices=choices, leave_out=leave_out, only=only, dates=dates, how=how)
    await mark_known(context, pending.items)
    pending.turn_id = context.turn
    await context.work.of(PendingImport).save(pending)
    return preview_of(pending)


async def confirm_import(
    context: MentorContext,
    choices: Choices = None,
    leave_out: LeaveOut = None,
    only: Only = None,
    dates: Dates = None,
    how: How = None,
    shown: Shown = None,
) -> ImportReceipt:
    """Import the list that was shown, once the student has said yes to it in their own message.

    Use it for "yes", "yes, 2a and 5b", "all but 3". Near matches that were not chosen are left out. What has no date
    stays without one. What is recorded already changes nothing.
    """
    pending = await read_pending(context)
    if context.turn is not None and pending.turn_id == context.turn:
        raise ToolFailed("The student has to see the list and say yes first: show it, and ask.")
    if context.by_model and not (await read_own_words(context)).agrees_to_import:
        raise ToolFailed("The student's own message does not say yes to the list: ask for a plain yes.")
    _check_shown(pending, shown)
    change(pending, choices=choices, leave_out=leave_out, only=only, dates=dates, how=how)
    await mark_known(context, pending.items)
    ready = [item for item in pending.items if is_ready(item)]
    solves = await _solves(context, pending, ready)
    imported = await import_past(context, solves) if solves else None
    await _put_away(context)
    return receipt_of(context, pending, solves, imported)


async def cancel_import(context: MentorContext, shown: Shown = None) -> ImportCancelled:
    """Put the list that waits for a yes away; nothing of it was stored. Use it for "no", "cancel the import"."""
    pending = await read_pending(context)
    _check_shown(pending, shown)
    await _put_away(context)
    return ImportCancelled(line="", lines=sum(len(item.lines) for item in pending.items))


def _check_shown(pending: PendingImport, shown: str | None) -> None:
    """Make sure that an answer is about the list as it was shown last. Raises: ToolFailed."""
    if shown is not None and shown != str(pending.turn_id):
        raise ToolFailed("That list was changed or replaced since then; answer below the one that I showed last.")


async def _solves(context: MentorContext, pending: PendingImport, ready: Sequence[ImportItem]) -> list[PastSolve]:
    wanted = {item.problem_id: item for item in ready if item.problem_id}
    problems = await context.work.shared(Problem).find({"_id": {"$in": list(wanted)}}, sort=[("_id", 1)])
    found: dict[ObjectId, Problem] = {problem.id: problem for problem in problems}
    return [
        PastSolve(
            problem=found[problem],
            outcome=item.outcome or pending.how,
            at=_moment(context, item, day_of(pending, item)),
            minutes=item.minutes,
        )
        for problem, item in wanted.items()
        if problem in found
    ]


def _moment(context: MentorContext, item: ImportItem, day: date | None) -> datetime | None:
    """Return when something was solved: the noon of its day where only that is known."""
    if day is None:
        return None
    return min(item.moment or start_of_day(day, context.zone) + _NOON, context.now())


async def _put_away(context: MentorContext) -> None:
    """Forget the list; not as a change that undo would look at: a new list may wait when an import is taken back."""
    change = {"items": [], "expiresAt": context.now()}
    await context.work.of(PendingImport).amend(context.student, {"$set": change})


IMPORTS = (
    Verb(preview_import, doing="reading your list", writes=True),
    Verb(adjust_import, doing="correcting the list", writes=True),
    Verb(confirm_import, doing="importing your solves", writes=True),
    Verb(cancel_import, doing="putting the list away", writes=True),
)
