"""What a bare number means some turns after a list was shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agents.coach import questions, talk
from agents.coach.exchange import Exchange, Past
from agents.coach.phrase import Phrase
from agents.coach.questions import IMPORT_YES

RECENT: Final = 4
"""So many answers back a list still counts as shown."""
OPENING: Final = frozenset({"greeting", "pick", "plan", "revision"})
"""The questions whose numbers begin with something: taken up later they do what they did then."""
GREETED: Final = tuple(f"`{choice[:1].lower()}{choice[1:]}`" for choice in talk.CHOICES)
"""What the numbers of a door's greeting stand for; it is no part of the conversation."""
_BEYOND: Final = "That list goes from 1 to "
MISSED: Final = "I didn't catch that"
_LISTED: Final = re.compile(r"^(?: *[0-9]{1,2}\. |- \*\*[0-9]{1,3}\*\* )", re.MULTILINE)
_BARE: Final = re.compile(
    r"(?:(?:number|option|choice|no|the|pick|its|it is|i mean|i meant)\s)*(?P<n>[0-9]{1,2})"
    r"(?: (?:one|option|choice|please))?"
)


def is_bare(phrase: Phrase) -> bool:
    """Return whether a number was said and nothing of what is to be done with it."""
    return _BARE.fullmatch(phrase.text) is not None


def find_list(past: Sequence[Exchange]) -> int | None:
    """Return where the last list of the last few answers stands in the conversation."""
    first = max(0, len(past) - RECENT)
    return next((at for at in range(len(past) - 1, first - 1, -1) if _LISTED.search(past[at].answer)), None)


def without_slips(past: Past) -> Past:
    """Return the conversation without replies at its end that were none: what was asked before is still asked."""
    while past and (_BEYOND in past[-1].answer or past[-1].answer.startswith(MISSED)):
        past = past[:-1]
    return past


def say_beyond(phrase: Phrase, answer: str) -> str | None:
    """Return what is said of a number that the list of an answer does not reach; None where it does, or has none."""
    count = questions.count_lines(answer)
    said = _BARE.fullmatch(phrase.text)
    if not count or said is None or 1 <= int(said["n"]) <= count:
        return None
    return f"{_BEYOND}{count}; there is no {int(said['n'])} in it."


def say_no_list(phrase: Phrase) -> str:
    """Ask for more than a number where no list was shown lately."""
    number = _number(phrase)
    greeted = f" If you mean what I greeted you with: {GREETED[int(number) - 1]}." if number in ("1", "2", "3") else ""
    return (
        f"I don't know what {number} stands for: I showed you no list lately. `plan today`, `whats due` and `my tasks` "
        f"show what there is to pick from; `find {number}` looks up the problem with that number.{greeted}"
    )


def say_ways(phrase: Phrase, answer: str) -> str:
    """Say how to do something with an entry of a list that a number alone does not begin with."""
    number = _number(phrase)
    if "`done with task " in answer:
        return (
            f"`done with task {number}` ticks it off, `move task {number} to friday` moves it, `delete task {number}` "
            "removes it."
        )
    if "`delete note " in answer:
        return f"`delete note {number}` removes it, `edit note {number}: …` puts another text in its place."
    if "`resume " in answer:
        return f"`resume {number}` goes on with that conversation."
    if questions.find_question(answer) is IMPORT_YES:
        return f"`{number}a` chooses a match for that line, `all but {number}` leaves it out. {IMPORT_YES.text}"
    return (
        f"I'm not sure any more what {number} stands for, so I have done nothing. Say it in words; `plan today`, "
        f"`whats due` and `my tasks` show what there is, and `find {number}` looks up the problem with that number."
    )


def _number(phrase: Phrase) -> str:
    said = _BARE.fullmatch(phrase.text)
    return str(int(said["n"])) if said else phrase.typed
