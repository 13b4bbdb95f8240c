"""Receipts of practice, hints, profile and undo, held against the database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

import pytest

from store.client import ObjectId, Raw, decode
from store.documents.base import Document
from store.documents.intelligence import MasteryMetric, RevisionSchedule
from store.documents.learner import Attempt, LearnerTopic
from store.documents.level import Placement, PlacementRun, SeenProblem
from store.documents.own import StudentSettings, UndoEntry
from store.documents.people import User
from store.documents.problems import Submission
from store.documents.sessions import PracticeSession, PreparationTask
from store.documents.study import HintState, Note
from tests.tools.sequences.play import Done
from tests.tools.sequences.world import World
from tools.hints import HintReceipt
from tools.placement import PlacementReceipt
from tools.practice import AttemptReceipt, StartReceipt, TopicChange
from tools.profile import ProfileReceipt
from tools.proposals import SeenReceipt
from tools.undo import UndoReceipt

_SAID: Final = {"unaided": "solved unaided", "with-help": "solved with help", "stuck": "not solved"}


def new(done: Done, kind: type[Attempt] | type[PracticeSession] | type[PreparationTask] | type[Note]) -> list[Raw]:
    """Return the documents of a kind that the call added."""
    return [raw for raw in done.after.all(kind) if done.before.get(kind, raw["_id"]) is None]


def in_words(day: date, today: date) -> str:
    """Return how a receipt says a day."""
    if 0 <= (day - today).days < 2:
        return ("today", "tomorrow")[(day - today).days]
    return f"{day.day} {day:%b}" + (f" {day.year}" if day.year != today.year else "")


def running(world: World) -> list[Raw]:
    """Return the sessions that time a problem."""
    return [raw for raw in world.all(PracticeSession) if "endTime" not in raw and raw["problemIds"]]


def check_profile(done: Done) -> None:
    """The profile that a change returns is the stored one, and it names the fields that are different now."""
    receipt = done.result
    assert isinstance(receipt, ProfileReceipt)
    user, settings = done.after.own(User), done.after.own(StudentSettings)
    assert receipt.profile.name == user["name"]
    target = user.get("preparationTargetDate")
    assert receipt.profile.target_date == (target.date().isoformat() if target else None)
    today = date.fromisoformat(receipt.profile.today)
    assert receipt.profile.days_left == ((target.date() - today).days if target else None)
    assert receipt.profile.minutes_per_day == settings.get("minutesPerDay")
    assert receipt.profile.time_zone == settings["timeZone"]
    assert receipt.profile.target_companies == tuple(user.get("targetCompanies", []))
    fields: dict[str, tuple[type[Document], str]] = {
        "name": (User, "name"),
        "target_date": (User, "preparationTargetDate"),
        "target_companies": (User, "targetCompanies"),
        "minutes_per_day": (StudentSettings, "minutesPerDay"),
        "time_zone": (StudentSettings, "timeZone"),
    }
    changed = {
        name
        for name, (kind, stored) in fields.items()
        if done.before.own(kind).get(stored) != done.after.own(kind).get(stored)
    }
    assert set(receipt.changed) == changed
    if "name" in changed:
        assert user["name"] in receipt.line


def check_start(done: Done) -> None:
    """The problem that is said to run does, alone, and what is said to be put aside has ended."""
    receipt = done.result
    assert isinstance(receipt, StartReceipt)
    (session,) = running(done.after)
    assert str(session["_id"]) == receipt.session_id
    assert session["startTime"] == stored_time(datetime.fromisoformat(receipt.started_at))
    assert session["problemIds"] == [ObjectId(receipt.problem.id)]
    assert receipt.line.startswith(done.catalogue.title(session["problemIds"][0]) or "?")
    before = running(done.before)
    same = [raw for raw in before if raw["_id"] == session["_id"]]
    aside = [raw for raw in before if raw["_id"] != session["_id"]]
    assert (receipt.undo_label is None) == bool(same)
    assert receipt.abandoned == (done.catalogue.title(aside[0]["problemIds"][0]) if aside else None)
    assert all(
        done.after.documents["practicesessions", raw["_id"]]["endTime"] == stored_time(done.now) for raw in aside
    )
    topics = done.catalogue.topics_of(session["problemIds"][0])
    mine = {raw["text"][:499] for raw in done.after.all(Note) if _is_about(raw, session["problemIds"][0], topics)}
    assert {note.removesuffix("…")[:499] for note in receipt.notes} <= mine | {text.rstrip() for text in mine}
    assert len(receipt.notes) == min(
        5, sum(_is_about(raw, session["problemIds"][0], topics) for raw in done.after.all(Note))
    )


def _is_about(note: Raw, problem: ObjectId, topics: list[ObjectId]) -> bool:
    return bool(note.get("problemId") == problem or note.get("topicId") in topics)


def stored_time(moment: datetime) -> datetime:
    """Return a moment as MongoDB holds it: to the millisecond."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def check_attempt(done: Done) -> None:
    """An attempt's receipt is its Submission, the topics' new figures, the session that ended and the tasks done."""
    receipt = done.result
    assert isinstance(receipt, AttemptReceipt)
    (attempt,) = new(done, Attempt)
    submission = done.after.documents[Submission.collection, attempt["_id"]]
    assert str(attempt["_id"]) == receipt.submission_id
    assert (str(attempt["problemId"]), attempt["outcome"]) == (receipt.problem.id, receipt.outcome)
    assert receipt.predicted == pytest.approx(attempt["predicted"], abs=1e-4)
    assert submission["attempts"] == receipt.tries
    assert ("timeTaken" in submission) == (receipt.minutes is not None)
    assert submission.get("timeTaken", 0) == pytest.approx(60 * (receipt.minutes or 0), abs=0.5)
    assert receipt.day == done.day(attempt["at"]).isoformat()
    asked, hints = done.arguments["outcome"], _hints(done, attempt)
    assert receipt.hints == hints
    assert receipt.corrected == (asked == "unaided" and hints > 0)
    assert receipt.outcome == ("with-help" if receipt.corrected else asked)
    assert receipt.first_ever == (not done.before.all(Attempt))
    assert [item.topic_id for item in receipt.topics] == [str(topic) for topic in attempt["topicIds"]]
    reviewed = {log["topicId"] for log in attempt["reviews"]}
    for item in receipt.topics:
        _check_topic(done, item, reviewed)
    title = done.catalogue.title(attempt["problemId"])
    assert receipt.line.startswith(f"{title} · {_SAID[receipt.outcome]}")
    assert receipt.undo_label == f"{title} · {_SAID[receipt.outcome]}"
    _check_ended(done, receipt, attempt)
    _check_ticked(done, receipt, attempt, reviewed)


