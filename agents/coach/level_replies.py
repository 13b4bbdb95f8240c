"""What a reply means to a placement's question, or once it was put aside."""

from __future__ import annotations

import re
from typing import Final

from agents.coach import questions, talk
from agents.coach.exchange import Exchange, Say
from agents.coach.intents import BY_NAME, Request
from agents.coach.level_intents import read_tap
from agents.coach.phrase import Phrase
from agents.coach.recent import MISSED
from agents.coach.recognition import recognise

_GO_ON: Final = re.compile(
    r"(?:(?:yes|ok|okay|sure|lets|please|now) )*(?:yes|yeah|go on|go ahead|continue|carry on|resume|keep going|go)"
    r"(?: (?:with (?:it|that|the placement)|it|now|please))*"
)


def tap(phrase: Phrase) -> Request | Say | None:
    """Take an answer to a placement's question; what is plainly something else leaves the placement open."""
    if answer := read_tap(phrase):
        return Request(BY_NAME["tap"], {"answer": answer})
    if recognise(phrase) or talk.small_talk(phrase):
        return None
    return Say(f"{MISSED}: 1 is unaided, 2 with help, 3 not yet. {questions.PLACE.text}")


def go_on(phrase: Phrase, _: Exchange) -> Request | None:
    """Go on with the placement that was put aside."""
    return Request(BY_NAME["placement"], {}) if _GO_ON.fullmatch(phrase.text) else None
