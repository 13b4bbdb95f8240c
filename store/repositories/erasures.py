"""Forgetting a student: a job in steps, each of which may be done twice, so that a kill between any two costs nothing.

It takes the student's lease from whoever holds it: a turn that is being answered stops and can write nothing more.
Every collection that has an owner is emptied of the student's documents; a new collection cannot be left out.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from store.client import Database, ObjectId, Raw, Session
from store.documents import ALL
from store.documents.account import DOORS, Erasure
from store.documents.base import Document
from store.documents.facts import list_facts
from store.documents.learner import Attempt, PopulationEntry, ProblemDifficulty, TopicShift
from store.documents.own import OutboxItem, Turn, UndoEntry, UsageRow
from store.errors import StoreError, StoreUnavailable
from store.faults import Faults
from store.leases import Leases, student_lease
from store.repositories.base import read_one, spellings
from store.repositories.population import settle_entry
from store.repositories.tombstones import Tombstones
from store.work import Clock, IdFactory

log = logging.getLogger(__name__)

PAUSE: Final = timedelta(seconds=1)
"""How long after the last answer the job begins: the door may still be looking at the turn."""
_BATCH: Final = 200
_SWEEP: Final = timedelta(hours=1)

Step = Callable[["_Job"], Awaitable[int]]


def foreign_fields() -> Iterator[tuple[type[Document], str]]:
    """Return where documents name a student whose they are not: who made a roadmap, who verified a mapping."""
    for document in ALL:
        for name, facts in list_facts(document).items():
            if facts.ref == "User" and name != document.owner:
                yield document, name


def owned() -> tuple[type[Document], ...]:
    """Return the documents that belong to students and are deleted with them: all but usage and the job itself."""
    return tuple(one for one in ALL if one.owner is not None and one not in (UsageRow, Erasure))


class Erasures:
    """Forgets students, here and now. `holder` names this process among the replicas."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        ids: IdFactory,
        holder: str,
        lease: float = 3.0,
        faults: Faults | None = None,
    ) -> None:
        self._database, self._clock, self._ids, self._holder = database, clock, ids, holder
        self._faults = faults or Faults()
        self._leases = Leases(database, ttl=lease)
        self._jobs = database.collection(Erasure.collection)
        self._turns = database.collection(Turn.collection)
        self.tombstones = Tombstones(database)
        self._swept: datetime | None = None
        self._failed: set[ObjectId] = set()

    async def request(self, student: ObjectId) -> None:
        """Ask for a student to be forgotten at once, from outside any turn: what an administrator does."""
        if await self._jobs.find_one({"userId": spellings(student)}) is None:
            job = Erasure(id=self._ids(), user_id=student, starts_at=self._clock(), created_at=self._clock())
            await self._jobs.insert(job.to_mongo())

    async def resume(self) -> int:
        """Do what is asked for or was left half done, and drop old tombstones; return how many students were forgotten.

        A job that fails keeps no other one waiting; the next call goes on where it stopped. Raises: StoreUnavailable.
        """
        now, done = self._clock(), 0
        if self._swept is None or self._swept + _SWEEP <= now:
            await self.tombstones.sweep(now)
            self._swept = now
        for raw in await self._jobs.find({"state": {"$in": ["asked", "running"]}}):
            try:
                job = read_one(Erasure, raw, self._jobs)
                if job is not None and await self._is_due(job):
                    done += await self._run(job.id)
            except StoreUnavailable:
                raise
            except Exception as exc:
                # Looked at again every few seconds, so told whole only once.
                log.warning("the erasure %s waits: %r", raw["_id"], exc, exc_info=raw["_id"] not in self._failed)
                self._failed.add(raw["_id"])
        return done

    async def _is_due(self, job: Erasure) -> bool:
        if job.state == "running" or job.starts_at is None or job.starts_at <= self._clock():
            return True
        raw = await self._turns.find_one({"_id": job.turn_id}) if job.turn_id else None
        turn = read_one(Turn, raw, self._turns)
        delivered = turn.delivered_at if turn is not None else None
        return delivered is not None and delivered + PAUSE <= self._clock()

    async def _run(self, job_id: ObjectId) -> int:
        name = f"erasure:{job_id}"
        hold = await self._leases.take(name, self._holder, fenced=False)
        if hold is None:
            return 0
        async with self._leases.kept(hold, _say_lost):
            # Read again under the lease: since it was found, another process may have done it.
            raw = await self._jobs.find_one({"_id": job_id, "state": {"$ne": "done"}})
            job = read_one(Erasure, raw, self._jobs)
            done = await self._forget(job) if job is not None else 0
        await self._leases.forget([name])
        return done

    async def _forget(self, job: Erasure) -> int:
        """Forget the student of a job; return 0 where another process did it. Should two do it at once, both end."""
        if job.user_id is not None:
            seized = await self._leases.seize(student_lease(job.user_id), self._holder)
            if seized is None:
                return 0
            async with self._leases.kept(seized, _say_lost):
                await self._work(job, job.user_id)
            # After it was given back, which changes it, and before the job is done and nobody looks again.
            await self._leases.forget_student(job.user_id)
        return await self._finish(job)

    async def _work(self, job: Erasure, student: ObjectId) -> None:
        """Do the steps that are left. Ends early where another process has done them all."""
        work = _Job(self._database, student, self._clock(), self._ids, self.tombstones)
        for place, step in enumerate(STEPS):
            if place < job.step:
                continue
            removed = await step(work)
            job.step, job.removed = place + 1, job.removed + removed
            progress: Raw = {"state": "running", "step": job.step, "removed": job.removed}
            if not await self._jobs.update({"_id": job.id, "userId": spellings(student)}, {"$set": progress}):
                return
            self._faults.reach(f"erase.after-step-{job.step}")

    async def _finish(self, job: Erasure) -> int:
        now = self._clock()
        gone: Raw = dict.fromkeys(("userId", "turnId", "startsAt"), "")
        return await self._jobs.update(
            {"_id": job.id, "state": {"$ne": "done"}},
            {"$set": {"state": "done", "finishedAt": now, "updatedAt": now}, "$unset": gone},
        )


