"""The figures of revising: what is due, how late, how well remembered, when it comes back, what was recalled."""

from __future__ import annotations

import re
from typing import Final

from learning.recall import Grade
from tests.fortnight import facts
from tests.fortnight.figures import Shown, percent, rule, say_day
from tests.fortnight.script import ZONE

DAY: Final = r"(?:tomorrow|\d+ \w{3})"
TIMES: Final = {1: "once", 2: "twice"}


def days(count: int) -> str:
    """Return a number of days as it is said."""
    return "1 day" if count == 1 else f"{count} days"


@rule(r"Due for revision: (.+?)(?: and (\d+) more)?\.$")
def welcome(match: re.Match[str], shown: Shown) -> list[object]:
    """The greeting names the three most urgent topics and counts the others."""
    due = shown.after.urgent(shown.at)
    first = due[:3]
    return [", ".join(first), *([len(due) - 3] if len(due) > 3 else [])]


@rule(r"^(One|\d+) revisions? (?:is|are) due:$")
def count_due(match: re.Match[str], shown: Shown) -> list[object]:
    """How many revisions are due."""
    count = len(shown.after.due(shown.today))
    return ["One" if count == 1 else count]


@rule(r"^(\d+)\. (.+?) \((today|\d+ days? overdue), (\d+%) chance that you remember it\)")
def one_due(match: re.Match[str], shown: Shown) -> list[object]:
    """A topic that is due: its place by urgency, how late it is, how well it is remembered."""
    due = shown.after.urgent(shown.at)
    topic = due[int(match[1]) - 1]
    late = (shown.today - shown.after.memory[topic].day).days
    return [match[1], topic, f"{days(late)} overdue" if late else "today", percent(shown.after.recall(topic, shown.at))]


@rule(rf"^Next: ([^,\d]+ {DAY})(?:, ([^,\d]+ {DAY}))?(?:, ([^,\d]+ {DAY}))?\.$")
def coming(match: re.Match[str], shown: Shown) -> list[object]:
    """The next three that are not due yet."""
    ahead = [(memory.due, topic) for topic, memory in shown.after.memory.items() if memory.day > shown.today]
    place = shown.after.scheduled.index
    in_order = sorted(ahead, key=lambda one: (one[0], place(one[1])))[:3]
    return [f"{topic} {say_day(due.astimezone(ZONE).date(), shown.today)}" for due, topic in in_order]


@rule(r"^\*\*(.+?)\*\*\. Reviewed (\w+); it comes back when your chance of remembering it is down to (\d+%)\.")
def reviewed(match: re.Match[str], shown: Shown) -> list[object]:
    """How often a topic was reviewed, and how well it was to be remembered on the day it is due."""
    known = shown.before.memory[match[1]]
    recall = shown.before.recall(match[1], known.due)
    return [match[1], TIMES.get(known.reviews, f"{known.reviews} times"), percent(recall)]


@rule(r"^\*\*(.+?)\*\*\. (?:You put it off|Your catch-up plan has it on this day); it had been due (?:on )?(.+?)\. ")
def had_been_due(match: re.Match[str], shown: Shown) -> list[object]:
    """When a topic that was put off had been due."""
    before = shown.before.memory[match[1]].put_off_from
    assert before is not None
    return [match[1], say_day(before.astimezone(ZONE).date(), shown.today)]


@rule(r"^\*\*(.+?)\*\*\. .*Chance that you still remember it: (\d+%)\.")
def still(match: re.Match[str], shown: Shown) -> list[object]:
    """How well the topic of a revision is remembered."""
    return [match[1], percent(shown.before.recall(match[1], shown.at))]


@rule(r"(?:You had|recalled) (\d+) of (\d+) points")
def recalled(match: re.Match[str], shown: Shown) -> list[object]:
    """The points that were made, counted as they are listed, of those on the three cards."""
    questions = re.findall(r"^\*\*(.+)\*\*$", shown.text, re.MULTILINE)
    made = len(re.findall(r"^- ✓ ", shown.text, re.MULTILINE))
    total = sum(shown.catalogue.points[question] for question in questions)
    assert made + len(re.findall(r"^- missing: ", shown.text, re.MULTILINE)) == total
    return [made, total]


@rule(r"^- \*\*(.+?)\*\* comes back on (\d+ \w+) \(reviewed: you rated it (\w+), so your recall falls to (\d+%)"
      r" (tomorrow|in \d+ days); it had been (\w+)\)$")  # fmt: skip
def rated(match: re.Match[str], shown: Shown) -> list[object]:
    """A review with its other grade."""
    assert shown.line is not None
    assert isinstance(shown.line.fact, facts.Rated)
    known = shown.after.memory[match[1]]
    when = "tomorrow" if known.interval == 1 else f"in {known.interval} days"
    was: Grade = shown.before.memory[match[1]].grade
    recall = percent(shown.after.recall(match[1], known.due))
    return [match[1], f"{known.day.day} {known.day:%b}", shown.line.fact.grade, recall, when, was.value]


@rule(r"^✓ (.+) · rated (\w+) · next revision (.+) · undo$")
def rating(match: re.Match[str], shown: Shown) -> list[object]:
    """The receipt of a rating: the nearest day."""
    assert shown.line is not None
    assert isinstance(shown.line.fact, facts.Rated)
    topics = shown.line.fact.topics
    day = min(shown.after.memory[topic].day for topic in topics)
    return [" and ".join(topics), shown.line.fact.grade, say_day(day, shown.today)]


@rule(r"^- (\w{3} \d+ \w{3}): (.+)$")
def a_day_of_catching_up(match: re.Match[str], shown: Shown) -> list[object]:
    """A day of the catch-up plan, and what stands on it."""
    plan = {f"{day:%a} {day.day} {day:%b}": topics for day, topics in shown.after.planned.items()}
    return [match[1], ", ".join(plan[match[1]])]


@rule(r"^✓ catch-up · (\d+) revisions · today to (.+) · (\d+) today · undo$")
def catching_up(match: re.Match[str], shown: Shown) -> list[object]:
    """The catch-up plan in short."""
    plan = shown.after.planned
    return [sum(map(len, plan.values())), say_day(max(plan), shown.today), len(plan[shown.today])]


@rule(r"^✓ (.+) · revision put off until (.+) · undo$")
def put_off(match: re.Match[str], shown: Shown) -> list[object]:
    """Until when a revision waits."""
    assert shown.line is not None
    assert isinstance(shown.line.fact, facts.PutOff)
    return [shown.line.fact.topic, say_day(shown.line.fact.until, shown.today)]
