"""What the coach asks, word for word: a reply is understood by the question that the last message ends with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agents.coach.intents import Request
from agents.coach.phrase import Phrase
from tools.past_days import WHICH_DAY as DAY_QUESTION
from tools.reminders import WHICH_ZONE as ZONE_QUESTION


@dataclass(frozen=True)
class Question:
    """A sentence that ends a message, and the argument of an intent that its answer fills.

    Without an intent the answer changes the request that came before.
    """

    text: str
    slot: str
    intent: str | None = None


HOW = Question("How did it go: unaided, with help, or stuck?", "outcome", "log")
HELPED = Question("Unaided, or with help?", "outcome", "log")
HOW_LONG = Question("How many minutes did it take?", "minutes", "log")
LOG_STUCK = Question("Shall I log it as stuck?", "stuck", "log")
WHICH_SOLVED = Question("Which problem was it?", "problem", "log")
WHICH_DAY = Question(DAY_QUESTION, "day", "log")
WHICH_START = Question("Which problem shall I start?", "problem", "start")
WHICH_FIND = Question("Which problem are you looking for?", "query", "find")
WHAT_TASK = Question("What should the task say?", "title", "task")
WHICH_TASK = Question("Which task did you finish?", "which", "done")
TRIED = Question("What have you tried so far?", "tried", "hint")
NEXT_HINT = Question("Say `next hint` when you want more, or tell me how it went.", "climb", "hint")
LAST_HINT = Question("Say `show me the solution` when you want to go that far.", "climb", "hint")
SOLUTION = Question("Do you really want to go on to the solution?", "solution", "hint")
WHAT_NOTE = Question("What should the note say?", "text", "note")
WHAT_INSTEAD = Question("What should it say instead?", "text", "edit-note")
WHICH_NOTE = Question("Which note do you mean?", "which", "remove-note")
NEW_NAME = Question("What shall this conversation be called?", "title", "rename-conversation")
WHICH_WORDS = Question("Which words shall I look for?", "text", "search-conversations")
WHICH_MOVE = Question("Which task shall I move?", "which", "move")
NEW_DAY = Question("To which day?", "due", "move")
WHICH_DELETE = Question("Which task shall I delete?", "which", "delete")
WHEN = Question("When is your interview?", "target_date", "profile")
INTRODUCE = Question('Answer with any of it, or say "skip".', "introduction", "profile")
KNOWN_DAY = re.compile(r"I'd like to know (?:how many minutes|which city)")
"""How a message begins to ask who the student is where the interview's day is known: no bare day answers that."""
CHOOSE = Question("Answer with a number, or say it another way.", "choice")
AGAIN = Question("Say it another way and I'll try again.", "again")
START_ONE = Question("Say a number to start one of them.", "pick", "start")
BEGIN = Question('Say a number to begin with it, or "start it" for the first.', "plan", "start")
START_IT = Question('Say "start it" and I\'ll keep the time.', "it", "start")
RECALL = Question("Answer from memory in one message; a few words each will do.", "recall", "revise")
REVISE_ONE = Question("Say `revise` to begin with the first, or the number of one.", "revision", "revise")
WHAT_ANSWER = Question("What do you remember?", "answer", "recall")
HOW_MANY = Question("How many revisions a day at most?", "per_day", "revision cap")
WHICH_GRADE = Question("How did it go: again, hard, good or easy?", "grade", "rate")
SNOOZE_UNTIL = Question("Until when: an hour, tonight, tomorrow or a day?", "until", "snooze")
PAUSE_UNTIL = Question("Until which day shall revisions pause?", "until", "pause")
REMIND_UNTIL = Question("Put it off until when: 1h, tonight or tomorrow?", "until", "snooze reminder")
REMINDERS_UNTIL = Question("Until which day shall reminders pause?", "until", "pause reminders")
WHICH_ZONE = Question(ZONE_QUESTION, "zone")
WHAT_LIST = Question("Paste your list: titles, links or a CSV, one problem a line.", "list", "import")
IMPORT_YES = Question(
    "Say `yes` to import them, `2a` to choose a match, `all but 3` to leave a line out, or `cancel`.",
    "import",
    "confirm-import",
)
PLACE = Question(
    "Answer 1, 2 or 3; `skip` and `back` work too. `stop` places you by what you said so far, `cancel` leaves it for "
    "later.",
    "answer",
    "tap",
)
PLACE_LATER = Question("Say `go on` to continue it, or `place me again` to begin anew.", "later", "placement")
GREETING = Question("3. Set my interview date", "greeting")

