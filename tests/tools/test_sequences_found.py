"""What sequences of verbs brought to light (`test_verb_sequences`), each case alone."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from store.documents.intelligence import RevisionSchedule
from store.documents.learner import Attempt
from store.documents.own import StudentSettings
from tests.tools.harness import SERVICE, START, School, Student
from tests.tools.test_delays import fall_behind
from tools.arguments import one_line
from tools.catching_up import CatchUpReceipt
from tools.context import Receipt
from tools.delays import CapReceipt, PauseReceipt, SnoozeReceipt
from tools.errors import ToolRetry
from tools.notes import NoteReceipt
from tools.practice import AttemptReceipt
from tools.profile import ProfileReceipt
from tools.rating import RatingReceipt
from tools.revising import RecallReceipt, RevisionReceipt
from tools.suggestion import NextProblem
from tools.tasks import TaskReceipt
from tools.undo import UndoReceipt


@pytest.mark.parametrize("number", ["1000001", "0", "9" * 40, "00000000000000000000001"])
async def test_a_number_is_never_cut(ada: Student, number: str) -> None:
    """A number that no task, note or conversation has is refused as it was said, not taken for its first digits."""
    await ada.do(TaskReceipt, "add_task", title="read")
    await ada.do(NoteReceipt, "add_note", text="sort first", topic="arrays")
    with pytest.raises(ToolRetry, match=f"no open task {number}"):
        await ada.do(TaskReceipt, "complete_task", which=number)
    with pytest.raises(ToolRetry, match=f"no note {number}"):
        await ada.do(NoteReceipt, "remove_note", which=number)


async def test_a_number_may_begin_with_zeros(ada: Student) -> None:
    """ "0000001" is 1."""
    await ada.do(TaskReceipt, "add_task", title="read")
    assert (await ada.do(TaskReceipt, "complete_task", which="0000001")).task.title == "read"


async def test_what_changes_nothing_offers_no_undo(ada: Student) -> None:
    """A receipt of something that was so already has no undo: it would take back another change."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="two sum")
    same: tuple[tuple[type[Receipt], str, dict[str, object]], ...] = (
        (RatingReceipt, "rate_revision", {"grade": "again"}),
        (CapReceipt, "set_revision_cap", {"per_day": 4}),
        (PauseReceipt, "pause_revisions", {"until": "2026-12-01"}),
    )
    for kind, verb, arguments in same:
        await ada.do(kind, verb, **arguments)
        assert (await ada.do(kind, verb, **arguments)).undo_label is None, verb


async def test_a_name_that_stays_stores_no_settings(ada: Student) -> None:
    """A profile in which nothing changed is stored nowhere."""
    receipt = await ada.do(ProfileReceipt, "set_profile", name="Ada")
    assert (receipt.changed, receipt.undo_label) == ((), None)
    assert not await ada.all(StudentSettings)


async def test_moving_a_task_to_its_own_day_bars_no_undo(ada: Student) -> None:
    """What changes nothing does not touch overdue tasks by the way: their changes could not be undone any more."""
    before = await ada.everything(without=SERVICE)
    await ada.do(TaskReceipt, "add_task", title="read", due="today")
    await ada.do(TaskReceipt, "add_task", title="write", due="in 5 days")
    ada.clock.forward(days=2)
    await ada.do(TaskReceipt, "reschedule_task", which="write", due="2026-11-28")
    for _ in range(2):
        await ada.do(UndoReceipt, "undo_last")
    assert await ada.everything(without=SERVICE) == before


@pytest.mark.parametrize("said", ["Ada\nLovelace", "\x1b[31mAda Lovelace", "Ada \u202eLovelace"])
async def test_what_is_shown_in_a_line_is_one_line(ada: Student, said: str) -> None:
    """Names and titles lose line ends, control characters and turned directions; a receipt stays one line."""
    receipt = await ada.do(ProfileReceipt, "set_profile", name=said)
    assert receipt.profile.name in ("Ada Lovelace", "[31mAda Lovelace")
    task = await ada.do(TaskReceipt, "add_task", title=said)
    assert task.line == f"{receipt.profile.name} · task added"
    with pytest.raises(ToolRetry) as refusal:
        await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem=f"{said} zzz")
    assert one_line(str(refusal.value)) == str(refusal.value)


@pytest.mark.parametrize("url", ["http://[", "http://[::1", "https://℀.com/x"])
async def test_a_broken_url_is_refused_with_a_sentence(ada: Student, url: str) -> None:
    """What looks like a url and is none breaks nothing."""
    with pytest.raises(ToolRetry, match="is no url"):
        await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem=url)


async def test_a_moment_too_short_to_be_stored_is_refused(ada: Student) -> None:
    """Minutes that would be stored as none are no minutes."""
    with pytest.raises(ToolRetry, match="above 0"):
        await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="two sum", minutes=0.001)


async def test_who_travels_west_reviews_no_topic_twice_on_a_day(school: School) -> None:
    """Reviewed on Tuesday in Tokyo, still Monday and then Tuesday in New York: one review, until it is Wednesday."""
    ada = await school.enrol(zone="Asia/Tokyo")
    ada.clock.at = START
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
    ada.zone = ZoneInfo("America/New_York")
    reviewed = []
    for hours in (1, 12, 24):
        ada.clock.forward(hours=hours)
        receipt = await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two sum")
        reviewed.append(receipt.topics[0].reviewed)
    assert reviewed == [False, False, True]
    assert sum(bool(raw["reviews"]) for raw in await ada.all(Attempt)) == 2


async def test_of_two_revisions_begun_at_once_the_last_is_answered(ada: Student) -> None:
    """The revision that runs is found even where two began in the same millisecond."""
    await ada.do(RevisionReceipt, "start_revision", topic="graphs")
    await ada.do(RevisionReceipt, "start_revision", topic="hashing")
    assert (await ada.do(RecallReceipt, "answer_recall", answer="a map")).topic == "Hashing"


async def test_a_plan_counts_what_comes_back_tonight(ada: Student) -> None:
    """A revision that was put off to this evening takes one of today's places in a catch-up plan."""
    topics = await fall_behind(ada, 3)
    await ada.do(CapReceipt, "set_revision_cap", per_day=2)
    await ada.do(SnoozeReceipt, "snooze_revision", until="1h", topic=topics[0])
    plan = await ada.do(CatchUpReceipt, "plan_catch_up")
    assert [(len(day.topics), day.already) for day in plan.days] == [(1, 1), (1, 0)]
    moments = [raw["nextRevisionDate"] for raw in await ada.all(RevisionSchedule)]
    assert sum(moment < START + timedelta(hours=6) for moment in moments) == 2


async def test_the_next_problem_leaves_revisions_in_peace_that_wait(ada: Student) -> None:
    """A revision that was put off, that is paused or beyond the daily number is no reason for the next problem."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="two sum")
    ada.clock.forward(days=3)
    assert (await ada.do(NextProblem, "next_problem")).revision_due
    for _ in range(len(await ada.all(RevisionSchedule))):
        await ada.do(SnoozeReceipt, "snooze_revision", until="1h")
    assert not (await ada.do(NextProblem, "next_problem")).revision_due
    ada.clock.forward(hours=2)
    assert (await ada.do(NextProblem, "next_problem")).revision_due
    await ada.do(PauseReceipt, "pause_revisions", until="in 3 days")
    assert not (await ada.do(NextProblem, "next_problem")).revision_due
