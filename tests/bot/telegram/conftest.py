from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bot.stage import Stage
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
