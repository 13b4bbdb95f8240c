"""The command table, the same behind every door: the coach's verbs, the service's own, and what only a door can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from agents.coach import COMMANDS as SPOKEN
from agents.coach import SERVICE, Command
from store.catalogue.facts import shipped_catalogue
from texts import say

_SERVICE: Final = {command.name: command for command in SERVICE}
CANCEL: Final = _SERVICE["cancel"]
STOP: Final = _SERVICE["stop"]
QUIT: Final = Command("quit", "leave; what was said stays")

LOCAL: tuple[Command, ...] = (CANCEL, STOP, QUIT)
"""Done by the door itself: they bypass the queue of messages."""

COMMANDS: tuple[Command, ...] = (*SPOKEN, *SERVICE, QUIT)

_ALIASES = {"exit": QUIT, "bye": QUIT}
_NAMED = {**_ALIASES, **{command.name: command for command in LOCAL}}
_BY_NAME: Final = {command.name: command for command in COMMANDS}
_OFFERED: Final = 20
_LEAST: Final = 3
"""Letters from which on a name is completed: there are hundreds."""


@dataclass(frozen=True)
class Completion:
    """What could stand in place of the last `replaces` characters of a message, and what it means."""

    text: str
    replaces: int
    meaning: str = ""


def local_command(text: str) -> Command | None:
    """Return the door's own command that a message is, or None: then it is a message like any other."""
    word = text.strip().lower()
    return _NAMED.get(word[1:]) if word.startswith("/") else None


def split_command(text: str) -> tuple[str, str]:
    """Return the name of the command that a message is and what follows it; ("", text) for any other message.

    "/Start@prepmate_bot two sum" is ("start", "two sum").
    """
    first, _, rest = text.strip().partition(" ")
    if not first.startswith("/"):
        return "", text
    return first[1:].partition("@")[0].lower(), rest.strip()


def menu() -> tuple[tuple[str, str], ...]:
    """Return the eight commands that a platform's own menu shows, each with what it does."""
    return (
        ("next", say("the problem to solve next, and why")),
        ("due", say("list the revisions that are due")),
        ("plan", say("today's plan, fitted to the time you have")),
        ("log", say("record how a problem went")),
        ("progress", say("what you solved, your streak, and this week against last")),
        ("hint", say("the next hint, one small step at a time")),
        ("remind", say("a reminder every day at your local time")),
        ("help", say("see what I can do")),
    )


def complete(text: str) -> tuple[Completion, ...]:
    """Return what a message that begins like this could go on with: a command's name, or one of its arguments."""
    if not text.startswith("/") or "\n" in text:
        return ()
    name, space, rest = text[1:].partition(" ")
    if not space:
        found = (command for command in COMMANDS if command.name.startswith(name.lower()))
        return tuple(Completion(f"/{command.name}", len(text), command.summary) for command in found)
    command = _BY_NAME.get(name.lower())
    return tuple(_arguments(command, rest))[:_OFFERED] if command else ()


def _arguments(command: Command, rest: str) -> Iterator[Completion]:
    """Yield what could stand in place of the last words of what follows a command: the most words first."""
    starts = [0, *(place + 1 for place, character in enumerate(rest) if character == " ")]
    named = False
    for begun in (rest[start:] for start in starts):
        fitting = [pair for pair in _values(command) if pair[0].lower().startswith(begun.lower()) and pair[0] != begun]
        names = [pair for pair in fitting if pair[1] and len(begun) >= _LEAST and not named]
        named = named or bool(names)
        for value, meaning in [*(pair for pair in fitting if not pair[1]), *names]:
            yield Completion(value, len(begun), meaning)


def _values(command: Command) -> Iterator[tuple[str, str]]:
    """Yield what may stand in a command: its own words, then names with what they are."""
    for argument in command.arguments:
        yield from ((choice, "") for choice in argument.choices)
    named = {name for argument in command.arguments for name in argument.named}
    if "TOPIC" in named:
        yield from ((topic, "topic") for topic in _topics())
    if "PROBLEM" in named:
        yield from ((title, "problem") for title in _titles())


@cache
def _topics() -> tuple[str, ...]:
    return tuple(topic.name for topic in shipped_catalogue().topics)


@cache
def _titles() -> tuple[str, ...]:
    return tuple(problem.title for problem in shipped_catalogue().problems)
