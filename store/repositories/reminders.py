"""What the jobs see of reminders, of every student: who is due, whose is stale, and which slots are taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from store.client import Database, ObjectId, Raw
from store.documents.own import Turn
from store.documents.people import User
from store.documents.reminders import JobSlot, Reminder, SentReminder
from store.errors import DuplicateKey
from store.work import IdFactory

FAR: Final = timedelta(days=11)
"""Further ahead no reminder is planned that is not paused: one that is was planned by a clock that went wrong.

A weekly one comes seven dates after the last, which may be two dates ahead of today's where its student has flown from
the zone where a day begins first to the one where it begins last; and then late in its day.
"""


LONGEST_WAIT: Final = timedelta(hours=6)
"""After a reminder could not be made, how long the next try is waited for at most; the first wait is a minute."""


class JobSlots:
    """Takes the slots of jobs: of any number of replicas one gets a slot."""

    def __init__(self, database: Database, *, ids: IdFactory) -> None:
        self._slots, self._ids = database.collection(JobSlot.collection), ids

    async def claim(self, job: str, slot: str, *, now: datetime, kept: timedelta) -> bool:
        """Take a slot; return False where somebody has it. It is remembered for `kept`."""
        taken = JobSlot(id=self._ids(), job=job, slot=slot, expires_at=now + kept, created_at=now, updated_at=now)
        try:
            await self._slots.insert(taken.to_mongo())
        except DuplicateKey:
            return False
        return True


class ReminderQueue:
    """The reminders of every student, as the jobs see them."""

    def __init__(self, database: Database) -> None:
        self._reminders = database.collection(Reminder.collection)
        self._sent = database.collection(SentReminder.collection)
        self._turns = database.collection(Turn.collection)
        self._users = database.collection(User.collection)

    async def due(
        self, field: str, until: datetime, *, now: datetime, but: Sequence[ObjectId], limit: int
    ) -> list[ObjectId]:
        """Return the students whose `field` ("nextAt", "summaryAt") comes by `until`, the longest waiting first.

        Those whose reminder could not be made before come only where there are no others, and when it is time.
        """
        query: Raw = {field: {"$lte": until}, "_id": {"$type": "objectId", "$nin": list(but)}}
        for retried in (None, {"$lte": now}):
            found = {**query, "retryAt": retried}
            raws = await self._reminders.find(found, sort=[(field, 1)], limit=limit, fields={"_id": 1})
            if raws:
                return [raw["_id"] for raw in raws]
        return []

    async def put_back(self, student: ObjectId, now: datetime) -> int:
        """Note that a student's reminder could not be made; return how often that was before. It is tried later."""
        raw = await self._reminders.find_one({"_id": student}, fields={"failures": 1})
        failures = raw.get("failures") if raw is not None else 0
        before = failures if isinstance(failures, int) and failures > 0 else 0
        wait = min(LONGEST_WAIT, timedelta(minutes=2 ** min(before, 10)))
        await self._reminders.update({"_id": student}, {"$set": {"failures": before + 1, "retryAt": now + wait}})
        return before

    async def astray(self, now: datetime, *, but: Sequence[ObjectId], limit: int) -> list[ObjectId]:
        """Return students whose next reminder lies further ahead than any that is planned."""
        far: Raw = {"pausedUntil": None, "nextAt": {"$gt": now + FAR}, "_id": {"$type": "objectId", "$nin": list(but)}}
        far["retryAt"] = {"$not": {"$gt": now}}
        return [raw["_id"] for raw in await self._reminders.find(far, fields={"_id": 1}, limit=limit)]

    async def stale(self, *, since: datetime, going: datetime) -> list[ObjectId]:
        """Return the students who have said something since their reminder was made.

        Looked at are the messages accepted after `since` and the reminders due after `going`, not yet on their way.
        """
        recent: Raw = {"status": {"$in": ["answered", "failed", "delivered"]}, "acceptedAt": {"$gt": since}}
        turns = await self._turns.find(recent, fields={"userId": 1, "answeredAt": 1})
        said: dict[ObjectId, datetime] = {}
        for turn in turns:
            student, answered = turn.get("userId"), turn.get("answeredAt")
            if isinstance(student, ObjectId) and isinstance(answered, datetime):
                said[student] = max(answered, said.get(student, answered))
        return await self._made_before(said, going) if said else []

    async def _made_before(self, said: dict[ObjectId, datetime], going: datetime) -> list[ObjectId]:
        mine: Raw = {"userId": {"$in": list(said)}, "dueAt": {"$gt": going}}
        made = await self._sent.find(mine, fields={"userId": 1, "madeAt": 1})
        sent = [(raw["userId"], raw.get("madeAt")) for raw in made if raw.get("userId") in said]
        return sorted({who for who, at in sent if isinstance(at, datetime) and at < said[who]}, key=str)

    async def knows(self, student: ObjectId) -> bool:
        """Return whether a student is still there: one who was forgotten is not."""
        return await self._users.find_one({"_id": student}, fields={"_id": 1}) is not None
