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
from tools.zones import is_place

NAMES: Final = frozenset(row.name for row in ROWS)
_PLACES: Final = frozenset({"profile", "find", "start", "log"})
"""Rows that a place's name may seem to fit."""


def reply_zone(phrase: Phrase, last: object) -> Request | None:
    """Take a reply as the city or zone of the reminder that was asked for before."""
    asked = _asked(str(getattr(last, "student", "")))
    if asked is None or asked.verb != "set_reminder" or not phrase.typed:
        return None
    anew = recognise(phrase)
    if (anew and anew.intent.name not in _PLACES) or (talk.wants_explaining(phrase) and not is_place(phrase.typed)):
        return None
    named = (anew.arguments if anew else read_introduction(phrase)).get("time_zone")
    return replace(asked, arguments=asked.arguments | {"time_zone": named or phrase.typed})


def _asked(text: str) -> Request | None:
    tidy = clean(text)
    if tidy.startswith("/"):
        name, _, rest = tidy[1:].partition(" ")
        return obey(name.lower().split("@")[0], read(rest))
    return recognise(read(tidy))
