"""Years of practice: figures as counting attempt by attempt gives them, counted in the database."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest

from learning.consistency import local_days, measure_streak
from store.client import Collection, ObjectId, Raw
from store.documents.learner import Attempt
from store.documents.problems import Submission
from tests.tools.harness import START, School, Student
from tools.estimates import read_pace
from tools.progress import Progress

ZONES = (
    "Europe/London",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Atlantic/Azores",
)


async def store_attempts(student: Student, moments: Sequence[datetime], *, level: str = "easy") -> list[Raw]:
    """Store measured attempts at a few problems as practice at these moments would have left them."""
    problems = await student.database.collection("problems").find({"difficulty": level}, sort=[("_id", 1)], limit=5)
    attempts, submissions = [], []
    for place, at in enumerate(moments):
        outcome = ("stuck", "with-help", "unaided")[place % 7 % 3]
        attempt = ObjectId()
        attempts.append(
            Attempt.model_validate(
                {
                    "_id": attempt,
                    "userId": student.id,
                    "problemId": problems[place % 5]["_id"],
                    "topicIds": [],
                    "at": at,
                    "outcome": outcome,
                    "predicted": 0.5,
                    "problemIncrement": 0.0,
                    "topicIncrements": [],
                }
            ).to_mongo()
        )
        submissions.append(
            {
                "_id": attempt,
                "userId": student.id,
                "problemId": problems[place % 5]["_id"],
                "difficulty": level,
                "solved": outcome != "stuck",
                "hintUsed": outcome == "with-help",
                "timeTaken": 60 * (place + 1),
                "submissionTime": at,
            }
        )
    await student.database.collection(Attempt.collection).insert_many(attempts)
    await student.database.collection(Submission.collection).insert_many(submissions)
    return attempts


@contextmanager
def counting_rows(patch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Count the documents that leave the database, by collection."""
    rows: dict[str, int] = {}
    with patch.context() as patched:
        for name in ("find", "aggregate"):
            asked = getattr(Collection, name)

            async def counted(self: Collection, *args: Any, asked: Any = asked, **more: Any) -> list[Raw]:
                found: list[Raw] = await asked(self, *args, **more)
                rows[self.name] = rows.get(self.name, 0) + len(found)
                return found

            patched.setattr(Collection, name, counted)
        yield rows


@pytest.mark.parametrize("zone", ZONES)
async def test_days_counted_in_the_database_are_the_student_s(school: School, zone: str) -> None:
    """A winter of attempts at any minute, the zone's own change of clocks among them: streaks as counted one by one."""
    dice = random.Random(zone)  # nothing secret: the same moments in every run
    student = await school.enrol(zone=zone)
    moments = [START - timedelta(minutes=dice.randrange(60 * 24 * 60)) for _ in range(150)]
    moments += [datetime(2011, 12, 27, tzinfo=UTC) + timedelta(minutes=dice.randrange(6 * 24 * 60)) for _ in range(12)]
    attempts = await store_attempts(student, moments)
    found = await student.read(Progress, "show_progress")
    today = student.clock().astimezone(student.zone).date()
    streak = measure_streak(local_days(moments, student.zone), today)
    assert (found.streak, found.longest_streak, found.today_counts) == (streak.current, streak.longest, streak.today)
    monday = today - timedelta(days=today.weekday())
    days = [at.astimezone(student.zone).date() for at in moments]
    assert found.this_week.days == len({day for day in days if monday <= day <= today})
    first: dict[ObjectId, datetime] = {}
    for raw in sorted(attempts, key=lambda raw: raw["at"], reverse=True):
        if raw["outcome"] == "unaided":
            first[raw["problemId"]] = raw["at"]
    assert found.attempts == len(moments)
    assert found.solved == len(first)
    assert found.this_week.newly_solved == sum(monday <= at.astimezone(student.zone).date() for at in first.values())


async def test_progress_reads_no_more_when_more_was_done(ada: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three hundred more attempts at the same problems on the same days: no further document leaves the database."""
    moments = [START - timedelta(days=40 + place % 10, minutes=place) for place in range(300)]
    await store_attempts(ada, moments)
    with counting_rows(monkeypatch) as before:
        found = await ada.read(Progress, "show_progress")
    await store_attempts(ada, moments)
    with counting_rows(monkeypatch) as after:
        more = await ada.read(Progress, "show_progress")
    assert (found.attempts, more.attempts) == (300, 600)
    assert after == before
    assert after["attempts"] < 40


async def test_the_pace_reads_no_more_than_it_looks_back(ada: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of sixty measured problems of a level the last twenty come, and theirs is the median; two of another are few."""
    await store_attempts(ada, [START - timedelta(hours=hours) for hours in range(60)])
    await store_attempts(ada, [START, START], level="hard")
    with counting_rows(monkeypatch) as rows:
        pace = await read_pace(ada.reading())
    assert pace.own == {"easy": median(range(1, 21))}
    assert rows["submissions"] == 22
