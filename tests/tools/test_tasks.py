"""Tasks: added, listed, completed, overdue in the student's own days."""

from __future__ import annotations

from typing import Final

import pytest

from store.client import ObjectId
from store.documents.sessions import PreparationTask
from tests.tools.harness import START, School, Student
from tools.errors import ToolFailed, ToolRetry
from tools.tasks import TaskList, TaskReceipt


async def add(student: Student, title: str, **more: object) -> TaskReceipt:
    """Add a task."""
    return await student.do(TaskReceipt, "add_task", title=title, **more)


async def titles(student: Student, status: str = "open") -> list[str]:
    """Return the titles of a list."""
    return [task.title for task in (await student.read(TaskList, "list_tasks", status=status)).tasks]


async def test_a_task_is_stored_as_the_receipt_says(ada: Student) -> None:
    """Title, day, problem, topic, minutes and priority are in the document."""
    receipt = await add(ada, "Redo two sum", due="friday", problem="two sum", topic="hash map", minutes=30, priority=5)
    assert receipt.line == "Redo two sum · task added · due 27 Nov"
    assert (receipt.task.due, receipt.task.topic, receipt.task.problem) == ("2026-11-27", "Hashing", "Two Sum")
    stored = await ada.one(PreparationTask)
    assert (stored["status"], stored["completed"], stored["priority"]) == ("pending", False, 5)
    assert (stored["taskType"], stored["difficultyLevel"], stored["generatedBy"]) == ("practice", "easy", "user-manual")
    assert stored["dueDate"].isoformat() == "2026-11-27T23:59:59+00:00"
    assert stored["estimatedDurationMinutes"] == 30


async def test_tasks_are_numbered_by_due_day(ada: Student) -> None:
    """The first due comes first, those without a day last; numbers complete them."""
    await add(ada, "later", due="in 2 weeks")
    await add(ada, "some day")
    await add(ada, "soon", due="tomorrow")
    assert await titles(ada) == ["soon", "later", "some day"]
    done = await ada.do(TaskReceipt, "complete_task", which="2")
    assert (done.line, done.task.status, done.task.number) == ("later · task done", "completed", 0)
    stored = await ada.one(PreparationTask, title="later")
    assert (stored["status"], stored["completed"], stored["completedAt"]) == ("completed", True, ada.clock())
    assert await titles(ada) == ["soon", "some day"]
    assert await titles(ada, "completed") == ["later"]
    assert await titles(ada, "all") == ["soon", "some day", "later"]


async def test_a_task_is_overdue_when_its_day_is_over_for_the_student(school: School) -> None:
    """Due on the 24th: at 23:30 UTC on the 24th it is overdue in Berlin and open in Los Angeles."""
    berlin, la = await school.enrol(zone="Europe/Berlin"), await school.enrol(zone="America/Los_Angeles")
    for student in (berlin, la):
        await add(student, "read", due="2026-11-24")
    school.clock.at = START.replace(day=24, hour=23, minute=30)
    assert await titles(berlin, "overdue") == ["read"]
    assert await titles(la, "overdue") == []
    assert await titles(la, "pending") == ["read"]


async def test_a_title_in_part_is_enough_when_it_is_one(ada: Student) -> None:
    """A fragment or a typo completes the only task that fits; several are asked about."""
    await add(ada, "read about heaps")
    await add(ada, "read about tries")
    with pytest.raises(ToolRetry, match="Say its number") as asked:
        await ada.do(TaskReceipt, "complete_task", which="read about")
    assert asked.value.choices == ("1", "2")
    assert (await ada.do(TaskReceipt, "complete_task", which="heaps")).task.title == "read about heaps"
    assert (await ada.do(TaskReceipt, "complete_task", which="raed about tries")).task.title == "read about tries"
    with pytest.raises(ToolFailed, match="no open task"):
        await ada.do(TaskReceipt, "complete_task", which="heaps")


async def test_another_students_task_cannot_be_completed(school: School) -> None:
    """Not even by its id."""
    ada, bob = await school.enrol("Ada"), await school.enrol("Bob")
    task = (await add(ada, "mine")).task
    await add(bob, "his")
    with pytest.raises(ToolRetry):
        await bob.do(TaskReceipt, "complete_task", which=task.id)
    assert (await ada.one(PreparationTask, _id=ObjectId(task.id)))["status"] == "pending"


REFUSED: Final[list[dict[str, object]]] = [
    {"title": "  "},
    {"title": "x" * 201},
    {"title": "a\x00b"},
    {"title": "\ud83d"},
    {"title": "read", "due": "yesterday"},
    {"title": "read", "due": "2026-11-22"},
    {"title": "read", "due": "2026-02-30"},
    {"title": "read", "due": "in 999999 days"},
    {"title": "read", "minutes": -1},
    {"title": "read", "priority": 9},
    {"title": "read", "problem": "xyzzy"},
    {"title": "read", "topic": "cooking"},
]


async def test_a_bad_task_is_refused_and_nothing_changes(ada: Student) -> None:
    """Bad input gets a sentence and leaves every document as it was."""
    before = await ada.everything()
    for arguments in REFUSED:
        with pytest.raises(ToolRetry):
            await ada.do(TaskReceipt, "add_task", **arguments)
        assert await ada.everything() == before, arguments


async def test_odd_titles_are_kept_as_they_are(ada: Student) -> None:
    """Right-to-left text, dollar signs and dots are text like any other."""
    for title in ("راجع المصفوفات", "$where: 1", "a.b.c", "💡 idea"):
        await add(ada, title)
    assert sorted(await titles(ada)) == sorted(["راجع المصفوفات", "$where: 1", "a.b.c", "💡 idea"])
