"""The webhook: 200 only for what is stored, nothing for strangers, and an address that is set when it has to be."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from bot.adapters.telegram.webhook import HEADER, Webhook, unset
from bot.errors import SettingsError
from bot.http import MOST_BYTES, listening
from store.client import connect
from tests.bot.telegram.conftest import Base
from tests.bot.telegram.reception import Door, Reception
from tests.bot.telegram.updates import message

SECRET = "a-secret-of-the-test"


@dataclass
class Called:
    """A reception that Telegram calls."""

    desk: Reception
    webhook: Webhook
    port: int

    async def post(self, body: object, secret: str = SECRET) -> int:
        """Call as Telegram does, or as somebody else; return the status."""
        data = {"json": body} if isinstance(body, dict) else {"data": body}
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{self.port}{self.webhook.path}"
            async with http.post(url, headers={HEADER: secret}, **data) as answer:
                return answer.status


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
async def called(desk: Reception, base: Base) -> AsyncIterator[Called]:
    """The ingress of one replica, called by the fake Telegram."""
    port = free_port()
    webhook = Webhook(f"http://127.0.0.1:{port}/behind/a/proxy", SECRET)
    async with listening("127.0.0.1", port, [webhook.route()], base.database):
        webhook.lead_to(desk.intake)
        yield Called(desk, webhook, port)
        await desk.client.bot.delete_webhook()


async def test_telegram_hears_200_once_it_is_stored(called: Called, door: Door) -> None:
    """What came in before and after the address was set is taken in; what cannot be stored comes again, in order."""
    telegram = called.desk.telegram
    first = telegram.say(7, "one")
    await called.webhook.set(called.desk.client.bot)
    await called.desk.confirmed(first)
    door.shut = True
    second, third = telegram.say(7, "two"), telegram.say(7, "three")
    await asyncio.wait_for(_until(lambda: door.tried > 1), 5.0)
    assert second not in telegram.updates.confirmed
    door.shut = False
    await called.desk.confirmed(second, third)
    assert door.texts == ["one", "two", "three"]
    telegram.redeliver(first)
    await called.desk.confirmed(telegram.say(7, "four"))
    assert door.texts == ["one", "two", "three", "four"]
    assert not telegram.violations


async def test_strangers_are_turned_away(called: Called, door: Door) -> None:
    """Without the secret nothing is read; what is no update, or is too large for one, is refused."""
    update = message(text="hello")
    assert await called.post(update, secret="another-secret-1") == 403
    assert await called.post(update, secret="") == 403
    assert await called.post(b"{") == 400
    assert await called.post(b"[]") == 400
    assert await called.post({"update_id": ["?"]}) == 400
    assert await called.post(b"x" * (MOST_BYTES + 1)) == 413
    assert not door.taken
    assert await called.post(update) == 200
    assert door.texts == ["hello"]


async def test_while_it_ends_telegram_is_asked_to_call_again(called: Called, door: Door) -> None:
    """A replica that takes nothing in any more says 503, so that the update comes again, perhaps to another."""
    called.webhook.lead_to(None)
    assert await called.post(message(text="hello")) == 503
    assert not door.taken


async def test_the_address_is_set_when_it_has_to_be(called: Called) -> None:
    """Telegram is told the address once, again when the secret is another one, and polling takes it back."""
    telegram, bot = called.desk.telegram, called.desk.client.bot

    def told() -> int:
        return sum(call.method == "setWebhook" for call in telegram.calls)

    assert await called.webhook.set(bot)
    assert not await called.webhook.set(bot)
    assert told() == 1
    assert await Webhook(f"http://127.0.0.1:{called.port}", "another-secret-1").set(bot)
    assert told() == 2
    await unset(bot)
    await unset(bot)
    assert telegram.webhook is None
    assert sum(call.method == "deleteWebhook" for call in telegram.calls) == 1


async def test_whoever_watches_is_told_whether_all_is_well(called: Called, mongo_uri: str) -> None:
    """/healthz says 200 while the database answers and 503 while it does not; a port that is taken is a sentence."""
    url = f"http://127.0.0.1:{called.port}/healthz"
    gone = connect(mongo_uri, "gone")
    gone.close()
    other = free_port()
    async with aiohttp.ClientSession() as http, listening("127.0.0.1", other, [], gone):
        async with http.get(url) as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        async with http.get(f"http://127.0.0.1:{other}/healthz") as answer:
            assert answer.status == 503
        with pytest.raises(SettingsError, match="PREPMATE_HTTP_PORT"):
            async with listening("127.0.0.1", other, [], gone):
                pass


async def _until(condition: object) -> None:
    assert callable(condition)
    while not condition():  # noqa: ASYNC110 - what is waited for is noted by the door
        await asyncio.sleep(0.01)
