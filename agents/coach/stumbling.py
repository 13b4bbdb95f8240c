"""What the coach says when it does not understand several times in a row: shorter, and about this student."""

from __future__ import annotations

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
    text = answer.removeprefix(talk.UNREACHABLE).strip()
    return text in (talk.NOT_UNDERSTOOD, talk.NEEDS_MODEL) or text.startswith((*_OPENINGS, *_PLAINER, _UNEXPLAINED))


def tell_again(times: int, plan: TodayPlan | None, first: str = "") -> str:
    """Say it for the second time or later (`times` before), with the first things of the student's plan.

    `first` is what would have been said the first time.
    """
    turn = (times - 1) % len(_OPENINGS)
    if plan is None or not plan.items:
        return _PLAINER[turn]
    opening = _UNEXPLAINED if first == talk.NEEDS_MODEL and not turn else _OPENINGS[turn]
    return f"{opening}\n\n{number_lines(map(name_item, plan.items[:MOST]))}\n\n{BEGIN.text}"
