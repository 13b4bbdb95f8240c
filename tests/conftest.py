"""Fixtures for every room: a real MongoDB and a fresh database in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.mongo import SharedServer, shared_server


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
