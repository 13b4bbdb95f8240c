"""The command table: one declaration behind every door, its completion, its menu and its mentions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agents.coach import SERVICE
from agents.coach.dialogue import Say, decide
from agents.coach.talk import HELP, MENU, unknown_command
from bot.commands import CANCEL, COMMANDS, QUIT, STOP, complete, local_command, menu

ROOT = Path(__file__).parents[2]
NOT_OFFERED = {"start", "invite", "stats", "ban", "health", "healthz"}
"""What pages mention and students are not offered: how one comes in, what admins say, an address."""


def test_every_command_has_one_name_that_every_door_takes() -> None:
    """No two commands share a name, each says what it does, and Telegram would take each of them."""
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names))
    assert all(1 <= len(command.summary) <= 256 for command in COMMANDS)
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in names)


def test_a_command_is_understood_with_the_bots_name_behind_it() -> None:
    """In Telegram "/log@prepmate_bot two sum" is "/log two sum", for every command that the coach does."""
    service = {command.name for command in (*SERVICE, QUIT)}
    for command in COMMANDS:
        if command.name not in service:
            plain, called = (decide((), f"/{command.name}{bot} 1") for bot in ("", "@prepmate_bot"))
            assert plain == called
            assert plain != Say(unknown_command(command.name)) or command.name == "help"


def test_the_menu_the_help_and_the_pages_name_what_there_is() -> None:
    """The menu's eight are the help's first, in the table's words; no page names a command that there is not."""
    known = {command.name: command for command in COMMANDS}
    assert tuple(name for name, _ in menu()) == MENU
    assert [known[name].summary for name in MENU] == [summary for _, summary in menu()]
    for page in ("README.md", "SECURITY.md", "docs/architecture.md"):
        text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
        mentioned = set(re.findall(r"`/([a-z_]+)(?: [^`]*)?`", text))
        assert mentioned <= {*known, *NOT_OFFERED}, page
    assert {name for name in known if re.search(rf"/{name}\b", HELP)} == {*known} - {"quit"}


@pytest.mark.parametrize(
    ("text", "command"),
    [("/quit", QUIT), (" /EXIT\n", QUIT), ("/cancel", CANCEL), ("/stop", STOP), ("quit", None), ("/due", None)],
)
def test_the_doors_own_commands_are_told_apart(text: str, command: object) -> None:
    """Only what begins with a slash and is the door's own is done by the door."""
    assert local_command(text) is command


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("/qu", ["/quit"]),
        ("/log Two Sum ", ["Two Sum II - Input Array Is Sorted", "unaided", "with-help", "stuck"]),
        ("/log two sum w", ["with-help"]),
        ("/rate good arr", ["Arrays"]),
        ("/snooze heaps to", ["tonight", "tomorrow"]),
        ("/tasks o", ["open", "overdue"]),
        ("/nothing ", []),
        ("due now", []),
        ("due", []),
    ],
)
def test_completion_offers_what_could_be_meant(text: str, offered: list[str]) -> None:
    """Letters narrow commands down; past the name the table's choices and the catalogue's names go on."""
    assert [one.text for one in complete(text)] == offered
    assert all(text.lower().endswith(one.text.lower()[: one.replaces]) for one in complete(text))


def test_a_slash_offers_everything() -> None:
    """A slash alone offers each command with what it does."""
    assert [(one.text, one.meaning) for one in complete("/")] == [(f"/{one.name}", one.summary) for one in COMMANDS]
