"""What Telegram keeps: people, chats, messages, files; and what a person sees of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fakes.telegram_text import Entity

Json = dict[str, Any]

CALLBACK_BYTES = 64
MOST_BUTTONS = 100


@dataclass
class Refusal(Exception):
    """What the server answers instead of a result. `noted`: it is a rule that a well-behaved bot does not break."""

    status: int
    description: str
    retry_after: int | None = None
    noted: bool = False


@dataclass(frozen=True)
class Button:
    """A button under a message: one that calls back (`data`) or opens an address."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class File:
    """A file as the server keeps it."""

    id: str
    name: str
    content: bytes
    kind: str = "document"
    mime: str = "application/octet-stream"
    size: int = 0

    def as_json(self) -> Json:
        """Return the file as it stands in a message."""
        shape: Json = {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": self.size}
        if self.kind == "photo":
            return {**shape, "width": 640, "height": 480}
        if self.kind == "voice":
            return {**shape, "duration": 4, "mime_type": self.mime}
        return {**shape, "file_name": self.name, "mime_type": self.mime}


@dataclass(frozen=True)
class Shown:
    """One message as a person sees it now. `history`: the texts that it had before, `at`: when it first appeared."""

    message_id: int
    author: int
    text: str
    entities: tuple[Entity, ...]
    buttons: tuple[tuple[Button, ...], ...]
    edits: int
    at: float
    edited_at: float | None
    document: File | None
    reply_to: int | None
    thread: int | None
    history: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        """Return what stands on the buttons, row by row."""
        return [button.text for row in self.buttons for button in row]


@dataclass
class Person:
    """Somebody with a Telegram account. `refuses`: what the server says when the bot writes to them."""

    id: int
    name: str
    language: str | None = "en"
    is_bot: bool = False
    refuses: str | None = None

    def as_json(self) -> Json:
        """Return the person as the sender of something."""
        shape: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        return {**shape, **({"language_code": self.language} if self.language else {})}


@dataclass
class Message:
    """One message in a chat, a person's or the bot's."""

    message_id: int
    author: Person
    at: float
    date: int
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    buttons: tuple[tuple[Button, ...], ...] = ()
    file: File | None = None
    reply_to: int | None = None
    thread: int | None = None
    edit_date: int | None = None
    edited_at: float | None = None
    history: list[str] = field(default_factory=list)
    edits: int = 0
    extra: Json = field(default_factory=dict)

    def shown(self) -> Shown:
        """Return the message as it is seen."""
        return Shown(
            self.message_id,
            self.author.id,
            self.text,
            tuple(self.entities),
            self.buttons,
            self.edits,
            self.at,
            self.edited_at,
            self.file,
            self.reply_to,
            self.thread,
            tuple(self.history),
        )


@dataclass
class Chat:
    """A private chat (its id is the person's) or a supergroup (a negative id)."""

    id: int
    title: str
    private: bool
    members: set[int] = field(default_factory=set)
    forum: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    refuses: str | None = None

    def head(self) -> Json:
        """Return the chat as it stands in a message."""
        if self.private:
            return {"id": self.id, "type": "private", "first_name": self.title}
        shape: Json = {"id": self.id, "type": "supergroup", "title": self.title}
        return {**shape, "is_forum": True} if self.forum else shape

    def as_json(self, message: Message, *, nested: bool = False) -> Json:
        """Return a message of the chat as the server gives it out; the message it replies to has no such message."""
        shape: Json = {
            "message_id": message.message_id,
            "from": message.author.as_json(),
            "chat": self.head(),
            "date": message.date,
        }
        if message.thread is not None:
            shape.update(message_thread_id=message.thread, is_topic_message=True)
        if message.file is None:
            shape.update({"text": message.text} if message.text else {})
            shape.update({"entities": message.entities} if message.entities else {})
        else:
            file = message.file.as_json()
            shape[message.file.kind] = [file] if message.file.kind == "photo" else file
            shape.update({"caption": message.text} if message.text else {})
            shape.update({"caption_entities": message.entities} if message.entities else {})
        if message.buttons:
            shape["reply_markup"] = markup_as_json(message.buttons)
        if message.edit_date is not None:
            shape["edit_date"] = message.edit_date
        if not nested and message.reply_to in self.messages:
            shape["reply_to_message"] = self.as_json(self.messages[message.reply_to], nested=True)
        return {**shape, **message.extra}


@dataclass
class World:
    """Everything that the server knows. `clock` gives seconds, `epoch` is the Unix time at which it stands at 0."""

    bot: Person
    clock: Callable[[], float]
    epoch: float
    people: dict[int, Person] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    private_ids: int = 0

    def date(self) -> int:
        """Return the Unix time, in whole seconds as messages carry it."""
        return int(self.epoch + self.clock())

    def person(self, user_id: int) -> Person:
        """Return a person, known from now on."""
        return self.people.setdefault(user_id, Person(user_id, f"Student {user_id}"))

    def chat(self, chat_id: int) -> Chat:
        """Return a chat, begun with this if it is private. Raises: KeyError for an unknown group."""
        if chat_id > 0 and chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id, self.person(chat_id).name, private=True, members={chat_id})
        return self.chats[chat_id]

    def next_id(self, chat: Chat) -> int:
        """Return the next message id: private chats share one row, each supergroup has its own."""
        if not chat.private:
            return max(chat.messages, default=0) + 1
        self.private_ids += 1
        while self.private_ids in chat.messages:
            self.private_ids += 1
        return self.private_ids

    def keep(self, name: str, content: bytes, kind: str, mime: str, size: int | None = None) -> File:
        """Store a file; `size` is what it says it has, when that is more than was stored."""
        number = len(self.files) + 1
        file = File(f"F{kind}{number:06}", name, content, kind, mime, len(content) if size is None else size)
        self.files[file.id] = file
        return file

    def edited(self, message: Message, **changes: Any) -> None:
        """Change a message as an edit does."""
        message.history.append(message.text)
        for name, value in changes.items():
            setattr(message, name, value)
        message.edits += 1
        message.edit_date, message.edited_at = self.date(), self.clock()


def rename(person: Person, name: str | None, language: str | None) -> Person:
    """Return the person under another name or in another language."""
    return replace(person, name=name or person.name, language=language)


def markup_as_json(buttons: tuple[tuple[Button, ...], ...]) -> Json:
    """Return an inline keyboard."""
    return {
        "inline_keyboard": [
            [
                {"text": button.text, **({"url": button.url} if button.url else {"callback_data": button.data})}
                for button in row
            ]
            for row in buttons
        ]
    }


def read_markup(source: str | None) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of an inline keyboard; other keyboards have none here. Raises: Refusal."""
    if not source:
        return ()
    try:
        rows = json.loads(source).get("inline_keyboard", [])
    except (ValueError, AttributeError):
        raise Refusal(400, "Bad Request: can't parse reply keyboard markup JSON object", noted=True) from None
    buttons = tuple(tuple(_read_button(raw) for raw in row) for row in rows if row)
    if sum(len(row) for row in buttons) > MOST_BUTTONS:
        raise Refusal(400, "Bad Request: reply markup is too long", noted=True)
    return buttons


def _read_button(raw: Json) -> Button:
    text, data, url = str(raw.get("text", "")), raw.get("callback_data"), raw.get("url")
    if not text.strip():
        raise Refusal(400, "Bad Request: can't parse inline keyboard button: Text must be non-empty", noted=True)
    if (data is None) == (url is None):
        raise Refusal(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed", noted=True)
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_BYTES:
        raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID", noted=True)
    return Button(text, data, url)
