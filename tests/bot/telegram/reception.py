"""A reception for the tests of the accept step: a fake Telegram on one side, a door that notes on the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.adapters.base import Incoming
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.convert import Me
from bot.adapters.telegram.intake import Door as Entrance
from bot.adapters.telegram.intake import Intake
from bot.adapters.telegram.polling import Polling
from bot.adapters.telegram.speaker import Speaker
from bot.doorway import Said
from bot.turns import Accepted
from store.client import Database, ObjectId
from store.errors import StoreUnavailable
from store.leases import Leases
from tests.bot.telegram.updates import ME
from tests.clock import FixedClock
from tests.fakes.telegram import FakeTelegram


@dataclass
class Door:
    """Takes everything in and notes it; "bomb" explodes, "held" waits for `opened`.

    It takes nothing in while it is `shut`, and nothing of the account in `shut_to`.
    """

    taken: list[Incoming] = field(default_factory=list)
    shut: bool = False
    shut_to: str = ""
    refusal: str | None = None
    tried: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def texts(self) -> list[str]:
        """Return what was said."""
        return [incoming.text for incoming in self.taken]

    async def take(self, incoming: Incoming) -> Accepted | Said:
        """Take a message in."""
        self.tried += 1
        if incoming.text == "held":
            await self.opened.wait()
        if self.shut or incoming.account == self.shut_to:
            raise StoreUnavailable("the database does not answer")
        if incoming.text == "bomb":
            raise ZeroDivisionError
        if self.refusal:
            return Said(self.refusal)
        self.taken.append(incoming)
        return Accepted(ObjectId(), ObjectId(), duplicate=False)

    async def turn_away(self, incoming: Incoming) -> Said | None:
        """Refuse everybody where anybody is."""
        return Said(self.refusal) if self.refusal else None


@dataclass
class Reception:
    """One replica's ingress, by polling."""

    telegram: FakeTelegram
    client: TelegramClient
    polling: Polling
    intake: Intake
    speaker: Speaker
    told: list[str]
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def polled(self) -> AsyncIterator[None]:
        """Poll while the block runs."""
        self.stop.clear()
        running = asyncio.create_task(self.polling.run(self.stop))
        try:
            yield
        finally:
            self.stop.set()
            await asyncio.wait_for(running, 5.0)

    async def confirmed(self, *updates: int) -> None:
        """Wait until Telegram was told that these are taken care of."""
        await self.telegram.until(lambda: set(updates) <= self.telegram.updates.confirmed)


@asynccontextmanager
async def reception(
    telegram: FakeTelegram,
    database: Database,
    door: Entrance,
    *,
    me: Me = ME,
    holder: str = "a",
    token: str | None = None,
    clock: FixedClock | None = None,
    refused: float = 60.0,
) -> AsyncIterator[Reception]:
    """Open the ingress of a replica."""
    async with TelegramClient.opened(token or telegram.token, api=telegram.url) as client:
        told: list[str] = []
        clock = clock or FixedClock()
        adapter = TelegramAdapter(database, client, clock=clock, holder=holder)
        speaker = Speaker(adapter, clock=clock)
        intake = Intake(me, speaker, door=door, database=database, holder=holder, clock=clock, ids=ObjectId)
        leases = Leases(database, ttl=2.0)
        quick = {"wait": 5, "pause": 0.01, "look": 0.02, "refused": refused}
        polling = Polling(client, intake, leases=leases, holder=holder, tell=told.append, **quick)  # type: ignore[arg-type]
        yield Reception(telegram, client, polling, intake, speaker, told)
        await speaker.settle(2.0)
        await adapter.close()
