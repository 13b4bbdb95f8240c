"""Due revisions, in the student's own days."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from tests.tools.harness import START, School, Student
from tools.practice import AttemptReceipt
from tools.revision import DueRevisions


async def test_nothing_is_due_for_a_new_student(ada: Student) -> None:
    """Without an attempt there are no revisions, and today is told."""
    found = await ada.read(DueRevisions, "list_due_revisions")
    assert (found.total_due, found.upcoming, found.today, found.time_zone) == (0, (), "2026-11-23", "UTC")


async def test_a_revision_becomes_due_and_overdue_and_is_then_done(ada: Student) -> None:
    """A failed problem is upcoming, then due on its day, then overdue with its problem, and gone after the review."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="valid-parentheses")
    found = await ada.read(DueRevisions, "list_due_revisions")
    assert [item.days_overdue for item in found.upcoming] == [-1, -1][: len(found.upcoming)]
    ada.clock.forward(hours=8)  # past midnight, before the moment itself
    found = await ada.read(DueRevisions, "list_due_revisions")
    assert found.due_today
    assert not found.overdue
    ada.clock.forward(days=3)
    found = await ada.read(DueRevisions, "list_due_revisions")
    stacks = next(item for item in found.overdue if item.topic == "Stacks")
    assert (stacks.due, stacks.days_overdue) == ("2026-11-24", 3)
    assert stacks.problem is not None
    assert stacks.problem.title == "Valid Parentheses"
    assert stacks.retention is not None
    assert stacks.retention < 0.9
    assert stacks.why == "Reviewed once; it comes back when your chance of remembering it is down to 77%."
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="valid-parentheses", minutes=5)
    assert (await ada.read(DueRevisions, "list_due_revisions")).total_due == 0


@pytest.mark.parametrize("outcome", ["stuck", "with-help", "unaided"])
async def test_the_recall_that_a_receipt_names_is_the_one_told_on_its_day(ada: Student, outcome: str) -> None:
    """What an attempt says of the day a topic comes back is what the list and the reason of that day say."""
    done = await ada.do(AttemptReceipt, "record_attempt", outcome=outcome, problem="valid-parentheses")
    change = next(change for change in done.topics if change.topic == "Stacks")
    said = re.search(r"recall falls to (\d+%) (?:tomorrow|in (\d+) days)$", change.why)
    assert said is not None
    ada.clock.forward(days=int(said[2] or 1))
    due = (await ada.read(DueRevisions, "list_due_revisions")).due_today
    stacks = next(item for item in due if item.topic == "Stacks")
    assert stacks.retention is not None
    assert f"{stacks.retention:.0%}" == said[1]
    assert stacks.why.endswith(f"is down to {said[1]}.")


async def test_days_are_the_students(school: School) -> None:
    """At one moment a revision is due today in Berlin and still ahead in Los Angeles."""
    berlin, la = await school.enrol(zone="Europe/Berlin"), await school.enrol(zone="America/Los_Angeles")
    school.clock.at = START.replace(hour=23, minute=30)
    due = START.replace(day=24, hour=9)
    for student in (berlin, la):
        schedule = RevisionSchedule(
            id=ObjectId(), user_id=student.id, topic_id=ObjectId(), topic_name="Elsewhere", next_revision_date=due
        )
        await school.database.collection(RevisionSchedule.collection).insert(schedule.to_mongo())
    assert len((await berlin.read(DueRevisions, "list_due_revisions")).due_today) == 1
    assert len((await la.read(DueRevisions, "list_due_revisions")).upcoming) == 1


async def test_a_backlog_is_cut_and_counted(ada: Student) -> None:
    """Of many due revisions the most urgent are listed and all are counted."""
    for number in range(15):
        schedule = RevisionSchedule(
            id=ObjectId(),
            user_id=ada.id,
            topic_id=ObjectId(),
            topic_name=f"Topic {number}",
            next_revision_date=START - timedelta(days=number + 1),
            revision_priority=1 + number % 5,
        )
        await ada.database.collection(RevisionSchedule.collection).insert(schedule.to_mongo())
    found = await ada.read(DueRevisions, "list_due_revisions", limit=4)
    assert (len(found.overdue), found.total_due) == (4, 15)
    assert [item.priority for item in found.overdue] == [5, 5, 5, 4]
