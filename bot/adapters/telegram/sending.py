"""An outbox item as messages in a chat, each once, however often the process is killed while it sends them.

Telegram's sending is not idempotent: who is killed between sending and noting it sends again. So each part of an answer
is first a short placeholder, whose number is noted in the outbox item, and then arrives by an edit, which may be
repeated. A kill right after a placeholder leaves that one behind as a stray; an answer never stands there twice.

A file cannot arrive that way. That it is about to be sent is noted first, so that after a kill it is sent once more and
says so: a file may then stand there twice, and is never missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from telegram import InlineKeyboardMarkup

from bot import replies
from bot.adapters.base import DeliverLater, Undeliverable
from bot.adapters.telegram.buttons import keyboard
from bot.adapters.telegram.client import Place, cut
from bot.adapters.telegram.errors import MessageGone, Refusal, refusing_chat
from bot.adapters.telegram.inviting import with_way
from bot.adapters.telegram.pieces import FilePiece, Piece, TextPiece
from bot.adapters.telegram.render import render
from bot.adapters.telegram.sender import Sender
from bot.exports import asks_for_export, name_export, write_export
from store.client import Database
from store.documents.own import OutboxItem
from store.faults import Faults
from store.repositories.outbox import Outbox
from store.work import Clock
from texts import say

HEAD_UNITS: Final = 80
MOST_BYTES: Final = 50_000_000
TRIES: Final = 8
"""How often a part is tried that Telegram refuses, or that somebody deletes each time, before a sentence takes its
place: a refusal may pass within minutes.
"""
_GONE_SECONDS: Final = 60.0
_INTENT: Final = "?"
"""In the place of a message's number: a file was about to be sent."""


