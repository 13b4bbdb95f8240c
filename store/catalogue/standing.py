"""Finds what a database already holds of a catalogue, by the names under which anybody would have stored it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import NoneType
from typing import Final
from urllib.parse import urlsplit

from store.catalogue.facts import RoadmapFact
from store.client import Database, ObjectId, Raw, Session
from store.documents.problems import Problem, Topic
from store.documents.roadmaps import Roadmap, RoadmapTopic, RoadmapTopicProblem

Place = tuple[ObjectId, ObjectId]
"""Where something stands: the id of what holds it and its own."""


class Standing:
    """Look-ups, inside a transaction if there is a session. Where several documents answer, the oldest id counts."""

    def __init__(self, database: Database, session: Session | None = None) -> None:
        self._database, self._session = database, session

    async def find_ids(self, collection: str, ids: Sequence[ObjectId]) -> set[ObjectId]:
        """Return those of `ids` that are taken."""
        return {raw["_id"] for raw in await self._find(collection, {"_id": {"$in": list(ids)}}, "_id")}

    async def find_topics(self, names: Iterable[str]) -> dict[str, ObjectId]:
        """Return the ids of the topics of these names."""
        found = await self._find(Topic.collection, {"name": {"$in": list(names)}}, "name")
        return {raw["name"]: raw["_id"] for raw in reversed(found)}

    async def find_problems(self, wanted: Mapping[str, Problem]) -> dict[str, ObjectId]:
        """Return the ids of the problems that stand, by reference: same platform and same slug, page or title."""
        slugs = [problem.platform_id for problem in wanted.values()]
        query: Raw = {
            "platform": {"$in": sorted({problem.platform for problem in wanted.values()})},
            "$or": [
                {"platformId": {"$in": slugs}},
                {"externalId": {"$in": slugs}},
                {"title": {"$in": [problem.title for problem in wanted.values()]}},
                {"url": {"$in": [page for problem in wanted.values() for page in _pages(problem.url)]}},
            ],
        }
        found = await self._find(Problem.collection, query, "platform", "platformId", "externalId", "title", "url")
        known: dict[tuple[str, str | None], ObjectId] = {
            (raw["platform"], name): raw["_id"] for raw in reversed(found) for name in _names(raw)
        }
        ids: dict[str, ObjectId] = {}
        for reference, problem in wanted.items():
            for name in (problem.title, problem.platform_id):  # the slug has the last word
                if (problem.platform, name) in known:
                    ids[reference] = known[problem.platform, name]
        return ids

    async def find_roadmaps(self, facts: Sequence[RoadmapFact]) -> dict[str, ObjectId]:
        """Return the ids of the roadmaps of these names; a student's own roadmap is never one of them."""
        query: Raw = {"name": {"$in": [fact.name for fact in facts]}, "isCustom": {"$ne": True}}
        return {raw["name"]: raw["_id"] for raw in reversed(await self._find(Roadmap.collection, query, "name"))}

    async def find_topic_places(self, roadmap_ids: Iterable[ObjectId]) -> dict[Place, ObjectId]:
        """Return the ids of the places of topics on these roadmaps."""
        query: Raw = {"roadmapId": {"$in": list(roadmap_ids)}, "topicId": {"$exists": True}}
        found = await self._find(RoadmapTopic.collection, query, "roadmapId", "topicId")
        return {(raw["roadmapId"], raw["topicId"]): raw["_id"] for raw in reversed(found)}

    async def find_problem_places(self, roadmap_topic_ids: Iterable[ObjectId]) -> dict[Place, ObjectId]:
        """Return the ids of the places of problems under these topics of roadmaps."""
        query: Raw = {"roadmapTopicId": {"$in": list(roadmap_topic_ids)}, "problemId": {"$exists": True}}
        found = await self._find(RoadmapTopicProblem.collection, query, "roadmapTopicId", "problemId")
        return {(raw["roadmapTopicId"], raw["problemId"]): raw["_id"] for raw in reversed(found)}

    async def _find(self, collection: str, query: Raw, *fields: str) -> list[Raw]:
        found = await self._database.collection(collection).find(
            query, sort=[("_id", 1)], fields=dict.fromkeys(fields, 1), session=self._session
        )
        return [raw for raw in found if all(isinstance(raw.get(name), _NAMES) for name in ("_id", *fields))]


_NAMES: Final = (ObjectId, str, int, NoneType)
"""What a document can be known by; one that has something else there is not one of ours."""


def _pages(url: str | None) -> tuple[str, ...]:
    """Return the ways in which a problem's page is usually written down; a question has no page."""
    if url is None:
        return ()
    return url, url.removesuffix("/"), f"{url}description/", f"{url}description"


def _names(raw: Raw) -> Iterator[str]:
    for name in ("platformId", "externalId", "title"):
        if isinstance(raw.get(name), str):
            yield raw[name]
    if isinstance(raw.get("url"), str):
        yield from [part for part in urlsplit(raw["url"]).path.split("/") if part][1:2]
