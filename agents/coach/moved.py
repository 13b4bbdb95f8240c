"""An interview that was moved: "they postponed it by a week", "my onsite is 3 days earlier"."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import DATE, Arguments
from agents.coach.phrase import Phrase
from tools.shifts import AMOUNT, find_shift

_INTERVIEW: Final = r"(?:interviews?(?: date| day)?|on-?site|phone screen|target date|deadline)"
_ABOUT_IT: Final = re.compile(rf"\b{_INTERVIEW}\b")
_MOVING: Final = re.compile(
    r"\b(?:postpon|delay|defer|push|mov|shift|slip|resched|bring|brought|pull|prepon|advanc|bump|chang|kick|extend)\w*|"
    r"\bput(?: \w+){0,3} (?:off|back)\b"
)
_STATED: Final = re.compile(
    rf"(?:\w+\s){{0,4}}{_INTERVIEW}(?: (?:is|was|will|be|now|got|has|been|takes|place|about))*"
    rf" {AMOUNT} (?:later|earlier|sooner)(?: .*)?"
)
_AMOUNT_ALONE: Final = re.compile(
    rf"(?:(?:it|its|is|was|no|sorry|actually|make|that|about|only|just)\s)*"
    rf"(?:by {AMOUNT}(?: (?:later|earlier|sooner))?|{AMOUNT} (?:later|earlier|sooner)(?: than .*)?)"
)
_TOLD_SO: Final = (
    r"(?:(?:it|that|this|they|was|were|is|has|had|have|been|got|just|now|we|unfortunately|actually)\s)*"
    r"(?:postponed|delayed|deferred|pushed|moved|shifted|slipped|rescheduled|brought|pulled|preponed|advanced|bumped)"
)
"""A move that is told and not wished for: of what a student has, others move the interview alone."""
_TOLD: Final = re.compile(rf"{_TOLD_SO}(?:\s.*)?")
_TO_DAY: Final = re.compile(rf"{_TOLD_SO}(?: \w+)* (?:to|until|till|for|on) (?P<day>{DATE.pattern})")
_ELSE: Final = re.compile(r"\b(?:tasks?|todo|remind\w*|revis\w+|reviews?|conversations?|notes?|problems?|number)\b")
_UNSURE: Final = re.compile(
    r"\b(?:if|whether|hope|wish|might|should|would|what|how|why|not|never|dont|didnt|wasnt|isnt|wont|almost|nearly)\b|"
    r"^(?:can|may|is|was|did|do|does|will|has|have) "
)


def read_moved_interview(phrase: Phrase, *, about_it: bool = False) -> Arguments:
    """Read by how much the interview was moved: {"target_date": "1 week later"}; {} where nothing says so.

    `about_it`: the conversation is about the interview's day, so that it need not be named.
    """
    text = phrase.text
    if _ELSE.search(text) or _UNSURE.search(text):
        return {}
    named = _ABOUT_IT.search(text) and (_MOVING.search(text) or _STATED.fullmatch(text))
    asked = about_it and (_MOVING.search(text) or _AMOUNT_ALONE.fullmatch(text))
    if not (named or asked or _TOLD.fullmatch(text)):
        return {}
    if shift := find_shift(text, moved=bool(asked)):
        return {"target_date": shift.said}
    told = _TO_DAY.fullmatch(text)
    return {"target_date": told["day"]} if told else {}


def is_moved_interview(phrase: Phrase) -> bool:
    """Return whether the interview is said to be on another day, whatever day that is."""
    text = phrase.text
    if _ELSE.search(text) or _UNSURE.search(text):
        return False
    return bool(_ABOUT_IT.search(text) and _MOVING.search(text))
