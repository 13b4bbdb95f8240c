"""One thing that a list says was solved, as the list says it: nothing is looked up yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sync.addresses import Address, Site
from sync.days import When

Outcome = Literal["solved", "unaided", "with-help", "stuck", "open", "unclear"]
"""What a list says of a problem: "solved" without saying how, "open" that it is not, "unclear" something else."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a title out of a line. `dropped` is what had to be taken for something else than its title."""

    name: str
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list, or one row of a table.

    `line` counts from 1; `text` is what stands there. `readings` are what its title may be, the most literal one first.
    `number` is LeetCode's where `labelled` ("LC 15"), else it may as well count the list. `site` is named in words.
    `parts` are there where the line may be several titles with commas between them. `said` is what the list says of
    the outcome where that is "unclear".
    """

    line: int
    text: str
    readings: tuple[Reading, ...] = ()
    address: Address | None = None
    number: int | None = None
    labelled: bool = False
    site: Site | None = None
    when: When | None = None
    outcome: Outcome = "solved"
    said: str = ""
    minutes: float | None = None
    parts: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """One line or row that names no problem: what stands there, and why nothing was made of it."""

    line: int
    text: str
    reason: str
