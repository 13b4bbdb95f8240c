"""The one HTTP listener: whatever calls PrepMate comes in here, and whoever watches it asks here whether it is well."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import SettingsError
from store.client import Database
from store.errors import StoreError

log = logging.getLogger(__name__)

MOST_BYTES: Final = 1_048_576
"""Of a request's body; an update of Telegram's has some thousands."""
SILENT_SECONDS: Final = 20.0
"""How long a connection may stand on which no whole request has come, or the rest of one that has begun."""
MOST_CONNECTIONS: Final = 200
_END_SECONDS: Final = 2.0


class _Connections:
    """The connections of one listener. Where there are too many, one that asks nothing makes room for a new one."""

    def __init__(self, most: int) -> None:
        self._most, self._asking = most, set[object]()

    def admit(self, server: web.Server | None) -> asyncio.Protocol:
        """Return what a new connection speaks with."""
        if server is None:
            return _TurnedAway()
        connections = server.connections
        if len(connections) >= self._most:
            idle = next((one for one in connections if one not in self._asking), None)
            if idle is None:
                return _TurnedAway()
            idle.force_close()
        return server()

    @web.middleware
    async def note(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request; its connection is not closed meanwhile."""
        self._asking.add(request.protocol)
        try:
            return await handler(request)
        finally:
            self._asking.discard(request.protocol)


class _TurnedAway(asyncio.Protocol):
    """A connection that there is no room for."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


async def read_body(request: web.Request, seconds: float = SILENT_SECONDS) -> bytes:
    """Return what came with a request. Raises: HTTPRequestTimeout where it does not come, HTTPRequestEntityTooLarge."""
    try:
        async with asyncio.timeout(seconds):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


@asynccontextmanager
async def listening(
    host: str,
    port: int,
    routes: Iterable[web.RouteDef],
    database: Database,
    *,
    silent: float = SILENT_SECONDS,
    most: int = MOST_CONNECTIONS,
) -> AsyncIterator[str]:
    """Answer requests while the block runs; yield the address. Raises: SettingsError when it is taken.

    `silent` bounds how long a connection says nothing, `most` how many there are.
    """

    async def tell_health(_: web.Request) -> web.Response:
        try:
            await database.ping()
        except StoreError as exc:
            log.warning("not healthy: %s", exc)
            return web.Response(status=503, text="the database does not answer\n")
        return web.Response(text="ok\n")

    connections = _Connections(most)
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[connections.note])
    app.router.add_routes([web.get("/healthz", tell_health), *routes])
    # A request that is under way when the process is asked to end is answered; its platform asks again otherwise.
    # Its time to be kept open runs from the first byte, so it bounds the beginning of a request as well.
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=_END_SECONDS, keepalive_timeout=silent, lingering_time=silent / 2
    )
    await runner.setup()
    listener: asyncio.Server | None = None
    try:
        try:
            loop = asyncio.get_running_loop()
            listener = await loop.create_server(
                lambda: connections.admit(runner.server), host, port, reuse_address=True
            )
        except OSError as exc:
            taken = f"{host}:{port} cannot be listened on ({exc.strerror})"
            raise SettingsError(f"{taken}: set PREPMATE_HTTP_HOST and PREPMATE_HTTP_PORT to a free one.") from None
        yield f"http://{host}:{listener.sockets[0].getsockname()[1]}"
    finally:
        if listener is not None:
            listener.close()
        await runner.cleanup()
