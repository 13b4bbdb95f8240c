"""A class whose reminders are the only ones."""

from __future__ import annotations

import pytest

from tests.jobs.stage import SERVED, Class
from tests.tools.harness import School


@pytest.fixture
async def pupils(school: School) -> Class:
    """A class at a quarter to eight in Berlin; what other tests left of reminders is gone."""
    for document in SERVED:
        await school.database.collection(document.collection).delete({}, many=True)
    return Class(school)
