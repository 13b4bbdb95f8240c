"""What a report of an attempt says beside the problem: on which day it was, how long it took, how it went."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import (
    DATE_WORDS,
    ID,
    MONTH,
    NUMBER,
    WEEKDAY,
    Arguments,
    shed_minutes,
    shed_outcome,
    shed_tries,
)
from agents.coach.phrase import Phrase

_PART: Final = r"(?: (?:early |late )?(?:morning|afternoon|evening|night|noon))?"
_COUNT: Final = rf"(?:{NUMBER}|an?|half an|a couple(?: of)?|a few|few|some|several|many)"
_UNIT: Final = r"(?:minutes?|mins?|hours?|hrs?|h|days?|weeks?|months?|years?|fortnights?)"
_TODAY: Final = (
    r"today|tonight|just now|earlier today|right now|"
    r"(?:(?:early|late|earlier|later) )?this (?:morning|afternoon|evening)"
)
_VAGUE: Final = (
    r"(?:a|some|quite a) (?:while|long while|time|long time) (?:ago|back)|(?:long|ages|years|months|weeks|days) ago|"
    r"the other day|sometime (?:last|this) (?:week|month|year)|recently|lately|over the weekend|"
    rf"(?:earlier |early |late )?(?:this|last|next) (?:week|weekend|month|year)|in {MONTH}(?: [0-9]{{4}})?"
)
"""What names no one day: it is asked about."""
_DAY: Final = (
    rf"(?:the )?day before yesterday|yesterday{_PART}|last (?:night|evening)|{_COUNT} {_UNIT} (?:ago|back)|"
    rf"(?:last|past|this past|this|next|coming|on) {WEEKDAY}{_PART}|(?:the )?day after tomorrow|tomorrow|"
    r"[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./](?:20)?[0-9]{2}|"
    r"(?:on|from) (?:the )?(?:[0-9]{1,2}[./][0-9]{1,2}|[0-9]{1,2}(?:st|nd|rd|th)(?! (?:try|attempt|go|time|one)))|"
    rf"(?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}(?: [0-9]{{4}})?|"
    rf"{MONTH} (?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)?(?: [0-9]{{4}})?|{_VAGUE}"
)
_LEAD: Final = r"(?:(?:and|but|it was|that was|was|back|already|on|at|from|since|all)\s)*"
_NAMED: Final = re.compile(
    rf"(?<!\S){_LEAD}(?P<day>{_DAY})(?!\S)|^(?P<first>{WEEKDAY}{_PART})(?= i )|(?<=\s)(?P<last>{WEEKDAY}{_PART})$"
)
_NOW: Final = re.compile(rf"(?<!\S){_LEAD}(?:{_TODAY})(?!\S)")
_ANSWER: Final = re.compile(
    rf"(?:(?:it|that|this|was|i|did|think|solved|done|on|in|at|from|about|around)\s)*"
    rf"(?P<day>{_DAY}|{_TODAY}|{DATE_WORDS}|{WEEKDAY}{_PART})"
)


def shed_day(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take out the day on which something was done: {"day": "yesterday"}, nothing for today."""
    match, rest = phrase.cut(_NAMED)
    if match:
        return {"day": match["day"] or match["first"] or match["last"]}, rest
    return {}, phrase.cut(_NOW)[1]


def read_day(phrase: Phrase) -> Arguments:
    """Read the answer to "which day was it?": a day, and nothing else."""
    match = _ANSWER.fullmatch(phrase.core().text)
    return {"day": match["day"]} if match else {}


def shed_attempt(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take everything about an attempt out: day, tries, minutes, outcome. What is left names the problem."""
    found: Arguments = {}
    for shed in (shed_day, shed_tries, shed_minutes, shed_outcome):
        more, phrase = shed(phrase)
        found |= more
    return found, phrase


def shed_report(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take everything about an attempt out, and the turn below whose answer it was tapped."""
    if not (phrase and ID.fullmatch(phrase.words[-1])):
        return shed_attempt(phrase)
    found, rest = shed_attempt(Phrase(phrase.raw[:-1], phrase.words[:-1]))
    return found | {"asked_in": phrase.words[-1]}, rest
