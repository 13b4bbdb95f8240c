"""The command table, the same behind every door: the coach's verbs, and what only a door can do."""

from __future__ import annotations

from agents.coach import COMMANDS as SPOKEN
from agents.coach import Command

CANCEL = Command(name="cancel", usage="", summary="stop the answer that is being made", intent="")
STOP = Command(name="stop", usage="", summary="have nothing sent to you any more, until you say /start", intent="")
QUIT = Command(name="quit", usage="", summary="leave; what was said stays", intent="")

LOCAL: tuple[Command, ...] = (CANCEL, STOP, QUIT)
"""Done by the door itself: they bypass the queue of messages."""

COMMANDS: tuple[Command, ...] = (*SPOKEN, *LOCAL)

_ALIASES = {"exit": QUIT, "bye": QUIT}
_NAMED = {**_ALIASES, **{command.name: command for command in LOCAL}}


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


def complete(text: str) -> tuple[Command, ...]:
    """Return the commands that a message could become: those whose names begin with what stands there."""
    if not text.startswith("/") or any(character.isspace() for character in text):
        return ()
    return tuple(command for command in COMMANDS if command.name.startswith(text[1:].lower()))
