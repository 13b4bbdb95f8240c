"""A post office for the tests of sending: a fake Telegram on one side, an outbox on the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.client import TelegramClient
from bot.delivery import Delivery
from store.client import ObjectId
from store.documents.own import OutboxItem, Turn
from store.faults import Faults
from tests.bot.stage import Stage
from tests.fakes.telegram import FakeTelegram, Shown

SECOND = 0.1
"""How long a second of the swift Telegram lasts."""


class Killed(BaseException):
    """The process is no more."""


class Kill(Faults):
    """A kill at a point: what happens in the process after it does not happen."""

    def __init__(self, point: str) -> None:
        super().__init__(point)

    def reach(self, point: str) -> None:
        """Die here if this is the point."""
        if point == self._point:
            self._point = ""
            raise Killed


@dataclass
class Post:
    """An outbox and the process that delivers it, or several."""

    stage: Stage
    telegram: FakeTelegram
    client: TelegramClient

    def adapter(self, holder: str = "a", faults: Faults | None = None) -> TelegramAdapter:
        """Return a process's adapter."""
        return TelegramAdapter(
            self.stage.database,
            self.client,
            clock=self.stage.clock,
            holder=holder,
            faults=faults or Faults(),
            second=SECOND,
        )

    async def put(self, chat: int | str, text: str, **fields: Any) -> OutboxItem:
        """Put an item into the outbox."""
        now = self.stage.clock.time
        seq = await self.stage.database.collection(OutboxItem.collection).count({})
        item = OutboxItem(
            **{
                "id": f"answer:{ObjectId()}",
                "user_id": ObjectId(),
                "platform": "telegram",
                "address": str(chat),
                "seq": seq,
                "text": text,
                "next_attempt_at": now,
                "created_at": now,
                **fields,
            }
        )
        await self.stage.database.collection(OutboxItem.collection).insert(item.to_mongo())
        return item

    async def stored(self, item: OutboxItem) -> OutboxItem:
        """Return an item as it is stored."""
        raw = await self.stage.database.collection(OutboxItem.collection).find_one({"_id": item.id})
        assert raw is not None
        return OutboxItem.read(raw)

    async def turn(self, chat: int | str, **fields: Any) -> Turn:
        """Store a turn that is being worked."""
        turn = Turn(
            id=ObjectId(),
            key=str(ObjectId()),
            user_id=ObjectId(),
            platform="telegram",
            address=str(chat),
            seq=1,
            text="What is a heap?",
            status="working",
            accepted_at=self.stage.clock.time,
            **fields,
        )
        await self.stage.database.collection(Turn.collection).insert(turn.to_mongo())
        return turn

    async def deliver(self, item: OutboxItem, *, kill_at: str | None = None) -> bool:
        """Deliver an item as it is stored, by a process of its own; return whether that lived through it."""
        adapter = self.adapter(faults=Kill(kill_at) if kill_at else None)
        try:
            await adapter.deliver(await self.stored(item))
        except Killed:
            return False
        finally:
            await adapter.close()
        return True

    @asynccontextmanager
    async def running(self, *adapters: TelegramAdapter) -> AsyncIterator[None]:
        """Deliver while the block runs, by one process for each adapter."""
        stop = asyncio.Event()
        deliveries = [
            Delivery(
                self.stage.database,
                adapters={"telegram": adapter},
                holder=f"holder {number}",
                clock=self.stage.clock,
                faults=Faults(),
                poll=0.02,
            )
            for number, adapter in enumerate(adapters)
        ]
        tasks = [asyncio.create_task(delivery.run(stop)) for delivery in deliveries]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)
            await asyncio.gather(*(adapter.close() for adapter in adapters))

    def texts(self, chat: int) -> list[str]:
        """Return what a person reads in a chat, from the bot."""
        return [shown.text for shown in self.screen(chat)]

    def screen(self, chat: int) -> list[Shown]:
        """Return what a person sees in a chat."""
        return self.telegram.screen(chat)