def _check_topic(done: Done, item: TopicChange, reviewed: set[ObjectId]) -> None:
    topic = ObjectId(item.topic_id)
    schedule = done.after.one(RevisionSchedule, topicId=topic)
    assert item.topic == done.catalogue.topics[topic]["name"]
    assert item.next_revision == done.day(schedule["nextRevisionDate"]).isoformat()
    assert item.reviewed == (topic in reviewed)
    assert item.mastery_after == pytest.approx(
        done.after.one(MasteryMetric, topicId=topic)["masteryProbability"], abs=1e-4
    )
    at = new(done, Attempt)[0]["at"]
    away = (schedule["nextRevisionDate"] - at).total_seconds() / 86400
    assert item.interval_days == pytest.approx(max(1, away), abs=1)
    assert 0 < item.mastery_before < 1
    # A success never lowers and a failure never raises what is believed.
    old = done.before.all(LearnerTopic, topicId=topic)
    assert item.assumed == (not old or not old[0]["attempts"])
    mean, form = (old[0]["mean"], old[0]["form"]) if old else (0.0, 0.0)
    known = done.after.one(LearnerTopic, topicId=topic)
    up = done.after.one(Attempt, _id=new(done, Attempt)[0]["_id"])["outcome"] == "unaided"
    assert (known["mean"] - mean) * (1 if up else -1) >= 0
    assert (known["form"] - form) * (1 if up else -1) >= 0
    assert item.why
    if item.next_revision == min(other.next_revision for other in getattr(done.result, "topics", ())):
        due = date.fromisoformat(item.next_revision)
        said = in_words(due, done.today) if due > done.today else "is due now"
        assert said in getattr(done.result, "line", "")


