"""What works here, what does not, and what to do about it: one sentence each. Looks only; changes nothing stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2

from bot.adapters.registry import SERVED
from bot.app import reach_database, utc_now
from bot.checks.access import check_access
from bot.checks.database import check_catalogue, check_clock, check_data, check_indexes, describe
from bot.checks.endpoint import SECONDS as ENDPOINT_SECONDS
from bot.checks.endpoint import check_endpoint
from bot.checks.finding import Finding, sentence_of
from bot.checks.machine import check_directory, check_program, check_python
from bot.settings import Settings
from store.client import Database
from store.errors import StoreError
from store.work import Clock

SELECTION_MS = 3_000
"""How long a database that is away is looked for: the doctor has other patients."""
EMBEDDED_SECONDS = 15.0
"""How long the embedded database may take to start, or to recover after a crash."""

Check = Callable[[Database], Awaitable[Finding]]


async def examine(
    settings: Settings, *, clock: Clock = utc_now, http_client: httpx2.AsyncClient | None = None
) -> AsyncIterator[Finding]:
    """Yield a finding for each thing that PrepMate needs, as soon as it was looked at."""
    async with (
        _endpoint_asked(settings, clock, http_client) as asked,
        _asked(_check_platforms(settings, clock)) as platforms,
    ):
        yield check_python()
        directory = check_directory(settings)
        yield directory
        program = check_program(settings)
        yield program
        if settings.telegram_bot_token is not None:
            yield check_access(settings)
        if not program.broken and (settings.mongodb_uri or not directory.broken):
            async for finding in _examine_database(settings, clock):
                yield finding
        for finding in await asked:
            yield finding
        for finding in await platforms:
            yield finding


async def examine_database(settings: Settings) -> Finding:
    """Return whether the database answers: the one look that is cheap enough for a container's health check."""
    try:
        async with reach_database(settings, selection_ms=SELECTION_MS) as database:
            return await describe(database, settings)
    except StoreError as exc:
        return Finding("broken", "database", sentence_of(exc))


async def _examine_database(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    async def look_at_clock(database: Database) -> Finding:
        return await check_clock(database, clock)

    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(EMBEDDED_SECONDS):
                database = await stack.enter_async_context(reach_database(settings, selection_ms=SELECTION_MS))
                found = await describe(database, settings)
        except TimeoutError:
            told = f"It did not answer within {EMBEDDED_SECONDS:g} s: it may still be recovering; look again soon."
            yield Finding("broken", "database", told)
            return
        except StoreError as exc:
            yield Finding("broken", "database", sentence_of(exc))
            return
        yield found
        checks: tuple[Check, ...] = (check_indexes, check_catalogue, check_data, look_at_clock)
        for check in checks:
            yield await _finding_of(check, database)


async def _finding_of(check: Check, database: Database) -> Finding:
    try:
        return await check(database)
    except StoreError as exc:
        return Finding("broken", "database", sentence_of(exc))


@asynccontextmanager
async def _endpoint_asked(
    settings: Settings, clock: Clock, http_client: httpx2.AsyncClient | None
) -> AsyncIterator[asyncio.Task[list[Finding]]]:
    """Ask the endpoint while the database is looked at, through the client that was handed in or one of our own."""
    async with AsyncExitStack() as stack:
        http = http_client
        if http is None:
            http = await stack.enter_async_context(httpx2.AsyncClient(timeout=ENDPOINT_SECONDS))
        async with _asked(check_endpoint(settings, http, clock)) as asked:
            yield asked


async def _check_platforms(settings: Settings, clock: Clock) -> list[Finding]:
    """Return what is to be said of the chat platforms, or that there is none."""
    wanted = [one for one in SERVED if one.wanted(settings)]
    if not wanted:
        ways = " or ".join(f"{one.variable} ({one.source})" for one in SERVED)
        return [Finding("open", "platforms", f"None: “prepmate serve” needs {ways}; “prepmate chat” needs nothing.")]
    found = await asyncio.gather(*(one.checker()(settings, clock) for one in wanted))
    return [finding for findings in found for finding in findings]


@asynccontextmanager
async def _asked(check: Coroutine[Any, Any, list[Finding]]) -> AsyncIterator[asyncio.Task[list[Finding]]]:
    """Have something looked at while the block runs."""
    asked = asyncio.create_task(check)
    try:
        yield asked
    finally:
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
