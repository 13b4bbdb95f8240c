"""The list that waits for the student's yes: what each line is, chosen, left out and corrected until then."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, Literal

from store.client import ObjectId, Raw
from store.documents.imports import ImportChoice, ImportItem, PendingImport, UnreadLine
from sync.entries import Entry
from sync.listing import Listing
from tools.arguments import shown
from tools.context import MentorContext
from tools.errors import ToolFailed, ToolRetry
from tools.lists import read_known
from tools.recognition import Found
from tools.titles import title_key

Said = Literal["unaided", "with-help", "stuck"]

KEPT: Final = timedelta(days=2)
_OUTCOMES: Final[dict[str, Said]] = {
    "unaided": "unaided",
    "with-help": "with-help",
    "stuck": "stuck",
}
_LETTERS: Final = "abcdefgh"
_WANTED: Final = {"day-first": "day", "month-first": "month"}

NONE: Final = "No list is waiting for your yes. Paste one: titles, links or a CSV, one problem a line."


async def read_pending(context: MentorContext) -> PendingImport:
    """Return the list that waits. Raises: ToolFailed when there is none any more."""
    pending = await context.work.of(PendingImport).own()
    if pending is None or pending.expires_at <= context.now():
        raise ToolFailed(NONE)
    return pending


async def keep(context: MentorContext, listing: Listing, found: Sequence[Found]) -> PendingImport:
    """Keep a list that was read, in the place of the one before."""
    items = _fold([_item(number, one) for number, one in enumerate(found, start=1)])
    await mark_known(context, items)
    repository = context.work.of(PendingImport)
    pending = await repository.own() or PendingImport(id=context.student, items=[], expires_at=context.now())
    pending.items = items
    pending.unread = [UnreadLine(text=one.text, reason=one.reason) for one in listing.unread]
    pending.expires_at = context.now() + KEPT
    pending.turn_id = context.turn
    pending.order = listing.order
    pending.how = "unaided"
    await repository.save(pending)
    return pending


async def mark_known(context: MentorContext, items: Iterable[ImportItem]) -> None:
    """Mark what is recorded already: a solve of the problem, or for one that was not solved anything at all."""
    certain = [item for item in items if item.state in ("sure", "known", "near") and item.problem_id]
    known = await read_known(context, [item.problem_id for item in certain])
    for item in certain:
        solved = known.get(item.problem_id)
        is_known = solved is not None and (solved or item.outcome == "stuck")
        item.state = "known" if is_known else "near" if item.unclear is not None else "sure"


def change(
    pending: PendingImport,
    *,
    choices: str | None = None,
    leave_out: str | None = None,
    only: str | None = None,
    dates: str | None = None,
    how: str | None = None,
) -> None:
    """Take the student's corrections. Raises: ToolRetry where they name what is not there."""
    if choices:
        _choose(pending, choices)
    numbers = {item.number for item in pending.items}
    if leave_out:
        out = read_numbers(leave_out, numbers)
        for item in pending.items:
            item.left_out = item.left_out or item.number in out
    if only:
        kept = read_numbers(only, numbers)
        for item in pending.items:
            item.left_out = item.number not in kept
    if dates:
        if dates not in _WANTED:
            raise ToolRetry("The order of dates must be day-first or month-first.", choices=tuple(_WANTED))
        pending.order = "day" if dates == "day-first" else "month"
    if how:
        if how not in ("unaided", "with-help"):
            raise ToolRetry("How they were solved must be unaided or with-help.", choices=("unaided", "with-help"))
        pending.how = "unaided" if how == "unaided" else "with-help"
    pending.items = _fold(pending.items)


def day_of(pending: PendingImport, item: ImportItem) -> date | None:
    """Return the day on which an item was solved, or None where that is not certain."""
    if item.day is None:
        return None
    if item.swapped is None:
        return date.fromisoformat(item.day)
    if pending.order is None:
        return None
    return date.fromisoformat(item.day if pending.order == "day" else item.swapped)


def is_ready(item: ImportItem) -> bool:
    """Return whether an item would be imported on a yes."""
    return item.state == "sure" and not item.left_out


def read_numbers(text: str, known: set[int]) -> set[int]:
    """Return the numbers in words like "3", "3, 5 and 7-9". Raises: ToolRetry for what is no number of the list."""
    found: set[int] = set()
    for one, other in re.findall(r"(\d{1,5})(?:\s*(?:-|–|to)\s*(\d{1,5}))?", text):
        first, last = int(one), int(other or one)
        inside = {number for number in known if first <= number <= last}
        if not inside:
            raise ToolRetry(f"There is no line {one} in this list; use the numbers that the preview shows.")
        found |= inside
    if not found:
        raise ToolRetry(f"I cannot read {shown(text)} as numbers of lines; write them like 3, 5-7.")
    return found


