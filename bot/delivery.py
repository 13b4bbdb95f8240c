"""From the outbox to the student: each item through its platform's adapter, in order for each address.

An item is marked as sent after the adapter showed it. A kill in between shows it again under the same id; adapters
use the id so that the platform shows it once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from bot.adapters.base import Adapter, DeliverLater, Undeliverable
from bot.waiting import first_of
from store.client import Database
from store.documents.own import OutboxItem, Platform
from store.errors import StoreError
from store.faults import Faults
from store.leases import Hold, Leases
from store.repositories.outbox import Outbox, backoff
from store.work import Clock
from texts import speaking

log = logging.getLogger(__name__)

DELIVER_SECONDS = 60.0
"""How long a platform may take to show one item, its waits included; what takes longer holds everything behind it."""


class Delivery:
    """Delivers what this process can reach. One replica at a time serves an address, under a lease.

    `seconds` bounds the showing of one item; after that it has failed and is tried again like any that did.
    """

    def __init__(
        self,
        database: Database,
        *,
        adapters: Mapping[Platform, Adapter],
        holder: str,
        clock: Clock,
        faults: Faults,
        lease: float = 3.0,
        poll: float = 0.5,
        seconds: float = DELIVER_SECONDS,
    ) -> None:
        self._outbox, self._adapters = Outbox(database), adapters
        self._leases, self._lease, self._poll = Leases(database, ttl=lease), lease, poll
        self._holder, self._clock, self._faults, self._seconds = holder, clock, faults, seconds
        self._busy: dict[tuple[Platform, str], asyncio.Task[None]] = {}
        self._again: set[tuple[Platform, str]] = set()
        self._woken = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, and then once more what is due by then."""
        try:
            while True:
                last = stop.is_set()
                self._woken.clear()
                try:
                    await self._look()
                except StoreError as exc:
                    log.warning("the outbox cannot be read: %s", exc)
                if last:
                    break
                await first_of(self._woken, stop, seconds=self._poll)
            await self.settle()
        finally:
            self._again.clear()
            for task in self._busy.values():
                task.cancel()
            await self.settle()

    def wake(self) -> None:
        """Look into the outbox now rather than at the next poll."""
        self._woken.set()

    async def settle(self) -> None:
        """Wait until nothing is being delivered here."""
        while self._busy:
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _look(self) -> None:
        for platform, adapter in self._adapters.items():
            due = await self._outbox.due_addresses(platform, adapter.reach(), self._clock())
            held = await self._leases.held(_lease_of(platform, address) for address in due) if due else set()
            for address in due:
                if _lease_of(platform, address) not in held or (platform, address) in self._busy:
                    self._serve_soon(platform, adapter, address)

    def _serve_soon(self, platform: Platform, adapter: Adapter, address: str) -> None:
        if (platform, address) in self._busy:
            self._again.add((platform, address))  # what came just now may have been missed
            return
        task = asyncio.create_task(self._serve(adapter, address), name=f"deliver {platform} {address}")
        self._busy[platform, address] = task
        task.add_done_callback(partial(self._forget, platform, adapter, address))

    def _forget(self, platform: Platform, adapter: Adapter, address: str, _: asyncio.Task[None]) -> None:
        self._busy.pop((platform, address), None)
        if (platform, address) in self._again:
            self._again.discard((platform, address))
            self._serve_soon(platform, adapter, address)

    async def _serve(self, adapter: Adapter, address: str) -> None:
        """Deliver to one address, the oldest item first, until nothing is left or the platform asks to wait."""
        try:
            hold = await self._leases.take(_lease_of(adapter.platform, address), self._holder, fenced=False)
            if hold is None:
                return
            me = asyncio.current_task()
            async with self._leases.kept(hold, partial(_stop, me)):
                await self._serve_under(hold, adapter, address)
        except StoreError as exc:
            log.warning("delivery to %s stopped: %s", adapter.platform, exc)
        except Exception:
            log.exception("delivery to %s failed", adapter.platform)

    async def _serve_under(self, hold: Hold, adapter: Adapter, address: str) -> None:
        while item := await self._outbox.next_for(adapter.platform, address):
            # Renewing asks the server whether this address is still ours right before it is spoken to.
            if item.next_attempt_at > self._clock() or not await self._leases.renew(hold):
                return
            if not await self._deliver(adapter, item):
                return

    async def _deliver(self, adapter: Adapter, item: OutboxItem) -> bool:
        """Show one item; return whether the next one may follow."""
        self._faults.reach("deliver.before-send")
        try:
            with speaking(item.language):
                async with asyncio.timeout(self._seconds):
                    await adapter.deliver(item)
        except Undeliverable as exc:
            await self._outbox.mark_dead(item, str(exc))
            return True
        except DeliverLater as exc:
            await self._outbox.postpone(item, self._clock() + timedelta(seconds=exc.seconds), str(exc))
            return False
        except Exception as exc:
            log.exception("delivering %s failed", item.id)
            await self._outbox.postpone(item, self._clock() + backoff(item.attempts), type(exc).__name__)
            return False
        self._faults.reach("deliver.after-send")
        await self._outbox.mark_sent(item, self._clock())
        self._faults.reach("deliver.after-commit")
        return True


def _lease_of(platform: Platform, address: str) -> str:
    return f"deliver:{platform}:{address}"


def _stop(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
