"""Which problem a report is about that names none: picked from what is started, due or planned."""

from __future__ import annotations

from typing import Final

from agents.coach import code
from agents.coach.details import Arguments
from agents.coach.dialogue import understand
from agents.coach.intents import BY_NAME, Request
from agents.coach.questions import WHICH_SOLVED, number_lines
from agents.coach.revision_wording import link
from tools.planning import TodayPlan
from tools.problems import ProblemBrief

MOST: Final = 4


def report_of(said: str) -> Arguments | None:
    """Return what a report says that names no problem, nothing for a bare /log; None for anything else."""
    if code.is_code(said):
        return None
    request = understand((), said)
    if request == Request(BY_NAME["plan"], code.LOOK) and said.lstrip().startswith("/"):
        return {}
    if isinstance(request, Request) and request.verb == "record_attempt" and "problem" not in request.arguments:
        return request.arguments
    return None


def candidates(plan: TodayPlan | None) -> list[ProblemBrief]:
    """Return the problems that a report is likely about: the started one, those due, those planned."""
    found = {item.problem.id: item.problem for item in (plan.items if plan else ()) if item.problem}
    return list(found.values())[:MOST]


def ask(plan: TodayPlan | None) -> str:
    """Return the question which problem it was, with the likely ones to pick from."""
    likely = candidates(plan)
    if not likely:
        return f"I need its title or link. {WHICH_SOLVED.text}"
    lines = number_lines(map(link, likely))
    return f"Pick one, or name another by its title or link:\n\n{lines}\n\n{WHICH_SOLVED.text}"
