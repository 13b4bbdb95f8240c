"""Nothing is lost on the way and nothing invented: rows read and rows not read are the rows that were given."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.entries import Outcome
from sync.listing import read_list
from tests.sync.score import TODAY

TITLES = ("Two Sum", "3Sum", "LRU Cache", "Merge k Sorted Lists", "Pow(x, n)", 'Say "hi"', "0001-two-sum.py", "")
SAYS: dict[str, Outcome] = {"yes": "solved", "no": "open", "Solved": "solved", "Wrong Answer": "open", "Meh": "unclear"}
NOTES = ("", "easy, but long", 'a "b" c', "x;y|z", "2024-03-15", "hash map", "—", "two\nlines")

Row = tuple[str, str, str]
rows = st.lists(
    st.tuples(st.sampled_from(TITLES), st.sampled_from(sorted(SAYS)), st.sampled_from(NOTES)), min_size=1, max_size=30
)


def as_csv(made: list[Row], mark: str) -> str:
    """Return rows as a program that knows the rules of quotation saves them."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows([("Problem", "Status", "Notes"), *made])
    return out.getvalue()


def as_markdown(made: list[Row]) -> str:
    """Return rows as a Markdown table below a heading."""
    cells = [[cell.replace("\n", " ").replace("|", "\\|") for cell in row] for row in made]
    lines = ["# Mine", "| Problem | Status | Notes |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in cells)]
    return "\n".join(lines)


def as_json(made: list[Row]) -> str:
    """Return rows as JSON inside two wrappers."""
    return json.dumps({"data": {"list": [{"title": row[0], "status": row[1], "notes": row[2]} for row in made]}})


@settings(deadline=None)
@given(made=rows, mark=st.sampled_from(",;\t|"), shape=st.sampled_from(["csv", "markdown", "json"]))
def test_each_row_of_a_table_is_read_or_told(made: list[Row], mark: str, shape: str) -> None:
    """A row with a title is one entry with its own outcome, one without is told as not read, and no other is there."""
    text = as_csv(made, mark) if shape == "csv" else as_markdown(made) if shape == "markdown" else as_json(made)
    listing = read_list(text, TODAY)
    assert listing.given == len(made)
    assert [entry.outcome for entry in listing.entries] == [SAYS[status] for title, status, _ in made if title]


@settings(deadline=None)
@given(tables=st.lists(rows, min_size=1, max_size=4), between=st.sampled_from(["\n\n", "\n\n## More\n\n"]))
def test_rows_of_several_tables_add_up(tables: list[list[Row]], between: str) -> None:
    """Several tables of different kinds in one text give the rows of all of them."""
    kinds: list[Callable[[list[Row]], str]] = [
        as_markdown,
        as_json,
        partial(as_csv, mark="\t"),
        partial(as_csv, mark=";"),
    ]
    text = between.join(kinds[place](made) for place, made in enumerate(tables))
    assert read_list(text, TODAY).given == sum(map(len, tables))


@settings(deadline=None)
@given(lines=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=40), max_size=30))
def test_any_text_is_read_without_losing_a_line(lines: list[str]) -> None:
    """Whatever stands in a text, nothing is raised, and no more comes out than there are lines."""
    listing = read_list("\n".join(lines), TODAY)
    assert listing.given <= sum(bool(line.strip()) for line in lines)
    assert [entry.line for entry in listing.entries] == list(range(1, len(listing.entries) + 1))
