"""Taskiq, and the only place that knows it: work is queued here and done by whoever listens.

The queue only wakes workers up. It lives in this process, and losing it loses nothing: the next tick queues again. A
broker that other processes share would take the place of this one.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from taskiq import InMemoryBroker

from jobs.base import Job

log = logging.getLogger(__name__)


class Broker:
    """Queues the runs of jobs."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._broker = InMemoryBroker(max_stored_results=1)
        self._tasks = {job.name: self._broker.register_task(_runner(job), task_name=job.name) for job in jobs}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Take work while the block runs; on the way out wait for what runs."""
        await self._broker.startup()
        try:
            yield
        finally:
            await self.settle()
            await self._broker.shutdown()

    async def queue(self, name: str, now: datetime) -> None:
        """Queue a run of a job."""
        await self._tasks[name].kiq(now.isoformat())

    async def settle(self) -> None:
        """Wait until nothing runs."""
        await self._broker.wait_all()


def _runner(job: Job) -> Callable[[str], Coroutine[Any, Any, None]]:
    async def run(now: str) -> None:
        try:
            await job.run(datetime.fromisoformat(now))
        except Exception:
            log.exception("the job %s failed; its next run goes on", job.name)

    return run
