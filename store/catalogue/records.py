"""Turns the catalogue's facts into documents, each under the id that its name alone decides."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from store.catalogue.cards import Card
from store.catalogue.facts import PlacedProblem, PlacedTopic, ProblemFact, RoadmapFact, TopicFact
from store.client import ObjectId
from store.documents.problems import Problem, Topic, TopicMetadata
from store.documents.roadmaps import Roadmap, RoadmapTopic, RoadmapTopicProblem

_LEVELS = ("easy", "medium", "hard")


def derive_id(key: str) -> ObjectId:
    """Return the id of what `key` names ("leetcode:two-sum"): the first 12 bytes of the key's SHA-256."""
    return ObjectId(hashlib.sha256(key.encode()).digest()[:12])


def build_topic(fact: TopicFact, now: datetime) -> Topic:
    """Return the document of a topic."""
    return Topic(
        id=derive_id(f"topic:{fact.name}"),
        created_at=now,
        updated_at=now,
        name=fact.name,
        category=fact.category,
        description=fact.description,
        difficulty=fact.difficulty,
        estimated_hours=fact.estimated_hours,
        metadata=TopicMetadata(
            prerequisites=list(fact.prerequisites),
            related_topics=list(fact.related_topics),
            key_concepts=list(fact.key_concepts),
        ),
    )


def build_problem(fact: ProblemFact, now: datetime) -> Problem:
    """Return the document of a problem: `platformId` is its slug, `externalId` its number on the platform."""
    return Problem(
        id=derive_id(fact.reference),
        created_at=now,
        updated_at=now,
        external_id=str(fact.number),
        platform_id=fact.slug,
        platform=fact.platform,
        title=fact.title,
        url=fact.url,
        difficulty=fact.difficulty,
        topics=list(fact.topics),
        acceptance_rate=fact.acceptance_rate,
        interview_frequency_score=fact.interview_frequency_score,
    )


def build_concept(card: Card, now: datetime) -> Problem:
    """Return a concept card as a problem of our own: its question is the title, its slug the `platformId`."""
    return Problem(
        id=derive_id(concept_reference(card)),
        created_at=now,
        updated_at=now,
        platform_id=card.slug,
        platform="internal",
        title=card.question,
        difficulty=card.difficulty,
        topics=[card.topic],
    )


def concept_reference(card: Card) -> str:
    """Return what names a concept card among the problems, such as "internal:what-is-a-page-fault"."""
    return f"internal:{card.slug}"


def place_concepts(roadmap: RoadmapFact, cards: Sequence[Card]) -> RoadmapFact:
    """Return the roadmap with their concept cards under the topics that list no problem, easy ones first."""

    def fill(placed: PlacedTopic) -> PlacedTopic:
        mine = [card for card in cards if card.kind == "concept" and card.topic == placed.topic]
        mine.sort(key=lambda card: _LEVELS.index(card.difficulty))
        places = tuple(PlacedProblem(problem=concept_reference(card), importance="important") for card in mine)
        return placed if placed.problems else placed.model_copy(update={"problems": places})

    return roadmap.model_copy(update={"topics": tuple(map(fill, roadmap.topics))})


def build_roadmap(fact: RoadmapFact, now: datetime) -> Roadmap:
    """Return the document of an official, published roadmap."""
    return Roadmap(
        id=derive_id(f"roadmap:{fact.name}"),
        created_at=now,
        updated_at=now,
        name=fact.name,
        subject=fact.subject,
        category=fact.category,
        description=fact.description,
        difficulty_level=fact.difficulty_level,
        estimated_duration_days=fact.estimated_duration_days,
        target_role=fact.target_role,
        is_published=True,
    )


def build_roadmap_topic(
    roadmap: RoadmapFact, placed: PlacedTopic, topic: TopicFact, ids: tuple[ObjectId, ObjectId], now: datetime
) -> RoadmapTopic:
    """Return a topic's place on a roadmap; `ids` are the roadmap's and the topic's."""
    return RoadmapTopic(
        id=derive_id(f"roadmap:{roadmap.name}/{placed.topic}"),
        created_at=now,
        updated_at=now,
        roadmap_id=ids[0],
        topic_id=ids[1],
        topic_name=topic.name,
        description=topic.description,
        estimated_hours=placed.hours,
        layer_name=placed.layer,
        sequence_number=roadmap.topics.index(placed) + 1,
        priority=placed.priority,
        concepts=list(topic.key_concepts),
    )


def build_roadmap_problem(
    roadmap: RoadmapFact, placed: PlacedTopic, place: PlacedProblem, ids: tuple[ObjectId, ObjectId], now: datetime
) -> RoadmapTopicProblem:
    """Return a problem's place under a roadmap's topic; `ids` are the RoadmapTopic's and the problem's."""
    return RoadmapTopicProblem(
        id=derive_id(f"roadmap:{roadmap.name}/{placed.topic}/{place.problem}"),
        created_at=now,
        updated_at=now,
        roadmap_topic_id=ids[0],
        problem_id=ids[1],
        sequence_number=placed.problems.index(place) + 1,
        importance=place.importance,
    )
