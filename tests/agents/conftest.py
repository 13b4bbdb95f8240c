"""A stage with and without a model behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx2
import pytest

from store.client import Database, connect
from tests.agents.stage import Stage
from tests.fakes.openai import FakeOpenAI
from tests.mongo import SharedServer


@pytest.fixture(scope="session")
def agents_database_name(mongo_server: SharedServer) -> Iterator[str]:
    """One database for this folder: each test has a student of its own, and collections take their time to create."""
    name = f"test_agents_{uuid4().hex[:16]}"
    yield name
    mongo_server.drop(name)


@pytest.fixture
async def database(mongo_uri: str, agents_database_name: str) -> AsyncIterator[Database]:
    """The database on the real server."""
    database = connect(mongo_uri, agents_database_name)
    yield database
    database.close()


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    """The HTTP client that production hands in, without the certificates that a local server does not need."""
    async with httpx2.AsyncClient(verify=False) as client:
        yield client


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    """A model over real HTTP."""
    async with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
async def stage(database: Database, fake: FakeOpenAI, http: httpx2.AsyncClient) -> Stage:
    """A student whose mentor asks a fake OpenAI server."""
    stage = Stage(database, fake, http)
    await stage.begin()
    return stage


@pytest.fixture
async def offline(database: Database, http: httpx2.AsyncClient) -> Stage:
    """A student without any model."""
    stage = Stage(database, None, http)
    await stage.begin()
    return stage
