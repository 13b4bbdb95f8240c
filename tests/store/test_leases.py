"""Leases: one holder at a time by the server's clock, under a number that only grows."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from store.client import Database, ObjectId, Raw
from store.documents.base import Document
from store.documents.own import Fence, Lease
from store.errors import FenceLost
from store.faults import Faults
from store.leases import Hold, Leases, student_lease
from store.work import StudentWork, UnitOfWork
from tests.clock import FixedClock
from tests.stored.values import MISSING, MORE, VALUES, as_stored

SHORT = 0.6


@pytest.fixture
def name() -> str:
    """The name of a lease that nobody has asked for yet."""
    return f"lease:{ObjectId()}"


async def fence_of(core: Database, name: str) -> Raw | None:
    """Return the published number of a lease as it is stored."""
    return await core.collection(Fence.collection).find_one({"_id": name})


async def gone_at(core: Database, name: str) -> datetime | None:
    """Return when the server removes a lease, if it ever does."""
    raw = await core.collection(Lease.collection).find_one({"_id": name})
    assert raw is not None
    gone: datetime | None = raw.get("goneAt")
    return gone


async def taken(leases: Leases, name: str, holder: str) -> Hold:
    """Take a lease that is free."""
    hold = await leases.take(name, holder)
    assert hold is not None
    return hold


async def test_one_of_many_racers_wins(core: Database, name: str) -> None:
    """Of twenty who ask for a lease that was never taken, exactly one gets it."""
    leases = Leases(core, ttl=30)
    holds = await asyncio.gather(*(leases.take(name, f"racer {number}") for number in range(20)))
    winners = [hold for hold in holds if hold]
    assert len(winners) == 1
    assert winners[0].fence == 1
    assert await leases.take(name, winners[0].holder) is None


async def test_one_of_many_wins_a_lease_that_ran_out(core: Database, name: str) -> None:
    """Of twenty who wait for the same lease to run out, exactly one gets it, under the next number."""
    await taken(Leases(core, ttl=0.0), name, "gone")
    leases = Leases(core, ttl=30)
    holds = await asyncio.gather(*(leases.take(name, f"racer {number}") for number in range(20)))
    assert [hold.fence for hold in holds if hold] == [2]


async def test_a_lease_is_held_until_it_runs_out(core: Database, name: str) -> None:
    """Nobody gets a lease before its time is over; then the next does, without it having been given back."""
    leases = Leases(core, ttl=SHORT)
    started = time.monotonic()
    await taken(leases, name, "a")
    assert await leases.take(name, "b") is None
    async with asyncio.timeout(5):
        while (hold := await leases.take(name, "b")) is None:  # noqa: ASYNC110 - nobody tells when a lease runs out
            await asyncio.sleep(0.01)
    assert time.monotonic() - started >= SHORT
    assert (hold.holder, hold.fence) == ("b", 2)


async def test_the_number_grows_and_is_published(core: Database, name: str) -> None:
    """Each holder has a higher number than the one before, and the fence stands at the newest."""
    leases = Leases(core, ttl=30)
    for number in range(1, 4):
        hold = await taken(leases, name, f"holder {number}")
        assert hold.fence == number
        fence = await fence_of(core, name)
        assert fence is not None
        assert fence["fence"] == number
        await leases.give_back(hold)


async def test_renewing_holds_on(core: Database, name: str) -> None:
    """A lease that is renewed outlives its time, and keeps its number."""
    leases = Leases(core, ttl=SHORT)
    hold = await taken(leases, name, "a")
    for _ in range(5):
        await asyncio.sleep(SHORT / 3)
        assert await leases.renew(hold)
    assert await leases.take(name, "b") is None


async def test_renewing_after_a_takeover_fails(core: Database, name: str) -> None:
    """Whoever lost a lease can neither renew it nor give it back in the new holder's place."""
    old = await taken(Leases(core, ttl=0.0), name, "a")
    leases = Leases(core, ttl=30)
    new = await taken(leases, name, "b")
    assert not await leases.renew(old)
    await leases.give_back(old)
    assert await leases.take(name, "c") is None
    assert await leases.renew(new)


async def test_the_same_holder_anew_is_another_hold(core: Database, name: str) -> None:
    """A process that takes its own lease again after it ran out cannot go on under the old number."""
    old = await taken(Leases(core, ttl=0.0), name, "a")
    leases = Leases(core, ttl=30)
    new = await taken(leases, name, "a")
    assert (await leases.renew(old), await leases.renew(new)) == (False, True)


async def test_given_back_is_free_at_once(core: Database, name: str) -> None:
    """A lease that was given back is taken by the next without waiting."""
    leases = Leases(core, ttl=30)
    await leases.give_back(await taken(leases, name, "a"))
    assert (await taken(leases, name, "b")).fence == 2


async def test_held_names_the_leases_that_run(core: Database, name: str) -> None:
    """Only leases that somebody holds now are named: not what ran out, was given back, or never was."""
    leases = Leases(core, ttl=30)
    names = [f"{name}:{what}" for what in ("held", "out", "back", "never")]
    await taken(leases, names[0], "a")
    await taken(Leases(core, ttl=0.0), names[1], "a")
    await leases.give_back(await taken(leases, names[2], "a"))
    assert await leases.held(names) == {names[0]}
    assert await leases.held([]) == set()


