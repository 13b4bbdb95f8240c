"""How fast Telegram is spoken to: 30 new messages a second by a bot, one a second in a private chat, 20 a minute in a
group, and a message changed at most once a second (1.5 s in a group).

What a chat is sent is counted here, in memory, where it is a matter of seconds: one process at a time speaks to an
address, and whoever takes an address over from one that died waits longer than that for its lease. A group's minute is
longer than a lease, so that one is kept in the database; and a message whose last change is not known here is taken to
have been changed just now.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeVar

from bot.adapters.base import DeliverLater
from bot.adapters.telegram.client import Place
from bot.waiting import first_of
from store.errors import StoreError
from store.repositories.pace import Paces

log = logging.getLogger(__name__)

CAPACITY: Final = 30
WINDOW: Final = 1.0
PRIVATE_SECONDS: Final = 1.05
GROUP_SECONDS, GROUP_BURST = 3.75, 3
"""At most 3 + 60 / 3.75 = 19 in any minute."""
GROUP_PATIENCE: Final = 20.0
PRIVATE_EDIT_SECONDS: Final = 1.05
GROUP_EDIT_SECONDS: Final = 1.55
_REMEMBERED: Final = 4096
K = TypeVar("K")


class Turnstile:
    """Lets new messages through: never more than the shared capacity under way or gone within the last second.

    However late a message arrives, it counts until a second after Telegram answered, so whatever delays there are, no
    second sees more than the capacity. The capacity is divided among the processes (`store.repositories.pace`). What
    is live goes before what is bulk; bulk is spread over half of a second, so that live finds room soon.
    """

    def __init__(
        self,
        paces: Paces,
        *,
        name: str,
        holder: str,
        capacity: int = CAPACITY,
        window: float = WINDOW,
        lease: float = 3.0,
        least: int = 2,
    ) -> None:
        self._paces, self._name, self._holder = paces, name, holder
        self._capacity, self._window, self._lease, self._least = capacity, window, lease, least
        self._live: deque[asyncio.Future[None]] = deque()
        self._bulk: deque[asyncio.Future[None]] = deque()
        self._room = self._counted = 0
        """How many messages may count at once, and how many do."""
        self._valid_until = self._quiet_until = self._last = 0.0
        self._keeper: asyncio.Task[None] | None = None
        self._pausing: asyncio.TimerHandle | None = None
        self._hungry, self._closing = asyncio.Event(), asyncio.Event()

    async def close(self) -> None:
        """Give the share back now rather than when it runs out; whoever sends something more takes it anew."""
        self._closing.set()
        if self._keeper is not None:
            await asyncio.gather(self._keeper, return_exceptions=True)
        self._closing.clear()

    @asynccontextmanager
    async def passing(self, *, bulk: bool = False) -> AsyncIterator[None]:
        """Wait until one more message may be sent, and send it in the block."""
        queue = self._bulk if bulk else self._live
        ready = asyncio.get_running_loop().create_future()
        queue.append(ready)
        self._let_through()
        try:
            await ready
        except asyncio.CancelledError:
            if not ready.cancelled():
                self._free()
            raise
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(self._window, self._free)

    async def be_quiet(self, seconds: float) -> None:
        """Have every process send nothing for so long: Telegram asked for it."""
        loop = asyncio.get_running_loop()
        self._quiet_until = max(self._quiet_until, loop.time() + seconds)
        loop.call_later(seconds, self._let_through)
        try:
            await self._paces.be_quiet(self._name, seconds)
        except StoreError as exc:
            log.warning("other processes were not told to be silent: %s", exc)

    def _free(self) -> None:
        self._counted -= 1
        self._let_through()

    def _let_through(self) -> None:
        """Let as many through as may go now."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._live or self._bulk:
            if self._counted >= self._room or now >= self._valid_until:
                self._want_more()
                return
            if now < self._quiet_until:
                return  # whoever set it looks again afterwards
            queue = self._live or self._bulk
            if queue[0].done():  # whoever waited was cancelled
                queue.popleft()
                continue
            pause = self._last + 0.5 * self._window / self._capacity - now
            if queue is self._bulk and pause > 0:
                if self._pausing is None:
                    self._pausing = loop.call_later(pause, self._go_on)
                return
            self._counted, self._last = self._counted + 1, now
            queue.popleft().set_result(None)

    def _go_on(self) -> None:
        self._pausing = None
        self._let_through()

    def _want_more(self) -> None:
        """Have the share renewed soon, or taken anew: an idle process has none and costs nothing."""
        self._hungry.set()
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name=f"pace of {self._name}")
            self._keeper.add_done_callback(self._rest)

    def _rest(self, _: asyncio.Task[None]) -> None:
        self._keeper = None
        if not self._closing.is_set():
            self._let_through()  # somebody may have come in the meantime

    async def _keep(self) -> None:
        """Hold a share until nothing was sent for a while: renew it each third of its life, or when more is wanted."""
        while not self._closing.is_set():
            self._hungry.clear()
            try:
                await self._renew()
            except StoreError as exc:
                log.warning("the pace of %s cannot be kept: %s", self._name, exc)
            self._let_through()
            if self._room >= self._capacity:
                await first_of(self._closing, seconds=self._lease / 3)
            elif self._hungry.is_set():
                await first_of(self._closing, seconds=self._lease / 10)
            else:
                await first_of(self._closing, self._hungry, seconds=self._lease / 3)
            if not (self._counted or self._live or self._bulk):
                break
        self._room = 0
        with suppress(StoreError):
            last = self._window if self._counted else 0.0
            await self._paces.give_back(self._name, self._holder, seconds=last)

    async def _renew(self) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        # Where reminders wait there are more behind them than are in the queue at once.
        needs = self._capacity if self._bulk else self._counted + len(self._live)
        wants = min(self._capacity, max(self._least, needs))
        self._room = min(self._room, wants)
        allowed = await self._paces.share(
            self._name,
            self._holder,
            capacity=self._capacity,
            keeps=max(self._counted, self._room),
            wants=wants,
            seconds=self._lease,
        )
        self._valid_until = asked + self._lease
        self._room = min(allowed.granted, max(1, allowed.limit))
        if allowed.quiet > 0:
            self._quiet_until = max(self._quiet_until, loop.time() + allowed.quiet)
            loop.call_later(allowed.quiet, self._let_through)


