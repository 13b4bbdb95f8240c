"""Code that a student sends: noticed as what it is and kept with the attempt that it belongs to."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import Arguments
from agents.coach.questions import HOW, WHICH_SOLVED
from agents.coach.revision_wording import link
from tools.arguments import writable
from tools.planning import DAY_MINUTES, TodayPlan
from tools.problems import ProblemBrief
from tools.solves import CODE_LIMIT

KEPT: Final = "I can't run or judge code, but I keep it with your attempt."
LOOK: Final[Arguments] = {"minutes": DAY_MINUTES}
"""With these the plan of the day holds the started problem in any case."""
_FENCE: Final = re.compile(r"```[^\n`]*\n(?P<code>.*?)(?:^[ \t]*+```|\Z)", re.DOTALL | re.MULTILINE)
_SURE: Final = re.compile(
    r"(?:(?:async )?def \w+\s*\(|class \w+\s*[(:{]|#include\b|public (?:static )?\w+|func \w+\(|fn \w+\(|"
    r"function \w*\(|from \w+ import )"
)
_ALONE: Final = re.compile(r"(?:def \w+\s*\(|class \w+\s*[(:{]|function \w*\(|#include\b)")
_WIDTH: Final = 200
_LOOKED_AT: Final = 200
_LINE: Final = re.compile(
    r"(?:(?:def|func|fn|public|private|static|return)\b.*|class \w.*[:({].*|(?:let|const|var)\b.*=.*|"
    r"(?:import|using|package) [\w.*]+;?|from [\w.]+ import .*|(?:elif|else|try|except|finally)\b.*[:{]\s*|"
    r"(?:for|while|if|with|switch)\b.*[:{;)]\s*|(?:#|//|/\*|\}|\)|\]).*|.*[;{}]\s*|"
    r"[\w.\[\], ]++\s*+(?:[-+*/%|&^]|//|<<|>>)?=\s*\S.*|[\w.]+\(.*\)\s*)"
)


def is_code(text: str) -> bool:
    """Return whether a message is code, or brings some along."""
    if fenced := _FENCE.search(text):
        return bool(writable(fenced["code"]).strip())
    lines = [line for line in writable(text).splitlines() if line.strip()]
    if not lines or (text.lstrip().startswith("/") and not text.lstrip().startswith(("//", "/*"))):
        return False
    if len(lines) == 1:
        return _ALONE.match(lines[0].lstrip()) is not None
    seen = [line.strip()[:_WIDTH] for line in lines[:_LOOKED_AT]]
    like = sum(1 for line in seen if _LINE.fullmatch(line))
    sure = any(map(_SURE.match, seen))
    return (sure and 2 * like >= len(seen)) or (len(seen) > 2 and 4 * like >= 3 * len(seen))


def code_in(text: str) -> str:
    """Return the code of a message: what stands in its first fence, else the whole of it."""
    fenced = _FENCE.search(text)
    return writable(fenced["code"] if fenced else text).strip("\n")[:CODE_LIMIT]


def words_beside(text: str) -> str:
    """Return what a message says before and after its fenced code, "" where it has none."""
    fenced = _FENCE.search(text)
    return f"{text[: fenced.start()]} {text[fenced.end() :]}".strip(" `\n") if fenced else ""


def is_about(answer: str, said: str | None) -> bool:
    """Return whether code that was answered so may belong to the problem that is named now."""
    named = re.search(r"\[([^\]\n]+)\]\((\S+)\)|\*\*([^*\n]+)\*\*", answer)
    if said is None or named is None:
        return True
    return said.strip().casefold() in {part.casefold() for part in named.groups() if part}


def started_in(plan: TodayPlan) -> ProblemBrief | None:
    """Return the started problem of a plan."""
    return next((item.problem for item in plan.items if item.kind == "running"), None)


def tell_kept(problem: ProblemBrief | None) -> str:
    """Say what becomes of code that was sent, and ask how its problem went."""
    if problem is None:
        return (
            "That is code, and I'm the offline coach: I can't run or judge it. I can keep it with your attempt, but "
            f"no problem is started. {WHICH_SOLVED.text}"
        )
    return (
        f"That is code, and I'm the offline coach: I can't run or judge it. I keep it with {link(problem)} as soon as "
        f"you tell me how that went.\n\n{HOW.text}"
    )
