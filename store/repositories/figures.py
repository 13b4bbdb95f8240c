"""Figures about the whole service, for those who run it: sums, never anybody's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, get_args

from store.client import Database, Raw
from store.documents.feedback import Feedback
from store.documents.own import OPEN_TURN, Admission, Lease, OutboxItem, Turn, TurnStatus, UsageRow, UsageStatus
from store.documents.reminders import Reminder, SentReminder

_DONE: Final = [status for status in get_args(TurnStatus) if status not in OPEN_TURN]
_CLOSED: Final = [status for status in get_args(UsageStatus) if status != "open"]


@dataclass(frozen=True)
class ModelShare:
    """What one model was asked: calls, and the tokens that the provider billed (cached ones are part of the input)."""

    model: str
    calls: int
    input_tokens: int
    output_tokens: int

    @property
    def tokens(self) -> int:
        """Return all tokens."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True)
class Activity:
    """What happened since a moment: how many students said something, the turns that ended, and how those failed."""

    students: int
    turns: int
    failures: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Waiting:
    """What waits: how many, and since when the longest."""

    count: int
    since: datetime | None


class Figures:
    """Counts over all students."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def students(self) -> int:
        """Return how many students there are."""
        return await self._database.collection(Admission.collection).count({})

    async def activity(self, since: datetime) -> Activity:
        """Return what happened since a moment."""
        match: Raw = {"$match": {"status": {"$in": _DONE}, "acceptedAt": {"$gte": since}}}
        by_student: Raw = {"$group": {"_id": "$userId"}}
        by_reason: Raw = {"$group": {"_id": {"$ifNull": ["$reason", ""]}, "count": {"$sum": 1}}}
        students = await self._all(Turn.collection, match, by_student, {"$count": "count"})
        reasons = await self._all(Turn.collection, match, by_reason, {"$sort": {"count": -1, "_id": 1}})
        return Activity(
            students=int(students[0]["count"]) if students else 0,
            turns=sum(int(row["count"]) for row in reasons),
            failures=tuple((str(row["_id"]), int(row["count"])) for row in reasons if row["_id"]),
        )

    async def models(self, since: datetime) -> tuple[ModelShare, ...]:
        """Return what the models were asked since a moment, the most tokens first."""
        sums = {name: {"$sum": f"${field}"} for name, field in (("input", "inputTokens"), ("output", "outputTokens"))}
        rows = await self._all(
            UsageRow.collection,
            {"$match": {"status": {"$in": _CLOSED}, "openedAt": {"$gte": since}}},
            {"$group": {"_id": "$model", "calls": {"$sum": 1}, **sums}},
        )
        shares = [ModelShare(str(row["_id"]), int(row["calls"]), int(row["input"]), int(row["output"])) for row in rows]
        return tuple(sorted(shares, key=lambda share: (-share.tokens, share.model)))

    async def reminders(self, since: datetime, now: datetime) -> tuple[int, int]:
        """Return how many students are reminded, and how many reminders fell due since a moment."""
        on = await self._database.collection(Reminder.collection).count({"on": True})
        fell_due: Raw = {"dueAt": {"$gte": since, "$lte": now}}
        return on, await self._database.collection(SentReminder.collection).count(fell_due)

    async def feedback(self, since: datetime) -> tuple[int, int, int]:
        """Return how many answers were liked, disliked and spoken about in words since a moment."""
        thought: list[Raw] = [{"verdict": "up"}, {"verdict": "down"}, {"words": {"$gt": ""}}]
        counts = [{**one, "updatedAt": {"$gte": since}} for one in thought]
        up, down, worded = [await self._database.collection(Feedback.collection).count(query) for query in counts]
        return up, down, worded

    async def queue(self) -> Waiting:
        """Return what waits to be answered or is being answered."""
        return await self._waiting(Turn.collection, {"status": {"$in": list(OPEN_TURN)}}, "acceptedAt")

    async def outbox(self, now: datetime) -> Waiting:
        """Return what is due to be delivered."""
        due: Raw = {"status": "pending", "nextAttemptAt": {"$lte": now}}
        return await self._waiting(OutboxItem.collection, due, "nextAttemptAt")

    async def holders(self) -> tuple[str, ...]:
        """Return the processes that hold a lease now, by the server's clock."""
        held: Raw = {"holder": {"$ne": None}, "$expr": {"$gt": ["$expiresAt", "$$NOW"]}}
        rows = await self._all(Lease.collection, {"$match": held}, {"$group": {"_id": "$holder"}})
        return tuple(sorted(str(row["_id"]) for row in rows))

    async def _waiting(self, collection: str, query: Raw, field: str) -> Waiting:
        found = self._database.collection(collection)
        first = await found.find_one(query, sort=[(field, 1)], fields={field: 1})
        since = (first or {}).get(field)
        return Waiting(await found.count(query), since if isinstance(since, datetime) else None)

    async def _all(self, collection: str, *stages: Raw) -> Sequence[dict[str, Any]]:
        return await self._database.collection(collection).aggregate(list(stages))