class ChatPace:
    """When a chat may be sent the next message, and a message be changed again: a while after the last was through.

    `second` is how long Telegram's seconds last.
    """

    def __init__(self, paces: Paces, *, name: str, second: float = 1.0) -> None:
        self._paces, self._name, self._second = paces, name, second
        self._chats: dict[int, float] = {}
        self._messages: dict[tuple[int, int], float] = {}

    async def wait_to_send(self, place: Place, *, patience: float = GROUP_PATIENCE) -> None:
        """Wait until a chat may be sent one more message.

        Raises: DeliverLater where that takes longer than `patience` in a group; StoreError.
        """
        if not place.private:
            await self._wait_in_group(place, patience)
            return
        now = asyncio.get_running_loop().time()
        at = max(now, self._chats.pop(place.chat, now))
        self._chats[place.chat] = at + PRIVATE_SECONDS * self._second
        _forget_old(self._chats, now)
        await asyncio.sleep(at - now)

    async def _wait_in_group(self, place: Place, patience: float) -> None:
        wait = await self._paces.reserve(
            f"{self._name}:{place.chat}", interval=GROUP_SECONDS * self._second, burst=GROUP_BURST, ahead=patience
        )
        if wait is None:
            raise DeliverLater(GROUP_SECONDS)
        await asyncio.sleep(wait)

    def note_sent(self, place: Place, message: int) -> None:
        """Note that a message has come through: it may be changed at once, the next one sent a second later."""
        self._messages[place.chat, message] = 0.0
        if place.private:
            now = asyncio.get_running_loop().time()
            self._chats[place.chat] = max(self._chats.pop(place.chat, 0.0), now + PRIVATE_SECONDS * self._second)

    async def wait_to_change(self, place: Place, message: int) -> None:
        """Wait until a message may be changed once more."""
        now, key = asyncio.get_running_loop().time(), (place.chat, message)
        at = max(now, self._messages.pop(key, now + self._gap(place)))
        self._messages[key] = at + self._gap(place)
        _forget_old(self._messages, now)
        await asyncio.sleep(at - now)

    def note_changed(self, place: Place, message: int) -> None:
        """Note that a change of a message has come through."""
        key = (place.chat, message)
        self._messages.pop(key, None)
        self._messages[key] = asyncio.get_running_loop().time() + self._gap(place)

    def _gap(self, place: Place) -> float:
        return (PRIVATE_EDIT_SECONDS if place.private else GROUP_EDIT_SECONDS) * self._second


def _forget_old(times: dict[K, float], now: float) -> None:
    """Drop the oldest of what is past, where much is remembered: the dictionary is in the order of its changes."""
    while len(times) > _REMEMBERED and times[oldest := next(iter(times))] <= now:
        del times[oldest]
