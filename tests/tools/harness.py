"""Students whose verbs run as in production: under a lease, in one transaction each, with a clock that stands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from store.catalogue.loader import load_catalogue
from store.client import Database, ObjectId, Raw, connect, encode
from store.documents import ALL
from store.documents.base import Document
from store.documents.people import User
from store.faults import Faults
from store.indexes import ensure_indexes
from store.leases import Leases, student_lease
from store.work import EffectKey, Outcome, StudentWork, UnitOfWork
from tools.context import MentorContext, Receipt, Result
from tools.registry import VERBS

R = TypeVar("R", bound=Result)

START = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
BY_NAME = {verb.name: verb for verb in VERBS}
SERVICE = frozenset({"effects", "undo_log", "population_queue", "problem_difficulties", "topic_shifts"})
"""What an undo does not put back to the bit: how things were done, and what all students share."""


_OF_NOTHING = b"d41d8cd98f00b204e9800998ecf8427e"
"""The hash of a collection without documents: as if it were not there."""


@dataclass
class Clock:
    """A clock that moves only when it is told to."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Student:
    """One student, their lease and what they do."""

    database: Database
    id: ObjectId
    work: StudentWork
    clock: Clock
    zone: ZoneInfo
    calls: int = 0
    last_key: EffectKey | None = None

    def context(self, unit: UnitOfWork, turn: ObjectId | None = None) -> MentorContext:
        return MentorContext(unit, self.clock, self.zone, turn)

    def reading(self) -> MentorContext:
        return self.context(self.work.reading())

    async def read(self, kind: type[R], verb: str, **arguments: Any) -> R:
        """Run a reading verb."""
        result = await BY_NAME[verb](self.reading(), **arguments)
        assert isinstance(result, kind)
        return result

    async def do(self, kind: type[R], verb: str, **arguments: Any) -> R:
        """Run a writing verb once, in a transaction, and return what was stored as its result."""
        self.calls += 1
        key = EffectKey(ObjectId(), self.calls, "call")
        return await self.repeat(kind, verb, key, **arguments)

    async def repeat(self, kind: type[R], verb: str, key: EffectKey, **arguments: Any) -> R:
        """Run a writing verb under a key that may have been used before."""
        self.last_key = key

        async def body(unit: UnitOfWork) -> Outcome:
            result = await BY_NAME[verb](self.context(unit, key.turn), **arguments)
            label = result.undo_label if isinstance(result, Receipt) else None
            return Outcome(result.model_dump_json(), isinstance(result, Receipt), label)

        return kind.model_validate_json(await self.work.once(key, verb, body))

    async def all(self, document: type[Document]) -> list[Raw]:
        """Return the student's stored documents of a kind."""
        assert document.owner is not None
        return await self.database.collection(document.collection).find({document.owner: self.id}, sort=[("_id", 1)])

    async def everything(self, *, without: frozenset[str] = frozenset()) -> dict[tuple[str, Any], bytes]:
        """Return every document of the student's as BSON, and for the others the server's hash of each collection.

        What every transaction writes is left out.
        """
        names = [name for name in await self.database.collection_names() if name not in {"leases", "fences", *without}]
        kinds = [kind for kind in ALL if kind.owner is not None and kind.collection in names]
        inner = self.database._client[self.database.name]
        hashed, *found = await asyncio.gather(
            inner.command("dbHash", collections=names), *(self.all(kind) for kind in kinds)
        )
        mine = {
            (kind.collection, raw["_id"]): encode(raw) for kind, raws in zip(kinds, found, strict=True) for raw in raws
        }
        digests = {name: str(digest).encode() for name, digest in hashed["collections"].items()}
        return mine | {(name, None): digest for name, digest in digests.items() if digest != _OF_NOTHING}

    async def one(self, document: type[Document], **query: Any) -> Raw:
        """Return the student's only stored document of a kind that matches."""
        assert document.owner is not None
        found = await self.database.collection(document.collection).find({document.owner: self.id, **query})
        assert len(found) == 1, f"{len(found)} documents of {document.__name__}"
        return found[0]


@dataclass
class School:
    """A database with the catalogue, and students in it."""

    database: Database
    clock: Clock = field(default_factory=Clock)

    async def enrol(self, name: str = "Ada", zone: str = "UTC") -> Student:
        """Take a new student in, with their lease taken."""
        student = ObjectId()
        now = self.clock()
        user = User(id=student, name=name, email=f"{student}@prepmate.invalid", created_at=now, updated_at=now)
        await self.database.collection(User.collection).insert(user.to_mongo())
        hold = await Leases(self.database, ttl=600).take(student_lease(student), "tests")
        assert hold is not None
        work = StudentWork(self.database, student, hold, clock=self.clock, ids=ObjectId, faults=Faults())
        return Student(self.database, student, work, self.clock, ZoneInfo(zone))


async def open_school(uri: str, database_name: str, *, indexed: bool = True) -> School:
    """Return a school on a fresh database with the shipped catalogue and its indexes, of which there are hundreds."""
    database = connect(uri, database_name)
    if indexed:
        await ensure_indexes(database, ALL)
    await load_catalogue(database, now=START)
    return School(database)
