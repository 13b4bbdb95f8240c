"""Tries of an invitation code, counted by several replicas at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from store.client import Database, ObjectId
from store.documents.access import Knock
from store.repositories.knocks import WINDOW, Knocks
from tests.clock import FixedClock


@pytest.fixture
async def knocks(core: Database) -> AsyncIterator[Knocks]:
    """The counts, which only these tests touch."""
    await core.create_collection(Knock.collection)
    yield Knocks(core)
    await core.collection(Knock.collection).delete({}, many=True)


async def test_replicas_that_count_at_once_count_each_message_once(knocks: Knocks, clock: FixedClock) -> None:
    """Five messages that two replicas hear at the same moment are five tries, in the first hour and in the next."""
    account = f"telegram:{ObjectId()}"
    for hour in range(2):
        heard = [f"{hour}:{number}" for number in range(5)] * 2
        counts = await asyncio.gather(*(knocks.count(account, key, clock()) for key in heard))
        assert max(counts) == 5
        assert await knocks.count(account, heard[0], clock()) == 5
        clock.move(WINDOW.total_seconds())


async def test_an_hour_begins_with_its_first_try(knocks: Knocks, clock: FixedClock) -> None:
    """Tries add up for an hour, each account's for itself, and then begin anew."""
    assert [await knocks.count("telegram:1", str(number), clock()) for number in range(3)] == [1, 2, 3]
    assert await knocks.count("telegram:2", "0", clock()) == 1
    clock.move(WINDOW.total_seconds() - 1)
    assert await knocks.count("telegram:1", "3", clock()) == 4
    clock.move(1)
    assert await knocks.count("telegram:1", "4", clock()) == 1
