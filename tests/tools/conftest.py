"""Students for the verbs' tests. They do not see each other, so most tests share one database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.tools.harness import School, Student, open_school


@pytest.fixture
async def ada(school: School) -> Student:
    """A student in UTC of whom nothing is known."""
    return await school.enrol()


@pytest.fixture
async def lone_school(mongo_uri: str, database_name: str) -> AsyncIterator[School]:
    """A database of the test's own, without indexes, for what changes the catalogue or the shared difficulties."""
    school = await open_school(mongo_uri, database_name, indexed=False)
    yield school
    school.database.close()
