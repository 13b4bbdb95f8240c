"""Leases: one holder at a time, for a while, under a number that only grows (the fence).

The server's clock decides, so replicas whose clocks disagree still agree on who holds what. A new holder publishes its
number in the fence before it begins; from then on no transaction of an earlier holder can commit.

A lease or a fence that something else wrote in another shape is mended by whoever takes it next: one that was held for
longer than any is counts as free, and a number that is none is followed by the time in milliseconds, which is above
every number that was ever given out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from store.client import Database, ObjectId, Raw
from store.documents.own import Fence, Lease
from store.errors import DuplicateKey, StoreError
from store.expressions import WHOLE, whole_or

log = logging.getLogger(__name__)

REMEMBERED_SECONDS = 86_400.0
"""How long after its end a lease without a fence is kept."""
LONGEST_SECONDS: Final = 86_400.0
"""Longer than any lease lasts."""
RUNS: Final[Raw] = {
    "$and": [
        {"$eq": [{"$type": "$holder"}, "string"]},
        {"$gt": ["$expiresAt", "$$NOW"]},
        {"$lt": ["$expiresAt", {"$add": ["$$NOW", int(LONGEST_SECONDS * 1000)]}]},
    ]
}
"""That somebody holds a lease, as an expression."""
_FREE: Final[Raw] = {"$expr": {"$not": [RUNS]}}


def without_held(name: Raw, *, but_by: str = "") -> list[Raw]:
    """Return the stages that leave out what is under a lease of that name (an expression) which somebody holds.

    What `but_by` holds stays.
    """
    others: Raw = {"$and": [RUNS, {"$ne": ["$holder", but_by]}]}
    lease: Raw = {
        "from": Lease.collection,
        "localField": "lease",
        "foreignField": "_id",
        "pipeline": [{"$match": {"$expr": others}}, {"$project": {"_id": 1}}],
        "as": "held",
    }
    return [{"$set": {"lease": name}}, {"$lookup": lease}, {"$match": {"held": []}}]


def student_lease(student: ObjectId) -> str:
    """Return the name of the lease under which a student's state is changed."""
    return f"student:{student}"


@dataclass(frozen=True)
class Hold:
    """A lease that somebody took: its name, who took it, and the number it was given, a fencing number if `fenced`."""

    name: str
    holder: str
    fence: int
    fenced: bool = True


