"""What a message replies to, and who wrote it or what was passed on: whatever Telegram tells of it, as words."""

from __future__ import annotations

from typing import Final

from telegram import (
    Chat,
    Message,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    User,
)

from bot.adapters.telegram.client import cut
from bot.adapters.telegram.wording import words_of
from store.documents.own import Quote
from store.names import clean_name

LONGEST: Final = 4096
ME: Final = "PrepMate"


def quotes_of(message: Message, me: int, username: str) -> tuple[Quote, ...]:
    """Return what a message replies to: the passage that was chosen, else all of it; nothing where it has no words.

    Whatever is said in a topic replies to the message that opened it, which says nothing.
    """
    replied, external = message.reply_to_message, message.external_reply
    text = message.quote.text if message.quote is not None else ""
    if not text and replied is not None:
        text = words_of(replied, me, username).text or _poll(replied)
    if replied is not None:
        by = ME if replied.from_user is not None and replied.from_user.id == me else author_of(replied)
    else:
        by = name_origin(external.origin) if external is not None else ""
    text = _storable(text)
    return (Quote(kind="reply", by=by or None, text=text),) if text else ()


def author_of(message: Message) -> str:
    """Return who wrote a message, as they are called there."""
    if message.forward_origin is not None:
        return name_origin(message.forward_origin)
    sender = message.sender_chat or message.from_user
    return _name(sender) if sender is not None else ""


def name_origin(origin: MessageOrigin) -> str:
    """Return who wrote what was passed on."""
    match origin:
        case MessageOriginUser():
            return _name(origin.sender_user)
        case MessageOriginHiddenUser():
            return clean_name(origin.sender_user_name)
        case MessageOriginChat():
            return _name(origin.sender_chat)
        case MessageOriginChannel():
            return _name(origin.chat)
        case _:
            return ""


def _name(one: User | Chat) -> str:
    return clean_name((one.full_name if isinstance(one, User) else one.title or one.full_name) or "")


def _poll(message: Message) -> str:
    if message.poll is None:
        return ""
    return "\n".join([message.poll.question, *(f"- {option.text}" for option in message.poll.options)])


def _storable(text: str) -> str:
    return cut(text.replace("\x00", "").encode(errors="ignore").decode().strip(), LONGEST)
