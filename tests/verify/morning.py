"""Ten thousand students are reminded at eight, each where they live, while others write.

`python -m tests.verify morning [--reminders 10000] [--zones 40] [--seed N]` gives each of so many students a daily
reminder at 08:00 in one of so many time zones, and lets one process of the service (its real assembly, on a clock that
is moved) live through the day before a Bot API server over real HTTP, which keeps Telegram's limits and stands in a
process of its own. For each moment at which it is eight somewhere the clock is moved to ten to eight there; when
the reminders of that moment are made it is moved to one second before eight, and from then on runs at real speed until
the last of them is complete on the screen.

Checked: everybody has one message, complete, with its buttons, of their own date; none before eight or in quiet hours;
no violation of any limit (a 429 is one); and the time. *The floor*: at 30 new messages a second the reminders of a
moment, and the answers that others are given meanwhile, take count / 30 seconds. *The time* of a moment is from eight
o'clock until its last reminder is complete: its placeholder counts against the 30, its edit does not, and both have to
be there. The sum of the times may be 1.05 times the sum of the floors. Meanwhile students who have no reminder ask what
is due, one every second: each sees their answer within 1.5 seconds. One JSON line with the figures; exit status 1 when
anything does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time
import zoneinfo
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from agents.coach.questions import RECALL
from store.catalogue.loader import load_catalogue
from store.client import Database, ObjectId, Raw, connect
from store.documents import ALL
from store.documents.intelligence import RevisionSchedule
from store.documents.own import Admission, ChannelAccount, OutboxItem, StudentSettings
from store.documents.people import User
from store.documents.problems import Topic
from store.documents.reminders import Reminder, SentReminder
from store.embedded import open_embedded
from store.indexes import ensure_indexes
from tests.fakes.telegram import FakeTelegram, Shown
from tests.mongo import mongod_program
from tests.verify.report import Violations, progress, run_attack
from tests.verify.stage import DATABASE, service_env
from tools.reminding import plan

START: Final = datetime(2031, 1, 14, 0, 0, tzinfo=UTC)
"""Years ahead: the server's own clock would remove slots of the past."""
PER_SECOND: Final = 30
SLOWEST: Final = 1.05
LIVE_SECONDS: Final = 1.5
LIVE_STUDENTS: Final = 8
LIVE_EVERY: Final = 1.0
PATIENCE: Final = 240.0
_FIRST: Final = 100_000
_LIVE_FIRST: Final = 10_000
_BATCH: Final = 500


@dataclass
class Pupil:
    """Somebody who is reminded: where, when, and what they have seen of it (times are the real clock's)."""

    chat: int
    student: ObjectId
    zone: str
    due: datetime
    completed: float | None = None
    messages: set[int] = field(default_factory=set)


@dataclass
class Live:
    """Somebody who writes, and how long each answer took."""

    chat: int
    asked: float | None = None
    asked_in_all: int = 0
    waits: list[float] = field(default_factory=list)


def choose_zones(count: int) -> list[str]:
    """Return zones of as many different times of day as there are, then more of them."""
    by_moment: dict[datetime, list[str]] = defaultdict(list)
    for name in sorted(zoneinfo.available_timezones()):
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/")):
            by_moment[_eight(ZoneInfo(name))].append(name)
    rows = [by_moment[moment] for moment in sorted(by_moment)]
    depth = max(map(len, rows))
    return [row[place] for place in range(depth) for row in rows if place < len(row)][:count]


def _eight(zone: ZoneInfo) -> datetime:
    """Return the first moment after the start, with time to prepare, at which it is eight in a zone."""
    reminder = Reminder(id=ObjectId(), on=True)
    plan(reminder, START + timedelta(minutes=20), zone)
    if reminder.next_at is None:
        raise RuntimeError("a reminder that is on has no next moment")
    return reminder.next_at


async def enrol(database: Database, zones: list[str], count: int, rng: random.Random) -> list[Pupil]:
    """Store students who are reminded at eight and owe a revision; and some who only write."""
    await ensure_indexes(database, ALL)
    await load_catalogue(database, now=START)
    topics = await database.collection(Topic.collection).find({}, sort=[("_id", 1)], limit=12)
    pupils: list[Pupil] = []
    rows: dict[str, list[Raw]] = defaultdict(list)
    for number in range(count + LIVE_STUDENTS):
        live = number >= count
        zone = zones[number % len(zones)]
        chat = _LIVE_FIRST + number - count if live else _FIRST + number
        student = ObjectId()
        _store(rows, student, chat, zone, rng.choice(topics))
        if not live:
            reminder = Reminder(id=student, on=True, weekly=False, created_at=START, updated_at=START)
            plan(reminder, START + timedelta(minutes=20), ZoneInfo(zone))
            rows[Reminder.collection].append(reminder.to_mongo())
            pupils.append(Pupil(chat, student, zone, _eight_of(reminder)))
    for name, raws in rows.items():
        for start in range(0, len(raws), _BATCH):
            await database.collection(name).insert_many(raws[start : start + _BATCH])
    return pupils


