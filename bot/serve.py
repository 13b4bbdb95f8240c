"""`prepmate serve`: every platform whose token is set, in one process, until it is asked to end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from bot.adapters.registry import SERVED, Tell
from bot.app import App, open_app
from bot.errors import SettingsError
from bot.settings import WEBHOOK_PORT, Settings
from store.client import Database
from store.documents.own import Platform

if TYPE_CHECKING:  # what these import takes seconds, which pass while the database starts
    from bot.adapters.base import Adapter, Service

log = logging.getLogger(__name__)

END_SECONDS: Final = 4.0
"""How long the doors have to close: what came in is confirmed, then the turns that run get their time."""


async def serve(settings: Settings, tell: Tell) -> int:
    """Serve until cancelled. `tell` shows a line to whoever started it.

    A platform that can never go on ends the whole service: half of one would go unnoticed.

    Raises: SettingsError without any token; BotError of a platform; StoreError.
    """
    wanted = [one for one in SERVED if one.wanted(settings)]
    if not wanted:
        ways = "; ".join(f"{one.variable} ({one.source})" for one in SERVED)
        raise SettingsError(f"There is nothing to serve: set {ways}, and start again. “prepmate chat” needs no token.")
    async with AsyncExitStack() as stack:
        services = [await stack.enter_async_context(one.opener()(settings, tell)) for one in wanted]

        def adapters(database: Database) -> Mapping[Platform, Adapter]:
            return {service.platform: service.adapter(database) for service in services}

        app = await stack.enter_async_context(open_app(settings, adapters, on_progress=tell))
        if port := _port_of(settings):
            from bot.http import listening

            routes = [route for service in services for route in service.routes()]
            address = await stack.enter_async_context(listening(settings.http_host, port, routes, app.database))
            tell(f"HTTP: {address}/healthz says whether all is well.")
        await _run_all(app, services)
    return 0


def _port_of(settings: Settings) -> int | None:
    """Return where to listen: where it is said, or where the webhook is expected."""
    return settings.http_port or (WEBHOOK_PORT if settings.webhook_url else None)


async def _run_all(app: App, services: Sequence[Service]) -> None:
    """Run every service until one cannot go on or this is cancelled, and close all of them in order."""
    stop = asyncio.Event()
    running = {asyncio.create_task(one.run(app, stop), name=f"serve {one.platform}"): one for one in services}
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        _, late = await asyncio.wait(running, timeout=END_SECONDS)
        for task in late:
            log.warning("%s did not end in time", task.get_name())
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    for task in done:
        task.result()
