"""The rows of a table as entries: by its headings where they are known, otherwise as lines beside their ticks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from sync.addresses import Site, spoken_site
from sync.blocks import Row, Table
from sync.columns import Columns, find_columns
from sync.days import When, cut_day, read_stamp
from sync.entries import Entry, Outcome, Unread
from sync.lines import LONGEST_SHOWN, cut_link, read_line
from sync.statuses import is_blank, read_status

EMPTY: Final = "the row is empty"
NAMELESS: Final = "it names no problem"
NO_TITLE: Final = "it has no title"
_HELP: Final[dict[bool, Outcome]] = {True: "with-help", False: "unaided"}


def read_rows(table: Table, today: date) -> Iterator[Entry | Unread]:
    """Yield what each row of a table says."""
    columns = find_columns(table.headings, [row.cells for row in table.rows])
    for place, row in enumerate(table.rows):
        text = _shown(row.cells)
        if all(is_blank(cell) for cell in row.cells):
            yield Unread(row.line, text, EMPTY)
            continue
        entry = _entry(row, columns, today)
        if not entry.readings and entry.address is None and (entry.number is None or columns.places.get("title")):
            yield Unread(row.line, text, NO_TITLE if columns.names_problems() else NAMELESS)
            continue
        yield _judged(entry, row, columns, place, today)


def _shown(cells: Sequence[str]) -> str:
    return " ".join(" · ".join(cell for cell in cells if cell).split())[:LONGEST_SHOWN]


def _entry(row: Row, columns: Columns, today: date) -> Entry:
    """Return which problem a row is about, when it was solved and how long that took."""
    cells = row.cells
    if not columns.names_problems():
        unmarked = [cell for place, cell in enumerate(cells) if place not in columns.ticks]
        return replace(read_line(row.line, " | ".join(unmarked), today), text=_shown(cells), parts=())
    title = columns.cell(cells, "title")
    slug = columns.cell(cells, "slug")
    entry = read_line(row.line, title or slug, today)
    if slug:
        entry = replace(entry, readings=(*read_line(row.line, slug, today).readings, *entry.readings))
    address, _ = cut_link(columns.cell(cells, "url"))
    if address is not None and (address.names or not title):
        entry = replace(entry, address=address)
    return replace(
        _numbered(entry, columns, cells),
        text=_shown(cells),
        site=_site(columns.cell(cells, "site")) or entry.site,
        when=_when(columns, cells, today) or entry.when,
        minutes=_minutes(columns.cell(cells, "minutes")) or entry.minutes,
        parts=(),
    )


def _numbered(entry: Entry, columns: Columns, cells: Sequence[str]) -> Entry:
    """Return an entry with the number of its row, LeetCode's own where the heading says so; a slug needs none."""
    if columns.cell(cells, "slug"):
        return replace(entry, number=None)
    for kind in ("label", "number"):
        number = re.fullmatch(r"#?(\d{1,4})(?:\.0)?\.?", columns.cell(cells, kind))
        if number and not entry.labelled:
            return replace(entry, number=int(number[1]), labelled=kind == "label")
    return entry


def _site(cell: str) -> Site | None:
    named = spoken_site(cell)
    return named[0] if named else None


def _when(columns: Columns, cells: Sequence[str], today: date) -> When | None:
    places = [place for kind in ("finished", "when", "status") for place in columns.places.get(kind, ())]
    said = [read_stamp(cells[place], today) for place in places if place < len(cells)]
    known = [when for when in said if when is not None]
    return next((when for when in known if when.day), next(iter(known), None))


def _minutes(cell: str) -> float | None:
    found = re.match(r"(\d{1,4}(?:\.\d+)?)(?:\s*(?:m|min|mins|minutes))?$", cell)
    minutes = float(found[1]) if found else None
    return minutes if minutes is not None and 0 < minutes <= 1440 else None


def _judged(entry: Entry, row: Row, columns: Columns, place: int, today: date) -> Entry:
    """Return an entry with what the columns beside it say of the outcome."""
    said, outcome = _outcome(row, columns, place, today)
    if outcome is None:
        return _helped(entry, row, columns, place)
    if outcome == "solved" and entry.outcome in ("unaided", "with-help"):
        outcome = entry.outcome
    judged = replace(entry, outcome=outcome, said=said if outcome == "unclear" else "")
    return _helped(judged, row, columns, place) if outcome == "solved" else judged


def _outcome(row: Row, columns: Columns, place: int, today: date) -> tuple[str, Outcome | None]:
    """Return what the columns say of a row's outcome, with the words that say so; None where there is no such column.

    What was concluded goes before single submissions; two columns that do not agree say nothing certain.
    """
    concluded = columns.places.get("status") or columns.marks or columns.places.get("result")
    if concluded:
        return _agreed([_read(row, columns, one, place, today) for one in concluded])
    if finished := columns.places.get("finished"):
        said, outcome = _read(row, columns, finished[0], place, today)
        return said, outcome if said else "unclear"
    if tried := columns.places.get("tried"):
        said, outcome = _read(row, columns, tried[0], place, today)
        return said, outcome if outcome == "open" else "unclear"
    return "", None


def _read(row: Row, columns: Columns, column: int, place: int, today: date) -> tuple[str, Outcome]:
    """Return what a field says and means; an empty one that it was not solved, where others are filled."""
    said = row.cells[column].strip() if column < len(row.cells) else ""
    if is_blank(said):
        return "", "unclear" if column in columns.empty and said.casefold() != "null" else "open"
    if column in columns.ticks:
        tick = columns.ticks[column][place]
        return said, "unclear" if tick is None else "solved" if tick else "open"
    when, rest = cut_day(said, today)
    if when is None and read_stamp(said, today) is not None:
        return said, "solved"
    rest = rest.strip(" ,;:()–-") if when else said
    return said, read_status(rest) if rest else "solved"


def _agreed(read: Sequence[tuple[str, Outcome]]) -> tuple[str, Outcome]:
    said = " / ".join(one for one, _ in read if one)
    spoken = [outcome for one, outcome in read if one] or [read[0][1]]
    outcomes = dict.fromkeys(spoken)
    if len(outcomes) == 1:
        return said, spoken[0]
    settled = [outcome for outcome in outcomes if outcome != "solved"]
    detailed = len(outcomes) == 2 and "solved" in outcomes and settled[0] in ("unaided", "with-help")
    return said, settled[0] if detailed else "unclear"


def _helped(entry: Entry, row: Row, columns: Columns, place: int) -> Entry:
    """Return an entry with what a column about help says; one that was not solved stays so."""
    if entry.outcome != "solved":
        return entry
    for column in columns.places.get("help", ()):
        said = row.cells[column].strip() if column < len(row.cells) else ""
        tick = columns.ticks[column][place] if column in columns.ticks else None
        if is_blank(said):
            continue
        if tick is None and said.isdecimal():
            tick = int(said) > 0
        outcome = _HELP[tick] if tick is not None else read_status(said)
        if outcome in ("unaided", "with-help"):
            return replace(entry, outcome=outcome)
    return entry
