"""What people do in Telegram: they write, edit, tap, send files, block; each becomes an update for the bot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from tests.fakes.telegram_methods import Methods, Press
from tests.fakes.telegram_text import TEXT_UNITS, count_units, find_entities
from tests.fakes.telegram_updates import Updates
from tests.fakes.telegram_world import Chat, Json, Message, Person, Shown, World

GROUPS_FROM = -1_001_000_000_000


class People(ABC):
    """The hands of everybody but the bot. `privacy`: in groups the bot gets commands, mentions and replies only."""

    world: World
    updates: Updates
    methods: Methods
    username: str
    bot_id: int
    privacy: bool

    @abstractmethod
    def _changed(self) -> None:
        """Tell whoever waits that something has happened."""

    def meet(self, user_id: int, name: str | None = None, *, language: str | None = "en") -> Person:
        """Let somebody have a private chat with the bot, as after a /start long ago; no update comes of it."""
        person = self.world.person(user_id)
        person.name, person.language = name or person.name, language
        self.world.chat(user_id)
        return person

    def say(
        self,
        user_id: int,
        text: str,
        *,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
        message_id: int | None = None,
        language: str | None = "en",
        name: str | None = None,
        **extra: Any,
    ) -> int:
        """Let somebody write, in private unless `chat` names a group; return the update's id.

        `extra` goes into the message as it is (entities=[…], forward_origin={…}, date=…).
        """
        if count_units(text) > TEXT_UNITS:
            raise ValueError("nobody can send more than 4,096 units in one message: see paste()")
        place, message = self._write(user_id, chat, thread, reply_to, message_id, language, name)
        message.text = text
        message.entities = extra.pop("entities", find_entities(text))
        message.extra = extra
        return self._tell(place, message)

    def paste(self, user_id: int, text: str, **where: Any) -> list[int]:
        """Let somebody paste a long text, which their app sends in parts of 4,096 units; return the updates' ids."""
        parts, part, units = [], "", 0
        for character in text:
            size = count_units(character)
            if units + size > TEXT_UNITS:
                parts.append(part)
                part, units = "", 0
            part, units = part + character, units + size
        return [self.say(user_id, one, **where) for one in [*parts, part] if one]

    def edit(self, user_id: int, message_id: int, text: str, *, chat: int | None = None) -> int:
        """Let somebody change a message of their own; return the update's id."""
        place = self.world.chat(chat or user_id)
        message = place.messages[message_id]
        assert message.author.id == user_id, "people edit their own messages"
        self.world.edited(message, text=text, entities=find_entities(text))
        self._changed()
        return self._tell(place, message, kind="edited_message")

    def document(self, user_id: int, name: str, content: bytes, *, mime: str = "text/plain", **options: Any) -> int:
        """Let somebody send a file; `size` is what it claims to have when it is more than its content."""
        return self._send_file(user_id, "document", name, content, mime, **options)

    def photo(self, user_id: int, content: bytes = b"\xff\xd8jpeg", **options: Any) -> int:
        """Let somebody send a photo."""
        return self._send_file(user_id, "photo", "photo.jpg", content, "image/jpeg", **options)

    def voice(self, user_id: int, content: bytes = b"OggS", **options: Any) -> int:
        """Let somebody send a voice note."""
        return self._send_file(user_id, "voice", "voice.ogg", content, "audio/ogg", **options)

    def _send_file(
        self,
        user_id: int,
        kind: str,
        name: str,
        content: bytes,
        mime: str,
        *,
        caption: str = "",
        size: int | None = None,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
        language: str | None = "en",
        **extra: Any,
    ) -> int:
        place, message = self._write(user_id, chat, thread, reply_to, None, language, None)
        message.file = self.world.keep(name, content, kind, mime, size)
        message.text, message.entities, message.extra = caption, find_entities(caption), extra
        return self._tell(place, message)

    def press(self, user_id: int, chat_id: int, message_id: int, button: str) -> int:
        """Let somebody tap a button, named by what stands on it or by its data; return the update's id."""
        place = self.world.chat(chat_id)
        message = place.messages[message_id]
        found = [one for row in message.buttons for one in row if one.data and button in (one.text, one.data)]
        assert found, f"no button {button!r} among {message.shown().labels}"
        return self.press_data(user_id, chat_id, message_id, found[0].data or "")

    def press_data(self, user_id: int, chat_id: int, message_id: int, data: str) -> int:
        """Let an app send any callback data, as an old or a tampered one may; return the update's id."""
        place = self.world.chat(chat_id)
        press = Press(str(4_000_000 + len(self.methods.presses)), user_id, self.world.clock())
        self.methods.presses[press.id] = press
        query: Json = {
            "id": press.id,
            "from": self.world.person(user_id).as_json(),
            "chat_instance": str(-chat_id),
            "data": data,
        }
        if message_id in place.messages:
            query["message"] = place.as_json(place.messages[message_id])
        return self.updates.add(chat_id, "callback_query", query)

    def group(self, chat_id: int, title: str = "Study group", members: tuple[int, ...] = (), **options: Any) -> int:
        """Make a supergroup that the bot is in (`forum=True`: with topics); return its id, which is negative."""
        chat_id = chat_id if chat_id < 0 else GROUPS_FROM - chat_id
        self.world.chats[chat_id] = Chat(chat_id, title, private=False, members=set(members), **options)
        return chat_id

    def block(self, user_id: int) -> int:
        """Let somebody block the bot: it gets 403 from now on. Return the update's id."""
        return self._turn_away(user_id, "bot was blocked by the user")

    def unblock(self, user_id: int) -> int:
        """Let somebody unblock the bot; return the update's id."""
        return self._turn_away(user_id, None)

    def deactivate(self, user_id: int) -> None:
        """Let an account be deleted: the bot gets 403 and is not told."""
        self.world.person(user_id).refuses = "user is deactivated"

    def expel(self, chat_id: int) -> int:
        """Let the bot be thrown out of a group; return the update's id."""
        chat = self.world.chats[chat_id]
        chat.refuses = "bot was kicked from the supergroup chat"
        return self._membership(chat, next(iter(chat.members), 1), "member", "kicked")

    def screen(self, chat_id: int, thread: int | None = None, *, everybody: bool = False) -> list[Shown]:
        """Return the bot's messages in a chat as they are seen now, in order; with `everybody` the people's too."""
        chat = self.world.chats.get(chat_id)
        return [
            message.shown()
            for _, message in sorted(chat.messages.items() if chat else ())
            if (everybody or message.author.id == self.bot_id) and thread in (None, message.thread)
        ]

    def _turn_away(self, user_id: int, refuses: str | None) -> int:
        self.world.person(user_id).refuses = refuses
        before, after = ("member", "kicked") if refuses else ("kicked", "member")
        return self._membership(self.world.chat(user_id), user_id, before, after)

    def _membership(self, chat: Chat, user_id: int, before: str, after: str) -> int:
        me = {**self.world.bot.as_json(), "username": self.username}
        change: Json = {
            "chat": chat.head(),
            "from": self.world.person(user_id).as_json(),
            "date": self.world.date(),
            "old_chat_member": _member(me, before),
            "new_chat_member": _member(me, after),
        }
        return self.updates.add(chat.id, "my_chat_member", change)

    def _write(
        self,
        user_id: int,
        chat: int | None,
        thread: int | None,
        reply_to: int | None,
        message_id: int | None,
        language: str | None,
        name: str | None,
    ) -> tuple[Chat, Message]:
        person = self.world.person(user_id)
        person.name, person.language = name or person.name, language
        if person.refuses:
            self.unblock(user_id)
        place = self.world.chat(chat or user_id)
        place.members.add(user_id)
        assert reply_to is None or reply_to in place.messages, "a reply is to a message of the same chat"
        number = self.world.next_id(place) if message_id is None else message_id
        message = Message(number, person, self.world.clock(), self.world.date(), reply_to=reply_to, thread=thread)
        place.messages[number] = message
        return place, message

    def _tell(self, place: Chat, message: Message, kind: str = "message") -> int:
        """Put a message in the bot's queue; return the update's id, 0 when the bot is not to see it."""
        self._changed()
        if self.privacy and not place.private and not self._is_for_bot(place, message):
            return 0
        return self.updates.add(place.id, kind, place.as_json(message))

    def _is_for_bot(self, place: Chat, message: Message) -> bool:
        answered = place.messages.get(message.reply_to or 0)
        if answered is not None and answered.author.id == self.bot_id:
            return True
        command, _, whom = message.text.partition(" ")[0].partition("@")
        if command.startswith("/") and whom.lower() in ("", self.username.lower()):
            return True
        return f"@{self.username}".lower() in message.text.lower()


def _member(me: Json, status: str) -> Json:
    return {"user": me, "status": status, **({"until_date": 0} if status == "kicked" else {})}
