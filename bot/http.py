"""The one HTTP listener: whatever calls PrepMate comes in here, and whoever watches it asks here whether it is well."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from bot.errors import SettingsError
from store.client import Database
from store.errors import StoreError

log = logging.getLogger(__name__)

MOST_BYTES: Final = 1_048_576
"""Of a request's body; an update of Telegram's has some thousands."""
_END_SECONDS: Final = 2.0


@asynccontextmanager
async def listening(host: str, port: int, routes: Iterable[web.RouteDef], database: Database) -> AsyncIterator[str]:
    """Answer requests while the block runs; yield the address. Raises: SettingsError when it is taken."""

    async def tell_health(_: web.Request) -> web.Response:
        try:
            await database.ping()
        except StoreError as exc:
            log.warning("not healthy: %s", exc)
            return web.Response(status=503, text="the database does not answer\n")
        return web.Response(text="ok\n")

    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_routes([web.get("/healthz", tell_health), *routes])
    # A request that is under way when the process is asked to end is answered; its platform asks again otherwise.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_END_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as exc:
            taken = f"{host}:{port} cannot be listened on ({exc.strerror})"
            raise SettingsError(f"{taken}: set PREPMATE_HTTP_HOST and PREPMATE_HTTP_PORT to a free one.") from None
        number = runner.addresses[0][1]
        yield f"http://{host}:{number}"
    finally:
        await runner.cleanup()
