"""How often somebody is told the same: whoever speaks to PrepMate is answered, and nobody can make it flood a chat."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Final

from texts import say

OFTEN: Final = 3
"""How often the same is said before it is left at that; the last time says so."""
_REMEMBERED: Final = 10_000
"""How many are remembered; past that the oldest are told again."""


class Hush:
    """Remembers, in this process, who was told what: `often` times within a `span` that begins with the first."""

    def __init__(self, span: timedelta, often: int = OFTEN) -> None:
        self._span, self._often = span, often
        self._told: OrderedDict[Hashable, tuple[int, datetime]] = OrderedDict()

    def temper(self, name: Hashable, sentence: str, now: datetime) -> str:
        """Return what is to be said now and remember it; nothing where `name` heard it often enough a moment ago."""
        times, since = self._told.get(name, (0, now))
        if now >= since + self._span:
            times, since = 0, now
        if times >= self._often:
            return ""
        self._told[name] = times + 1, since
        self._told.move_to_end(name)
        while len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        if self._often > 1 and times + 1 == self._often:
            return f"{sentence} {say('I will not repeat this for a while.')}"
        return sentence
