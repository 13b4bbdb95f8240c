"""What students may call: every verb with sensible and with hostile arguments, alone and in the usual chains.

A verb that is registered and has no row in `ARGUMENTS` fails the test beside this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Then = Literal["go on", "undo", "repeat"]


@dataclass(frozen=True)
class Stored:
    """An argument that is looked up when it is passed: something that the student (or another one) has by then."""

    what: Literal["task", "note", "conversation", "problem", "topic", "code", "choice"]
    place: int
    others: bool = False


@dataclass(frozen=True)
class Call:
    """One call: who, what, with which arguments, how many minutes after the last one, and what comes right after it."""

    verb: str
    arguments: Mapping[str, Any]
    student: int = 0
    wait: float = 0.0
    then: Then = "go on"


@dataclass(frozen=True)
class Given:
    """The strategies of a verb's arguments: those that it needs, and those that may be left out."""

    needed: Mapping[str, SearchStrategy[Any]] = field(default_factory=dict)
    optional: Mapping[str, SearchStrategy[Any]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.needed) | frozenset(self.optional)

    @property
    def strategy(self) -> SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries(dict(self.needed), optional=dict(self.optional))


HOSTILE: Final = (
    "", " \t\n", "a" * 10_000, "مرحبا بالعالم", "\u202eevil", "nul\x00", "\x1b[31mred", "\ud800", "💥" * 50,
    "two\nlines", "'; db.dropDatabase()", '{"$gt": ""}', "$where", ".*", "[", "%s%n", "../../etc/passwd", "http://[",
    "http://[::1",
    "https://℀.com/x", "https://leetcode.com/problems/", "0", "-1", "007", "1000001", "9" * 40, "#", "task ", "task 1",
    "١", "²", "𝟙", "NaN", "null", "ﬁ", "İ", "e\u0301" * 30, "\u2028", "a" * 24, "0" * 24,
)  # fmt: skip


def _mostly(sensible: SearchStrategy[Any], hostile: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.integers(0, 11).flatmap(lambda drawn: hostile if drawn == 7 else sensible)


def _stored(what: Any) -> SearchStrategy[Stored]:
    return st.builds(Stored, st.just(what), st.integers(0, 3), st.sampled_from([False] * 7 + [True]))


ODD_TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))
CHOICE = st.builds(Stored, st.just("choice"), st.integers(0, 2))


def text(*sensible: str) -> SearchStrategy[Any]:
    """Return words, mostly sensible ones."""
    return _mostly(st.sampled_from(sensible), ODD_TEXT)


PROBLEM = _mostly(
    st.sampled_from(
        ["two sum", "valid anagram", "tow sum", "number of islands", "https://leetcode.com/problems/coin-change/", "1"]
    ),
    st.one_of(ODD_TEXT, CHOICE, _stored("problem"), st.sampled_from(["sum", "3sum", "lru cache", "palindrome"])),
)
TOPIC = _mostly(
    st.sampled_from(["arrays", "hashing", "graphs", "dp", "strings", "deadlocks", "normalization", "caching"]),
    st.one_of(ODD_TEXT, CHOICE, _stored("topic"), st.sampled_from(["tree", "search", "consistent", "arays"])),
)
DAY = text(
    "today", "tomorrow", "friday", "in 3 days", "next week", "2026-12-24", "29 february", "in 2 months", "in 5 years"
)
MINUTES = _mostly(
    st.sampled_from([5, 12.5, 20, 45, 1440]),
    st.sampled_from([0, -3.0, 0.001, 1e-320, 1440.01, 1e308, float("nan"), float("inf"), float("-inf")]),
)
TASK = _mostly(_stored("task"), st.one_of(ODD_TEXT, CHOICE))
NOTE = _mostly(_stored("note"), st.one_of(ODD_TEXT, CHOICE, PROBLEM))
CONVERSATION = _mostly(_stored("conversation"), st.one_of(ODD_TEXT, CHOICE))
NOTE_TEXT = text("keep two pointers", "why sorted?", "first the base case\nthen the step")
TITLE = text("read about tries", "revise graphs", "mock interview", "solve two sum", "revision")


