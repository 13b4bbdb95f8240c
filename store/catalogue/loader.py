"""Puts the catalogue's facts into the database: what is missing is inserted, what is there stays as it is.

A document counts as being there when its natural key is (a topic's name; a problem's slug, page or title on its
platform; an official roadmap's name; what a roadmap places where), or else when the id is the one the loader would
give it. So documents that another program made are used under their own ids, and one that was renamed or moved since
is not made a second time. To hide a part of the catalogue, clear its active flag: what was deleted comes back.

The loader runs at every start. A mark in the database says which catalogue it holds: the same one again is only
counted, another one, such as an upgrade brings, is loaded. It goes in by pieces, each a transaction of its own, because
MongoDB aborts one that is open for too long (the embedded one after seconds) and a slow machine takes its time. A load
that was interrupted goes on at the next start; the mark comes last.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from typing import Final, TypeVar

from store.catalogue.cards import Card, read_cards
from store.catalogue.facts import Catalogue, shipped_catalogue
from store.catalogue.mark import find_kept, shipped_digest, write_mark
from store.catalogue.records import (
    build_concept,
    build_problem,
    build_roadmap,
    build_roadmap_problem,
    build_roadmap_topic,
    build_topic,
    concept_reference,
    place_concepts,
)
from store.catalogue.standing import Standing
from store.client import Database, ObjectId, Session
from store.documents.base import Document
from store.documents.problems import Problem, Topic
from store.documents.roadmaps import Roadmap, RoadmapTopic, RoadmapTopicProblem
from store.errors import DuplicateKey

K = TypeVar("K", bound=Hashable)

_RETRIES = 4
_PATIENCE_SECONDS = 60.0
"""How long to try again while other processes load the same: one of them comes through each time."""
PIECE: Final = 200
"""How many documents are inserted in one transaction."""


@dataclass(frozen=True)
class LoadReport:
    """How many documents were inserted and how many were already there, by name of collection."""

    inserted: Mapping[str, int]
    kept: Mapping[str, int]


@dataclass(frozen=True)
class Shipment:
    """What is to be loaded: facts, the concept cards among the question cards, and a digest if a mark is to be left."""

    facts: Catalogue
    concepts: tuple[Card, ...]
    digest: str | None = None


async def load_catalogue(
    database: Database,
    *,
    now: datetime,
    catalogue: Catalogue | None = None,
    cards: Sequence[Card] = (),
    on_progress: Callable[[str], None] = lambda _: None,
) -> LoadReport:
    """Load a catalogue (the shipped one, if none is given); loading it again is harmless.

    Several processes may load at once: each piece is inserted by one of them, and the others find it there. Create the
    indexes first.

    Raises: CatalogueError, StoreError.
    """
    if catalogue is None:
        kept = await find_kept(database, shipped_digest())
        if kept is not None:
            return LoadReport(dict.fromkeys(kept, 0), kept)
        shipment = _unpack()
    else:
        shipment = Shipment(catalogue, _concepts(cards))

    on_progress("Loading the catalogue, which a start does once…")
    load = _Load(database, now)
    for _ in range(_RETRIES):
        # A duplicate: somebody inserted the same between our look-up and our insert; the next look-up finds it.
        with contextlib.suppress(DuplicateKey):
            return await load.run(shipment)
    return await load.run(shipment)


def _unpack() -> Shipment:
    cards = read_cards(files("store.catalogue"))
    return Shipment(shipped_catalogue(), _concepts(cards), shipped_digest())


def _concepts(cards: Sequence[Card]) -> tuple[Card, ...]:
    return tuple(card for card in cards if card.kind == "concept")


class _Load:
    """Loading by pieces; it may be run again after a duplicate, and counts what all runs inserted."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._database, self._now = database, now
        self._standing = Standing(database)
        self._inserted: Counter[str] = Counter()
        self._held: dict[str, list[ObjectId]] = {}

    async def run(self, shipment: Shipment) -> LoadReport:
        """Load topics and problems, then the roadmaps that place them."""
        facts, concepts = shipment.facts, shipment.concepts
        topics = await self._put(
            Topic,
            {fact.name: build_topic(fact, self._now) for fact in facts.topics},
            await self._standing.find_topics(fact.name for fact in facts.topics),
        )
        wanted = {fact.reference: build_problem(fact, self._now) for fact in facts.problems}
        wanted |= {concept_reference(card): build_concept(card, self._now) for card in concepts}
        problems = await self._put(Problem, wanted, await self._standing.find_problems(wanted))
        placed = tuple(place_concepts(roadmap, concepts) for roadmap in facts.roadmaps)
        await self._put_roadmaps(replace(facts, roadmaps=placed), topics, problems)
        if shipment.digest:
            await write_mark(self._database, shipment.digest, self._held, self._now)
        kept = {name: len(ids) - self._inserted[name] for name, ids in self._held.items()}
        return LoadReport({name: self._inserted[name] for name in kept}, kept)

    async def _put_roadmaps(
        self, facts: Catalogue, topics: Mapping[str, ObjectId], problems: Mapping[str, ObjectId]
    ) -> None:
        roadmaps = await self._put(
            Roadmap,
            {fact.name: build_roadmap(fact, self._now) for fact in facts.roadmaps},
            await self._standing.find_roadmaps(facts.roadmaps),
        )
        described = {fact.name: fact for fact in facts.topics}
        stops = [
            (roadmap, placed, (roadmaps[roadmap.name], topics[placed.topic]))
            for roadmap in facts.roadmaps
            for placed in roadmap.topics
        ]
        places = await self._put(
            RoadmapTopic,
            {
                where: build_roadmap_topic(roadmap, placed, described[placed.topic], where, self._now)
                for roadmap, placed, where in stops
            },
            await self._standing.find_topic_places(roadmaps.values()),
        )
        await self._put(
            RoadmapTopicProblem,
            {
                (places[where], problems[place.problem]): build_roadmap_problem(
                    roadmap, placed, place, (places[where], problems[place.problem]), self._now
                )
                for roadmap, placed, where in stops
                for place in placed.problems
            },
            await self._standing.find_problem_places(places.values()),
        )

    async def _put(
        self, kind: type[Document], wanted: Mapping[K, Document], known: Mapping[K, ObjectId]
    ) -> dict[K, ObjectId]:
        """Insert what is not there yet; return the id under which each wanted thing now is."""
        missing = [document for key, document in wanted.items() if key not in known]
        for start in range(0, len(missing), PIECE):
            piece = missing[start : start + PIECE]
            self._inserted[kind.collection] += await self._insert(kind.collection, piece)
        ids = {key: known.get(key, document.id) for key, document in wanted.items()}
        self._held[kind.collection] = list(ids.values())
        return ids

    async def _insert(self, name: str, piece: Sequence[Document]) -> int:
        """Insert those whose id is not taken, in one transaction; return how many they were."""

        async def body(session: Session) -> int:
            taken = await Standing(self._database, session).find_ids(name, [document.id for document in piece])
            new = [document.to_mongo() for document in piece if document.id not in taken]
            await self._database.collection(name).insert_many(new, session=session)
            return len(new)

        return await self._database.transact(body, seconds=_PATIENCE_SECONDS)
