"""The parts of a text: tables wherever they stand, and the lines around them."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sync.columns import NAMING, kind_of
from sync.lines import is_heading
from sync.statuses import read_marks

Numbered = tuple[int, str]
"""A line of the text, with its number from 1."""

_DELIMITERS: Final = "\t;|,"
_LONGEST_RECORD: Final = 60
"""Lines over which one field in quotes may go."""
_LONGEST_HEADING: Final = 40
_SEPARATOR: Final = re.compile(r'^\W*"?sep=(?P<mark>.)"?\W*$', re.IGNORECASE)
_DIRECTIVE: Final = re.compile(r"^#(?:separator|html|columns|(?:notetype|deck|tags|guid)(?: column)?):", re.IGNORECASE)
_COMMENT: Final = re.compile(r"^\s*<!--.*-->\s*$")
_RULE: Final = re.compile(r"^[\s|:+=┼├┤─━┌┐└┘┬┴╪╞╡═║-]*[-=─━═]{2,}[\s|:+=┼├┤─━┌┐└┘┬┴╪╞╡═║-]*$|^[\s|:-]*-[\s|:-]*$")
_BARS: Final = str.maketrans(dict.fromkeys("│┃║｜", "|"))
_TICKS: Final = frozenset({"true", "false", "yes", "no", "[x]", "[ ]", "✓", "✔", "✅", "☑", "☐", "❌", "⬜", "✗"})


@dataclass(frozen=True)
class Row:
    """A row of a table: the number of its first line, and its fields."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows below headings; there are no headings where the table has none."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def split_blocks(text: str) -> list[Table | Numbered]:
    """Return the tables and the single lines of a text in their order, without what is neither: rules, headings."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    blocks: list[Table | Numbered] = []
    place = 0
    while place < len(lines):
        if found := _bar_table(lines, place) or _ruled_table(lines, place) or _delimited_table(lines, place, blocks):
            table, place = found
            blocks.append(table)
        elif _is_markup(lines[place][1]) or (not blocks and _is_only_heading(lines, place)):
            place += 1
        else:
            blocks.append(lines[place])
            place += 1
    return blocks


def _is_markup(text: str) -> bool:
    return is_heading(text) or any(pattern.match(text) for pattern in (_SEPARATOR, _DIRECTIVE, _COMMENT, _RULE))


def _is_only_heading(lines: Sequence[Numbered], place: int) -> bool:
    """Return whether a line is the heading of a table with one column: the lines below it read like any others."""
    return place + 1 < len(lines) and kind_of(lines[place][1]) in NAMING


def _has_gap(lines: Sequence[Numbered], place: int) -> bool:
    return lines[place][0] - lines[place - 1][0] > 1


def _bar(text: str) -> str | None:
    """Return a line that begins with a bar as one, without the marks of a quotation."""
    bare = re.sub(r"^\s*(?:>\s*)*", "", text).translate(_BARS)
    return bare if bare.startswith("|") else None


def _bar_cells(bare: str) -> tuple[str, ...]:
    inner = bare.strip()
    inner = inner[1:-1] if len(inner) > 1 and inner.endswith("|") and not inner.endswith("\\|") else inner[1:]
    return tuple(cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", inner))


def _bar_table(lines: Sequence[Numbered], start: int) -> tuple[Table, int] | None:
    """Return the table of lines that begin with a bar; its headings stand above a rule, or are known ones."""
    first = _bar(lines[start][1])
    if first is None:
        return None
    cells = _bar_cells(first)
    ruled = start + 2 < len(lines) and bool(_RULE.match(lines[start + 1][1])) and _bar(lines[start + 2][1]) is not None
    headings = cells if ruled or _knows(cells, least=1) else ()
    rows = [] if headings else [Row(lines[start][0], cells)]
    place = start + 1
    while place < len(lines):
        bare = _bar(lines[place][1])
        if _RULE.match(lines[place][1]):
            place += 1
        elif bare is None or _begins_anew(lines, place, _bar_cells(bare)):
            break
        else:
            rows.append(Row(lines[place][0], _bar_cells(bare)))
            place += 1
    return Table(headings, tuple(rows)), place


def _begins_anew(lines: Sequence[Numbered], place: int, cells: tuple[str, ...]) -> bool:
    """Return whether a line with bars holds the headings of another table."""
    ruled = place + 1 < len(lines) and bool(_RULE.match(lines[place + 1][1]))
    return _knows(cells) or (ruled and _has_gap(lines, place))


def _ruled_table(lines: Sequence[Numbered], start: int) -> tuple[Table, int] | None:
    """Return a Markdown table whose lines do not begin with a bar: a rule with bars stands below its headings."""
    if start + 1 >= len(lines) or "|" not in lines[start][1] or "|" not in lines[start + 1][1]:
        return None
    if not _RULE.match(lines[start + 1][1]):
        return None
    end = start + 2
    while end < len(lines) and "|" in lines[end][1] and not _has_gap(lines, end):
        end += 1
    rows = [Row(number, _bar_cells(f"|{text}")) for number, text in lines[start:end]]
    return Table(rows[0].cells, tuple(rows[2:])), end


def _delimited_table(
    lines: Sequence[Numbered], start: int, before: Sequence[Table | Numbered]
) -> tuple[Table, int] | None:
    """Return the table with a delimiter that begins at a line: below known headings, or beside a column of ticks."""
    headed = _headings(lines, start, is_first=not before)
    if headed is None:
        return _headless_table(lines, start)
    mark, headings = headed
    rows: list[Row] = []
    place = start + 1
    while place < len(lines):
        text = lines[place][1]
        is_markup = is_heading(text) and mark not in text
        cells = _plain_cells(text, mark)
        if rows and _knows(cells):
            break
        if not is_markup and (len(cells) == len(headings) or not _has_gap(lines, place)):
            found, after = _record(lines, place, mark, len(headings))
            rows.append(Row(lines[place][0], found))
            place = after
        elif is_markup and place + 1 < len(lines) and len(_plain_cells(lines[place + 1][1], mark)) == len(headings):
            place += 1
        else:
            break
    return Table(headings, tuple(rows)), place


def _headings(lines: Sequence[Numbered], start: int, *, is_first: bool) -> tuple[str, tuple[str, ...]] | None:
    """Return the delimiter and the headings of a table that begins at a line, or None where none does."""
    text = lines[start][1]
    tried = [(mark, _plain_cells(text, mark)) for mark in _DELIMITERS if mark in text]
    mark, cells = max(tried, key=lambda one: _count_known(one[1]), default=("", ()))
    if not any(kind_of(cell) in NAMING for cell in cells) or any(_is_value(cell) for cell in cells):
        return None
    if _count_known(cells) >= 2:
        return mark, cells
    fits = start + 1 < len(lines) and len(_plain_cells(lines[start + 1][1], mark)) == len(cells)
    return (mark, cells) if (is_first or fits) and not is_heading(text) else None


def _is_value(cell: str) -> bool:
    """Return whether a field says something that no heading does: a link, a number with words, a whole sentence."""
    return len(cell) > _LONGEST_HEADING or "://" in cell or bool(re.match(r"\d", cell))


def _count_known(cells: Sequence[str]) -> int:
    return sum(kind_of(cell) is not None for cell in cells)


def _knows(cells: Sequence[str], *, least: int = 2) -> bool:
    """Return whether fields are headings: so many are known ones, one of them for what names a problem."""
    known = _count_known(cells) >= min(least, len(cells)) and not any(map(_is_value, cells))
    return known and any(kind_of(cell) in NAMING for cell in cells)


def _plain_cells(text: str, mark: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([text], delimiter=mark, skipinitialspace=mark != "\t"), [])
    except csv.Error:
        cells = text.split(mark)
    return tuple(cell.strip() for cell in cells)


def _record(lines: Sequence[Numbered], start: int, mark: str, width: int) -> tuple[tuple[str, ...], int]:
    """Return the fields of the row that begins at a line, and where the next one begins.

    A field in quotes goes over several lines only where the row then has as many fields as the headings: a quotation
    mark that nobody closed takes no other rows with it.
    """
    first = lines[start][1]
    if '"' not in first:
        return tuple(cell.strip() for cell in first.split(mark)), start + 1
    for end in range(start + 1, min(start + _LONGEST_RECORD, len(lines)) + 1):
        record = "\n".join(text for _, text in lines[start:end])
        try:
            cells = next(csv.reader([record], delimiter=mark, skipinitialspace=mark != "\t", strict=True), [])
        except csv.Error:
            continue
        if end == start + 1 or len(cells) == width:
            return tuple(" ".join(cell.split()) for cell in cells), end
        break
    return tuple(cell.strip().strip('"') for cell in first.split(mark)), start + 1


def _headless_table(lines: Sequence[Numbered], start: int) -> tuple[Table, int] | None:
    """Return the rows of one width from a line on, where a column of ticks shows that they are a table."""
    for mark in _DELIMITERS:
        cells = lines[start][1].split(mark)
        if len(cells) < 2 or not any(cell.strip().strip('"').casefold() in _TICKS for cell in cells):
            continue
        end = start
        while end < len(lines) and lines[end][1].count(mark) == len(cells) - 1 and not is_heading(lines[end][1]):
            end += 1
        rows = [
            Row(number, tuple(cell.strip().strip('"') for cell in text.split(mark)))
            for number, text in lines[start:end]
        ]
        if len(rows) > 1 and any(_is_ticked(column) for column in zip(*(row.cells for row in rows), strict=True)):
            return Table((), tuple(rows)), end
    return None


def _is_ticked(column: Sequence[str]) -> bool:
    said = {cell.casefold() for cell in column}
    return read_marks(column) is not None and bool(said & _TICKS)
