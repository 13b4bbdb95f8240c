"""Students for the verbs' tests. They do not see each other, so most tests share one database."""

from __future__ import annotations

import pytest

from tests.tools.harness import School, Student


@pytest.fixture
async def ada(school: School) -> Student:
    """A student in UTC of whom nothing is known."""
    return await school.enrol()
