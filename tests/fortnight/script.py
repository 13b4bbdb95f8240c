"""What the student says, when, and what is true by it: the one source of the fortnight's raw attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from tests.fortnight.facts import (
    Begun,
    CaughtUp,
    Fact,
    Hinted,
    Imported,
    Listed,
    Moved,
    Noted,
    Planned,
    PutOff,
    Rated,
    Tapped,
    Ticked,
    Told,
    Tried,
    Undone,
)

ZONE: Final = ZoneInfo("Europe/Berlin")
PAST: Final = (
    "roman-to-integer",
    "ransom-note",
    "word-pattern",
    "isomorphic-strings",
    "length-of-last-word",
    "first-unique-character-in-a-string",
)
STOCK: Final = "best-time-to-buy-and-sell-stock"


@dataclass(frozen=True)
class Line:
    """One thing that is said, at a local time, and what is true by it."""

    at: time
    text: str
    fact: Fact | None = None


@dataclass(frozen=True)
class Day:
    """One evening: its date, what is said, and what a reader is told before."""

    date: date
    about: str
    lines: tuple[Line, ...]

    @property
    def begins(self) -> datetime:
        """Return when the student sits down."""
        return self.moment(self.lines[0].at)

    def moment(self, at: time) -> datetime:
        """Return a time of this day."""
        return datetime.combine(self.date, at, ZONE)


def say(said: str, fact: Fact | None = None) -> Line:
    """Return a line; it begins with its time: "19:30 give me one"."""
    return Line(time.fromisoformat(said[:5]), said[6:], fact)


def march(day: int) -> date:
    """Return a day of the fortnight's month."""
    return date(2026, 3, day)


INTRODUCTION: Final = """
# A fortnight with PrepMate

Nora prepares for an interview on 8 May. She lives in Berlin and practises in the evening; one weekend she is away, and
on the next one the clocks go forward. This is what she wrote and what she read, from her first evening on, with
no model: it is the offline coach who answers, so the words are the same each time. What stands between backticks a
terminal shows in colour; Nora's lines begin with the time on her clock.

Nothing here was written by hand. `python -m tests.fortnight > docs/fortnight.md` plays `tests/fortnight/script.py`
through the assembled service on a real database and a virtual clock; a test compares the two byte for byte, and
recomputes every figure below from what Nora did.
"""

