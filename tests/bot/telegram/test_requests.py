"""Requests to Telegram over the wire: what never ends is cut off."""

from __future__ import annotations

import pytest
from aiohttp import web
from telegram.error import NetworkError

from bot.adapters.telegram.http import HttpRequest


async def test_an_answer_without_end_is_cut_off() -> None:
    """Something in between that sends on and on is a failed request, and no full memory."""

    async def pour(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 2**20)

    app = web.Application()
    app.router.add_post("/", pour)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    request = HttpRequest(1, 30.0)
    await request.initialize()
    try:
        with pytest.raises(NetworkError, match="too large"):
            await request.do_request(f"http://127.0.0.1:{runner.addresses[0][1]}/", "POST")
    finally:
        await request.shutdown()
        await runner.cleanup()
