"""The one HTTP listener: whoever says nothing, says it slowly or comes too often keeps nobody else from being heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.http import listening, read_body
from store.client import connect

SILENT = 0.3
BEGUN = b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
HALF: dict[str, bytes] = {
    "nothing": b"",
    "a part of the first line": b"POS",
    "a part of the head": BEGUN,
    "a part of the body": BEGUN + b"\r\nhalf",
    "a part of a body that nobody reads": BEGUN.replace(b"/slow", b"/unknown") + b"\r\nhalf",
    "one request and a part of another": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /heal",
}


async def _read(request: web.Request) -> web.Response:
    return web.Response(body=await read_body(request, SILENT))


@asynccontextmanager
async def opened(mongo_uri: str, most: int = 100) -> AsyncIterator[tuple[str, int]]:
    """Open a listener; yield its address and its port."""
    database = connect(mongo_uri, "nothing")
    try:
        routes = [web.post("/slow", _read)]
        async with listening("127.0.0.1", 0, routes, database, silent=SILENT, most=most) as address:
            yield address, int(address.rpartition(":")[2])
    finally:
        database.close()


async def half_open(port: int, count: int, begun: bytes) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Begin so many requests and end none."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    for _, writer in connections:
        writer.write(begun)
    return connections


async def is_well(address: str) -> bool:
    """Return whether somebody else is answered."""
    async with aiohttp.ClientSession() as http, http.get(f"{address}/healthz") as answer:
        return answer.status == 200


@pytest.mark.parametrize("what", HALF)
async def test_a_request_that_does_not_go_on_is_closed(mongo_uri: str, what: str) -> None:
    """Fifty connections on which no more comes are closed by the server, and others are answered meanwhile."""
    async with opened(mongo_uri) as (address, port):
        connections = await half_open(port, 50, HALF[what])
        assert await is_well(address)
        async with asyncio.timeout(20):
            await asyncio.gather(*(reader.read() for reader, _ in connections))
        for _, writer in connections:
            writer.close()


async def test_a_head_that_comes_byte_by_byte_is_closed(mongo_uri: str) -> None:
    """Whoever sends a byte now and then holds a connection no longer than whoever sends none."""
    async with opened(mongo_uri) as (_, port):
        [(reader, writer)] = await half_open(port, 1, b"GET /healthz HTTP/1.1\r\nX: ")
        async with asyncio.timeout(20):
            while not reader.at_eof():
                writer.write(b"x")
                await first_byte(reader, SILENT / 3)
        writer.close()


async def first_byte(reader: asyncio.StreamReader, seconds: float) -> bytes:
    """Return what comes within a while; nothing where nothing does or the connection was cut."""
    try:
        async with asyncio.timeout(seconds):
            return await reader.read(1)
    except (TimeoutError, ConnectionError):
        return b""


async def test_too_many_connections_make_room(mongo_uri: str) -> None:
    """Where there are too many, those that ask nothing go first: whoever asks is answered."""
    async with opened(mongo_uri, most=10) as (address, port):
        connections = await half_open(port, 30, HALF["a part of the head"])
        assert await is_well(address)
        for _, writer in connections:
            writer.close()


async def test_a_request_that_is_being_answered_is_not_closed_for_others(mongo_uri: str) -> None:
    """Room is made among the idle; where all are being answered, a new connection is turned away."""
    entered, release = asyncio.Semaphore(0), asyncio.Event()

    async def hold(_: web.Request) -> web.Response:
        entered.release()
        await release.wait()
        return web.Response(text="done")

    database = connect(mongo_uri, "nothing")
    listener = listening("127.0.0.1", 0, [web.get("/hold", hold)], database, most=2)
    async with listener as address, aiohttp.ClientSession() as http:
        asked = [asyncio.create_task(_text(http, f"{address}/hold")) for _ in range(2)]
        for _ in asked:
            await entered.acquire()
        with pytest.raises(aiohttp.ClientError):
            await _text(http, f"{address}/healthz")
        release.set()
        assert await asyncio.gather(*asked) == ["done", "done"]
    database.close()


async def _text(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as answer:
        return await answer.text()
