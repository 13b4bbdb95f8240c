"""Where sequences are played: one event loop and one connection, and two new students for each sequence."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Final

from hypothesis import strategies as st

from store.client import Database, ObjectId, connect
from store.documents.learner import Attempt, PopulationEntry, ProblemDifficulty
from tests.tools.harness import School
from tests.tools.sequences.calls import Call
from tests.tools.sequences.play import begin
from tests.tools.sequences.receipts import CHECKS
from tests.tools.sequences.world import Catalogue, read_catalogue

STARTS: Final = (
    datetime(2026, 10, 24, 21, 30, tzinfo=UTC),
    datetime(2026, 11, 23, 18, 0, 0, 123456, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
    datetime(2027, 3, 13, 6, 50, tzinfo=UTC),
    datetime(2027, 3, 27, 20, 0, 0, 1, tzinfo=UTC),
    datetime(2028, 2, 28, 12, 0, tzinfo=UTC),
)
"""Moments before clocks change, years end and a day is there that is not there in most years."""
ZONES: Final = (
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Beirut", "Pacific/Kiritimati", "America/St_Johns",
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """When a sequence begins, and where its two students live."""

    start: datetime
    zones: tuple[str, str]


def draw_setting(rng: Random) -> Setting:
    """Draw a setting without Hypothesis."""
    return Setting(rng.choice(STARTS), (rng.choice(ZONES), rng.choice(ZONES)))


SETTINGS = st.builds(Setting, st.sampled_from(STARTS), st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)))


@dataclass(repr=False)
class Arena:
    """What sequences are played in; `done` and `refused` count the calls by verb."""

    runner: asyncio.Runner
    school: School
    catalogue: Catalogue
    seen: dict[ObjectId, int]
    """How often each problem had been tried before the first sequence."""
    waiting: set[str]
    """What was on its way to the shared difficulties before the first sequence."""
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    students: list[ObjectId] = field(default_factory=list)
    last: str = ""
    """The verb that was called last."""

    def __repr__(self) -> str:
        return "Arena()"

    def play(self, setting: Setting, calls: list[Call]) -> None:
        """Play one sequence with new students. Raises: AssertionError where something does not hold."""
        self.runner.run(self._play(setting, calls))

    async def _play(self, setting: Setting, calls: list[Call]) -> None:
        play = await begin(self.school, self.catalogue, setting.start, setting.zones, CHECKS)
        try:
            await play.run(calls)
        finally:
            self.last = play.last
            self.done.update(play.done)
            self.refused.update(play.refused)
            self.students.extend(student.id for student in play.students)

    def check_shared(self) -> None:
        """What belongs to everybody is as it was, but for the difficulties: they saw each attempt that stands, once."""
        self.runner.run(self._check_shared())

    async def _check_shared(self) -> None:
        database = self.school.database
        assert await read_catalogue(database) == self.catalogue
        assert await _waiting(database) <= self.waiting
        mine = {"userId": {"$in": self.students}, "source": {"$ne": "import"}}
        attempts = Counter(raw["problemId"] for raw in await database.collection(Attempt.collection).find(mine))
        seen = await _seen(database)
        more = {problem: count - self.seen.get(problem, 0) for problem, count in seen.items()}
        assert {problem: count for problem, count in more.items() if count} == attempts


async def _waiting(database: Database) -> set[str]:
    return {str(raw["_id"]) for raw in await database.collection(PopulationEntry.collection).find({})}


async def _seen(database: Database) -> dict[ObjectId, int]:
    raws = await database.collection(ProblemDifficulty.collection).find({})
    return {raw["_id"]: raw["seen"] for raw in raws}


@contextmanager
def open_arena(uri: str, database_name: str) -> Iterator[Arena]:
    """Open an arena in a database that has the catalogue."""
    with asyncio.Runner() as runner:

        async def enter() -> Arena:
            school = School(connect(uri, database_name))
            database = school.database
            return Arena(
                runner, school, await read_catalogue(database), await _seen(database), await _waiting(database)
            )

        arena = runner.run(enter())
        try:
            yield arena
        finally:
            arena.school.database.close()