def _eight_of(reminder: Reminder) -> datetime:
    if reminder.next_at is None:
        raise RuntimeError("a reminder that is on has no next moment")
    return reminder.next_at


def _store(rows: dict[str, list[Raw]], student: ObjectId, chat: int, zone: str, topic: Raw) -> None:
    stamps = {"created_at": START, "updated_at": START}
    for document in (
        User(id=student, name=f"Student {chat}", email=f"{student}@chat.prepmate.invalid", **stamps),
        StudentSettings(id=student, time_zone=zone, time_zone_known=True, **stamps),
        Admission(id=student, **stamps),
        ChannelAccount(
            id=f"telegram:{chat}",
            user_id=student,
            platform="telegram",
            display_name=f"Student {chat}",
            address=str(chat),
            **stamps,
        ),
        RevisionSchedule(
            id=ObjectId(),
            user_id=student,
            topic_id=topic["_id"],
            topic_name=topic["name"],
            next_revision_date=START - timedelta(days=3),
            **stamps,
        ),
    ):
        rows[document.collection].append(document.to_mongo())


class Service:
    """The service in a process of its own, whose clock is moved from here."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._by = process, 0.0

    @classmethod
    async def start(cls, env: dict[str, str], log: Path, now: datetime) -> Service:
        """Start it at a moment of its clock, and wait until it takes messages."""
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.verify.morning_service",
                env=env,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        service = cls(process)
        await service._tell(now, "ready")
        return service

    async def move_to(self, now: datetime) -> float:
        """Move its clock; return the real time at which that was told."""
        told = time.time()
        await self._tell(now, "moved")
        return told

    def now(self) -> datetime:
        """Return what time it is there."""
        return datetime.fromtimestamp(time.time() + self._by, UTC)

    def seconds_used(self) -> float:
        """Return how many seconds of a processor it has used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def end(self) -> None:
        """Let it end in order."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 30)
        except TimeoutError:
            self._process.kill()

    async def _tell(self, now: datetime, answer: str) -> None:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the service was not started")
        self._process.stdin.write(f"{now.timestamp()}\n".encode())
        self._by = now.timestamp() - time.time()
        line = await asyncio.wait_for(self._process.stdout.readline(), 60)
        if line.decode().strip() != answer:
            raise RuntimeError("the service did not answer; see its log")


class Morning:
    """What everybody sees, moment by moment."""

    def __init__(self, database: Database, telegram: FakeTelegram, service: Service, pupils: list[Pupil]) -> None:
        self.database, self.telegram, self.service = database, telegram, service
        self.pupils = {pupil.chat: pupil for pupil in pupils}
        self.live = {_LIVE_FIRST + number: Live(_LIVE_FIRST + number) for number in range(LIVE_STUDENTS)}
        self.early: list[str] = []
        self.sending_cpu = 0.0
        self.answers = 0
        """Messages to those who write."""
        self.changed = asyncio.Event()
        for pupil in pupils:
            telegram.world.chat(pupil.chat)  # they have met the bot before
        telegram.watch(self._look)

    def _look(self, chat: int, shown: Shown) -> None:
        """Note a message that came or changed; one with buttons is complete."""
        self.changed.set()
        if live := self.live.get(chat):
            self.answers += shown.edits == 0
            if live.asked is not None and shown.buttons:
                live.waits.append(time.time() - live.asked)
                live.asked = None
            return
        pupil = self.pupils[chat]
        pupil.messages.add(shown.message_id)
        local = self.service.now().astimezone(ZoneInfo(pupil.zone))
        if not 8 <= local.hour < 22:
            self.early.append(f"{chat} at {local:%H:%M:%S} in {pupil.zone}")
        if shown.buttons and shown.text.endswith(RECALL.text) and pupil.completed is None:
            pupil.completed = time.time()

    async def live_through(self, moment: datetime, pupils: list[Pupil]) -> tuple[float, float]:
        """Let it be eight at a moment; return how long its reminders took, and the floor of that."""
        await self.service.move_to(moment - timedelta(minutes=9, seconds=59))
        sent = self.database.collection(SentReminder.collection)
        async with asyncio.timeout(PATIENCE):
            while await sent.count({"dueAt": moment}) < len(pupils):  # noqa: ASYNC110  # of the database
                await asyncio.sleep(0.1)
        eight = await self.service.move_to(moment - timedelta(seconds=1)) + 1.0
        used, answers = self.service.seconds_used(), self.answers
        writing = asyncio.create_task(self._write(eight))
        try:
            async with asyncio.timeout(PATIENCE):
                while any(pupil.completed is None for pupil in pupils):
                    self.changed.clear()
                    await self.changed.wait()
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        self.sending_cpu += self.service.seconds_used() - used
        floor = (len(pupils) + self.answers - answers) / PER_SECOND
        return max(pupil.completed or 0.0 for pupil in pupils) - eight, floor

    async def _write(self, eight: float) -> None:
        """Let the live students ask, in turn, from eight on; who waits for an answer asks nothing."""
        await asyncio.sleep(max(0.0, eight - time.time()))
        while True:
            for live in self.live.values():
                if live.asked is None:
                    live.asked, live.asked_in_all = time.time(), live.asked_in_all + 1
                    self.telegram.say(live.chat, "whats due")
                await asyncio.sleep(LIVE_EVERY)

    async def settle(self) -> None:
        """Wait for the last answers to those who write."""
        async with asyncio.timeout(30):
            while any(live.asked is not None for live in self.live.values()):
                self.changed.clear()
                await self.changed.wait()


async def attack(directory: Path, options: argparse.Namespace) -> tuple[dict[str, Any], Violations]:
    """Live through the day; return the figures and what was violated."""
    async with (
        await open_embedded(directory / "data", mongod_program(), linger=0.2) as server,
        FakeTelegram() as telegram,
    ):
        database = connect(server.uri, DATABASE)
        rng = random.Random(options.seed)
        pupils = await enrol(database, choose_zones(options.zones), options.reminders, rng)
        env = {
            **service_env(directory, server.uri),
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
        }
        service = await Service.start(env, directory / "service.log", START)
        try:
            return await _live(Morning(database, telegram, service, pupils))
        finally:
            await service.end()
            database.close()


async def _live(morning: Morning) -> tuple[dict[str, Any], Violations]:
    by_moment: dict[datetime, list[Pupil]] = defaultdict(list)
    for pupil in morning.pupils.values():
        by_moment[pupil.due].append(pupil)
    times: list[tuple[float, float]] = []
    started, used = time.time(), morning.service.seconds_used()
    for moment in sorted(by_moment):
        taken, floor = await morning.live_through(moment, by_moment[moment])
        times.append((taken, floor))
        progress(f"{moment:%H:%M} UTC: {len(by_moment[moment])} reminders in {taken:.2f} s, floor {floor:.2f} s")
    await morning.settle()
    used = morning.service.seconds_used() - used
    taken, floor = (sum(column) for column in zip(*times, strict=True))
    waits = sorted(wait for live in morning.live.values() for wait in live.waits)
    items = Counter(str(raw["userId"]) for raw in await _items(morning.database))
    figures = {
        "reminders": len(morning.pupils),
        "moments": len(times),
        "seconds": round(taken, 2),
        "floor": round(floor, 2),
        "times_the_floor": round(taken / floor, 3),
        "live_answers": len(waits),
        "live_median": round(waits[len(waits) // 2], 2) if waits else None,
        "live_slowest": round(waits[-1], 2) if waits else None,
        "cpu_ms_each": round(1000 * used / len(morning.pupils), 1),
        "cpu_ms_while_sending": round(1000 * morning.sending_cpu / len(morning.pupils), 1),
        "in_all_seconds": round(time.time() - started, 1),
    }
    not_once = [one for one in morning.pupils.values() if len(one.messages) != 1 or items[str(one.student)] != 1]
    return figures, {
        "too_slow": [f"{taken / floor:.3f} times the floor"] if taken > SLOWEST * floor else [],
        "live_too_slow": [f"{wait:.2f} s" for wait in waits if wait > LIVE_SECONDS] or ([] if waits else ["nobody"]),
        "not_once": [str(one.chat) for one in not_once],
        "at_a_wrong_time": morning.early,
        "against_the_rules": morning.telegram.violations,
    }


async def _items(database: Database) -> list[Raw]:
    sent: Raw = {"bulk": True, "status": "sent"}
    return await database.collection(OutboxItem.collection).find(sent, fields={"userId": 1})


def main(argv: list[str]) -> int:
    """Live through the morning and report; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify morning", description=__doc__)
    parser.add_argument("--reminders", type=int, default=10_000)
    parser.add_argument("--zones", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a directory that is kept, for the log")
    options = parser.parse_args(argv)
    return run_attack("morning", lambda directory: attack(directory, options), options.keep)
