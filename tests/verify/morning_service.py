"""`prepmate serve` on a clock that is moved by whoever started it: a line on standard input sets what time it is.

`python -m tests.verify.morning_service`; the settings come from the environment. The clock then runs on at real speed.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.adapters.base import Adapter
from bot.adapters.telegram.service import opened
from bot.app import open_app
from bot.settings import read_settings
from store.client import Database
from store.documents.own import Platform


class MovedClock:
    """The machine's clock, moved by some seconds."""

    def __init__(self, now: float) -> None:
        self.move_to(now)

    def move_to(self, now: float) -> None:
        """Let it be another time from now on (seconds since 1970)."""
        self._by = now - time.time()

    def __call__(self) -> datetime:
        """Return what time it is."""
        return datetime.fromtimestamp(time.time() + self._by, UTC)


async def follow(clock: MovedClock) -> None:
    """Move the clock as told; each line is answered when it is done. Ends with standard input."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        clock.move_to(float(line))
        print("moved", flush=True)


async def serve(now: float) -> None:
    """Serve Telegram until standard input ends."""
    settings, clock, stop = read_settings(), MovedClock(now), asyncio.Event()
    async with opened(settings, lambda _: None) as service:

        def adapters(database: Database) -> Mapping[Platform, Adapter]:
            return {service.platform: service.adapter(database)}

        async with open_app(settings, adapters, clock=clock) as app:
            serving = asyncio.create_task(service.run(app, stop))
            print("ready", flush=True)
            await follow(clock)
            stop.set()
            await serving


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(serve(float(sys.stdin.readline())))
