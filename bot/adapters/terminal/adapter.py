"""The terminal as a platform: one address for each session, answers on the screen, a dead session's answers adopted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from agents.listener import Listener, Silence
from bot.adapters.base import DeliverLater, Unfetched
from bot.exports import Exports, asks_for_export
from store.client import Database, ObjectId, Raw
from store.documents.own import OutboxItem, Platform
from store.errors import StoreError
from store.leases import Hold, Leases
from store.repositories.outbox import Outbox

log = logging.getLogger(__name__)

SESSION_LEASE_SECONDS = 5.0
"""How long after a session's death another terminal of the same student may show its answers."""
LOOK_SECONDS = 2.0
PATIENCE_SECONDS = 30.0
"""How long a delivery waits for the file that an answer promises, well within what it may take; then it looks again."""
_GONE_SECONDS = 60.0
_AGAIN_SECONDS = 1.0


class Screen(Protocol):
    """Where a session shows things. Raises: OSError when nobody can see it any more."""

    def show(self, item: OutboxItem) -> None:
        """Show an answer to what was asked here."""

    def show_missed(self, item: OutboxItem, question: str | None) -> None:
        """Show an answer to what was asked in a session that ended before it came."""

    def note(self, sentence: str) -> None:
        """Show a sentence of the door's own."""

    def preview(self) -> Listener:
        """Return where the making of the running answer is shown."""


