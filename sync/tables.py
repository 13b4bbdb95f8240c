"""Tables of solves: CSV and its kin with a row of headings, exports of platforms, Markdown tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from sync.addresses import Site, read_address, spoken_site
from sync.days import When, read_stamp
from sync.entries import Entry, Outcome
from sync.lines import LONGEST_SHOWN, read_line

_DELIMITERS: Final = ",;\t|"
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "title": (
        "title",
        "problem",
        "problem name",
        "problem title",
        "name",
        "question",
        "question title",
        "question name",
        "challenge",
        "leetcode problem",
    ),
    "url": ("url", "link", "problem link", "problem url", "href", "leetcode link", "leetcode url", "question link"),
    "slug": ("slug", "title slug", "titleslug", "problem slug", "question slug", "question title slug"),
    "number": (
        "number",
        "no",
        "no.",
        "#",
        "id",
        "question id",
        "frontend id",
        "question frontend id",
        "frontend question id",
        "leetcode id",
        "lc",
        "lc #",
        "leetcode #",
        "problem id",
        "problem no",
        "problem number",
        "leetcode number",
    ),
    "when": (
        "date",
        "solved on",
        "solved at",
        "date solved",
        "solved date",
        "completed",
        "completed on",
        "completed at",
        "date completed",
        "completion date",
        "timestamp",
        "time",
        "submitted",
        "submitted at",
        "submission time",
        "submission date",
        "last submitted",
        "last solved",
        "day",
        "finished",
        "solve date",
    ),
    "status": (
        "status",
        "result",
        "state",
        "verdict",
        "solved",
        "solved?",
        "done",
        "done?",
        "outcome",
        "status display",
        "last result",
        "completed?",
        "progress",
        "mark",
        "how",
        "help",
    ),
    "minutes": (
        "minutes",
        "mins",
        "min",
        "time taken",
        "time (min)",
        "time (mins)",
        "time (minutes)",
        "duration",
        "duration (min)",
        "minutes taken",
        "time spent",
        "time taken (min)",
        "time taken (mins)",
    ),
    "site": ("platform", "site", "source", "judge", "website", "online judge"),
}
_KINDS: Final = {name: kind for kind, names in _COLUMNS.items() for name in names}
_STATUSES: Final[tuple[tuple[Outcome, re.Pattern[str]], ...]] = (
    ("unaided", re.compile(r".*(?:unaided|alone|by myself|on my own|without (?:help|hints?)|no (?:help|hints?)).*")),
    ("with-help", re.compile(r".*(?:help|hint|editorial|solution|assisted).*")),
    ("stuck", re.compile(r".*(?:stuck|fail|gave up|couldn.?t).*")),
    (
        "open",
        re.compile(
            r".*(?:not |un|attempt|to ?do|progress|pending|started|wrong|limit|error|revisit|partial).*|"
            r"no?|false|0|❌|☐|-"
        ),
    ),
    (
        "solved",
        re.compile(r"(?:.*(?:solved|done|accepted|complete|finish|pass).*|ac|yes|y|true|1|x|ok|✓|✔|✅|☑|🟩)\ufe0f?"),
    ),
)


def read_table(text: str, today: date) -> list[Entry] | None:
    """Return a table's rows, or None where the text is no table with a row of headings that name a problem."""
    rows = _rows(text)
    if len(rows) < 2:
        return None
    kinds = [_kind(cell) for cell in rows[0][1]]
    if not {"title", "url", "slug"} & set(kinds) and kinds.count("number") == 0:
        return None
    if len(kinds) == 1 and "\n" not in text.strip():
        return None
    columns = _first_of_each(kinds)
    entries = [_entry(line, cells, columns, today) for line, cells in rows[1:] if any(cell.strip() for cell in cells)]
    ticked = any(_cell(cells, columns, "status") for _, cells in rows[1:])
    return list(_without_status(entries, columns, rows, ticked=ticked))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows with the numbers of their lines, split at the delimiter that the first lines agree on."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        return []
    if lines[0][1].lstrip().startswith("|"):
        inner = [(number, line.strip().strip("|")) for number, line in lines if not re.fullmatch(r"[\s|:+-]+", line)]
        return [(number, [cell.strip() for cell in line.split("|")]) for number, line in inner]
    delimiter = _delimiter(lines[0][1])
    if delimiter is None:
        return [(number, [line.strip()]) for number, line in lines]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error:
        return []
    return [row for row in rows if any(row[1])]


