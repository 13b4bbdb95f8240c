"""Making reminders: whose is due soon is written ahead of time and put into the outbox for its moment.

Ahead, because many are due at the stroke of eight and making one takes longer than sending it. What was made is taken
back when its student says something before its moment (see `tools.reminding.take_back`), and made anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from jobs.base import Job
from jobs.occasions import Occasion, is_snoozed
from learning.reminding import LATE, NEVER_QUIET, find_next, is_quiet
from store.client import Database, ObjectId
from store.documents.own import Action, ChannelAccount, OutboxItem, StudentSettings
from store.documents.reminders import JobSlot, Reminder, SentReminder
from store.errors import StoreError
from store.faults import Faults
from store.leases import Leases, student_lease
from store.repositories.reminders import ReminderQueue
from store.work import Clock, IdFactory, StudentWork, UnitOfWork
from texts import speaking
from tools.context import MentorContext
from tools.reminding import AHEAD, GOING, REMINDING, find_mailbox, plan, quiet_of, replan
from tools.zones import zone_of

log = logging.getLogger(__name__)

EVERY: Final = timedelta(seconds=5)
NOTICED: Final = timedelta(minutes=2)
"""From how late on a reminder says that it is."""
BATCH: Final = 200
AT_ONCE: Final = 2
"""There is time: whoever writes meanwhile is not to notice."""
SLOT_KEPT: Final = timedelta(days=40)
_BUSY: Final = timedelta(seconds=2)
_BROKEN: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Composed:
    """What a student is sent; `topic` and `cards` are the revision that it asks about."""

    text: str
    actions: tuple[Action, ...] = ()
    topic: ObjectId | None = None
    cards: tuple[str, ...] = ()
    mastery: dict[str, float] = field(default_factory=dict)


Compose = Callable[[MentorContext, Reminder, bool], Awaitable[Composed | None]]
"""What writes the text, for the moment at which it is read; the flag says that it is late. None: nothing is sent."""


@dataclass(frozen=True)
class _Place:
    """Where, when and as what one reminder goes out; `day` is the date that it belongs to."""

    name: str
    day: str
    mailbox: ChannelAccount
    due: datetime
    zone: ZoneInfo
    language: str
    late: bool


@dataclass(frozen=True)
class Parts:
    """What the jobs are made of. `welcomes` says of an account whether it is let in: others are not written to."""

    database: Database
    clock: Clock
    ids: IdFactory
    holder: str
    faults: Faults
    lease: float = 3.0
    welcomes: Callable[[ChannelAccount], bool] = lambda _: True


class Making:
    """Makes the reminders of one occasion."""

    def __init__(self, name: str, parts: Parts, occasion: Occasion, compose: Compose) -> None:
        self._name, self._parts, self._occasion, self._compose = name, parts, occasion, compose
        self._queue = ReminderQueue(parts.database)
        self._leases = Leases(parts.database, ttl=parts.lease)
        self._waiting: dict[ObjectId, datetime] = {}
        self._running = False

    def job(self) -> Job:
        """Return this as a job."""
        return Job(self._name, EVERY, self.run, self.is_wanted)

    async def is_wanted(self, _: datetime) -> bool:
        """Return whether there is anything to make, to take back or to plan anew."""
        return bool(await self._due(limit=1) or await self._stale() or await self._astray(limit=1))

    async def run(self, _: datetime) -> None:
        """Take back what has become stale, then make what is due soon, until nothing is."""
        if self._running:
            return  # the run before is still at it, and finds what is due by now as well
        self._running = True
        try:
            await self._tidy()
            while students := await self._due():
                await self._all(students, self._make)
                await self._tidy()  # many students take minutes, and some of them write meanwhile
        finally:
            self._running = False

    async def _tidy(self) -> None:
        await self._all(await self._stale(), self._renew)
        await self._all(await self._astray(), self._mend)

    async def _stale(self) -> list[ObjectId]:
        """Return the students who have said something since theirs was made."""
        now = self._parts.clock()
        stale = await self._queue.stale(since=now - AHEAD - timedelta(minutes=1), going=now + GOING)
        return [student for student in stale if student not in self._waiting]

    async def _astray(self, *, limit: int = BATCH) -> list[ObjectId]:
        """Return students whose reminder was planned by a clock that was far ahead."""
        return await self._queue.astray(self._parts.clock(), but=list(self._waiting), limit=limit)

    async def _due(self, *, limit: int = BATCH) -> list[ObjectId]:
        """Return the next students to be written to, without those who have to wait a moment."""
        now = self._parts.clock()
        self._waiting = {student: until for student, until in self._waiting.items() if until > now}
        waiting = list(self._waiting)
        return await self._queue.due(self._occasion.field, now + AHEAD, now=now, but=waiting, limit=limit)

    async def _all(self, students: Iterable[ObjectId], act: Callable[[UnitOfWork], Awaitable[None]]) -> None:
        room = asyncio.Semaphore(AT_ONCE)

        async def one(student: ObjectId) -> None:
            async with room:
                await self._serve(student, act)

        await asyncio.gather(*(one(student) for student in students))

    async def _serve(self, student: ObjectId, act: Callable[[UnitOfWork], Awaitable[None]]) -> None:
        """Do something to one student under their lease; whatever goes wrong concerns nobody else."""
        try:
            hold = await self._leases.take(student_lease(student), self._parts.holder)
            if hold is None:
                self._wait(student, _BUSY)  # they are being answered
                return
            async with self._leases.kept(hold, lambda: None):
                parts = self._parts
                work = StudentWork(parts.database, student, hold, clock=parts.clock, ids=parts.ids, faults=parts.faults)
                await work.commit(act)
            if not await self._queue.knows(student):
                await self._leases.forget_student(student)
        except Exception as exc:  # noqa: BLE001  # whatever it is, it is logged where the student is put back
            if isinstance(exc, StoreError) and exc.transient:
                log.warning("the job %s waits for one student: %s", self._name, exc)
                self._wait(student, _BUSY)
            else:
                await self._put_back(student, exc)

    async def _put_back(self, student: ObjectId, exc: Exception) -> None:
        """Let a student whose reminder cannot be made wait, longer each time; how it failed is told in full once."""
        self._wait(student, _BROKEN)
        try:
            failed_before = await self._queue.put_back(student, self._parts.clock())
        except StoreError as error:
            log.warning("that the job %s failed cannot be noted: %s", self._name, error)
            return
        words = "the job %s failed for one student: %s"
        log.error(words, self._name, type(exc).__name__, exc_info=None if failed_before else exc)

    def _wait(self, student: ObjectId, how_long: timedelta) -> None:
        self._waiting[student] = self._parts.clock() + how_long

    # --- one student

    async def _renew(self, unit: UnitOfWork) -> None:
        """Take back what was made before the student last said something; it is due again at once."""
        settings = await unit.of(StudentSettings).own()
        await replan(unit, self._parts.clock(), zone_of(settings))

    async def _mend(self, unit: UnitOfWork) -> None:
        """Plan anew what was planned by a clock that was far ahead."""
        reminder = await unit.of(Reminder).own()
        if reminder is None:
            return
        now, zone = self._parts.clock(), zone_of(await unit.of(StudentSettings).own())
        today = now.astimezone(zone).date()
        for name in ("last_day", "last_summary"):
            if (getattr(reminder, name) or "") > (today + timedelta(days=1)).isoformat():
                setattr(reminder, name, None)
        plan(reminder, now, zone)
        await unit.of(Reminder).save(reminder)

    async def _make(self, unit: UnitOfWork) -> None:
        """Make what is due to one student, or pass its date over, and plan what follows."""
        now = self._parts.clock()
        reminder = await unit.of(Reminder).own()
        moment = self._occasion.moment(reminder) if reminder else None
        if reminder is None or moment is None or moment > now + AHEAD:
            self._wait(unit.student, _BUSY)  # changed at this moment, or it reads otherwise than it is found
            return
        settings = await unit.of(StudentSettings).own() or StudentSettings(id=unit.student)
        zone = zone_of(settings)
        local = moment.astimezone(zone)
        name = self._occasion.name(unit.student, reminder, local)
        mailbox = await find_mailbox(unit, self._parts.welcomes) if reminder.on else None
        if mailbox is not None and await unit.of(JobSlot).find_one({"job": REMINDING, "slot": name}) is None:
            due = max(moment, now)
            # A reminder comes on its own date or not at all: the next date has one of its own.
            elsewhere = due.astimezone(zone).date() != local.date() or is_quiet(due, zone, quiet_of(reminder))
            too_late = now - moment > LATE or elsewhere
            late = now - moment > NOTICED
            if not too_late:
                with speaking(settings.language):
                    place = _Place(name, f"{local:%Y-%m-%d}", mailbox, due, zone, settings.language, late=late)
                    too_late = not await self._put(unit, reminder, place)
            await _take_slot(unit, name, now, "dropped" if too_late else "late" if late else None)
        self._occasion.pass_over(reminder, local)
        _plan_after(self._occasion, reminder, max(now, moment), zone)
        await unit.of(Reminder).save(reminder)

    async def _put(self, unit: UnitOfWork, reminder: Reminder, place: _Place) -> bool:
        """Put a reminder into the outbox for its moment; return False where there is nothing to say."""
        snoozed = self._occasion.kind == "daily" and is_snoozed(reminder)
        context = MentorContext(unit, lambda: place.due, place.zone)
        composed = await self._compose(context, reminder, place.late)
        if composed is None:
            return False
        item = OutboxItem(
            id=place.name,
            user_id=unit.student,
            platform=place.mailbox.platform,
            address=str(place.mailbox.address),
            seq=0,
            text=composed.text,
            actions=list(composed.actions),
            bulk=True,
            language=place.language,
            next_attempt_at=place.due,
            expires_at=_expiry(reminder, place.due, place.zone),
        )
        sent = SentReminder(
            id=place.name,
            user_id=unit.student,
            kind=self._occasion.kind,
            day=place.day,
            snoozed=snoozed,
            due_at=place.due,
            made_at=self._parts.clock(),
            late=place.late,
            topic_id=composed.topic,
            cards=list(composed.cards),
            mastery=composed.mastery,
        )
        await unit.of(OutboxItem).add(item)
        await unit.of(SentReminder).add(sent)
        return True


def _plan_after(occasion: Occasion, reminder: Reminder, done: datetime, zone: ZoneInfo) -> None:
    """Plan what follows an occasion that is done with; the other one stays where it is due by then as well."""
    daily, weekly = reminder.next_at, reminder.summary_at
    plan(reminder, done, zone)
    if occasion.kind == "daily" and weekly is not None and weekly <= done:
        reminder.summary_at = weekly
    if occasion.kind == "weekly" and daily is not None and daily <= done:
        reminder.next_at = daily


async def _take_slot(unit: UnitOfWork, name: str, now: datetime, note: str | None) -> None:
    slot = JobSlot(
        id=unit.new_id(),
        job=REMINDING,
        slot=name,
        user_id=unit.student,
        note="late" if note == "late" else "dropped" if note else None,
        expires_at=now + SLOT_KEPT,
    )
    await unit.of(JobSlot).add(slot)


def _expiry(reminder: Reminder, due: datetime, zone: ZoneInfo) -> datetime:
    """Return until when a reminder may still be sent: six hours, and never into the quiet hours."""
    quiet, latest = quiet_of(reminder), due + LATE
    if quiet == NEVER_QUIET or quiet.start == quiet.end:
        return latest
    return min(latest, find_next(due, quiet.start, zone).moment)
