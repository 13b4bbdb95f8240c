"""A chat platform over real HTTP with the manners of the real ones: at-least-once delivery, idempotent sends.

A message that was posted is handed out by `GET /updates` until it is acknowledged; one that was handed out and not
acknowledged comes again after `redeliver_seconds`. A send carries an id; the same id again is shown once.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

LONG_POLL_SECONDS = 0.5


@dataclass
class Posted:
    """One delivery of a message, as it waits to be acknowledged."""

    number: int
    key: str
    account: str
    text: str
    visible_at: float = 0.0


@dataclass(frozen=True)
class Shown:
    """An answer as a person saw it."""

    key: str
    address: str
    seq: int
    text: str
    at: float


@dataclass
class FakePlatform:
    """The platform; times are the event loop's, in seconds."""

    redeliver_seconds: float = 1.0
    waiting: dict[int, Posted] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    repeated_sends: int = 0
    acknowledged: set[str] = field(default_factory=set)
    _answers: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    _send_ids: set[str] = field(default_factory=set)
    _numbers: int = 0

    def post(self, key: str, account: str, text: str) -> None:
        """Let a person send a message (posting a key again is a repeated delivery)."""
        self._numbers += 1
        self.waiting[self._numbers] = Posted(self._numbers, key, account, text)
        self._posted.set()

    async def answered(self, key: str, seconds: float) -> bool:
        """Wait until a message has an answer; return False when it has none after `seconds`."""
        try:
            await asyncio.wait_for(self._answers[key].wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def until_shown(self, count: int, patience: float = 60.0) -> bool:
        """Wait until so many answers were shown; return False when there was none for `patience` seconds."""
        while len(self.shown) < count:
            before = len(self.shown)
            async with self._moved:
                try:
                    await asyncio.wait_for(self._moved.wait_for(lambda: len(self.shown) > before), patience)  # noqa: B023
                except TimeoutError:
                    return False
        return True

    @property
    def url(self) -> str:
        """Return the base address."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        self._posted, self._moved = asyncio.Event(), asyncio.Condition()
        app = web.Application()
        app.router.add_get("/updates", self._updates)
        app.router.add_post("/ack", self._ack)
        app.router.add_post("/refuse", self._refuse)
        app.router.add_post("/send", self._send)
        # A message is not handed to a process that died while it waited for one.
        self._runner = web.AppRunner(app, shutdown_timeout=0.5, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port: int = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _updates(self, request: web.Request) -> web.Response:
        limit = int(request.query.get("limit", "50"))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONG_POLL_SECONDS
        while True:
            now = loop.time()
            ready = [posted for posted in self.waiting.values() if posted.visible_at <= now][:limit]
            if ready or now >= deadline:
                break
            self._posted.clear()
            try:
                await asyncio.wait_for(self._posted.wait(), min(deadline - now, 0.1))
            except TimeoutError:
                continue
        for posted in ready:
            posted.visible_at = now + self.redeliver_seconds
        return web.json_response([_as_json(posted) for posted in ready])

    async def _ack(self, request: web.Request) -> web.Response:
        posted = self.waiting.pop(int((await request.json())["number"]), None)
        if posted:
            self.acknowledged.add(posted.key)
        return web.json_response({})

    async def _refuse(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.waiting.pop(int(body["number"]), None)
        self.refused.append((body["key"], body["sentence"]))
        return web.json_response({})

    async def _send(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["id"] in self._send_ids:
            self.repeated_sends += 1
            return web.json_response({"fresh": False})
        self._send_ids.add(body["id"])
        now = asyncio.get_running_loop().time()
        self.shown.append(Shown(body["key"], body["address"], body["seq"], body["text"], now))
        self._answers[body["key"].partition("#")[0]].set()
        async with self._moved:
            self._moved.notify_all()
        return web.json_response({"fresh": True})


def _as_json(posted: Posted) -> dict[str, Any]:
    return {"number": posted.number, "key": posted.key, "account": posted.account, "text": posted.text}
