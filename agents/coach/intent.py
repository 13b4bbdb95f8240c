"""What a row of the table of intents is, and what comes of one that fits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from agents.coach import readers
from agents.coach.details import UNCLEAR, Arguments
from agents.coach.phrase import Phrase


@dataclass(frozen=True)
class Intent:
    """One thing a student may want.

    `verb` is called with what `sheds` took out of the phrase and what `read` read from the rest; `bare_verb` instead
    where both found nothing. `needs`: the arguments without which the coach asks. `named`: the argument that a choice
    from a list answers. `only_with`: the argument without which the row does not fit; `unless`: words with which it
    does not. `command`: name, usage, summary.
    """

    name: str
    verb: str
    phrases: tuple[re.Pattern[str], ...]
    read: Callable[[Phrase], Arguments] = readers.read_nothing
    sheds: Callable[[Phrase], tuple[Arguments, Phrase]] = readers.shed_nothing
    bare_verb: str | None = None
    needs: str | tuple[str, ...] = ()
    named: str | None = None
    only_with: str | None = None
    unless: re.Pattern[str] | None = None
    command: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Request:
    """An intent with the arguments found so far."""

    intent: Intent
    arguments: Arguments

    @property
    def verb(self) -> str:
        """Return the verb to call."""
        bare = self.intent.bare_verb
        return bare if bare and not self.arguments else self.intent.verb

    def having(self, more: Arguments) -> Request:
        """Return the request with more arguments, which win over those that were there."""
        return replace(self, arguments=self.arguments | more)

    def without(self, name: str) -> Request:
        """Return the request without an argument."""
        return replace(self, arguments={other: said for other, said in self.arguments.items() if other != name})

    @property
    def missing(self) -> str | None:
        """Return the argument to ask for, if any."""
        if self.verb != self.intent.verb:
            return None
        needs = (self.intent.needs,) if isinstance(self.intent.needs, str) else self.intent.needs
        return next((name for name in needs if self.arguments.get(name) in (None, UNCLEAR)), None)
