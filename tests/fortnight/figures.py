"""Every figure that is shown, held against one recomputed from the raw attempts; a figure nobody claims is an error.

A rule is a pattern over an answer; each of its groups is a figure, and the rule's function returns what they must say.
What stands for itself is in `CONSTANTS`, each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from tests.fortnight import facts
from tests.fortnight.catalogue import Catalogue, Fact, read_catalogue
from tests.fortnight.replay import Student, replay
from tests.fortnight.script import ZONE, Line

NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
LINK: Final = re.compile(r"\[([^\]\n]+)\]\((\S+?)\)")

CONSTANTS: Final[tuple[tuple[str, str], ...]] = (
    (r"and 60% would be better", "where the band of useful chances begins"),
    (r"PrepMate 75", "the roadmap's name"),
    (r"`done, took 20 minutes, needed a hint`", "an example of what can be said"),
    (r"`my interview is on 3 march`", "an example of what can be said"),
    (r"`2a` to choose a match, `all but 3` to leave", "examples of what can be said"),
    (r"Answer 1, 2 or 3;", "the menu of a placement's question"),
    (r"(?m)^  [123]  [A-Z][A-Za-z ]+$", "the menu of the first greeting"),
    (r"prepmate-export-\d{8}-\d{6}-…\.json", "a file's name"),
)
"""Numbers that are no figures of the student's, as patterns, each with its reason."""


@dataclass(frozen=True)
class Shown:
    """One thing that was shown: when, after what was said, and the student before and after it."""

    at: datetime
    line: Line | None
    text: str
    before: Student
    after: Student
    number: int
    """How many messages there were, this one included."""

    @property
    def today(self) -> date:
        """Return the student's day."""
        return self.at.astimezone(ZONE).date()

    @property
    def catalogue(self) -> Catalogue:
        """Return the catalogue."""
        return self.after.catalogue

    @property
    def tried(self) -> facts.Tried:
        """Return the attempt that was reported."""
        assert self.line is not None
        assert isinstance(self.line.fact, facts.Tried), f"{self.line.text!r} reports no attempt"
        return self.line.fact

    def problem(self, match: re.Match[str]) -> Fact:
        """Return the problem that stands before a match: the last one that was linked to."""
        links = list(LINK.finditer(self.text, 0, match.start()))
        return self.catalogue.by_title(links[-1][1])


Expected = Callable[[re.Match[str], Shown], Sequence[object]]
RULES: Final[list[tuple[re.Pattern[str], Expected]]] = []


def rule(pattern: str) -> Callable[[Expected], Expected]:
    """Register a rule for the figures in a pattern's groups."""

    def register(expected: Expected) -> Expected:
        RULES.append((re.compile(pattern, re.MULTILINE), expected))
        return expected

    return register


def check(shown: Shown) -> list[str]:
    """Return what is wrong with the figures of a text: those that differ, and those that nobody recomputes."""
    wrong, claimed = [], list(_constant(shown))
    for pattern, expected in RULES:
        for match in pattern.finditer(shown.text):
            try:
                wanted = expected(match, shown)
            except (KeyError, StopIteration, ValueError, IndexError, AssertionError) as exc:
                wanted = [f"nothing ({exc!r})"]
            said = [group for group in match.groups() if group is not None]
            if said != [str(one) for one in wanted]:
                wrong.append(f"{match[0]!r} says {said}, recomputed: {[str(one) for one in wanted]}")
            claimed += [match.span(number) for number in range(1, len(match.groups()) + 1)]
    for number in NUMBER.finditer(shown.text):
        if not any(start <= number.start() and number.end() <= end for start, end in claimed):
            around = shown.text[max(0, number.start() - 40) : number.end() + 40]
            wrong.append(f"nobody recomputes {number[0]!r} in {around!r}")
    return wrong


def stands_for_itself(shown: Shown, span: tuple[int, int]) -> bool:
    """Return whether a number in a text is no figure of the student's."""
    return any(start <= span[0] and span[1] <= end for start, end in _constant(shown))


def _constant(shown: Shown) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text that hold no figure: constants, what is quoted, what the student wrote."""
    for pattern, _ in CONSTANTS:
        yield from (match.span() for match in re.finditer(pattern, shown.text))
    for quoted in (*shown.catalogue.quoted, *(note.text for note in shown.after.notes)):
        if quoted in shown.text:
            yield from (match.span() for match in re.finditer(re.escape(quoted), shown.text))
    for match in LINK.finditer(shown.text):
        if shown.catalogue.by_title(match[1]).url == match[2]:
            yield match.span()


def say_day(day: date, today: date) -> str:
    """Return a day as it is said."""
    if day - today in (timedelta(0), timedelta(days=1)):
        return "today" if day == today else "tomorrow"
    return f"{day.day} {day:%b}" + ("" if day.year == today.year else f" {day.year}")


def percent(share: float) -> str:
    """Return a share as it is said."""
    return f"{round(share, 4):.0%}"


def students(past: Iterable[tuple[datetime, facts.Fact]]) -> Student:
    """Return the student after some facts."""
    return replay(read_catalogue(), past)
