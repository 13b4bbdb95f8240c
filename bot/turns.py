"""The life of a message: accepted, worked under the student's lease, answered or visibly failed.

`Turns.accept` is what an adapter calls before it acknowledges a message to its platform. `Turns.run` works what is
waiting, on this replica or left behind by another, one turn at a time per student, in the order of acceptance.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import ValidationError

from agents.listening import MARKS
from agents.tokens import TokenCounter
from bot import replies
from bot.adapters.base import Adapter, Incoming, private_address
from bot.errors import Forgotten, Refused
from bot.messages import check_text
from bot.waiting import first_of
from bot.worker import Answerer, InHand, TurnWorker
from store.client import Database, ObjectId
from store.documents.own import Platform, Turn
from store.errors import FenceLost, StoreError, StoreUnavailable
from store.faults import Faults
from store.leases import Hold, Leases, student_lease
from store.repositories.accounts import Accounts, Deactivated
from store.repositories.forwards import Forward, Forwards
from store.repositories.tombstones import Tombstones
from store.repositories.turns import Limits, QueueFull, StudentGone, TooFast, TurnQueue
from store.work import Clock, IdFactory, StudentWork
from texts import say

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Accepted:
    """That a message is ours now. `duplicate` tells that it was before."""

    turn_id: ObjectId
    student: ObjectId
    duplicate: bool


@dataclass(frozen=True)
class Pace:
    """How the work is paced, in seconds, and how often a turn that kills its worker is tried."""

    lease: float = 3.0
    poll: float = 0.5
    turn: float = 180.0
    watch: float = 1.0
    """How often a turn in hand is looked up, in case it was cancelled on another replica."""
    attempts: int = 10
    at_once: int = 64


@dataclass
class _Serving:
    """A student who is being served here: the turn in hand, and whether to look for more afterwards."""

    hand: InHand = field(default_factory=InHand)
    more: bool = False


@dataclass
class _Held:
    """That a student's latest turn waits for more, until when, and whether that is over."""

    until: datetime
    timer: asyncio.TimerHandle
    over: bool = False


