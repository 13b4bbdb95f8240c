"""The verifier of crashes notices what it is there to notice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store.client import Database, connect
from tests.verify.checks import find_open


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """A fresh database."""
    opened = connect(mongo_uri, database_name)
    yield opened
    opened.close()


async def test_what_never_ended_is_told(database: Database) -> None:
    """A turn that was not delivered and an answer that was not sent are named; what has ended is not."""
    assert await find_open(database) == []
    for key, status in (("done", "delivered"), ("stuck", "working")):
        await database.collection("turns").insert({"_id": key, "key": key, "status": status})
    for key, status in (("answer:done", "sent"), ("answer:stuck", "pending")):
        await database.collection("outbox").insert(
            {"_id": key, "status": status, "attempts": 3, "error": "TimeoutError"}
        )
    assert await find_open(database) == ["stuck: working", "answer:stuck: tried 3 times, TimeoutError"]
