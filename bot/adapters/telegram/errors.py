"""What Telegram answers when it does not do what it is asked, in this project's words.

TelegramDown     it did not answer, or failed, or refuses the token: the same call may work later
├── MessageGone  the message to be changed is not there any more
└── ChatRefuses  the chat lets nothing through at the moment

`Undeliverable` and `DeliverLater` are those of `bot.adapters.base`. None of them ever shows the bot's token, which is
part of every address that the library asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.adapters.base import DeliverLater, NotNow, Undeliverable

HIDDEN: Final = "[token]"
_NO_CHAT: Final = "chat not found"
_MUTED: Final = ("rights", "_forbidden", "restricted", "admin_required")
_CLOSED: Final = (
    *_MUTED,
    "deactivated",
    "peer_id_invalid",
    "user not found",
    "topic",
    "thread",
)
_NO_MESSAGE: Final = ("message to edit not found", "message can't be edited", "message_id_invalid", "message not found")


class TelegramDown(NotNow):
    """Telegram did not do it; the same call may work later."""


class MessageGone(TelegramDown):
    """The message to be changed was deleted, or may not be changed any more."""


class ChatRefuses(TelegramDown):
    """The chat, or its topic, lets the bot say nothing now; that may pass within a second or a day."""

    longest = 900.0


class MovedTo(Exception):
    """The group has become a supergroup, which goes by another number."""

    def __init__(self, chat: int) -> None:
        super().__init__("the group has become a supergroup")
        self.chat = chat


class Refusal(Exception):
    """Telegram refuses what was asked as it was asked. `reason` is in its words, in small letters."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Telegram refused: {reason}")
        self.reason = reason.lower()

    @property
    def unchanged(self) -> bool:
        """Whether the message was so already."""
        return "message is not modified" in self.reason

    @property
    def of_form(self) -> bool:
        """Whether the formatting is what it refuses."""
        return "entit" in self.reason or "parse" in self.reason

    @property
    def of_length(self) -> bool:
        """Whether the text is longer than it takes."""
        return "too long" in self.reason or "too_long" in self.reason


@contextmanager
def translated(token: str) -> Iterator[None]:
    """Turn the library's exceptions into ours, without their causes: those name addresses, and with them the token.

    Raises: Undeliverable, DeliverLater, MovedTo, MessageGone, ChatRefuses, Refusal, TelegramDown.
    """
    try:
        yield
    except TelegramError as exc:
        raise _translate(exc, hide(str(exc), token)) from None


@contextmanager
def refusing_chat() -> Iterator[None]:
    """Take a refusal of anything within the block for one of the chat, which may pass. Raises: ChatRefuses."""
    try:
        yield
    except Refusal as exc:
        raise ChatRefuses(str(exc)) from None


def hide(text: str, token: str) -> str:
    """Return a text without the token, also as it stands in the address of a file, where its colon is quoted."""
    return text.replace(token, HIDDEN).replace(quote(token), HIDDEN)


def _translate(exc: TelegramError, words: str) -> Exception:
    match exc:
        case RetryAfter():
            # Its public attribute warns of a change of type each time that it is read.
            return DeliverLater(exc._retry_after.total_seconds())
        case ChatMigrated():
            return MovedTo(exc.new_chat_id)
        case Forbidden():
            # That it may not write there is a matter of the chat's settings; anything else means a door that was shut.
            return (
                ChatRefuses(words)
                if "rights" in words.lower() or "_forbidden" in words.lower()
                else Undeliverable(words)
            )
        case InvalidToken():
            return TelegramDown("Telegram does not know the token of the bot: see TELEGRAM_BOT_TOKEN")
        case BadRequest():
            return _refused(words)
        case Conflict():
            return TelegramDown(words)
        case _:
            return TelegramDown(f"Telegram did not answer: {words}")


def _refused(words: str) -> Exception:
    small = words.lower()
    if _NO_CHAT in small:
        return Undeliverable(words)
    if any(sign in small for sign in _NO_MESSAGE):
        return MessageGone(words)
    if any(sign in small for sign in _CLOSED):
        return ChatRefuses(words)
    return Refusal(words)
