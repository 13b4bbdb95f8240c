"""What importing says: the preview of a list, and the receipt of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from store.documents.imports import ImportItem, PendingImport
from tools.context import MentorContext, Receipt, Result
from tools.dates import local_day
from tools.past import Imported, PastSolve
from tools.pending import day_of, is_ready


class ImportLine(Result):
    """A line of the list: its number, what stands there, and the problem it is taken for, or why for none.

    `choices` are near matches: a is the first, b the second. `unclear`: its problem is certain, and choosing it says
    that it was solved. `day` is when it was solved, where that is known.
    """

    number: int
    text: str
    title: str | None = None
    reason: str | None = None
    choices: tuple[str, ...] = ()
    unclear: bool = False
    outcome: str = "unaided"
    day: str | None = None


class NotRead(Result):
    """Lines that say the same and name no problem: what stands there, why nothing was made of it, and how many."""

    text: str
    reason: str
    count: int = 1


class ImportPreview(Receipt):
    """What a list would import; nothing of it is stored yet, so its receipt is empty.

    `ready`: problems that a yes would import, `dated` of them on their days. `near` lines have matches to choose
    from, `corrected` were written differently, `exact` are titles as they stand in the list. `known` are recorded
    already, `not_solved` are marked so in the list, `unknown` are no problems of the catalogue, `left_out` was wished.
    `given` lines were in the list: `lines` were read, `unread` were not.
    `repeated` counts the lines that say what another line says. `ambiguous` is a date that could be read in two ways.
    """

    line: str = ""
    given: int = 0
    lines: int
    unread: tuple[NotRead, ...] = ()
    ready: int
    dated: int
    with_help: int
    stuck: int
    how: Literal["unaided", "with-help"]
    repeated: int
    ambiguous: int
    ambiguous_example: str | None
    near: tuple[ImportLine, ...]
    corrected: tuple[ImportLine, ...]
    unknown: tuple[ImportLine, ...]
    known: tuple[str, ...]
    not_solved: tuple[str, ...]
    left_out: tuple[str, ...]
    exact: tuple[str, ...]


class ImportReceipt(Receipt):
    """What was imported: problems by outcome, how many on a day of their own, and the topics they touched.

    `revisions` topics get a first revision, from `first_revision` to `last_revision`. `unanswered` near matches and
    `unknown` lines were not imported, `unread` ones not even read.
    """

    imported: int
    solved: int
    with_help: int
    stuck: int
    dated: int
    undated: int
    known: int
    unanswered: int
    unknown: int
    unread: int = 0
    topics: tuple[str, ...]
    revisions: int
    first_revision: str | None
    last_revision: str | None


class ImportCancelled(Receipt):
    """A list that was put away; `lines` it had. Nothing had been stored of it."""

    lines: int


def preview_of(pending: PendingImport) -> ImportPreview:
    """Return what a list would import as it stands now."""
    items = [item for item in pending.items if not item.left_out]
    ready = [item for item in items if is_ready(item)]
    ambiguous = [item for item in ready if item.swapped and pending.order is None]

    def lines(chosen: Sequence[ImportItem]) -> tuple[ImportLine, ...]:
        return tuple(_line(pending, item) for item in chosen)

    read = sum(len(item.lines) for item in pending.items)
    return ImportPreview(
        given=read + len(pending.unread),
        lines=read,
        unread=_unread(pending),
        ready=len(ready),
        dated=sum(day_of(pending, item) is not None for item in ready),
        with_help=sum((item.outcome or pending.how) == "with-help" for item in ready),
        stuck=sum(item.outcome == "stuck" for item in ready),
        how=pending.how,
        repeated=sum(len(item.lines) - 1 for item in pending.items),
        ambiguous=len(ambiguous),
        ambiguous_example=ambiguous[0].text if ambiguous else None,
        near=lines([item for item in items if item.state == "near"]),
        corrected=lines([item for item in ready if not item.exact]),
        unknown=lines([item for item in items if item.state == "unknown"]),
        known=tuple(_title(item) for item in items if item.state == "known"),
        not_solved=tuple(_title(item) for item in items if item.state == "open"),
        left_out=tuple(_title(item) for item in pending.items if item.left_out),
        exact=tuple(f"{item.number} {item.title}" for item in ready if item.exact),
    )


def receipt_of(
    context: MentorContext, pending: PendingImport, solves: Sequence[PastSolve], imported: Imported | None
) -> ImportReceipt:
    """Return the receipt of an import; it is empty where nothing was imported."""
    dated = sum(solve.at is not None for solve in solves)
    counts = {outcome: sum(solve.outcome == outcome for solve in solves) for outcome in ("with-help", "stuck")}
    solved = len(solves) - counts["stuck"]
    first, last = (imported.first_revision, imported.last_revision) if imported else (None, None)
    pieces = [_count(len(solves), "past solve") + " imported"]
    if counts["with-help"]:
        pieces.append(f"{counts['with-help']} with help")
    if counts["stuck"]:
        pieces.append(f"{counts['stuck']} not solved")
    pieces.append(f"{dated} with a date, {len(solves) - dated} without" if dated else "all without a date")
    if imported:
        pieces.append(_count(len(imported.topics), "topic"))
    return ImportReceipt(
        line=" · ".join(pieces) if solves else "",
        undo_label=f"import of {_count(len(solves), 'past solve')}" if solves else None,
        imported=len(solves),
        solved=solved,
        with_help=counts["with-help"],
        stuck=counts["stuck"],
        dated=dated,
        undated=len(solves) - dated,
        known=sum(item.state == "known" for item in pending.items),
        unanswered=sum(item.state == "near" and not item.left_out for item in pending.items),
        unknown=sum(item.state == "unknown" for item in pending.items),
        unread=len(pending.unread),
        topics=imported.topics if imported else (),
        revisions=imported.revisions if imported else 0,
        first_revision=local_day(first, context.zone).isoformat() if first else None,
        last_revision=local_day(last, context.zone).isoformat() if last else None,
    )


def _unread(pending: PendingImport) -> tuple[NotRead, ...]:
    counts = Counter((one.text, one.reason) for one in pending.unread)
    return tuple(NotRead(text=text, reason=reason, count=count) for (text, reason), count in counts.items())


def _line(pending: PendingImport, item: ImportItem) -> ImportLine:
    day = day_of(pending, item)
    return ImportLine(
        number=item.number,
        text=item.text,
        title=item.title,
        reason=item.reason,
        choices=tuple(choice.title for choice in item.choices) if item.state == "near" else (),
        unclear=item.unclear is not None and item.problem_id is not None,
        outcome=item.outcome or pending.how,
        day=day.isoformat() if day else None,
    )


def _title(item: ImportItem) -> str:
    return f"{item.number} {item.title or item.text}"


def _count(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"
