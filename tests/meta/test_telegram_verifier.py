"""The verifier of Telegram's door notices what it is there to notice."""

from __future__ import annotations

import random

import aiohttp
from aiohttp import web

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_methods import Fields
from tests.verify.balancer import Balancer
from tests.verify.checks import Sent
from tests.verify.telegram import Classroom, check_screens, free_ports


def answer(label: str) -> str:
    """Return an answer as the fake model words it."""
    return f"You said: “Heaps. That was message {label}.”. I have seen 2 earlier messages from you. The one before…"


async def screens(kills: int, *texts: str) -> dict[str, list[str]]:
    """Return what is told of a student's screen that shows these texts, after messages 1 and 2."""
    async with FakeTelegram() as telegram:
        room = Classroom(random.Random(1), telegram)
        for number in (1, 2):
            room.sent[f"7-{number}"] = Sent(f"7-{number}", "7", "")
            room.counts[7] += 1
        telegram.meet(7)
        for text in texts:
            telegram.limits.private.clear()
            await telegram.methods.find("sendMessage")(Fields({"chat_id": "7", "text": text}, {}))
        found = check_screens(telegram, room, kills)
    return {kind: violations for kind, violations in found.items() if violations}


async def test_what_students_saw_is_judged() -> None:
    """An answer that is missing, comes twice or in the wrong order is told, and so is a stray without a kill."""
    first, second = answer("7-1"), answer("7-2")
    assert await screens(0, first, second) == {}
    assert await screens(1, first, "You said: “Heaps. That was message 7-2.” …", second) == {}
    assert set(await screens(0, first, "…", second)) == {"strays"}
    assert await screens(0, first) == {"unanswered": ["7-2"]}
    assert await screens(0, first, second, second) == {"answered_twice": ["7-2"]}
    assert set(await screens(0, second, first)) == {"shown_out_of_order"}


async def test_the_balancer_says_502_for_a_dead_replica() -> None:
    """Requests go to the replicas in turn with what they carry, and one that meets a dead replica is told so."""
    app = web.Application()

    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read(), status=202, headers={"X-Path": request.path})

    app.router.add_post("/hook", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ports = [int(runner.addresses[0][1]), *free_ports(1)]
    async with Balancer(ports) as balancer, aiohttp.ClientSession() as http:
        statuses = []
        for _ in range(4):
            async with http.post(f"{balancer.url}/hook", data=b"update") as response:
                statuses.append((response.status, await response.read()))
    await runner.cleanup()
    assert statuses == [(202, b"update"), (502, b"")] * 2
    assert balancer.refused == 2
