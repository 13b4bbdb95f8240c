"""What all students' attempts together say: how hard problems are, and how far topics are from what theirs say.

Many students write here at once, so nothing of it is written inside a student's transaction: that only queues an
entry. The entry is applied after the commit, to each document by one atomic update that names the attempt, so that it
counts exactly once however often it is tried; what a kill left in the queue, `settle_pending` applies.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from typing import Final

from learning.mastery import Difficulty
from store.client import Collection, Database, ObjectId, Raw, Session
from store.documents.learner import LOGITS, PopulationEntry, ProblemDifficulty, TopicShift
from store.errors import DuplicateKey, StoreError
from store.expressions import number_or, pushed, whole_or
from store.repositories.base import read_known, read_one

REMEMBERED: Final = 200
"""How many attempts a document names: many more than are applied to it between a kill and the next start."""

_UNDONE: Final = ":undone"
_BATCH: Final = 100

log = logging.getLogger(__name__)


class Population:
    """Reads the shared difficulties and queues what an attempt adds to them, in a student's transaction if given."""

    def __init__(self, database: Database, session: Session | None = None) -> None:
        self._database, self._session = database, session

    async def difficulties(self, problems: Iterable[ObjectId]) -> dict[ObjectId, Difficulty]:
        """Return the difficulties of those problems that somebody has tried."""
        return await self._values(ProblemDifficulty, problems)

    async def shifts(self, topics: Iterable[ObjectId]) -> dict[ObjectId, Difficulty]:
        """Return the shifts of those topics that somebody has tried."""
        return await self._values(TopicShift, topics)

    async def queue(self, entry: PopulationEntry) -> None:
        """Queue an attempt's increments; settle it after the commit."""
        entry.check()
        await self._database.collection(PopulationEntry.collection).insert(entry.to_mongo(), session=self._session)

    async def queue_undo(self, entry: PopulationEntry) -> None:
        """Queue that an attempt's increments are taken out again, whether they were applied by now or not."""
        await self.queue(entry.model_copy(update={"id": entry.id + _UNDONE}))

    async def settle(self, entry_id: str) -> None:
        """Apply a queued entry, outside the transaction. The queue keeps it when the database does not answer."""
        try:
            await settle_entry(self._database, entry_id)
        except (StoreError, ValueError) as exc:
            log.warning("an attempt's population update waits in the queue: %s", exc)

    async def settle_undo(self, entry_id: str) -> None:
        """Apply a queued undo of an entry, as `settle` does."""
        await self.settle(entry_id + _UNDONE)

    async def _values(
        self, kind: type[ProblemDifficulty | TopicShift], ids: Iterable[ObjectId]
    ) -> dict[ObjectId, Difficulty]:
        query: Raw = {"_id": {"$in": list(ids)}}
        stored = self._database.collection(kind.collection)
        fields = {"value": 1, "seen": 1}
        found = read_known(kind, await stored.find(query, fields=fields, session=self._session), stored)
        return {one.id: Difficulty(one.value, max(0, one.seen)) for one in found}


async def settle_pending(database: Database) -> AsyncIterator[str]:
    """Apply what is left in the queue to its end, the oldest first, and yield each entry's id after it.

    Safe to run anywhere, also several at once. An entry that cannot be read is left where it is. Raises: StoreError.
    """
    queue, done = database.collection(PopulationEntry.collection), ""
    while found := await queue.find({"_id": {"$gt": done}}, sort=[("_id", 1)], limit=_BATCH, fields={"_id": 1}):
        for raw in found:
            done = str(raw["_id"])
            try:
                await settle_entry(database, done)
            except ValueError:
                continue  # noted where it was read
            else:
                yield done


async def settle_entry(database: Database, entry_id: str) -> None:
    """Apply a queued entry; one that is gone was applied. Raises: StoreError, ValueError for one that says nothing."""
    queue = database.collection(PopulationEntry.collection)
    undone = entry_id.endswith(_UNDONE)
    if undone:
        await settle_entry(database, entry_id.removesuffix(_UNDONE))
    raw = await queue.find_one({"_id": entry_id})
    if raw is None:
        return
    entry = read_one(PopulationEntry, raw, queue)
    if entry is None:
        raise ValueError("an entry cannot be read")
    if len(entry.topic_ids) != len(entry.topic_increments):
        queue.oddities.note(queue.name, entry_id, ["topicIncrements: not one for each topic"], left_out=True)
        raise ValueError("an entry has an increment for each of its topics")
    sign = -1 if undone else 1
    problems = database.collection(ProblemDifficulty.collection)
    await _count_once(problems, entry.problem_id, entry.id, entry.start, sign * entry.problem_increment, sign)
    shifts = database.collection(TopicShift.collection)
    for topic, increment in zip(entry.topic_ids, entry.topic_increments, strict=True):
        await _count_once(shifts, topic, entry.id, 0.0, sign * increment, sign)
    await queue.delete({"_id": entry_id})


async def _count_once(
    collection: Collection, document_id: ObjectId, key: str, start: float, increment: float, seen: int
) -> None:
    """Add an increment unless the document already names its key: one atomic update, which makes it if it is new."""
    change = {
        "value": {"$add": [number_or("$value", start, within=LOGITS), increment]},
        "seen": {"$max": [0, {"$add": [whole_or("$seen", 0), seen]}]},
        "applied": pushed("$applied", [key], keep=REMEMBERED),
        "createdAt": {"$ifNull": ["$createdAt", "$$NOW"]},
        "updatedAt": "$$NOW",
        "__v": {"$ifNull": ["$__v", 0]},
    }
    query = {"_id": document_id, "applied": {"$ne": key}}
    for _ in range(2):
        try:
            await collection.update(query, [{"$set": change}], upsert=True)
        except DuplicateKey:
            # The document is there: it names the key already, or somebody else made it just now. The second try tells.
            continue
        return
