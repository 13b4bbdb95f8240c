"""The rows about importing past solves, and what a student says of a list that waits for their yes."""

from __future__ import annotations

import re
from typing import Final

from agents.coach import readers
from agents.coach.details import Arguments
from agents.coach.intent import Intent
from agents.coach.notation import phrases
from agents.coach.phrase import Phrase

_NUMBERS: Final = r"(?P<numbers>[0-9]{1,4}(?: ?(?:-|–|to|and|,|&|through)? ?[0-9]{1,4}(?![0-9]* ?[a-h]\b))*)"
_LINES: Final = r"(?:(?:line|lines|number|numbers|no|item|items) )?"
_PICKED: Final = re.compile(r"\b([0-9]{1,4}) ?([a-h])\b")
_FIRST: Final = re.compile(r"\b(?:all (?:the )?first|first (?:choices|matches|ones)|all near|all a)\b")
_OUT: Final = re.compile(
    r"\b(?:but|except|without|not|minus|leave out|leave|skip|drop|ignore|exclude|remove)(?: for)? " + _LINES + _NUMBERS
)
_ONLY: Final = re.compile(r"\b(?:only|just) " + _LINES + _NUMBERS)
_DATES: Final = re.compile(r"\b(day|days|month|months)(?: comes?| are| is)? first\b|\b(day|month)-first\b")
_HELPED: Final = re.compile(r"\b(?:(?:with|had|needed) (?:help|hints|the solution)|not alone)\b")
_ALONE: Final = re.compile(r"\b(?:alone|unaided|by myself|on my own|without help)\b")
_LIST: Final = (
    "(solves|solved problems|solved questions|solved ones|solved|problems|questions|progress|history|list|lists|"
    "submissions|practice|everything|data|csv|csv file|file|leetcode|stuff|past)"
)


def read_change(rest: Phrase) -> Arguments:
    """Read what is to change in a list: matches that are chosen, lines that stay out, the order of dates, help."""
    text = rest.text
    found: Arguments = {}
    if picked := _PICKED.findall(text):
        found["choices"] = " ".join(f"{number}{letter}" for number, letter in picked)
    elif _FIRST.search(text):
        found["choices"] = "all"
    if out := _OUT.search(text):
        found["leave_out"] = out["numbers"]
    if only := _ONLY.search(text):
        found["only"] = only["numbers"]
    if dates := _DATES.search(text):
        found["dates"] = "day-first" if "day" in dates[0] else "month-first"
    if _ALONE.search(text):
        found["how"] = "unaided"
    elif _HELPED.search(text):
        found["how"] = "with-help"
    return found


def read_answer(rest: Phrase) -> Arguments:
    """Read an answer to a preview: what is to change in its list, and by its id which preview is meant."""
    shown = readers.read_named(rest)
    return read_change(rest) | ({"shown": shown} if shown else {})


ROWS: Final[tuple[Intent, ...]] = (
    Intent(
        name="confirm-import",
        verb="confirm_import",
        phrases=phrases(
            "(confirm|do|finish|run|start) [the|my|that|this] import [<...>]",
            "import (them|it|these|those|all of them|all of it|the whole list) [all|now]* [<...>]",
            "import <(only|just) ...>",
            "import all <(but|except|without) ...>",
        ),
        read=read_answer,
        command=("confirmimport", "[2A 5B] [all but LINES]", "import the list that I showed you"),
    ),
    Intent(
        name="cancel-import",
        verb="cancel_import",
        phrases=phrases(
            "(cancel|stop|forget|drop|discard|abort|dont do|skip) [the|my|that|this] import [list]",
            "(dont|do not) import [it|them|that|this|these|anything|the list|my list]",
        ),
        read=read_answer,
        command=("cancelimport", "", "put the list that I showed you away"),
    ),
    Intent(
        name="adjust-import",
        verb="adjust_import",
        phrases=phrases(
            "[show|see|give] [me] [the|my] (import preview|pending import|import list|import) again",
            "[show|see|give] [me] [the|my] (import preview|pending import|import list)",
            "<(leave out|leave|skip|drop|exclude|remove) (line|lines) ...> (of|from|in) [the|my] (import|list)",
            "<(leave out|leave|skip|drop|exclude|remove) (line|lines) [...]>",
            "<[my|the|all]* dates are ...>",
        ),
        read=read_change,
        command=(
            "adjustimport",
            "[2A 5B] [without LINES] [day first|month first]",
            "correct the list that I showed you",
        ),
    ),
    Intent(
        name="import",
        verb="preview_import",
        phrases=phrases(
            "[i|want|need|would|like|id|to|can|could|you|how|do|does|lets|let me|help me|please|the]* "
            f"(import|upload|bring in|bring over|load|transfer|migrate|paste) [in] [my|the|a|some|all|of|past|old|"
            f"previous|earlier|existing|leetcode|solved|from]* {_LIST} [...]",
            "[i want to|can i|how do i|lets] (import|importing|import from leetcode|import a csv)",
            "(add|log|record|enter) [all|of]* [my|the]* (past|old|previous|earlier|existing) "
            "[leetcode|solved]* (solves|problems|questions|submissions|practice|ones)",
            "[i|ive|have|already]* (solved|done|did) (many|a lot of|lots of|a bunch of|a few|tons of|#) "
            "(problems|questions|leetcodes) [already|before|on leetcode|in the past|elsewhere|so far]*",
            "[here is|this is|here are|these are] [my|the]* (list|csv) [of]* [my|the]* [solved|past|old]* "
            "[problems|solves|questions]*",
        ),
        command=("import", "[LIST]", "import what you solved before: paste a list, or in the terminal name a file"),
    ),
)
