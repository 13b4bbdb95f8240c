"""Students for the verbs' tests. They do not see each other, so most tests share one database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store.client import connect
from store.documents.own import PopulationEntry, ProblemDifficulty, TopicShift
from tests.mongo import SharedServer
from tests.tools.harness import School, Student, open_school


@pytest.fixture(scope="session")
def common_database(mongo_server: SharedServer) -> Iterator[str]:
    """The name of a database with indexes and the shipped catalogue."""
    name = f"test_{uuid4().hex[:16]}"

    async def prepare() -> None:
        (await open_school(mongo_server.uri, name)).database.close()

    asyncio.run(prepare())
    yield name
    mongo_server.drop(name)


@pytest.fixture
async def school(mongo_uri: str, common_database: str) -> AsyncIterator[School]:
    """The common database without what other tests' students taught it, with a clock of the test's own."""
    school = School(connect(mongo_uri, common_database))
    for collection in (PopulationEntry.collection, ProblemDifficulty.collection, TopicShift.collection):
        await school.database.collection(collection).delete({}, many=True)
    yield school
    school.database.close()


from tests.tools.harness import School, Student, open_school


@pytest.fixture
async def ada(school: School) -> Student:
    """A student in UTC of whom nothing is known."""
    return await school.enrol()


@pytest.fixture
async def lone_school(mongo_uri: str, database_name: str) -> AsyncIterator[School]:
    """A database of the test's own, for what changes the catalogue or the shared difficulties."""
    school = await open_school(mongo_uri, database_name)
    yield school
    school.database.close()