def _hints(done: Done, attempt: Raw) -> int:
    """Count the rungs that were shown for an attempt's problem since the one before it, and until its day was over."""
    problem, day = attempt["problemId"], done.day(attempt["at"])
    states = done.before.all(HintState, problemId=problem)
    ends = [raw["at"] for raw in done.before.all(Attempt, problemId=problem) if "at" in raw]
    ends = [end for end in ends if done.day(end) <= day]
    rungs = [rung for state in states for rung in state["shown"] if done.day(rung["at"]) <= day]
    return len({rung["rung"] for rung in rungs if all(rung["at"] > end for end in ends)})


def _check_ended(done: Done, receipt: AttemptReceipt, attempt: Raw) -> None:
    before = [raw for raw in running(done.before) if raw["problemIds"] == [attempt["problemId"]]]
    before = [raw for raw in before if raw["startTime"] <= attempt["at"]]
    assert (
        not before
        or {"minutes", "day"} & done.arguments.keys()
        or receipt.minutes_measured == (receipt.minutes is not None)
    )
    for raw in before:
        session = done.after.documents[PracticeSession.collection, raw["_id"]]
        assert session["endTime"] == attempt["at"]
        assert (session["problemsAttempted"], session["problemsSolved"]) == (1, int(receipt.outcome != "stuck"))
    if not before:
        assert not receipt.minutes_measured
        assert running(done.before) == running(done.after)


def _check_ticked(done: Done, receipt: AttemptReceipt, attempt: Raw, reviewed: set[ObjectId]) -> None:
    was = [raw for raw in done.before.all(PreparationTask) if raw["status"] != "completed"]
    ticked = [raw for raw in was if done.after.documents[PreparationTask.collection, raw["_id"]]["completed"]]
    assert sorted(raw["title"] for raw in ticked) == sorted(receipt.tasks_completed)

    def fulfilled(raw: Raw) -> bool:
        if "dueDate" in raw and done.day(raw["dueDate"]) > done.day(attempt["at"]):
            return False
        practised = raw.get("problemId") == attempt["problemId"] and attempt["outcome"] != "stuck"
        return practised or (raw["taskType"] == "revision" and raw.get("topicId") in reviewed)

    assert [raw["_id"] for raw in ticked] == [raw["_id"] for raw in was if fulfilled(raw)]


def check_hint(done: Done) -> None:
    """A hint that is shown is noted, one rung after the other, and nothing is noted where none is."""
    receipt = done.result
    assert isinstance(receipt, HintReceipt)
    problem, worlds = ObjectId(receipt.problem.id), (done.before, done.after)
    before, after = (
        [rung for raw in world.all(HintState, problemId=problem) for rung in raw["shown"]] for world in worlds
    )
    if receipt.step in ("ask", "confirm") or receipt.again:
        assert before == after
        assert not receipt.line
        assert receipt.text == "" or receipt.step != "ask"
        return
    assert after[:-1] == before
    assert after[-1]["at"] == stored_time(done.now)
    assert after[-1]["rung"] == (4 if receipt.step == "solution" else receipt.rung)
    assert receipt.solution_unlocked == (receipt.step == "solution")
    (state,) = done.before.all(HintState, problemId=problem)
    if receipt.solution_unlocked:
        assert done.arguments.get("solution")
        assert state["offeredAt"] >= before[-1]["at"], "the solution was never offered"
    if receipt.rung == 1:
        assert all(rung["at"] < state["askedAt"] for rung in before), "nobody asked what was tried"
    assert receipt.text


def check_seen(done: Done) -> None:
    """A problem that is known from elsewhere is noted once, and counts for nothing."""
    receipt = done.result
    assert isinstance(receipt, SeenReceipt)
    problem = ObjectId(receipt.problem.id)
    solved = {raw["problemId"] for raw in done.before.all(Attempt) if raw["outcome"] == "unaided"}
    known = bool(done.before.all(SeenProblem, problemId=problem)) or problem in solved
    assert receipt.already == known
    assert len(done.after.all(SeenProblem)) - len(done.before.all(SeenProblem)) == int(not known)
    assert bool(receipt.line) == (not known)
    assert known or done.after.all(SeenProblem, problemId=problem)


def check_placement(done: Done) -> None:
    """An open question stands in the one run under way; a result is stored with what it moved, and ends the run."""
    receipt = done.result
    assert isinstance(receipt, PlacementReceipt)
    runs, placements = done.after.all(PlacementRun), done.after.all(Placement)
    added = [raw for raw in placements if done.before.get(Placement, raw["_id"]) is None]
    assert bool(receipt.line) == bool(receipt.undo_label) == bool(added)
    assert sum("replacedAt" not in raw for raw in placements) <= 1
    if receipt.ask:
        run = max(runs, key=lambda raw: (raw["startedAt"], raw["_id"]))
        assert receipt.ask.number == len(run["answers"]) + 1 <= receipt.ask.of
        assert run["asked"]["topicId"] not in {said["topicId"] for said in run["answers"]}
        assert receipt.answered == sum(said["answer"] != "skip" for said in run["answers"])
    else:
        assert bool(runs) == receipt.left
    for placement in added:
        said = [one["answer"] for one in placement["answers"] if one["answer"] != "skip"]
        assert [one.answer for one in receipt.topics] == said
        assert receipt.answered == len(said) > 0
        assert receipt.replaced == any(raw.get("replacedAt") == placement["at"] for raw in placements)
        assert f"{receipt.before:.0%} → {receipt.after:.0%}" in receipt.line
        moved = {move.get("topicId"): move["mean"] for move in placement["moves"]}
        assert len(moved) == len(said) + 1
        for one in placement["answers"]:
            assert one["answer"] != "unaided" or moved[one["topicId"]] > 0
            assert one["answer"] != "not-yet" or moved[one["topicId"]] < 0
        for topic in receipt.topics:
            assert topic.answer != "unaided" or topic.moved >= 0
            assert topic.answer != "not-yet" or topic.moved <= 0


def check_undo(done: Done) -> None:
    """What is taken back was the last change, or the one named, and each document that it touched is as it was."""
    receipt = done.result
    assert isinstance(receipt, UndoReceipt)
    assert not receipt.left
    open_entries = [raw for raw in done.before.all(UndoEntry) if "undoneAt" not in raw]
    named = [raw for raw in open_entries if str(raw["_id"]) == done.arguments.get("change")]
    last = max(named or open_entries, key=lambda raw: (raw["createdAt"], raw["_id"]))
    assert (receipt.label, receipt.verb, receipt.documents) == (last["label"], last["verb"], len(last["touched"]))
    assert receipt.line == f"undone: {last['label']}"
    assert done.after.documents[UndoEntry.collection, last["_id"]]["undoneAt"] == stored_time(done.now)
    for change in last["touched"]:
        now = done.after.documents.get((change["place"], change["documentId"]))
        assert now == (decode(change["before"]) if "before" in change else None)


CHECKS = {
    "set_profile": check_profile,
    "start_problem": check_start,
    "record_attempt": check_attempt,
    "give_hint": check_hint,
    "mark_seen": check_seen,
    "start_placement": check_placement,
    "answer_placement": check_placement,
    "undo_last": check_undo,
}
