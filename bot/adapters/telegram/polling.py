"""Long polling: one replica asks Telegram for updates, and moves the offset past what was taken care of.

Telegram keeps an update until a request's offset is beyond it. So nothing is confirmed before it is stored, and a
process that is killed anywhere gets the same updates again. Who polls is settled by a lease.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.adapters.telegram.asking import REFUSED_SECONDS, TokenDoubt, wait_of
from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.convert import ALLOWED, account_of, is_update
from bot.adapters.telegram.intake import Intake
from bot.waiting import first_of
from store.errors import StoreError
from store.leases import Leases

log = logging.getLogger(__name__)

WAIT_SECONDS: Final = 25
"""How long Telegram holds a request open while nothing comes in."""
MOST: Final = 100
_GRACE_SECONDS: Final = 10.0
_LONGEST_PAUSE: Final = 30.0
_LAST_SECONDS: Final = 2.0
_TOLD_AFTER: Final = 3
"""Failures: a replica that was frozen may meet the one that took over, once."""

Update = dict[str, Any]


class Polling:
    """Asks for updates while it holds the bot's lease; other replicas wait until it is free."""

    def __init__(
        self,
        client: TelegramClient,
        intake: Intake,
        *,
        leases: Leases,
        holder: str,
        tell: Callable[[str], None],
        wait: int = WAIT_SECONDS,
        pause: float = 0.5,
        look: float = 1.0,
        refused: float = REFUSED_SECONDS,
    ) -> None:
        self._client, self._intake, self._tell = client, intake, tell
        self._leases, self._holder, self._name = leases, holder, f"poll:telegram:{client.bot_id}"
        self._wait, self._pause, self._look = wait, pause, look
        self._offset, self._asked = 0, 0
        self._failures, self._told, self._token = 0, "", TokenDoubt(refused)
        self.in_hand = False
        """Whether updates that came in are being handed over."""

    async def run(self, stop: asyncio.Event) -> None:
        """Take updates in until `stop`."""
        while not stop.is_set():
            try:
                hold = await self._leases.take(self._name, self._holder, fenced=False)
            except StoreError as exc:
                log.warning("who polls Telegram cannot be settled: %s", exc)
                hold = None
            if hold is None:
                await first_of(stop, seconds=self._look)
                continue
            lost = asyncio.Event()
            async with self._leases.kept(hold, lost.set):
                await self._poll(stop, lost)

    async def _poll(self, stop: asyncio.Event, lost: asyncio.Event) -> None:
        self._offset = self._asked = 0  # another replica may have moved on meanwhile
        while not (stop.is_set() or lost.is_set()):
            updates = await self._ask(stop, lost)
            if updates is not None and not updates:
                # All is confirmed by now, and after a week without updates Telegram numbers them anew.
                self._offset = self._asked = 0
            if updates and not await self._take(updates):
                self._failures += 1
                await self._rest(self._backoff(), stop, lost)
        if self._offset > self._asked and not lost.is_set():
            await self._confirm()

    async def _ask(self, stop: asyncio.Event, lost: asyncio.Event) -> Sequence[Update] | None:
        """Return what came in; None when it was interrupted or, after a pause, when it failed."""
        asking = asyncio.ensure_future(self._get_updates(self._wait, MOST))
        signals = [asyncio.ensure_future(event.wait()) for event in (stop, lost)]
        try:
            await asyncio.wait([asking, *signals], return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                return None
            updates = asking.result()
        except TelegramError as exc:
            await self._rest(self._pause_after(exc), stop, lost)
            return None
        except Exception:
            log.exception("asking Telegram for updates failed")
            self._failures += 1
            await self._rest(self._backoff(), stop, lost)
            return None
        finally:
            for task in (asking, *signals):
                task.cancel()
            await asyncio.gather(asking, *signals, return_exceptions=True)
        self._recover()
        return updates

    async def _get_updates(self, wait: int, limit: int) -> list[Update]:
        """Ask for updates as they come: one that the library cannot read must not keep the others from us."""
        self._asked = self._offset
        asked: dict[str, Any] = {"timeout": wait, "limit": limit, "allowed_updates": list(ALLOWED)}
        if self._offset:
            asked["offset"] = self._offset
        # Telegram does not mind the case; the library warns of a method that it has another way to call.
        answer = await self._client.bot.do_api_request(
            "GetUpdates", api_kwargs=asked, read_timeout=wait + _GRACE_SECONDS
        )
        return [update for update in answer if is_update(update)] if isinstance(answer, list) else []

    async def _take(self, updates: Sequence[Update]) -> bool:
        """Take updates in, those of different accounts at once, and move the offset past what needs no repetition.

        Return whether that was all of them.
        """
        lines: dict[str, list[Update]] = {}
        for update in updates:
            lines.setdefault(account_of(update), []).append(update)
        self.in_hand = True
        try:
            left = [left for left in await asyncio.gather(*map(self._take_each, lines.values())) if left is not None]
        finally:
            self.in_hand = False
        last = max(int(update["update_id"]) for update in updates)
        self._offset = max(self._offset, min([last + 1, *left]))
        return not left

    async def _take_each(self, line: Sequence[Update]) -> int | None:
        """Take an account's updates in their order; return the first that has to come again, if one has."""
        for update in line:
            if not await self._intake.take(update):
                return int(update["update_id"])
        return None

    async def _confirm(self) -> None:
        """Tell Telegram what was taken in, on the way out."""
        try:
            async with asyncio.timeout(_LAST_SECONDS):
                await self._get_updates(0, 1)
        except (TelegramError, TimeoutError) as exc:
            log.warning("what was taken in could not be confirmed, and comes again: %s", type(exc).__name__)

    # --- failures

    def _pause_after(self, exc: TelegramError) -> float:
        self._failures += 1
        words = self._client.hide(str(exc))
        match exc:
            case RetryAfter():
                return wait_of(exc)
            case InvalidToken():
                log.warning("Telegram refuses the token or does not know the address: %s", words)
                if (sentence := self._token.grow()) is not None:
                    self._say(sentence)
            case Conflict() if "webhook" in words.lower():
                self._warn(
                    "a webhook is set for this bot, so it cannot be polled: remove it, or set PREPMATE_WEBHOOK_URL"
                )
            case Conflict():
                self._warn("another program polls with the same token: end it, or give this one a bot of its own")
            case _:
                log.warning("Telegram does not answer: %s", words)
        return self._backoff()

    def _backoff(self) -> float:
        return min(_LONGEST_PAUSE, self._pause * 2.0 ** min(self._failures - 1, 10))

    def _warn(self, sentence: str) -> None:
        log.warning("%s", sentence)
        if self._failures >= _TOLD_AFTER:
            self._say(f"Telegram: {sentence}.")

    def _say(self, sentence: str) -> None:
        if sentence != self._told:
            self._tell(sentence)
            self._told = sentence

    def _recover(self) -> None:
        self._failures = 0
        self._token.end()
        if self._told:
            self._told = ""
            self._tell("Telegram: it can be polled again.")

    async def _rest(self, seconds: float, stop: asyncio.Event, lost: asyncio.Event) -> None:
        await first_of(stop, lost, seconds=seconds)
