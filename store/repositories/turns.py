"""The queue of turns, for the service: acceptance, what is waiting, and what became of it.

Nothing here is reachable from a verb. Changes to a turn that is being worked are made through `StudentWork.commit`,
which proves the lease; only acceptance, which precedes any lease, and the cancel flag are written from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from store.client import Database, ObjectId, Raw, Session
from store.documents.own import OPEN_TURN, Admission, Turn
from store.errors import DuplicateKey, StoreError
from store.expressions import WHOLE
from store.faults import Faults
from store.leases import without_held
from store.repositories.base import read_one, spellings

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

    async def find(self, key: str, *, part: bool = False) -> Turn | None:
        """Return the turn that was accepted under a key, or None; `part`: also one that a message was added to."""
        raw = await self._turns.find_one({"$or": [{"key": key}, {"parts": key}]} if part else {"key": key})
        return read_one(Turn, raw, self._turns)

    async def get(self, turn_id: ObjectId) -> Turn | None:
        """Return a turn by its id, or None."""
        return read_one(Turn, await self._turns.find_one({"_id": turn_id}), self._turns)

    async def accept(self, turn: Turn) -> Turn | None:
        """Write a turn under the student's next number, or return None when its key was accepted before.

        Raises: QueueFull, TooFast, StudentGone; StoreUnavailable when nothing can be promised now.
        """

        async def attempt(session: Session, *, look_up: bool = False) -> Turn | None:
            # Looked up first: a duplicate key would abort the transaction.
            if self._faults.stands("dedupe") and await self._turns.find_one({"key": turn.key}, session=session):
                return None
            turn.seq = await self._admit(turn.user_id, turn.accepted_at, session, look_up=look_up)
            await self._turns.insert(turn.to_mongo(), session=session)
            self._faults.reach("accept.before-commit")
            return turn

        try:
            accepted = await self._database.transact(attempt)
        except DuplicateKey:
            try:  # the key may have been accepted just now, or the number be one that was given out before
                accepted = await self._database.transact(partial(attempt, look_up=True))
            except DuplicateKey:
                return None
        self._faults.reach("accept.after-commit")
        return accepted

    async def _admit(self, student: ObjectId, now: datetime, session: Session, *, look_up: bool) -> int:
        """Count one more turn of a student and return its number, by their turns where their admission tells none.

        Raises: QueueFull, TooFast, StudentGone.
        """
        # Everybody is welcomed with an admission and only an erasure takes it away, so none is ever made here. It is
        # written in this transaction, so that an erasure conflicts with it.
        raw = await self._admissions.find_one({"_id": student}, session=session)
        if raw is None:
            raise StudentGone("this student is being forgotten")
        waiting = await self._turns.count(
            {"userId": spellings(student), "status": {"$in": list(OPEN_TURN)}},
            limit=self._limits.waiting,
            session=session,
        )
        if waiting >= self._limits.waiting:
            raise QueueFull("too many turns are waiting")
        admission = read_one(Admission, raw, self._admissions) or Admission(id=student)
        started, count = admission.window_started_at, admission.window_count
        if started is None or not started <= now < started + WINDOW:
            started, count = now, 0
        if count >= self._limits.per_minute:
            raise TooFast("too many turns within a minute")
        told = not look_up and not admission.is_odd and 0 <= admission.seq < WHOLE
        seq = 1 + (admission.seq if told else await self._last(student, session))
        # Set, not counted up: whatever stands there was read in this transaction, which conflicts with any other.
        change: Raw = {"$set": {"seq": seq, "windowStartedAt": started, "windowCount": count + 1}}
        if not await self._admissions.update({"_id": student}, change, session=session):
            raise StudentGone("this student is being forgotten")
        return seq

    async def _last(self, student: ObjectId, session: Session) -> int:
        """Return the last number that one of a student's turns has."""
        query: Raw = {"userId": student, "seq": {"$type": "number"}}
        raw = await self._turns.find_one(query, sort=[("seq", -1)], fields={"seq": 1}, session=session)
        return int(raw["seq"]) if raw is not None else 0

    async def waiting_students(self, *, but: Iterable[ObjectId] = (), limit: int = 200) -> list[ObjectId]:
        """Return the students who have open turns and whom nobody serves, the longest waiting first.

        Left out are those whose lease somebody holds, and those who are served here (`but`): however many they are,
        the others are found behind them.
        """
        student: Raw = {"$convert": {"input": "$userId", "to": "objectId", "onError": None, "onNull": None}}
        lease: Raw = {"$concat": ["student:", {"$toString": "$_id"}]}
        stages: list[Raw] = [
            {"$match": {"status": {"$in": list(OPEN_TURN)}}},
            {"$group": {"_id": student, "since": {"$min": "$acceptedAt"}}},
            {"$match": {"_id": {"$nin": [None, *but]}}},
            {"$sort": {"since": 1}},
            *without_held(lease),
            {"$limit": limit},
        ]
        return [row["_id"] for row in await self._turns.aggregate(stages)]

    async def next_of(self, student: ObjectId, now: datetime | None = None) -> Turn | None:
        """Return the student's first open turn, in the order of acceptance, or None.

        None too where it waits `now` for what its student passes on behind it, and nothing else came after it. One that
        cannot be read is failed, so that it does not keep those behind it waiting.
        """
        query: Raw = {"userId": spellings(student), "status": {"$in": list(OPEN_TURN)}}
        while (raw := await self._turns.find_one(query, sort=[("seq", 1)])) is not None:
            if (turn := read_one(Turn, raw, self._turns)) is not None:
                return None if now is not None and await self._is_held(turn, query, now) else turn
            await self._turns.update({"_id": raw["_id"]}, {"$set": {"status": "failed", "reason": "unreadable"}})
        return None

    async def _is_held(self, turn: Turn, waiting: Raw, now: datetime) -> bool:
        if turn.status != "accepted" or turn.held_until is None or turn.held_until <= now:
            return False
        return await self._turns.find_one({**waiting, "seq": {"$gt": turn.seq}}, fields={"_id": 1}) is None

    async def knows(self, student: ObjectId) -> bool:
        """Return whether there is any turn of a student: none is left of one who was erased."""
        return await self._turns.find_one({"userId": spellings(student)}, fields={"_id": 1}) is not None

    async def ask_to_cancel(self, student: ObjectId, turn_id: ObjectId | None = None) -> int:
        """Mark the student's open turns, or only the one that is named, as to be stopped; return how many there are."""
        query: Raw = {"userId": spellings(student), "status": {"$in": list(OPEN_TURN)}}
        if turn_id is not None:
            query["_id"] = turn_id
        return await self._turns.update_many(query, {"$set": {"cancelRequested": True}})

    async def is_cancelled(self, turn_id: ObjectId) -> bool:
        """Return whether a turn is to be stopped."""
        return await self._turns.find_one({"_id": turn_id, "cancelRequested": True}, fields={"_id": 1}) is not None
