"""What verbs that only read tell, held against the database: counts, days and orders computed again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from store.client import ObjectId
from store.documents.account import ConversationTitle
from store.documents.intelligence import MasteryMetric, RevisionSchedule
from store.documents.learner import Attempt, LearnerTopic
from store.documents.level import Proposal
from store.documents.own import StudentSettings
from store.documents.people import User
from store.documents.problems import Submission
from store.documents.revisions import RevisionSettings
from store.documents.sessions import AIMentorConversation, PreparationTask
from store.documents.study import Note
from tests.tools.sequences.play import Done
from tests.tools.sequences.receipts_practice import running
from tests.tools.sequences.receipts_revisions import due_now, schedule_of, topic_of
from tools.conversations import ConversationHits, ConversationList
from tools.mastery import MasteryExplanation, MasteryOverview
from tools.notes import NoteList
from tools.planning import TodayPlan
from tools.profile import Profile
from tools.progress import Progress
from tools.revision import DueRevisions
from tools.suggestion import NextProblem
from tools.tasks import TaskList


def check_profile(done: Done) -> None:
    """The profile is the stored one, in the student's day."""
    found = done.result
    assert isinstance(found, Profile)
    assert found.name == done.after.own(User)["name"]
    assert found.today == done.today.isoformat()
    assert found.time_zone == done.after.own(StudentSettings)["timeZone"]


def check_tasks(done: Done) -> None:
    """Every task of the wanted kind is counted, open ones with the status that they have today, in order."""
    found = done.result
    assert isinstance(found, TaskList)
    tasks = done.after.all(PreparationTask)
    late = {
        raw["_id"]
        for raw in tasks
        if not raw["completed"] and "dueDate" in raw and done.day(raw["dueDate"]) < done.today
    }
    completed = {raw["_id"] for raw in tasks if raw["completed"]}
    everything = {raw["_id"] for raw in tasks}
    wanted = {
        "open": everything - completed,
        "all": everything,
        "completed": completed,
        "overdue": late,
        "pending": everything - completed - late,
        "in-progress": set[ObjectId](),
    }[found.status]
    assert found.total == len(wanted)
    assert {ObjectId(task.id) for task in found.tasks} == wanted
    for task in found.tasks:
        assert (task.status == "overdue") == (ObjectId(task.id) in late)
        assert (task.number == 0) == (task.status == "completed")
    numbers = [task.number for task in found.tasks if task.number]
    assert numbers == sorted(set(numbers))
    days = [task.due or "9999" for task in found.tasks if task.number]
    assert days == sorted(days)


def check_due(done: Done) -> None:
    """What is due is listed within the daily number and counted in full; during a pause nothing is listed."""
    found = done.result
    assert isinstance(found, DueRevisions)
    due = due_now(done, done.after)
    listed = [*found.overdue, *found.due_today]
    assert found.total_due == len(due)
    assert found.left_out == len(due) - len(listed)
    settings = done.after.own(RevisionSettings)
    paused = "pausedUntil" in settings and settings["pausedUntil"] > done.now
    assert bool(found.paused_until) == paused
    if not done.arguments.get("everything"):
        assert len(listed) <= max(0, settings.get("dailyCap", 5) - found.done_today) * (not paused)
    assert all(date.fromisoformat(item.due) < done.today for item in found.overdue)
    assert all(date.fromisoformat(item.due) == done.today for item in found.due_today)
    for item in (*listed, *found.upcoming):
        assert item.due == done.day(schedule_of(done, done.after, item.topic)["nextRevisionDate"]).isoformat()
        assert item.days_overdue == (done.today - date.fromisoformat(item.due)).days
    assert len(found.upcoming) == min(3, len(done.after.all(RevisionSchedule)) - len(due))


def check_progress(done: Done) -> None:
    """Every figure of the progress is counted again from the attempts."""
    found = done.result
    assert isinstance(found, Progress)
    attempts = done.after.all(Attempt)
    unaided = {raw["problemId"] for raw in attempts if raw["outcome"] == "unaided"}
    helped = {raw["problemId"] for raw in attempts if raw["outcome"] == "with-help"} - unaided
    assert found.attempts == len(attempts)
    assert found.tried == len({raw["problemId"] for raw in attempts}) == sum(item.tried for item in found.by_difficulty)
    assert (found.solved, found.with_help) == (len(unaided), len(helped))
    assert found.topics_practised == len({topic for raw in attempts for topic in raw["topicIds"]})
    dated = [raw for raw in attempts if "at" in raw]
    days = {done.day(raw["at"]) for raw in dated}
    assert found.today_counts == (done.today in days)
    streak, day = 0, done.today if done.today in days else done.today - timedelta(days=1)
    while day in days:
        streak, day = streak + 1, day - timedelta(days=1)
    assert found.streak == streak <= found.longest_streak <= len(days)
    monday = done.today - timedelta(days=done.today.weekday())
    for week, first in ((found.this_week, monday), (found.last_week, monday - timedelta(days=7))):
        inside = [raw for raw in dated if first <= done.day(raw["at"]) < first + timedelta(days=7)]
        assert (week.first, week.attempts) == (first.isoformat(), len(inside))
        seconds = [done.after.documents[Submission.collection, raw["_id"]].get("timeTaken", 0) for raw in inside]
        assert week.minutes == pytest.approx(sum(seconds) / 60, abs=0.06)
    assert found.revisions_due == len(due_now(done, done.after))


