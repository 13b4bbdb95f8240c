"""Fixtures for every room: a real MongoDB, a fresh database in it, and one that holds the catalogue."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.mongo import SharedServer, shared_server

if TYPE_CHECKING:  # the verbs take a moment to import, which tests without them need not wait for
    from tests.tools.harness import School


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedServer]:
    """The session's embedded server, one for all pytest-xdist workers."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    with shared_server(base / "mongo") as server:
        yield server


@pytest.fixture(scope="session")
def mongo_uri(mongo_server: SharedServer) -> str:
    """The connection string of a real single-node replica set."""
    return mongo_server.uri


@pytest.fixture
def database_name(mongo_server: SharedServer) -> Iterator[str]:
    """The name of a database that no other test uses, dropped afterwards."""
    name = f"test_{uuid4().hex[:16]}"
    yield name
    mongo_server.drop(name)


@pytest.fixture(scope="session")
def common_database(mongo_server: SharedServer) -> Iterator[str]:
    """The name of a database with indexes and the shipped catalogue, which no test may change."""
    from tests.tools.harness import open_school

    name = f"test_{uuid4().hex[:16]}"

    async def prepare() -> None:
        (await open_school(mongo_server.uri, name)).database.close()

    asyncio.run(prepare())
    yield name
    mongo_server.drop(name)


@pytest.fixture
async def school(mongo_uri: str, common_database: str) -> AsyncIterator[School]:
    """The common database without what other tests' students taught it, with a clock of the test's own."""
    from store.client import connect
    from store.documents.learner import PopulationEntry, ProblemDifficulty, TopicShift
    from tests.tools.harness import School

    school = School(connect(mongo_uri, common_database))
    for collection in (PopulationEntry.collection, ProblemDifficulty.collection, TopicShift.collection):
        await school.database.collection(collection).delete({}, many=True)
    yield school
    school.database.close()
