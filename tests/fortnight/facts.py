"""What is true of the student, line by line: what they did, in the script's own terms and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Outcome = Literal["unaided", "with-help", "stuck"]


@dataclass(frozen=True)
class Tried:
    """A problem was tried. `minutes` is what the student said; else `begun`, when its clock started ("19:31")."""

    problem: str
    outcome: Outcome
    minutes: float | None = None
    begun: str | None = None


@dataclass(frozen=True)
class Tapped:
    """A question of the placement, by a problem like this one, was answered."""

    problem: str
    answer: Literal["unaided", "with-help", "not-yet"]


@dataclass(frozen=True)
class Listed:
    """A list of past solves was pasted: which lines are sure, how many are not, how many are no problem at all."""

    sure: tuple[str, ...]
    unsure: int
    unknown: int


@dataclass(frozen=True)
class Imported:
    """Problems of the list were imported as solved without help, on no day that anybody knows."""

    problems: tuple[str, ...]
    unknown: int


@dataclass(frozen=True)
class Undone:
    """The last change was taken back."""


@dataclass(frozen=True)
class Told:
    """The student told when the interview is, how many minutes a day there are, and where they live."""

    interview: date
    minutes: int


@dataclass(frozen=True)
class Rated:
    """The day's review of topics was felt otherwise than its outcome says."""

    topics: tuple[str, ...]
    grade: Literal["again", "hard", "good", "easy"]


@dataclass(frozen=True)
class PutOff:
    """A topic's revision waits until a day."""

    topic: str
    until: date


@dataclass(frozen=True)
class CaughtUp:
    """What is due was spread over some days."""

    days: int


@dataclass(frozen=True)
class Planned:
    """A task was written down."""

    title: str
    due: date
    weekdays: bool = False


@dataclass(frozen=True)
class Ticked:
    """A task was done."""

    title: str


@dataclass(frozen=True)
class Moved:
    """A task was moved to another day."""

    title: str
    due: date


@dataclass(frozen=True)
class Hinted:
    """A rung of a problem's ladder was shown."""

    problem: str


@dataclass(frozen=True)
class Noted:
    """Something was written down about a problem."""

    problem: str
    text: str


@dataclass(frozen=True)
class Begun:
    """A problem's clock was started, or a topic's revision."""


Fact = (
    Tried
    | Tapped
    | Listed
    | Imported
    | Undone
    | Told
    | Rated
    | PutOff
    | CaughtUp
    | Planned
    | Ticked
    | Moved
    | Hinted
    | Noted
    | Begun
)
