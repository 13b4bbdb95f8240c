"""From the outbox to the student: each item through its platform's adapter, in order for each address.

An item is marked as sent after the adapter showed it. A kill in between shows it again under the same id; adapters
use the id so that the platform shows it once. What is live goes before what is bulk (reminders): of bulk only a few
addresses are served at once, however many thousands are due.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from bot.adapters.base import Adapter, DeliverLater, NotNow, Undeliverable, Unshowable
from bot.waiting import first_of
from store.client import Database, ObjectId
from store.documents.own import ChannelAccount, OutboxItem, Platform
from store.errors import StoreError
from store.faults import Faults
from store.leases import Hold, Leases
from store.repositories.accounts import Accounts
from store.repositories.outbox import Outbox, Waiting, backoff
from store.work import Clock
from texts import speaking

log = logging.getLogger(__name__)

DELIVER_SECONDS = 60.0
"""How long a platform may take to show one item, its waits included; what takes longer holds everything behind it."""


LIVE_AT_ONCE = 64
BULK_AT_ONCE = 20
_BULK_AHEAD = 200
_Address = tuple[Platform, str]


class Delivery:
    """Delivers what this process can reach. One replica at a time serves an address, under a lease.

    `live` and `bulk` bound how many addresses are served at once. `seconds` bounds the showing of one item; after that
    it has failed and is tried again like any that did. `welcomes` says of an account whether it is let in: only then
    is it written to unasked.
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
        live: int = LIVE_AT_ONCE,
        bulk: int = BULK_AT_ONCE,
        welcomes: Callable[[ChannelAccount], bool] = lambda _: True,
    ) -> None:
        self._outbox, self._adapters = Outbox(database), adapters
        self._accounts = Accounts(database, clock=clock, ids=ObjectId)
        self._leases, self._lease, self._poll = Leases(database, ttl=lease), lease, poll
        self._holder, self._clock, self._faults, self._seconds = holder, clock, faults, seconds
        self._live, self._bulk, self._welcomes = live, bulk, welcomes
        self._busy: dict[_Address, asyncio.Task[None]] = {}
        self._busy_with_bulk: set[_Address] = set()
        self._backlog: deque[_Address] = deque()
        self._again: set[_Address] = set()
        self._woken = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, and then once more what is due by then."""
        try:
            while True:
                last = stop.is_set()
                self._woken.clear()
                try:
                    await self._look(last=last)
                except StoreError as exc:
                    log.warning("the outbox cannot be read: %s", exc)
                if last:
                    break
                await first_of(self._woken, stop, seconds=await self._pause())
            await self.settle()
        finally:
            self._again.clear()
            self._backlog.clear()
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

    async def _pause(self) -> float:
        """Return how long to wait before looking again: until the next item becomes due, if that is before the poll."""
        now = self._clock()
        until = now + timedelta(seconds=self._poll)
        try:
            coming = [await self._outbox.next_moment(platform, now, until) for platform in self._adapters]
        except StoreError:
            return self._poll
        return min(((moment - now).total_seconds() for moment in coming if moment is not None), default=self._poll)

    async def _look(self, *, last: bool) -> None:
        if last:
            self._backlog.clear()
        for platform, adapter in self._adapters.items():
            for address in await self._due(platform, adapter, bulk=False):
                place = platform, address
                if place in self._busy:
                    self._again.add(place)  # what came just now may have been missed
                elif last or len(self._busy) - len(self._busy_with_bulk) < self._live:
                    self._begin(place)
            if not last and len(self._backlog) < self._bulk:
                self._line_up(platform, await self._due(platform, adapter, bulk=True))
        self._fill_up()

    async def _due(self, platform: Platform, adapter: Adapter, *, bulk: bool) -> list[str]:
        """Return the addresses that have something due and that no other replica serves."""
        if not bulk:
            return await self._outbox.due_addresses(
                platform, adapter.reach(), self._clock(), holder=self._holder, limit=10 * self._live
            )
        due = await self._outbox.due_addresses(platform, adapter.reach(), self._clock(), bulk=True, limit=_BULK_AHEAD)
        held = await self._leases.held(_lease_of(platform, address) for address in due) if due else set()
        return [address for address in due if _lease_of(platform, address) not in held]

    def _line_up(self, platform: Platform, addresses: list[str]) -> None:
        """Note whom to write to when there is room, in an order of this replica's own, so that two seldom collide."""
        waiting = {*self._backlog, *self._busy}
        new = [(platform, address) for address in addresses if (platform, address) not in waiting]
        self._backlog.extend(sorted(new, key=lambda place: zlib.crc32(f"{self._holder} {place[1]}".encode())))

    def _fill_up(self) -> None:
        while self._backlog and len(self._busy_with_bulk) < self._bulk:
            place = self._backlog.popleft()
            if place not in self._busy:
                self._busy_with_bulk.add(place)
                self._begin(place)

    def _begin(self, place: _Address) -> None:
        platform, address = place
        work = self._serve(self._adapters[platform], address)
        self._busy[place] = asyncio.create_task(work, name=f"deliver {platform} {address}")
        self._busy[place].add_done_callback(partial(self._forget, place))

    def _forget(self, place: _Address, _: asyncio.Task[None]) -> None:
        crowded = len(self._busy) - len(self._busy_with_bulk) >= self._live
        was_bulk = place in self._busy_with_bulk
        self._busy.pop(place, None)
        self._busy_with_bulk.discard(place)
        if place in self._again:
            self._again.discard(place)
            self._begin(place)
        if was_bulk:
            self._fill_up()
        if crowded or (was_bulk and not self._backlog):
            self.wake()

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
        # Right before it is spoken to, the address must be known to be still ours. It is after it was just taken,
        # unless this process was stopped in between; later the server is asked.
        loop = asyncio.get_running_loop()
        sure_until = loop.time() + self._lease / 3
        while waiting := await self._outbox.next_for(adapter.platform, address):
            item = waiting.item
            if item.next_attempt_at > self._clock():
                return
            if reason := self._unwanted(waiting):
                await self._outbox.mark_dead(item, reason)
                continue
            if loop.time() > sure_until and not await self._leases.renew(hold):
                return
            sure_until = 0.0
            if not await self._deliver(adapter, item):
                return
            # There is seldom a second reminder, and the next look finds it: looking here would cost each a query.
            if item.bulk and (adapter.platform, address) in self._busy_with_bulk:
                return

    def _unwanted(self, waiting: Waiting) -> str | None:
        """Return why an item is not to be said any more, or None.

        /stop, /ban and leaving the list drop what waits, or see to it that nothing is made; what was being answered or
        made at that moment comes after it, and is dropped here.
        """
        item, accounts = waiting.item, waiting.accounts
        if item.expires_at is not None and item.expires_at <= self._clock():
            return "too late"
        if any(account.stopped_at is not None for account in accounts):
            return "the student said /stop"
        if item.turn_id is not None:
            return None  # they asked for it
        if waiting.closed:
            return "the account was closed"
        if not any(self._welcomes(account) for account in accounts):
            return "the account is not let in"  # or it is just being forgotten
        return None

    async def _deliver(self, adapter: Adapter, item: OutboxItem) -> bool:
        """Show one item; return whether the next one may follow."""
        self._faults.reach("deliver.before-send")
        try:
            with speaking(item.language):
                async with asyncio.timeout(self._seconds):
                    await adapter.deliver(item)
        except Undeliverable as exc:
            await self._give_up(item, str(exc))
            return False
        except Unshowable as exc:
            log.error("%s cannot be shown: %s", item.id, exc)  # noqa: TRY400  # the sentence tells all
            await self._outbox.mark_dead(item, str(exc))
            return True
        except DeliverLater as exc:
            await self._outbox.postpone(item, self._clock() + timedelta(seconds=exc.seconds), str(exc))
            return False
        except NotNow as exc:
            log.warning("%s is delivered later: %s", item.id, exc)
            await self._outbox.postpone(item, self._clock() + backoff(item.attempts, exc.longest), str(exc))
            return False
        except Exception as exc:
            log.exception("delivering %s failed", item.id)
            await self._outbox.postpone(item, self._clock() + backoff(item.attempts), type(exc).__name__)
            return False
        self._faults.reach("deliver.after-send")
        await self._outbox.mark_sent(item, self._clock())
        self._faults.reach("deliver.after-commit")
        return True

    async def _give_up(self, item: OutboxItem, reason: str) -> None:
        """Note that an address takes nothing more, until whoever is behind it writes again."""
        dead = await self._accounts.mark_dead(item.platform, item.address)
        left = await self._outbox.bury(item.platform, item.address, reason)
        log.info("%s takes nothing more (%s): accounts %d, items %d", item.platform, reason, dead, left)


def _lease_of(platform: Platform, address: str) -> str:
    return f"deliver:{platform}:{address}"


def _stop(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
