"""The daily reminder's time as students say it, and the place that they name beside it."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import Arguments
from agents.coach.phrase import LONGEST, Phrase, read
from tools.zones import is_place

CLOCK: Final = r"[0-9]{1,2}(?:[:.][0-9]{2})? ?(?:am|pm)?|noon|midnight"
MEANT: Final = r"[0-9]{1,2}(?:[:.][0-9]{2} ?(?:am|pm)?| ?(?:am|pm))|noon|midnight"
_DAILY: Final = r"every day|everyday|daily|each day|(?:every|each) (?:morning|evening|night)"
_AROUND: Final = rf"(?:(?:{_DAILY}|again|please|always|sharp|o ?clock|local time|my time)(?: |$))*"
_PART: Final = r"(?:(?:in the|at) (?P<part>m[a-z]*n[a-z]*|eve[a-z]*|aft[a-z]*|night)(?: |$))?"
_TIMED: Final = rf"(?:(?:at|around|about|for) )*(?P<at>{CLOCK})(?: |$){_AROUND}{_PART}{_AROUND}"
_AFTER_COMMAND: Final = re.compile(rf"(?:me )?{_AROUND}{_TIMED}")
_IN_WORDS: Final = re.compile(
    rf"(?P<head>remind me|(?:set |create |i want |give me |send me )?(?:a|my|the) (?:daily )?reminder) {_AROUND}"
    rf"(?=(?:at|around|about|for) |(?:{MEANT})(?: |$)){_TIMED}"
)
_EVERY_DAY: Final = re.compile(rf"\b(?:{_DAILY})\b")
_WHERE: Final = re.compile(
    r"(?:(?:and|because|as|since) )*(?P<lead>(?:(?:i am|im|i) )?(?:(?:live|living|based|located|now|currently) )*"
    r"(?:in|near|from) |(?:my )?(?:timezone|time zone|city) (?:is )?)?"
    r"(?P<place>\S+(?: \S+){0,2}?)(?: (?:time|timezone|time zone|please))*"
)
_NO_PLACE: Final = re.compile(
    r"[0-9].*|(?:.* )?(?:a|an|the|my|case|order|time|i|to|on|for|and|until|till|every|each|if|when|today|tonight|"
    r"tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekdays?|weekends?)(?: .*)?"
)


_HOUR: Final = (
    rf"(?:at|around|about) (?P<at>{CLOCK})(?: o ?clock)?(?: (?:in the (?:morning|afternoon|evening)|at night))?"
)
_LEAD: Final = 40
"""Characters within which a wish to be reminded says so."""
_ONE_THING: Final = (
    re.compile(
        rf"remind (?:me )?(?:(?P<early>today|tomorrow|tonight) )?{_HOUR}(?: (?P<late>today|tomorrow|tonight))? "
        r"to (?P<what>.+)"
    ),
    re.compile(
        r"remind (?:me )?(?:(?P<early>today|tomorrow|tonight) )?to (?P<what>(?:solve|redo|retry|resolve|re-solve) .+?) "
        rf"{_HOUR}(?: (?P<late>today|tomorrow|tonight))?"
    ),
)


def explain_hour(text: str) -> str | None:
    """Return what there is instead of a reminder of one thing at an hour, where that was asked for."""
    if "remind" not in text[:_LEAD].lower():
        return None
    phrase = read(text.removeprefix("/")[:LONGEST]).core()
    found = next((match for pattern in _ONE_THING if (match := pattern.fullmatch(phrase.text))), None)
    if found is None:
        return None
    day = "tomorrow" if "tomorrow" in (found["early"], found["late"]) else "today"
    return (
        "I can't remind you of one thing at a certain hour: a task has a day. "
        f"`remind me to {phrase.part(found.span('what')).typed} {day}` puts it on your list, and "
        f"`remind me at {found['at'].strip()}` brings you what is due, every day at that time."
    )


def read_time(rest: Phrase) -> Arguments | None:
    """Read what follows /remind: "8:00", "at 8 Mumbai", "8:00 in munich"; None where it is no time of day."""
    found = _AFTER_COMMAND.match(rest.text)
    if found is None:
        return None
    place = _place_in(rest.part((found.end(), len(rest.text))))
    return None if place is None else _time_of(found) | place


def shed_daily(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take the time and the place out of "remind me at 8 in munich"; what else follows leaves it to the tasks.

    With "every day" beside the time it is the daily reminder, whatever follows.
    """
    found = _IN_WORDS.match(phrase.text)
    if found is None:
        return {}, phrase
    place = _place_in(phrase.part((found.end(), len(phrase.text))), sure=True)
    if place is None and not _EVERY_DAY.search(phrase.text):
        return {}, phrase
    return _time_of(found) | (place or {}), phrase.part(found.span("head"))


def _time_of(found: re.Match[str]) -> Arguments:
    at, part = found["at"].strip(), found["part"] or "m"
    early = re.match(r"(?:0?[1-9]|1[01])(?:[:.][0-9]{2})?$", at)
    return {"at": f"{at} pm" if early and not part.startswith("m") else at}


def _place_in(rest: Phrase, *, sure: bool = False) -> Arguments | None:
    """Return the place that is named and nothing else: {} where nothing is said, None where it is something else.

    `sure`: a place without "in" before it must be a known one.
    """
    if not rest:
        return {}
    found = _WHERE.fullmatch(rest.text)
    if found is None:
        return None
    named = rest.part(found.span("place")).typed
    known = is_place(named) or re.match(r"(?:utc|gmt)\b", found["place"]) is not None
    if known or (not _NO_PLACE.fullmatch(found["place"]) and (found["lead"] or not sure)):
        return {"time_zone": named}
    return None
