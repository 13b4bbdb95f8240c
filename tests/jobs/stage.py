"""Students with reminders, and replicas that make them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from jobs.composing import compose_daily
from jobs.making import Compose, Making, Parts
from jobs.occasions import DAILY, WEEKLY, Occasion
from jobs.weekly import compose_weekly
from store.client import Database, ObjectId, Raw
from store.documents.own import ChannelAccount, OutboxItem, StudentSettings, Turn
from store.documents.people import User
from store.documents.reminders import JobSlot, Reminder, SentReminder
from store.faults import Faults
from store.leases import Leases, student_lease
from store.work import StudentWork
from tests.tools.harness import Clock, School, Student
from tools.context import Result
from tools.reminders import ReminderReceipt
from tools.zones import zone_of

R = TypeVar("R", bound=Result)
SERVED = (Reminder, SentReminder, JobSlot, OutboxItem)
MORNING = datetime(2030, 11, 25, 6, 45, tzinfo=UTC)
"""A Monday, 07:45 in Berlin. Years ahead, so that the server's own clock removes no slot meanwhile."""


class Pupil:
    """A student who is served by whoever takes their lease, as in production."""

    def __init__(self, database: Database, student: ObjectId, clock: Clock) -> None:
        self.database, self.id, self.clock = database, student, clock

    @asynccontextmanager
    async def awake(self) -> AsyncIterator[Student]:
        """Take the student's lease while the block runs."""
        leases = Leases(self.database, ttl=30)
        hold = await leases.take(student_lease(self.id), "pupil")
        assert hold is not None
        work = StudentWork(self.database, self.id, hold, clock=self.clock, ids=ObjectId, faults=Faults())
        settings = await work.reading().of(StudentSettings).own()
        assert settings is not None
        try:
            yield Student(self.database, self.id, work, self.clock, zone_of(settings), calls=self._calls())
        finally:
            await leases.give_back(hold)

    def _calls(self) -> int:
        return int(str(ObjectId()), 16) % 1_000_000

    async def do(self, kind: type[R], verb: str, **arguments: Any) -> R:
        """Run a writing verb."""
        async with self.awake() as student:
            return await student.do(kind, verb, **arguments)

    async def all(self, document: type[Any]) -> list[Raw]:
        """Return the student's stored documents of a kind."""
        return await self.database.collection(document.collection).find({document.owner: self.id}, sort=[("_id", 1)])

    async def items(self) -> list[Raw]:
        """Return what was put into the outbox."""
        return await self.all(OutboxItem)

    async def change(self, document: type[Any], **fields: Any) -> None:
        """Change a stored document behind the product's back."""
        await self.database.collection(document.collection).update({document.owner: self.id}, {"$set": fields})

    async def speak(self, text: str = "hello") -> None:
        """Have said something that was answered now."""
        turn = Turn(
            id=ObjectId(),
            key=f"t:{ObjectId()}",
            user_id=self.id,
            platform="telegram",
            address="7",
            seq=len(await self.all(Turn)) + 1,
            text=text,
            status="delivered",
            accepted_at=self.clock(),
            answered_at=self.clock(),
        )
        await self.database.collection(Turn.collection).insert(turn.to_mongo())

    async def deliver(self, status: str = "sent") -> None:
        """Show what is due, as the delivery does, or drop it ("dead")."""
        query: Raw = {"userId": self.id, "status": "pending", "nextAttemptAt": {"$lte": self.clock()}}
        sent: Raw = {"$set": {"status": status, "sentAt": self.clock()}}
        await self.database.collection(OutboxItem.collection).update_many(query, sent)


class Class:
    """Pupils of one database, and the jobs that look after them."""

    def __init__(self, school: School) -> None:
        self.database, self.clock = school.database, school.clock
        self.clock.at = MORNING

    async def enrol(self, zone: str = "Europe/Berlin", *, at: str | None = "8:00", address: str = "7") -> Pupil:
        """Take a pupil in who is reminded at a local time."""
        pupil = Pupil(self.database, ObjectId(), self.clock)
        now = self.clock()
        stamps = {"created_at": now, "updated_at": now}
        for document in (
            User(id=pupil.id, name="Ada", email=f"{pupil.id}@prepmate.invalid", **stamps),
            StudentSettings(id=pupil.id, time_zone=zone, time_zone_known=True, **stamps),
            ChannelAccount(
                id=f"telegram:{pupil.id}",
                user_id=pupil.id,
                platform="telegram",
                display_name="Ada",
                address=address,
                **stamps,
            ),
        ):
            await self.database.collection(document.collection).insert(document.to_mongo())
        if at:
            await pupil.do(ReminderReceipt, "set_reminder", at=at)
        return pupil

    def making(
        self,
        name: str = "a",
        occasion: Occasion = DAILY,
        compose: Compose | None = None,
        welcomes: Callable[[ChannelAccount], bool] = lambda _: True,
    ) -> Making:
        """Return what makes reminders on one replica."""
        parts = Parts(self.database, self.clock, ObjectId, name, Faults(), 10.0, welcomes)
        return Making(name, parts, occasion, compose or (compose_daily if occasion is DAILY else compose_weekly))

    async def tick(self, making: Making | None = None, occasion: Occasion = DAILY) -> None:
        """Let the job run once."""
        await (making or self.making(occasion=occasion)).run(self.clock())


__all__ = ["MORNING", "SERVED", "WEEKLY", "Class", "Pupil"]