QUESTIONS = (
    HOW,
    HELPED,
    HOW_LONG,
    LOG_STUCK,
    WHICH_SOLVED,
    WHICH_DAY,
    WHICH_START,
    WHICH_FIND,
    WHAT_TASK,
    WHICH_TASK,
    TRIED,
    NEXT_HINT,
    LAST_HINT,
    SOLUTION,
    WHAT_NOTE,
    WHAT_INSTEAD,
    WHICH_NOTE,
    NEW_NAME,
    WHICH_WORDS,
    WHICH_MOVE,
    NEW_DAY,
    WHICH_DELETE,
    WHEN,
    INTRODUCE,
    CHOOSE,
    AGAIN,
    START_ONE,
    BEGIN,
    START_IT,
    RECALL,
    REVISE_ONE,
    WHAT_ANSWER,
    HOW_MANY,
    WHICH_GRADE,
    SNOOZE_UNTIL,
    PAUSE_UNTIL,
    REMIND_UNTIL,
    REMINDERS_UNTIL,
    WHICH_ZONE,
    PLACE,
    PLACE_LATER,
    WHAT_LIST,
    IMPORT_YES,
    GREETING,
)

_NUMBERED = re.compile(r"^ *([0-9]{1,2})\. +(.+?) *$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]\n]+\]\((\S+)\)")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "1st": 1, "2nd": 2, "3rd": 3}
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_PICKED = re.compile(
    r"(?:(?:start|number|option|choice|no|the|take|pick|its|it is|i mean|i meant|do|lets do)\s)*"
    rf"(?P<n>[0-9]{{1,2}}|{'|'.join(_ORDINALS)}|{'|'.join(_NUMBERS)})(?: (?:one|option|choice|please))?"
)


def find_question(answer: str) -> Question | None:
    """Return the question that a message of the coach ends with."""
    ending = answer.rstrip()
    return next((question for question in QUESTIONS if ending.endswith(question.text)), None)


def ask_for(request: Request) -> Question | None:
    """Return the question for what a request lacks."""
    if request.missing == "outcome":
        return HELPED if request.arguments.get("problem") or request.arguments.get("minutes") else HOW
    return next((q for q in QUESTIONS if q.intent == request.intent.name and q.slot == request.missing), None)


def number_lines(choices: Iterable[str]) -> str:
    """Return choices as a numbered list."""
    return "\n".join(f"{number}. {choice}" for number, choice in enumerate(choices, start=1))


def picked(phrase: Phrase, answer: str) -> str | None:
    """Return what a number stands for in the list of a message: its link, its name in bold, or the whole line."""
    line = picked_line(phrase, answer)
    return named_in(line) or line if line else None


def picked_line(phrase: Phrase, answer: str) -> str | None:
    """Return the line of a message's list that a number stands for."""
    match = _PICKED.fullmatch(phrase.text)
    lines = [str(line) for _, line in _NUMBERED.findall(answer)]
    if not match or not lines:
        return None
    said = match["n"]
    number = _ORDINALS.get(said) or _NUMBERS.get(said) or int(said)
    if number > len(lines) or number == 0:
        return None
    return lines[number - 1 if number > 0 else -1]


def count_lines(answer: str) -> int:
    """Return how many lines a message's numbered list has."""
    return len(_NUMBERED.findall(answer))


def first_line(answer: str) -> str | None:
    """Return the first line of a message's list."""
    first = _NUMBERED.search(answer)
    return first[2] if first else None


def named_in(text: str) -> str | None:
    """Return the first problem that a message of the coach names: by its link, else in bold."""
    link, bold = _LINK.search(text), _BOLD.search(text)
    return link[1] if link else bold[1] if bold else None