async def test_a_lease_without_a_fence_goes_by_itself(core: Database, name: str) -> None:
    """The server removes it a day after it was last held, and never one whose number must go on growing."""
    names = [f"{name}:{what}" for what in ("fenced", "plain")]
    leases, late = Leases(core, ttl=30), Leases(core, ttl=3600)
    holds = [await leases.take(names[0], "a"), await leases.take(names[1], "a", fenced=False)]
    at_first = await gone_at(core, names[1])
    for hold in holds:
        assert hold is not None
        assert await late.renew(hold)
        await leases.give_back(hold)
    assert await gone_at(core, names[0]) is None
    renewed = await gone_at(core, names[1])
    assert at_first is not None
    assert renewed is not None
    assert timedelta(hours=23) < at_first - datetime.now(UTC) < renewed - datetime.now(UTC) < timedelta(hours=26)
    (index,) = [one for one in await core.collection(Lease.collection).list_indexes() if "goneAt" in one["key"]]
    assert index["expireAfterSeconds"] == 0


async def test_kept_renews_and_gives_back(core: Database, name: str) -> None:
    """While the block runs nobody else gets the lease, however long; afterwards anybody does."""
    leases, lost = Leases(core, ttl=SHORT), 0

    def on_lost() -> None:
        nonlocal lost
        lost += 1

    async with leases.kept(await taken(leases, name, "a"), on_lost):
        await asyncio.sleep(SHORT * 1.6)
        assert await leases.take(name, "b") is None
    assert (await taken(leases, name, "b")).fence == 2
    assert lost == 0


async def test_kept_gives_back_after_an_exception(core: Database, name: str) -> None:
    """A block that fails frees its lease as well, and what it raised arrives."""
    leases = Leases(core, ttl=30)
    with pytest.raises(LookupError):
        async with leases.kept(await taken(leases, name, "a"), lambda: None):
            raise LookupError
    assert await leases.take(name, "b") is not None


async def test_kept_tells_once_that_it_was_lost(core: Database, name: str) -> None:
    """When the lease passed to somebody else the block is told once, and the new holder stays."""
    leases, lost = Leases(core, ttl=SHORT), asyncio.Event()
    calls = 0

    def on_lost() -> None:
        nonlocal calls
        calls += 1
        lost.set()

    async with leases.kept(await taken(leases, name, "a"), on_lost):
        mine = {"_id": name, "holder": "a"}
        assert await core.collection(Lease.collection).update(mine, {"$set": {"expiresAt": None}})
        thief = await taken(Leases(core, ttl=30), name, "b")
        async with asyncio.timeout(10):
            await lost.wait()
        await asyncio.sleep(SHORT)
    assert calls == 1
    assert await leases.renew(thief)


async def test_a_slower_taker_gives_way(core: Database, name: str) -> None:
    """Whoever comes to publish a number after a later holder did so has not got the lease, and moves nothing."""
    slow = await taken(Leases(core, ttl=0.0), name, "a")
    leases = Leases(core, ttl=30)
    quick = await taken(leases, name, "b")
    assert await leases._publish(slow) is None
    assert (await fence_of(core, name) or {})["fence"] == quick.fence
    assert await leases.renew(quick)


ODD = (*VALUES.values(), *MORE.values())


@pytest.mark.parametrize("field", ["holder", "fence", "expiresAt", "goneAt"])
async def test_an_odd_lease_is_mended_by_its_next_holder(core: Database, name: str, field: str) -> None:
    """Whatever stands in a field of a lease that nobody holds, the next takes it, shuts out the last and keeps it."""
    for place, value in enumerate(ODD):
        odd, leases = f"{name}:{place}", Leases(core, ttl=30)
        before = await taken(leases, odd, "a")
        await leases.give_back(before)
        stored = await core.collection(Lease.collection).find_one({"_id": odd}) or {}
        await write(core, Lease, stored | {field: value})
        hold = await leases.take(odd, "b")
        if field == "holder" and hold is None:
            continue  # a name: somebody may hold it, until it runs out
        assert hold is not None, value
        assert hold.fence != before.fence, value
        assert (await fence_of(core, odd) or {})["fence"] == hold.fence
        assert await leases.renew(hold), value
        assert not await leases.renew(before)


@pytest.mark.parametrize("field", ["fence", "writes"])
async def test_an_odd_fence_is_mended_by_the_next_holder(core: Database, name: str, field: str) -> None:
    """Whatever stands in a field of a fence, the next holder's transactions commit and those of the last do not."""
    student = ObjectId()
    for value in ODD:
        leases = Leases(core, ttl=30)
        before = await taken(leases, student_lease(student), "a")
        await leases.give_back(before)
        stored = await fence_of(core, student_lease(student)) or {}
        await write(core, Fence, stored | {field: value})
        hold = await taken(leases, student_lease(student), "b")

        async def nothing(unit: UnitOfWork) -> None:
            return None

        works = [
            StudentWork(core, student, one, clock=FixedClock(), ids=ObjectId, faults=Faults()) for one in (hold, before)
        ]
        await works[0].commit(nothing)
        with pytest.raises(FenceLost):
            await works[1].commit(nothing)
        await leases.give_back(hold)


async def test_a_fence_that_is_ahead_of_its_lease_is_caught_up_with(core: Database, name: str) -> None:
    """Where the lease's number fell behind the fence, the next holder goes on behind the fence."""
    await core.collection(Fence.collection).insert({"_id": name, "fence": 57})
    hold = await taken(Leases(core, ttl=30), name, "a")
    assert hold.fence == 58
    assert await Leases(core, ttl=30).renew(hold)


async def write(core: Database, kind: type[Document], raw: Raw) -> None:
    """Store a document as another program might: whole, whatever it holds."""
    collection = core.collection(kind.collection)
    await collection.delete({"_id": raw["_id"]})
    await collection._inner.insert_one(as_stored({key: value for key, value in raw.items() if value is not MISSING}))
