"""The parts of the running service that need the agents' libraries, joined.

These take seconds to import, so `bot.app` imports this module while the database starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from agents.coach import OfflineCoach, PublicCoach
from agents.listening import Senses
from agents.mentor import Mentor
from agents.tokens import TokenCounter, TokenCounters
from bot.access import Access
from bot.adapters.base import Adapter
from bot.attachments import Understanding
from bot.counting import Counting
from bot.delivery import Delivery
from bot.desk.desk import Desk
from bot.doorway import Doorway
from bot.forgetting import Forgetting
from bot.settings import Settings
from bot.turns import Pace, Turns
from jobs.broker import Broker
from jobs.making import Parts
from jobs.registry import build_jobs
from jobs.ticking import Ticking
from prompts import load
from store.client import Database
from store.documents.own import Platform
from store.repositories.erasures import Erasures
from store.repositories.reminders import JobSlots
from store.repositories.turns import Limits
from store.work import Clock, IdFactory
from tools.public import PUBLIC
from tools.registry import VERBS

DRAIN_SECONDS = 8.0
LAST_WORDS_SECONDS = 1.5
"""How long what was answered during the drain may take to be delivered."""


async def load_counter(settings: Settings) -> TokenCounter:
    """Return the counter for the model's tokens."""
    return await TokenCounters().load(settings.openai_model)


def make_http_client(timeout: float) -> httpx2.AsyncClient:
    """Return the client through which the model's endpoint is reached."""
    limits = httpx2.Limits(max_connections=128, max_keepalive_connections=32)
    return httpx2.AsyncClient(timeout=timeout, limits=limits)


@dataclass(frozen=True)
class Assembly:
    """What the parts are made of, and how they run together."""

    settings: Settings
    database: Database
    adapters: Mapping[Platform, Adapter]
    counter: TokenCounter
    clock: Clock
    ids: IdFactory
    holder: str
    limits: Limits | None = None

    def desk(self, http: httpx2.AsyncClient) -> Desk:
        """Return who answers: the desk what only the service can, a mentor the rest.

        A mentor is the model with the coach behind it, or the coach alone where there is no key.
        """
        settings, counter, model = self.settings, self.counter, None
        if (key := settings.openai_api_key) is not None:
            from agents.endpoint import ModelSettings, build_model  # a second, which the coach alone need not wait for

            endpoint = ModelSettings(key, settings.openai_model, settings.openai_base_url, settings.openai_timeout)
            model = build_model(endpoint, http)
        private = Mentor(model=model, coach=OfflineCoach(), verbs=VERBS, prompt=load("mentor"), counter=counter)
        public = Mentor(
            model=model, coach=PublicCoach(), verbs=PUBLIC, prompt=load("public"), counter=counter, public=True
        )
        return Desk(private, public, database=self.database, settings=settings, http=http)

    def answerer(self, http: httpx2.AsyncClient) -> Understanding:
        """Return who answers turns: the desk, once what came with them was made words of."""
        settings, client = self.settings, None
        if (key := settings.openai_api_key) is not None and settings.senses:
            from agents.endpoint import build_client

            client = build_client(key.get_secret_value(), settings.openai_base_url, settings.openai_timeout, http)
        return Understanding(self.desk(http), Senses(client, settings.senses, counter=self.counter), self.adapters)

    def doorway(self, turns: Turns) -> Doorway:
        """Return what messages pass before they are taken in."""
        return Doorway(self.database, turns, Access.of(self.settings), clock=self.clock, ids=self.ids)

    def ticking(self) -> Ticking:
        """Return what makes happen by itself what is due."""
        faults, lease = self.settings.faults, self.settings.lease_seconds
        welcomes = Access.of(self.settings).welcomes
        jobs = build_jobs(Parts(self.database, self.clock, self.ids, self.holder, faults, lease, welcomes))
        return Ticking(jobs, Broker(jobs), JobSlots(self.database, ids=self.ids), clock=self.clock)

    @asynccontextmanager
    async def running(self, http: httpx2.AsyncClient) -> AsyncIterator[tuple[Turns, Delivery]]:
        """Work and deliver while the block runs; on the way out, end what runs and say what was answered."""
        settings = self.settings
        delivery = Delivery(
            self.database,
            adapters=self.adapters,
            holder=self.holder,
            clock=self.clock,
            faults=settings.faults,
            lease=settings.lease_seconds,
            welcomes=Access.of(settings).welcomes,
        )
        turns = Turns(
            self.database,
            answerer=self.answerer(http),
            counter=self.counter,
            adapters=self.adapters,
            holder=self.holder,
            clock=self.clock,
            ids=self.ids,
            faults=settings.faults,
            limits=self.limits,
            pace=Pace(lease=settings.lease_seconds, turn=settings.turn_seconds),
            on_answer=delivery.wake,
        )
        erasures = Erasures(
            self.database,
            clock=self.clock,
            ids=self.ids,
            holder=self.holder,
            lease=settings.lease_seconds,
            faults=settings.faults,
        )
        stop = asyncio.Event()
        parts = (
            turns.run(stop),
            delivery.run(stop),
            Forgetting(erasures).run(stop),
            Counting(self.database).run(stop),
            self.ticking().run(stop),
        )
        running = [asyncio.create_task(part) for part in parts]
        try:
            yield turns, delivery
        finally:
            await turns.drain(DRAIN_SECONDS)
            stop.set()
            _, late = await asyncio.wait(running, timeout=LAST_WORDS_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
