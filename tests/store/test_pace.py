"""The pace that all processes keep together, in a real database by its own clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from store.client import connect
from store.repositories.pace import Allowance, Paces

BOT = "telegram:100"


@pytest.fixture
async def paces(mongo_uri: str, database_name: str) -> AsyncIterator[Paces]:
    """The paces of an empty database."""
    database = connect(mongo_uri, database_name)
    yield Paces(database)
    database.close()


async def share(paces: Paces, holder: str, wants: int, *, keeps: int = 0, seconds: float = 60.0) -> Allowance:
    """Take or renew a share of 30."""
    return await paces.share(BOT, holder, capacity=30, keeps=keeps, wants=wants, seconds=seconds)


async def test_whoever_is_alone_gets_what_they_want(paces: Paces) -> None:
    """A single process may have the whole capacity and no more."""
    assert await share(paces, "a", 4) == Allowance(4, 30, 0.0)
    assert await share(paces, "a", 99) == Allowance(30, 30, 0.0)


async def test_shares_never_exceed_the_capacity(paces: Paces) -> None:
    """A newcomer gets what is free at once, and an even share when the others have come down to theirs."""
    await share(paces, "a", 30)
    assert await share(paces, "b", 30) == Allowance(0, 15, 0.0)
    assert await share(paces, "a", 30, keeps=22) == Allowance(22, 15, 0.0)
    assert (await share(paces, "b", 30)).granted == 8
    assert (await share(paces, "a", 30, keeps=15)).granted == 15
    assert (await share(paces, "b", 30)).granted == 15


async def test_what_one_does_not_want_the_others_have(paces: Paces) -> None:
    """Whoever wants little leaves the rest to those who want more."""
    await share(paces, "a", 2)
    assert await share(paces, "b", 30) == Allowance(28, 28, 0.0)
    assert await share(paces, "c", 30) == Allowance(0, 18, 0.0)


async def test_a_share_that_ran_out_is_free(paces: Paces) -> None:
    """A process that died or gave its share back holds nobody up."""
    await share(paces, "dead", 30, seconds=0.0)
    assert (await share(paces, "a", 30)).granted == 30
    await paces.give_back(BOT, "a", seconds=0.0)
    assert (await share(paces, "b", 30)).granted == 30


async def test_many_at_once_divide_what_there_is(paces: Paces) -> None:
    """However they race, all shares together are no more than the capacity."""
    taken = await asyncio.gather(*(share(paces, f"holder {number}", 9) for number in range(8)))
    assert sum(one.granted for one in taken) <= 30
    assert sum(one.granted for one in taken) >= 24


async def test_silence_is_told_to_everybody(paces: Paces) -> None:
    """When the platform asked one process to be silent, every other one learns of it, the longest wish counts."""
    await paces.be_quiet(BOT, 30.0)
    await paces.be_quiet(BOT, 5.0)
    assert 20.0 < (await share(paces, "b", 1)).quiet <= 30.0
    await paces.be_quiet("telegram:200", 0.0)
    assert (await paces.share("telegram:200", "b", capacity=30, keeps=0, wants=1, seconds=9.0)).quiet == 0.0


async def test_a_chat_takes_some_at_once_and_then_one_each_interval(paces: Paces) -> None:
    """The first of a burst go at once, those after them one interval after the other, whoever asks."""
    waits = [await paces.reserve("chat", interval=10.0, burst=3) for _ in range(5)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert [round(wait or 0.0) for wait in waits[3:]] == [10, 20]


async def test_what_would_have_to_wait_too_long_reserves_nothing(paces: Paces) -> None:
    """Beyond what a caller would wait there is no reservation, and the next one is not later for it."""
    assert await paces.reserve("chat", interval=10.0, burst=1, ahead=0.0) == 0.0
    assert [await paces.reserve("chat", interval=10.0, burst=1, ahead=5.0) for _ in range(3)] == [None] * 3
    wait = await paces.reserve("chat", interval=10.0, burst=1, ahead=15.0)
    assert wait is not None
    assert 9.0 < wait <= 10.0
