"""The unit of work: one student's repositories, bound to one transaction under the student's lease.

A verb gets a `UnitOfWork` and nothing else. Whoever runs the verb (a turn) holds a `StudentWork`, which opens the
transaction, proves by writing to the fence that it still holds the lease, and makes every effect happen once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from store.client import Database, ObjectId, Raw, Session, encode
from store.documents import ALL
from store.documents.base import Document
from store.documents.own import Change, Effect, Fence, UndoEntry
from store.errors import FenceLost, NotOwned
from store.expressions import whole_or
from store.faults import Faults
from store.leases import Hold
from store.repositories.base import ChangeLog, OwnedRepository, Restorer, SharedRepository
from store.repositories.population import Population

D = TypeVar("D", bound=Document)
R = TypeVar("R")
Clock = Callable[[], datetime]
IdFactory = Callable[[], ObjectId]
AfterCommit = Callable[[], Awaitable[None]]

_HIDDEN = {document.collection: document.hidden for document in ALL if document.hidden}
_OWNERS = {document.collection: document.owner for document in ALL if document.owner}


class UnitOfWork:
    """One student's documents, inside one transaction (or none, for reading)."""

    def __init__(
        self, database: Database, student: ObjectId, *, clock: Clock, ids: IdFactory, session: Session | None = None
    ) -> None:
        self.student = student
        self.changes = ChangeLog()
        self.after_commit: list[AfterCommit] = []
        self._database, self._session = database, session
        self._clock, self._ids = clock, ids

    def of(self, document: type[D]) -> OwnedRepository[D]:
        """Return the student's documents of a kind."""
        return OwnedRepository(
            document,
            self._database.collection(document.collection),
            self.student,
            session=self._session,
            now=self._clock,
            changes=self.changes,
        )

    def shared(self, document: type[D]) -> SharedRepository[D]:
        """Return the documents of a kind that belongs to nobody, to read. Raises: NotOwned for a student's kind."""
        if document.owner is not None:
            raise NotOwned(f"{document.__name__} belongs to students; read it with of()")
        return SharedRepository(document, self._database.collection(document.collection), self._session)

    @property
    def population(self) -> Population:
        """Return what all students together say about problems and topics."""
        return Population(self._database, self._session)

    def restorer(self) -> Restorer:
        """Return what puts documents back (undo)."""
        return Restorer(self._database, self.student, self._session, owners=_OWNERS, hidden=_HIDDEN)

    def shared_only(self) -> UnitOfWork:
        """Return the same without anything that is a student's, for places where others read along."""
        return _SharedOnly(self._database, self.student, clock=self._clock, ids=self._ids, session=self._session)

    def new_id(self) -> ObjectId:
        """Return a fresh id."""
        return self._ids()


class _SharedOnly(UnitOfWork):
    """What belongs to everybody."""

    def of(self, document: type[D]) -> OwnedRepository[D]:
        """Refuse. Raises: NotOwned."""
        raise NotOwned(f"{document.__name__} is a student's, and others read along here")

    def restorer(self) -> Restorer:
        """Refuse. Raises: NotOwned."""
        raise NotOwned("what was a student's is not put back where others read along")


@dataclass(frozen=True)
class EffectKey:
    """Which call of which step of which turn: what makes an effect happen once."""

    turn: ObjectId
    step: int
    call: str

    def __str__(self) -> str:
        return f"{self.turn}:{self.step}:{self.call}"


@dataclass(frozen=True)
class Outcome:
    """What a writing verb left: its result as JSON, whether that is a receipt, and a label if it can be undone."""

    result: str
    receipt: bool
    undo_label: str | None = None


