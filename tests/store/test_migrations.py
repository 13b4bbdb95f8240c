"""Migrations: numbered, run once, harmless when they are run twice at once."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from store.client import Database, ObjectId, connect
from store.documents.own import Lease
from store.documents.sessions import AIMentorConversation
from store.errors import StoreSetupError
from store.indexes import ensure_indexes
from store.migrations import MIGRATIONS, migrate

NUMBERS = tuple(migration.number for migration in MIGRATIONS)


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """A fresh database."""
    opened = connect(mongo_uri, database_name)
    yield opened
    opened.close()


def now() -> datetime:
    """Return the time that the tests pass in."""
    return datetime(2026, 11, 23, tzinfo=UTC)


def test_they_are_numbered_from_one_and_say_why() -> None:
    """The numbers have no gap and each migration gives its reason and takes the database only."""
    assert tuple(range(1, len(MIGRATIONS) + 1)) == NUMBERS
    assert all(len(migration.why) > 20 for migration in MIGRATIONS)
    assert all(len(inspect.signature(migration.run).parameters) == 1 for migration in MIGRATIONS)


async def test_they_run_once(database: Database) -> None:
    """The first call runs and records all of them, the second none."""
    assert await migrate(database, now=now) == NUMBERS
    assert await migrate(database, now=now) == ()
    records = await database.collection("migrations").find({})
    assert [(record["_id"], record["appliedAt"]) for record in records] == [(number, now()) for number in NUMBERS]


async def test_two_processes_at_once(database: Database, mongo_uri: str) -> None:
    """Four that start together do no harm and leave one record each."""
    others = [connect(mongo_uri, database.name) for _ in range(4)]
    await asyncio.gather(*(migrate(other, now=now) for other in others))
    for other in others:
        other.close()
    assert await database.collection("migrations").count({}) == len(NUMBERS)


async def test_a_newer_database_is_refused(database: Database) -> None:
    """A database that a newer PrepMate has changed is left alone, with a sentence that says what to do."""
    await database.collection("migrations").insert({"_id": NUMBERS[-1] + 1, "name": "later", "appliedAt": now()})
    with pytest.raises(StoreSetupError, match="newer PrepMate"):
        await migrate(database, now=now)


async def test_conversations_are_named(database: Database) -> None:
    """Unnamed conversations get their own id as a name, so that the unique index can stand; named ones keep theirs."""
    conversations = database.collection(AIMentorConversation.collection)
    ids = [ObjectId(f"{number:024x}") for number in range(1, 4)]
    await conversations.insert({"_id": ids[0]})
    await conversations.insert({"_id": ids[1], "conversationId": None})
    await conversations.insert({"_id": ids[2], "conversationId": "mine"})
    await migrate(database, now=now)
    report = await ensure_indexes(database, [AIMentorConversation])
    found = await conversations.find({}, sort=[("_id", 1)])
    assert report.problems == ()
    assert [document["conversationId"] for document in found] == [str(ids[0]), str(ids[1]), "mine"]


async def test_leases_of_addresses_get_an_end(database: Database) -> None:
    """What was kept for ever of addresses and sessions goes a day after its end; a student's lease stays."""
    leases = database.collection(Lease.collection)
    for name in ("deliver:terminal:ada/1", "session:ada/1", "student:1"):
        await leases.insert({"_id": name, "holder": None, "fence": 4, "expiresAt": now()})
    await migrate(database, now=now)
    found = {raw["_id"]: raw.get("goneAt") for raw in await leases.find({})}
    day_after = now() + timedelta(days=1)
    assert found == {"deliver:terminal:ada/1": day_after, "session:ada/1": day_after, "student:1": None}
