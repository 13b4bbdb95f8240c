"""Lists of past solves in the conversation: noticed as what they are, and the replies to their preview."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Final

from agents.coach import questions, talk
from agents.coach.details import Arguments
from agents.coach.import_intents import read_change
from agents.coach.intents import BY_NAME, Request
from agents.coach.phrase import LONGEST, Phrase, read
from agents.coach.recognition import recognise
from store.catalogue.facts import shipped_catalogue
from sync.entries import Entry
from sync.errors import ListTooLong
from sync.listing import announces_list, read_list
from tools.titles import title_key

_COMMAND: Final = re.compile(r"\s*/import(?:@\S+)?(?:\s+(?P<rest>.*))?\s*", re.IGNORECASE | re.DOTALL)
_LEAST: Final = 3
"""Lines that must name problems before a message that nobody asked for is taken for a list."""
_LOOKED_AT: Final = 60
_SOME_DAY: Final = date(9000, 1, 1)  # whether a message is a list does not depend on when things were solved
_YES: Final = re.compile(
    r"(?:(?:yes|yeah|yep|yup|y|sure|ok|okay|please|go|go ahead|do it|do that|correct|right|of course|all|all of them|"
    r"everything|import|import all|import them|import it|confirm|looks good|perfect|fine)\b ?)+(?P<more>.*)"
)
_NO: Final = re.compile(
    r"(?:no|nope|nah|n|cancel|cancel it|never ?mind|nvm|forget (?:it|that)|stop|nothing|none|dont|do not)(?: .*)?"
)
_AGAIN: Final = re.compile(
    r"(?:show|show it|show me|again|show again|show (?:me )?(?:the )?(?:list|preview|it)(?: again)?|list)"
)


def take_list(text: str, answer: str) -> Request | None:
    """Return the request that a message with a list is; `answer` is what the student was told last."""
    if command := _COMMAND.fullmatch(text):
        rest = (command["rest"] or "").strip()
        replied = _answer(read(rest)) if rest and len(rest) < LONGEST and "\n" not in rest else None
        return replied or Request(BY_NAME["import"], {})
    if text.startswith("/") and "\n" not in text.strip():
        return None
    if questions.find_question(answer) is questions.WHAT_LIST and _may_be_list(text):
        return Request(BY_NAME["import"], {})
    return Request(BY_NAME["import"], {}) if _is_list(text) else None


def reply(phrase: Phrase, _: object = None) -> Request | None:
    """Return what a reply to the preview asks for; None where it is about something else."""
    return _answer(phrase)


def change_subject(_: Phrase, __: object = None) -> Request | None:
    """Return what a message means that is no list although one was asked for: whatever it means elsewhere."""
    return None


def _answer(phrase: Phrase) -> Request | None:
    text = phrase.text
    change: Arguments = read_change(phrase)
    if _NO.fullmatch(text) and not change:
        return Request(BY_NAME["cancel-import"], {})
    agreed = _YES.fullmatch(text)
    if agreed and (change or not agreed["more"].strip() or agreed["more"].split()[0] in _COURTESIES):
        return Request(BY_NAME["confirm-import"], change)
    if change:
        return Request(BY_NAME["adjust-import"], change)
    return Request(BY_NAME["adjust-import"], {}) if _AGAIN.fullmatch(text) else None


_COURTESIES: Final = frozenset({"please", "thanks", "thank", "them", "it", "all", "now", "the", "these", "those"})


def _may_be_list(text: str) -> bool:
    """Return whether what comes after the question for a list is one: not a change of subject."""
    if "\n" in text.strip() or len(text) >= LONGEST:
        return True
    phrase = read(text)
    if not phrase or _NO.fullmatch(phrase.text) or talk.small_talk(phrase):
        return False
    if talk.give_up(phrase) == talk.NEEDS_MODEL:
        return any(map(_names_problem, read_list(text, _SOME_DAY).entries))
    anew = recognise(phrase)
    return anew is None or anew.intent.name in {"find", "log"} or "," in text


def _is_list(text: str) -> bool:
    """Return whether a message that nobody asked for is a list: it says so, or most of its lines name problems."""
    lines = [line for line in text.splitlines() if line.strip()]
    announced = announces_list(text)
    if len(lines) < 2 and not announced:
        return False
    try:
        entries = read_list(text, _SOME_DAY).entries
    except ListTooLong:
        return True
    entries = entries[:_LOOKED_AT]
    named = sum(map(_names_problem, entries))
    if announced:
        return named >= 1
    return named >= _LEAST and 2 * named >= len(entries)


def _names_problem(entry: Entry) -> bool:
    if any(map(_names_problem, entry.parts)):
        return True
    if entry.labelled or entry.site or (entry.address and entry.address.site.kind != "reference"):
        return True
    return any(title_key(reading.name) in _titles() for reading in entry.readings)


@cache
def _titles() -> frozenset[str]:
    return frozenset(title_key(problem.title) for problem in shipped_catalogue().problems)
