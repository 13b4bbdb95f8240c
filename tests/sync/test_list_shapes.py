"""The shapes in which lists come: tables anywhere in a text, JSON of many makers, files of many programs, odd dates."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from sync.days import read_stamp
from sync.decoding import decode
from sync.listing import read_list
from sync.records import CUT_OFF, NO_RECORDS
from sync.tables import EMPTY, NO_TITLE
from tests.sync.score import TODAY
from tests.sync.test_exports import Meant, meant

HERE = """/import
Hi! here is my progress so far

## Arrays
| Problem | Done |
|---|---|
| Two Sum | ✅ |
| 3Sum | ❌ |

Name | Status | Date
--- | --- | ---
Number of Islands | Solved | 2024-05-01
Course Schedule | Not Started |

Title,Solved
Coin Change,no

and the rest:
- LRU Cache
- [ ] Word Ladder"""
SOLVED: list[Meant] = [("Two Sum", "solved", None), ("3Sum", "open", None)]


def shapes(one: dict[str, Any], other: dict[str, Any]) -> list[Any]:
    """Return the wrappers in which LeetCode and those who ask it give records out."""
    return [
        [one, other],
        {"submissions_dump": [one, other], "has_next": False, "last_key": ""},
        {"data": {"problemsetQuestionList": {"total": 2, "questions": [one, other]}}},
        {"data": {"userProgressQuestionList": {"totalNum": 2, "questions": [one, other]}}},
        {"count": 2, "submission": [one, other]},
        {"data": {"matchedUser": {"username": "a", "profile": {"ranking": 1}}, "recentSubmissionList": [one, other]}},
        {"data": {"list": {"edges": [{"node": one}, {"node": other}]}}},
        {"Arrays": [one], "Pointers": [other]},
    ]


def test_tables_and_lines_are_found_anywhere_in_a_message() -> None:
    """Tables below headings and words, several of several kinds, and the lines between them are each read."""
    assert meant(read_list(HERE, TODAY)) == [
        *SOLVED,
        ("Number of Islands", "solved", "2024-05-01"),
        ("Course Schedule", "open", None),
        ("Coin Change", "open", None),
        ("LRU Cache", "solved", None),
        ("Word Ladder", "open", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "+-----+---------+--------+\n| No  | Problem | Solved |\n+-----+---------+--------+\n| 1 | Two Sum | x |\n"
        "| 15 | 3Sum | |\n+-----+---------+--------+",
        "│ Problem │ Done │\n├─────────┼──────┤\n│ Two Sum │ yes  │\n│ 3Sum    │ no   │",
        "> | Problem | Done |\n> |---|---|\n> | Two Sum | yes |\n> | 3Sum | no |",
        "```\nProblem;Done\nTwo Sum;yes\n3Sum;no\n```",
        "Two Sum,TRUE\n3Sum,FALSE",
        "#\tTitle\tStatus\n1\tTwo Sum\tAccepted\n15\t3Sum\tWrong Answer",
        "sep=|\nTitle|Done\nTwo Sum|1\n3Sum|0",
        "Aufgabe\tx\n\nTitle\tDone\nTwo Sum\tTRUE\n3Sum\tFALSE",
        "Title\\tStatus\\nTwo Sum\\tAccepted\\n3Sum\\tWrong Answer",
        'Title,Notes,Done\n"Two Sum","a ""quoted"", note\nof two lines",yes\n3Sum,"never closed,no',
    ],
)
def test_a_table_is_read_in_whatever_way_it_is_drawn(text: str) -> None:
    """Grids, boxes, quotations, fences, tables without headings, delimiters of every kind and rows in one line."""
    assert [one for one in meant(read_list(text, TODAY)) if one[0]] == SOLVED


def test_sixteen_lines_under_leetcodes_headings_are_sixteen() -> None:
    """Each row that a browser copies from LeetCode's table is counted, whatever quotation marks are in it."""
    rows = [f'2 years ago\t{title}\tAccepted\t"40 ms\tpython3' for title in ("Two Sum", "3Sum", "LRU Cache", "Candy")]
    text = "\n".join(["/import", "Time Submitted\tQuestion\tStatus\tRuntime\tLanguage", *rows * 4])
    listing = read_list(text, TODAY)
    assert (len(listing.entries), listing.given) == (16, 16)


@pytest.mark.parametrize(
    ("solved", "unsolved"),
    [
        ({"status": "ac"}, {"status": None}),
        ({"status": "ac"}, {"status": "notac"}),
        ({"questionStatus": "SOLVED", "lastResult": "WA"}, {"questionStatus": "ATTEMPTED", "lastResult": "AC"}),
        ({"statusDisplay": "Accepted"}, {"statusDisplay": "Wrong Answer"}),
        ({"status": 10, "status_display": "Accepted"}, {"status": 11, "status_display": "Runtime Error"}),
        ({"solved": True}, {"solved": False}),
    ],
)
@pytest.mark.parametrize("shape", range(8))
def test_records_in_json_are_read(solved: dict[str, Any], unsolved: dict[str, Any], shape: int) -> None:
    """LeetCode's interfaces are read in each of their wrappers; tags are no problems, null is no solve."""
    tags = {"topicTags": [{"name": "Array", "slug": "array"}], "companies": ["Candy"], "paidOnly": True}
    one = {"id": 101, "title": "Two Sum", "titleSlug": "two-sum", **tags, **solved}
    other = {"id": 102, "title": "3Sum", "titleSlug": "3sum", **tags, **unsolved}
    listing = read_list(json.dumps(shapes(one, other)[shape], indent=2), TODAY)
    assert (meant(listing), listing.unread) == (SOLVED, ())


