"""A database for each module of tests and a connection for each test: students keep their tests apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from store.client import Database, ObjectId, connect
from store.documents.own import Admission, Effect, Fence, Lease, StudentSettings, Turn, UndoEntry
from store.documents.people import User
from store.documents.problems import Topic
from store.documents.sessions import PreparationTask
from store.indexes import ensure_indexes
from tests.clock import FixedClock
from tests.mongo import SharedServer

NEEDED = (Admission, Effect, Fence, Lease, PreparationTask, StudentSettings, Topic, Turn, UndoEntry, User)


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at noon."""
    return FixedClock()


@pytest.fixture(scope="module")
def core_name(mongo_server: SharedServer) -> Iterator[str]:
    """The name of the module's database, with the collections and indexes that the store's core needs."""
    name = f"test_{uuid4().hex[:16]}"

    async def prepare() -> None:
        database = connect(mongo_server.uri, name)
        await ensure_indexes(database, NEEDED)
        await database.create_collection("things")
        database.close()

    asyncio.run(prepare())
    yield name
    mongo_server.drop(name)


@pytest.fixture
async def core(mongo_uri: str, core_name: str) -> AsyncIterator[Database]:
    """The module's database, connected to the running event loop."""
    database = connect(mongo_uri, core_name)
    yield database
    database.close()


@pytest.fixture
def student() -> ObjectId:
    """A student nobody else knows."""
    return ObjectId()
