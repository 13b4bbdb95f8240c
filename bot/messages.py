"""What a message must be to be taken in: the one check behind every door. Imports nothing that takes time."""

from __future__ import annotations

from bot.errors import Refused
from texts import say


def check_text(text: str, limit: int) -> None:
    """Make sure that a message can be read and stored.

    Raises: Refused, with a sentence that says what to do.
    """
    if not text.strip():
        raise Refused(say("That message was empty; write what you would like to do, or /help."))
    if len(text) > limit:
        raise Refused(
            say(
                "That message has {length:,} characters and I read up to {limit:,}; please send less.",
                length=len(text),
                limit=limit,
            )
        )
    if "\x00" in text:
        raise Refused(say("That message holds a NUL character, which cannot be stored; please send plain text."))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(say("That message holds half of a character (a lone surrogate); please send it again.")) from None
