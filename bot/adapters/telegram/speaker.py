"""Sentences that are said at once, beside the outbox: refusals, and what to send instead of a picture.

They are said on a best-effort basis (a refusal is no turn), never hold up what comes in, and never flood a chat.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

from bot.adapters.base import DeliverLater, Incoming, Undeliverable
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.client import Place, TelegramClient
from bot.adapters.telegram.errors import Refusal, TelegramDown
from bot.adapters.telegram.inviting import with_way
from bot.hush import Hush
from bot.taps import Tap
from store.work import Clock

log = logging.getLogger(__name__)

HUSH: Final = timedelta(seconds=15)
"""Within this the same sentence is said a few times to the same account in the same place, and then no more."""
ONCE: Final = timedelta(seconds=30)
"""Within this what belongs together, such as an album's pictures, which come one by one, is told of once."""
LONGEST_TOAST: Final = 60
"""Characters that fit what is shown for a moment; what is longer is shown until it was read."""
_TRIES: Final = 3
_AT_ONCE: Final = 200
_OF_ONE: Final = 20
"""How many of those may be one chat's, or one account's presses: nobody takes the place of everybody else."""
_LONGEST_WAIT: Final = 60.0


class Speaker:
    """Says sentences and answers presses, each in a task of its own."""

    def __init__(self, adapter: TelegramAdapter, *, clock: Clock) -> None:
        self._adapter, self._clock = adapter, clock
        self._hush, self._once = Hush(HUSH), Hush(ONCE, often=1)
        self._tasks: dict[asyncio.Task[None], str] = {}

    def say(self, incoming: Incoming, sentence: str, *, once: str | None = None) -> None:
        """Say a sentence where a message came from; not what was said often enough a moment ago, or has the same
        `once`.
        """
        hush, name = (self._once, once) if once else (self._hush, sentence)
        said = hush.temper((incoming.account, incoming.address, name), sentence, self._clock()) if sentence else ""
        if not said:
            return
        reply_to = int(incoming.reply_to) if incoming.reply_to else None
        place = Place.of(incoming.address)
        if not place.private:
            said = with_way(said, self.client.username)

        async def send() -> None:
            await self._adapter.sender.send_text(place, said, reply_to=reply_to)

        self._begin(str(place.chat), self._insist(send))

    def answer(self, incoming: Incoming, press: str, sentence: str) -> None:
        """Acknowledge the press of a button, perhaps with a sentence."""

        async def send() -> None:
            await self.client.answer_press(press, sentence, loud=len(sentence) > LONGEST_TOAST)

        self._begin(f"presses of {incoming.account}", self._insist(send))

    def mark(self, address: str, message: int, tap: Tap) -> None:
        """Show below a message which of its buttons was chosen."""
        place = Place.of(address)

        async def send() -> None:
            await self._adapter.show_chosen(place, message, tap)

        self._begin(f"taps in {place.chat}", self._insist(send))

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

    def _begin(self, whose: str, work: Coroutine[Any, Any, None]) -> None:
        waiting = list(self._tasks.values())
        if len(waiting) >= _AT_ONCE or waiting.count(whose) >= _OF_ONE:
            log.warning("a sentence is left unsaid: too many wait to be said")
            work.close()
            return
        task = asyncio.create_task(work, name="telegram sentence")
        self._tasks[task] = whose
        task.add_done_callback(self._tasks.pop)

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
