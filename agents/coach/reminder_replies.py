"""What a reply means to a question about reminders."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from agents.coach import talk
from agents.coach.intent import Request
from agents.coach.phrase import Phrase, clean, read
from agents.coach.readers import read_introduction
from agents.coach.recognition import obey, recognise
from agents.coach.reminder_intents import ROWS
from agents.coach.wishes import is_something_else, may_name
from tools.zones import is_place

NAMES: Final = frozenset(row.name for row in ROWS)


def reply_zone(phrase: Phrase, last: object) -> Request | None:
    """Take a reply as the city or zone of the reminder that was asked for before."""
    asked = _asked(str(getattr(last, "student", "")))
    if asked is None or asked.verb != "set_reminder" or not phrase.typed:
        return None
    anew = recognise(phrase)
    named = (anew.arguments if anew else read_introduction(phrase)).get("time_zone") or phrase.typed
    if not is_place(named) and (
        is_something_else(anew, phrase) or talk.wants_explaining(phrase) or not may_name(phrase)
    ):
        return None
    return replace(asked, arguments=asked.arguments | {"time_zone": named})


def _asked(text: str) -> Request | None:
    tidy = clean(text)
    if tidy.startswith("/"):
        name, _, rest = tidy[1:].partition(" ")
        return obey(name.lower().split("@")[0], read(rest))
    return recognise(read(tidy))
