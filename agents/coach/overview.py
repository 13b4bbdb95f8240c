"""The plan of the day and the progress in words; every figure is the result's."""

from __future__ import annotations

from datetime import date

from agents.coach.questions import BEGIN, number_lines
from agents.coach.revision_wording import link
from tools.daywork import DoneItem
from tools.planning import LeftOut, PlanItem, TodayPlan
from tools.progress import Progress, Solved, WeekSum

_TOPICS = 5
_NEXT = "Say `give me one` when you want the next problem."
_FROM = {
    "said": "the time you have",
    "profile": "your minutes a day",
    "default": "what I assume while I don't know your minutes a day",
}


def word_plan(plan: TodayPlan) -> str:
    """Return the plan: what is done ticked, then what to do, numbered, each with its why."""
    blocks = [_opening(plan), "\n".join(map(_done, plan.done)), number_lines(map(_item, plan.items))]
    if plan.left_out:
        more = plan.left_out_total - len(plan.left_out)
        rest = f" and {more} more" if more else ""
        blocks.append(f"Not in this time: {'; '.join(map(_left_out, plan.left_out))}{rest}.")
    blocks.append(_closing(plan))
    return "\n\n".join(block for block in blocks if block)


def _opening(plan: TodayPlan) -> str:
    budget = f"{_minutes(plan.budget)} ({_FROM[plan.budget_from]})"
    done = f", {_minutes(plan.minutes_done)} of them done" if plan.minutes_done and plan.budget_from != "said" else ""
    if plan.items:
        return f"Your plan for {budget}{done}:"
    if plan.done and not plan.minutes_left:
        return f"You have used today's {budget}. Well done!"
    return f"Nothing fits into {budget}{done}."


def _done(item: DoneItem) -> str:
    minutes = f", {_minutes(item.minutes)}" if item.minutes is not None else ""
    return f"- ✓ {_flat(item.title)} ({item.how}{minutes})"


def _item(item: PlanItem) -> str:
    return f"{name_item(item)}: {item.why}"


def name_item(item: PlanItem) -> str:
    """Return what an item of the plan is, and how long it takes."""
    what = link(item.problem) if item.problem and item.kind != "task" else _flat(item.title)
    if item.kind == "revision":
        what = f"revise {item.topic}: {what}" if item.problem else f"revise {item.topic}"
    if item.kind == "task":
        what = f"task {item.task}: {what}"
    return f"{what} · about {_minutes(item.minutes)}"


def _left_out(item: LeftOut) -> str:
    return f"{_flat(item.title)} (about {_minutes(item.minutes)})"


def _closing(plan: TodayPlan) -> str:
    return BEGIN.text if plan.items else "Another amount of time? `i have 60 minutes`."


def word_progress(progress: Progress) -> str:
    """Return what was solved, the streak, the weeks, and what to do next."""
    if not progress.attempts:
        return (
            f"{progress.next_step} Say `give me one`, or tell me what you solved: `i solved two sum alone in 20 min`."
        )
    helped = f", {progress.with_help} more with help" if progress.with_help else ""
    tried = [level for level in progress.by_difficulty if level.tried]
    levels = ", ".join(f"{level.name} {level.solved} of {level.tried}" for level in tried)
    lines = [
        f"**{progress.solved} solved unaided**{helped}, of {progress.tried} tried ({levels}). By topic:",
        "",
        *(f"- {_solved(topic)}" for topic in progress.by_topic[:_TOPICS]),
    ]
    more = progress.topics_practised - len(progress.by_topic[:_TOPICS])
    if more > 0:
        lines.append(f"- and {more} more topics")
    lines += ["", _streak(progress), "", _weeks(progress), "", f"Next: {progress.next_step} {_NEXT}"]
    return "\n".join(lines)


def _solved(count: Solved) -> str:
    helped = f", {count.with_help} with help" if count.with_help else ""
    return f"{count.name}: {count.solved} of {count.tried} unaided{helped}"


def _streak(progress: Progress) -> str:
    if not progress.streak:
        return f"No streak at the moment; your longest is {_days(progress.longest_streak)}."
    today = "" if progress.today_counts else ", if you practise today"
    longest = f", your longest is {_days(progress.longest_streak)}" if progress.longest_streak > progress.streak else ""
    return f"Streak: {_days(progress.streak)}{today}{longest}."


def _weeks(progress: Progress) -> str:
    now, before, whole = progress.this_week, progress.last_week_so_far, progress.last_week
    day = f"{date.fromisoformat(progress.today):%A}"
    if not whole.attempts:
        return f"This week: {_week(now)}. Last week: nothing."
    rest = f" (in all: {_attempts(whole.attempts)})" if whole.attempts > before.attempts else ""
    return f"This week: {_week(now)}. Last week by {day}: {_week(before, 'nothing')}{rest}."


def _week(week: WeekSum, nothing: str = "nothing yet") -> str:
    if not week.attempts:
        return nothing
    minutes = f", {_minutes(week.minutes)}" if week.minutes else ""
    return f"{_attempts(week.attempts)} on {_days(week.days)}, {week.newly_solved} newly solved{minutes}"


def _attempts(count: int) -> str:
    return "1 attempt" if count == 1 else f"{count} attempts"


def _flat(title: str) -> str:
    return " ".join(title.split())


def _minutes(minutes: float) -> str:
    return "1 minute" if minutes == 1 else f"{minutes:g} minutes"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