def _say_lost() -> None:
    log.warning("another process goes on with an erasure that was begun here")


class _Job:
    """One student's documents, wherever they are."""

    def __init__(
        self,
        database: Database,
        student: ObjectId,
        now: datetime,
        ids: IdFactory,
        tombstones: Tombstones,
    ) -> None:
        self.database, self.student, self.theirs = database, student, spellings(student)
        self.now, self.ids, self.tombstones = now, ids, tombstones


async def _close_doors(job: _Job) -> int:
    """Take the accounts and the place in the queue away: from here on nobody is this student."""
    return await _delete_all(job, DOORS)


async def _bury_messages(job: _Job) -> int:
    """Remember the keys of all their messages as keyed hashes, before the messages go."""
    turns = job.database.collection(Turn.collection)
    keys: list[str] = []
    async for raw in turns.stream({"userId": job.theirs}, fields={"key": 1, "parts": 1}):
        parts = raw.get("parts")
        keys += map(str, [raw["key"]] if "key" in raw else [])
        keys += map(str, parts if isinstance(parts, list) else [])
    await job.tombstones.bury(keys, job.now)
    return 0


async def _drop_addresses(job: _Job) -> int:
    """Delete the leases that are named after where the student was spoken to.

    All but those that somebody holds: whoever writes from there now is somebody new. Those go a day after they end.
    """
    places: set[tuple[str, str]] = set()
    for kind in (Turn, OutboxItem):
        found = job.database.collection(kind.collection).stream(
            {"userId": job.theirs}, fields={"platform": 1, "address": 1}
        )
        places |= {(str(raw.get("platform")), str(raw.get("address"))) async for raw in found}
    names = [name for platform, address in places for name in (f"deliver:{platform}:{address}", f"session:{address}")]
    return await Leases(job.database, ttl=0.0).forget(names)


