"""Progress: every figure is counted again from the raw attempts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from store.client import Raw
from store.documents.learner import Attempt
from store.documents.problems import Submission
from tests.tools.harness import START, School, Student
from tools.practice import AttemptReceipt
from tools.progress import Progress
from tools.tasks import TaskReceipt


async def solve(student: Student, problem: str, outcome: str = "unaided", **more: Any) -> None:
    """Record an attempt."""
    await student.do(AttemptReceipt, "record_attempt", outcome=outcome, problem=problem, **more)


async def progress(student: Student) -> Progress:
    """Show the progress and count its figures again from what is stored."""
    found = await student.read(Progress, "show_progress")
    attempts = await student.all(Attempt)
    unaided = {raw["problemId"] for raw in attempts if raw["outcome"] == "unaided"}
    helped = {raw["problemId"] for raw in attempts if raw["outcome"] == "with-help"}
    assert found.attempts == len(attempts)
    assert found.tried == len({raw["problemId"] for raw in attempts})
    assert (found.solved, found.with_help) == (len(unaided), len(helped - unaided))
    assert sum(level.tried for level in found.by_difficulty) == found.tried
    assert sum(level.solved for level in found.by_difficulty) == found.solved
    today = student.clock().astimezone(student.zone).date()
    monday = today - timedelta(days=today.weekday())
    inside = [raw for raw in attempts if monday <= local(raw, student) <= today]
    assert (found.this_week.attempts, found.this_week.days) == (
        len(inside),
        len({local(raw, student) for raw in inside}),
    )
    seconds = {raw["_id"]: raw.get("timeTaken") or 0 for raw in await student.all(Submission)}
    assert found.this_week.minutes == round(sum(seconds[raw["_id"]] for raw in inside) / 60, 1)
    return found


def local(raw: Raw, student: Student) -> date:
    """Return the student's day of an attempt."""
    moment: datetime = raw["at"]
    return moment.astimezone(student.zone).date()


async def test_nothing_recorded_is_said_as_that(ada: Student) -> None:
    """All figures are nought, and the next step is a first problem."""
    found = await progress(ada)
    assert (found.attempts, found.streak, found.longest_streak, found.by_topic) == (0, 0, 0, ())
    assert found.next_step.startswith("Solve a first problem")


async def test_problems_count_once_and_by_their_best_outcome(ada: Student) -> None:
    """Stuck, then with help, then unaided is one problem solved; another with help stays with help."""
    for outcome in ("stuck", "with-help", "unaided"):
        await solve(ada, "two sum", outcome, minutes=10)
        ada.clock.forward(hours=1)
    await solve(ada, "number of islands", "with-help", minutes=20)
    await solve(ada, "valid anagram", "stuck")
    found = await progress(ada)
    assert (found.attempts, found.tried, found.solved, found.with_help) == (5, 3, 1, 1)
    levels = {level.name: (level.tried, level.solved, level.with_help) for level in found.by_difficulty}
    assert levels == {"easy": (2, 1, 0), "medium": (1, 0, 1), "hard": (0, 0, 0)}
    hashing = next(topic for topic in found.by_topic if topic.name == "Hashing")
    assert (hashing.tried, hashing.solved) == (2, 1)
    assert found.this_week.newly_solved == 1
    assert found.this_week.minutes == 50


async def test_a_streak_lasts_from_day_to_day_and_ends_with_a_missed_one(ada: Student) -> None:
    """Three days in a row, alive on the next morning, gone a day later, with the longest kept."""
    for problem in ("two sum", "valid anagram", "contains duplicate"):
        await solve(ada, problem)
        ada.clock.forward(days=1)
    found = await progress(ada)
    assert (found.streak, found.longest_streak, found.today_counts) == (3, 3, False)
    ada.clock.forward(days=1)
    found = await progress(ada)
    assert (found.streak, found.longest_streak) == (0, 3)


async def test_a_streak_holds_over_both_changes_of_the_clocks(school: School) -> None:
    """One solve late each evening in Berlin, from the 24th to the 26th of October and around the 28th of March."""
    for month, day in ((10, 24), (3, 27)):
        student = await school.enrol(zone="Europe/Berlin")
        for number, problem in enumerate(("two sum", "valid anagram", "contains duplicate")):
            school.clock.at = datetime(2027, month, day + number, 23, 30, tzinfo=student.zone)
            await solve(student, problem)
        assert (await progress(student)).streak == 3
    school.clock.at = START


async def test_days_are_counted_in_the_present_zone(school: School) -> None:
    """Solves at 20:00 UTC on two days are two days in London; in Auckland they are two others, still in a row."""
    student = await school.enrol(zone="Europe/London")
    for problem in ("two sum", "valid anagram"):
        school.clock.at = school.clock.at.replace(hour=20)
        await solve(student, problem)
        school.clock.forward(days=1)
    school.clock.forward(days=-1)
    assert (await progress(student)).streak == 2
    moved = replace(student, zone=ZoneInfo("Pacific/Auckland"))
    found = await progress(moved)
    assert (found.streak, found.today_counts, found.today) == (2, True, "2026-11-25")


async def test_this_week_stands_against_last(ada: Student) -> None:
    """From a Friday to the Wednesday after: last week by Wednesday counts less than last week in all."""
    ada.clock.at = START + timedelta(days=1)  # a Tuesday
    await solve(ada, "two sum", minutes=10)
    ada.clock.forward(days=3)
    await solve(ada, "valid anagram", minutes=20)
    ada.clock.forward(days=5)
    await solve(ada, "two sum", minutes=5)
    found = await progress(ada)
    assert (found.this_week.first, found.this_week.last) == ("2026-11-30", "2026-12-02")
    assert (found.this_week.attempts, found.this_week.newly_solved, found.this_week.minutes) == (1, 0, 5)
    assert (found.last_week.attempts, found.last_week.newly_solved, found.last_week.minutes) == (2, 2, 30)
    assert (found.last_week_so_far.attempts, found.last_week_so_far.last) == (1, "2026-11-25")
    ada.clock.at = START


async def test_the_next_step_is_what_cannot_wait(ada: Student) -> None:
    """A due revision comes before an overdue task, a task before the streak, the streak before a new problem."""
    await solve(ada, "two sum")
    assert (await progress(ada)).next_step == "Nothing is due: take the next problem."
    ada.clock.forward(days=1)
    assert (await progress(ada)).next_step == "Solve one problem today to keep your streak of 1 day."
    ada.clock.forward(days=-1)
    await ada.do(TaskReceipt, "add_task", title="read", due="today")
    ada.clock.forward(days=1)
    found = await progress(ada)
    assert (found.tasks_overdue, found.next_step[:17]) == (1, "A task is overdue")
    ada.clock.forward(days=30)
    found = await progress(ada)
    assert found.revisions_due == 2
    assert found.next_step == "2 revisions are due: begin with the most urgent one."
