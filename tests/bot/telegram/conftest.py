"""A reception for the accept step, over a database that is emptied where it was touched; a post for sending."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from bot.adapters.telegram.client import TelegramClient
from store.client import Database, connect
from store.documents.own import ChannelAccount, Lease, OutboxItem
from store.documents.splits import SplitMessage
from store.indexes import ensure_indexes
from tests.bot.stage import Stage
from tests.bot.telegram.posting import SECOND, Post
from tests.bot.telegram.reception import Door, Reception, reception
from tests.clock import FixedClock
from tests.fakes.telegram import FakeTelegram
from tests.mongo import SharedServer

TOUCHED = (ChannelAccount, Lease, OutboxItem, SplitMessage)


@dataclass
class Base:
    """What the accept step stands on."""

    database: Database
    clock: FixedClock


@pytest.fixture(scope="session")
def base_name(mongo_server: SharedServer) -> Iterator[str]:
    """The name of a database with what the accept step touches."""
    name = f"test_{uuid4().hex[:16]}"

    async def make() -> None:
        database = connect(mongo_server.uri, name)
        await ensure_indexes(database, TOUCHED)
        database.close()

    asyncio.run(make())
    yield name
    mongo_server.drop(name)


@pytest.fixture
async def base(mongo_uri: str, base_name: str) -> AsyncIterator[Base]:
    """An empty database, and a clock that stands."""
    database = connect(mongo_uri, base_name)
    for document in TOUCHED:
        await database.collection(document.collection).delete({}, many=True)
    yield Base(database, FixedClock())
    database.close()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Bot API server."""
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def door() -> Door:
    """A door that notes who came in."""
    return Door()


@pytest.fixture
async def desk(telegram: FakeTelegram, base: Base, door: Door) -> AsyncIterator[Reception]:
    """The ingress of one replica."""
    async with reception(telegram, base.database, door, clock=base.clock) as opened:
        yield opened


@pytest.fixture
async def swift() -> AsyncIterator[FakeTelegram]:
    """A Bot API server whose seconds are short."""
    loop = asyncio.get_running_loop()
    async with FakeTelegram(clock=lambda: loop.time() / SECOND) as fake:
        yield fake


@pytest.fixture
async def post(swift: FakeTelegram, stage: Stage) -> AsyncIterator[Post]:
    """An outbox that is delivered to a swift Telegram."""
    async with TelegramClient.opened(swift.token, api=swift.url) as client:
        yield Post(stage, swift, client)