def _choose(pending: PendingImport, text: str) -> None:
    """Take the near matches that were chosen: "2a 5b", or "all" for the first one everywhere."""
    near = {item.number: item for item in pending.items if item.state == "near"}
    if re.fullmatch(r"\W*(?:all|first|all first)\W*", text.lower()):
        for item in near.values():
            _take(item, 0)
        return
    picked = re.findall(r"(\d{1,5})\s*\.?\s*([a-h])(?![a-z])", text.lower())
    if not picked:
        raise ToolRetry(f"I cannot read {shown(text)} as choices; write them like 2a, 5b.")
    for number, letter in picked:
        chosen = near.get(int(number))
        if chosen is None:
            raise ToolRetry(f"Line {number} has nothing to choose from; the preview shows which lines have.")
        if _LETTERS.index(letter) >= len(chosen.choices):
            raise ToolRetry(f"Line {number} has no choice {letter}; it has {_LETTERS[: len(chosen.choices)]}.")
        _take(chosen, _LETTERS.index(letter))


def _take(item: ImportItem, place: int) -> None:
    chosen = item.choices[place]
    item.state, item.problem_id, item.title = "sure", chosen.problem_id, chosen.title
    item.exact, item.reason, item.unclear = False, None, None


def _item(number: int, found: Found) -> ImportItem:
    entry = found.entry
    when = entry.when
    choices = found.choices or ((found.problem,) if found.problem and entry.outcome == "unclear" else ())
    return ImportItem(
        number=number,
        lines=[number],
        text=entry.text,
        state=_state(found),
        problem_id=found.problem["_id"] if found.problem else None,
        title=str(found.problem["title"]) if found.problem else None,
        exact=_is_exact(entry, found.problem),
        choices=[ImportChoice(problem_id=raw["_id"], title=_label(raw)) for raw in choices],
        reason=_reason(found),
        outcome=_OUTCOMES.get(entry.outcome),
        unclear=entry.said if entry.outcome == "unclear" else None,
        day=when.day.isoformat() if when and when.day else None,
        swapped=when.swapped.isoformat() if when and when.swapped else None,
        moment=when.moment if when else None,
        minutes=entry.minutes,
    )


def _state(found: Found) -> Literal["sure", "near", "unknown", "open"]:
    if found.entry.outcome == "open":
        return "open"
    if found.problem is None:
        return "near" if found.choices else "unknown"
    return "near" if found.entry.outcome == "unclear" else "sure"


def _reason(found: Found) -> str | None:
    """Return why a line is not taken as it is: which problem it means, or whether that was solved."""
    if found.problem is None or found.entry.outcome != "unclear":
        return found.reason or None
    if not found.entry.said:
        return "your list does not say whether you solved it"
    return f"I do not know what {shown(found.entry.said)} means"


def _label(raw: Raw) -> str:
    return str(raw["title"])


def _is_exact(entry: Entry, problem: Raw | None) -> bool:
    """Return whether a line says the title as it is, or leads to it: then there is nothing to look at twice."""
    if problem is None:
        return False
    if entry.address and entry.address.names:
        return True
    title = title_key(str(problem["title"]))
    return any(title_key(reading.name) == title for reading in entry.readings)


_RANK: Final = ("unknown", "open", "near", "known", "sure")
"""The states from the least that a line can say to the most: of two lines about a problem the one that says more."""


def _fold(items: Sequence[ImportItem]) -> list[ImportItem]:
    """Return the items with those of one problem made one: solved wins, with the first date on which it was."""
    kept: dict[tuple[str, ObjectId | str], ImportItem] = {}
    for item in items:
        first = kept.setdefault(_same(item), item)
        if first is not item:
            _join(first, item)
    return list(kept.values())


def _join(first: ImportItem, item: ImportItem) -> None:
    """Add what another line says of the same problem."""
    first.lines = [*first.lines, *item.lines]
    first.left_out = first.left_out and item.left_out
    gained = _RANK.index(item.state) - _RANK.index(first.state)
    if gained < 0:
        return
    if gained > 0:
        first.state, first.outcome, first.unclear, first.reason = item.state, item.outcome, item.unclear, item.reason
        first.choices = item.choices
    else:
        first.outcome = _better(first, item)
    if item.day and (gained > 0 or not first.day or item.day < first.day):
        first.day, first.swapped, first.moment = item.day, item.swapped, item.moment
    elif gained > 0:
        first.day, first.swapped, first.moment = None, None, None
    first.minutes = item.minutes or first.minutes if gained else first.minutes or item.minutes


def _same(item: ImportItem) -> tuple[str, ObjectId | str]:
    if item.problem_id is not None:
        return ("problem", item.problem_id)
    return (item.state, title_key(item.text) or str(item.number))


def _better(one: ImportItem, other: ImportItem) -> Said | None:
    """Return what two lines about a problem say together: a solve is one, and help that was said is not forgotten."""
    said = {one.outcome, other.outcome}
    order: tuple[Said | None, ...] = ("with-help", "unaided", None)
    return next((outcome for outcome in order if outcome in said), "stuck")
