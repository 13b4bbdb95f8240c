"""Tasks: added, listed, completed, overdue in the student's own days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.client import ObjectId, Raw
from store.documents.repeats import Repeat, TaskRepeat
from store.documents.sessions import PreparationTask
from store.work import UnitOfWork
from tests.tools.harness import SERVICE, START, School, Student
from tools.errors import ToolFailed, ToolRetry
from tools.practice import AttemptReceipt
from tools.profile import ProfileReceipt
from tools.repeats import first_day, next_day
from tools.tasklist import sweep_overdue
from tools.tasks import TaskList, TaskReceipt
from tools.undo import UndoReceipt


async def add(student: Student, title: str, **more: object) -> TaskReceipt:
    """Add a task."""
    return await student.do(TaskReceipt, "add_task", title=title, **more)


async def titles(student: Student, status: str = "open") -> list[str]:
    """Return the titles of a list."""
    return [task.title for task in (await student.read(TaskList, "list_tasks", status=status)).tasks]


async def sweep(student: Student) -> int:
    """Sweep the student's tasks as a job does."""

    async def body(unit: UnitOfWork) -> int:
        return await sweep_overdue(student.context(unit))

    return await student.work.commit(body)


async def elsewhere(student: Student, title: str, **fields: object) -> None:
    """Change a task as another program does."""
    tasks = student.database.collection(PreparationTask.collection)
    await tasks.update({"title": title, "userId": student.id}, {"$set": fields})


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
    {"title": "read", "repeat": "hourly"},
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


async def test_a_task_moves_to_another_day(ada: Student) -> None:
    """The day and its number change, an overdue one is pending again, and the same day changes nothing."""
    await add(ada, "first", due="tomorrow")
    await add(ada, "second", due="in 2 days")
    ada.clock.forward(days=3)
    moved = await ada.do(TaskReceipt, "reschedule_task", which="first", due="friday")
    assert (moved.line, moved.change) == ("first · moved to tomorrow", "moved")
    assert (moved.task.number, moved.task.status, moved.task.due) == (2, "pending", "2026-11-27")
    assert (await ada.one(PreparationTask, title="first"))["status"] == "pending"
    before = await ada.everything(without=SERVICE)
    again = await ada.do(TaskReceipt, "reschedule_task", which="2", due="tomorrow")
    assert (again.line, again.undo_label) == ("first · due tomorrow already", None)
    assert await ada.everything(without=SERVICE) == before


async def test_a_deleted_task_is_gone_until_undone(ada: Student) -> None:
    """Deleting leaves nothing of it, and undoing brings back the same document."""
    await add(ada, "keep")
    task = (await add(ada, "drop", repeat="daily")).task
    before = await ada.everything(without=SERVICE)
    gone = await ada.do(TaskReceipt, "delete_task", which=task.id)
    assert (gone.line, gone.undo_label) == (
        "drop · task deleted · it no longer comes every day",
        "drop · task deleted",
    )
    assert (gone.change, gone.task.number) == ("deleted", 0)
    assert await titles(ada) == ["keep"]
    assert await ada.all(TaskRepeat) == []
    await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything(without=SERVICE) == before


async def test_a_repeating_task_comes_again_and_undo_takes_that_back(ada: Student) -> None:
    """Completing it adds the next one in the same transaction; undo leaves every document as it was."""
    added = await add(ada, "one easy", repeat="weekdays", priority=4, minutes=15)
    assert added.line == "one easy · task added · due today · every weekday"
    assert (added.task.repeat, added.task.due) == ("weekdays", "2026-11-23")
    before = await ada.everything(without=SERVICE)
    for day in ("2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"):
        done = await ada.do(TaskReceipt, "complete_task", which="1")
        assert (done.change, done.next_due) == ("completed", day)
    assert done.line == "one easy · task done · next 30 Nov"
    (task,) = (await ada.read(TaskList, "list_tasks")).tasks
    assert (task.due, task.priority, task.minutes, task.repeat) == ("2026-11-30", 4, 15, "weekdays")
    assert len(await ada.all(TaskRepeat)) == 1
    for _ in range(5):
        await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything(without=SERVICE) == before


async def test_a_weekly_task_keeps_its_weekday(ada: Student) -> None:
    """Moved once and done late, the next one falls on the usual weekday again."""
    await add(ada, "mock", repeat="weekly", due="friday")
    await ada.do(TaskReceipt, "reschedule_task", which="mock", due="saturday")
    ada.clock.forward(days=7)
    assert (await ada.do(TaskReceipt, "complete_task", which="mock")).next_due == "2026-12-04"


async def test_a_solved_problem_brings_its_repeating_task_again(ada: Student) -> None:
    """What record_attempt completes comes again as well, in the same undo."""
    await add(ada, "redo two sum", problem="two sum", repeat="daily")
    before = await ada.everything(without=SERVICE)
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    assert [task.due for task in (await ada.read(TaskList, "list_tasks")).tasks] == ["2026-11-24"]
    await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything(without=SERVICE) == before