DAYS: Final = (
    Day(
        march(17),
        "The first evening: five taps that say where she stands, a problem, and a plan for the rest of the time.",
        (
            say("19:26 find my level"),
            say("19:27 2", Tapped("construct-binary-tree-from-preorder-and-inorder-traversal", "with-help")),
            say("19:28 3", Tapped("house-robber", "not-yet")),
            say("19:28 not yet", Tapped("merge-intervals", "not-yet")),
            say("19:29 3", Tapped("sum-of-two-integers", "not-yet")),
            say("19:30 1", Tapped("group-anagrams", "unaided")),
            say("19:31 start it", Begun()),
            say("19:52 done, needed a hint", Tried(STOCK, "with-help", begun="19:31")),
            say("19:53 8 may, 45 minutes a day, berlin", Told(date(2026, 5, 8), 45)),
            say("19:54 plan today"),
            say("19:55 start it", Begun()),
            say("20:06 solved it alone", Tried("contains-duplicate", "unaided", begun="19:55")),
            say("20:07 thanks!"),
        ),
    ),
    Day(
        march(18),
        "Little time: what fits is the revision that is due. It begins with questions, from memory.",
        (
            say("18:40 what's due?"),
            say("18:41 i have only 20 minutes"),
            say("18:42 1", Begun()),
            say("18:45 access by index is constant. inserting in the middle shifts the rest, so that is O(n)", Begun()),
            say("18:58 done alone", Tried(STOCK, "unaided", begun="18:45")),
            say(
                "18:59 add a task: read about hash collisions by friday",
                Planned("read about hash collisions", march(20)),
            ),
            say("19:00 every weekday review my notes", Planned("review my notes", march(18), weekdays=True)),
            say("19:01 my tasks"),
        ),
    ),
    Day(
        march(19),
        "A list of what she solved long ago; then, stuck half-way, hints that come one small step at a time.",
        (
            say(
                "20:02 import my solves:\nRoman to Integer\nransom note\nhttps://leetcode.com/problems/word-pattern/\n"
                "isomorphic string\nlength of last wrod\nunique char\nthe puzzle of my uncle",
                Listed(PAST[:-1], unsure=1, unknown=1),
            ),
            say("20:04 yes, 6a", Imported(PAST, unknown=1)),
            say("20:10 give me a stack problem"),
            say("20:11 start it", Begun()),
            say("20:20 hint"),
            say("20:21 i tried counting the brackets but order matters", Hinted("valid-parentheses")),
            say("20:30 next hint", Hinted("valid-parentheses")),
            say("20:37 solved it", Tried("valid-parentheses", "with-help", begun="20:11")),
            say(
                "20:38 note on valid parentheses: push the closing bracket you expect, then only compare",
                Noted("valid-parentheses", "push the closing bracket you expect, then only compare"),
            ),
            say("20:40 done with task 1", Ticked("review my notes")),
            say("20:41 plan today"),
        ),
    ),
    Day(
        march(20),
        "A slip, taken back at once; and a first look at how it goes.",
        (
            say(
                "21:05 i solved container with most water alone in 15 minutes",
                Tried("container-with-most-water", "unaided", minutes=15),
            ),
            say("21:06 no wait, that was wrong. undo that", Undone()),
            say(
                "21:07 i got stuck on container with most water after 30 min",
                Tried("container-with-most-water", "stuck", minutes=30),
            ),
            say("21:08 finished task read about hash collisions", Ticked("read about hash collisions")),
            say("21:09 how good am i at two pointers?"),
            say("21:10 how am i doing?"),
        ),
    ),
    Day(
        march(23),
        "A weekend away, and five revisions are waiting: they are spread, the most urgent first.",
        (
            say("19:00 what's due?"),
            say("19:01 help me catch up over 3 days", CaughtUp(3)),
            say("19:02 revise", Begun()),
            say(
                "19:05 for sorted arrays, looking for a pair with a given sum. one pass, linear time, constant space",
                Begun(),
            ),
            say("19:31 done alone", Tried("container-with-most-water", "unaided", begun="19:05")),
            say("19:32 that was hard", Rated(("Arrays", "Two Pointers"), "hard")),
            say("19:33 how am i doing?"),
        ),
    ),
    Day(
        march(24),
        "The note of last week comes up with its topic; another revision can wait.",
        (
            say("19:30 plan today"),
            say("19:31 revise stacks", Begun()),
            say("19:34 last in first out, for matching pairs and undo, push and pop are constant", Begun()),
            say("19:45 done, alone", Tried("valid-parentheses", "unaided", begun="19:34")),
            say("19:46 snooze hashing until friday", PutOff("Hashing", march(27))),
            say("19:47 my tasks"),
            say("19:48 done with task 1", Ticked("review my notes")),
        ),
    ),
    Day(
        march(25),
        "Something harder.",
        (
            say("20:15 give me a medium two pointers problem"),
            say("20:16 start it", Begun()),
            say("20:44 solved it alone", Tried("3sum", "unaided", begun="20:16")),
            say("20:45 what am i weak at?"),
        ),
    ),
    Day(
        march(26),
        "A task that has waited moves to a day with more time.",
        (
            say("18:30 plan today"),
            say("18:31 give me a tree problem"),
            say("18:32 start it", Begun()),
            say("18:45 done alone", Tried("invert-binary-tree", "unaided", begun="18:32")),
            say("18:46 move task 1 to saturday", Moved("review my notes", march(28))),
        ),
    ),
    Day(
        march(27),
        "The revision that was put off is back.",
        (
            say("19:10 what's due?"),
            say("19:11 revise hashing", Begun()),
            say("19:14 counting how often each value occurs, seen it before. constant on average", Begun()),
            say("19:26 done alone", Tried("two-sum", "unaided", begun="19:14")),
            say(
                "19:27 i solved number of islands with help in 35 min",
                Tried("number-of-islands", "with-help", minutes=35),
            ),
        ),
    ),
    Day(
        march(28),
        "Late on a Saturday, hours before the clocks change.",
        (
            say("23:20 give me a linked list problem"),
            say("23:21 start it", Begun()),
            say("23:32 i'm stuck"),
            say("23:33 yes", Tried("reverse-linked-list", "stuck", begun="23:21")),
        ),
    ),
    Day(
        march(29),
        "A day of 23 hours: tomorrow is still tomorrow, and the streak holds.",
        (
            say("22:10 what's due?"),
            say("22:11 revise linked lists", Begun()),
            say(
                "22:14 inserting is constant once you hold the node, finding it is linear. a dummy head helps", Begun()
            ),
            say("22:31 done alone", Tried("reverse-linked-list", "unaided", begun="22:14")),
            say("22:32 done with task 1", Ticked("review my notes")),
        ),
    ),
    Day(
        march(30),
        "The last evening of the two weeks: what has become of it all.",
        (
            say("20:00 what did i note about stacks?"),
            say("20:01 how good am i at arrays?"),
            say("20:02 how am i doing?"),
            say("20:03 when is my interview?"),
            say("20:05 export my data"),
        ),
    ),
)
