"""Fixtures for every room: a real MongoDB, a fresh database in it, and one that holds the catalogue."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.mongo import SharedServer, fast_directory, shared_server

if TYPE_CHECKING:  # the verbs take a moment to import, which tests without them need not wait for
    from tests.tools.harness import School


MEMORY = pytest.StashKey[Path | None]()
LONGEST = (
    "test_fortnight.py",
    "test_terminal_e2e.py",
    "test_verb_sequences.py",
    "test_firstweek.py",
    "test_embedded.py",
    "test_coach_alive.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: one that begins last keeps one worker busy and the others waiting."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


def pytest_configure(config: pytest.Config) -> None:
    """Choose where the session's database lies: once, by the process that starts the pytest-xdist workers."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.stash[MEMORY] = fast_directory()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Free the memory again; each worker has closed its server by then."""
    if directory := config.stash.get(MEMORY, None):
        shutil.rmtree(directory, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where it lies."""
    node.workerinput["memory"] = str(node.config.stash[MEMORY] or "")


@pytest.fixture(scope="session")
def mongo_server(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedServer]:
    """The session's embedded server, one for all pytest-xdist workers."""
    base, memory = tmp_path_factory.getbasetemp(), pytestconfig.stash.get(MEMORY, None)
    if "PYTEST_XDIST_WORKER" in os.environ:
        base, memory = base.parent, pytestconfig.workerinput["memory"]  # type: ignore[attr-defined]
    with shared_server(Path(memory or base) / "mongo") as server:
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
def catalogue(mongo_server: SharedServer) -> Iterator[tuple[str, frozenset[str]]]:
    """The name of a database with indexes and the shipped catalogue, and of the collections that this fills."""
    from tests.tools.harness import open_school

    name = f"test_{uuid4().hex[:16]}"

    async def prepare() -> frozenset[str]:
        database = (await open_school(mongo_server.uri, name)).database
        found = [one for one in await database.collection_names() if await database.collection(one).find_one({})]
        database.close()
        return frozenset(found)

    yield name, asyncio.run(prepare())
    mongo_server.drop(name)


@pytest.fixture(scope="session")
def common_database(catalogue: tuple[str, frozenset[str]]) -> str:
    """The name of a database with indexes and the shipped catalogue, which no test may change."""
    return catalogue[0]


@pytest.fixture(scope="module")
def quiet_database(mongo_uri: str, catalogue: tuple[str, frozenset[str]]) -> str:
    """The common database without students, for tests of the whole service: it would see to what others left there."""
    from store.client import connect

    name, filled = catalogue

    async def clear() -> None:
        database = connect(mongo_uri, name)
        for one in await database.collection_names():
            if one not in filled:
                await database.collection(one).delete({}, many=True)
        database.close()

    asyncio.run(clear())
    return name


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


@pytest.fixture
async def lone_school(mongo_uri: str, database_name: str) -> AsyncIterator[School]:
    """A database of the test's own, without indexes, for what changes the catalogue or the shared difficulties."""
    from tests.tools.harness import open_school

    school = await open_school(mongo_uri, database_name, indexed=False)
    yield school
    school.database.close()
