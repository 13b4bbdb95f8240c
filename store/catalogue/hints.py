"""The ladders of hints as facts: the file `hints.json` beside this module, its checks, and the look-up.

A ladder has three rungs, from a question that points at the right thing, over the name of the pattern, to an outline
of the approach. A record belongs to one problem, or to a topic for the problems that have no rungs of their own.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter, ValidationError, model_validator

from store.catalogue.facts import PRACTISED_BY_SOLVING, Catalogue, CatalogueError, Fact, Name, Slug, shipped_catalogue

Question = Annotated[str, StringConstraints(max_length=200, pattern=r"^\S.*\?$")]
Pattern = Annotated[str, StringConstraints(max_length=250, pattern=r"^\S.*\.$")]
Outline = Annotated[str, StringConstraints(max_length=600, pattern=r"^1\. \S")]

ROADMAP = "PrepMate 75"
"""The roadmap of which every problem has rungs of its own."""

FEWEST_STEPS, MOST_STEPS = 3, 5
_SHINGLE = 5
_WORD = re.compile(r"[^\W_]+")
_STEP = re.compile(r"(\d)\. \S.*")
_COST = re.compile(r"Time O\(.+\).*, space O\(.+\).*\.")
_CODE = re.compile(r"`|==|!=|\+=|-=|&&|\|\||[{}]|\w\[\w*\]")
# What a first rung may not say, unless the name of the problem says it.
_TECHNIQUE = re.compile(
    r"\b(hash\w*|dictionar\w*|(two|fast|slow) pointers?|sliding|windows?|binary search(?! tree)|bisect\w*|stacks?"
    r"|queues?|deques?|heaps?|trie|dynamic programming|memo\w*|greed\w*|backtrack\w*|(prefix|running) (sums?|totals?)"
    r"|union[- ]find|disjoint|topological\w*|(depth|breadth)[- ]first|dfs|bfs|kadane\w*|xor|exclusive or|recurs\w*"
    r"|divide and conquer|segment trees?|fenwick|dijkstra\w*|bellman\w*|kruskal\w*|prim|tarjan\w*|bit ?masks?"
    r"|quickselect|sweep\w*|tortoise|monoton\w*|sort|sorting)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Ladder:
    """Three hints, to be shown one at a time and in this order."""

    question: str
    pattern: str
    outline: str


class LadderFact(Fact):
    """The rungs of one problem (`slug`) or of one topic (`topic`, its name).

    `question` does not name the technique; `pattern` names it and why it fits, without steps; `outline` is three to
    five numbered steps, one a line, and a last line "Time O(…), space O(…).".
    """

    slug: Slug | None = None
    topic: Name | None = None
    question: Question
    pattern: Pattern
    outline: Outline

    @model_validator(mode="after")
    def _belongs_to_one(self) -> LadderFact:
        if (self.slug is None) == (self.topic is None):
            raise ValueError("a ladder belongs to either a problem's slug or a topic")
        return self

    @property
    def subject(self) -> str:
        """Return what the ladder belongs to, for messages."""
        return f"problem {self.slug!r}" if self.slug else f"topic {self.topic!r}"

    @property
    def ladder(self) -> Ladder:
        """Return the rungs alone."""
        return Ladder(self.question, self.pattern, self.outline)


def hint_ladder(slug: str | None, topics: Sequence[str]) -> Ladder | None:
    """Return a problem's own ladder, or else that of the first of its topics that has one.

    `slug` is the problem's on its platform; None for a problem outside the catalogue. `topics` are names, the one the
    problem practises most first.
    """
    ladders = _ladders()
    wanted = [("slug", slug), *(("topic", topic) for topic in topics)]
    return next((ladders[key] for key in wanted if key in ladders), None)


@cache
def shipped_hints() -> tuple[LadderFact, ...]:
    """Return the ladders that come with the product. Raises: CatalogueError."""
    hints = read_hints(files("store.catalogue"))
    check_hints(hints, shipped_catalogue())
    return hints


def read_hints(folder: Traversable) -> tuple[LadderFact, ...]:
    """Read `hints.json` in a folder. Raises: CatalogueError if it cannot be read or a record has the wrong shape."""
    try:
        text = folder.joinpath("hints.json").read_text(encoding="utf-8")
        return TypeAdapter(tuple[LadderFact, ...]).validate_python(json.loads(text))
    except (OSError, json.JSONDecodeError) as exc:
        raise CatalogueError([f"hints.json cannot be read: {exc}"]) from exc
    except ValidationError as exc:
        wrong = [f"hints.json, {'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors()]
        raise CatalogueError(wrong) from exc


def check_hints(hints: Sequence[LadderFact], catalogue: Catalogue) -> None:
    """Find every missing ladder, loose end and rung that gives a later one away. Raises: CatalogueError with all."""
    mistakes = [
        *_coverage_mistakes(hints, catalogue),
        *(mistake for hint in hints for mistake in (*_leaks(hint), *_form_mistakes(hint))),
    ]
    if mistakes:
        raise CatalogueError(mistakes)


def _coverage_mistakes(hints: Sequence[LadderFact], catalogue: Catalogue) -> Iterator[str]:
    for subject, count in Counter(hint.subject for hint in hints).items():
        if count > 1:
            yield f"{subject} has {count} ladders of hints"
    slugs = {problem.slug for problem in catalogue.problems}
    topics = {topic.name for topic in catalogue.topics}
    for hint in hints:
        if (hint.slug or hint.topic) not in (slugs if hint.slug else topics):
            yield f"hints belong to the unknown {hint.subject}"
    present = {hint.slug or hint.topic for hint in hints}
    for slug in _listed_slugs(catalogue):
        if slug not in present:
            yield f"problem {slug!r} of {ROADMAP} has no hints"
    for topic in catalogue.topics:
        if topic.category == PRACTISED_BY_SOLVING and topic.name not in present:
            yield f"topic {topic.name!r} has no hints"


def _listed_slugs(catalogue: Catalogue) -> Iterator[str]:
    slugs = {problem.reference: problem.slug for problem in catalogue.problems}
    for roadmap in catalogue.roadmaps:
        if roadmap.name == ROADMAP:
            yield from (slugs[place.problem] for placed in roadmap.topics for place in placed.problems)


def _leaks(hint: LadderFact) -> Iterator[str]:
    rungs = ("question", hint.question), ("pattern", hint.pattern), ("outline", hint.outline)
    for (earlier, text), (later, secret) in combinations(rungs, 2):
        for shingle in _shingles(text) & _shingles(secret):
            yield f"the {earlier} of {hint.subject} says {' '.join(shingle)!r} of its {later}"
    given = " ".join(_words(hint.slug or ""))
    for said in _TECHNIQUE.finditer(hint.question):
        if said[0].lower() not in given:
            yield f"the question of {hint.subject} names the technique: {said[0]!r}"


def _form_mistakes(hint: LadderFact) -> Iterator[str]:
    *steps, cost = hint.outline.split("\n")
    numbers = [match[1] if (match := _STEP.fullmatch(step)) else step for step in steps]
    if not FEWEST_STEPS <= len(steps) <= MOST_STEPS or numbers != [str(place + 1) for place in range(len(steps))]:
        yield f"the outline of {hint.subject} needs {FEWEST_STEPS} to {MOST_STEPS} numbered steps, one a line"
    if not _COST.fullmatch(cost):
        yield f"the outline of {hint.subject} ends with {cost!r}, which is not its time and space"
    for said in _CODE.finditer(hint.outline):
        yield f"the outline of {hint.subject} has code: {said[0]!r}"
    if re.search(r"(^|\s)[1-9][.)] ", hint.pattern):
        yield f"the pattern of {hint.subject} has steps"


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _shingles(text: str) -> set[tuple[str, ...]]:
    # A rung of fewer words counts as one shingle, so that it is found too.
    words = _words(text)
    return {tuple(words[start : start + _SHINGLE]) for start in range(max(1, len(words) - _SHINGLE + 1))}


@cache
def _ladders() -> dict[tuple[str, str | None], Ladder]:
    return {("slug", hint.slug) if hint.slug else ("topic", hint.topic): hint.ladder for hint in shipped_hints()}
