"""What students may call: every verb with sensible and with hostile arguments, alone and in the usual chains.

A verb that is registered and has no row in `ARGUMENTS` fails the test beside this package. Hypothesis draws a seed for
each piece of a sequence, from which the rest follows: so all verbs come equally often, and a failure gets smaller by
leaving pieces out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Then = Literal["go on", "undo", "repeat"]
Source = Callable[[Random], Any]
"""What draws an argument."""


@dataclass(frozen=True)
class Stored:
    """An argument that is looked up when it is passed: something that the student (or another one) has by then."""

    what: Literal["task", "note", "conversation", "problem", "topic", "code", "choice", "change"]
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
    """Where a verb's arguments come from: those that it needs, and those that may be left out."""

    needed: Mapping[str, Source] = field(default_factory=dict)
    optional: Mapping[str, Source] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.needed) | frozenset(self.optional)

    def draw(self, rng: Random) -> dict[str, Any]:
        """Return arguments, some of the optional ones left out."""
        taken = {**self.needed, **{name: source for name, source in self.optional.items() if rng.random() < _GIVEN}}
        return {name: source(rng) for name, source in taken.items()}


_GIVEN: Final = 0.4
_ODD: Final = 1 / 14
_LETTERS: Final = (
    "abc xyz 019 -_.,:;!?'\"/\\()[]{}<>$#%&*+=~^|@ äßçñ éλжшאبحहिंदी 漢字かな한글 "
    "\u200d\u200f\u202e\ufeff\x00\x07\x1b\x85\x9b\n\t🙂👩\u200d💻"
)
HOSTILE: Final = (
    "", " \t\n", "a" * 10_000, "مرحبا بالعالم", "\u202eevil", "nul\x00", "\x1b[31mred", "\ud800", "💥" * 50,
    "two\nlines", "'; db.dropDatabase()", '{"$gt": ""}', "$where", ".*", "[", "%s%n", "../../etc/passwd", "http://[",
    "http://[::1",
    "https://℀.com/x", "https://leetcode.com/problems/", "0", "-1", "007", "1000001", "9" * 40, "#", "task ", "task 1",
    "١", "²", "𝟙", "NaN", "null", "ﬁ", "İ", "e\u0301" * 30, "\u2028", "a" * 24, "0" * 24,
)  # fmt: skip


def _odd_text(rng: Random) -> str:
    if rng.random() < 0.6:
        return rng.choice(HOSTILE)
    return "".join(rng.choice(_LETTERS) for _ in range(rng.randrange(30)))


def one_of(*sources: Source) -> Source:
    """Draw from any of some sources."""
    return lambda rng: rng.choice(sources)(rng)


def mostly(sensible: Source, odd: Source) -> Source:
    """Draw sensible values, and rarely odd ones."""
    return lambda rng: (odd if rng.random() < _ODD else sensible)(rng)


def among(*values: Any) -> Source:
    """Draw one of some values."""
    return lambda rng: rng.choice(values)


def stored(what: Any, of: int = 4) -> Source:
    """Draw something that the student has by then, or rarely another student."""
    return lambda rng: Stored(what, rng.randrange(of), rng.random() < _ODD)


def text(*sensible: str) -> Source:
    """Draw words, mostly sensible ones."""
    return mostly(among(*sensible), _odd_text)


def whole(low: int, high: int) -> Source:
    """Draw whole numbers, mostly within bounds."""
    return mostly(lambda rng: rng.randint(low, high), among(0, -1, high + 1, 10**20))


def several(source: Source, most: int) -> Source:
    """Draw a list."""
    return lambda rng: [source(rng) for _ in range(rng.randint(0, most))]


_YES_NO: Final = among(*(False, True))
_CHOICE: Final = stored("choice", 3)
_PROBLEM: Final = mostly(
    among(
        "two sum", "valid anagram", "tow sum", "number of islands", "https://leetcode.com/problems/coin-change/", "1"
    ),
    one_of(_odd_text, _CHOICE, stored("problem"), among("sum", "3sum", "lru cache", "palindrome")),
)
_TOPIC: Final = mostly(
    among("arrays", "hashing", "graphs", "dp", "strings", "deadlocks", "normalization", "caching"),
    one_of(_odd_text, _CHOICE, stored("topic"), among("tree", "search", "consistent", "arays")),
)
_DAY: Final = text(
    "today", "tomorrow", "friday", "in 3 days", "next week", "2026-12-24", "29 february", "in 2 months", "in 5 years"
)
_MINUTES: Final = mostly(
    among(5, 12.5, 20, 45, 1440),
    among(0, -3.0, 0.001, 1e-320, 1440.01, 1e308, float("nan"), float("inf"), float("-inf")),
)
_TASK: Final = mostly(stored("task"), one_of(_odd_text, _CHOICE))
_NOTE: Final = mostly(stored("note"), one_of(_odd_text, _CHOICE, _PROBLEM))
_CONVERSATION: Final = mostly(stored("conversation"), one_of(_odd_text, _CHOICE))
_NOTE_TEXT: Final = text("keep two pointers", "why sorted?", "first the base case\nthen the step")
_TITLE: Final = text("read about tries", "revise graphs", "mock interview", "solve two sum", "revision")
_LEVEL: Final = text("easy", "medium", "hard")
_RECALLED: Final = text("a hash map from value to index in O(n)", "1. visited set 2. queue 3. O(V+E)", "I don't know")
_TIME_OF_DAY: Final = text("8", "07:30", "23:45", "9pm", "00:00", "2:30", "noon")
_ZONE: Final = text("Berlin", "UTC", "New York", "Kolkata", "Asia/Beirut", "Auckland", "UTC+2", "usa")

_LIST: Final = text(
    "Two Sum\nValid Anagram, 2025-03-04\nhttps://leetcode.com/problems/coin-change/ with help",
    "title,date,status\nTwo Sum,2026-10-20,solved\nNumber of Islands,03/04/2026,not solved\nCoin Chnage,,",
    "1. two sum\n2. tow sum\n3. something else entirely\n4. palindrome",
    "Number of Islands 12 min",
)
_NUMBERS: Final = text("1", "2, 3", "1-2", "all")
_CORRECTIONS: Final[Mapping[str, Source]] = {
    "choices": text("all", "2a", "3a 4b"),
    "leave_out": _NUMBERS,
    "only": _NUMBERS,
    "dates": text("day-first", "month-first"),
    "how": text("unaided", "with-help"),
}

