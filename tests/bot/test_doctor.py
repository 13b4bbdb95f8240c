from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from bot.app import prepare, reach_database, utc_now
from bot.doctor import (
    check_catalogue,
    check_clock,
    check_indexes,
    check_model,
    check_program,
    check_python,
    examine_database,
    host_of,
)
from bot.settings import Settings
from store.catalogue.loader import load_catalogue
from store.client import Database, connect
from store.errors import StoreSetupError
from tests.fakes.openai.server import FakeOpenAI
from tests.mongo import mongod_program

KEY = "sk-test"


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """A database in which nothing is yet."""
    database = connect(mongo_uri, database_name)
    yield database
    database.close()


async def test_a_fresh_database_is_not_broken(database: Database) -> None:
    """Before the first chat indexes and catalogue are open points; after it they are good."""
    assert [(await check(database)).state for check in (check_indexes, check_catalogue)] == ["open", "open"]
    await prepare(database, utc_now)
    await load_catalogue(database, now=utc_now())
    assert [(await check(database)).state for check in (check_indexes, check_catalogue)] == ["good", "good"]


@asynccontextmanager
async def standalone() -> AsyncIterator[str]:
    """A MongoDB that belongs to no replica set, on a unix socket; its address."""
    directory = Path(tempfile.mkdtemp(prefix="pm-"))  # a socket's path may hold 107 bytes
    socket = directory / "mongodb-27017.sock"
    place = ["--dbpath", str(directory), "--bind_ip", str(socket), "--unixSocketPrefix", str(directory)]
    server = await asyncio.create_subprocess_exec(
        *[str(mongod_program()), *place, "--wiredTigerCacheSizeGB", "0.25"],
        stdout=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        yield f"mongodb://{str(socket).replace('/', '%2F')}/"
    finally:
        server.kill()
        await server.wait()
        shutil.rmtree(directory)


async def until_it_answers(uri: str) -> None:
    """Wait as long as a crowded machine needs to start a server."""
    database = connect(uri, "admin", server_selection_ms=30_000)
    try:
        await database.ping()
    finally:
        database.close()


async def test_a_mongodb_without_transactions_is_told_at_once() -> None:
    """A server that is no replica set is refused before anything is made there, and the doctor says what to do."""
    async with standalone() as uri:
        settings = Settings(mongodb_uri=SecretStr(uri))
        await until_it_answers(uri)
        with pytest.raises(StoreSetupError, match="replSet"):
            async with reach_database(settings):
                pass
        finding = await examine_database(settings)
    assert finding.broken
    assert "replica set" in finding.line


async def test_a_wrong_clock_is_told(database: Database) -> None:
    """A clock that is a minute off the database's is broken, with what to do."""
    assert (await check_clock(database, utc_now)).state == "good"
    finding = await check_clock(database, lambda: datetime.now(UTC) + timedelta(minutes=1))
    assert finding.broken
    assert "NTP" in finding.line


@pytest.mark.parametrize(
    ("key", "model", "state", "word"),
    [
        (KEY, None, "good", "knows"),
        (KEY, "no-such-model", "broken", "OPENAI_MODEL"),
        ("sk-wrong-key", None, "broken", "OPENAI_API_KEY"),
        (None, None, "open", "coach"),
    ],
)
async def test_the_models_endpoint_is_really_asked(key: str | None, model: str | None, state: str, word: str) -> None:
    """The key and the model's name are tried on the endpoint; the key is never in what is told."""
    async with FakeOpenAI(key=KEY) as fake, httpx2.AsyncClient(timeout=5) as http:
        settings = Settings(
            openai_api_key=SecretStr(key) if key else None,
            openai_base_url=fake.url,
            openai_model=model or fake.models[0],
        )
        finding = await check_model(settings, http)
    assert finding.state == state
    assert word in finding.line
    assert not key or key not in finding.line


async def test_an_endpoint_that_is_not_there_is_named_without_its_password() -> None:
    """An unreachable endpoint is broken; its address is told without what could be secret."""
    settings = Settings(openai_api_key=SecretStr(KEY), openai_base_url="http://u:hunter2@127.0.0.1:9/v1")
    async with httpx2.AsyncClient(timeout=5) as http:
        finding = await check_model(settings, http)
    assert finding.broken
    assert "127.0.0.1:9" in finding.line
    assert "hunter2" not in finding.line


def test_python_and_mongod_are_looked_at() -> None:
    """An old Python and a mongod that is no program are broken, each in one sentence."""
    assert check_python((3, 10, 4)).broken
    assert not check_python().broken
    finding = check_program(Settings(mongodb_uri=None, mongod_bin="/nowhere/mongod"))
    assert finding.broken
    assert "MONGOD_BIN" in finding.line
    assert host_of("mongodb://u:p@h:1,i:2/x") == "h:1,i:2"