class Turns:
    """Accepts and works turns in this process. `holder` names it among the replicas."""

    def __init__(
        self,
        database: Database,
        *,
        answerer: Answerer,
        counter: TokenCounter,
        adapters: Mapping[Platform, Adapter],
        holder: str,
        clock: Clock,
        ids: IdFactory,
        faults: Faults,
        limits: Limits | None = None,
        pace: Pace | None = None,
        on_answer: Callable[[], None] = lambda: None,
    ) -> None:
        self._database, self._holder, self._clock, self._ids, self._faults = database, holder, clock, ids, faults
        self._limits, self._pace = limits or Limits(), pace or Pace()
        self._worker = TurnWorker(
            answerer=answerer,
            counter=counter,
            adapters=adapters,
            clock=clock,
            seconds=self._pace.turn,
            attempts=self._pace.attempts,
            on_answer=on_answer,
        )
        self._queue = TurnQueue(database, limits=self._limits, faults=faults)
        self._accounts = Accounts(database, clock=clock, ids=ids)
        self._tombstones = Tombstones(database)
        self._leases = Leases(database, ttl=self._pace.lease)
        self._forwards = Forwards(database, most_characters=self._limits.attached)
        self._held: dict[ObjectId, _Held] = {}
        self._serving: dict[ObjectId, _Serving] = {}
        self._tasks: dict[ObjectId, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(self._pace.at_once)
        self._woken = asyncio.Event()
        self._draining = False

    # --- the door

    async def accept(self, incoming: Incoming, *, student: ObjectId | None = None) -> Accepted:
        """Write a message down; after this it is answered or visibly failed, whatever happens to this process.

        A message whose key was accepted before is not written again. `student` is who speaks through the account where
        that was just looked up.

        Raises: Refused with a sentence for the student, also of one who is being forgotten; StoreUnavailable when
        nothing can be promised to anybody now.
        """
        if incoming.text or incoming.attachment is None:
            check_text(incoming.text, self._limits.attached if incoming.attached else self._limits.characters)
        if self._draining:
            raise StoreUnavailable("PrepMate is shutting down; send it again in a moment")
        try:
            for known_as in (student, None):
                # In this order: an erasure remembers a turn's key before it deletes the turn.
                if known := await self.known(incoming.key, part=incoming.passed_on is not None):
                    return known
                if await self._tombstones.holds(incoming.key):
                    raise Forgotten(say(replies.FORGOTTEN))
                with contextlib.suppress(StudentGone):
                    return await self._take_in(incoming, known_as)
        except (Deactivated, QueueFull, TooFast) as exc:
            raise Refused(replies.sentence_for(exc)) from exc
        # In words, not as something that passes: however long it takes, no platform holds back others' messages for it.
        raise Refused(say(replies.BEING_FORGOTTEN))

    async def known(self, key: str, *, part: bool = False) -> Accepted | None:
        """Return the turn that was accepted under a key, or None; `part`: also one that the message was added to."""
        if not self._faults.stands("dedupe") or (known := await self._queue.find(key, part=part)) is None:
            return None
        return Accepted(known.id, known.user_id, duplicate=True)

    async def _take_in(self, incoming: Incoming, student: ObjectId | None) -> Accepted:
        """Write a message down for whoever speaks through its account.

        Raises: Deactivated, QueueFull, TooFast, StudentGone.
        """
        if student is not None:
            await self._accounts.check_active(student)
        else:
            student = await self._accounts.resolve(
                incoming.platform,
                incoming.account,
                incoming.display_name,
                address=private_address(incoming),
                language=incoming.language,
            )
        if (added := await self._add_to_latest(incoming, student)) is not None:
            return added
        turn = self._turn_of(incoming, student)
        if await self._queue.accept(turn) is None:
            if known := await self.known(turn.key):
                return known
            raise StoreUnavailable("the message could not be looked up; send it again")
        if turn.held_until is None:
            self._serve_soon(student)
        else:
            self._serve_later(student, turn.held_until, incoming.hold)
        return Accepted(turn.id, student, duplicate=False)

    async def _add_to_latest(self, incoming: Incoming, student: ObjectId) -> Accepted | None:
        """Make what is passed on part of the turn that waits for it; None where none does."""
        if incoming.passed_on is None:
            return None
        one = Forward(
            incoming.key,
            incoming.platform,
            incoming.address,
            incoming.text,
            incoming.passed_on or None,
            incoming.attachment,
        )
        now = self._clock()
        until = now + timedelta(seconds=incoming.hold)
        turn = await self._forwards.add(student, one, now=now, until=until)
        if turn is None:
            return None
        self._serve_later(student, until, incoming.hold)
        return Accepted(turn.id, student, duplicate=False)

    def _turn_of(self, incoming: Incoming, student: ObjectId) -> Turn:
        turn_id, now = self._ids(), self._clock()
        unique = "" if self._faults.stands("dedupe") else f"#{turn_id}"
        try:
            return Turn(
                id=turn_id,
                key=incoming.key + unique,
                user_id=student,
                platform=incoming.platform,
                address=incoming.address,
                seq=0,
                request=incoming.request.as_json() if incoming.request else None,
                text=incoming.text or (MARKS[incoming.attachment.kind] if incoming.attachment else ""),
                attachment=incoming.attachment,
                quotes=list(incoming.quotes),
                sent_at=incoming.sent_at,
                public=incoming.public,
                reply_to=incoming.reply_to,
                accepted_at=now,
                held_until=now + timedelta(seconds=incoming.hold) if incoming.hold else None,
                forwarded=incoming.passed_on is not None,
            )
        except ValidationError as exc:
            raise Refused(say("This message cannot be stored as it is; please send it as plain text.")) from exc

    async def cancel(self, student: ObjectId, turn_id: ObjectId | None = None) -> bool:
        """Stop the student's open turns, or only the one that is named, here or on another replica.

        Returns: whether there were any.
        """
        asked = await self._queue.ask_to_cancel(student, turn_id)
        serving = self._serving.get(student)
        if serving:
            await self._stop_if_cancelled(serving.hand)
        return bool(asked)

    async def find(self, turn_id: ObjectId) -> Turn | None:
        """Return a turn as it stands."""
        return await self._queue.get(turn_id)

    # --- the worker

    async def run(self, stop: asyncio.Event) -> None:
        """Work what is waiting until `stop` is set: what was accepted here at once, what others left behind soon."""
        while not stop.is_set():
            self._woken.clear()
            try:
                await self._look()
            except StoreError as exc:
                log.warning("turns cannot be looked up: %s", exc)
            await first_of(self._woken, stop, seconds=self._pace.poll)

    async def _look(self) -> None:
        """Serve the students who wait and whom no replica serves."""
        for student in await self._queue.waiting_students(but=self._serving):
            self._serve_soon(student)

    def wake(self) -> None:
        """Look for waiting turns now rather than at the next poll."""
        self._woken.set()

    async def drain(self, seconds: float) -> None:
        """Accept nothing more, let running turns end within `seconds`, then leave the rest to other replicas."""
        self._draining = True
        for held in self._held.values():
            held.timer.cancel()
        running = set(self._tasks.values())
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _serve_soon(self, student: ObjectId) -> None:
        if serving := self._serving.get(student):
            serving.more = True
            return
        if self._draining:
            return
        self._serving[student] = _Serving()
        task = asyncio.create_task(self._serve(student, self._serving[student]), name=f"serve {student}")
        self._tasks[student] = task
        task.add_done_callback(lambda _: self._forget(student))

    def _serve_later(self, student: ObjectId, until: datetime, seconds: float) -> None:
        """Serve a student when their latest turn has waited for what they pass on behind it."""
        if (before := self._held.get(student)) is not None:
            before.timer.cancel()
        timer = asyncio.get_running_loop().call_later(seconds, self._serve_held, student)
        self._held[student] = _Held(until, timer)

    def _serve_held(self, student: ObjectId) -> None:
        self._held[student].over = True
        self._serve_soon(student)

    def _now_of(self, student: ObjectId) -> datetime:
        """Return until when what a student's turns waited for has been waited for."""
        held, now = self._held.get(student), self._clock()
        if held is None or not held.over:
            return now
        del self._held[student]
        return max(now, held.until)

    def _forget(self, student: ObjectId) -> None:
        self._tasks.pop(student, None)
        serving = self._serving.pop(student, None)
        if serving and serving.more and not self._draining:
            self._serve_soon(student)

    async def _serve(self, student: ObjectId, serving: _Serving) -> None:
        """Work one student's open turns in order, as long as the lease is ours."""
        async with self._room:
            serving.more = False
            try:
                hold = await self._leases.take(student_lease(student), self._holder)
                if hold is None:
                    return  # another replica serves this student; the poll looks again
                worked = await self._serve_under(hold, student, serving)
                if not worked and not await self._queue.knows(student):
                    await self._leases.forget_student(student)  # erased since they were seen waiting
            except FenceLost:
                log.warning("student %s was taken over by another replica", student)
            except StoreError as exc:
                log.warning("serving student %s stopped: %s", student, exc)
            except Exception:
                log.exception("serving student %s failed", student)

    async def _serve_under(self, hold: Hold, student: ObjectId, serving: _Serving) -> int:
        """Return how many turns were worked."""
        worked = 0
        self._faults.reach("claim.after")
        work = StudentWork(self._database, student, hold, clock=self._clock, ids=self._ids, faults=self._faults)
        me = asyncio.current_task()

        def stop() -> None:
            if me is not None and self._faults.stands("fence"):
                me.cancel()

        async with self._leases.kept(hold, stop):
            watcher = asyncio.create_task(self._watch_for_cancel(serving.hand))
            try:
                while not self._draining and (turn := await self._queue.next_of(student, self._now_of(student))):
                    await self._worker.work(turn, work, serving.hand)
                    worked += 1
            finally:
                watcher.cancel()
                await work.settle()
        return worked

    async def _watch_for_cancel(self, hand: InHand) -> None:
        """Stop the answer when it was cancelled on another replica."""
        while True:
            await asyncio.sleep(self._pace.watch)
            try:
                await self._stop_if_cancelled(hand)
            except StoreError as exc:
                log.warning("whether a turn was cancelled cannot be looked up: %s", exc)

    async def _stop_if_cancelled(self, hand: InHand) -> None:
        turn = hand.turn
        # Looked at again afterwards: the next turn may be in hand by then, and that one nobody asked to stop.
        if turn and await self._queue.is_cancelled(turn.id) and hand.turn is turn:
            hand.stop_answering()
