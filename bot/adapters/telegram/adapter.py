"""Telegram for the service: which messages are its to deliver, how they are shown, and what is shown meanwhile."""

from __future__ import annotations

import logging
import os
import socket
from datetime import timedelta
from typing import Final

from agents.listener import Listener, Silence
from bot.adapters.base import DeliverLater, Undeliverable, Unshowable
from bot.adapters.telegram.buttons import keyboard
from bot.adapters.telegram.client import Place, TelegramClient
from bot.adapters.telegram.errors import ChatRefuses, MessageGone
from bot.adapters.telegram.files import fetch
from bot.adapters.telegram.pace import ChatPace, Turnstile
from bot.adapters.telegram.preview import Previews
from bot.adapters.telegram.sender import Sender
from bot.adapters.telegram.sending import TRIES, Sending, place_of
from bot.taps import Tap
from store.client import Database, ObjectId, Raw
from store.documents.own import OutboxItem, Platform
from store.faults import Faults
from store.repositories.outbox import Outbox
from store.repositories.pace import Paces
from store.work import Clock

log = logging.getLogger(__name__)

PATIENCE: Final = timedelta(days=2)
"""How long an item is tried that its chat refuses; then those behind it go."""
SHUT_WAITS: Final = (5.0, 25.0)
"""Seconds between the times that Telegram must say that a chat takes nothing before that is believed."""


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
        self._outbox, self._clock = Outbox(database), clock
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
        place = place_of(item)
        stands_at = None
        if item.turn_id is not None:
            stands_at = await self._previews.end(item.turn_id)
            if stands_at is None and not item.messages and not place.private:
                turn = await self._outbox.turn_of(item.turn_id)
                stands_at = turn.stands_at if turn is not None else None
        try:
            await self._sending.show(item, stands_at)
        except MessageGone as exc:
            if item.attempts + 1 < TRIES:
                raise
            raise Unshowable(str(exc)) from None
        except ChatRefuses as exc:
            if item.created_at is None or self._clock() < item.created_at + PATIENCE:
                raise
            raise Unshowable(str(exc)) from None
        except Undeliverable as exc:
            seen = await self._outbox.note_refusal(item)
            if seen > len(SHUT_WAITS):
                raise
            log.info("%s may take nothing more: %s", item.id, exc)
            raise DeliverLater(SHUT_WAITS[seen - 1]) from None

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
