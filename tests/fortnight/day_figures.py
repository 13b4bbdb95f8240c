"""The figures of a day and of all days: the plan, tasks, progress, and what an export counts."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from tests.fortnight import facts
from tests.fortnight.catalogue import Fact
from tests.fortnight.figures import Shown, percent, rule, say_day
from tests.fortnight.practice_figures import SAID
from tests.fortnight.replay import DAY, RECALL_MINUTES, TASK_MINUTES, Task
from tests.fortnight.revision_figures import days

WEEK: Final = timedelta(days=7)


def minutes(count: float) -> str:
    """Return minutes as they are said."""
    return "1 minute" if count == 1 else f"{count:g} minutes"


def done_today(shown: Shown) -> float:
    """Return the minutes that today's attempts took."""
    return sum(one.minutes or 0.0 for one in shown.after.attempts if one.day == shown.today)


# --- the plan


@rule(r"^Your plan for (\S+ minutes?) \((the time you have|your minutes a day)\)(?:, (\S+ minutes?) of them done)?:$")
def budget(match: re.Match[str], shown: Shown) -> list[object]:
    """The minutes that were said or are usual, and those that are done of the usual ones."""
    assert shown.line is not None
    if said := re.search(r"only (\d+) minutes", shown.line.text):
        return [minutes(float(said[1])), "the time you have"]
    assert shown.after.told is not None
    done = done_today(shown)
    return [minutes(shown.after.told.minutes), "your minutes a day", *([minutes(done)] if done else [])]


@rule(r"^- ✓ (.+?) \((solved unaided|solved with help|not solved)(, which was the revision of .+?)?, (\S+ minutes?)\)$")
def done(match: re.Match[str], shown: Shown) -> list[object]:
    """Something done today."""
    today = [one for one in shown.after.attempts if one.day == shown.today and one.problem.title == match[1]]
    revision = [match[3]] if today[-1].again else []
    return [match[1], SAID[today[-1].outcome], *revision, minutes(today[-1].minutes or 0.0)]


@rule(r"^\d+\. (?:revise (.+?): )?\[.+?\]\((?P<url>\S+)\) · about (\S+ minutes?): ")
def item(match: re.Match[str], shown: Shown) -> list[object]:
    """How long a problem of the plan is likely to take, or a revision with it."""
    problem = next(fact for fact in shown.catalogue.problems.values() if fact.url == match["url"])
    if match[1] and problem.slug != shown.after.review_problem[match[1]]:
        return [f"the problem {shown.after.review_problem[match[1]]}"]
    takes = shown.after.minutes(problem.level) + (RECALL_MINUTES if match[1] else 0)
    return [*([match[1]] if match[1] else []), match["url"], minutes(takes)]


@rule(
    r"^\d+\. revise (.+?): \S.* · about .*: due (today|since \d+ \w+),"
    r" and the chance that you still remember it is (\d+%)$"
)
def revision(match: re.Match[str], shown: Shown) -> list[object]:
    """Since when a revision of the plan is due, and how well it is remembered."""
    day = shown.after.memory[match[1]].day
    late = "today" if day == shown.today else f"since {say_day(day, shown.today)}"
    return [match[1], late, percent(shown.after.recall(match[1], shown.at))]


@rule(r"the current step of PrepMate 75, (.+?): (\d+) of (\d+) solved$")
def step(match: re.Match[str], shown: Shown) -> list[object]:
    """The first topic of the roadmap with an open problem, and how many of its problems are solved."""
    places, solved = shown.catalogue.places, shown.after.solved()
    topic = next(topic for slug, (_, topic) in places.items() if slug not in solved)
    here = {slug for slug, (_, other) in places.items() if other == topic}
    return [topic, len(here & solved), len(here)]


@rule(r"^\d+\. task (\d+): (.+?) · about (\S+ minutes?): on your list, (?:due|overdue since) (.+)$")
def planned_task(match: re.Match[str], shown: Shown) -> list[object]:
    """A task of the plan: its number in the list and its day."""
    task = shown.after.open_tasks()[int(match[1]) - 1]
    return [match[1], task.title, minutes(TASK_MINUTES), say_day(task.due, shown.today)]


