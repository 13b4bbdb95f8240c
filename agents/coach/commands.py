"""The commands in one declaration: name, usage and what may stand in it, behind every door.

A usage is written like this:

TOPIC                 what a student names
[MINUTES]             may be left out
again|hard|good       one of these words
[by DAY]              a word that leads up to something
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_PLACE: Final = re.compile(r"\[(?P<perhaps>[^\]]*)\]|(?P<needed>\S+)")


@dataclass(frozen=True)
class Argument:
    """A place in a command: what may stand there word for word, and what else a student names there ("TOPIC")."""

    choices: tuple[str, ...]
    named: tuple[str, ...]
    needed: bool


@dataclass(frozen=True)
class Command:
    """A slash command as doors list and complete it; `usage` is what follows its name, `intent` its row.

    Without an intent it is the service's own, or the door's.
    """

    name: str
    summary: str
    usage: str = ""
    intent: str = ""

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """Return what may follow the name, in order."""
        return tuple(
            _argument(found["perhaps"] or found["needed"], needed=found["perhaps"] is None)
            for found in _PLACE.finditer(self.usage)
        )

    @property
    def said(self) -> str:
        """Return the command as it is written: "/next [TOPIC] [easy|medium|hard]"."""
        return f"/{self.name} {self.usage}".strip()


def _argument(text: str, *, needed: bool) -> Argument:
    ways = [way.strip() for way in text.split("|")]
    return Argument(
        choices=tuple(way for way in ways if way and way == way.lower()),
        named=tuple(dict.fromkeys(word for way in ways for word in re.findall(r"\b[A-Z]{3,}\b", way))),
        needed=needed,
    )


SERVICE: Final[tuple[Command, ...]] = (
    Command("privacy", "what is stored about you, where, and how it goes"),
    Command("language", "the language in which I speak to you", "[LANGUAGE]"),
    Command("feedback", "say what was good or bad about an answer", "[up|down] [TEXT]"),
    Command("stop", "have nothing sent to you any more, until you say /start"),
    Command("cancel", "stop the answer that is being made"),
)
"""What the service answers by itself, whoever answers the rest."""
