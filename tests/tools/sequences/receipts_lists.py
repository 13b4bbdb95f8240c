"""Receipts of tasks, notes, conversations and the account, held against the database."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from store.client import ObjectId, Raw
from store.documents.account import ConversationTitle, Erasure
from store.documents.imports import PendingImport
from store.documents.intelligence import RevisionSchedule
from store.documents.learner import Attempt
from store.documents.own import ChannelAccount
from store.documents.repeats import TaskRepeat
from store.documents.sessions import AIMentorConversation, PreparationTask
from store.documents.study import Note
from tests.tools.sequences.play import Done
from tests.tools.sequences.receipts_practice import in_words, new, stored_time
from tests.tools.sequences.world import World
from tools.account import ErasureReceipt, ExportReceipt
from tools.conversations import ConversationReceipt
from tools.import_results import ImportCancelled, ImportPreview, ImportReceipt
from tools.notes import NoteReceipt
from tools.tasks import TaskReceipt


def check_task(done: Done) -> None:
    """The task of a receipt is the stored one, and what is said to be done with it is what happened."""
    receipt = done.result
    assert isinstance(receipt, TaskReceipt)
    task = done.after.get(PreparationTask, receipt.task.id)
    if receipt.change == "deleted":
        assert task is None
        assert not done.after.all(TaskRepeat, taskId=ObjectId(receipt.task.id))
        assert ("no longer comes" in receipt.line) == bool(
            done.before.all(TaskRepeat, taskId=ObjectId(receipt.task.id))
        )
        task = done.before.get(PreparationTask, receipt.task.id)
    assert task is not None
    shown = receipt.task
    assert (shown.title, shown.priority) == (task["title"], task["priority"])
    assert shown.due == (done.day(task["dueDate"]).isoformat() if "dueDate" in task else None)
    assert shown.minutes == task.get("estimatedDurationMinutes")
    assert shown.problem == done.catalogue.title(task.get("problemId"))
    assert shown.topic == task.get("topicName")
    assert receipt.line.startswith(task["title"])
    if receipt.change != "deleted":
        assert shown.status == task["status"]
        assert shown.number == _number(done, done.after, task["_id"])
        rules = done.after.all(TaskRepeat, taskId=task["_id"])
        assert shown.repeat == (rules[0]["rule"] if rules else None)
    added = new(done, PreparationTask)
    match receipt.change:
        case "added":
            assert [raw["_id"] for raw in added if raw["_id"] == task["_id"]] == [task["_id"]]
            assert bool(shown.repeat) == bool(done.arguments.get("repeat"))
            if shown.due:
                assert f"due {in_words(date.fromisoformat(shown.due), done.today)}" in receipt.line
        case "completed":
            assert task["completedAt"] == stored_time(done.now)
            assert not done.before.documents[PreparationTask.collection, task["_id"]]["completed"]
            following = [raw for raw in added if raw["title"] == task["title"]]
            assert (receipt.next_due is not None) == bool(done.before.all(TaskRepeat, taskId=task["_id"]))
            if receipt.next_due:
                assert receipt.next_due in [done.day(raw["dueDate"]).isoformat() for raw in following]
                assert date.fromisoformat(receipt.next_due) >= done.today
                assert in_words(date.fromisoformat(receipt.next_due), done.today) in receipt.line
        case "moved":
            assert date.fromisoformat(shown.due or "") >= done.today
            was = done.before.documents[PreparationTask.collection, task["_id"]].get("dueDate")
            assert (receipt.undo_label is None) == (was is not None and done.day(was).isoformat() == shown.due)


def _number(done: Done, world: World, task: ObjectId) -> int:
    """Return a task's place among the open ones: by day, those without one last, then by priority and age."""
    tasks = [raw for raw in world.all(PreparationTask) if raw["status"] != "completed"]

    def order(raw: Raw) -> tuple[date, int, str]:
        return done.day(raw["dueDate"]) if "dueDate" in raw else date.max, -raw["priority"], str(raw["_id"])

    ids = [raw["_id"] for raw in sorted(tasks, key=order)]
    return ids.index(task) + 1 if task in ids else 0


def check_note(done: Done) -> None:
    """The note of a receipt is stored as it is shown, under its number, and the total is the count."""
    receipt = done.result
    assert isinstance(receipt, NoteReceipt)
    notes = sorted(done.after.all(Note), key=lambda raw: (raw["createdAt"], raw["_id"]))
    before = sorted(done.before.all(Note), key=lambda raw: (raw["createdAt"], raw["_id"]))
    assert receipt.total == len(notes)
    listed = before if receipt.done == "removed" else notes
    stored = listed[receipt.note.number - 1]
    assert (str(stored["_id"]), stored["text"]) == (receipt.note.id, receipt.note.text)
    assert receipt.note.written == done.day(stored["createdAt"]).isoformat()
    problem, topic = stored.get("problemId"), stored.get("topicId")
    about = done.catalogue.title(problem) if problem else str(done.catalogue.topics[ObjectId(topic)]["name"])
    assert receipt.note.about == about
    if receipt.done == "kept":
        assert notes == before
        return
    assert receipt.line.startswith(f"{about} · note {receipt.done}")
    assert len(notes) - len(before) == {"added": 1, "changed": 0, "removed": -1}[receipt.done]
    if "text" in done.arguments:
        assert receipt.note.text == done.arguments["text"].strip()


