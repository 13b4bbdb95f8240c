"""The one connection to the Bot API: what PrepMate asks of Telegram, each call with this project's answers and errors.

Nothing here waits for its turn: the pace is kept by whoever calls. Texts go as entities, never as markup; where
Telegram refuses the form, the same text goes plain.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Self, TypeVar

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import ChatAction

from bot.adapters.telegram.errors import ChatRefuses, MovedTo, Refusal, hide, translated
from bot.adapters.telegram.http import HttpRequest
from store.client import ObjectId

API: Final = "https://api.telegram.org"
LONGEST: Final = 4096
"""UTF-16 units in a message, after its entities were taken out of it."""
LONGEST_CAPTION: Final = 1024
LONGEST_TOAST: Final = 200
SECONDS: Final = 15.0
"""How long one call may take. A send that takes longer may still arrive: it is never simply sent again."""
POLL_SECONDS: Final = 40.0
_AT_ONCE: Final = 64
_NO_LINKS: Final = LinkPreviewOptions(is_disabled=True)
_Entities = Sequence[MessageEntity]
R = TypeVar("R")


@dataclass(frozen=True)
class Place:
    """Where a message goes: a chat and, in a forum, one of its topics. Private chats have positive numbers."""

    chat: int
    thread: int | None = None

    @classmethod
    def of(cls, address: str) -> Self:
        """Read an address, "<chat>" or "<chat>/<topic>". Raises: ValueError."""
        chat, _, thread = address.partition("/")
        return cls(int(chat), int(thread) if thread else None)

    @property
    def address(self) -> str:
        """The place as an address."""
        return f"{self.chat}/{self.thread}" if self.thread else str(self.chat)

    @property
    def private(self) -> bool:
        """Whether it is a chat with one person."""
        return self.chat > 0


class TelegramClient:
    """The bot of one token. `bot` is the library's own, for what is received; what is sent goes through the methods.

    Methods raise `Undeliverable`, `DeliverLater` and `TelegramDown` (see `bot.adapters.telegram.errors`), none of
    which shows the token.
    """

    def __init__(self, token: str, *, api: str = API, seconds: float = SECONDS, poll_seconds: float = POLL_SECONDS):
        self._token = token
        api = api.rstrip("/")
        self._requests = (HttpRequest(_AT_ONCE, seconds), HttpRequest(2, poll_seconds))
        self.bot = Bot(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self._moved: dict[int, int] = {}
        self.username = ""
        """What the bot is called, without the @; nothing until Telegram was asked."""

    @classmethod
    @asynccontextmanager
    async def opened(cls, token: str, *, api: str = API) -> AsyncIterator[Self]:
        """Open the connections while the block runs. Nothing is asked of Telegram yet."""
        client = cls(token, api=api)
        for request in client._requests:
            await request.initialize()
        try:
            yield client
        finally:
            for request in client._requests:
                await request.shutdown()

    @property
    def bot_id(self) -> int:
        """The bot's number: the part of the token that is no secret. Raises: ValueError for what is no token."""
        return int(self._token.partition(":")[0])

    def hide(self, text: str) -> str:
        """Return a text without the token."""
        return hide(text, self._token)

    async def ask(self, call: Awaitable[R]) -> R:
        """Return what one of the library's own calls returns. Raises: as the methods, and Refusal."""
        with translated(self._token):
            return await call

    # --- saying

    async def send_text(
        self,
        place: Place,
        text: str,
        entities: _Entities = (),
        *,
        buttons: InlineKeyboardMarkup | None = None,
        reply_to: int | None = None,
        silent: bool = False,
    ) -> int:
        """Send a message and return its number."""

        async def send(text: str, entities: _Entities) -> Message:
            async def there(chat: int, thread: int | None) -> Message:
                return await self.bot.send_message(
                    chat,
                    text,
                    entities=entities or None,
                    reply_markup=buttons,
                    message_thread_id=thread,
                    reply_parameters=_reply(reply_to if thread == place.thread else None),
                    disable_notification=silent,
                    link_preview_options=_NO_LINKS,
                )

            return await self._in_topic(place, there)

        return (await _in_some_form(text, entities, send)).message_id

    async def edit_text(
        self,
        place: Place,
        message: int,
        text: str,
        entities: _Entities = (),
        *,
        buttons: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Make a message say something else; that it says so already is as good. Raises: MessageGone too."""

        async def edit(text: str, entities: _Entities) -> object:
            async def there(chat: int) -> object:
                return await self.bot.edit_message_text(
                    text,
                    chat_id=chat,
                    message_id=message,
                    entities=entities or None,
                    reply_markup=buttons,
                    link_preview_options=_NO_LINKS,
                )

            return await self._where_it_is(place.chat, there)

        try:
            await _in_some_form(text, entities, edit)
        except Refusal as exc:
            if not exc.unchanged:
                raise

    async def edit_buttons(self, place: Place, message: int, buttons: InlineKeyboardMarkup | None) -> None:
        """Change what stands below a message; that it stands there already is as good. Raises: MessageGone too."""

        async def edit(chat: int) -> object:
            return await self.bot.edit_message_reply_markup(chat_id=chat, message_id=message, reply_markup=buttons)

        try:
            await self._where_it_is(place.chat, edit)
        except Refusal as exc:
            if not exc.unchanged:
                raise

    async def send_file(
        self,
        place: Place,
        name: str,
        content: bytes,
        caption: str = "",
        *,
        buttons: InlineKeyboardMarkup | None = None,
        silent: bool = False,
    ) -> int:
        """Send a document and return its message's number."""

        async def send(chat: int, thread: int | None) -> Message:
            return await self.bot.send_document(
                chat,
                InputFile(content, filename=name),
                caption=cut(caption, LONGEST_CAPTION) or None,
                reply_markup=buttons,
                message_thread_id=thread,
                disable_notification=silent,
            )

        return (await self._in_topic(place, send)).message_id

    # --- showing that something is being done

    async def draft(self, place: Place, draft: int, text: str) -> None:
        """Show what an answer in a private chat is becoming; it goes by itself after half a minute."""

        async def show(chat: int, thread: int | None) -> object:
            return await self.bot.send_message_draft(chat, draft, text, message_thread_id=thread)

        await self._in_topic(place, show)

    async def typing(self, place: Place) -> None:
        """Show "typing…" for five seconds."""

        async def show(chat: int, thread: int | None) -> object:
            return await self.bot.send_chat_action(chat, ChatAction.TYPING, message_thread_id=thread)

        await self._in_topic(place, show)

    async def answer_press(self, press: str, text: str = "", *, loud: bool = False) -> None:
        """Acknowledge that a button was pressed, perhaps with a few words; one that is too old had its."""
        try:
            await self.ask(self.bot.answer_callback_query(press, cut(text, LONGEST_TOAST) or None, show_alert=loud))
        except Refusal as exc:
            if "query" not in exc.reason:
                raise

    async def delete(self, place: Place, message: int) -> None:
        """Delete a message of ours; one that is gone already is as good."""
        try:
            await self._where_it_is(place.chat, lambda chat: self.bot.delete_message(chat, message))
        except Refusal as exc:
            if "message" not in exc.reason:
                raise

    # ---

    async def _in_topic(self, place: Place, call: Callable[[int, int | None], Awaitable[R]]) -> R:
        """Say something in a place's topic, or beside it where the topic cannot be found or takes nothing."""
        try:
            return await self._where_it_is(place.chat, lambda chat: call(chat, place.thread))
        except ChatRefuses:
            if place.thread is None:
                raise
            return await self._where_it_is(place.chat, lambda chat: call(chat, None))

    async def _where_it_is(self, chat: int, call: Callable[[int], Awaitable[R]]) -> R:
        """Ask something of a chat under the number that it goes by now."""
        try:
            return await self.ask(call(self._moved.get(chat, chat)))
        except MovedTo as exc:
            self._moved[chat] = exc.chat
            return await self.ask(call(exc.chat))


async def _in_some_form(text: str, entities: _Entities, call: Callable[[str, _Entities], Awaitable[R]]) -> R:
    """Say a text with its entities, or plainly where Telegram refuses those, or cut where it is too long for it."""
    try:
        return await call(text, entities)
    except Refusal as exc:
        if not exc.of_form and not exc.of_length:
            raise
        plain = cut(text, LONGEST) if exc.of_length else text
        return await call(plain, ())


def units(text: str) -> int:
    """Return how long Telegram finds a text: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, longest: int) -> str:
    """Return the beginning of a text that is at most so many UTF-16 units long, "…" included where it was cut."""
    if units(text) <= longest:
        return text
    return text.encode("utf-16-le")[: (longest - 1) * 2].decode("utf-16-le", errors="ignore") + "…"


def draft_of(turn: ObjectId) -> int:
    """Return the number of a turn's draft: never 0, and the same for the same turn."""
    return (int(str(turn)[-7:], 16) % 0x7FFFFFFF) + 1


def _reply(message: int | None) -> ReplyParameters | None:
    return ReplyParameters(message, allow_sending_without_reply=True) if message is not None else None
