"""What the newcomer writes and taps, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Berlin")
LIST: Final = "roman to integer\nransom note\nword patern\nvalid anagram\nclimbing stairs, with help"


@dataclass(frozen=True)
class Step:
    """Something that is written or tapped at a local time, or waited for. `silent`: nothing comes of it, rightly."""

    at: time
    says: str = ""
    tap: str = ""
    group: bool = False
    other: bool = False
    silent: bool = False


@dataclass(frozen=True)
class Scene:
    """A part of a day: its date, its heading, what a reader is told before, and its steps."""

    date: date
    title: str
    about: str
    steps: tuple[Step, ...]

    def moment(self, at: time) -> datetime:
        """Return the moment of a step."""
        return datetime.combine(self.date, at, ZONE)


def at(hour: int, minute: int, **what: object) -> Step:
    """Return a step."""
    return Step(time(hour, minute), **what)  # type: ignore[arg-type]


INTRODUCTION: Final = """# A first week on Telegram

Mira has heard of PrepMate from a friend and opens the chat. What follows is what she writes and taps, and what she
sees: taps are in [brackets]. It is played by `python -m tests.firstweek` through the real service against a server that
keeps Telegram's rules, without a model, and a test holds this page to it.
"""

SCENES: Final[tuple[Scene, ...]] = (
    Scene(
        date(2030, 10, 7),
        "Monday, 7 October: the first five minutes",
        "A problem, a hint, the first log; then PrepMate asks what it needs to plan. Nearly all of it takes a tap.",
        (
            at(19, 0, says="/start"),
            at(19, 0, tap="Give me one"),
            at(19, 1, tap="Start"),
            at(19, 9, tap="Hint"),
            at(19, 10, says="i tried all pairs, too slow"),
            at(19, 16, tap="With help"),
            at(19, 17, tap="45 min a day"),
            at(19, 17, says="in 8 weeks, berlin"),
            at(19, 18, tap="Remind me at 8:00"),
            at(19, 19, says="oh and i solvd valid anagramm in 12 min"),
            at(19, 19, tap="Unaided"),
            at(19, 20, tap="Undo"),
        ),
    ),
    Scene(
        date(2030, 10, 7),
        "Monday evening: what was solved elsewhere",
        "A list from memory, pasted as it comes.",
        (
            at(21, 30, says=LIST),
            at(21, 31, tap="Import 5"),
        ),
    ),
    Scene(
        date(2030, 10, 8),
        "Tuesday, 8 October: the first reminder",
        "The question comes in the morning and is answered where it stands.",
        (
            at(8, 0),
            at(8, 4, says="by its index, address is base plus i times size. it doubles when full"),
            at(8, 19, tap="Unaided"),
        ),
    ),
    Scene(
        date(2030, 10, 9),
        "Wednesday, 9 October: no time in the morning",
        "The reminder is put off, and the days after it go without one.",
        (
            at(8, 0),
            at(8, 1, tap="Tonight"),
            at(19, 0),
            at(19, 2, tap="Start"),
            at(19, 5, says="dont know"),
            at(19, 20, tap="Stuck"),
            at(19, 21, says="pause reminders until sunday"),
        ),
    ),
    Scene(
        date(2030, 10, 10),
        "Thursday, 10 October: in the study group",
        "Others read along there, so it is asked by its name and knows nothing of anybody.",
        (
            at(18, 0, says="morning all, who is doing two sum today?", group=True, other=True, silent=True),
            at(18, 1, says="@prepmate_bot a hint for two sum", group=True),
            at(18, 2, says="@prepmate_bot what am i weak at?", group=True),
        ),
    ),
    Scene(
        date(2030, 10, 11),
        "Friday, 11 October: a plan, then silence",
        "What `/stop` stops, and `/start` brings back.",
        (
            at(18, 0, says="/plan"),
            at(18, 1, tap="1 Hashing"),
            at(18, 40, says="/stop"),
            at(18, 45, says="whats due"),
            at(20, 0, says="/start"),
        ),
    ),
    Scene(
        date(2030, 10, 13),
        "Sunday, 13 October: the week",
        "On Sunday evening comes what became of it.",
        (at(18, 0),),
    ),
)