def check_conversation(done: Done) -> None:
    """The conversation of a receipt is stored, and it is the active one where it was begun or resumed."""
    receipt = done.result
    assert isinstance(receipt, ConversationReceipt)
    shown, talks = receipt.conversation, done.after.all(AIMentorConversation)
    active = [raw for raw in talks if raw["isActive"]]
    titles = {raw["thread"]: raw["title"] for raw in done.after.all(ConversationTitle)}
    assert shown.title in receipt.line
    if done.call.verb == "rename_conversation":
        assert shown.title in titles.values()
        return
    (talk,) = active
    assert shown.active
    assert shown.messages == len(talk["messageHistory"])
    assert shown.type == talk["conversationType"]
    assert shown.topic == talk.get("contextTopic")
    assert shown.problem == done.catalogue.title(talk.get("contextProblemId"))
    if name := titles.get(talk["conversationId"]):
        assert shown.title == name
    if done.call.verb == "new_conversation":
        assert done.before.get(AIMentorConversation, talk["_id"]) is None
        assert not talk["messageHistory"]
    else:
        assert done.before.get(AIMentorConversation, talk["_id"]) is not None


def check_export(done: Done) -> None:
    """An export changes nothing by itself: the file is made where it is handed over."""
    assert isinstance(done.result, ExportReceipt)
    assert done.result.line == "your data · exported"


def check_erasure(done: Done) -> None:
    """An erasure is asked for once, begins soon, and no account leads to the student any more."""
    assert isinstance(done.result, ErasureReceipt)
    assert done.result.undo_label is None
    erasure = done.after.one(Erasure)
    assert not done.before.all(Erasure)
    assert stored_time(done.now) <= erasure["startsAt"] <= done.now + timedelta(minutes=5)
    assert not done.after.all(ChannelAccount)


def check_preview(done: Done) -> None:
    """A preview counts the lines that wait, and nothing but them is stored."""
    shown = done.result
    assert isinstance(shown, ImportPreview)
    pending = done.after.own(PendingImport)
    items = pending["items"]
    assert shown.lines == sum(len(item["lines"]) for item in items)
    assert shown.ready <= sum(item["state"] == "sure" for item in items)
    assert shown.ready == len(shown.corrected) + len(shown.exact)
    assert shown.dated <= shown.ready
    assert not shown.line


def check_imported(done: Done) -> None:
    """Every past solve that is said to be imported is an attempt now, and no problem is imported twice."""
    receipt = done.result
    assert isinstance(receipt, ImportReceipt)
    added = [raw for raw in done.after.all(Attempt) if done.before.get(Attempt, raw["_id"]) is None]
    assert receipt.imported == len(added) == len({raw["problemId"] for raw in added})
    assert all(raw["source"] == "import" and not raw["reviews"] for raw in added)
    counts = Counter(raw["outcome"] for raw in added)
    assert (receipt.solved, receipt.with_help, receipt.stuck) == (
        len(added) - counts["stuck"],
        counts["with-help"],
        counts["stuck"],
    )
    dated = [raw for raw in added if "at" in raw]
    assert (receipt.dated, receipt.undated) == (len(dated), len(added) - len(dated))
    assert all(raw["at"] <= stored_time(done.now) for raw in dated)
    solved = {raw["problemId"] for raw in done.before.all(Attempt) if raw["outcome"] != "stuck"}
    assert not solved & {raw["problemId"] for raw in added if raw["outcome"] != "stuck"}
    schedules = [raw for raw in done.after.all(RevisionSchedule) if not done.before.get(RevisionSchedule, raw["_id"])]
    days = [done.day(raw["nextRevisionDate"]) for raw in schedules]
    assert receipt.revisions == len(days)
    assert (receipt.first_revision, receipt.last_revision) == (
        (min(days).isoformat(), max(days).isoformat()) if days else (None, None)
    )
    assert all(day > done.today for day in days)
    assert not done.after.own(PendingImport)["items"]


def check_cancelled(done: Done) -> None:
    """A list that was put away does not wait any more."""
    assert isinstance(done.result, ImportCancelled)
    assert not done.after.own(PendingImport)["items"]


CHECKS = {
    **dict.fromkeys(("preview_import", "adjust_import"), check_preview),
    "confirm_import": check_imported,
    "cancel_import": check_cancelled,
    **dict.fromkeys(("add_task", "complete_task", "reschedule_task", "delete_task"), check_task),
    **dict.fromkeys(("add_note", "edit_note", "remove_note"), check_note),
    **dict.fromkeys(("new_conversation", "resume_conversation", "rename_conversation"), check_conversation),
    "export_me": check_export,
    "erase_me": check_erasure,
}