def _delimiter(heading: str) -> str | None:
    """Return what separates the columns: the delimiter at which the headings fall into the most known ones."""
    try:
        sniffed: str | None = csv.Sniffer().sniff(heading, delimiters=_DELIMITERS).delimiter
    except csv.Error:
        sniffed = None
    candidates = [mark for mark in _DELIMITERS if mark in heading]

    def known(mark: str) -> tuple[int, bool]:
        return sum(_kind(cell) is not None for cell in heading.split(mark)), mark == sniffed

    return max(candidates, key=known, default=None)


def _kind(heading: str) -> str | None:
    said = (
        re.sub(r"[\s_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading.strip().strip('"*`\ufeff'))).lower().strip()
    )
    return _KINDS.get(said) or _KINDS.get(said.replace(" ", ""))


def _first_of_each(kinds: Sequence[str | None]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, kind in enumerate(kinds):
        if kind is not None:
            columns.setdefault(kind, place)
    return columns


def _cell(cells: Sequence[str], columns: dict[str, int], kind: str) -> str:
    place = columns.get(kind)
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _entry(line: int, cells: Sequence[str], columns: dict[str, int], today: date) -> Entry:
    title = _cell(cells, columns, "title")
    entry = read_line(line, title or _cell(cells, columns, "slug"), today)
    if slug := _cell(cells, columns, "slug"):
        readings = read_line(line, slug, today).readings
        entry = replace(entry, readings=(*readings, *entry.readings))
    address = read_address(_cell(cells, columns, "url")) if _cell(cells, columns, "url") else None
    if address is not None and (address.names or not title):
        entry = replace(entry, address=address)
    number = re.fullmatch(r"#?(\d{1,4})(?:\.0)?", _cell(cells, columns, "number"))
    if number and not entry.labelled:
        entry = replace(entry, number=int(number[1]))
    return replace(
        entry,
        text=" ".join(" · ".join(cell for cell in cells if cell).split())[:LONGEST_SHOWN],
        site=_site(cells, columns) or entry.site,
        when=_when(cells, columns, today) or entry.when,
        minutes=_minutes(_cell(cells, columns, "minutes")) or entry.minutes,
        parts=(),
    )


def _site(cells: Sequence[str], columns: dict[str, int]) -> Site | None:
    named = spoken_site(_cell(cells, columns, "site"))
    return named[0] if named else None


def _when(cells: Sequence[str], columns: dict[str, int], today: date) -> When | None:
    return read_stamp(_cell(cells, columns, "when"), today)


def _minutes(cell: str) -> float | None:
    found = re.match(r"(\d{1,4}(?:\.\d+)?)(?:\s*(?:m|min|mins|minutes))?$", cell)
    minutes = float(found[1]) if found else None
    return minutes if minutes is not None and 0 < minutes <= 1440 else None


def _without_status(
    entries: list[Entry], columns: dict[str, int], rows: Sequence[tuple[int, list[str]]], *, ticked: bool
) -> Iterator[Entry]:
    """Yield the entries with what the column of outcomes says; where it marks some, an empty field means: not yet."""
    cells_of = dict(rows)
    for entry in entries:
        said = _cell(cells_of[entry.line], columns, "status").lower()
        if not ticked:
            yield entry
        elif not said:
            yield replace(entry, outcome="open")
        else:
            outcome = next((name for name, pattern in _STATUSES if pattern.fullmatch(said)), None)
            yield replace(entry, outcome=outcome or entry.outcome)
