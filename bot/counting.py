"""Counting, in the background, what a kill or a database that was away left uncounted of students' attempts."""

from __future__ import annotations

import asyncio
import logging

from bot.waiting import first_of
from store.client import Database
from store.errors import StoreError
from store.repositories.population import settle_pending

log = logging.getLogger(__name__)

POLL_SECONDS = 30.0
PAUSE_SECONDS = 0.02
"""Between two entries: turns are to notice nothing, however long the queue is."""


class Counting:
    """Looks into the queue of the shared difficulties and empties it, one entry after the other."""

    def __init__(self, database: Database, *, poll: float = POLL_SECONDS, pause: float = PAUSE_SECONDS) -> None:
        self._database, self._poll, self._pause = database, poll, pause

    async def run(self, stop: asyncio.Event) -> None:
        """Count until `stop` is set; what is left then waits for the next process."""
        idle = asyncio.Event()
        while not stop.is_set():
            try:
                await self._count(stop)
            except StoreError as exc:
                log.warning("attempts are counted later: %s", exc)
            await first_of(idle, stop, seconds=self._poll)

    async def _count(self, stop: asyncio.Event) -> None:
        async for _ in settle_pending(self._database):
            if stop.is_set():
                return
            await asyncio.sleep(self._pause)
