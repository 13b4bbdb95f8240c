"""The figures of a placement: its questions, what each tells, and where it places the student."""

from __future__ import annotations

import re
from typing import Final

from learning.placement import TAPS, gain
from tests.fortnight.figures import Shown, percent, rule

SAID: Final = {"unaided": "unaided", "with-help": "with help", "not-yet": "not yet"}


def share(match: re.Match[str], shown: Shown) -> str:
    """Return the part of what is uncertain that the answer to the question before a match would remove."""
    standing = shown.after.standing()
    return percent(gain(standing, shown.after.question(shown.problem(match))) / standing.uncertainty)


@rule(r"^Question (\d) of (\d), on \*\*(.+?)\*\*: ")
def question(match: re.Match[str], shown: Shown) -> list[object]:
    """Which question it is, and about which topic of the roadmap."""
    asked = shown.catalogue.by_title(re.findall(r"like \[(.+?)\]", shown.text)[0])
    return [shown.after.taps + 1, TAPS, shown.catalogue.places[asked.slug][1]]


@rule(r"tells most: about (\d+%) of what is uncertain about your (\d+) topics of PrepMate 75,"
      r" and (\d+) of its (\d+) problems are on (.+?)\.$")  # fmt: skip
def why_first(match: re.Match[str], shown: Shown) -> list[object]:
    """What the first question tells, and how much of the roadmap is on its topic."""
    topics = [topic for _, topic in shown.catalogue.places.values()]
    return [share(match, shown), len(set(topics)), topics.count(match[5]), len(topics), match[5]]


@rule(r"of what is still uncertain its answer tells most again, about (\d+%)\.$")
def why(match: re.Match[str], shown: Shown) -> list[object]:
    """What another question tells."""
    return [share(match, shown)]


@rule(r"would solve unaided with a chance of (\d+%) \(I began at (\d+%)\)")
def placed(match: re.Match[str], shown: Shown) -> list[object]:
    """Where the student stands now, and stood."""
    before, after = shown.after.overall
    return [percent(after), percent(before)]


@rule(r"^- (.+?): mastery (\d+%) \(“(unaided|with help|not yet)” by itself: ([+-]\d+) points?\)$")
def placed_topic(match: re.Match[str], shown: Shown) -> list[object]:
    """Where a topic stands after the placement, and what the answer about it did by itself."""
    topic, said, moved, after = next(one for one in shown.after.placed if one[0] == match[1])
    return [topic, percent(after), SAID[said], f"{100 * moved:+.0f}"]


@rule(r"^✓ placement · (\d) answers · a medium problem of PrepMate 75 unaided: (\d+%) → (\d+%) · undo$")
def receipt(match: re.Match[str], shown: Shown) -> list[object]:
    """The placement in short."""
    before, after = shown.after.overall
    return [shown.after.taps, f"{before:.0%}", f"{after:.0%}"]