def whole(low: int, high: int) -> SearchStrategy[int]:
    """Return whole numbers, mostly within bounds."""
    return _mostly(st.integers(low, high), st.sampled_from([0, -1, high + 1, 10**20]))


def word(*words: str) -> SearchStrategy[Any]:
    """Return one of the words that a verb takes, or rarely none of them."""
    return st.integers(0, 15).flatmap(lambda drawn: ODD_TEXT if drawn == 7 else st.sampled_from(words))


OUTCOME = word("unaided", "unaided", "with-help", "stuck")
RECALLED = text("a hash map from value to index in O(n)", "1. visited set 2. queue 3. O(V+E)", "I don't know", "ok")

ARGUMENTS: Final[dict[str, Given]] = {
    "get_profile": Given(),
    "set_profile": Given(
        optional={
            "name": text("Ada", "Ada Lovelace"),
            "target_date": DAY,
            "minutes_per_day": whole(5, 1440),
            "time_zone": text("Berlin", "UTC", "New York", "Kolkata", "Asia/Beirut", "Auckland", "UTC+2", "usa"),
            "target_companies": st.lists(text("Acme", "Initech", "acme"), max_size=4),
        }
    ),
    "find_problem": Given({"query": PROBLEM}, {"limit": whole(1, 20)}),
    "next_problem": Given(
        optional={
            "topic": TOPIC,
            "difficulty": word("easy", "medium", "hard"),
            "instead": word("another", "easier", "harder"),
        }
    ),
    "mark_seen": Given(optional={"problem": PROBLEM}),
    "start_placement": Given(optional={"anew": st.booleans()}),
    "answer_placement": Given({"answer": word("unaided", "with-help", "not-yet", "skip", "stop")}),
    "start_problem": Given({"problem": PROBLEM}),
    "record_attempt": Given({"outcome": OUTCOME}, {"problem": PROBLEM, "minutes": MINUTES, "tries": whole(1, 100)}),
    "undo_last": Given(optional={"leave_changed": st.booleans()}),
    "explain_mastery": Given({"topic": TOPIC}),
    "list_mastery": Given(optional={"limit": whole(1, 20)}),
    "list_due_revisions": Given(optional={"limit": whole(1, 50), "everything": st.booleans()}),
    "add_task": Given(
        {"title": TITLE},
        {
            "due": DAY,
            "problem": PROBLEM,
            "topic": TOPIC,
            "minutes": MINUTES,
            "priority": whole(1, 5),
            "repeat": word("daily", "weekdays", "weekly"),
        },
    ),
    "list_tasks": Given(optional={"status": word("open", "pending", "in-progress", "overdue", "completed", "all")}),
    "complete_task": Given({"which": TASK}),
    "reschedule_task": Given({"which": TASK, "due": DAY}),
    "delete_task": Given({"which": TASK}),
    "start_revision": Given(optional={"topic": TOPIC}),
    "answer_recall": Given({"answer": RECALLED}),
    "rate_revision": Given({"grade": word("again", "hard", "good", "easy")}, {"topic": TOPIC}),
    "snooze_revision": Given({"until": text("1h", "tonight", "tomorrow", "friday", "in 90 minutes")}, {"topic": TOPIC}),
    "pause_revisions": Given({"until": DAY}),
    "resume_revisions": Given(),
    "set_revision_cap": Given({"per_day": whole(1, 6)}),
    "plan_catch_up": Given(optional={"days": whole(1, 60)}),
    "give_hint": Given(optional={"problem": PROBLEM, "tried": NOTE_TEXT, "solution": st.booleans()}),
    "add_note": Given({"text": NOTE_TEXT}, {"problem": PROBLEM, "topic": TOPIC}),
    "find_notes": Given(optional={"query": NOTE_TEXT, "problem": PROBLEM, "topic": TOPIC}),
    "edit_note": Given({"which": NOTE, "text": NOTE_TEXT}),
    "remove_note": Given({"which": NOTE}),
    "plan_today": Given(optional={"minutes": MINUTES}),
    "show_progress": Given(),
    "new_conversation": Given(
        optional={
            "about": st.one_of(TOPIC, PROBLEM),
            "purpose": word("general", "problem-help", "concept-learning", "mock-interview-feedback"),
            "title": text("Heaps", "Mock"),
        }
    ),
    "list_conversations": Given(),
    "resume_conversation": Given({"which": CONVERSATION}),
    "rename_conversation": Given({"title": text("Heaps", "Mock")}, {"which": CONVERSATION}),
    "search_conversations": Given({"text": text("heaps", "TELL me", "log n")}),
    "export_me": Given(),
    "ask_to_erase_me": Given(),
    "erase_me": Given({"code": _mostly(ODD_TEXT, st.just(Stored("code", 0)))}),
}
"""The arguments of every verb, by its name."""

