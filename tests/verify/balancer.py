"""What stands before the replicas of a service: it hands each request to the next one, and 502 for a dead one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Self

import aiohttp
from aiohttp import web

SECONDS = 20.0
HOP_BY_HOP = frozenset({"host", "connection", "content-length", "transfer-encoding", "keep-alive"})


class Balancer:
    """A round-robin over ports of this machine; `refused` counts what met a dead process."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = cycle(ports)
        self.refused = 0

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS))
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port: int = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._http.close()

    @property
    def url(self) -> str:
        """Return the public address of the service."""
        return f"http://127.0.0.1:{self.port}"

    async def _pass_on(self, request: web.Request) -> web.Response:
        url = f"http://127.0.0.1:{next(self._ports)}{request.path_qs}"
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        try:
            async with self._http.request(request.method, url, data=await request.read(), headers=headers) as response:
                return web.Response(
                    status=response.status, body=await response.read(), content_type=response.content_type
                )
        except (aiohttp.ClientError, TimeoutError):
            self.refused += 1
            return web.Response(status=502)
