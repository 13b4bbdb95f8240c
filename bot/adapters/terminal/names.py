"""Who talks in a terminal: names that are given, and the login name where none is."""

from __future__ import annotations

import getpass
import unicodedata

from bot.errors import BotError

NAME_CHARACTERS = 40
NOBODY = "student"


class NameRefused(BotError):
    """A name that no student in this terminal can have."""


def account_of(name: str) -> str:
    """Return the account behind a name given in the terminal: upper and lower case are one.

    Raises: NameRefused with a sentence that says what a name looks like.
    """
    account = unicodedata.normalize("NFKC", name).strip().casefold()
    letters = all(character.isalnum() or character in "._-" for character in account)
    if not letters or not account[:1].isalnum() or len(account) > NAME_CHARACTERS:
        raise NameRefused(
            "A user's name begins with a letter or digit, goes on with letters, digits, '.', '_' or '-', and has "
            f"up to {NAME_CHARACTERS} of them."
        )
    return account


def login_name() -> str:
    """Return the name under which the person is logged in, or "student" where it is none that can be used."""
    try:
        name = getpass.getuser()
        account_of(name)
    except (OSError, KeyError, NameRefused):
        return NOBODY
    return name
