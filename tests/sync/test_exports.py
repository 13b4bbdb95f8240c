"""Files as people export them: what each row is, solved or not, and nothing lost or added on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.decoding import decode
from sync.entries import Outcome
from sync.listing import Listing, read_list
from tests.sync.score import TODAY, shipped_index
from tools.recognition import recognise_all

EXPORTS = Path(__file__).parent / "exports"

Meant = tuple[str | None, Outcome, str | None]
"""A problem's title, None for a line that is none; what the file says of it; and the day."""


@dataclass(frozen=True)
class Right:
    """What a file says, row by row, and why its other rows are not read."""

    rows: Sequence[Meant]
    unread: Sequence[tuple[str, str]] = ()


EXCEL = Right([
    ("Two Sum", "solved", "2024-03-15"),
    ("Valid Anagram", "solved", "2024-03-16"),
    ("Course Schedule", "solved", "2024-03-17"),
])  # fmt: skip
RIGHT: dict[str, Right] = {
    "check-column.md": Right([
        ("LRU Cache", "solved", None),
        ("Generate Parentheses", "open", None),
        ("Group Anagrams", "solved", None),
        ("Merge k Sorted Lists", "open", None),
        ("Merge Intervals", "open", None),
    ]),
    "completed-flag.csv": Right([
        ("Two Sum", "solved", None),
        ("Move Zeroes", "open", None),
        ("3Sum", "open", None),
        ("Number of Islands", "solved", None),
        ("Word Ladder", "open", None),
    ]),
    "placeholder-rows.md": Right(
        [
            ("Roman to Integer", "solved", None),
            ("Longest Common Prefix", "solved", None),
            ("3Sum", "solved", None),
            ("Letter Combinations of a Phone Number", "solved", None),
            ("Remove Nth Node From End of List", "solved", None),
            ("Valid Parentheses", "solved", None),
        ],
        [("16", "it has no title"), ("18", "it has no title")],
    ),
    "leetcode-api.json": Right([
        ("Two Sum", "solved", None),
        ("Add Two Numbers", "open", None),
        ("Trapping Rain Water", "open", None),
        ("Group Anagrams", "solved", None),
    ]),
    "anki-notes.txt": Right([
        ("Two Sum", "solved", None),
        ("Number of Islands", "solved", None),
        ("Coin Change", "solved", None),
    ]),
    "leethub-readme.md": Right([
        (None, "solved", None),
        ("Two Sum", "solved", None),
        ("Longest Common Prefix", "solved", None),
        ("Group Anagrams", "solved", None),
        ("Two Sum", "solved", None),
        ("Group Anagrams", "solved", None),
        ("Valid Parentheses", "solved", None),
    ]),
    "recent-submissions.md": Right([
        ("Remove Linked List Elements", "solved", "2022-03-03"),
        ("Reverse Linked List", "solved", "2022-03-02"),
        ("3Sum", "solved", "2022-03-01"),
    ]),
    "history-wa-then-ac.csv": Right([
        ("Word Break", "open", "2024-06-20"),
        ("Coin Change", "solved", "2024-06-19"),
        ("Coin Change", "open", "2024-06-19"),
        ("Coin Change", "open", "2024-06-19"),
        ("Two Sum", "solved", "2023-11-14"),
        ("Two Sum", "solved", "2023-07-22"),
        ("Course Schedule", "solved", "2023-03-28"),
        ("Course Schedule", "open", "2023-09-18"),
    ]),
    "excel-mac-cr.csv": EXCEL,
    "excel-sep-line.csv": EXCEL,
    "excel-unicode.txt": EXCEL,
    "excel-utf8-bom-semicolon.csv": EXCEL,
    "excel-windows-1252.csv": EXCEL,
}  # fmt: skip


def meant(listing: Listing) -> list[Meant]:
    """Return what each entry of a list was taken for, its outcome and its day."""
    found = recognise_all(shipped_index(), listing.entries)
    return [
        (
            str(one.problem["title"]) if one.problem else None,
            one.entry.outcome,
            one.entry.when.day.isoformat() if one.entry.when and one.entry.when.day else None,
        )
        for one in found
    ]


def outcomes(text: str) -> list[Outcome]:
    """Return what a text says of each of its rows."""
    return [entry.outcome for entry in read_list(text, TODAY).entries]


def test_every_export_has_its_right_value() -> None:
    """No file of the folder is without a test."""
    assert sorted(RIGHT) == sorted(path.name for path in EXPORTS.iterdir())


@pytest.mark.parametrize("name", RIGHT)
def test_an_export_is_read_as_it_is_meant(name: str) -> None:
    """Each row is the problem that it names, solved only where the file says so, on the day that the file gives."""
    text = decode((EXPORTS / name).read_bytes())
    assert text is not None
    listing = read_list(text, TODAY)
    assert meant(listing) == list(RIGHT[name].rows)
    assert [(one.text, one.reason) for one in listing.unread] == list(RIGHT[name].unread)


