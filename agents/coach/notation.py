"""The notation in which the tables say what a student may write.

give me one           these words
(give|show me)        one of these phrases        (…)+  one or more of them
[please|a new]        perhaps one of these        […]*  any number of them
#                     a number
...                   some words, as few as the rest allows
<...>                 what a reader reads
!(how|what)           none of these comes next
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agents.coach.phrase import Phrase

_TOKEN = re.compile(r"\.\.\.|#|!\(|\)\+|\]\*|[()\[\]<>|]|[^\s()\[\]<>|!]+")
_MEANING = {
    "...": r"(?:\S+ )+?",
    "#": "[0-9]{1,3} ",
    "!(": "(?!",
    ")+": ")+",
    "]*": ")*",
    "(": "(?:",
    ")": ")",
    "[": "(?:",
    "]": ")?",
    "<": "(?P<rest>",
    ">": ")",
    "|": "|",
}


def phrases(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """Return patterns that match a phrase's text with a space after each word, the last one too."""
    return tuple(re.compile(_translate(pattern)) for pattern in patterns)


def match(pattern: re.Pattern[str], phrase: Phrase) -> re.Match[str] | None:
    """Return the match of the whole phrase."""
    return pattern.fullmatch("".join(f"{word} " for word in phrase.words))


def fits(patterns: Iterable[re.Pattern[str]], phrase: Phrase) -> bool:
    """Whether any of the patterns matches the whole phrase."""
    return any(match(pattern, phrase) for pattern in patterns)


def _translate(pattern: str) -> str:
    # Every word brings its own space, so that what is optional takes its space along.
    return "".join(_MEANING.get(token) or f"{re.escape(token)} " for token in _TOKEN.findall(pattern))
