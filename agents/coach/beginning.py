"""What it means to begin with a line of the day's plan."""

from __future__ import annotations

import re

from agents.coach import questions, talk
from agents.coach.intents import BY_NAME, Request


def begin_with(line: str) -> Request | str | None:
    """Return the request that begins a line of the plan; for a task, what to say, because it has no clock."""
    if revised := re.match(r"revise ([^:]+)(?:: | · )", line):
        return Request(BY_NAME["revise"], {"topic": revised[1]})
    if problem := questions.named_in(line):
        return Request(BY_NAME["start"], {"problem": problem})
    task = re.match(r"task ([0-9]+): ", line)
    return talk.TASK_BEGUN.format(number=task[1]) if task else None
