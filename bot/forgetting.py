"""Doing what students asked for who want to be forgotten, as soon as their last answer was delivered."""

from __future__ import annotations

import asyncio
import logging

from bot.waiting import first_of
from store.errors import StoreError
from store.repositories.erasures import Erasures

log = logging.getLogger(__name__)


class Forgetting:
    """Looks for erasures that are due, asked for here or left half done by another process."""

    def __init__(self, erasures: Erasures, *, poll: float = 2.0) -> None:
        self._erasures, self._poll = erasures, poll

    async def run(self, stop: asyncio.Event) -> None:
        """Forget until `stop` is set, and look once more then: a session may end with its last answer."""
        idle = asyncio.Event()
        while True:
            last = stop.is_set()
            try:
                await self._erasures.resume()
            except StoreError as exc:
                log.warning("an erasure goes on later: %s", exc)
            except Exception:
                log.exception("erasures cannot be looked up")
            if last:
                return
            await first_of(idle, stop, seconds=self._poll)
