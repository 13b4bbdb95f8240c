"""What Telegram sends, as what PrepMate does about it: an update becomes one of six decisions.

`Heard`, a message to be accepted; `Overheard`, one that may only be the rest of such a message; `Pressed`, a tap on a
button; `Told`, a sentence that is said at once; `Left`, the person blocked the bot; `Ignored`, nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update, User

from bot.adapters.base import Incoming
from bot.adapters.telegram.attachments import Attached, attachment_of, hindrance_to, sentence_for, trouble_with
from bot.adapters.telegram.quoting import name_origin, quotes_of
from bot.adapters.telegram.wording import words_of
from store.documents.own import Attachment, AttachmentKind
from store.names import clean_name
from texts import say

COMMENT_SECONDS: Final = 0.3
FORWARD_SECONDS: Final = 1.0
GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
ALLOWED = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
"""What is asked of Telegram: nothing else is ever answered."""


@dataclass(frozen=True)
class Me:
    """The bot itself: its number, its name without the @, and what it can make words of."""

    id: int
    username: str
    senses: frozenset[AttachmentKind] = frozenset()


@dataclass(frozen=True)
class Heard:
    """A message for PrepMate. `number` is its place in the chat, `sent_at` when Telegram got it.

    `units` is how long it came, `typed` whether its sender wrote or pasted it as text; `command`: it begins with one.
    """

    incoming: Incoming
    number: int
    sent_at: datetime
    units: int = 0
    typed: bool = False
    command: bool = False
    document: Attached | None = None
    album: str | None = None
    """The name of the album that its attachment belongs to: all of one have the same key."""


@dataclass(frozen=True)
class Overheard:
    """Words in a group that were not said to the bot. They are read only where an app cut them off from what was."""

    heard: Heard


@dataclass(frozen=True)
class Pressed:
    """The tap on the `index`-th button below what came from an outbox item; `press` is its name for the platform.

    `message` is what the button stands below, where that is still to be changed.
    """

    incoming: Incoming
    press: str
    item: str
    index: int
    message: int | None = None


@dataclass(frozen=True)
class Told:
    """What is said at once, and not a turn. What has the same `once` (an album's pictures) is said once."""

    incoming: Incoming
    sentence: str
    once: str | None = None


@dataclass(frozen=True)
class Left:
    """Somebody blocked the bot."""

    account: str


@dataclass(frozen=True)
class Ignored:
    """Nothing to do, and why."""

    why: str


Decision = Heard | Overheard | Pressed | Told | Left | Ignored


def decide(raw: dict[str, Any], me: Me) -> Decision:
    """Return what is done about an update as it came. Raises: whatever the library makes of one that is malformed."""
    update = Update.de_json(raw)
    if update.message:
        return _of_message(update.message, update.update_id, me)
    if update.edited_message:
        return _of_edit(update.edited_message, update.update_id, me)
    if update.callback_query:
        return _of_press(update.callback_query, me)
    if update.my_chat_member:
        return _of_membership(update.my_chat_member)
    return Ignored("an update of a kind that is not answered")


def is_update(raw: object) -> bool:
    """Return whether this can be confirmed at all: it has a number."""
    return isinstance(raw, dict) and isinstance(raw.get("update_id"), int)


def account_of(raw: dict[str, Any]) -> str:
    """Return whose update it is, as far as that can be told: those of one account are taken in their order."""
    for kind in ALLOWED:
        match raw.get(kind):
            case {"from": {"id": int(number)}}:
                return str(number)
    return ""


def _of_message(message: Message, update_id: int, me: Me) -> Decision:
    sender, chat = _author(message), message.chat
    if sender is None:
        return _of_nobody(message, update_id, me)
    if chat.type != Chat.PRIVATE and chat.type not in GROUPS:
        return Ignored("not a conversation")
    words = words_of(message, me.id, me.username)
    incoming = replace(
        _incoming(sender, chat, message, words.text, f"telegram:{me.id}:{update_id}"),
        quotes=quotes_of(message, me.id, me.username),
        sent_at=message.date,
    )
    command = any(one.type == MessageEntity.BOT_COMMAND and one.offset == 0 for one in message.entities)
    if chat.type == Chat.PRIVATE:
        incoming = _as_passed_on(incoming, message, command=command)
    heard = Heard(
        incoming,
        message.message_id,
        message.date,
        units=len((message.text or "").encode("utf-16-le")) // 2,
        typed=message.text is not None and message.forward_origin is None and message.via_bot is None,
        command=command,
    )
    if chat.type in GROUPS and not (words.addressed or _answers(message, me)):
        apart = heard.command or _replies(message)
        return Overheard(heard) if heard.typed and not apart else Ignored("said to others in a group")
    if (attachment := attachment_of(message)) is not None and attachment.kind in me.senses:
        return _with_attachment(heard, attachment, message, me)
    if sentence := sentence_for(message):
        return Told(incoming, sentence, once=message.media_group_id)
    if message.document:
        return _with_document(heard, Attached.of(message.document))
    if not (message.text or message.caption):
        return Ignored("a notice of the platform")
    if not words.text:
        told = say("Yes? Write what you would like to do behind my name: @{name} what is a heap?", name=me.username)
        return Told(incoming, told)
    return heard


def _as_passed_on(incoming: Incoming, message: Message, *, command: bool) -> Incoming:
    """Return a message with whose it is, where it was forwarded, and how long it waits for more of that kind.

    An app sends a comment right before what it is about, and each message that is forwarded by itself.
    """
    if message.forward_origin is not None:
        return replace(incoming, passed_on=name_origin(message.forward_origin), hold=FORWARD_SECONDS)
    return replace(incoming, hold=COMMENT_SECONDS) if message.text and not command else incoming


def _of_nobody(message: Message, update_id: int, me: Me) -> Decision:
    """Return what is said to a group's anonymous administrator, or a channel, that speaks to the bot: nobody is known.

    Other bots are not answered, nor what a channel's posts say in its group.
    """
    sender, spoken = message.from_user, words_of(message, me.id, me.username).addressed or _answers(message, me)
    if message.sender_chat is None or message.is_automatic_forward or message.chat.type not in GROUPS or not spoken:
        return Ignored("not a person's message")
    account = sender or User(message.sender_chat.id, "", is_bot=True)
    told = say("I cannot see who you are: you write as a group or a channel. Write as yourself, or come in private.")
    return Told(_incoming(account, message.chat, message, "", f"telegram:{me.id}:{update_id}"), told)


def _of_edit(message: Message, update_id: int, me: Me) -> Decision:
    """Return that a change is not read, to whoever changed what they said to the bot.

    The first text is a turn, perhaps an answered one, so reading the new one too would answer twice. Nor can it take
    the place of a turn that waits: its key names an update, and the change is another. In a group this is said only
    where the message names or answers the bot as it stands now: who adds the name afterwards waits for an answer too,
    and whoever changes what they said to others hears nothing.
    """
    sender, chat = _author(message), message.chat
    if sender is None or message.edit_date is None or not (message.text or message.caption):
        return Ignored("no change of a person's words")
    addressed = words_of(message, me.id, me.username).addressed or _answers(message, me)
    if chat.type != Chat.PRIVATE and not (chat.type in GROUPS and addressed):
        return Ignored("a change of what was said to others")
    incoming = _incoming(sender, chat, message, "", f"telegram:{me.id}:{update_id}")
    told = say("I read a message once, when it comes: what you changed is unread. Send it as a new message, please.")
    return Told(replace(incoming, reply_to=str(message.message_id)), told, once="changed")


def _author(message: Message) -> User | None:
    """Return the person who wrote a message, if one did."""
    sender = message.from_user
    return None if sender is None or sender.is_bot or message.is_automatic_forward else sender


def _with_document(heard: Heard, document: Attached) -> Decision:
    if sentence := trouble_with(document):
        return Told(heard.incoming, sentence)
    return replace(heard, document=document)


def _with_attachment(heard: Heard, attachment: Attachment, message: Message, me: Me) -> Decision:
    album, incoming = message.media_group_id, replace(heard.incoming, attachment=attachment)
    if sentence := hindrance_to(attachment):
        return Told(incoming, sentence, once=album)
    if album:
        incoming = replace(incoming, key=f"telegram:{me.id}:album:{message.chat.id}:{album}")
    return replace(heard, incoming=incoming, album=album)


def _answers(message: Message, me: Me) -> bool:
    """Whether it is a reply to the bot. Whatever is said in a topic replies to the message that opened it."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.from_user.id != me.id:
        return False
    return _replies(message)


def _replies(message: Message) -> bool:
    replied = message.reply_to_message
    return replied is not None and not replied.forum_topic_created


def _incoming(sender: User, chat: Chat, message: Message | None, text: str, key: str) -> Incoming:
    public = chat.type in GROUPS
    thread = message.message_thread_id if message and message.is_topic_message else None
    return Incoming(
        key=key,
        platform="telegram",
        account=str(sender.id),
        display_name=clean_name(sender.full_name),
        address=f"{chat.id}/{thread}" if thread else str(chat.id),
        text=text,
        public=public,
        reply_to=str(message.message_id) if message and public else None,
        language=sender.language_code,
    )


def _of_press(query: CallbackQuery, me: Me) -> Decision:
    item, _, index = (query.data or "").rpartition(":")
    message = query.message if isinstance(query.message, Message) else None
    # Below a message that is too old to be told of, whoever pressed is answered in private.
    chat = query.message.chat if query.message else Chat(query.from_user.id, Chat.PRIVATE)
    incoming = _incoming(query.from_user, chat, message, "", f"telegram:{me.id}:press:{query.id}")
    return Pressed(
        replace(incoming, reply_to=None),
        press=query.id,
        item=item,
        index=int(index) if index.isdecimal() else -1,
        message=message.message_id if message else None,
    )


def _of_membership(change: ChatMemberUpdated) -> Decision:
    if change.chat.type == Chat.PRIVATE and change.new_chat_member.status == ChatMember.BANNED:
        return Left(str(change.from_user.id))
    return Ignored("came or went")