ARGUMENTS: Final[dict[str, Given]] = {
    "get_profile": Given(),
    "set_profile": Given(
        optional={
            "name": text("Ada", "Ada Lovelace"),
            "target_date": _DAY,
            "minutes_per_day": whole(5, 1440),
            "time_zone": _ZONE,
            "target_companies": several(text("Acme", "Initech", "acme"), 4),
        }
    ),
    "find_problem": Given({"query": _PROBLEM}, {"limit": whole(1, 20)}),
    "next_problem": Given(
        optional={
            "topic": _TOPIC,
            "difficulty": _LEVEL,
            "instead": text("another", "easier", "harder"),
            "than": _PROBLEM,
        }
    ),
    "mark_seen": Given(optional={"problem": _PROBLEM}),
    "start_placement": Given(optional={"anew": _YES_NO}),
    "answer_placement": Given(
        {"answer": text("unaided", "with-help", "not-yet", "skip", "back", "stop", "cancel")}, {"topic": _TOPIC}
    ),
    "start_problem": Given({"problem": _PROBLEM}),
    "record_attempt": Given(
        {"outcome": text("unaided", "unaided", "with-help", "stuck")},
        {
            "problem": _PROBLEM,
            "minutes": _MINUTES,
            "tries": whole(1, 100),
            "asked_in": _odd_text,
            "code": _odd_text,
            "day": text("yesterday", "2 days ago", "last monday", "today", "tomorrow"),
        },
    ),
    "undo_last": Given(optional={"leave_changed": _YES_NO, "change": mostly(stored("change", 12), _odd_text)}),
    "explain_mastery": Given({"topic": _TOPIC}),
    "list_mastery": Given(optional={"limit": whole(1, 20)}),
    "list_due_revisions": Given(optional={"limit": whole(1, 50), "everything": _YES_NO}),
    "add_task": Given(
        {"title": _TITLE},
        {
            "due": _DAY,
            "problem": _PROBLEM,
            "topic": _TOPIC,
            "minutes": _MINUTES,
            "priority": whole(1, 5),
            "repeat": text("daily", "weekdays", "weekly"),
        },
    ),
    "list_tasks": Given(optional={"status": text("open", "pending", "in-progress", "overdue", "completed", "all")}),
    "complete_task": Given({"which": _TASK}),
    "reschedule_task": Given({"which": _TASK, "due": _DAY}),
    "delete_task": Given({"which": _TASK}),
    "start_revision": Given(optional={"topic": _TOPIC}),
    "answer_recall": Given({"answer": _RECALLED}),
    "rate_revision": Given({"grade": text("again", "hard", "good", "easy")}, {"topic": _TOPIC}),
    "snooze_revision": Given(
        {"until": text("1h", "tonight", "tomorrow", "friday", "in 90 minutes")}, {"topic": _TOPIC}
    ),
    "pause_revisions": Given({"until": _DAY}),
    "resume_revisions": Given(),
    "set_revision_cap": Given({"per_day": whole(1, 6)}),
    "plan_catch_up": Given(optional={"days": whole(1, 60)}),
    "give_hint": Given(optional={"problem": _PROBLEM, "tried": _NOTE_TEXT, "solution": _YES_NO}),
    "add_note": Given({"text": _NOTE_TEXT, "topic": _TOPIC}, {"problem": mostly(among(None), _PROBLEM)}),
    "find_notes": Given(optional={"query": _NOTE_TEXT, "problem": _PROBLEM, "topic": _TOPIC}),
    "edit_note": Given({"which": _NOTE, "text": _NOTE_TEXT}),
    "remove_note": Given({"which": _NOTE}),
    "plan_today": Given(optional={"minutes": _MINUTES}),
    "show_progress": Given(),
    "new_conversation": Given(
        optional={
            "about": one_of(_TOPIC, _PROBLEM),
            "purpose": text("general", "problem-help", "concept-learning", "mock-interview-feedback"),
            "title": text("Heaps", "Mock"),
        }
    ),
    "list_conversations": Given(),
    "resume_conversation": Given({"which": _CONVERSATION}),
    "rename_conversation": Given({"title": text("Heaps", "Mock")}, {"which": _CONVERSATION}),
    "search_conversations": Given({"text": text("heaps", "TELL me", "log n")}),
    "preview_import": Given({"text": _LIST}),
    "adjust_import": Given(optional=_CORRECTIONS),
    "confirm_import": Given(optional={**_CORRECTIONS, "shown": _odd_text}),
    "cancel_import": Given(optional={"shown": _odd_text}),
    "export_me": Given(),
    "ask_to_erase_me": Given(),
    "show_reminders": Given(),
    "set_reminder": Given(
        {"at": _TIME_OF_DAY},
        {
            "on": among(*(True, True, True, False)),
            "weekly": _YES_NO,
            "quiet_from": _TIME_OF_DAY,
            "quiet_until": _TIME_OF_DAY,
            "time_zone": _ZONE,
        },
    ),
    "snooze_reminder": Given({"until": text("1h", "30 min", "tonight", "tomorrow", "2 hours")}),
    "skip_today": Given(),
    "pause_reminders": Given({"until": _DAY}),
    "resume_reminders": Given(),
    "erase_me": Given({"code": mostly(among(Stored("code", 0)), _odd_text)}),
}
"""The arguments of every verb, by its name."""

LATER: Final = "later"
"""Days that pass inside of a chain."""