@pytest.mark.parametrize(
    "text",
    [
        '{"two-sum": true, "3sum": false}',
        '{"two-sum": "solved", "3sum": "todo"}',
        '{"two-sum": {"status": "AC"}, "3sum": {"status": "WA"}}',
        '{"user": "a", "solved": ["two-sum"], "todo": ["3sum"]}',
        '{"solvedProblems": [{"title": "Two Sum"}], "attempted": [{"title": "3Sum"}]}',
        '{"title": "Two Sum", "status": "AC"}\n{"title": "3Sum", "status": "WA"}',
        'my solves:\n```json\n[{"question": {"title": "Two Sum"}, "done": 1}, {"title": "3Sum", "done": 0}]\n```',
    ],
)
def test_json_of_other_makers_is_read(text: str) -> None:
    """Objects by slug, lists by outcome, one record a line and JSON inside a message say what is solved."""
    assert meant(read_list(text, TODAY)) == SOLVED


def test_json_that_is_cut_off_or_holds_no_list_is_said_so() -> None:
    """Whole records of a cut dump are read and the rest is told; JSON without problems is one unread line."""
    whole = json.dumps([{"title": "Two Sum", "done": True}, {"title": "3Sum", "done": False}, {"title": "LRU Cache"}])
    cut = read_list(whole[:-12], TODAY)
    assert meant(cut) == SOLVED
    assert [one.reason for one in cut.unread] == [CUT_OFF]
    counts = read_list('{"solvedProblem": 12, "easySolved": 7}', TODAY)
    assert [one.reason for one in counts.unread] == [NO_RECORDS]
    mixed = read_list('[{"title": "Two Sum"}, {"title": ""}, {"note": 1}, null]', TODAY)
    assert [one.reason for one in mixed.unread] == [EMPTY, NO_TITLE, EMPTY]


@pytest.mark.parametrize("begins", ['{"a":', '[{"a":', '{"a":[', '[["', "{", '[{"', "|", "a,TRUE\n", '"\n', "\n"])
def test_what_never_ends_is_given_up(begins: str) -> None:
    """Text that opens without end is read or refused like any other; none of it is followed into the depth."""
    assert read_list(f"two sum\n{(begins * 900)[:16_000]}", TODAY).given >= 1


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", "naïve"), ("utf-8-sig", "naïve"), ("utf-16", "naïve"), ("utf-16-le", "naïve"), ("utf-16-be", "plain"),
        ("cp1252", "Kim’s hint – naïve first"), ("cp1252", "schön"), ("cp1250", "zażółć gęślą jaźń, łatwe"),
        ("cp1251", "решено без подсказки"), ("gb18030", "两数之和已经解决了"), ("mac_roman", "Kim’s hint – naïve"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_file_is_read_in_the_encoding_it_was_saved_in(encoding: str, note: str, ends: str) -> None:
    """Excel's code pages and both kinds of UTF-16 give the text that was saved."""
    text = ends.join(["Title;Difficulty;Notes", f"Two Sum;Easy;{note}", f"3Sum;Medium;{note}", ""])
    assert (decode(text.encode(encoding)) or "").removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    "content", [b"", b"  \n", b"\x89PNG\r\n\x1a\n" + bytes(40), bytes(range(256)) * 4, b"\xff\xfe\x00"]
)
def test_bytes_that_are_no_text_are_none(content: bytes) -> None:
    """A picture, an empty file and half a character are not taken for words."""
    assert decode(content) is None


@pytest.mark.parametrize(
    "said",
    [
        "2024-03-15", "2024/03/15", "15.03.2024", "15.03.24", "15-Mar-24", "15-Mar-2024", "Mar 15, 2024",
        "March 15, 2024 10:12 AM", "Fri, 15 Mar 2024 10:11:12 GMT", "15. März 2024", "15 mars 2024", "15 marzo 2024",
        "15 de marzo de 2024", "15 mrt 2024", "2024年3月15日", "2024년 3월 15일", "45366", "45366.52", "1710500000",
        "1710500000000", "2024-03-15T10:11:12.000Z", "3/15/2024 0:00", "15.03.2024 14:30",
    ],
)  # fmt: skip
def test_a_day_is_read_as_programs_of_all_places_write_it(said: str) -> None:
    """Names of months in several languages, Excel's numbers and seconds since 1970 are the day that they are."""
    read = read_stamp(said, TODAY)
    assert read is not None
    assert (read.day, read.swapped) == (date(2024, 3, 15), None)


@pytest.mark.parametrize("said", ["15/03/24", "March 2024", "2044-01-01", "31.02.2024"])
def test_a_day_that_is_not_certain_stays_unknown(said: str) -> None:
    """What may be two years, no single day, a day to come or none at all is no day."""
    read = read_stamp(said, TODAY)
    assert read is not None
    assert read.day is None
