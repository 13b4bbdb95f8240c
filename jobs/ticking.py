"""The clock of the jobs: every replica ticks, and the slot of a tick is taken by one of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from jobs.base import Job
from jobs.broker import Broker
from store.errors import StoreError
from store.repositories.reminders import JobSlots
from store.work import Clock

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.5
_KEPT: Final = timedelta(hours=1)
MOST_LOST: Final = 12
"""How many slots in a row others may have had: after that this replica runs the job itself. A clock that was set back
finds every slot taken, by nobody who still runs; one run too many costs a few queries."""


class Ticking:
    """Queues each job once in its time, among any number of replicas."""

    def __init__(
        self, jobs: Sequence[Job], broker: Broker, slots: JobSlots, *, clock: Clock, poll: float = POLL_SECONDS
    ) -> None:
        self._jobs, self._broker, self._slots = jobs, broker, slots
        self._clock, self._poll = clock, poll
        self._seen: dict[str, str] = {}
        self._lost: dict[str, int] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until `stop` is set, then wait for what runs."""
        async with self._broker.open():
            while not stop.is_set():
                await self.tick()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._poll)

    async def tick(self) -> int:
        """Queue every job whose slot nobody has taken, or others have too often; return how many that were."""
        now, queued = self._clock(), 0
        for job in self._jobs:
            slot = job.slot_of(now)
            if self._seen.get(job.name) == slot:
                continue
            try:
                if await job.wanted(now) and await self._takes(job, slot, now):
                    await self._broker.queue(job.name, now)
                    queued += 1
                self._seen[job.name] = slot
            except StoreError as exc:
                log.warning("the job %s waits: %s", job.name, exc)
            except Exception:
                log.exception("the job %s cannot be queued", job.name)
        return queued

    async def _takes(self, job: Job, slot: str, now: datetime) -> bool:
        """Take a slot, or go without one where others had too many in a row."""
        mine = await self._slots.claim(job.name, slot, now=now, kept=_KEPT)
        lost = 0 if mine else self._lost.get(job.name, 0) + 1
        mine = mine or lost > MOST_LOST
        self._lost[job.name] = 0 if mine else lost
        return mine