async def test_solving_again_on_one_day_completes_one_occurrence(ada: Student) -> None:
    """A weekly task comes off once however often the problem is solved; one for a later day waits for its day."""
    await add(ada, "weekly", problem="two sum", repeat="weekly")
    await add(ada, "next month", problem="two sum", due="in 30 days")
    await add(ada, "revise hashing", topic="hashing", due="tomorrow")
    await add(ada, "some day", problem="two sum")
    solves = [await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum") for _ in range(3)]
    assert [solve.tasks_completed for solve in solves] == [("some day", "weekly"), (), ()]
    assert await titles(ada) == ["revise hashing", "weekly", "next month"]
    ada.clock.forward(days=31)
    late = await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    assert set(late.tasks_completed) == {"weekly", "next month", "revise hashing"}
    assert [task.due for task in (await ada.read(TaskList, "list_tasks")).tasks] == ["2026-12-28"]


async def test_the_first_due_are_listed_however_many_there_are(ada: Student) -> None:
    """Of more open tasks than are read, written by another program, the first due come first."""
    days = [START + timedelta(days=day) for day in range(505, 0, -1)]
    made: list[Raw] = [{"title": f"{day:%Y-%m-%d}", "dueDate": day} for day in days]
    tasks = ada.database.collection(PreparationTask.collection)
    made.insert(0, {"title": "some day"})
    for raw in made:
        await tasks.insert({"_id": ObjectId(), "userId": ada.id, "taskType": "practice", "status": "pending", **raw})
    assert (await titles(ada))[:2] == ["2026-11-24", "2026-11-25"]


async def test_a_task_keeps_its_day_when_the_student_moves(school: School) -> None:
    """In another zone it is due on the same day, told and stored; completed ones stay, and undo is exact."""
    ada = await school.enrol(zone="Europe/Berlin")
    await ada.do(ProfileReceipt, "set_profile", time_zone="Europe/Berlin")
    await add(ada, "read", due="2026-11-24")
    await add(ada, "some day")
    await add(ada, "done", due="2026-11-24")
    await ada.do(TaskReceipt, "complete_task", which="done")
    before = await ada.everything(without=SERVICE)
    done = await ada.one(PreparationTask, title="done")
    for name, offset in (("Asia/Kolkata", timedelta(hours=5.5)), ("America/Los_Angeles", timedelta(hours=-8))):
        await ada.do(ProfileReceipt, "set_profile", time_zone=name)
        ada.zone = ZoneInfo(name)
        stored = (await ada.one(PreparationTask, title="read"))["dueDate"]
        assert stored == datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC) - offset
        assert [task.due for task in (await ada.read(TaskList, "list_tasks")).tasks] == ["2026-11-24", None]
    assert await ada.one(PreparationTask, title="done") == done
    for _ in range(2):
        await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything(without=SERVICE) == before


async def test_a_sweep_stores_what_time_changed(school: School) -> None:
    """Overdue is stored for the student whose day is over, once, and a task completed elsewhere comes again."""
    berlin, la = await school.enrol(zone="Europe/Berlin"), await school.enrol(zone="America/Los_Angeles")
    for student in (berlin, la):
        await add(student, "read", due="2026-11-24")
        await add(student, "again", repeat="daily")
        await elsewhere(student, "again", status="completed", completed=True, completedAt=school.clock())
    school.clock.at = START.replace(day=24, hour=23, minute=30)
    assert await sweep(berlin) == 2
    assert await sweep(berlin) == 0
    assert await sweep(la) == 1
    assert (await berlin.one(PreparationTask, title="read"))["status"] == "overdue"
    assert (await la.one(PreparationTask, title="read"))["status"] == "pending"
    assert [task["status"] for task in await la.all(PreparationTask) if task["title"] == "again"] == [
        "completed",
        "pending",
    ]


async def test_a_repeat_whose_task_is_gone_ends(ada: Student) -> None:
    """Another program may remove a task; nothing is left that would bring it back."""
    await add(ada, "gone", repeat="daily")
    await ada.database.collection(PreparationTask.collection).delete({"title": "gone", "userId": ada.id})
    await add(ada, "other")
    assert await ada.all(TaskRepeat) == []
    assert await titles(ada) == ["other"]


async def test_overdue_is_stored_by_the_next_verb_that_writes(ada: Student) -> None:
    """The day after, adding another task stores the first one as overdue, and undo takes both back."""
    await add(ada, "read", due="tomorrow")
    ada.clock.forward(days=2)
    before = await ada.everything(without=SERVICE)
    await add(ada, "more")
    assert (await ada.one(PreparationTask, title="read"))["status"] == "overdue"
    await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything(without=SERVICE) == before


@given(
    rule=st.sampled_from(get_args(Repeat)),
    start=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    late=st.integers(0, 30),
)
def test_the_next_day_is_the_first_of_its_rule(rule: Repeat, start: date, late: int) -> None:
    """It lies after the day it is asked for, is a day of the rule, and no earlier such day was left out."""

    def falls(day: date) -> bool:
        return rule == "daily" or (day.weekday() < 5 if rule == "weekdays" else day.weekday() == start.weekday())

    after = start + timedelta(days=late)
    found = next_day(rule, start.weekday(), after)
    days = [after + timedelta(days=number) for number in range(1, (found - after).days + 1)]
    assert [day for day in days if falls(day)] == [found]
    first = first_day(rule, start)
    assert first == start or (rule == "weekdays" and start.weekday() >= 5 and first.weekday() == 0)
