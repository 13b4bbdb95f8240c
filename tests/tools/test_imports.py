"""Importing past solves: nothing before a yes, honest dates, once, a few revisions a day, and back to the bit."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from store.catalogue.facts import shipped_catalogue
from store.client import ObjectId
from store.documents.imports import PendingImport
from store.documents.intelligence import MasteryMetric, RevisionSchedule
from store.documents.learner import Attempt, LearnerTopic, PopulationEntry
from store.documents.own import Turn
from store.documents.problems import Submission
from store.documents.sync import UserSubmission
from tests.tools.harness import SERVICE, Student
from tools.context import MentorContext
from tools.errors import ToolFailed, ToolRetry
from tools.import_results import ImportCancelled, ImportPreview, ImportReceipt
from tools.imports import confirm_import, preview_import
from tools.lists import read_index
from tools.practice import AttemptReceipt
from tools.progress import Progress
from tools.suggestion import NextProblem
from tools.undo import UndoReceipt

PENDING = frozenset({PendingImport.collection})
THREE = "Two Sum\n3Sum, 2026-11-20, 25 min\nValid Anagram - solved with help"


async def look(student: Student, text: str) -> ImportPreview:
    """Preview a list."""
    return await student.do(ImportPreview, "preview_import", text=text)


async def take_in(student: Student, text: str, **change: Any) -> ImportReceipt:
    """Preview a list and say yes."""
    await look(student, text)
    return await student.do(ImportReceipt, "confirm_import", **change)


async def test_a_preview_stores_nothing_but_the_list(ada: Student) -> None:
    """Before the yes only the waiting list is there, and a no puts it away."""
    before = await ada.everything(without=frozenset({"effects", *PENDING}))
    preview = await look(ada, f"{THREE}\nMax Stack\nnonsense words here\nhttps://www.hackerrank.com/challenges/abc")
    assert (preview.line, preview.undo_label) == ("", None)
    assert (preview.ready, preview.dated, preview.with_help) == (3, 1, 1)
    assert [(item.number, item.choices) for item in preview.near] == [(4, ("Min Stack",))]
    assert [(item.number, item.reason) for item in preview.unknown] == [
        (5, "no problem of that name in the catalogue"),
        (6, "HackerRank is not in the catalogue"),
    ]
    assert await ada.everything(without=frozenset({"effects", *PENDING})) == before
    assert (await ada.do(ImportCancelled, "cancel_import")).lines == 6
    with pytest.raises(ToolFailed, match="No list is waiting"):
        await ada.do(ImportReceipt, "confirm_import")


async def test_dated_and_undated_solves_are_kept_as_what_they_are(ada: Student) -> None:
    """A date makes a Submission on its day; without one there is a UserSubmission without a time, and no day counts."""
    receipt = await take_in(ada, THREE)
    assert (receipt.imported, receipt.solved, receipt.with_help, receipt.dated, receipt.undated) == (3, 3, 1, 1, 2)
    assert receipt.line == "3 past solves imported · 1 with help · 1 with a date, 2 without · " + (
        f"{len(receipt.topics)} topics"
    )
    attempts = await ada.all(Attempt)
    assert {attempt["source"] for attempt in attempts} == {"import"}
    (dated,) = await ada.all(Submission)
    assert f"{dated['submissionTime']:%Y-%m-%d}" == "2026-11-20"
    assert (dated["timeTaken"], dated["solved"]) == (1500, True)
    undated = await ada.all(UserSubmission)
    assert len(undated) == 2
    assert not any("submissionTime" in raw for raw in undated)
    assert {raw["_id"] for raw in [dated, *undated]} == {raw["_id"] for raw in attempts}
    progress = await ada.read(Progress, "show_progress")
    assert (progress.tried, progress.solved, progress.with_help) == (3, 2, 1)
    assert (progress.streak, progress.longest_streak, progress.this_week.attempts) == (0, 1, 0)
    assert (progress.last_week.attempts, progress.last_week.minutes) == (1, 25.0)


async def test_what_was_imported_is_not_proposed_any_more(ada: Student) -> None:
    """The next problem is none of those that a list says were solved, dated or not."""
    first = await ada.do(NextProblem, "next_problem")
    assert first.problem is not None
    await take_in(ada, first.problem.title)
    second = await ada.do(NextProblem, "next_problem")
    assert second.problem is not None
    assert second.problem.id != first.problem.id


async def test_importing_twice_changes_nothing(ada: Student) -> None:
    """The same list again is known, and of an overlapping one only what is new is imported."""
    await take_in(ada, THREE)
    before = await ada.everything(without=SERVICE | PENDING)
    preview = await look(ada, THREE)
    assert (preview.ready, len(preview.known)) == (0, 3)
    again = await ada.do(ImportReceipt, "confirm_import")
    assert (again.imported, again.line, again.undo_label, again.known) == (0, "", None, 3)
    assert await ada.everything(without=SERVICE | PENDING) == before
    more = await take_in(ada, f"{THREE}\nCoin Change")
    assert (more.imported, more.known) == (1, 3)
    assert len(await ada.all(Attempt)) == 4


async def test_what_was_recorded_is_known_to_an_import(ada: Student) -> None:
    """A problem that was solved with PrepMate stays as it is; one that was only tried may have been solved before."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="with-help", problem="two-sum")
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="3sum")
    receipt = await take_in(ada, "two sum\n3sum")
    assert (receipt.imported, receipt.known) == (1, 1)


