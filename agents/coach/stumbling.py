"""What the coach says when it does not understand several times in a row: shorter, and about this student."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agents.coach import talk
from agents.coach.exchange import Exchange
from agents.coach.overview import name_item
from agents.coach.questions import BEGIN, number_lines
from tools.planning import TodayPlan

MOST: Final = 3
_OPENINGS: Final = (
    "I didn't get that either. What would help you most now:",
    "Not that one either, sorry; `help` shows all that I understand. Or begin here:",
)
_UNEXPLAINED: Final = "I can't explain that in words of my own. What I can do for you now:"
_PLAINER: Final = (
    "I didn't get that either. Try `give me one`, `whats due` or `help`.",
    "Not that one either, sorry. `help` shows all that I understand.",
)


ENGLISH_ONLY: Final = (
    "I read English only, sorry. The commands work whatever you speak: `/next` gives you a problem, `/due` shows what "
    "comes back, `/help` all that I can do."
)
_FOREIGN: Final = tuple(
    frozenset(words.split())
    for words in (
        "ich du wir ihr der das den dem und nicht ist sind ein eine einen mit für wie habe hast mein meine mir mich "
        "bitte kann kannst auch auf zu zum von heute keine kein es aber oder",
        "yo el la los las un una es que mi con para por como cómo tengo quiero puedo puedes estoy está y de en del "
        "hola muy pero hoy",
        "je tu il elle nous vous le la les un une est et dans pour avec que mon ma mes pas ai suis comment bonjour de "
        "des ce du sur mais peux",
    )
)
"""The small words of German, Spanish and French that are none of English."""


def is_foreign(text: str) -> bool:
    """Return whether a text is German, Spanish or French: two of the small words of one, and a third of all words."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    found = max(len(small.intersection(words)) for small in _FOREIGN)
    return found >= 2 and found * 3 >= len(set(words))


def tell_first(text: str, told: str) -> str:
    """Return what is said the first time that nothing was understood: `told`, unless another language was written."""
    return ENGLISH_ONLY if is_foreign(text) else told


def count_stumbles(past: Sequence[Exchange]) -> int:
    """Return how many answers in a row, up to now, said that nothing was understood."""
    count = 0
    for exchange in reversed(past):
        if not is_stumble(exchange.answer):
            break
        count += 1
    return count


def is_stumble(answer: str) -> bool:
    """Return whether an answer says that nothing was understood."""
    text = (answer.partition("\n\n")[2] if answer.startswith(talk.UNREACHABLE) else answer).strip()
    return text in (talk.NOT_UNDERSTOOD, talk.NEEDS_MODEL, ENGLISH_ONLY) or text.startswith(
        (*_OPENINGS, *_PLAINER, _UNEXPLAINED)
    )


def tell_again(times: int, plan: TodayPlan | None, first: str = "") -> str:
    """Say it for the second time or later (`times` before), with the first things of the student's plan.

    `first` is what would have been said the first time.
    """
    turn = (times - 1) % len(_OPENINGS)
    if plan is None or not plan.items:
        return _PLAINER[turn]
    opening = _UNEXPLAINED if first == talk.NEEDS_MODEL and not turn else _OPENINGS[turn]
    return f"{opening}\n\n{number_lines(map(name_item, plan.items[:MOST]))}\n\n{BEGIN.text}"