def check_plan(done: Done) -> None:
    """A plan keeps within its minutes, and its tasks carry the numbers of the list."""
    found = done.result
    assert isinstance(found, TodayPlan)
    assert found.today == done.today.isoformat()
    assert found.minutes_planned == pytest.approx(sum(item.minutes for item in found.items), abs=0.06)
    assert found.minutes_planned <= found.minutes_left + 0.06
    assert found.minutes_left <= found.budget
    assert len(found.left_out) == min(5, found.left_out_total)
    today = [raw for raw in done.after.all(Attempt) if "at" in raw and done.day(raw["at"]) == done.today]
    assert sum(item.kind != "task" for item in found.done) == len(today)
    revisions = [item for item in found.items if item.kind == "revision"]
    settings = done.after.own(RevisionSettings)
    assert len(revisions) <= settings.get("dailyCap", 5)
    if settings.get("pausedUntil", done.now) > done.now:
        assert not revisions


def check_mastery(done: Done) -> None:
    """A topic's explanation counts what was tried, and its figures are within their bounds."""
    found = done.result
    assert isinstance(found, MasteryExplanation)
    topic = topic_of(done, found.topic)
    metrics, known = done.after.all(MasteryMetric, topicId=topic), done.after.all(LearnerTopic, topicId=topic)
    counted = (metrics[0]["problemsAttempted"], metrics[0]["problemsSolved"]) if metrics else (0, 0)
    assert (found.attempted, found.solved) == counted
    assert found.attempts == (known[0]["attempts"] if known else 0)
    assert 0 < found.mastery < 1
    assert 0 <= found.confidence <= 100
    assert (found.next_revision is None) == (not done.after.all(RevisionSchedule, topicId=topic))


def check_masteries(done: Done) -> None:
    """The strongest and the weakest topics are others, in order, and all practised ones are counted."""
    found = done.result
    assert isinstance(found, MasteryOverview)
    assert found.practised == sum(raw["attempts"] > 0 for raw in done.after.all(LearnerTopic))
    assert found.practised + found.unpractised == len(done.catalogue.book.names)
    strong, weak = ([item.mastery for item in side] for side in (found.strongest, found.weakest))
    assert strong == sorted(strong, reverse=True)
    assert weak == sorted(weak)
    assert not {item.topic for item in found.strongest} & {item.topic for item in found.weakest}


def check_next(done: Done) -> None:
    """A proposed problem is of the catalogue and of what was asked for; what runs is said to run."""
    found = done.result
    assert isinstance(found, NextProblem)
    assert (found.problem is None) == found.nothing_left
    (session, *_) = [*running(done.after), None]
    assert found.running == (done.catalogue.title(session["problemIds"][0]) if session else None)
    if found.revision_due:
        settings, topics = done.after.own(RevisionSettings), {raw["topicId"] for raw in due_now(done, done.after)}
        assert settings.get("pausedUntil", done.now) <= done.now, "a revision is brought up during a pause"
        assert topic_of(done, found.topic or "") in topics, "a revision is brought up that was put off"
    if found.problem:
        proposal = max(done.after.all(Proposal), key=lambda raw: (raw["at"], raw["_id"]))
        assert (str(proposal["problemId"]), proposal["day"]) == (found.problem.id, done.today.isoformat())
        assert "reply" not in proposal
        today = [raw["problemId"] for raw in done.after.all(Proposal, day=proposal["day"]) if "reply" in raw]
        assert proposal["problemId"] not in today or found.revision_due, "what was turned down is proposed again"
    if found.problem and "difficulty" in done.arguments:
        assert found.problem.difficulty == done.arguments["difficulty"]
    if found.predicted is not None:
        assert 0 < found.predicted < 1


def check_notes(done: Done) -> None:
    """Notes are listed as they are stored, the newest first, and all of them where nothing was asked for."""
    found = done.result
    assert isinstance(found, NoteList)
    stored = {str(raw["_id"]): raw["text"] for raw in done.after.all(Note)}
    assert all(stored[note.id] == note.text for note in found.notes)
    numbers = [note.number for note in found.notes]
    assert numbers == sorted(set(numbers), reverse=True)
    if not done.arguments:
        assert found.total == len(stored)


def check_conversations(done: Done) -> None:
    """The conversations that run or hold something are listed and counted."""
    found = done.result
    assert isinstance(found, ConversationList)
    talks = [raw for raw in done.after.all(AIMentorConversation) if raw["isActive"] or raw["messageHistory"]]
    assert found.total == len(talks)
    assert sum(talk.active for talk in found.conversations) == sum(raw["isActive"] for raw in talks)
    assert sum(talk.messages for talk in found.conversations) == sum(len(raw["messageHistory"]) for raw in talks)
    titles = {raw["thread"]: raw["title"] for raw in done.after.all(ConversationTitle)}
    shown = [talk.title for talk in found.conversations]
    assert all(titles[raw["conversationId"]] in shown for raw in talks if raw["conversationId"] in titles)


def check_hits(done: Done) -> None:
    """What is found was said."""
    found = done.result
    assert isinstance(found, ConversationHits)
    assert len(found.hits) <= found.total
    said = " ".join(item["content"] for raw in done.after.all(AIMentorConversation) for item in raw["messageHistory"])
    assert all(hit.snippet.strip("…") in said for hit in found.hits)


CHECKS = {
    "get_profile": check_profile,
    "list_tasks": check_tasks,
    "list_due_revisions": check_due,
    "show_progress": check_progress,
    "plan_today": check_plan,
    "explain_mastery": check_mastery,
    "list_mastery": check_masteries,
    "next_problem": check_next,
    "find_notes": check_notes,
    "list_conversations": check_conversations,
    "search_conversations": check_hits,
}