@rule(r"(?<=: |; )([^;:\n]+?) \(about (\S+ minutes?)\)")
def does_not_fit(match: re.Match[str], shown: Shown) -> list[object]:
    """How long something takes that does not fit: a revision, a task or a problem."""
    title, after = match[1], shown.after
    if title in after.memory:
        problem = shown.catalogue.problems[after.review_problem[title]]
        return [title, minutes(RECALL_MINUTES + after.minutes(problem.level))]
    if title in {task.title for task in after.open_tasks()}:
        return [title, minutes(TASK_MINUTES)]
    return [title, minutes(after.minutes(shown.catalogue.by_title(title).level))]


# --- tasks


def number_of(shown: Shown, title: str) -> int:
    """Return a task's number in the list of open tasks."""
    return [task.title for task in shown.after.open_tasks()].index(title) + 1


@rule(r"It's number (\d+) on your list(?: now)?\.")
def listed(match: re.Match[str], shown: Shown) -> list[object]:
    """Where a task stands that was added or moved."""
    assert shown.line is not None
    assert isinstance(shown.line.fact, facts.Planned | facts.Moved)
    return [number_of(shown, shown.line.fact.title)]


@rule(r"`done with task (\d+)`")
def tick_it(match: re.Match[str], shown: Shown) -> list[object]:
    """The example names the task that was added, or the first of the list."""
    added = shown.line.fact if shown.line else None
    return [number_of(shown, added.title) if isinstance(added, facts.Planned) else 1]


@rule(r"^✓ (.+) · (?:task added · due|moved to|task done · next) (.+?)(?: · every weekday)? · undo$")
def task_receipt(match: re.Match[str], shown: Shown) -> list[object]:
    """The day of a task that was added or moved, or of the next one."""
    assert shown.line is not None
    assert isinstance(shown.line.fact, facts.Planned | facts.Moved | facts.Ticked)
    title = shown.line.fact.title
    return [title, say_day(shown.after.open_tasks()[number_of(shown, title) - 1].due, shown.today)]


@rule(r"It comes again on (\w+ \d+ \w+)\.")
def again(match: re.Match[str], shown: Shown) -> list[object]:
    """When a repeating task comes again."""
    assert shown.line is not None
    assert isinstance(shown.line.fact, facts.Ticked)
    day = shown.after.open_tasks()[number_of(shown, shown.line.fact.title) - 1].due
    return [f"{day:%A} {day.day} {day:%b}"]


@rule(r"^You have (\d+) open tasks?:$")
def open_tasks(match: re.Match[str], shown: Shown) -> list[object]:
    """How many tasks are open."""
    return [len(shown.after.open_tasks())]


@rule(r"^- \*\*(\d+)\*\* (.+?) · due (.+?)( \(overdue\))?( · every weekday)?$")
def task_line(match: re.Match[str], shown: Shown) -> list[object]:
    """A line of the list of tasks."""
    task: Task = shown.after.open_tasks()[int(match[1]) - 1]
    more = [" (overdue)"] if task.due < shown.today else []
    more += [" · every weekday"] if task.weekdays else []
    return [match[1], task.title, say_day(task.due, shown.today), *more]


# --- progress


def counted(outcomes: list[tuple[Fact, facts.Outcome]]) -> tuple[int, int, int]:
    """Return how many problems were solved unaided, solved only with help, and tried."""
    solved = {problem.slug for problem, outcome in outcomes if outcome == "unaided"}
    helped = {problem.slug for problem, outcome in outcomes if outcome == "with-help"} - solved
    return len(solved), len(helped), len({problem.slug for problem, _ in outcomes})


