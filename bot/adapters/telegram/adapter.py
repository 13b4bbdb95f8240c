"""Telegram for the service: which messages are its to deliver, how they are shown, and what is shown meanwhile."""

from __future__ import annotations

import os
import socket
from typing import Final

from agents.listener import Listener, Silence
from bot.adapters.base import Unshowable
from bot.adapters.telegram.buttons import keyboard
from bot.adapters.telegram.client import Place, TelegramClient
from bot.adapters.telegram.errors import MessageGone, Refusal
from bot.adapters.telegram.files import fetch
from bot.adapters.telegram.pace import ChatPace, Turnstile
from bot.adapters.telegram.preview import Previews
from bot.adapters.telegram.sender import Sender
from bot.adapters.telegram.sending import Sending, place_of
from bot.taps import Tap
from store.client import Database, ObjectId, Raw
from store.documents.own import OutboxItem, Platform
from store.faults import Faults
from store.repositories.outbox import Outbox
from store.repositories.pace import Paces
from store.work import Clock

TRIES: Final = 5
"""How often an item that Telegram refuses, or that somebody deletes each time, is tried before those behind it go."""


class TelegramAdapter:
    """One bot. It reaches every address of its platform.

    `holder` names this process among those of the bot. `second` is how long the seconds of Telegram's limits last.
    """

    platform: Platform = "telegram"

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        *,
        clock: Clock,
        holder: str | None = None,
        faults: Faults | None = None,
        second: float = 1.0,
    ) -> None:
        paces, name = Paces(database), f"telegram:{client.bot_id}"
        holder = holder or f"{socket.gethostname()}:{os.getpid()}"
        turnstile = Turnstile(paces, name=name, holder=holder, window=second)
        self.sender = Sender(client, turnstile, ChatPace(paces, name=name, second=second), soon=second)
        self._outbox = Outbox(database)
        self._sending = Sending(database, self.sender, clock=clock, faults=faults or Faults())
        self._previews = Previews(self.sender, self._outbox, second=second)

    def reach(self) -> Raw:
        """Return what this process can deliver: all of it."""
        return {}

    def listener(self, turn_id: ObjectId, address: str) -> Listener:
        """Show the making of an answer until the task that makes it, which calls this, has ended."""
        try:
            place = Place.of(address)
        except ValueError:
            return Silence()
        return self._previews.begin(turn_id, place)

    async def deliver(self, item: OutboxItem) -> None:
        """Show an item. Raises: Undeliverable, Unshowable, DeliverLater, TelegramDown, StoreError."""
        stands_at = None
        if item.turn_id is not None:
            stands_at = await self._previews.end(item.turn_id)
            if stands_at is None and not item.messages and not place_of(item).private:
                turn = await self._outbox.turn_of(item.turn_id)
                stands_at = turn.stands_at if turn is not None else None
        try:
            await self._sending.show(item, stands_at)
        except (Refusal, MessageGone) as exc:
            if item.attempts + 1 < TRIES:
                raise
            raise Unshowable(str(exc)) from None

    async def fetch(self, file: str, most: int) -> bytes:
        """Return a file that came with a message. Raises: Unfetched."""
        return await fetch(self.sender.client, file, most)

    async def show_chosen(self, place: Place, message: int, tap: Tap) -> None:
        """Leave below a message the buttons that stand after a tap. Raises: as `TelegramClient`."""
        try:
            await self.sender.edit_buttons(place, message, keyboard(tap.item, tap.chosen))
        except MessageGone:
            return

    async def close(self) -> None:
        """Let other processes have what this one may send."""
        await self.sender.close()