class Sending:
    """Shows outbox items."""

    def __init__(self, database: Database, sender: Sender, *, clock: Clock, faults: Faults) -> None:
        self._database, self._outbox, self._sender = database, Outbox(database), sender
        self._clock, self._faults = clock, faults

    async def show(self, item: OutboxItem, stands_at: str | None = None) -> None:
        """Show an item, or what is missing of it; its first part in the message `stands_at`, if one stands there.

        Raises: Undeliverable, DeliverLater, TelegramDown, StoreError.
        """
        place = place_of(item)
        if not item.messages and stands_at is not None:
            item.messages.append(stands_at)
        pieces = await self._pieces_of(item, place)
        below = keyboard(item.id, enumerate(item.actions))
        for number, piece in enumerate(pieces):
            buttons = below if number == len(pieces) - 1 else None
            match piece:
                case TextPiece():
                    await self._show_text(item, place, number, piece, buttons)
                case FilePiece():
                    await self._show_file(item, place, number, piece, buttons)

    async def _pieces_of(self, item: OutboxItem, place: Place) -> Sequence[Piece]:
        tapped = any(action.says.startswith("/undo ") for action in item.actions)
        text = item.text if place.private else with_way(item.text, self._sender.client.username)
        pieces = render(text, [replies.receipt_line(receipt, tapped=tapped) for receipt in item.receipts])
        if not asks_for_export(item.receipts) or not place.private:
            return pieces
        if len(item.messages) > len(pieces) and item.messages[len(pieces)] != _INTENT:
            return [*pieces, FilePiece(name_export(item), b"", "")]  # it was sent: what it held is not needed
        return [*pieces, await self._export_of(item)]

    async def _export_of(self, item: OutboxItem) -> Piece:
        content = bytearray()
        async for part in write_export(self._database, item, self._clock):
            content += part.encode()
            if len(content) > MOST_BYTES:
                return TextPiece(say("The file is larger than Telegram takes; ask whoever runs PrepMate for it."))
        return FilePiece(name_export(item), bytes(content), "")

    async def _show_text(
        self, item: OutboxItem, place: Place, number: int, piece: TextPiece, buttons: InlineKeyboardMarkup | None
    ) -> None:
        if number >= len(item.messages):
            await self._hold_place(item, place, number, piece.text)
        try:
            await self._fill(item, place, number, piece, buttons)
        except MessageGone:  # somebody deleted it
            await self._hold_place(item, place, number, piece.text)
            await self._fill(item, place, number, piece, buttons)
        self._faults.reach("telegram.after-edit")

    async def _hold_place(self, item: OutboxItem, place: Place, number: int, text: str) -> None:
        """Send the placeholder of a part and note which message that is. Raises: Undeliverable, too."""
        try:
            message = await self._send_head(item, place, head_of(text), number)
        except Refusal:
            # Where even this is refused, it is the chat that refuses, whatever it says.
            with refusing_chat():
                message = await self._send_head(item, place, "…", number)
        self._faults.reach("telegram.after-placeholder")
        item.messages[number : number + 1] = [str(message)]
        if not await self._outbox.note_messages(item):
            await self._sender.client.delete(place, message)
            raise Withdrawn
        self._faults.reach("telegram.after-note")

    async def _send_head(self, item: OutboxItem, place: Place, head: str, number: int) -> int:
        return await self._sender.send_text(
            place,
            head,
            reply_to=_reply_to(item, number),
            silent=number > 0,
            bulk=item.bulk,
            check=partial(self._check_wanted, item),
        )

    async def _check_wanted(self, item: OutboxItem) -> None:
        """Make sure that an item is still to be shown. Raises: Withdrawn."""
        if not await self._outbox.waits(item, self._clock()):
            raise Withdrawn

    async def _fill(
        self, item: OutboxItem, place: Place, number: int, piece: TextPiece, buttons: InlineKeyboardMarkup | None
    ) -> None:
        message = int(item.messages[number])
        with refusing_chat():
            try:
                await self._sender.edit_text(place, message, piece.text, piece.entities, buttons=buttons)
            except Refusal:
                if not _is_last(item):
                    raise
                said = say("A part of this answer cannot be shown here. Ask me in another way, please.")
                await self._sender.edit_text(place, message, said)

    async def _show_file(
        self, item: OutboxItem, place: Place, number: int, piece: FilePiece, buttons: InlineKeyboardMarkup | None
    ) -> None:
        caption = piece.caption
        if number < len(item.messages):
            if item.messages[number] != _INTENT:
                return
            caption = f"{say('Once more, in case it did not arrive:')} {caption}".rstrip()
        else:
            item.messages.append(_INTENT)
            if not await self._outbox.note_messages(item):
                raise Withdrawn
        self._faults.reach("telegram.after-intent")
        message = await self._send_file(place, piece, caption, buttons, item)
        self._faults.reach("telegram.after-file")
        item.messages[number] = str(message)
        await self._outbox.note_messages(item)

    async def _send_file(
        self, place: Place, piece: FilePiece, caption: str, buttons: InlineKeyboardMarkup | None, item: OutboxItem
    ) -> int:
        with refusing_chat():
            try:
                return await self._sender.send_file(
                    place, piece.name, piece.content, caption, buttons=buttons, silent=True, bulk=item.bulk
                )
            except Refusal:
                if not _is_last(item):
                    raise
                said = say("The file {name} cannot be sent here.", name=piece.name)
                return await self._sender.send_text(place, said, buttons=buttons, silent=True, bulk=item.bulk)


class Withdrawn(DeliverLater):
    """The item is not to be delivered any more: its student stopped everything, or was forgotten."""

    def __init__(self) -> None:
        super().__init__(_GONE_SECONDS)


def place_of(item: OutboxItem) -> Place:
    """Return where an item goes. Raises: Undeliverable."""
    try:
        return Place.of(item.address)
    except ValueError:
        raise Undeliverable(f"{item.address!r} is no chat of Telegram") from None


def head_of(text: str) -> str:
    """Return what stands for a text until it arrives, and in the phone's notification: how it begins."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return f"{cut(first.strip(), HEAD_UNITS).removesuffix('…').rstrip()} …".strip()


def _is_last(item: OutboxItem) -> bool:
    """Return whether what is refused now was refused often enough."""
    return item.attempts + 1 >= TRIES


def _reply_to(item: OutboxItem, number: int) -> int | None:
    return int(item.reply_to) if number == 0 and item.reply_to and item.reply_to.isdecimal() else None
