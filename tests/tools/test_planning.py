"""The plan of the day: from the store, fitted to the minutes, ticking itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store.documents.intelligence import RevisionSchedule
from store.documents.own import StudentSettings
from tests.tools.harness import SERVICE, START, School, Student
from tools.errors import ToolRetry
from tools.planning import DEFAULT_MINUTES, TodayPlan
from tools.practice import AttemptReceipt, StartReceipt
from tools.profile import ProfileReceipt
from tools.revision import DueRevisions
from tools.suggestion import NextProblem
from tools.tasks import TaskReceipt


async def plan(student: Student, **arguments: object) -> TodayPlan:
    """Plan the student's day; what every plan must keep to is checked here."""
    found = await student.read(TodayPlan, "plan_today", **arguments)
    assert found.minutes_planned == sum(item.minutes for item in found.items) <= found.minutes_left
    assert all(item.why for item in found.items)
    problems = [item.problem.id for item in found.items if item.problem]
    assert len(set(problems)) == len(problems)
    return found


async def solve(student: Student, problem: str, outcome: str = "unaided", minutes: float = 12) -> AttemptReceipt:
    """Record an attempt."""
    return await student.do(AttemptReceipt, "record_attempt", outcome=outcome, problem=problem, minutes=minutes)


async def make_due(student: Student, *problems: str) -> None:
    """Solve problems and let their revisions fall due."""
    for problem in problems:
        await solve(student, problem)
    student.clock.forward(days=40)


async def test_a_new_students_plan_is_the_next_problem_for_the_usual_minutes(ada: Student) -> None:
    """Without any data: 45 minutes, new problems of the roadmap, the first with the reasons of next_problem."""
    found = await plan(ada)
    assert (found.budget, found.budget_from, found.minutes_left) == (DEFAULT_MINUTES, "default", DEFAULT_MINUTES)
    assert (found.today, found.done) == ("2026-11-23", ())
    suggested = await ada.read(NextProblem, "next_problem")
    first = found.items[0]
    assert (first.kind, first.problem) == ("problem", suggested.problem)
    assert suggested.reasons[0] in first.why
    assert "solved" in first.why or any(item.kind == "step" for item in found.items)


async def test_planning_writes_nothing(ada: Student) -> None:
    """A plan is derived: asking for it leaves every document as it was, and asking again gives the same."""
    await make_due(ada, "two sum")
    await ada.do(TaskReceipt, "add_task", title="read")
    before = await ada.everything()
    assert await plan(ada) == await plan(ada)
    assert await ada.everything() == before


async def test_due_revisions_come_first_with_their_day_and_recall(ada: Student) -> None:
    """The revision that is due leads the plan, with its problem and the recall that list_due_revisions says."""
    await make_due(ada, "two sum")
    due = await ada.read(DueRevisions, "list_due_revisions")
    first = (await plan(ada, minutes=240)).items[0]
    listed = {revision.topic: revision for revision in due.overdue}[first.topic or ""]
    assert (first.kind, first.problem) == ("revision", listed.problem)
    assert "due since" in first.why
    assert f"{listed.retention:.0%}" in first.why
    assert listed.priority == max(revision.priority for revision in due.overdue)


async def test_fewer_minutes_fit_less_and_say_what_is_left_out(ada: Student) -> None:
    """ "I have only 20 minutes" refits: nothing longer is planned, and what does not fit is named with its minutes."""
    await make_due(ada, "two sum", "number of islands", "coin change")
    await ada.do(TaskReceipt, "add_task", title="mock interview", minutes=60)
    whole, short = await plan(ada, minutes=240), await plan(ada, minutes=20)
    assert len(short.items) < len(whole.items)
    assert short.minutes_planned <= 20
    assert (short.budget, short.budget_from) == (20, "said")
    left = {item.title: item for item in short.left_out}
    assert short.left_out_total >= len(left) > 0
    assert all(f"{item.minutes:g} minutes" in item.why for item in short.left_out)
    assert "mock interview" in {item.title for item in whole.items}
    assert "mock interview" not in {item.title for item in short.items}


async def test_what_does_not_fit_is_named_once(ada: Student) -> None:
    """A problem that is the next one, the easier one and the roadmap's step is one thing that does not fit."""
    left = (await plan(ada, minutes=1)).left_out
    problems = [item.title for item in left if item.kind != "revision"]
    assert problems
    assert len(problems) == len(set(problems))
    assert "more" not in {item.kind for item in left}


async def test_the_usual_minutes_are_those_of_the_profile(ada: Student) -> None:
    """Once they are known, the plan is made for them."""
    await ada.do(ProfileReceipt, "set_profile", minutes_per_day=90)
    assert (await ada.one(StudentSettings))["minutesPerDay"] == 90
    found = await plan(ada)
    assert (found.budget, found.budget_from) == (90, "profile")


