"""Undo: the last change is taken back to the bit, or refused."""

from __future__ import annotations

import pytest

from store.client import encode
from store.documents.intelligence import MasteryMetric
from store.documents.own import UndoEntry
from store.documents.people import User
from tests.tools.harness import SERVICE, Student
from tools.errors import ToolFailed
from tools.practice import AttemptReceipt, StartReceipt
from tools.profile import ProfileReceipt
from tools.tasks import TaskReceipt
from tools.undo import UndoReceipt

Snapshot = dict[tuple[str, object], bytes]


async def snapshot(student: Student) -> Snapshot:
    """Return everything that an undo puts back."""
    return await student.everything(without=SERVICE)


async def act(student: Student, step: int) -> None:
    """Do one of a student's usual things."""
    student.clock.forward(hours=7)
    match step:
        case 0:
            await student.do(TaskReceipt, "add_task", title="do two sum", problem="two sum", due="tomorrow")
        case 1:
            await student.do(StartReceipt, "start_problem", problem="two sum")
        case 2:
            await student.do(AttemptReceipt, "record_attempt", outcome="unaided", minutes=11)
        case 3:
            await student.do(AttemptReceipt, "record_attempt", outcome="with-help", problem="number of islands")
        case 4:
            await student.do(ProfileReceipt, "set_profile", minutes_per_day=45, time_zone="Berlin")
        case 5:
            await student.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="valid anagram", tries=3)
        case _:
            await student.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="valid anagram")


async def test_every_step_is_taken_back_to_the_bit(ada: Student) -> None:
    """Seven different changes, undone one by one, leave each time exactly the documents that were there before."""
    snapshots: list[Snapshot] = []
    for step in range(7):
        snapshots.append(await snapshot(ada))
        await act(ada, step)
        assert await snapshot(ada) != snapshots[-1]
    while snapshots:
        await ada.do(UndoReceipt, "undo_last")
        assert await snapshot(ada) == snapshots.pop()
    with pytest.raises(ToolFailed, match="nothing to undo"):
        await ada.do(UndoReceipt, "undo_last")


async def test_undo_says_what_it_took_back_and_is_not_undone_itself(ada: Student) -> None:
    """The receipt names the change; a second undo goes one further back instead of redoing."""
    await act(ada, 0)
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    first = await ada.do(UndoReceipt, "undo_last")
    assert (first.line, first.verb, first.undo_label) == ("undone: Two Sum · solved unaided", "record_attempt", None)
    second = await ada.do(UndoReceipt, "undo_last")
    assert second.label == "do two sum · task added"


async def test_a_change_that_was_touched_since_is_not_undone(ada: Student) -> None:
    """When another program has changed a document since, undo refuses and changes nothing."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    metrics = ada.database.collection(MasteryMetric.collection)
    await metrics.update({"userId": ada.id}, {"$set": {"confidenceScore": 99.0}})
    before = await ada.everything()
    with pytest.raises(ToolFailed, match="changed again"):
        await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything() == before


async def test_what_cannot_be_undone_is_left_when_the_student_says_so(ada: Student) -> None:
    """A change that another program touched no longer bars the way: it stays, and the one before it is taken back."""
    before = await snapshot(ada)
    await ada.do(TaskReceipt, "add_task", title="read a chapter")
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    metrics = ada.database.collection(MasteryMetric.collection)
    await metrics.update({"userId": ada.id}, {"$set": {"confidenceScore": 99.0}})
    with pytest.raises(ToolFailed, match="undo the one before"):
        await ada.do(UndoReceipt, "undo_last")
    receipt = await ada.do(UndoReceipt, "undo_last", leave_changed=True)
    assert receipt.left == ("Two Sum · solved unaided",)
    assert receipt.line == "undone: read a chapter · task added · left as it is: Two Sum · solved unaided"
    tasks = [key for key in await snapshot(ada) if key[0] == "preparationtasks" and key not in before]
    assert not tasks
    with pytest.raises(ToolFailed, match="nothing to undo"):
        await ada.do(UndoReceipt, "undo_last", leave_changed=True)


async def test_where_nothing_can_be_undone_everything_stays_to_be_undone(ada: Student) -> None:
    """A change that bars the way is not given up for nothing: it is left only together with an undo that works."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    metrics = ada.database.collection(MasteryMetric.collection)
    await metrics.update({"userId": ada.id}, {"$set": {"confidenceScore": 99.0}})
    before = await ada.everything()
    with pytest.raises(ToolFailed, match="Nothing before it"):
        await ada.do(UndoReceipt, "undo_last", leave_changed=True)
    assert await ada.everything() == before


async def test_what_the_backend_added_survives_an_undo(ada: Student) -> None:
    """A field that PrepMate does not know is there again after an attempt on the document is undone."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="two sum")
    metrics = ada.database.collection(MasteryMetric.collection)
    await metrics.update({"userId": ada.id}, {"$set": {"legacy": {"a": [1, 2.5]}}})
    before = await snapshot(ada)
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    await ada.do(UndoReceipt, "undo_last")
    assert await snapshot(ada) == before


async def test_a_password_is_neither_in_the_log_nor_lost(ada: Student) -> None:
    """Undoing a change of the name leaves the account's password hash where it is, and keeps no copy of it."""
    users = ada.database.collection(User.collection)
    await users.update({"_id": ada.id}, {"$set": {"password": "$2b$10$secret-hash"}})
    before = await snapshot(ada)
    await ada.do(ProfileReceipt, "set_profile", name="Grace", target_companies=["Acme"])
    await ada.do(UndoReceipt, "undo_last")
    assert await snapshot(ada) == before
    (entry,) = await ada.all(UndoEntry)
    assert b"secret-hash" not in encode(entry)
