"""The outbox, for the service: what is still to be said, and that it was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.client import Database, ObjectId, Raw, Session
from store.documents.own import OPEN_TURN, ChannelAccount, OutboxItem, Platform, Turn
from store.documents.people import User
from store.documents.scalars import LAST
from store.leases import without_held
from store.repositories.base import read_known, read_one


@dataclass(frozen=True)
class Waiting:
    """An item that waits, and whom it is for at this moment.

    `accounts` are the student's on the item's platform; `closed`: whoever runs the service has closed their account.
    """

    item: OutboxItem
    accounts: tuple[ChannelAccount, ...]
    closed: bool


class Outbox:
    """What is to be delivered, of every student."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._items = database.collection(OutboxItem.collection)
        self._turns = database.collection(Turn.collection)

    async def due_addresses(
        self, platform: Platform, reach: Raw, now: datetime, *, holder: str = "", bulk: bool = False, limit: int = 200
    ) -> list[str]:
        """Return the addresses within `reach` that have something live due, or something `bulk`.

        What is live is left out while another process than `holder` delivers to its address.
        The longest waiting come first; of `bulk`, where thousands may be due at once, the longest due.
        """
        # One whose time cannot be read is due.
        later: Raw = {"nextAttemptAt": {"$gt": now, "$lt": LAST}}
        due: Raw = {"nextAttemptAt": {"$lte": now}} if bulk else {"$nor": [later]}
        kind: Raw = {"platform": platform, "status": "pending", "bulk": True if bulk else {"$ne": True}}
        match: Raw = {"$and": [reach, kind, due]}
        if bulk:
            found = await self._items.find(match, sort=[("nextAttemptAt", 1)], limit=limit, fields={"address": 1})
            return list(dict.fromkeys(str(raw["address"]) for raw in found))
        lease: Raw = {"$concat": [f"deliver:{platform}:", {"$toString": "$_id"}]}
        pipeline: list[Raw] = [
            {"$match": match},
            {"$group": {"_id": "$address", "since": {"$min": "$createdAt"}}},
            {"$match": {"_id": {"$type": "string"}}},
            {"$sort": {"since": 1}},
            *without_held(lease, but_by=holder),
            {"$limit": limit},
        ]
        return [str(row["_id"]) for row in await self._items.aggregate(pipeline)]

    async def next_moment(self, platform: Platform, after: datetime, until: datetime) -> datetime | None:
        """Return when the next item becomes due between two moments, or None."""
        query: Raw = {"status": "pending", "platform": platform, "nextAttemptAt": {"$gt": after, "$lte": until}}
        raw = await self._items.find_one(query, sort=[("nextAttemptAt", 1)], fields={"nextAttemptAt": 1})
        return raw["nextAttemptAt"] if raw is not None else None

    async def waiting_addresses(self, platform: Platform, prefix: str) -> list[str]:
        """Return the addresses beginning with `prefix` that still have something to receive."""
        behind = prefix + chr(0x10FFFF)
        match: Raw = {"platform": platform, "address": {"$gte": prefix, "$lt": behind}, "status": "pending"}
        rows = await self._items.aggregate([{"$match": match}, {"$group": {"_id": "$address"}}, {"$sort": {"_id": 1}}])
        return [str(row["_id"]) for row in rows]

    async def question_of(self, item: OutboxItem) -> str | None:
        """Return the message that an item answers, or None for what answers none."""
        raw = await self._turns.find_one({"_id": item.turn_id}, fields={"text": 1}) if item.turn_id else None
        return str(raw["text"]) if raw and isinstance(raw.get("text"), str) else None

    async def next_for(self, platform: Platform, address: str) -> Waiting | None:
        """Return the first item that an address still has to receive, what is live before what is bulk, or None.

        With it comes who it is for, in the one query: a reminder that is stored at the moment of a /stop is stored
        after it at the latest when it is read here.
        """
        query: Raw = {"platform": platform, "address": address, "status": "pending"}
        theirs: Raw = {
            "from": ChannelAccount.collection,
            "localField": "userId",
            "foreignField": "userId",
            "pipeline": [{"$match": {"platform": platform}}],
            "as": "accounts",
        }
        closed: Raw = {
            "from": User.collection,
            "localField": "userId",
            "foreignField": "_id",
            "pipeline": [{"$match": {"isActive": False}}, {"$project": {"_id": 1}}],
            "as": "closed",
        }
        pipeline: list[Raw] = [
            {"$match": query},
            {"$sort": {"bulk": 1, "seq": 1, "createdAt": 1}},
            {"$limit": 1},
            {"$lookup": theirs},
            {"$lookup": closed},
        ]
        while found := await self._items.aggregate(pipeline):
            raw = found[0]
            accounts, is_closed = raw.pop("accounts"), bool(raw.pop("closed"))
            if (item := read_one(OutboxItem, raw, self._items)) is not None:
                known = read_known(ChannelAccount, accounts, self._database.collection(ChannelAccount.collection))
                return Waiting(item, tuple(known), is_closed)
            # It would keep everything behind it waiting.
            await self._items.update({"_id": raw["_id"]}, {"$set": {"status": "dead", "error": "unreadable"}})
        return None

    async def mark_sent(self, item: OutboxItem, now: datetime) -> None:
        """Note that an item was delivered, and with it its turn."""
        if item.turn_id is None:
            await self._settle(item, {"status": "sent", "sentAt": now}, None)
            return

        async def attempt(session: Session) -> None:
            await self._settle(item, {"status": "sent", "sentAt": now}, session)
            if item.turn_id is not None:
                await self._turns.update(
                    {"_id": item.turn_id, "status": {"$in": ["answered", "failed"]}},
                    {"$set": {"status": "delivered", "deliveredAt": now, "updatedAt": now}},
                    session=session,
                )

        await self._database.transact(attempt)

    async def waits(self, item: OutboxItem, now: datetime) -> bool:
        """Return whether an item is still to be delivered: neither given up nor past its time."""
        in_time: list[Raw] = [{"expiresAt": None}, {"expiresAt": {"$gt": now}}]
        query: Raw = {"_id": item.id, "status": "pending", "$or": in_time}
        return await self._items.find_one(query, fields={"_id": 1}) is not None

    async def note_messages(self, item: OutboxItem) -> bool:
        """Note which messages stand for an item's parts; return False where it is no longer to be delivered."""
        change: Raw = {"$set": {"messages": item.messages}}
        return bool(await self._items.update({"_id": item.id, "status": "pending"}, change))

    async def note_refusal(self, item: OutboxItem) -> int:
        """Note that the platform says that an item's address takes nothing; return how often it said so by now."""
        item.refusals += 1
        await self._settle(item, {"refusals": item.refusals}, None)
        return item.refusals

    async def mark_dead(self, item: OutboxItem, error: str) -> None:
        """Note that an item can never be delivered."""
        await self._settle(item, {"status": "dead", "error": error}, None)

    async def drop(self, student: ObjectId, platform: Platform, addresses: Iterable[str], reason: str) -> int:
        """Give up what still waits for a student at some addresses; return how many items that were."""
        query: Raw = {
            "userId": student,
            "platform": platform,
            "address": {"$in": list(addresses)},
            "status": "pending",
        }
        return await self._items.update_many(query, {"$set": {"status": "dead", "error": reason}})

    async def turn_of(self, turn_id: ObjectId) -> Turn | None:
        """Return the turn that an item answers, or will answer; None where there is none any more."""
        return read_one(Turn, await self._turns.find_one({"_id": turn_id}), self._turns)

    async def note_standing(self, turn_id: ObjectId, message: str) -> bool:
        """Note in which message a turn's answer is shown while it is made; False where another one is, or no turn."""
        query: Raw = {"_id": turn_id, "standsAt": None, "status": {"$in": list(OPEN_TURN)}}
        return bool(await self._turns.update(query, {"$set": {"standsAt": message}}))

    async def bury(self, platform: Platform, address: str, error: str) -> int:
        """Note that nothing that waits for an address can ever be delivered; return how many items that were."""
        query: Raw = {"platform": platform, "address": address, "status": "pending"}
        return await self._items.update_many(query, {"$set": {"status": "dead", "error": error}})

    async def drop_all(self, student: ObjectId, reason: str) -> int:
        """Give up everything that still waits for a student; return how many items that were."""
        waiting: Raw = {"userId": student, "status": "pending"}
        return await self._items.update_many(waiting, {"$set": {"status": "dead", "error": reason}})

    async def postpone(self, item: OutboxItem, until: datetime, error: str) -> None:
        """Try an item again at `until`, and everything behind it after that."""
        change: Raw = {"nextAttemptAt": until, "error": error, "attempts": item.attempts + 1}
        await self._settle(item, change, None)

    async def _settle(self, item: OutboxItem, change: Raw, session: Session | None) -> None:
        await self._items.update({"_id": item.id, "status": "pending"}, {"$set": change}, session=session)


def backoff(attempts: int, longest: float = 60.0) -> timedelta:
    """Return how long to wait before the next attempt: 1, 2, 4 … seconds, `longest` at most."""
    return timedelta(seconds=min(longest, 2.0 ** min(attempts, 16)))
