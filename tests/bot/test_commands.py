from __future__ import annotations

import pytest

from bot.commands import CANCEL, COMMANDS, QUIT, STOP, complete, local_command


def test_every_command_has_one_name() -> None:
    """No two commands share a name, and each says what it does."""
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names))
    assert all(command.summary for command in COMMANDS)


@pytest.mark.parametrize(
    ("text", "command"),
    [("/quit", QUIT), (" /EXIT\n", QUIT), ("/cancel", CANCEL), ("/stop", STOP), ("quit", None), ("/due", None)],
)
def test_the_doors_own_commands_are_told_apart(text: str, command: object) -> None:
    """Only what begins with a slash and is the door's own is done by the door."""
    assert local_command(text) is command


def test_completion_offers_what_could_be_meant() -> None:
    """A slash offers everything, letters narrow it down, and past the name nothing is offered."""
    assert complete("/") == COMMANDS
    assert [command.name for command in complete("/qu")] == ["quit"]
    assert complete("/due now") == complete("due") == ()
