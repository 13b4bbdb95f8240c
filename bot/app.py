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
from types import ModuleType
from typing import TYPE_CHECKING

from bot.settings import Settings
from store.catalogue.loader import load_catalogue
from store.client import SERVER_SELECTION_MS, Database, ObjectId, connect
from store.documents import ALL
from store.documents.own import Platform
from store.embedded import find_mongod, open_embedded
from store.errors import StoreSetupError, StoreUnavailable
from store.indexes import ensure_indexes
from store.migrations import migrate
from store.repositories.turns import Limits
from store.work import Clock, IdFactory

if TYPE_CHECKING:  # what these import takes seconds, which pass while the database starts
    import httpx2

    from agents.tokens import TokenCounter
    from bot.adapters.base import Adapter
    from bot.delivery import Delivery
    from bot.doorway import Doorway
    from bot.turns import Turns

log = logging.getLogger(__name__)

Progress = Callable[[str], None]
Adapters = Callable[[Database], Mapping[Platform, "Adapter"]]

NO_REPLICA_SET = (
    "The MongoDB that MONGODB_URI names is no replica set, and PrepMate needs transactions: start it with "
    "--replSet rs0, run rs.initiate() in mongosh once, and try again. A set of one server is enough."
)


def utc_now() -> datetime:
    """Return the present moment: the one clock that is passed to everything else."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class App:
    """The running service."""

    settings: Settings
    database: Database
    turns: Turns
    delivery: Delivery
    doorway: Doorway
    clock: Clock
    ids: IdFactory
    holder: str


@asynccontextmanager
async def open_database(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    on_progress: Progress = lambda _: None,
    with_catalogue: bool = True,
) -> AsyncIterator[Database]:
    """Open the database that the settings name, or the embedded one, with its indexes and the catalogue in place.

    Raises: StoreSetupError, StoreUnavailable.
    """
    async with reach_database(settings, on_progress=on_progress) as database:
        await prepare(database, clock)
        if with_catalogue:
            await load_catalogue(database, now=clock(), on_progress=on_progress)
        yield database


@asynccontextmanager
async def reach_database(
    settings: Settings, *, on_progress: Progress = lambda _: None, selection_ms: int = SERVER_SELECTION_MS
) -> AsyncIterator[Database]:
    """Open the database as it is; one that is away is looked for during `selection_ms`.

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
        database = connect(uri, settings.mongodb_database, server_selection_ms=selection_ms)
        stack.callback(database.close)
        try:
            await database.ping()
        except StoreUnavailable as exc:
            if settings.mongodb_uri is None:
                raise
            raise StoreUnavailable(
                "The database that MONGODB_URI names does not answer: see that it runs, that the address is right, and "
                "that the hosts its replica set goes by can be reached from here (if not: add directConnection=true)."
            ) from exc
        if not await database.can_transact():
            raise StoreSetupError(NO_REPLICA_SET)
        yield database


async def prepare(database: Database, clock: Clock) -> None:
    """Bring a database up to date: migrations and indexes.

    Raises: StoreSetupError when an index that keeps things from being stored twice cannot be made.
    """
    await migrate(database, now=clock)
    report = await ensure_indexes(database, ALL)
    for problem in report.problems:
        log.warning("%s", problem.sentence)
    if report.unguarded:
        raise StoreSetupError(report.unguarded[0].sentence)


@asynccontextmanager
async def open_app(
    settings: Settings,
    adapters: Adapters,
    *,
    clock: Clock = utc_now,
    ids: IdFactory = ObjectId,
    http_client: httpx2.AsyncClient | None = None,
    limits: Limits | None = None,
    on_progress: Progress = lambda _: None,
) -> AsyncIterator[App]:
    """Run the service while the block runs: take messages in through `app.doorway`, work, deliver.

    On the way out nothing more is accepted, running turns get `bot.assembly.DRAIN_SECONDS` to end, and what is left
    stays in the database for the next start or another replica. `http_client` stays the caller's to close.

    Raises: StoreSetupError, StoreUnavailable.
    """
    async with AsyncExitStack() as stack:
        counting = asyncio.create_task(_load_counter(settings))
        stack.callback(counting.cancel)
        database = await stack.enter_async_context(open_database(settings, clock=clock, on_progress=on_progress))
        counter = await counting
        from bot import assembly

        http = http_client
        if http is None:
            http = await stack.enter_async_context(assembly.make_http_client(settings.openai_timeout))
        holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        parts = assembly.Assembly(
            settings, database, adapters(database), counter, clock=clock, ids=ids, holder=holder, limits=limits
        )
        turns, delivery = await stack.enter_async_context(parts.running(http))
        yield App(settings, database, turns, delivery, parts.doorway(turns), clock, ids, holder)


async def _load_counter(settings: Settings) -> TokenCounter:
    """Import the agents' libraries and load the token ranks, beside the event loop."""
    await asyncio.to_thread(_import_assembly)
    from bot import assembly

    return await assembly.load_counter(settings)


def _import_assembly() -> ModuleType:
    from bot import assembly

    return assembly
