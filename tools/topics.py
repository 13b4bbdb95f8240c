"""Topics by every name that people and platforms have for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from store.catalogue.facts import topic_aliases
from store.client import ObjectId, Raw
from store.documents.problems import Topic
from tools.arguments import LOOKUP_LIMIT, clean_text, name_some, shown
from tools.context import MentorContext
from tools.errors import ToolRetry
from tools.matching import fold, rank, winner


@dataclass(frozen=True)
class TopicBook:
    """Every topic of the catalogue: names and prerequisites by id, and ids by each folded way to say them."""

    names: Mapping[ObjectId, str]
    ids: Mapping[str, ObjectId]
    prerequisites: Mapping[ObjectId, tuple[str, ...]]

    @classmethod
    def of(cls, topics: Iterable[Raw]) -> TopicBook:
        """Build the book; a topic's own name comes before every alias."""
        known = [raw for raw in topics if isinstance(raw.get("name"), str) and raw["name"].strip()]
        names = {raw["_id"]: raw["name"] for raw in known}
        needed = {raw["_id"]: tuple(_texts(raw.get("metadata"), "prerequisites")) for raw in known}
        own = {fold(name): topic for topic, name in names.items()}
        aliases = {said: own[name] for said, name in _folded_aliases().items() if name in own}
        return cls(names, {**aliases, **own}, needed)

    def find(self, name: str) -> ObjectId | None:
        """Return the topic of exactly this name or alias, whatever its spelling, or None."""
        return self._find_folded(fold(name))

    def _find_folded(self, folded: str) -> ObjectId | None:
        return self.ids.get(folded) or self.ids.get(folded.removesuffix("s"))

    def sort_out(self, names: Iterable[str]) -> tuple[list[ObjectId], list[str]]:
        """Return the topics behind a problem's topic names, each once, and the names that no topic has."""
        found: dict[ObjectId, None] = {}
        unknown: list[str] = []
        for name in names:
            topic = self.find(name)
            if topic is None:
                unknown.append(name)
            else:
                found[topic] = None
        return list(found), unknown

    def spellings(self, topic: ObjectId) -> list[str]:
        """Return how problems may name a topic: its name and its aliases, as written and with capitals."""
        said = {alias for alias, name in _names_of_aliases() if topic == self._find_folded(name)}
        return sorted({self.names[topic], *said, *(alias.title() for alias in said)})


def _texts(metadata: object, name: str) -> list[str]:
    """Return those texts of a list in a topic's metadata that are texts: another program may have stored it."""
    values = metadata.get(name) if isinstance(metadata, dict) else None
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


@cache
def _names_of_aliases() -> tuple[tuple[str, str], ...]:
    """Return the shipped aliases of topics, as written, with the topics' names folded."""
    return tuple((alias, fold(name)) for alias, name in topic_aliases().items())


@cache
def _folded_aliases() -> dict[str, str]:
    """Return the shipped aliases of topics with the topics' names, both folded."""
    return {fold(said): name for said, name in _names_of_aliases()}


async def read_topics(context: MentorContext) -> TopicBook:
    """Return the catalogue's active topics."""
    raws = await context.work.shared(Topic).sketch({"is_active": {"$ne": False}}, "name", "metadata")
    return TopicBook.of(raws)


def pick_topic(book: TopicBook, said: str) -> ObjectId:
    """Return the topic that somebody means, typos and aliases understood. Raises: ToolRetry."""
    said = clean_text(said, "the topic", limit=LOOKUP_LIMIT)
    if exact := book.find(said):
        return exact
    # Of a topic's several names only the nearest may count, or they would stand in each other's way.
    nearest: dict[ObjectId, str] = {}
    matches = []
    for match in rank(said, {key: key for key in book.ids}, limit=40):
        topic = book.ids[match.key]
        if topic not in nearest:
            nearest[topic] = match.key
            matches.append(match)
    if best := winner(matches):
        return book.ids[best.key]
    choices = [book.names[book.ids[match.key]] for match in matches[:5]]
    if choices:
        raise ToolRetry(f"Which topic do you mean by {shown(said)}: {name_some(choices, 5)}?", choices=choices)
    raise ToolRetry(f"I know no topic {shown(said)}. There are {name_some(sorted(book.names.values()), 8)}.")


async def resolve_topic(context: MentorContext, said: str) -> tuple[ObjectId, str]:
    """Return the id and the name of the topic that somebody means. Raises: ToolRetry with choices."""
    book = await read_topics(context)
    topic = pick_topic(book, said)
    return topic, book.names[topic]
