"""What was reported as done, before the coach asks how it went: a problem there is, a task, or neither."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.coach.dialogue import CHECK
from agents.coach.intents import BY_NAME, Request
from agents.coach.named import ask_which, titles_in
from agents.coach.outcomes import Outcome
from agents.coach.questions import AGAIN, CHOOSE, HELPED, number_lines
from tools.arguments import shown
from tools.matching import fold, rank, winner
from tools.problems import ProblemBrief, ProblemMatches
from tools.tasklist import TaskBrief
from tools.tasks import TaskList

# "reading" is the "read" of a task's title, "solved" its "solve".
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|e|s)\b")


def find_check(outcomes: Sequence[Outcome]) -> ProblemMatches | None:
    """Return what came of the check that a turn began with, if it began with one."""
    first = outcomes[0]
    is_check = CHECK.items() <= first.arguments.items()
    return first.result if is_check and isinstance(first.result, ProblemMatches) else None


def look_further(checked: ProblemMatches, last: Outcome) -> Request | None:
    """Return the next call where no problem is certainly meant: the open tasks, then the one that was named."""
    if last.result is checked and not checked.exact:
        return Request(BY_NAME["tasks"], {})
    if isinstance(last.result, TaskList) and (task := _named(checked.query, last.result.tasks)):
        return Request(BY_NAME["done"], {"which": task})
    return None


def tell(checked: ProblemMatches) -> str:
    """Return the question how it went, or which problem it was."""
    if checked.exact:
        return HELPED.text
    if several := titles_in(checked.query):
        return ask_which(several)
    said = shown(checked.query)
    if not checked.matches:
        return f"There is no problem {said} in the catalogue. Check the title, or give its url. {AGAIN.text}"
    titles = [fold(problem.title) for problem in checked.matches]
    names = [_label(problem, alone=titles.count(fold(problem.title)) == 1) for problem in checked.matches]
    return f"I am not sure which problem {said} is.\n\n{number_lines(names)}\n\n{CHOOSE.text}"


def _named(said: str, tasks: Sequence[TaskBrief]) -> str | None:
    """Return the id of the one task whose title was said, its verb in whatever form."""
    titles = {task.id: _stem(task.title) for task in tasks}
    best = winner(rank(_stem(said), titles, limit=2))
    return best.key if best else None


def _stem(text: str) -> str:
    return _ENDING.sub("", fold(text))


def _label(problem: ProblemBrief, *, alone: bool) -> str:
    return problem.title if alone else f"{problem.platform}:{problem.slug}" if problem.slug else problem.id
