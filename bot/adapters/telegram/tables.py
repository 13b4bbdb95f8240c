"""Tables on a telephone: aligned columns where they fit, else one record a row as "header: value" lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from wcwidth import wcswidth

from bot.adapters.telegram.source import Event, parse

COLUMNS: Final = 40
"""How many columns of a monospaced text a telephone shows without breaking lines."""

_GAP: Final = "  "
_PARTS: Final = (
    *("Start Table", "End Table", "Start TableHead", "Start TableRow", "Start TableCell"),
    *("Start Link", "Start Image"),
)
_INLINE: Final = ("Text", "Code", "InlineMath", "DisplayMath", "InlineHtml")
_BREAK = re.compile(r"<br[ \t]*/?>|\\<br[ \t]*/?>", re.IGNORECASE)


@dataclass
class Cell:
    """A cell: as it reads, as it was written, and whether it holds a link."""

    plain: str = ""
    source: str = ""
    linked: bool = False

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return max(wcswidth(self.plain), 0)


@dataclass
class Table:
    """A table and where it stands in its source. The first row is the header."""

    start: int
    aligned: Sequence[str]
    end: int = 0
    rows: list[list[Cell]] = field(default_factory=list)


def reshape_tables(text: str, columns: int = COLUMNS) -> str:
    """Return a Markdown text with each table as a code block of aligned columns or as lines."""
    if "|" not in text:
        return text
    for table in reversed(list(_tables(text, parse(text, _PARTS + _INLINE)))):
        before = text[text.rfind("\n", 0, table.start) + 1 : table.start]
        indent = re.sub(r"[^>\s]", " ", before)
        lines = ["", *_drawn(table, columns), ""]
        text = text[: table.start] + f"\n{indent}".join(lines) + "\n" + text[table.end :]
    return text


def _tables(text: str, events: Sequence[Event]) -> Iterator[Table]:
    table: Table | None = None
    for event in events:
        if event.kind == "Start Table":
            table = Table(event.start, event.value, event.end)
        elif table is None:
            continue
        elif event.kind == "End Table":
            yield table
            table = None
        elif event.kind in ("Start TableHead", "Start TableRow"):
            table.rows.append([])
        elif event.kind == "Start TableCell":
            table.rows[-1].append(Cell(source=_written(text[event.start : event.end])))
        elif event.kind in ("Start Link", "Start Image"):
            table.rows[-1][-1].linked = True
        elif event.kind in _INLINE:
            table.rows[-1][-1].plain += _BREAK.sub(" ", event.value)


def _written(source: str) -> str:
    """Return a cell's Markdown as it is written outside of a table."""
    return _BREAK.sub(" ", source.strip().removeprefix("|").strip().replace(r"\|", "|"))


def _drawn(table: Table, columns: int) -> list[str]:
    widths = [max(cell.width for cell in column) for column in zip(*table.rows, strict=False)]
    fits = sum(widths) + len(_GAP) * (len(widths) - 1) <= columns
    if fits and not any(cell.linked for row in table.rows for cell in row):
        lines = [_line(row, widths, table.aligned) for row in table.rows]
        fence = "`" * max(3, *(len(ticks) + 1 for line in lines for ticks in re.findall("`+", line)), 3)
        return [fence, lines[0], _GAP.join("─" * width for width in widths), *lines[1:], fence]
    return list(_records(table))


def _line(row: Sequence[Cell], widths: Sequence[int], aligned: Sequence[str]) -> str:
    padded = []
    for cell, width, side in zip(row, widths, aligned, strict=False):
        room = " " * (width - cell.width)
        padded.append(room + cell.plain if side == "Right" else cell.plain + room)
    return _GAP.join(padded).rstrip()


def _records(table: Table) -> Iterator[str]:
    header, *rows = table.rows
    if not rows:
        yield " · ".join(cell.source for cell in header if cell.source)
    for number, row in enumerate(rows):
        if number:
            yield ""
        for name, cell in zip(header, row, strict=False):
            if cell.source:
                yield f"{_name(name)} {cell.source}"


def _name(header: Cell) -> str:
    if not header.source:
        return "•"
    return f"{header.source}:" if "*" in header.source else f"**{header.source}**:"
