"""What a reply means to a question that asks for one argument: it fills that, or it is something else."""

from __future__ import annotations

import re
from typing import Final

from agents.coach import questions, recent, talk
from agents.coach.details import DATE, MONTH_WORDS, Arguments
from agents.coach.exchange import Say
from agents.coach.intents import Request
from agents.coach.moved import read_moved_interview
from agents.coach.named import ask_which, is_title, title_of
from agents.coach.phrase import Phrase, read
from agents.coach.questions import Question
from agents.coach.readers import read_introduction
from agents.coach.recognition import recognise
from agents.coach.reports import read_day, shed_attempt
from agents.coach.wishes import is_something_else, is_wish, may_name
from tools.zones import is_place

_OUTCOMES: Final = ("unaided", "with-help", "stuck")
_UNKNOWN: Final = re.compile(
    r"(?:i )?(?:dont|do not|cant|didnt) (?:know|remember|count)(?: .*)?|no (?:idea|clue)|not sure"
)
_ASKS: Final = re.compile(
    r"(?:what|whats|which|how(?! many)|why|when|where|who|did|do|have|am) (?:.* )?(?:i|im|me|my|you|your)(?: .*)?"
)
_ASKS_WHY: Final = re.compile(r"(?:what|how|why) (?:is|are|do|does) .+|why(?: not| though)?")
"""What no problem is called, asked where one is to be named."""
_NAMES: Final = frozenset({"problem", "query", "topic", "which", "companies"})
_SEASON: Final = re.compile(r"\b(?:spring|summer|autumn|fall|winter|year|month|week|christmas|[0-9]+)\b")
_PROFILE: Final = frozenset({"target_date", "time_zone", "minutes_per_day"})


def slot_of(request: Request) -> str | None:
    """Return the argument of a refused request that a choice or a new value would replace."""
    if request.intent.named:
        return request.intent.named
    if "time_zone" in request.arguments:
        return "time_zone"
    return next((name for name in ("target_date", "minutes_per_day") if name in request.arguments), None)


def tell_outcome(before: Request, question: Question, phrase: Phrase, *, missed: bool) -> Request | Say | None:
    """Take a reply as how it went. What is none is asked about once; `missed`: that was done."""
    if re.fullmatch(r"[123]", phrase.text):
        return before.having({"outcome": _OUTCOMES[int(phrase.text) - 1]})
    found, rest = shed_attempt(phrase)
    anew = recognise(phrase)
    is_bare = anew and anew.intent.only_with == "outcome" and anew.arguments["outcome"] != "stuck"
    if anew and is_bare and _other_problem(before, anew):
        # Nothing was said to be solved: what stands around the outcome is no second problem.
        anew = anew.without("problem")
    if anew and (anew.intent.name != "log" or _other_problem(before, anew)):
        return None
    if "outcome" in found or anew:
        return before.having(anew.arguments if anew else found)
    if found and not rest:
        return before.having(found)
    if missed or talk.small_talk(phrase) or is_title(phrase.typed):
        return None
    return Say(f"{recent.MISSED}. {question.text}")


def _other_problem(before: Request, anew: Request) -> bool:
    return "problem" in anew.arguments and "problem" in before.arguments


def fill(before: Request, question: Question, phrase: Phrase, answer: str, *, again: bool) -> Request | Say | None:
    """Take a reply as the argument that was asked for, where it clearly is one.

    `again`: the reply before was no good either, so that only a choice or a known title counts.
    """
    intent = before.intent
    slot = question.slot if question.intent else slot_of(before)
    if slot is None:
        return None
    if slot == "minutes" and _UNKNOWN.fullmatch(phrase.text):
        return before.without(slot)
    if slot == "minutes" and re.fullmatch(r"[0-9]{1,6}", phrase.text):
        return before.having({slot: int(phrase.text)})
    if choice := questions.picked(phrase, answer):
        return before.having({_slot_for(choice, before) or slot: choice})
    if question is questions.CHOOSE and (beyond := recent.say_beyond(phrase, answer)):
        return Say(beyond)
    anew = recognise(phrase)
    if anew and anew.intent.name == intent.name and anew.arguments:
        return before.having(anew.arguments)
    if again and slot in _NAMES and not title_of(phrase.typed):
        return None
    if _is_new(anew, phrase, slot) or talk.small_talk(phrase) or _is_question(phrase, slot):
        return None
    found = _read(before, slot, phrase, answer)
    return before.having(found) if found else None


def _is_new(anew: Request | None, phrase: Phrase, slot: str) -> bool:
    return is_wish(phrase) if slot == "title" else is_something_else(anew, phrase)


def _is_question(phrase: Phrase, slot: str) -> bool:
    """Return whether a reply asks something back. A task may be titled so, and an answer worded so."""
    asks = slot == "problem" and _ASKS_WHY.fullmatch(phrase.core().text)
    return bool(asks) or (slot != "title" and bool(_ASKS.fullmatch(phrase.text)))


def _read(before: Request, slot: str, phrase: Phrase, answer: str) -> Arguments:
    """Read the argument out of a reply; {} where the reply is none."""
    if slot == "day":
        return read_day(phrase)
    if before.intent.name == "profile" and slot in _PROFILE:
        return _read_profile(slot, phrase, answer)
    found, rest = before.intent.sheds(phrase)
    found = found | (before.intent.read(rest) if rest else {})
    if slot in _NAMES:
        return found if found.keys() - {slot} or may_name(phrase) else {}
    return found if slot in found else {}


def _read_profile(slot: str, phrase: Phrase, answer: str) -> Arguments:
    if slot == "target_date" and (moved := read_moved_interview(phrase, about_it=True)):
        return moved
    found = read_introduction(phrase, dated="time zone" not in answer)
    place = found.get("time_zone", "")
    if slot == "target_date" and len(found) == 1 and place and not is_place(place):
        # "Next spring" is no city where a day was asked for.
        is_time = MONTH_WORDS.search(phrase.text) or _SEASON.search(phrase.text)
        return {slot: phrase.typed} if is_time else {}
    return found if not place or is_place(place) or may_name(phrase) else {}


def first_of(several: list[str], before: Request, phrase: Phrase, answer: str) -> Request | Say | None:
    """Return the report of the one that comes first; the minutes were told of all."""
    if first := questions.picked(phrase, answer) or title_of(re.sub(r"\bfirst\b", "", phrase.text), several):
        return before.without("minutes").without("tries").having({"problem": first})
    anew = recognise(phrase)
    return Say(ask_which(several)) if anew is None and not talk.small_talk(phrase) else None


def _slot_for(choice: str, request: Request) -> str | None:
    """Return the argument that holds a day, where a day was chosen."""
    if not DATE.fullmatch(read(choice).text):
        return None
    return next((name for name in ("target_date", "due", "until", "day") if name in request.arguments), None)
