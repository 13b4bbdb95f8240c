"""Telegram for the service: which messages are its to deliver, and how they are shown."""

from __future__ import annotations

from agents.listener import Listener, Silence
from bot import replies
from bot.adapters.base import Undeliverable
from bot.adapters.telegram.client import LONGEST, Place, TelegramClient, cut
from store.client import Database, ObjectId, Raw
from store.documents.own import OutboxItem, Platform


class TelegramAdapter:
    """One bot. It reaches every address of its platform."""

    platform: Platform = "telegram"

    def __init__(self, database: Database, client: TelegramClient) -> None:
        self._database, self._client = database, client

    def reach(self) -> Raw:
        """Return what this process can deliver: all of it."""
        return {}

    def listener(self, turn_id: ObjectId, address: str) -> Listener:  # noqa: ARG002 - nothing is shown yet
        """Return where the making of an answer is shown."""
        return Silence()

    async def deliver(self, item: OutboxItem) -> None:
        """Show an item. Raises: Undeliverable, DeliverLater, TelegramDown."""
        lines = [replies.receipt_line(receipt) for receipt in item.receipts]
        text = "\n\n".join(part for part in (item.text, "\n".join(lines)) if part)
        await self._client.send_text(place_of(item), cut(text, LONGEST))


def place_of(item: OutboxItem) -> Place:
    """Return where an item goes. Raises: Undeliverable."""
    try:
        return Place.of(item.address)
    except ValueError:
        raise Undeliverable(f"{item.address!r} is no chat of Telegram") from None
