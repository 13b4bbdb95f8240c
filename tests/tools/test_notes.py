"""Notes: kept word for word, found again, shown where their problem or topic comes up."""

from __future__ import annotations

from typing import Final

import pytest

from store.documents.study import Note
from tests.tools.harness import SERVICE, School, Student
from tools.errors import ToolFailed, ToolRetry
from tools.notes import MOST_NOTES, NOTE_LIMIT, NoteList, NoteReceipt
from tools.practice import AttemptReceipt, StartReceipt
from tools.revising import RecallReceipt, RevisionReceipt
from tools.revision import DueRevisions
from tools.undo import UndoReceipt


async def note(student: Student, text: str, **about: str) -> NoteReceipt:
    """Keep a note."""
    return await student.do(NoteReceipt, "add_note", text=text, **about)


async def texts(student: Student, **wanted: str) -> list[str]:
    """Return the texts of the notes that are found."""
    return [item.text for item in (await student.read(NoteList, "find_notes", **wanted)).notes]


async def test_a_note_is_kept_word_for_word(ada: Student) -> None:
    """The text stays as written, symbols and lines included, and the receipt says what it is about."""
    text = "map[x] = i → O(n)\n  look *before* storing ✓"
    receipt = await note(ada, text, problem="two sum")
    assert receipt.line == "Two Sum · note added · “map[x] = i → O(n) look *before* storing ✓”"
    assert (receipt.note.number, receipt.note.about, receipt.total) == (1, "Two Sum", 1)
    stored = await ada.one(Note)
    assert (stored["text"], "topicId" in stored) == (text, False)
    about_topic = await note(ada, "think of cycles", topic="graph")
    assert (about_topic.note.about, about_topic.note.number) == ("Graphs", 2)


async def test_without_a_name_it_is_about_the_started_problem(ada: Student) -> None:
    """With nothing started the student is asked what it is about, and nothing is written."""
    with pytest.raises(ToolRetry, match="What is the note about"):
        await note(ada, "careful")
    await ada.do(StartReceipt, "start_problem", problem="coin change")
    assert (await note(ada, "careful")).note.about == "Coin Change"


async def test_notes_are_found_by_subject_and_words(ada: Student) -> None:
    """By problem, by topic (its problems' notes included), by words in any capitals; the newest come first."""
    await note(ada, "Remember the complement map", problem="two sum")
    await note(ada, "mark visited BEFORE queueing", problem="number of islands")
    await note(ada, "draw it", topic="graphs")
    assert await texts(ada) == ["draw it", "mark visited BEFORE queueing", "Remember the complement map"]
    assert await texts(ada, problem="Two Sum") == ["Remember the complement map"]
    assert await texts(ada, query="visited before") == ["mark visited BEFORE queueing"]
    assert await texts(ada, query="two sum") == ["Remember the complement map"]
    assert "draw it" in await texts(ada, query="graph")
    assert await texts(ada, topic="graphs") == await texts(ada, query="graphs")
    assert await texts(ada, query="nothing of the kind") == []


async def test_notes_come_back_with_their_problem_and_topic(ada: Student) -> None:
    """Starting the problem shows its notes before its topics'; a revision shows them once the recall is done."""
    await note(ada, "about hashing", topic="hashing")
    await note(ada, "about two sum", problem="two sum")
    await note(ada, "x" * NOTE_LIMIT, problem="two sum")
    await note(ada, "about heaps", topic="heaps")
    started = await ada.do(StartReceipt, "start_problem", problem="two sum")
    assert [text[:15] for text in started.notes] == ["x" * 15, "about two sum", "about hashing"]
    assert len(started.notes[0]) == 500
    again = await ada.do(StartReceipt, "start_problem", problem="two sum")
    assert again.notes == started.notes
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck")
    ada.clock.forward(days=30)
    due = await ada.read(DueRevisions, "list_due_revisions")
    by_topic = {item.topic: item.notes for item in due.overdue}
    assert [len(text) for text in by_topic["Hashing"]] == [200, len("about two sum")]
    begun = await ada.do(RevisionReceipt, "start_revision", topic="hashing")
    assert "about two sum" not in begun.model_dump_json()
    recalled = await ada.do(RecallReceipt, "answer_recall", answer="I do not remember")
    assert "about hashing" in recalled.notes


