"""Rows about tasks that change, the plan of the day, and how practice goes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from agents.coach import readers
from agents.coach.details import DATE, Arguments, shed_minutes
from agents.coach.intent import Intent
from agents.coach.notation import phrases
from agents.coach.phrase import Phrase
from tools.shifts import AMOUNT, find_shift

_TASK: Final = "(task|tasks|todo|reminder|number|no)"
_MOVE: Final = "(move|reschedule|postpone|push|shift|delay|defer|put off|bring|pull|change|set)"
_DELETE: Final = "(delete|remove|drop|cancel|scrap|bin|get rid of|throw away)"
_SHOW: Final = "[show|see|tell|give|get|view|check|me|whats|what|is|are|the|my|a|today|our|make|create|build]*"
_TIME: Final = "[today|tonight|now|right now|left|this evening|this morning|for today|for now|at the moment]*"
_NEW_DAY: Final = re.compile(
    rf"(?<!\S)(?<!by )(?:(?:is|be|now|due|back|forward|over|out|instead|to|until|till|for|on|the|date|day)\s)*"
    rf"(?P<date>{DATE.pattern})(?: instead)?$"
)


_BY: Final = re.compile(
    rf"(?<!\S)(?:(?:(?:by|back|for|out|up|forward|forwards)\s)+{AMOUNT}(?: (?:later|earlier|sooner|back|forward))?"
    rf"|{AMOUNT} (?:later|earlier|sooner|back|forward))$"
)


def shed_new_day(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take out the day that something is moved to, or by how much: {"due": "friday"}, {"due": "3 days later"}."""
    moved, rest = phrase.cut(_BY)
    if moved and (shift := find_shift(phrase.text, moved=True)):
        if shift.direction == "unclear" and "forward" not in moved[0]:
            shift = replace(shift, direction="later")  # who moves a task by a week puts it off
        return {"due": shift.said}, rest
    match, rest = phrase.cut(_NEW_DAY)
    return ({"due": match["date"]}, rest) if match else ({}, phrase)


def read_moved(rest: Phrase) -> Arguments:
    """Read which task is moved, and to which day where that was not taken out yet."""
    due, rest = shed_new_day(rest)
    by = re.search(r" (?:by|to|on|until|till)(?: .*)?$", rest.text)
    rest = rest.part((0, by.start())) if by else rest
    return readers.read_which(rest) | due


def read_budget(rest: Phrase) -> Arguments:
    """Read minutes said as a bare number, as after a slash."""
    return {"minutes": int(rest.text)} if re.fullmatch(r"[0-9]{1,4}", rest.text) else {}


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
        unless=re.compile(r"\b(?:revisions?|target|deadline is|time ?zone|my name|(?:my|the|change|set) interview)\b"),
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
    Intent(
        name="plan",
        verb="plan_today",
        phrases=phrases(
            "[i|ive|we|have|got|there|is|are|its]* (only|just) [i|have|got|about|around]* [now|left]* [today]",
            f"(i|ive) (have|got|only|just)* {_TIME}",
            f"(i have|ive got|ive only got|i got) {_TIME}",
            "(what|which) [problem|problems|tasks] (can|could|should|shall) i (do|fit|get done|solve|manage) "
            "[with|in|today|now]*",
            "[re] (plan|replan|refit|fit) [it|my|the|day|today|into|in|to|for|a|of|session|plan]*",
            "[a] plan [for|of]",
            "(left|now|today|tonight|right now|for now|at the moment)+",
        ),
        sheds=shed_minutes,
        only_with="minutes",
        unless=re.compile(r"\b(?:a|per|each|every) day\b|\bdaily\b|\btask\b|\bremind\b|\binterview\b"),
        command=("plan", "[MINUTES]", "today's plan, fitted to the time you have"),
        read=read_budget,
    ),
    Intent(
        name="plan",
        verb="plan_today",
        phrases=phrases(
            f"{_SHOW} [daily|study|practice|training]* plan "
            "[for|today|tonight|the day|my day|now|again|the|day|do i have|look like]*",
            "(plan|organise|organize|schedule) [my|the|todays]* (day|today|session|practice|evening|time)",
            "(replan|refit) [my|the|day|today]*",
            "what (should|shall|do|can) i (do|have to do|need to do|practise|practice|study|work on) today",
            "(whats|what is) (on|planned|up) [for|today|the agenda]+",
            "(what|which problem|which one) (am i|was i|did i|have i) [just|currently|last]* "
            "(working on|doing|solving|start|started|on) [now|right now|at the moment|again]*",
            "(what|which problem) is running [now|right now]*",
            "[lets] (continue|carry on|go on) [please|now]*",
        ),
    ),
    Intent(
        name="progress",
        verb="show_progress",
        phrases=phrases(
            "how (am i|are things|is it|do i) (doing|going|do) [overall|so far|lately|this week|today|in general|these "
            "days|now]*",
            "how (did|was) [i|my|do|week|this week|last week|today|so far]+",
            f"{_SHOW} [overall|weekly|current|total|longest]* "
            "(progress|streak|streaks|stats|statistics|summary|report) "
            "[so far|this week|today|now|overall|please]*",
            "(how long|how many days) is my [current|longest]* streak",
            "(do i have|am i on|did i keep|is there) [a|my|any]* streak",
            "how many [problems|questions|have|did|i]* (solved|solve|done|do|practised|practiced) "
            "[in all|so far|this week|today|last week|until now|already|yet]*",
            "what (have|did) i (done|do|solved|solve) (this week|today|last week|so far this week)",
            "(this week|weekly) [progress|report|summary|against|vs|versus|last|week]+",
        ),
        command=("progress", "", "what you solved, your streak, and this week against last"),
    ),
)