async def test_an_import_is_taken_back_to_the_bit(ada: Student) -> None:
    """Undo puts every document back, even when another list waits by then."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="two-sum")
    before = await ada.everything(without=SERVICE | PENDING)
    receipt = await take_in(ada, f"{THREE}\nCoin Change, 3 May 2025, stuck")
    assert receipt.undo_label == "import of 4 past solves"
    await look(ada, "House Robber")
    undone = await ada.do(UndoReceipt, "undo_last")
    assert undone.label == receipt.undo_label
    assert await ada.everything(without=SERVICE | PENDING) == before
    assert (await ada.do(ImportReceipt, "confirm_import")).imported == 1


async def test_three_hundred_solves_fit_into_one_transaction(ada: Student) -> None:
    """A long list is one import with few revisions a day from tomorrow on, and one undo takes it back."""
    before = await ada.everything(without=SERVICE | PENDING)
    titles = [problem.title for problem in shipped_catalogue().problems[:300]]
    receipt = await take_in(ada, "\n".join(titles))
    assert (receipt.imported, receipt.undated) == (300, 300)
    schedules = await ada.all(RevisionSchedule)
    days = Counter(raw["nextRevisionDate"].date() for raw in schedules)
    assert len(schedules) == receipt.revisions == len(receipt.topics)
    assert min(days) > ada.clock().date()
    assert max(days.values()) <= 2
    assert all(raw["problemsToRevise"] for raw in schedules)
    assert not any(raw.get("lastRevisionDate") or raw["revisionCount"] for raw in schedules)
    assert not any("stability" in raw for raw in await ada.all(LearnerTopic))
    mastery = {raw["topicName"]: raw["masteryProbability"] for raw in await ada.all(MasteryMetric)}
    assert 0.6 < mastery["Arrays"] < 0.95
    await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything(without=SERVICE | PENDING) == before


async def test_nothing_is_counted_for_everybody(ada: Student) -> None:
    """The shared difficulties learn nothing from a list, and taking it back takes nothing out of them."""
    shared = ada.database.collection("problem_difficulties")
    before = await shared.find({}, sort=[("_id", 1)])
    await take_in(ada, THREE)
    await ada.do(UndoReceipt, "undo_last")
    assert await shared.find({}, sort=[("_id", 1)]) == before
    assert not await ada.database.collection(PopulationEntry.collection).find({})


async def test_dated_solves_build_a_memory(ada: Student) -> None:
    """Solves on their days are what the recall of a topic begins with; none of them is claimed as a revision."""
    await take_in(ada, "Course Schedule, 2026-11-01\nCourse Schedule II, 2026-11-15")
    graphs = [raw for raw in await ada.all(LearnerTopic) if raw.get("stability")]
    assert graphs
    assert all(f"{raw['lastReview']:%Y-%m-%d}" == "2026-11-15" for raw in graphs)
    schedules = await ada.all(RevisionSchedule)
    assert all(raw["revisionCount"] == 0 and raw["revisionHistory"] == [] for raw in schedules)
    assert all(raw["nextRevisionDate"] > ada.clock() for raw in schedules)


async def test_choices_and_corrections_are_taken(ada: Student) -> None:
    """Near matches are chosen by line and letter, lines left out by number, dates put in order, help said for all."""
    await look(ada, "Two Sum 3/4/2026\nMax Stack\n3Sum\nJump Game V\nCandy")
    preview = await ada.do(ImportPreview, "adjust_import", choices="2a", dates="day-first")
    assert (preview.ready, preview.dated, preview.ambiguous) == (4, 1, 0)
    receipt = await ada.do(ImportReceipt, "confirm_import", leave_out="3", how="with-help")
    assert (receipt.imported, receipt.with_help, receipt.dated, receipt.unanswered) == (3, 3, 1, 1)
    (submission,) = await ada.all(Submission)
    assert f"{submission['submissionTime']:%Y-%m-%d}" == "2026-04-03"


async def test_a_date_that_may_be_two_days_stays_out(ada: Student) -> None:
    """Day and month that may be swapped are asked about, and without an answer there is no date."""
    preview = await look(ada, "Two Sum 3/4/2026\n3Sum, next week\nCandy 2099-01-01")
    assert (preview.dated, preview.ambiguous, preview.ambiguous_example) == (0, 1, "Two Sum 3/4/2026")
    assert (await ada.do(ImportReceipt, "confirm_import")).dated == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"choices": "1a"}, "Line 1 has nothing to choose from"),
        ({"choices": "2c"}, "Line 2 has no choice c"),
        ({"choices": "this one"}, "write them like 2a"),
        ({"leave_out": "7"}, "There is no line 7"),
        ({"only": "the first"}, "as numbers of lines"),
        ({"dates": "year-first"}, "day-first or month-first"),
        ({"how": "magic"}, "unaided or with-help"),
    ],
)
async def test_corrections_that_fit_nothing_are_refused(ada: Student, change: dict[str, str], sentence: str) -> None:
    """A line or a letter that the preview does not have is named, and nothing is imported."""
    await look(ada, "Two Sum\nMax Stack")
    with pytest.raises(ToolRetry, match=sentence):
        await ada.do(ImportReceipt, "confirm_import", **change)
    assert await ada.all(Attempt) == []


async def test_a_list_that_nobody_confirmed_expires(ada: Student) -> None:
    """After two days a yes has nothing to say yes to."""
    await look(ada, THREE)
    ada.clock.forward(days=3)
    with pytest.raises(ToolFailed, match="No list is waiting"):
        await ada.do(ImportReceipt, "confirm_import")


async def test_rows_that_are_not_read_are_told_with_their_number(ada: Student) -> None:
    """What was read and what was not add up to the list; empty rows are one sentence, and the receipt counts them."""
    preview = await look(ada, "No,Title,Done\n1,Two Sum,yes\n2,,\n,,\n,,\n3,3Sum,no\n4,Candy Store,yes")
    assert (preview.given, preview.lines, preview.ready) == (6, 3, 1)
    assert [(one.text, one.reason, one.count) for one in preview.unread] == [
        ("2", "it has no title", 1),
        ("", "the row is empty", 2),
    ]
    assert preview.lines + sum(one.count for one in preview.unread) == preview.given
    again = await ada.do(ImportPreview, "adjust_import", leave_out="3")
    assert again.unread == preview.unread
    receipt = await ada.do(ImportReceipt, "confirm_import")
    assert (receipt.imported, receipt.unread) == (1, 3)


async def test_a_status_that_nobody_knows_is_asked_about(ada: Student) -> None:
    """Such a row is imported only when the student chooses it; another row that says solved answers the question."""
    text = "Title,Status\nTwo Sum,Meh\n3Sum,Meh\nLRU Cache,\nCandy,Solved\n3sum,Solved"
    preview = await look(ada, text)
    assert (preview.ready, preview.not_solved) == (2, ("3 LRU Cache",))
    assert [(item.number, item.choices, item.unclear, item.reason) for item in preview.near] == [
        (1, ("Two Sum",), True, "I do not know what “Meh” means")
    ]
    chosen = await ada.do(ImportPreview, "adjust_import", choices="1a")
    assert (chosen.ready, chosen.near) == (3, ())
    await look(ada, text)
    assert (await ada.do(ImportReceipt, "confirm_import")).imported == 2
    assert [item.choices for item in (await look(ada, text)).near] == [("Two Sum",)]


@pytest.mark.parametrize("newest_first", [True, False])
async def test_a_solve_has_the_day_on_which_it_was_accepted(ada: Student, newest_first: bool) -> None:
    """The day of an answer that was refused, before or after, is not the day of the solve."""
    rows = [
        "Wrong Answer,2026-03-01", "Accepted,2026-03-09", "Accepted,2026-03-11", "Runtime Error,2026-03-20"
    ]  # fmt: skip
    rows = [f"Coin Change,{row}" for row in (reversed(rows) if newest_first else rows)]
    await take_in(ada, "\n".join(["title,statusDisplay,date", *rows]))
    (submission,) = await ada.all(Submission)
    assert f"{submission['submissionTime']:%Y-%m-%d}" == "2026-03-09"


@pytest.mark.parametrize(
    "text",
    [
        "two sum, 3sum, lru cache", "two sum; 3sum; lru cache", "two sum and 3sum and lru cache",
        "two sum, 3sum & lru cache", "two sum / 3sum / lru cache", "two sum, easy, 3sum, lru cache",
    ],
)  # fmt: skip
async def test_problems_in_one_line_are_several(ada: Student, text: str) -> None:
    """Titles with a mark between them are as many problems."""
    preview = await look(ada, text)
    assert (preview.lines, preview.ready) == (3, 3)


async def test_an_unknown_title_among_others_is_told(ada: Student) -> None:
    """One of several titles in a line that nobody knows hides none of the others and is not lost."""
    preview = await look(ada, "two sum, 3sum, frobnicate the gizmo")
    assert (preview.lines, preview.ready) == (3, 2)
    assert [item.text for item in preview.unknown] == ["frobnicate the gizmo"]


async def test_a_list_without_problems_says_why(ada: Student) -> None:
    """JSON that counts solves but names none is answered with that, and nothing waits."""
    with pytest.raises(ToolRetry, match="no list of problems in this JSON"):
        await look(ada, '{"solvedProblem": 12, "easySolved": 7}')


async def in_turn(student: Student, seq: int, text: str) -> MentorContext:
    """Return the context of a message of the student."""
    turn = Turn(
        id=ObjectId(),
        key=f"probe:{student.id}:{seq}",
        user_id=student.id,
        platform="probe",
        address="a",
        seq=seq,
        text=text,
        accepted_at=student.clock(),
    )
    await student.database.collection(Turn.collection).insert(turn.to_mongo())
    reading = student.reading()
    return MentorContext(reading.work, reading.clock, reading.zone, turn.id)


async def test_the_list_is_the_students_own_message(ada: Student) -> None:
    """The verb reads the message itself, or the list a few messages before; a model's own text is refused."""
    first = await in_turn(ada, 1, "here is my list\nTwo Sum\n3Sum")
    assert (await preview_import(first)).ready == 2
    with pytest.raises(ToolRetry, match="word for word"):
        await preview_import(first, text="Two Sum\n3Sum\nCandy")
    assert (await preview_import(await in_turn(ada, 2, "please import that"))).ready == 2
    assert (await preview_import(await in_turn(ada, 3, "/import candy, coin change"))).ready == 2


async def test_no_model_says_yes_in_the_students_place(ada: Student) -> None:
    """In the message in which a list was shown nothing can be confirmed."""
    context = await in_turn(ada, 1, "import these:\nTwo Sum")
    await preview_import(context)
    with pytest.raises(ToolFailed, match="say yes first"):
        await confirm_import(context)
    assert (await confirm_import(await in_turn(ada, 2, "yes"))).imported == 1


async def test_without_a_list_there_is_nothing_to_preview(ada: Student) -> None:
    """A message that only asks for an import is answered with what is missing."""
    with pytest.raises(ToolRetry, match="no list of problems"):
        await preview_import(await in_turn(ada, 1, "import my solves"))


async def test_the_catalogues_titles_are_each_found_by_name(ada: Student) -> None:
    """Every title, slug and link of the catalogue is certainly the problem that it names."""
    index = await read_index(ada.reading())
    for problem in shipped_catalogue().problems:
        for text in (problem.title, problem.slug, problem.url, f"LC {problem.number}"):
            (found,) = index.read(text, ada.clock().date())
            assert found.problem is not None, text
            assert found.problem["title"] == problem.title, text