async def _anonymise_population(job: _Job) -> int:
    """Count the attempts that still wait, then take their names out of the shared difficulties; the figures stay."""
    queue = job.database.collection(PopulationEntry.collection)
    attempts = sorted(await _attempts(job))
    for start in range(0, len(attempts), _BATCH):
        batch = attempts[start : start + _BATCH]
        keys = [*batch, *(f"{attempt}:undone" for attempt in batch)]
        for raw in await queue.find({"_id": {"$in": keys}}, fields={"_id": 1}):
            await _settle_or_drop(job, str(raw["_id"]))
        for kind in (ProblemDifficulty, TopicShift):
            await job.database.collection(kind.collection).update_many(
                {"applied": {"$in": keys}}, {"$pull": {"applied": {"$in": keys}}}
            )
    return 0


async def _attempts(job: _Job) -> set[str]:
    """Return the keys of all attempts that the student ever recorded here, those that were undone included."""
    mine: Raw = {"userId": job.theirs}
    found = await job.database.collection(Attempt.collection).find(mine, fields={"_id": 1})
    log_entries = job.database.collection(UndoEntry.collection)
    undone = {f"touched.{name}": 1 for name in ("place", "documentId")}
    entries = await log_entries.find(mine | {"touched.place": Attempt.collection}, fields=undone)
    touched = [change for entry in entries for change in entry["touched"] if isinstance(change, dict)]
    return {str(raw["_id"]) for raw in found} | {
        str(change.get("documentId")) for change in touched if change.get("place") == Attempt.collection
    }


async def _settle_or_drop(job: _Job, entry: str) -> None:
    """Count an attempt that waits. One that cannot be counted is dropped: its name may not stay, whatever it says."""
    try:
        await settle_entry(job.database, entry)
    except (StoreError, ValueError, TypeError) as exc:
        if isinstance(exc, StoreError) and exc.transient:
            raise
        log.warning("an attempt of a student who is forgotten cannot be counted: %s", type(exc).__name__)
        await job.database.collection(PopulationEntry.collection).delete({"_id": entry})


async def _anonymise_usage(job: _Job) -> int:
    """Keep what the calls cost, under new names and without whose they were."""
    usage = job.database.collection(UsageRow.collection)
    while rows := await usage.find({"userId": job.theirs}, limit=_BATCH):
        kept = [_unnamed(row) | {"_id": f"kept:{job.ids()}"} for row in rows]
        names = [row["_id"] for row in rows]

        async def swap(session: Session, kept: list[Raw] = kept, names: list[Any] = names) -> None:
            if await usage.delete({"_id": {"$in": names}}, many=True, session=session) != len(names):
                raise StoreError("usage rows were changed meanwhile")
            await usage.insert_many(kept, session=session)

        await job.database.transact(swap)
    return 0


def _unnamed(row: Raw) -> Raw:
    return {key: value for key, value in row.items() if key not in {"userId", "turnId"}}


async def _forget_authorship(job: _Job) -> int:
    """Take the student's id out of what belongs to everybody."""
    for document, field in foreign_fields():
        await job.database.collection(document.collection).update_many({field: job.theirs}, {"$unset": {field: ""}})
    return 0


async def _delete_documents(job: _Job) -> int:
    """Delete everything that is theirs, in every collection."""
    return await _delete_all(job, owned())


async def _delete_all(job: _Job, documents: Iterable[type[Document]]) -> int:
    removed = 0
    for document in documents:
        mine: Raw = {str(document.owner): job.theirs}
        removed += await job.database.collection(document.collection).delete(mine, many=True)
    return removed


STEPS: Final[tuple[Step, ...]] = (
    _close_doors,
    _bury_messages,
    _drop_addresses,
    _anonymise_population,
    _anonymise_usage,
    _forget_authorship,
    _delete_documents,
)
