"""The composition root: every part of the running service is made and joined here, and ended in order.

Whatever comes from outside (clock, ids, HTTP client, adapters) is an argument with a production default.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2
from pydantic import SecretStr

from agents.coach import OfflineCoach
from agents.mentor import Mentor
from agents.model import ModelSettings, build_model
from agents.tokens import TokenCounters
from bot.adapters.base import Adapter
from bot.delivery import Delivery
from bot.settings import Settings
from bot.turns import Pace, Turns
from prompts import load
from store.catalogue.loader import load_catalogue
from store.client import Database, ObjectId, connect
from store.documents import ALL
from store.documents.own import Platform
from store.embedded import find_mongod, open_embedded
from store.errors import StoreSetupError
from store.indexes import ensure_indexes
from store.migrations import migrate
from store.repositories.population import apply_pending
from store.repositories.turns import Limits
from store.work import Clock, IdFactory
from tools import VERBS

log = logging.getLogger(__name__)

DRAIN_SECONDS = 8.0
LAST_WORDS_SECONDS = 1.5
"""How long what was answered during the drain may take to be delivered."""
Progress = Callable[[str], None]


def utc_now() -> datetime:
    """Return the present moment: the one clock that is passed to everything else."""
    return datetime.now(UTC)


def make_http_client(timeout: float) -> httpx2.AsyncClient:
    """Return the client through which the model's endpoint is reached."""
    limits = httpx2.Limits(max_connections=128, max_keepalive_connections=32)
    return httpx2.AsyncClient(timeout=timeout, limits=limits)


@dataclass(frozen=True)
class App:
    """The running service."""

    settings: Settings
    database: Database
    turns: Turns
    delivery: Delivery
    clock: Clock
    ids: IdFactory
    holder: str


@asynccontextmanager
async def open_database(
    settings: Settings, *, clock: Clock = utc_now, on_progress: Progress = lambda _: None
) -> AsyncIterator[Database]:
    """Open the database that the settings name, or the embedded one, with its indexes and the catalogue in place.

    Raises: StoreSetupError, StoreUnavailable.
    """
    async with AsyncExitStack() as stack:
        if settings.mongodb_uri:
            uri = settings.mongodb_uri.get_secret_value()
        else:
            mongod = find_mongod(settings.mongod_bin, settings.path)
            server = await open_embedded(settings.data_dir, mongod, on_progress=on_progress)
            await stack.enter_async_context(server)
            uri = server.uri
        database = connect(uri, settings.mongodb_database)
        stack.callback(database.close)
        await database.ping()
        await prepare(database, clock)
        yield database


async def prepare(database: Database, clock: Clock) -> None:
    """Bring a database up to date: migrations, indexes, catalogue, what a kill left to be counted.

    Raises: StoreSetupError when an index that keeps things from being stored twice cannot be made.
    """
    await migrate(database, now=clock)
    report = await ensure_indexes(database, ALL)
    for problem in report.problems:
        log.warning("%s", problem.sentence)
    if report.unguarded:
        raise StoreSetupError(report.unguarded[0].sentence)
    await load_catalogue(database, now=clock())
    await apply_pending(database)


@asynccontextmanager
async def open_app(
    settings: Settings,
    adapters: Callable[[Database], Mapping[Platform, Adapter]],
    *,
    clock: Clock = utc_now,
    ids: IdFactory = ObjectId,
    http_client: httpx2.AsyncClient | None = None,
    limits: Limits | None = None,
    on_progress: Progress = lambda _: None,
) -> AsyncIterator[App]:
    """Run the service while the block runs: accept through `app.turns`, work, deliver.

    On the way out nothing more is accepted, running turns get `DRAIN_SECONDS` to end, and what is left stays in the
    database for the next start or another replica.

    Raises: StoreSetupError, StoreUnavailable.
    """
    async with AsyncExitStack() as stack:
        counting = asyncio.create_task(TokenCounters().load(settings.openai_model))
        database = await stack.enter_async_context(open_database(settings, clock=clock, on_progress=on_progress))
        http = http_client or make_http_client(settings.openai_timeout)
        stack.push_async_callback(http.aclose)
        counter, key = await counting, settings.openai_api_key
        mentor = Mentor(
            model=build_model(_model_settings(settings, key), http) if key else None,
            coach=OfflineCoach(),
            verbs=VERBS,
            prompt=load("mentor"),
            counter=counter,
        )
        holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        doors, faults = adapters(database), settings.faults
        delivery = Delivery(
            database, adapters=doors, holder=holder, clock=clock, faults=faults, lease=settings.lease_seconds
        )
        turns = Turns(
            database,
            answerer=mentor,
            counter=counter,
            adapters=doors,
            holder=holder,
            clock=clock,
            ids=ids,
            faults=faults,
            limits=limits,
            pace=Pace(lease=settings.lease_seconds, turn=settings.turn_seconds),
            on_answer=delivery.wake,
        )
        stop = asyncio.Event()
        running = [asyncio.create_task(turns.run(stop)), asyncio.create_task(delivery.run(stop))]
        try:
            yield App(settings, database, turns, delivery, clock, ids, holder)
        finally:
            await turns.drain(DRAIN_SECONDS)
            stop.set()
            _, late = await asyncio.wait(running, timeout=LAST_WORDS_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def _model_settings(settings: Settings, key: SecretStr) -> ModelSettings:
    return ModelSettings(key, settings.openai_model, settings.openai_base_url, settings.openai_timeout)