async def test_another_students_notes_are_out_of_reach(school: School) -> None:
    """They are neither found, nor shown, nor removed."""
    ada, bob = await school.enrol("Ada"), await school.enrol("Bob")
    secret = await note(ada, "mine", problem="two sum")
    assert await texts(bob) == []
    assert (await bob.do(StartReceipt, "start_problem", problem="two sum")).notes == ()
    with pytest.raises(ToolFailed, match="no note"):
        await bob.do(NoteReceipt, "remove_note", which=secret.note.id)
    await note(bob, "his", problem="two sum")
    with pytest.raises(ToolRetry):
        await bob.do(NoteReceipt, "remove_note", which=secret.note.id)
    assert await texts(ada) == ["mine"]


async def test_a_note_is_changed_and_removed_and_all_of_it_undone(ada: Student) -> None:
    """Undo brings back the text and the note to the bit; changing nothing leaves no receipt."""
    await note(ada, "first", problem="two sum")
    await note(ada, "second", topic="heaps")
    before = await ada.everything(without=SERVICE | {"fences"})
    changed = await ada.do(NoteReceipt, "edit_note", which="two sum", text="better")
    assert (changed.line, changed.note.number) == ("Two Sum · note changed · “better”", 1)
    same = await ada.do(NoteReceipt, "edit_note", which="1", text="better")
    assert (same.line, same.undo_label, same.done) == ("", None, "kept")
    removed = await ada.do(NoteReceipt, "remove_note", which="note 2")
    assert (removed.line, removed.total) == ("Heaps · note removed · “second”", 1)
    assert await texts(ada) == ["better"]
    assert (await ada.do(UndoReceipt, "undo_last")).label == "Heaps · note removed"
    assert (await ada.do(UndoReceipt, "undo_last")).label == "Two Sum · note changed"
    assert await ada.everything(without=SERVICE | {"fences"}) == before
    await ada.do(UndoReceipt, "undo_last")
    assert await texts(ada) == ["first"]


async def test_which_note_is_asked_when_several_fit(ada: Student) -> None:
    """A problem with two notes is no answer to which of them; their numbers are."""
    await note(ada, "first", problem="two sum")
    await note(ada, "second", problem="two sum")
    with pytest.raises(ToolRetry, match="Say its number") as asked:
        await ada.do(NoteReceipt, "remove_note", which="two sum")
    assert asked.value.choices == ("1", "2")
    assert (await ada.do(NoteReceipt, "remove_note", which="second")).note.number == 2


REFUSED: Final[list[tuple[str, dict[str, object]]]] = [
    ("add_note", {"text": "  ", "problem": "two sum"}),
    ("add_note", {"text": "x" * (NOTE_LIMIT + 1), "problem": "two sum"}),
    ("add_note", {"text": "a\x00b", "problem": "two sum"}),
    ("add_note", {"text": "\ud83d", "problem": "two sum"}),
    ("add_note", {"text": "x", "problem": "xyzzy"}),
    ("add_note", {"text": "x", "topic": "cooking"}),
    ("add_note", {"text": "x", "topic": "heaps", "problem": "two sum"}),
    ("edit_note", {"which": "9", "text": "x"}),
    ("edit_note", {"which": "one", "text": " "}),
    ("remove_note", {"which": "0"}),
    ("remove_note", {"which": ""}),
]


async def test_a_bad_note_is_refused_and_nothing_changes(ada: Student) -> None:
    """Bad input gets a sentence and leaves every document as it was."""
    await note(ada, "one", problem="two sum")
    before = await ada.everything()
    for verb, arguments in REFUSED:
        with pytest.raises(ToolRetry):
            await ada.do(NoteReceipt, verb, **arguments)
        assert await ada.everything() == before, arguments


async def test_there_is_an_end_to_notes(ada: Student) -> None:
    """The 501st is refused in a sentence; lists show the first twenty and count them all."""
    unit = ada.work.reading()
    topic = (await note(ada, "the first", topic="heaps")).note
    stored = await ada.one(Note)
    for number in range(MOST_NOTES - 1):
        await unit.of(Note).add(
            Note(id=unit.new_id(), user_id=ada.id, text=f"note {number}", topic_id=stored["topicId"])
        )
    with pytest.raises(ToolFailed, match="500 notes already"):
        await note(ada, "one more", topic="heaps")
    found = await ada.read(NoteList, "find_notes", query="heaps")
    assert (len(found.notes), found.total, topic.number) == (20, MOST_NOTES, 1)
