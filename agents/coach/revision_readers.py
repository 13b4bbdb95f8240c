"""How the phrases about revisions are read: which topic, which grade, until when, over how many days."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import DATE_WORDS, Arguments
from agents.coach.phrase import Phrase, words_of

_WITHOUT_NAME: Final = words_of(
    "a an the my it that this them all one of on in about for with to me revision revisions review reviews session",
    "topic topics problem problems now today again please next due first as something stuff is was be off back out up",
)
_GRADES: Final = {
    "again": "again forgot forgotten failed blanked wrong",
    "hard": "hard difficult tough tricky struggle struggled",
    "good": "good ok okay fine alright well normal",
    "easy": "easy simple trivial effortless breeze",
}
_GRADE_OF: Final = {word: grade for grade, words in _GRADES.items() for word in words.split()}
_SHORT: Final = {
    "mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday", "thu": "thursday", "thurs": "thursday",
    "fri": "friday", "sat": "saturday", "sun": "sunday",
}  # fmt: skip
_NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10,
}  # fmt: skip
_LEAD: Final = r"(?:(?:until|till|to|for|by|in|on)\s)*"
_HOURS: Final = r"(?:[0-9]{1,3}|an?|half an?) ?(?:hours?|hrs?|h|minutes?|mins?|m)"
_UNTIL: Final = re.compile(rf"(?:^|\s){_LEAD}(?P<until>{_HOURS}|tonight|this evening|later today|{DATE_WORDS})$")
_DAYS: Final = re.compile(rf"(?<!\S)(?P<n>[0-9]{{1,3}}|{'|'.join(_NUMBERS)}) ?(?P<unit>days?|weeks?)(?!\S)")
_NUMBER: Final = re.compile(rf"(?<!\S)(?P<n>[0-9]{{1,3}}|{'|'.join(_NUMBERS)})(?!\S)")


def read_revised(rest: Phrase) -> Arguments:
    """Read the topic to revise; none where only "it", "my revision" and the like is said."""
    kept = [index for index, word in enumerate(rest.words) if word not in _WITHOUT_NAME]
    if not kept:
        return {}
    first, last = kept[0], kept[-1] + 1
    return {"topic": Phrase(rest.raw[first:last], rest.words[first:last]).typed}


def read_answer(rest: Phrase) -> Arguments:
    """Read the answer to a revision's questions."""
    return {"answer": rest.typed} if rest.typed else {}


def read_rating(rest: Phrase) -> Arguments:
    """Read a grade and a topic from "graphs hard", "it easy", "as again"."""
    at = next((index for index, word in enumerate(rest.words) if word in _GRADE_OF), None)
    if at is None:
        return read_revised(rest)
    left = Phrase(rest.raw[:at] + rest.raw[at + 1 :], rest.words[:at] + rest.words[at + 1 :])
    return {"grade": _GRADE_OF[rest.words[at]]} | read_revised(left)


def read_snooze(rest: Phrase) -> Arguments:
    """Read until when, and which topic, from "graphs until friday"."""
    found = _UNTIL.search(rest.text)
    if found is None:
        return read_revised(rest)
    return _until(found) | read_revised(rest.part((0, found.start() or 0)))


def read_pause(rest: Phrase) -> Arguments:
    """Read until when revisions are paused."""
    found = _UNTIL.search(rest.text)
    return _until(found) if found else {}


def read_days(rest: Phrase) -> Arguments:
    """Read over how many days: the last number of days or weeks, or a bare number."""
    found = list(_DAYS.finditer(rest.text))
    if found:
        return {"days": _count(found[-1]["n"]) * (7 if found[-1]["unit"].startswith("week") else 1)}
    bare = _NUMBER.search(rest.text)
    return {"days": _count(bare["n"])} if bare else {}


def read_cap(rest: Phrase) -> Arguments:
    """Read how many revisions a day."""
    found = _NUMBER.search(rest.text)
    return {"per_day": _count(found["n"])} if found else {}


def _until(found: re.Match[str]) -> Arguments:
    return {"until": " ".join(_SHORT.get(word, word) for word in found["until"].split())}


def _count(said: str) -> int:
    return _NUMBERS.get(said) or int(said)
