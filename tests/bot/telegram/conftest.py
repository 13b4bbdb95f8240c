from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.adapters.telegram.client import TelegramClient
from tests.bot.stage import Stage
from tests.bot.telegram.posting import SECOND, Post
from tests.bot.telegram.reception import Door, Reception, reception
from tests.fakes.telegram import FakeTelegram


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Bot API server that must have nothing to complain of, unless a test empties its list."""
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def door() -> Door:
    """A door that notes who came in."""
    return Door()


@pytest.fixture
async def desk(telegram: FakeTelegram, stage: Stage, door: Door) -> AsyncIterator[Reception]:
    """The ingress of one replica."""
    async with reception(telegram, stage.database, door) as opened:
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
