"""Everything that is sent to Telegram goes through here: the client's calls at the pace that Telegram lets us keep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from telegram import InlineKeyboardMarkup, MessageEntity

from bot.adapters.base import DeliverLater
from bot.adapters.telegram.client import Place, TelegramClient
from bot.adapters.telegram.pace import GROUP_PATIENCE, ChatPace, Turnstile


class Sender:
    """Sends and changes messages, each when its time has come. Raises: as `TelegramClient`, and StoreError.

    When Telegram asks to wait, every process does. `soon` is how many seconds may pass between the wish to send and
    the sending without another look at whether it is still wanted.
    """

    def __init__(self, client: TelegramClient, turnstile: Turnstile, chats: ChatPace, *, soon: float = 1.0) -> None:
        self.client, self._turnstile, self._chats, self._soon = client, turnstile, chats, soon

    async def close(self) -> None:
        """Let other processes have what this one may send."""
        await self._turnstile.close()

    async def send_text(
        self,
        place: Place,
        text: str,
        entities: Sequence[MessageEntity] = (),
        *,
        buttons: InlineKeyboardMarkup | None = None,
        reply_to: int | None = None,
        silent: bool = False,
        bulk: bool = False,
        patience: float = GROUP_PATIENCE,
        check: Callable[[], Awaitable[None]] | None = None,
    ) -> int:
        """Send a message and return its number. After a long wait `check` comes first, and raises to prevent it."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        await self._chats.wait_to_send(place, patience=patience)
        async with self._turnstile.passing(bulk=bulk):
            if check is not None and loop.time() - asked > self._soon:
                await check()
            async with self._obeying(place):
                message = await self.client.send_text(
                    place, text, entities, buttons=buttons, reply_to=reply_to, silent=silent
                )
        self._chats.note_sent(place, message)
        return message

    async def send_file(
        self,
        place: Place,
        name: str,
        content: bytes,
        caption: str = "",
        *,
        buttons: InlineKeyboardMarkup | None = None,
        silent: bool = False,
        bulk: bool = False,
    ) -> int:
        """Send a document and return its message's number."""
        await self._chats.wait_to_send(place)
        async with self._turnstile.passing(bulk=bulk), self._obeying(place):
            message = await self.client.send_file(place, name, content, caption, buttons=buttons, silent=silent)
        self._chats.note_sent(place, message)
        return message

    async def edit_text(
        self,
        place: Place,
        message: int,
        text: str,
        entities: Sequence[MessageEntity] = (),
        *,
        buttons: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Make a message say something else, a second after its last change. Raises: MessageGone too."""
        async with self._changing(place, message):
            await self.client.edit_text(place, message, text, entities, buttons=buttons)

    async def edit_buttons(self, place: Place, message: int, buttons: InlineKeyboardMarkup | None) -> None:
        """Change what stands below a message, a second after its last change. Raises: MessageGone too."""
        async with self._changing(place, message):
            await self.client.edit_buttons(place, message, buttons)

    @asynccontextmanager
    async def _changing(self, place: Place, message: int) -> AsyncIterator[None]:
        await self._chats.wait_to_change(place, message)
        try:
            async with self._obeying(place):
                yield
        finally:
            self._chats.note_changed(place, message)

    @asynccontextmanager
    async def _obeying(self, place: Place) -> AsyncIterator[None]:
        """Be quiet when Telegram asks for it; in a group it means that group's own limit, which others do not share."""
        try:
            yield
        except DeliverLater as exc:
            if place.private:
                await self._turnstile.be_quiet(exc.seconds)
            raise