@pytest.mark.parametrize("heading", ["Done", "Check", "Completed?", "is_solved", "✓", "Mine", "Ada", "Fertig", ""])
@pytest.mark.parametrize(
    ("ticked", "unticked"),
    [
        ("x", ""), ("X", "-"), ("TRUE", "FALSE"), ("true", "false"), ("✓", ""), ("✅", "❌"), ("✔️", "✗"), ("1", "0"),
        ("yes", "no"), ("Y", "N"), ("[x]", "[ ]"), ("☑", "☐"), ("🟩", "🟥"), ("Ja", "Nein"), ("👍", "👎"),
    ],
)  # fmt: skip
def test_a_column_of_ticks_says_what_is_solved(heading: str, ticked: str, unticked: str) -> None:
    """Ticks of every kind count under every heading and in every table; what is not ticked is not solved."""
    rows = [("Problem", heading), ("Two Sum", ticked), ("3Sum", unticked), ("LRU Cache", ticked)]
    for layout in ("{title},{flag}", "{flag}\t{title}", "| {title} | {flag} |"):
        text = "\n".join(layout.format(title=title, flag=flag) for title, flag in rows)
        assert outcomes(text) == ["solved", "open", "solved"], layout


@pytest.mark.parametrize(
    "heading", ["Premium", "Favorite", "Bookmarked", "Has Solution", "isFavor", "paidOnly", "Hard?"]
)
def test_ticks_about_something_else_say_nothing_of_solving(heading: str) -> None:
    """A column of flags that its heading gives to something else decides nothing."""
    assert outcomes(f"Problem,{heading}\nTwo Sum,TRUE\n3Sum,FALSE") == ["solved", "solved"]
    assert outcomes(f"Problem,{heading},Done\nTwo Sum,TRUE,no\n3Sum,FALSE,yes") == ["open", "solved"]


def test_ticks_that_contradict_each_other_are_asked_about() -> None:
    """A cross among ticks, two columns that do not agree, and a problem that was only attempted are not guessed."""
    assert outcomes("Problem,Done\nTwo Sum,✓\n3Sum,x\nLRU Cache,") == ["solved", "unclear", "open"]
    assert outcomes("Problem,Python,Java\nTwo Sum,✓,✓\n3Sum,✓,\nLRU Cache,,") == ["solved", "solved", "open"]
    assert outcomes("Problem,Ada,Bob\nTwo Sum,yes,no\n3Sum,no,no") == ["unclear", "open"]
    assert outcomes("Problem,Attempted\nTwo Sum,yes\n3Sum,no") == ["unclear", "open"]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("Solved", "solved"), ("✅ Done", "solved"), ("ACCEPTED", "solved"), ("ac", "solved"), ("100%", "solved"),
        ("Accepted on first try", "solved"), ("2024-03-15", "solved"), ("done 15.03.2024", "solved"),
        ("Unsolved", "open"), ("Incomplete", "open"), ("Not Started", "open"), ("to do", "open"), ("TODO", "open"),
        ("Half done", "open"), ("In progress", "open"), ("notac", "open"), ("Wrong Answer", "open"),
        ("Time Limit Exceeded", "open"), ("almost solved", "open"), ("not yet", "open"), ("null", "open"),
        ("solved with hints", "with-help"), ("saw the editorial", "with-help"), ("solved alone", "unaided"),
        ("without help", "unaided"), ("gave up", "stuck"), ("Failed", "stuck"),
        ("Meh", "unclear"), ("Revisit", "unclear"), ("Needs review", "unclear"), ("Learning", "unclear"),
        ("needs to be solved", "unclear"), ("7", "unclear"), ("?", "unclear"), ("Zeke did it", "unclear"),
    ],
)  # fmt: skip
def test_a_status_is_taken_for_what_it_says(word: str, outcome: Outcome) -> None:
    """A status word that nobody knows is unclear; none is taken for solved that does not say so."""
    (read,) = read_list(f"Problem;Status\nTwo Sum;{word}", TODAY).entries
    assert read.outcome == outcome


def test_an_empty_status_is_no_solve() -> None:
    """Where others are filled, an empty field means not yet; in a column without a word it is asked about."""
    assert outcomes("Status\tTitle\nSolved\tTwo Sum\n\t3Sum") == ["solved", "open"]
    assert outcomes("Status\tTitle\n\tTwo Sum\n\t3Sum") == ["unclear", "unclear"]
    assert outcomes("Title,Solved On\nTwo Sum,2024-03-15\n3Sum,") == ["solved", "unclear"]


@pytest.mark.parametrize(
    ("said", "outcome"), [("yes", "with-help"), ("no", "unaided"), ("2", "with-help"), ("0", "unaided"), ("", "solved")]
)
def test_a_column_about_help_says_how_it_was_solved(said: str, outcome: Outcome) -> None:
    """ "Help: no" is a solve without help, not an unsolved problem."""
    assert outcomes(f"Problem,Done,Hints used\nTwo Sum,yes,{said}\n3Sum,yes,yes")[0] == outcome