async def test_what_was_done_today_is_ticked(ada: Student) -> None:
    """A revision and a task that were done stand in the plan as done, their minutes are used up, and they are gone."""
    await make_due(ada, "two sum")
    await ada.do(TaskReceipt, "add_task", title="read about heaps", minutes=10)
    before = await plan(ada)
    revision = before.items[0]
    assert revision.problem is not None
    await solve(ada, revision.problem.title, minutes=14)
    await ada.do(TaskReceipt, "complete_task", which="heaps")
    after = await plan(ada)
    assert [(item.kind, item.title, item.minutes) for item in after.done] == [
        ("revision", revision.problem.title, 14),
        ("task", "read about heaps", 10),
    ]
    assert after.done[0].how.startswith("solved unaided, which was the revision of")
    assert (revision.topic or "?") in after.done[0].how
    assert (after.minutes_done, after.minutes_left) == (24, DEFAULT_MINUTES - 24)
    assert revision.topic not in {item.topic for item in after.items if item.kind == "revision"}
    ada.clock.forward(days=1)
    assert (await plan(ada)).done == ()


async def test_the_day_is_the_students_own(school: School) -> None:
    """What was done at 23:30 UTC is done today in London and yesterday's tomorrow in Berlin's next day."""
    london, berlin = await school.enrol(zone="Europe/London"), await school.enrol(zone="Europe/Berlin")
    school.clock.at = START.replace(hour=22, minute=30)
    for student in (london, berlin):
        await solve(student, "two sum")
    school.clock.at = START.replace(hour=23, minute=30)
    assert len((await plan(london)).done) == 1
    assert len((await plan(berlin)).done) == 0


async def test_a_task_about_a_planned_problem_is_done_with_it(ada: Student) -> None:
    """One problem, two reasons: it is planned once, and the why names the task."""
    first = (await plan(ada)).items[0]
    assert first.problem is not None
    await ada.do(TaskReceipt, "add_task", title="try this one", problem=first.problem.title, due="in 3 days")
    again = (await plan(ada)).items[0]
    assert (again.problem, again.also) == (first.problem, ("your task “try this one”",))
    assert "with it you also do your task “try this one”" in again.why


async def test_a_started_problem_is_finished_first(ada: Student) -> None:
    """What is running leads the plan."""
    await make_due(ada, "two sum")
    await ada.do(StartReceipt, "start_problem", problem="number of islands")
    first = (await plan(ada)).items[0]
    assert (first.kind, first.title, first.why) == ("running", "Number of Islands", "you started it today")


async def test_tasks_due_stand_with_the_revisions_and_later_ones_behind(ada: Student) -> None:
    """An overdue task says since when; one of next week comes after the new problem."""
    await ada.do(TaskReceipt, "add_task", title="overdue", due="tomorrow", minutes=5, priority=5)
    await ada.do(TaskReceipt, "add_task", title="next week", due="in 9 days", minutes=5)
    ada.clock.forward(days=2)
    kinds = [(item.title if item.kind == "task" else item.kind) for item in (await plan(ada)).items]
    assert kinds[0] == "overdue"
    assert kinds.index("problem") < kinds.index("next week")
    why = {item.title: item.why for item in (await plan(ada)).items}
    assert why["overdue"] == "on your list, overdue since 24 Nov, priority 5 of 5"
    assert why["next week"] == "on your list, due 2 Dec"


async def test_minutes_are_the_students_own_once_measured(ada: Student) -> None:
    """Three easy problems in 7, 9 and 30 minutes make 9 the usual time of an easy one."""
    for problem, minutes in (("two sum", 7), ("valid anagram", 30), ("contains duplicate", 9)):
        await solve(ada, problem, minutes=minutes)
    ada.clock.forward(days=1)
    items = [item for item in (await plan(ada, minutes=600)).items if item.problem and item.kind != "revision"]
    easy = [item for item in items if item.problem and item.problem.difficulty == "easy"]
    assert all(item.minutes == 9 for item in easy)
    assert easy


async def test_a_backlog_leaves_room_for_something_new(ada: Student) -> None:
    """With more revisions due than fit into the day, a new problem is planned all the same."""
    await make_due(ada, "two sum", "valid palindrome", "valid parentheses", "number of islands", "coin change")
    assert len(await ada.all(RevisionSchedule)) >= 4
    kinds = [item.kind for item in (await plan(ada, minutes=90)).items]
    assert kinds[0] == "revision"
    assert "problem" in kinds


async def test_a_day_that_is_used_up_plans_nothing_more(ada: Student) -> None:
    """After 50 of 45 minutes nothing is planned, until the student says that there is more time."""
    await solve(ada, "two sum", minutes=50)
    assert (await plan(ada)).items == ()
    assert (await plan(ada, minutes=60)).items


@pytest.mark.parametrize("minutes", [0, -5, 1441, float("nan")])
async def test_odd_minutes_are_refused(ada: Student, minutes: float) -> None:
    """A sentence, and nothing changes."""
    before = await ada.everything(without=SERVICE)
    with pytest.raises(ToolRetry, match="The minutes must be"):
        await plan(ada, minutes=minutes)
    assert await ada.everything(without=SERVICE) == before


async def test_a_plan_of_one_minute_is_empty_and_honest(ada: Student) -> None:
    """Nothing fits, and everything that does not is counted."""
    found = await plan(ada, minutes=1)
    assert found.items == ()
    assert found.left_out_total > 0
    assert ada.clock() - timedelta(0) == START