class StudentWork:
    """Everything that may be done to one student's data while their lease is held under `hold`."""

    def __init__(
        self, database: Database, student: ObjectId, hold: Hold, *, clock: Clock, ids: IdFactory, faults: Faults
    ) -> None:
        self.student, self.hold, self.clock, self.faults = student, hold, clock, faults
        self._database, self._ids = database, ids
        self._running: set[asyncio.Task[object]] = set()

    def reading(self) -> UnitOfWork:
        """Return the student's documents for reading, outside any transaction."""
        return UnitOfWork(self._database, self.student, clock=self.clock, ids=self._ids)

    async def commit(self, body: Callable[[UnitOfWork], Awaitable[R]], *, crash_point: str | None = None) -> R:
        """Run `body` in one transaction under the lease, then what it left to be done after the commit.

        Cancelling the caller does not interrupt it: a transaction ends as a whole, and then the caller stops.

        Raises: FenceLost, with nothing written, when the lease passed to somebody else.
        """
        task = asyncio.ensure_future(self._commit(body, crash_point))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            task.cancelled() or task.exception()  # looked at, so that asyncio does not report it as forgotten
            raise

    async def settle(self) -> None:
        """Wait until no transaction of this student is under way here: what was cancelled has then ended as well."""
        if self._running:
            await asyncio.wait(set(self._running))

    async def _commit(self, body: Callable[[UnitOfWork], Awaitable[R]], crash_point: str | None) -> R:
        unit: UnitOfWork | None = None

        async def attempt(session: Session) -> R:
            nonlocal unit
            unit = UnitOfWork(self._database, self.student, clock=self.clock, ids=self._ids, session=session)
            await self._prove_hold(session)
            result = await body(unit)
            if crash_point:
                self.faults.reach(crash_point)
            return result

        result = await self._database.transact(attempt)
        for step in unit.after_commit if unit else ():
            await step()
        return result

    async def once(self, key: EffectKey, verb: str, body: Callable[[UnitOfWork], Awaitable[Outcome]]) -> str:
        """Run a writing verb so that its effect, its result and its key are stored together, or not at all.

        A key that is already there means that it was done: its stored result is returned and nothing is written.

        Returns: the verb's result as JSON.
        """

        async def attempt(unit: UnitOfWork) -> str:
            effects = unit.of(Effect)
            if self.faults.stands("effects") and (done := await effects.get(str(key))):
                return done.result
            outcome = await body(unit)
            undo: UndoEntry | None = None
            if outcome.undo_label and unit.changes.before:
                undo = _undo_entry(unit, verb, outcome.undo_label)
                await unit.of(UndoEntry).add(undo)
            if self.faults.stands("effects"):
                effect = Effect(
                    id=str(key),
                    user_id=self.student,
                    turn_id=key.turn,
                    step=key.step,
                    fence=self.hold.fence,
                    verb=verb,
                    result=outcome.result,
                    receipt=outcome.receipt,
                    undo_id=undo.id if undo else None,
                )
                await effects.add(effect)
            return outcome.result

        self.faults.reach("effect.before")
        result = await self.commit(attempt, crash_point="effect.before-commit")
        self.faults.reach("effect.after-commit")
        return result

    async def _prove_hold(self, session: Session) -> None:
        """Write to the fence inside the transaction: reading it would let a stale holder commit after a takeover."""
        if not self.faults.stands("fence"):
            return
        fences = self._database.collection(Fence.collection)
        mine = {"_id": self.hold.name, "fence": self.hold.fence}
        written: list[Raw] = [{"$set": {"writes": {"$add": [whole_or("$writes", 0), 1]}}}]
        if not await fences.update(mine, written, session=session):
            raise FenceLost("another process took this student over, so nothing was written")


def _undo_entry(unit: UnitOfWork, verb: str, label: str) -> UndoEntry:
    touched = [
        Change(
            place=place,
            document_id=document_id,
            before=encode(before) if before is not None else None,
            after=unit.changes.after[place, document_id],
        )
        for (place, document_id), before in unit.changes.before.items()
    ]
    return UndoEntry(id=unit.new_id(), user_id=unit.student, verb=verb, label=label, touched=touched)
