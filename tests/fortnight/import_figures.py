"""The figures of an import: the lines of the list, what was found of them, and what came of it."""

from __future__ import annotations

import re
from typing import Final

from tests.fortnight import facts
from tests.fortnight.figures import Shown, rule

FEW: Final = {1: "One topic gets"}


def listed(shown: Shown) -> tuple[facts.Listed, list[str]]:
    """Return what the pasted list holds, and its lines."""
    assert shown.line is not None
    assert isinstance(shown.line.fact, facts.Listed)
    return shown.line.fact, shown.line.text.split("\n")[1:]


@rule(r"^I read (\d+) lines: (\d+) can be imported(?:, (\d+) I am not sure of)?(?:, (\d+) I do not find)?\.")
def preview(match: re.Match[str], shown: Shown) -> list[object]:
    """How many lines the list has, and how they are understood."""
    fact, lines = listed(shown)
    return [len(lines), len(fact.sure), *filter(None, (fact.unsure, fact.unknown))]


@rule(r"^- (\d+) “(.+?)”")
def line(match: re.Match[str], shown: Shown) -> list[object]:
    """A line by its number."""
    _, lines = listed(shown)
    return [lines.index(match[2]) + 1, match[2]]


@rule(r"^- (\d+) “.+?”: .*\*\*(\d+)a\*\*")
def near(match: re.Match[str], shown: Shown) -> list[object]:
    """A near match is chosen by the number of its line."""
    return [match[1], match[1]]


@rule(r"^\*\*As in your list:\*\* (\d+) (.+?), (\d+) (.+?) and (\d+) (.+?)$")
def exact(match: re.Match[str], shown: Shown) -> list[object]:
    """The lines that are as the catalogue has them, by title or by link."""
    _, lines = listed(shown)
    wanted: list[object] = []
    for title in match.groups()[1::2]:
        fact = shown.catalogue.by_title(title)
        places = (place for place, text in enumerate(lines, 1) if text.casefold() in (fact.url, fact.title.casefold()))
        wanted += [next(places), fact.title]
    return wanted


@rule(r"(One topic gets|\d+ topics get) a first revision on (\d+ \w{3})")
def first_revisions(match: re.Match[str], shown: Shown) -> list[object]:
    """The topics that had no revision yet, and the day they get."""
    days = shown.after.first_revisions
    assert len(set(days)) == 1
    return [FEW.get(len(days), f"{len(days)} topics get"), f"{days[0].day} {days[0]:%b}"]


@rule(r"^Done\..*Left alone: (?:(\d+) not chosen and )?(\d+) not found\.")
def left_alone(match: re.Match[str], shown: Shown) -> list[object]:
    """What the import left out."""
    assert shown.line is not None
    assert isinstance(shown.line.fact, facts.Imported)
    return [shown.line.fact.unknown]


@rule(r"^✓ (\d+) past solves imported · all without a date · (\d+) topics · undo$")
def imported(match: re.Match[str], shown: Shown) -> list[object]:
    """The import in short."""
    fresh = shown.after.imported[len(shown.before.imported) :]
    return [len(fresh), len({topic for problem in fresh for topic in problem.topics})]
