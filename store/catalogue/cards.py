"""Question cards of every topic, as facts: the file `cards.json` beside this module, its checks, and the comparison.

A topic has three recall cards, in the order: when to use it, its central idea, its cost and pitfalls. A topic that
cannot be practised by solving problems (anything but DSA) also has concept cards: interview questions. Each card
names the points of a good answer and, for every point, the keywords of which any one counts as the point being made.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from store.catalogue.facts import CatalogueError, Fact, Name, Slug, TopicFact
from store.catalogue.wording import is_denial, keyword_stems, says, split_sentences

Question = Annotated[str, StringConstraints(max_length=150, pattern=r"^\S.*\?$")]
Point = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^\S.*\S$")]
Keyword = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^\S+( \S+)*$")]

LONGEST_ANSWER = 4000
RECALL_CARDS = 3
FEWEST_CONCEPT_CARDS = 4


class Card(Fact):
    """A question and the points of a good answer; the keywords at a place belong to the point at that place."""

    topic: Name
    slug: Slug
    kind: Literal["recall", "concept"]
    difficulty: Literal["easy", "medium", "hard"]
    question: Question
    points: tuple[Point, ...] = Field(min_length=3, max_length=6)
    keywords: tuple[tuple[Keyword, ...], ...]


@dataclass(frozen=True)
class Comparison:
    """Points that an answer makes and misses, both in the card's order; `score` is the share made, 0 to 1."""

    made: tuple[str, ...]
    missed: tuple[str, ...]
    score: float


def compare_answer(card: Card, answer: str) -> Comparison:
    """Find which of a card's points an answer makes: those of which it says at least one keyword.

    What stands beyond the first 4,000 characters does not count.
    """
    sentences = split_sentences(answer[:LONGEST_ANSWER])
    made: list[str] = []
    missed: list[str] = []
    for point, keywords in zip(card.points, card.keywords, strict=True):
        denial = is_denial(point)
        is_made = any(says(sentences, keyword, even_denied=denial) for keyword in keywords)
        (made if is_made else missed).append(point)
    return Comparison(tuple(made), tuple(missed), len(made) / len(card.points))


@cache
def shipped_cards() -> tuple[Card, ...]:
    """Return the cards that come with the product, in the order of their topics. Raises: CatalogueError.

    `check_cards` takes about a second, too long for whoever asks first: it is run on them before a release instead.
    """
    return read_cards(files("store.catalogue"))


def recall_cards(topic: str) -> tuple[Card, Card, Card]:
    """Return a topic's three questions of cold recall: when, idea, cost. Raises: KeyError for an unknown topic."""
    when, idea, cost = _cards_by_topic()[topic, "recall"]
    return when, idea, cost


def concept_cards(topic: str) -> tuple[Card, ...]:
    """Return a topic's interview questions; none for a topic of DSA or an unknown one."""
    return _cards_by_topic().get((topic, "concept"), ())


def find_card(slug: str) -> Card | None:
    """Return the card with a slug."""
    return _cards_by_slug().get(slug)


def read_cards(folder: Traversable) -> tuple[Card, ...]:
    """Read `cards.json` in a folder. Raises: CatalogueError if it cannot be read or a record has the wrong shape."""
    try:
        text = folder.joinpath("cards.json").read_text(encoding="utf-8")
        return TypeAdapter(tuple[Card, ...]).validate_python(json.loads(text))
    except (OSError, json.JSONDecodeError) as exc:
        raise CatalogueError([f"cards.json cannot be read: {exc}"]) from exc
    except ValidationError as exc:
        wrong = [f"cards.json, {'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors()]
        raise CatalogueError(wrong) from exc


def check_cards(cards: tuple[Card, ...], topics: tuple[TopicFact, ...]) -> None:
    """Find every loose end between cards and topics. Raises: CatalogueError with all of them."""
    mistakes = [*_repetition_mistakes(cards), *_keyword_mistakes(cards), *_topic_mistakes(cards, topics)]
    if mistakes:
        raise CatalogueError(mistakes)


def _repetition_mistakes(cards: tuple[Card, ...]) -> Iterator[str]:
    for slug, count in Counter(card.slug for card in cards).items():
        if count > 1:
            yield f"card {slug!r} is listed twice"
    for question, count in Counter(card.question.lower() for card in cards).items():
        if count > 1:
            yield f"two cards ask {question!r}"


def _keyword_mistakes(cards: tuple[Card, ...]) -> Iterator[str]:
    for card in cards:
        if len(card.keywords) != len(card.points):
            yield f"card {card.slug!r} has {len(card.points)} points but {len(card.keywords)} lists of keywords"
        for number, keywords in enumerate(card.keywords, start=1):
            if not keywords:
                yield f"card {card.slug!r} has no keyword for point {number}"
            for keyword in keywords:
                if not keyword_stems(keyword):
                    yield f"card {card.slug!r} has the keyword {keyword!r}, which consists of filler words only"


def _topic_mistakes(cards: tuple[Card, ...], topics: tuple[TopicFact, ...]) -> Iterator[str]:
    counts = Counter((card.topic, card.kind) for card in cards)
    for topic in topics:
        if counts[topic.name, "recall"] != RECALL_CARDS:
            yield f"topic {topic.name!r} has {counts[topic.name, 'recall']} recall cards instead of {RECALL_CARDS}"
        if topic.category != "DSA" and counts[topic.name, "concept"] < FEWEST_CONCEPT_CARDS:
            found = counts[topic.name, "concept"]
            yield f"topic {topic.name!r} has {found} concept cards; it needs at least {FEWEST_CONCEPT_CARDS}"
    names = {topic.name for topic in topics}
    for name in dict.fromkeys(card.topic for card in cards):
        if name not in names:
            yield f"cards belong to the unknown topic {name!r}"


@cache
def _cards_by_topic() -> dict[tuple[str, str], tuple[Card, ...]]:
    groups: dict[tuple[str, str], list[Card]] = {}
    for card in shipped_cards():
        groups.setdefault((card.topic, card.kind), []).append(card)
    return {key: tuple(group) for key, group in groups.items()}


@cache
def _cards_by_slug() -> dict[str, Card]:
    return {card.slug: card for card in shipped_cards()}