LATER: Final = "later"
"""Days that pass inside of a chain."""

_CHAINS: Final = (
    ("start_problem", "record_attempt"),
    ("next_problem", "next_problem", "mark_seen", "next_problem"),
    ("start_placement", "answer_placement", "answer_placement", "record_attempt", "answer_placement", "undo_last"),
    ("start_placement", *("answer_placement",) * 5, "start_placement", "next_problem", "answer_placement"),
    ("start_problem", "give_hint", "give_hint", "record_attempt"),
    ("record_attempt", "record_attempt", "rate_revision"),
    ("start_revision", "answer_recall", "record_attempt", "rate_revision"),
    ("record_attempt", "snooze_revision", "start_revision", "answer_recall"),
    ("record_attempt", "record_attempt", LATER, "plan_catch_up", "list_due_revisions", "snooze_revision"),
    ("record_attempt", LATER, "snooze_revision", "next_problem", LATER, "start_revision", "answer_recall"),
    ("record_attempt", "set_profile", "record_attempt", LATER, "record_attempt", "set_profile", "record_attempt"),
    ("add_task", LATER, "list_tasks", "reschedule_task", "complete_task"),
    ("ask_to_erase_me", "erase_me"),
    ("add_task", "list_tasks", "complete_task"),
    ("add_task", "reschedule_task", "list_tasks", "delete_task"),
    ("add_note", "find_notes", "edit_note", "remove_note"),
    ("pause_revisions", "list_due_revisions", "resume_revisions"),
    ("new_conversation", "rename_conversation", "list_conversations", "resume_conversation"),
)
"""What often comes in this order: a sequence drawn verb by verb would rarely get there."""
_OFTEN: Final = ("record_attempt",) * 6 + ("start_revision", "set_profile", "undo_last") * 2

_WAIT: Final = st.sampled_from([0, 0, 1, 7, 45, 5 * 60, 13 * 60, 24 * 60, 3 * 24 * 60, 9 * 24 * 60, 40 * 24 * 60])
_SOON: Final = st.sampled_from([0, 2, 20])
_DAYS: Final = st.sampled_from([24 * 60, 2 * 24 * 60, 5 * 24 * 60, 30 * 24 * 60])
"""Minutes between two calls."""


def _calls(verb: str, waits: SearchStrategy[float]) -> SearchStrategy[Call]:
    return st.builds(
        Call,
        st.just(verb),
        ARGUMENTS[verb].strategy,
        st.sampled_from([0, 0, 0, 1]),
        waits,
        st.sampled_from(["go on", "go on", "undo", "repeat"]),
    )


def _pieces() -> SearchStrategy[list[Call]]:
    single = st.sampled_from((*ARGUMENTS, *_OFTEN)).flatmap(lambda verb: _calls(verb, _WAIT)).map(lambda call: [call])
    return st.one_of(single, single, st.sampled_from(_CHAINS).flatmap(_chain))


def _chain(steps: tuple[str, ...]) -> SearchStrategy[list[Call]]:
    """Return the calls of a chain, all of one student."""
    calls = []
    for place, step in enumerate(steps):
        if step != LATER:
            late = place > 0 and steps[place - 1] == LATER
            calls.append(_calls(step, _WAIT if place == 0 else _DAYS if late else _SOON))
    return st.tuples(*calls).map(lambda drawn: [replace(call, student=drawn[0].student) for call in drawn])


def sequences(pieces: int, *, at_least: int = 1) -> SearchStrategy[list[Call]]:
    """Return sequences of so many calls or chains of calls at most and at least."""
    return st.lists(_pieces(), min_size=at_least, max_size=pieces).map(
        lambda found: [call for piece in found for call in piece]
    )
