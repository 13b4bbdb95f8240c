"""The weekly summary: one for each ISO week in which something was done."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.occasions import DAILY, WEEKLY
from store.documents.reminders import SentReminder
from tests.jobs.stage import MORNING, Class
from tools.practice import AttemptReceipt
from tools.reminders import ReminderReceipt

SUNDAY = datetime(2030, 12, 1, 17, 0, tzinfo=MORNING.tzinfo)
"""18:00 in Berlin."""


async def test_a_week_is_summed_up_once(pupils: Class) -> None:
    """On Sunday at six: what was done, the streak, what is due; the next week also what was gained."""
    pupil = await pupils.enrol()
    pupils.clock.at = SUNDAY - timedelta(hours=5)
    await pupil.do(AttemptReceipt, "record_attempt", problem="Two Sum", outcome="unaided", minutes=20)
    for minutes in (-10, 0, 5):
        pupils.clock.at = SUNDAY + timedelta(minutes=minutes)
        await pupils.tick(occasion=WEEKLY)
    (item,) = await pupil.items()
    assert item["_id"] == f"weekly:{pupil.id}:2030-W48"
    assert "1 attempt on 1 day, 1 problem newly solved" in item["text"]
    assert "streak: 1 day" in item["text"]
    assert "revisions are due within a week" in item["text"]
    assert [action["says"] for action in item["actions"]] == ["/due", "/progress"]
    pupils.clock.at = SUNDAY + timedelta(days=6)
    await pupil.do(AttemptReceipt, "record_attempt", problem="Contains Duplicate", outcome="unaided", minutes=9)
    pupils.clock.at = SUNDAY + timedelta(days=7)
    await pupils.tick(occasion=WEEKLY)
    second = (await pupil.items())[1]
    assert "mastery gained: " in second["text"]
    assert "(the week before: 1 attempt)" in second["text"]


async def test_an_idle_week_is_passed_over(pupils: Class) -> None:
    """Of a week without practice nobody needs to be told, nor is anybody who wants no summary."""
    idle, unwilling = await pupils.enrol(), await pupils.enrol()
    await unwilling.do(AttemptReceipt, "record_attempt", problem="Two Sum", outcome="unaided")
    await unwilling.do(ReminderReceipt, "set_reminder", weekly=False)
    pupils.clock.at = SUNDAY
    await pupils.tick(occasion=WEEKLY)
    assert [await pupil.all(SentReminder) for pupil in (idle, unwilling)] == [[], []]


async def test_a_reminder_at_the_same_time_leaves_the_summary_where_it_is(pupils: Class) -> None:
    """Who is reminded at six gets both on Sunday at six, whichever of the two is made first."""
    for first, second in ((DAILY, WEEKLY), (WEEKLY, DAILY)):
        pupils.clock.at = SUNDAY - timedelta(hours=5)
        pupil = await pupils.enrol(at="18:00")
        await pupil.do(AttemptReceipt, "record_attempt", problem="Two Sum", outcome="unaided", minutes=20)
        pupils.clock.at = SUNDAY - timedelta(minutes=10)
        await pupils.tick(occasion=first)
        await pupils.tick(occasion=second)
        names = {str(item["_id"]).partition(":")[0] for item in await pupil.items()}
        assert names == {"reminder", "weekly"}
