"""A stage for the tests of the life of a message: one database a module, empty for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from store.client import connect
from tests.bot.stage import Stage, empty, prepare
from tests.clock import FixedClock
from tests.mongo import SharedServer


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at noon."""
    return FixedClock()


@pytest.fixture(scope="module")
def stage_name(mongo_server: SharedServer) -> Iterator[str]:
    """The name of the module's database, with the collections that a turn touches."""
    name = f"test_{uuid4().hex[:16]}"

    async def make() -> None:
        database = connect(mongo_server.uri, name)
        await prepare(database)
        database.close()

    asyncio.run(make())
    yield name
    mongo_server.drop(name)


@pytest.fixture
async def stage(mongo_uri: str, stage_name: str, clock: FixedClock) -> AsyncIterator[Stage]:
    """Replicas over an empty database; they are stopped after the test."""
    database = connect(mongo_uri, stage_name)
    await empty(database)
    stage = Stage(database, clock)
    yield stage
    await stage.end()
    database.close()
