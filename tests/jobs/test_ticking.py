"""Jobs are queued once in their time, and a job that fails is queued again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from jobs.base import Job
from jobs.broker import Broker
from jobs.ticking import Ticking
from store.client import ObjectId
from store.documents.reminders import JobSlot
from store.repositories.reminders import JobSlots
from tests.jobs.stage import Class


def ticking(pupils: Class, jobs: Sequence[Job]) -> tuple[Ticking, Broker]:
    """Return the clock of one replica, and its broker."""
    broker = Broker(jobs)
    slots = JobSlots(pupils.database, ids=ObjectId)
    return Ticking(jobs, broker, slots, clock=pupils.clock, poll=0.01), broker


async def always(_: datetime) -> bool:
    """There is something to do."""
    return True


async def test_an_idle_service_writes_nothing(pupils: Class) -> None:
    """Where nobody is to be reminded soon, ticks take no slots; a quarter of an hour later they do."""
    pupil = await pupils.enrol()
    jobs = [pupils.making().job()]
    clock, broker = ticking(pupils, jobs)
    slots = pupils.database.collection(JobSlot.collection)
    assert await clock.tick() == 0
    assert await slots.count({}) == 0
    pupils.clock.forward(minutes=6)
    assert await clock.tick() == 1
    await broker.settle()
    assert len(await pupil.items()) == 1


async def test_of_many_replicas_one_takes_a_slot(pupils: Class) -> None:
    """Eight replicas tick four times in ten seconds: a job of every five seconds runs twice."""
    ran: list[datetime] = []

    async def run(now: datetime) -> None:
        ran.append(now)

    job = Job(f"count {ObjectId()}", timedelta(seconds=5), run, always)
    replicas = [ticking(pupils, [job]) for _ in range(8)]
    start = pupils.clock()
    for _ in range(4):
        await asyncio.gather(*(clock.tick() for clock, _ in replicas))
        pupils.clock.forward(seconds=2.5)
    await asyncio.gather(*(broker.settle() for _, broker in replicas))
    assert ran == [start, start + timedelta(seconds=5)]
    slots = await pupils.database.collection(JobSlot.collection).find({"job": job.name})
    assert {slot.get("userId") for slot in slots} == {None}


async def test_a_clock_that_was_set_back_stops_no_job_for_long(pupils: Class) -> None:
    """Where every slot to come was taken by a clock that was ahead, a replica runs the job now and then."""
    ran: list[datetime] = []

    async def run(now: datetime) -> None:
        ran.append(now)

    clock, broker = ticking(pupils, [Job(f"again {ObjectId()}", timedelta(seconds=5), run, always)])
    for _ in range(2):
        pupils.clock.forward(seconds=5 * 20)
        for _ in range(20):
            pupils.clock.forward(seconds=-5)
            await clock.tick()
        await broker.settle()
    assert len(ran) == 20 + 1


async def test_a_job_that_fails_is_told_and_runs_again(pupils: Class, caplog: pytest.LogCaptureFixture) -> None:
    """Its failure reaches neither the other jobs nor its own next run; stopping waits for what runs."""
    ran: list[str] = []

    async def fail(_: datetime) -> None:
        ran.append("fail")
        raise RuntimeError("broken")

    async def work(_: datetime) -> None:
        await asyncio.sleep(0.02)
        ran.append("work")

    second = timedelta(seconds=1)
    jobs = [Job(f"fail {ObjectId()}", second, fail, always), Job(f"work {ObjectId()}", second, work, always)]
    clock, _ = ticking(pupils, jobs)
    stop = asyncio.Event()
    running = asyncio.create_task(clock.run(stop))
    async with asyncio.timeout(10):
        while ran.count("work") < 2:
            await asyncio.sleep(0.01)
            pupils.clock.forward(seconds=1)
    stop.set()
    await running
    assert ran.count("fail") >= 2
    assert f"the job {jobs[0].name} failed" in caplog.text