class TerminalAdapter:
    """One session in one terminal. Its address is `account/session`; `session` names it among all there ever were.

    A program may speak for several accounts in one session: each has an address of its own.
    """

    platform: Platform = "terminal"

    def __init__(
        self,
        database: Database,
        screen: Screen,
        *,
        account: str,
        session: str,
        exports: Exports | None = None,
        history: Path | None = None,
        lease: float = SESSION_LEASE_SECONDS,
        look: float = LOOK_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.address = f"{account}/{session}"
        self._own = {self.address}
        self.screen_gone = asyncio.Event()
        self._screen, self._prefix, self._session = screen, f"{account}/", session
        self._exports, self._history = exports, history
        self._outbox, self._leases, self._look = Outbox(database), Leases(database, ttl=lease), look
        self._adopted: dict[str, Hold] = {}
        self._shown: set[str] = set()
        self._patience = patience
        self._handing: dict[str, asyncio.Task[None]] = {}
        self._done: set[str] = set()
        """What was shown and, where it promised a file, handed over."""
        self._news = asyncio.Condition()

    def speak_for(self, account: str) -> str:
        """Return the address at which this session shows what is answered to an account."""
        address = f"{account}/{self._session}"
        self._own.add(address)
        return address

    def reach(self) -> Raw:
        """Return what this session shows: its own answers and those of the dead sessions that it adopted."""
        return {"address": {"$in": [*sorted(self._own), *sorted(self._adopted)]}}

    def listener(self, turn_id: ObjectId, address: str) -> Listener:  # noqa: ARG002 - one turn at a time is on the screen
        """Return the screen's preview for what was asked here, silence for anything else."""
        return self._screen.preview() if address in self._own else Silence()

    async def deliver(self, item: OutboxItem) -> None:
        """Show an item, once in this process, and hand over what it promises.

        Raises: DeliverLater when the screen is gone, or while a file that it promises is still being written.
        """
        if item.id not in self._shown:
            question = None if item.address in self._own else await self._outbox.question_of(item)
            try:
                if item.address in self._own:
                    self._screen.show(item)
                else:
                    self._screen.show_missed(item, question)
            except OSError as exc:
                log.warning("the screen is gone: %s", exc)
                self.screen_gone.set()
                raise DeliverLater(_GONE_SECONDS) from exc
            self._shown.add(item.id)
        if item.id not in self._done:
            await self._see_handed_over(item)
            self._done.add(item.id)
        async with self._news:
            self._news.notify_all()

    async def fetch(self, file: str, most: int) -> bytes:  # noqa: ARG002 - no message comes with one
        """Nothing but text comes from a terminal. Raises: Unfetched."""
        raise Unfetched("A terminal keeps no files; please type what it says.")

    async def _see_handed_over(self, item: OutboxItem) -> None:
        """Wait for the handing over, which goes on when this delivery is given up, and is not begun twice."""
        if (task := self._handing.get(item.id)) is None:
            task = self._handing[item.id] = asyncio.create_task(self._hand_over(item), name=f"hand over {item.id}")
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            raise DeliverLater(_AGAIN_SECONDS)
        del self._handing[item.id]
        await task

    async def _hand_over(self, item: OutboxItem) -> None:
        """Do on this machine what an answer promises: save an export, forget what was typed."""
        if item.address == self.address and any(receipt.get("verb") == "erase_me" for receipt in item.receipts):
            self._forget()
        if self._exports is None or not asks_for_export(item.receipts):
            return
        try:
            path = await self._exports.save(item)
        except (OSError, StoreError) as exc:
            log.warning("the export could not be saved: %s", exc)
            self._screen.note(f"The file could not be written ({exc}); make room or rights for it and ask again.")
        else:
            self._screen.note(f"Saved to {path}; only you can read it.")

    def _forget(self) -> None:
        """Empty the history of what was typed here, and say what stays: files that the student saved are theirs."""
        if self._history is not None and self._history.exists():
            self._history.write_bytes(b"")
            self._screen.note("What you typed on this machine is deleted too.")
        if self._exports is not None and self._exports.folder.exists():
            self._screen.note(f"The exports that you saved stay in {self._exports.folder}; delete them yourself.")

    async def wait_for(self, turn_id: ObjectId, *, seconds: float) -> bool:
        """Wait until the answer to a turn was shown here, and any file it promised saved.

        Return False when it was not within `seconds`.
        """
        item_id = f"answer:{turn_id}"
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: item_id in self._done)
        except TimeoutError:
            return False
        return True

    @asynccontextmanager
    async def alive(self, *, adopting: bool) -> AsyncIterator[None]:
        """Hold the session's lease while the block runs and, if `adopting`, look for what dead sessions left."""
        if adopting:
            await self._adopt()
        tasks = [asyncio.create_task(self._stay_alive(), name="session lease")]
        if adopting:
            tasks.append(asyncio.create_task(self._keep_adopting(), name="adopt answers"))
        try:
            yield
        finally:
            tasks += self._handing.values()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _stay_alive(self) -> None:
        """Hold the session's lease; take it back when it ran out while this process was stopped."""
        while True:
            lost = asyncio.Event()
            try:
                hold = await self._leases.take(_lease_of(self.address), self._session, fenced=False)
                if hold is not None:
                    async with self._leases.kept(hold, lost.set):
                        await lost.wait()
            except StoreError as exc:
                log.warning("the session's lease cannot be held: %s", exc)
            await asyncio.sleep(1.0)

    async def _keep_adopting(self) -> None:
        while True:
            await asyncio.sleep(self._look)
            await self._adopt()

    async def _adopt(self) -> None:
        """Reach for what this student's dead sessions left, and no longer for what has nothing more to come."""
        try:
            waiting = await self._outbox.waiting_addresses(self.platform, self._prefix)
            adopted = {}
            for address in waiting:
                if address not in self._own and (hold := await self._hold(address)):
                    adopted[address] = hold
            for address, hold in self._adopted.items():
                if address not in waiting:
                    await self._leases.give_back(hold)
            self._adopted = adopted
        except StoreError as exc:
            log.warning("answers of other sessions cannot be looked up: %s", exc)

    async def _hold(self, address: str) -> Hold | None:
        """Take the lease of a session that let it run out, or keep it; None while the session lives."""
        hold = self._adopted.get(address)
        if hold and await self._leases.renew(hold):
            return hold
        return await self._leases.take(_lease_of(address), self._session, fenced=False)


def _lease_of(address: str) -> str:
    return f"session:{address}"