@rule(r"^\*\*(\d+) solved unaided\*\*(?:, (\d+) more with help)?, of (\d+) tried \((.+)\)\. By topic:$")
def in_all(match: re.Match[str], shown: Shown) -> list[object]:
    """What was solved in all, and by difficulty."""
    solved, helped, tried = counted(shown.after.outcomes())
    levels = []
    for level in ("easy", "medium", "hard"):
        alone, _, of = counted([one for one in shown.after.outcomes() if one[0].level == level])
        levels += [f"{level} {alone} of {of}"] if of else []
    return [solved, *([helped] if helped else []), tried, ", ".join(levels)]


@rule(r"^- ([^:]+): (\d+) of (\d+) unaided(?:, (\d+) with help)?$")
def by_topic(match: re.Match[str], shown: Shown) -> list[object]:
    """What was solved in a topic."""
    solved, helped, tried = counted([one for one in shown.after.outcomes() if match[1] in one[0].topics])
    return [match[1], solved, tried, *([helped] if helped else [])]


@rule(r"^- and (\d+) more topics$")
def more_topics(match: re.Match[str], shown: Shown) -> list[object]:
    """The topics that are not listed."""
    listed_topics = len(re.findall(r"^- [^:]+: \d+ of \d+ unaided", shown.text, re.MULTILINE))
    return [len(shown.after.tried_topics()) - listed_topics]


def streaks(shown: Shown) -> tuple[int, int]:
    """Return the streak up to today, or yesterday while today has no attempt, and the longest ever."""
    practised = {one.day for one in shown.after.attempts}
    runs: dict[date, int] = {}
    for day in sorted(practised):
        runs[day] = runs.get(day - DAY, 0) + 1
    return runs.get(shown.today) or runs.get(shown.today - DAY, 0), max(runs.values())


@rule(r"^Streak: (\d+ days?)(, if you practise today)?(?:, your longest is (\d+ days?))?\.$")
def streak(match: re.Match[str], shown: Shown) -> list[object]:
    """The days in a row."""
    current, longest = streaks(shown)
    today = [] if any(one.day == shown.today for one in shown.after.attempts) else [", if you practise today"]
    return [days(current), *today, *([days(longest)] if longest > current else [])]


def week(shown: Shown, first: date, last: date, nothing: str) -> str:
    """Return what was done from a day to a day."""
    inside = [one for one in shown.after.attempts if first <= one.day <= last]
    if not inside:
        return nothing
    seen: set[str] = set()
    newly = 0
    for one in shown.after.attempts:
        fresh = one.outcome == "unaided" and one.problem.slug not in seen
        newly += fresh and first <= one.day <= last
        seen |= {one.problem.slug} if fresh else set()
    count = "1 attempt" if len(inside) == 1 else f"{len(inside)} attempts"
    took = sum(one.minutes or 0.0 for one in inside)
    timed = f", {minutes(took)}" if took else ""
    return f"{count} on {days(len({one.day for one in inside}))}, {newly} newly solved{timed}"


@rule(r"^This week: (.+?)\. Last week(?: by (\w+))?: (.+?)(?: \(in all: (.+?)\))?\.$")
def weeks(match: re.Match[str], shown: Shown) -> list[object]:
    """This week, and last week up to the same weekday."""
    monday = shown.today - timedelta(days=shown.today.weekday())
    now = week(shown, monday, shown.today, "nothing yet")
    whole = [one for one in shown.after.attempts if monday - WEEK <= one.day < monday]
    if not whole:
        return [now, "nothing"]
    before = week(shown, monday - WEEK, shown.today - WEEK, "nothing")
    by_now = [one for one in whole if one.day <= shown.today - WEEK]
    more = "1 attempt" if len(whole) == 1 else f"{len(whole)} attempts"
    return [now, f"{shown.today:%A}", before, *([more] if len(whole) > len(by_now) else [])]


@rule(r"^Next: (A revision is|\d+ revisions are) due: ")
def next_step(match: re.Match[str], shown: Shown) -> list[object]:
    """How many revisions are due."""
    due = len(shown.after.due(shown.today))
    return ["A revision is" if due == 1 else f"{due} revisions are"]
