"""A student's documents at one moment, and the catalogue: read from MongoDB, past every verb and repository."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from store.client import Database, ObjectId, Raw, encode
from store.documents import ALL
from store.documents.base import Document
from store.documents.own import Effect, StudentSettings, UndoEntry
from store.documents.people import User
from store.documents.problems import Problem, Topic
from tests.tools.harness import SERVICE
from tools.topics import TopicBook
from tools.zones import zone_of

OWNED: Final = {kind.collection: kind for kind in ALL if kind.owner is not None}
Key = tuple[str, Any]
Images = dict[Key, bytes]


@dataclass(frozen=True)
class World:
    """One student's documents by collection and id."""

    student: ObjectId
    documents: dict[Key, Raw]

    def all(self, kind: type[Document], **fields: Any) -> list[Raw]:
        """Return the documents of a kind whose fields have these values, the oldest id first."""
        found = [raw for (name, _), raw in self.documents.items() if name == kind.collection]
        found = [raw for raw in found if all(raw.get(name) == value for name, value in fields.items())]
        return sorted(found, key=lambda raw: str(raw["_id"]))

    def one(self, kind: type[Document], **fields: Any) -> Raw:
        """Return the only document of a kind with these values."""
        found = self.all(kind, **fields)
        assert len(found) == 1, f"{len(found)} documents of {kind.__name__} with {fields}, not one"
        return found[0]

    def get(self, kind: type[Document], document_id: str | ObjectId) -> Raw | None:
        """Return the document of a kind with this id, or None."""
        return self.documents.get((kind.collection, ObjectId(document_id)))

    def own(self, kind: type[Document]) -> Raw:
        """Return the document whose id is the student's, or an empty one."""
        return self.documents.get((kind.collection, self.student)) or {}

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone that the student's settings name."""
        settings = self.own(StudentSettings)
        return zone_of(StudentSettings.read(settings) if settings else None)

    def images(self, *, without: Iterable[str] = ()) -> Images:
        """Return every document as its BSON bytes."""
        left_out = frozenset(without)
        return {key: encode(raw) for key, raw in self.documents.items() if key[0] not in left_out}


@dataclass(frozen=True)
class Catalogue:
    """What belongs to nobody: problems and topics by id."""

    problems: dict[ObjectId, Raw]
    topics: dict[ObjectId, Raw]
    book: TopicBook

    def topics_of(self, problem: ObjectId) -> list[ObjectId]:
        """Return the topics of a problem."""
        return self.book.sort_out(self.problems[problem]["topics"])[0]

    def title(self, problem: ObjectId | None) -> str | None:
        """Return a problem's title."""
        return str(self.problems[problem]["title"]) if problem else None


def difference(before: Images, after: Images) -> str:
    """Return what differs between two sets of documents, as names of collections and ids; empty where nothing does."""
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return ", ".join(sorted(f"{name} {document_id}" for name, document_id in changed))


def touched(before: World, after: World) -> set[str]:
    """Return the collections in which anything differs, but for those in which every writing verb is noted."""
    old, new = before.images(), after.images()
    changed = {key[0] for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    return changed - {Effect.collection, UndoEntry.collection}


def undone_part(world: World, *, without: frozenset[str] = frozenset()) -> Images:
    """Return the documents that an undo puts back to the bit; `without` names collections that it leaves alone."""
    return world.images(without=SERVICE | without)


async def read_catalogue(database: Database) -> Catalogue:
    """Return the catalogue."""
    problems = await database.collection(Problem.collection).find({})
    topics = await database.collection(Topic.collection).find({})
    active = [raw for raw in topics if raw.get("is_active") is not False]
    return Catalogue({raw["_id"]: raw for raw in problems}, {raw["_id"]: raw for raw in topics}, TopicBook.of(active))


async def read_worlds(database: Database, students: list[ObjectId]) -> list[World]:
    """Return the documents of some students, all in one question to the database."""
    pipeline: list[Raw] = [{"$match": {"_id": {"$in": students}}}, _tag(User)]
    for name, kind in OWNED.items():
        if name != User.collection:
            mine = {"$match": {str(kind.owner): {"$in": students}}}
            pipeline.append({"$unionWith": {"coll": name, "pipeline": [mine, _tag(kind)]}})
    worlds: dict[ObjectId, dict[Key, Raw]] = {student: {} for student in students}
    for row in await database.collection(User.collection).aggregate(pipeline):
        raw, kind = row["raw"], OWNED[row["name"]]
        worlds[raw[str(kind.owner)]][row["name"], raw["_id"]] = raw
    return [World(student, worlds[student]) for student in students]


def _tag(kind: type[Document]) -> Raw:
    return {"$project": {"_id": 0, "name": {"$literal": kind.collection}, "raw": "$$ROOT"}}