_CHAINS: Final = (
    ("start_problem", "record_attempt"),
    ("next_problem", "next_problem", "mark_seen", "next_problem"),
    ("start_placement", "answer_placement", "answer_placement", "record_attempt", "answer_placement", "undo_last"),
    ("start_placement", *("answer_placement",) * 5, "start_placement", "next_problem", "answer_placement"),
    ("start_problem", *("give_hint",) * 6, "record_attempt"),
    ("record_attempt", "record_attempt", "rate_revision"),
    ("start_revision", "answer_recall", "record_attempt", "rate_revision"),
    ("record_attempt", "snooze_revision", "start_revision", "answer_recall"),
    ("record_attempt", "record_attempt", LATER, "plan_catch_up", "list_due_revisions", "snooze_revision"),
    ("record_attempt", LATER, "snooze_revision", "next_problem", LATER, "start_revision", "answer_recall"),
    ("record_attempt", "set_profile", "record_attempt", LATER, "record_attempt", "set_profile", "record_attempt"),
    ("add_task", LATER, "list_tasks", "reschedule_task", "complete_task"),
    ("preview_import", "adjust_import", "confirm_import", "preview_import", "cancel_import"),
    ("preview_import", "confirm_import", LATER, "record_attempt", "undo_last"),
    ("preview_import", "confirm_import", LATER, "list_due_revisions", "show_progress", "start_revision"),
    ("ask_to_erase_me", "erase_me"),
    ("add_task", "list_tasks", "complete_task"),
    ("add_task", "reschedule_task", "list_tasks", "delete_task"),
    ("add_note", "find_notes", "edit_note", "remove_note"),
    ("set_reminder", "snooze_reminder", "show_reminders", "skip_today", LATER, "pause_reminders", "resume_reminders"),
    ("set_reminder", LATER, "set_profile", "show_reminders", "set_reminder"),
    ("pause_revisions", "list_due_revisions", "resume_revisions"),
    ("new_conversation", "rename_conversation", "list_conversations", "resume_conversation"),
)
"""What often comes in this order: a sequence drawn verb by verb would rarely get there."""
_OFTEN: Final = ("record_attempt",) * 6 + ("start_revision", "set_profile", "undo_last") * 2

_WAIT: Final = (0, 0, 1, 7, 45, 5 * 60, 13 * 60, 24 * 60, 3 * 24 * 60, 9 * 24 * 60, 40 * 24 * 60)
_SOON: Final = (0, 2, 20)
_DAYS: Final = (24 * 60, 2 * 24 * 60, 5 * 24 * 60, 30 * 24 * 60)
"""Minutes between two calls."""


def sequences(pieces: int, *, at_least: int = 1) -> SearchStrategy[list[Call]]:
    """Return sequences of so many calls or chains of calls at most and at least."""
    seed = st.binary(min_size=8, max_size=8)
    drawn = st.tuples(seed, st.lists(seed, min_size=at_least, max_size=pieces))
    return drawn.map(lambda seeds: [call for each in seeds[1] for call in _piece(Random(seeds[0] + each))])


def draw_sequence(rng: Random, pieces: int) -> list[Call]:
    """Draw a sequence without Hypothesis, which comes back to what it drew before: for many, and all different."""
    return [call for _ in range(pieces) for call in _piece(rng)]


def draw_chains(rng: Random) -> list[Call]:
    """Draw every usual chain once, one after the other."""
    return [call for steps in _CHAINS for call in _chain(rng, steps, 0)]


def _piece(rng: Random) -> list[Call]:
    steps = rng.choice(_CHAINS) if rng.random() < 1 / 3 else (rng.choice((*ARGUMENTS, *_OFTEN)),)
    return _chain(rng, steps, rng.choice((0, 0, 0, 1)))


def _chain(rng: Random, steps: tuple[str, ...], student: int) -> list[Call]:
    """Return one call, or several that come one after the other, of a student."""
    calls: list[Call] = []
    waits: tuple[int, ...] = _WAIT
    for step in steps:
        if step == LATER:
            waits = _DAYS
            continue
        then: Then = rng.choice(("go on", "go on", "undo", "repeat"))
        calls.append(Call(step, ARGUMENTS[step].draw(rng), student, rng.choice(waits), then))
        waits = _SOON
    return calls
