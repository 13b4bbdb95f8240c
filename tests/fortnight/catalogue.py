"""The catalogue as its bare files say it: what the figures are recomputed from beside the attempts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from learning.mastery import Level

FILES: Final = Path(__file__).parents[2] / "store" / "catalogue"


@dataclass(frozen=True)
class Fact:
    """A problem: its name, level, topics and address."""

    slug: str
    title: str
    level: Level
    topics: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class Catalogue:
    """Problems by slug, the first roadmap with places and topics, and the texts that are quoted word for word."""

    problems: dict[str, Fact]
    asked: tuple[Fact, ...]
    """The problems, those most asked in interviews first."""
    places: dict[str, tuple[int, str]]
    roadmap: str
    topics: int
    quoted: tuple[str, ...]
    points: dict[str, int]

    def by_title(self, title: str) -> Fact:
        """Return the problem of a title."""
        return next(fact for fact in self.problems.values() if fact.title == title)


@cache
def read_catalogue() -> Catalogue:
    """Read the files."""
    raws = _read("problems")
    problems = {
        raw["slug"]: Fact(raw["slug"], raw["title"], raw["difficulty"], tuple(raw["topics"]), raw["url"])
        for raw in raws
    }
    roadmap = _read("roadmaps")[0]
    order = [
        (placed["problem"].removeprefix("leetcode:"), topic["topic"])
        for topic in roadmap["topics"]
        for placed in topic["problems"]
    ]
    cards, hints = _read("cards"), _read("hints")
    quoted = [text for hint in hints for key in ("question", "pattern", "outline") for text in hint[key].split("\n")]
    quoted += [text for card in cards for text in (card["question"].rstrip("?"), *card["points"])]
    quoted += [fact.title for fact in problems.values()]
    return Catalogue(
        problems=problems,
        asked=tuple(
            problems[raw["slug"]] for raw in sorted(raws, key=lambda raw: -float(raw["interviewFrequencyScore"]))
        ),
        places={slug: (number, topic) for number, (slug, topic) in enumerate(order, 1)},
        roadmap=roadmap["name"],
        topics=len(_read("topics")),
        quoted=tuple(text for text in quoted if re.search(r"\d", text)),
        points={card["question"].rstrip("?"): len(card["points"]) for card in cards},
    )


def _read(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((FILES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded
