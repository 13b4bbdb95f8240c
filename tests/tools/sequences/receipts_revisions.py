"""Receipts of revisions, held against the database: started, answered, rated, put off, paused, spread."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from store.client import ObjectId, Raw
from store.documents.intelligence import RevisionSchedule
from store.documents.learner import Attempt, LearnerTopic
from store.documents.revisions import RevisionDelay, RevisionRun, RevisionSettings
from store.documents.sessions import PracticeSession
from tests.tools.sequences.play import Done
from tests.tools.sequences.receipts_practice import in_words, running, stored_time
from tests.tools.sequences.world import World
from tools.catching_up import CatchUpReceipt
from tools.delays import CapReceipt, PauseReceipt, SnoozeReceipt
from tools.rating import RatingReceipt
from tools.revising import RecallReceipt, RevisionReceipt


def topic_of(done: Done, name: str) -> ObjectId:
    """Return the topic of exactly this name."""
    (topic,) = [key for key, raw in done.catalogue.topics.items() if raw["name"] == name]
    return topic


def schedule_of(done: Done, world: World, name: str) -> Raw:
    """Return a topic's schedule."""
    return world.one(RevisionSchedule, topicId=topic_of(done, name))


def due_now(done: Done, world: World) -> list[Raw]:
    """Return the schedules whose day has come, but for what was put off to later on this day."""
    delays = {raw["topicId"]: raw["until"] for raw in world.all(RevisionDelay)}

    def waits(raw: Raw) -> bool:
        standing = delays.get(raw["topicId"]) == raw["nextRevisionDate"]
        return done.day(raw["nextRevisionDate"]) > done.today or (standing and raw["nextRevisionDate"] > done.now)

    return [raw for raw in world.all(RevisionSchedule) if not waits(raw)]


def check_started(done: Done) -> None:
    """The revision that is said to run is the only one, and asks what is stored."""
    receipt = done.result
    assert isinstance(receipt, RevisionReceipt)
    open_ones = [raw for raw in done.after.all(PracticeSession, sessionType="revision") if "endTime" not in raw]
    (session,) = open_ones
    assert str(session["_id"]) == receipt.session_id
    run = done.after.one(RevisionRun, sessionId=session["_id"])
    assert run["topicId"] == topic_of(done, receipt.topic)
    assert len(run["cards"]) == len(receipt.questions)
    assert receipt.problem_follows == ("problemId" in run)
    assert (receipt.problem is not None) == (run["phase"] == "problem")
    assert receipt.line.startswith(receipt.topic)
    assert (receipt.undo_label is None) == bool(done.before.get(PracticeSession, session["_id"]))
    known = done.before.all(LearnerTopic, topicId=run["topicId"])
    assert (receipt.retention is not None) == bool(known and "stability" in known[0])
    if receipt.retention is not None:
        assert 0 <= receipt.retention <= 1


def check_answered(done: Done) -> None:
    """What is said to be recalled is stored with the revision; the problem runs, or the review is done."""
    receipt = done.result
    assert isinstance(receipt, RecallReceipt)
    run = max(done.after.all(RevisionRun), key=lambda raw: (raw["startedAt"], raw["_id"]))
    assert [(tuple(item["made"]), tuple(item["missed"])) for item in run["recalled"]] == [
        (card.made, card.missed) for card in receipt.cards
    ]
    assert receipt.made == sum(len(item["made"]) for item in run["recalled"])
    assert receipt.points == receipt.made + sum(len(item["missed"]) for item in run["recalled"])
    assert f"{receipt.made} of {receipt.points}" in receipt.line
    assert (receipt.problem is None) != (receipt.review is None)
    if receipt.problem:
        (session,) = running(done.after)
        assert session["_id"] == run["sessionId"]
        assert session["problemIds"] == [run["problemId"]] == [ObjectId(receipt.problem.id)]
        assert run["problemStartedAt"] == stored_time(done.now)
    if receipt.review:
        schedule = schedule_of(done, done.after, receipt.topic)
        assert receipt.review.next_revision == done.day(schedule["nextRevisionDate"]).isoformat()
        assert receipt.review.reviewed == ("review" in run)
        if receipt.review.reviewed:
            assert run["review"]["grade"] == receipt.review.grade
        assert "endTime" in done.after.documents[PracticeSession.collection, run["sessionId"]]
        assert in_words(date.fromisoformat(receipt.review.next_revision), done.today) in receipt.line


def check_rated(done: Done) -> None:
    """A corrected review has its new grade wherever it is kept, counts as one as before, and moves no mastery."""
    receipt = done.result
    assert isinstance(receipt, RatingReceipt)
    assert receipt.topics
    for item in receipt.topics:
        topic = topic_of(done, item.topic)
        known, was = (world.one(LearnerTopic, topicId=topic) for world in (done.after, done.before))
        assert (was["review"]["grade"], known["review"]["grade"]) == (item.grade_before, receipt.grade)
        assert all(known[name] == was[name] for name in ("mean", "variance", "form", "attempts", "lastReview"))
        schedule, old = (schedule_of(done, world, item.topic) for world in (done.after, done.before))
        assert schedule["revisionCount"] == old["revisionCount"]
        assert item.next_revision == done.day(schedule["nextRevisionDate"]).isoformat()
        assert item.interval_days == round(schedule["revisionInterval"])
        score = {"again": 0, "hard": 50, "good": 80, "easy": 100}[receipt.grade]
        assert schedule["revisionHistory"][-1]["performanceScore"] == score
        logs = [log for raw in done.after.all(Attempt, at=known["lastReview"]) for log in raw["reviews"]]
        logs += [
            raw["review"] for raw in done.after.all(RevisionRun, reviewedAt=known["lastReview"]) if "review" in raw
        ]
        assert [log["grade"] for log in logs if log["topicId"] == topic] == [receipt.grade]
        assert [log["stability"] for log in logs if log["topicId"] == topic] == [pytest.approx(known["stability"])]
    assert in_words(min(date.fromisoformat(item.next_revision) for item in receipt.topics), done.today) in receipt.line


def check_snoozed(done: Done) -> None:
    """A revision that was put off is due at the moment that is said, later than before, and what it was is kept."""
    receipt = done.result
    assert isinstance(receipt, SnoozeReceipt)
    schedule, old = (schedule_of(done, world, receipt.topic) for world in (done.after, done.before))
    moment = schedule["nextRevisionDate"]
    assert f"{moment.astimezone(done.zone):%Y-%m-%d %H:%M}" == receipt.until
    assert moment > old["nextRevisionDate"]
    assert moment > done.now
    assert receipt.due_before == done.day(old["nextRevisionDate"]).isoformat()
    delay = done.after.one(RevisionDelay, topicId=schedule["topicId"])
    assert (delay["until"], delay["reason"]) == (moment, "snooze")
    assert delay["dueBefore"] <= old["nextRevisionDate"]
    assert {name: value for name, value in schedule.items() if name not in ("nextRevisionDate", "updatedAt")} == {
        name: value for name, value in old.items() if name not in ("nextRevisionDate", "updatedAt")
    }


def check_paused(done: Done) -> None:
    """A pause lasts until the beginning of the day that is said; after its end there is none."""
    receipt = done.result
    assert isinstance(receipt, PauseReceipt)
    until: datetime | None = done.after.own(RevisionSettings).get("pausedUntil")
    assert receipt.paused_until == (done.day(until).isoformat() if until else None)
    assert receipt.due_now == len(due_now(done, done.after))
    if until:
        assert until > done.now
        assert done.day(until - timedelta(milliseconds=1)) < done.day(until)
        assert in_words(done.day(until), done.today) in receipt.line


def check_cap(done: Done) -> None:
    """The daily number is stored."""
    receipt = done.result
    assert isinstance(receipt, CapReceipt)
    assert done.after.own(RevisionSettings).get("dailyCap", 5) == receipt.per_day == done.arguments["per_day"]
    assert receipt.due_now == len(due_now(done, done.after))


def check_caught_up(done: Done) -> None:
    """Every revision that was due stands on the day that is said, and no day holds more than the daily number."""
    receipt = done.result
    assert isinstance(receipt, CatchUpReceipt)
    due = due_now(done, done.before)
    assert receipt.total == len(due) == sum(len(day.topics) for day in receipt.days)
    cap = done.before.own(RevisionSettings).get("dailyCap", 5)
    assert receipt.per_day_at_most == cap
    before = Counter(done.day(raw["nextRevisionDate"]) for raw in done.before.all(RevisionSchedule))
    for day in receipt.days:
        there = date.fromisoformat(day.day)
        assert len(day.topics) + day.already <= max(cap, day.already)
        if there > done.today:
            assert day.already == before[there]
        for name in day.topics:
            moment = schedule_of(done, done.after, name)["nextRevisionDate"]
            assert done.day(moment) == there or (there == done.today and done.day(moment) < there)
    moved = [raw for raw in due if done.after.one(RevisionSchedule, _id=raw["_id"]) != raw]
    assert (receipt.undo_label is not None) == bool(moved)


CHECKS = {
    "start_revision": check_started,
    "answer_recall": check_answered,
    "rate_revision": check_rated,
    "snooze_revision": check_snoozed,
    "pause_revisions": check_paused,
    "resume_revisions": check_paused,
    "set_revision_cap": check_cap,
    "plan_catch_up": check_caught_up,
}