class Leases:
    """Takes, keeps and returns leases. `ttl` is how long one lasts without being renewed, in seconds."""

    def __init__(self, database: Database, *, ttl: float) -> None:
        self._leases = database.collection(Lease.collection)
        self._fences = database.collection(Fence.collection)
        self._ttl = ttl

    async def take(self, name: str, holder: str, *, fenced: bool = True) -> Hold | None:
        """Take a lease that is free or has run out; return None while somebody holds it.

        `fenced` False is for work that writes nothing under the lease; such a lease is forgotten a day after its last
        use, and its number begins anew.
        """
        change: list[Raw] = [{"$set": self._mine(holder, fenced)}]
        raw = await self._leases.find_and_update({"_id": name, **_FREE}, change)
        if raw is None:
            try:  # it is held, or was never taken
                never = {"_id": name, "fence": {"$exists": False}}
                raw = await self._leases.find_and_update(never, change, upsert=True)
            except DuplicateKey:
                return None
        hold = Hold(name, holder, int((raw or {})["fence"]), fenced)
        return await self._publish(hold) if fenced else hold

    async def seize(self, name: str, holder: str) -> Hold | None:
        """Take a lease whoever holds it: their transactions fail from here on. None when another seized it just now."""
        raw = await self._leases.find_and_update(
            {"_id": name}, [{"$set": self._mine(holder, fenced=True)}], upsert=True
        )
        return await self._publish(Hold(name, holder, int((raw or {})["fence"])))

    async def _publish(self, hold: Hold) -> Hold | None:
        """Shut out earlier holders; return None when a later one was quicker."""
        try:
            older = {"_id": hold.name, "$nor": [{"fence": {"$gte": hold.fence}}]}
            await self._fences.update(older, {"$set": {"fence": hold.fence, "writes": 0}}, upsert=True)
        except DuplicateKey:  # the fence stands at this number or a later one
            return await self._catch_up(hold)
        return hold

    async def _catch_up(self, hold: Hold) -> Hold | None:
        """Get past a fence that stands above a lease that is still ours, as only a foreign hand leaves the two."""
        stands = ((await self._fences.find_one({"_id": hold.name})) or {}).get("fence")
        ahead = int(stands) + 1 if isinstance(stands, int | float) and 0 <= stands < WHOLE else hold.fence
        if not await self._leases.update(_held(hold), {"$set": {"fence": ahead}}):
            return None
        published: Raw = {"$set": {"fence": ahead, "writes": 0}}
        done = await self._fences.update({"_id": hold.name, "fence": stands}, published)
        return replace(hold, fence=ahead) if done else None

    async def held(self, names: Iterable[str]) -> set[str]:
        """Return which of these leases somebody holds: one look instead of as many vain attempts to take them."""
        running = {"_id": {"$in": list(names)}, "$expr": RUNS}
        return {str(raw["_id"]) for raw in await self._leases.find(running, fields={"_id": 1})}

    async def forget(self, names: Iterable[str]) -> int:
        """Delete those leases without a fence that nobody holds, before their time; return how many there were."""
        return await self._leases.delete({"_id": {"$in": list(names)}, **_FREE}, many=True)

    async def forget_student(self, student: ObjectId) -> None:
        """Delete the lease and the fence of a student of whom nothing else is left: their name holds the id."""
        for collection in (self._fences, self._leases):
            await collection.delete({"_id": student_lease(student)})

    async def renew(self, hold: Hold) -> bool:
        """Keep a lease for another `ttl`; return False when it passed to somebody else."""
        change: list[Raw] = [{"$set": self._times(hold.fenced)}]
        return bool(await self._leases.update(_held(hold), change))

    async def give_back(self, hold: Hold) -> None:
        """Free a lease at once, so that another need not wait for it to run out."""
        await self._leases.update(_held(hold), {"$set": {"holder": None}})

    @asynccontextmanager
    async def kept(self, hold: Hold, on_lost: Callable[[], None]) -> AsyncIterator[None]:
        """Renew a lease while the block runs and free it afterwards; call `on_lost` once if somebody took it over."""
        keeper = asyncio.create_task(self._keep(hold, on_lost))
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            try:
                await self.give_back(hold)
            except StoreError as exc:
                log.warning("the lease %s runs out by itself: %s", hold.name, exc)

    async def _keep(self, hold: Hold, on_lost: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(self._ttl / 3)
            try:
                if not await self.renew(hold):
                    on_lost()
                    return
            except StoreError as exc:
                log.warning("the lease %s could not be renewed: %s", hold.name, exc)

    def _mine(self, holder: str, fenced: bool) -> Raw:
        last = {"$cond": [{"$eq": [{"$type": "$fence"}, "missing"]}, 0, whole_or("$fence", {"$toLong": "$$NOW"})]}
        fence = {"$add": [last, 1]}
        return {"holder": holder, "fence": fence, **self._times(fenced)}

    def _times(self, fenced: bool) -> Raw:
        """Until when a lease is held and, without a fence, when its document goes."""
        held = {"expiresAt": _in(self._ttl)}
        return held if fenced else {**held, "goneAt": _in(self._ttl + REMEMBERED_SECONDS)}


def _in(seconds: float) -> Raw:
    return {"$add": ["$$NOW", int(seconds * 1000)]}


def _held(hold: Hold) -> Raw:
    return {"_id": hold.name, "holder": hold.holder, "fence": hold.fence}
