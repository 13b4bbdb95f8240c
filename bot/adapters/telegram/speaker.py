"""Sentences that are said at once, beside the outbox: refusals, and what to send instead of a picture.

They are said on a best-effort basis (a refusal is no turn), never hold up what comes in, and never flood a chat.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final

from bot.adapters.base import DeliverLater, Incoming, Undeliverable
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.client import Place, TelegramClient
from bot.adapters.telegram.errors import Refusal, TelegramDown
from bot.taps import Tap
from store.work import Clock

log = logging.getLogger(__name__)

HUSH: Final = timedelta(seconds=5)
"""How long the same sentence is not said again to the same account: who is refused often is told once."""
ONCE: Final = timedelta(seconds=30)
"""The same for what belongs together, such as an album's pictures, which come one by one."""
LONGEST_TOAST: Final = 60
"""Characters that fit what is shown for a moment; what is longer is shown until it was read."""
_REMEMBERED: Final = 5_000
_TRIES: Final = 3
_AT_ONCE: Final = 200
_LONGEST_WAIT: Final = 60.0


class Speaker:
    """Says sentences and answers presses, each in a task of its own."""

    def __init__(self, adapter: TelegramAdapter, *, clock: Clock) -> None:
        self._adapter, self._clock = adapter, clock
        self._said: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def say(self, incoming: Incoming, sentence: str, *, once: str | None = None) -> None:
        """Say a sentence where a message came from; not what was said a moment ago, or has the same `once`."""
        if not sentence or not self._may_say(incoming.account, once or sentence, ONCE if once else HUSH):
            return
        reply_to = int(incoming.reply_to) if incoming.reply_to else None
        place = Place.of(incoming.address)

        async def send() -> None:
            await self._adapter.sender.send_text(place, sentence, reply_to=reply_to)

        self._begin(self._insist(send))

    def answer(self, press: str, sentence: str) -> None:
        """Acknowledge the press of a button, perhaps with a sentence."""

        async def send() -> None:
            await self.client.answer_press(press, sentence, loud=len(sentence) > LONGEST_TOAST)

        self._begin(self._insist(send))

    def mark(self, address: str, message: int, tap: Tap) -> None:
        """Show below a message which of its buttons was chosen."""

        async def send() -> None:
            await self._adapter.show_chosen(Place.of(address), message, tap)

        self._begin(self._insist(send))

    @property
    def client(self) -> TelegramClient:
        """Return the connection to Telegram."""
        return self._adapter.sender.client

    async def settle(self, seconds: float) -> None:
        """Wait until everything was said, at most so long; what was not by then is left unsaid."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._tasks) >= _AT_ONCE:
            log.warning("a sentence is left unsaid: too many wait to be said")
            work.close()
            return
        task = asyncio.create_task(work, name="telegram sentence")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _insist(self, send: Callable[[], Awaitable[None]]) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                await send()
            except DeliverLater as exc:
                await asyncio.sleep(min(exc.seconds, _LONGEST_WAIT))
            except TelegramDown as exc:
                log.warning("a sentence could not be said: %s", exc)
                await asyncio.sleep(0.5 * attempt)
            except (Undeliverable, Refusal) as exc:
                log.info("a sentence cannot be said: %s", exc)
                return
            except Exception:
                log.exception("a sentence could not be said")
                return
            else:
                return

    def _may_say(self, account: str, once: str, span: timedelta) -> bool:
        now, name = self._clock(), (account, once)
        before = self._said.get(name)
        if before is not None and now < before + span:
            return False
        self._said[name] = now
        self._said.move_to_end(name)
        while len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)
        return True
