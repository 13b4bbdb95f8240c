"""Rows about tasks that change, the plan of the day, and how practice goes."""

from __future__ import annotations

import re
from typing import Final

from agents.coach import readers
from agents.coach.details import DATE, Arguments
from agents.coach.intent import Intent
from agents.coach.notation import phrases
from agents.coach.phrase import Phrase

_TASK: Final = "(task|tasks|todo|reminder|number|no)"
_MOVE: Final = "(move|reschedule|postpone|push|shift|delay|defer|put off|change|set)"
_DELETE: Final = "(delete|remove|drop|cancel|scrap|bin|get rid of|throw away)"
_NEW_DAY: Final = re.compile(
    rf"(?<!\S)(?<!by )(?:(?:is|be|now|due|back|forward|over|out|instead|to|until|till|for|on|the|date|day)\s)*"
    rf"(?P<date>{DATE.pattern})(?: instead)?$"
)


def shed_new_day(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take out the day that something is moved to: {"due": "friday"}."""
    match, rest = phrase.cut(_NEW_DAY)
    return ({"due": match["date"]}, rest) if match else ({}, phrase)


def read_moved(rest: Phrase) -> Arguments:
    """Read which task is moved, and to which day where that was not taken out yet."""
    due, rest = shed_new_day(rest)
    by = re.search(r" (?:by|to|on|until|till)(?: .*)?$", rest.text)
    rest = rest.part((0, by.start())) if by else rest
    return readers.read_which(rest) | due


ROWS: Final = (
    Intent(
        name="move",
        verb="reschedule_task",
        phrases=phrases(
            "(move|reschedule) [the] [due date of|deadline of] [my|the] <...>",
            f"{_MOVE} [the] [due date of|deadline of] [my|the] <{_TASK} ...>",
            f"{_MOVE} [the] [due date of|deadline of] [my|the] <... (task|todo|reminder)>",
            f"(make|do) [my|the] <{_TASK} ...>",
            f"[my|the] <{_TASK} #>",
        ),
        sheds=shed_new_day,
        read=read_moved,
        needs=("which", "due"),
        named="which",
        only_with="due",
        unless=re.compile(r"\b(?:revisions?|interview|target|deadline is|time ?zone|my name)\b"),
        command=("move", "TASK to DAY", "move a task to another day"),
    ),
    Intent(
        name="move",
        verb="reschedule_task",
        phrases=phrases(f"{_MOVE} [the] [due date of|deadline of] [my|the] <{_TASK} ...>"),
        sheds=shed_new_day,
        read=read_moved,
        needs=("which", "due"),
        named="which",
    ),
    Intent(
        name="delete",
        verb="delete_task",
        phrases=phrases(
            f"{_DELETE} [my|the] !(all|every|tasks) <{_TASK} ...>",
            f"{_DELETE} [my|the] !(all|every|last) <...> (task|todo|reminder)",
            f"{_DELETE} !(all|every) <...> (from|off) (my|the) [open] (list|tasks|task list|todo list)",
            f"(i dont|i do not|i no longer) (need|want) [my|the] <{_TASK} ...> [anymore|any more]*",
            "stop (the|my) <(task|reminder) ...>",
        ),
        read=readers.read_which,
        needs="which",
        named="which",
        command=("delete", "TASK", "delete a task, by its number or words of its title"),
    ),
)
