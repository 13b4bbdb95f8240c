"""How fast a platform is spoken to by all processes together, kept in one document for each bot and each busy chat.

Two ways, because two things are asked for. *Shares*: a bot may have only so many messages under way or sent within the
last second, and however late any of them arrives, no more may be seen in any second; so the number itself is divided
among the processes, each counts its own, and nothing is asked of the database for a single message. *Reservations*:
a chat takes so many messages a minute; each message reserves its time (a generic cell rate algorithm, GCRA: ATM Forum
Traffic Management 4.0, 4.4.2), a few a minute.

The server's clock decides, so that processes whose clocks disagree agree on this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from store.client import Database, Raw
from store.documents.pace import Pace
from store.errors import DuplicateKey, StoreUnavailable
from store.expressions import date_or, list_of, whole_or

_KEPT_SECONDS: Final = 3_600.0
_WEEK_SECONDS: Final = 604_800.0


@dataclass(frozen=True)
class Allowance:
    """What a process may do now: have `granted` messages under way or just sent. `limit` is what it should come to.

    `quiet` is for how many seconds the platform asked everybody to be silent.
    """

    granted: int
    limit: int
    quiet: float


class Paces:
    """The shared paces."""

    def __init__(self, database: Database) -> None:
        self._paces = database.collection(Pace.collection)

    async def share(
        self, name: str, holder: str, *, capacity: int, keeps: int, wants: int, seconds: float
    ) -> Allowance:
        """Take or renew a process's share of `capacity` for `seconds`; all shares together never exceed it.

        `keeps` is what cannot be given back right now. Whoever wants more than an even share gets what others leave;
        whoever wants up to an even share gets it as soon as others have come down to their `limit`.

        Raises: StoreUnavailable.
        """
        mine: Raw = {"$eq": ["$$share.holder", holder]}
        others: Raw = _filtered({"$and": [{"$not": [mine]}, {"$gt": ["$$share.until", "$$NOW"]}]})
        taken: Raw = {"$sum": "$shares.granted"}
        fair: Raw = {"$floor": {"$divide": [capacity, {"$add": [{"$size": "$shares"}, 1]}]}}
        due: Raw = {"$map": {"input": "$shares", "as": "share", "in": {"$min": ["$$share.wants", fair]}}}
        limit: Raw = {"$toInt": {"$subtract": [capacity, {"$sum": due}]}}
        granted: Raw = {"$max": [keeps, {"$min": [wants, "$limit", {"$subtract": [capacity, taken]}]}]}
        new: Raw = {"holder": holder, "granted": "$granted", "wants": wants, "until": _in(seconds)}
        change: list[Raw] = [
            {"$set": {"shares": others, "quietUntil": _soon("$quietUntil"), "goneAt": _in(_KEPT_SECONDS)}},
            {"$set": {"limit": limit}},
            {"$set": {"granted": {"$toInt": granted}}},
            {"$set": {"shares": {"$concatArrays": ["$shares", [new]]}}},
            {"$unset": ["limit", "granted"]},
            {"$set": {"seenAt": "$$NOW"}},
        ]
        raw = await self._change(name, change)
        own = next(share for share in raw["shares"] if share["holder"] == holder)
        left = sum(min(share["wants"], capacity // len(raw["shares"])) for share in raw["shares"] if share is not own)
        quiet = raw.get("quietUntil")
        wait = (quiet - raw["seenAt"]).total_seconds() if quiet else 0.0
        return Allowance(int(own["granted"]), capacity - left, max(0.0, wait))

    async def give_back(self, name: str, holder: str, *, seconds: float) -> None:
        """Let a process's share run out in `seconds`, when what it sent last counts no more."""
        last = {"$cond": [{"$eq": ["$$share.holder", holder]}, _in(seconds), "$$share.until"]}
        shares = {
            "$map": {
                "input": _filtered({"$gt": ["$$share.until", "$$NOW"]}),
                "as": "share",
                "in": {"$mergeObjects": ["$$share", {"until": last}]},
            }
        }
        await self._paces.update({"_id": name}, [{"$set": {"shares": shares}}])

    async def be_quiet(self, name: str, seconds: float) -> None:
        """Have everybody be silent for so long, or longer where that was asked before."""
        until: Raw = {"$max": [_soon("$quietUntil"), _in(seconds)]}
        await self._change(name, [{"$set": {"quietUntil": until, "goneAt": _in(seconds + _KEPT_SECONDS)}}])

    async def reserve(self, name: str, *, interval: float, burst: int, ahead: float | None = None) -> float | None:
        """Reserve the time of one message and return in how many seconds that is: one each `interval`, `burst` at once.

        Return None, and reserve nothing, where it would be more than `ahead` seconds away. Raises: StoreUnavailable.
        """
        step, slack = interval * 1000, interval * 1000 * (burst - 1)
        furthest = slack + ahead * 1000 if ahead is not None else None
        now: Raw = {"$toLong": "$$NOW"}
        due: Raw = whole_or("$due", 0)
        latest: Raw = {"$add": [now, int(_KEPT_SECONDS * 1000)]}
        base: Raw = {"$max": [{"$cond": [{"$lt": [due, latest]}, due, 0]}, now]}
        late: Raw | bool = {"$gt": [{"$subtract": [base, now]}, furthest]} if furthest is not None else False
        taken: Raw = {"$cond": [late, False, True]}
        change: list[Raw] = [
            {"$set": {"taken": taken, "wait": {"$subtract": [base, {"$add": [now, slack]}]}}},
            {"$set": {"due": {"$cond": ["$taken", {"$add": [base, step]}, "$due"]}, "goneAt": _in(_KEPT_SECONDS)}},
        ]
        raw = await self._change(name, change)
        return max(0.0, float(raw["wait"]) / 1000) if raw["taken"] else None

    async def _change(self, name: str, change: list[Raw]) -> Raw:
        for _ in range(2):
            try:
                raw = await self._paces.find_and_update({"_id": name}, change, upsert=True)
            except DuplicateKey:
                continue  # another process made it at the same moment
            if raw is not None:
                return raw
        raise StoreUnavailable("the pace could not be looked up; try again in a moment")


def _filtered(condition: Raw) -> Raw:
    """Return the shares that can be read and fulfil a condition."""
    sound: list[Raw] = [
        {"$eq": [{"$type": "$$share.holder"}, "string"]},
        {"$ne": [_soon("$$share.until"), None]},
        {"$isNumber": "$$share.granted"},
        {"$isNumber": "$$share.wants"},
    ]
    return {"$filter": {"input": list_of("$shares"), "as": "share", "cond": {"$and": [*sound, condition]}}}


def _soon(field: str) -> Raw:
    """Return the time that a field holds if it can be meant, else null: nothing here lasts a week."""
    return {"$cond": [{"$lt": [date_or(field, "$$NOW"), _in(_WEEK_SECONDS)]}, date_or(field, None), None]}


def _in(seconds: float) -> dict[str, Any]:
    return {"$add": ["$$NOW", int(seconds * 1000)]}
