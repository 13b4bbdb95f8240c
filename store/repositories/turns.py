"""The queue of turns, for the service: acceptance, what is waiting, and what became of it.

Nothing here is reachable from a verb. Changes to a turn that is being worked are made through `StudentWork.commit`,
which proves the lease; only acceptance, which precedes any lease, and the cancel flag are written from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from store.client import Database, ObjectId, Raw, Session
from store.documents.own import OPEN_TURN, Admission, Turn
from store.errors import DuplicateKey, StoreError
from store.faults import Faults

WINDOW = timedelta(minutes=1)


class QueueFull(StoreError):
    """The student has as many waiting turns as allowed."""


class StudentGone(StoreError):
    """The student is being forgotten or was; whoever speaks through the account now is a new one."""


class TooFast(StoreError):
    """The student sent more turns within a minute than allowed."""


@dataclass(frozen=True)
class Limits:
    """How much one student may ask at once."""

    characters: int = 16_000
    attached: int = 68_000
    """Characters of a message with the text of a file in it: 64 KiB, and what was said of it."""
    waiting: int = 4
    """One running and three waiting."""
    per_minute: int = 30


class TurnQueue:
    """Turns of every student, as the service sees them."""

    def __init__(self, database: Database, *, limits: Limits, faults: Faults) -> None:
        self._database, self._limits, self._faults = database, limits, faults
        self._turns = database.collection(Turn.collection)
        self._admissions = database.collection(Admission.collection)

    async def find(self, key: str) -> Turn | None:
        """Return the turn that was accepted under a key, or None."""
        raw = await self._turns.find_one({"key": key})
        return Turn.read(raw) if raw is not None else None

    async def get(self, turn_id: ObjectId) -> Turn | None:
        """Return a turn by its id, or None."""
        raw = await self._turns.find_one({"_id": turn_id})
        return Turn.read(raw) if raw is not None else None

    async def accept(self, turn: Turn) -> Turn | None:
        """Write a turn under the student's next number, or return None when its key was accepted before.

        Raises: QueueFull, TooFast, StudentGone; StoreUnavailable when nothing can be promised now.
        """

        async def attempt(session: Session) -> Turn | None:
            # Looked up first: a duplicate key would abort the transaction.
            if self._faults.stands("dedupe") and await self._turns.find_one({"key": turn.key}, session=session):
                return None
            turn.seq = await self._admit(turn.user_id, turn.accepted_at, session)
            await self._turns.insert(turn.to_mongo(), session=session)
            self._faults.reach("accept.before-commit")
            return turn

        try:
            accepted = await self._database.transact(attempt)
        except DuplicateKey:
            return None
        self._faults.reach("accept.after-commit")
        return accepted

    async def _admit(self, student: ObjectId, now: datetime, session: Session) -> int:
        """Count one more turn of a student and return its number. Raises: QueueFull, TooFast, StudentGone."""
        # Everybody is welcomed with an admission and only an erasure takes it away, so none is ever made here. It is
        # written in this transaction, so that an erasure conflicts with it.
        raw = await self._admissions.find_one({"_id": student}, session=session)
        if raw is None:
            raise StudentGone("this student is being forgotten")
        waiting = await self._turns.count(
            {"userId": student, "status": {"$in": list(OPEN_TURN)}}, limit=self._limits.waiting, session=session
        )
        if waiting >= self._limits.waiting:
            raise QueueFull("too many turns are waiting")
        admission = Admission.read(raw)
        started, count = admission.window_started_at, admission.window_count
        if started is None or not started <= now < started + WINDOW:
            started, count = now, 0
        if count >= self._limits.per_minute:
            raise TooFast("too many turns within a minute")
        change: Raw = {
            "$inc": {"seq": 1},
            "$set": {"windowStartedAt": started, "windowCount": count + 1},
        }
        after = await self._admissions.find_and_update({"_id": student}, change, session=session)
        if after is None:
            raise StudentGone("this student is being forgotten")
        return int(after["seq"])

    async def waiting_students(self, *, limit: int = 200) -> list[ObjectId]:
        """Return the students who have open turns, the longest waiting first."""
        pipeline: list[Raw] = [
            {"$match": {"status": {"$in": list(OPEN_TURN)}}},
            {"$group": {"_id": "$userId", "since": {"$min": "$acceptedAt"}}},
            {"$sort": {"since": 1}},
            {"$limit": limit},
        ]
        return [row["_id"] for row in await self._turns.aggregate(pipeline)]

    async def next_of(self, student: ObjectId) -> Turn | None:
        """Return the student's first open turn, in the order of acceptance, or None."""
        raw = await self._turns.find_one({"userId": student, "status": {"$in": list(OPEN_TURN)}}, sort=[("seq", 1)])
        return Turn.read(raw) if raw is not None else None

    async def knows(self, student: ObjectId) -> bool:
        """Return whether there is any turn of a student: none is left of one who was erased."""
        return await self._turns.find_one({"userId": student}, fields={"_id": 1}) is not None

    async def ask_to_cancel(self, student: ObjectId, turn_id: ObjectId | None = None) -> int:
        """Mark the student's open turns, or only the one that is named, as to be stopped; return how many there are."""
        query: dict[str, Any] = {"userId": student, "status": {"$in": list(OPEN_TURN)}}
        if turn_id is not None:
            query["_id"] = turn_id
        return await self._turns.update_many(query, {"$set": {"cancelRequested": True}})

    async def is_cancelled(self, turn_id: ObjectId) -> bool:
        """Return whether a turn is to be stopped."""
        return await self._turns.find_one({"_id": turn_id, "cancelRequested": True}, fields={"_id": 1}) is not None
