"""The service as the verifiers attack it: the product's own composition behind the fake chat platform.

`python -m tests.verify.service --platform URL` (settings come from the environment, as always).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import aiohttp

from agents.listener import Listener, Silence
from bot.adapters.base import Adapter, Incoming, Unfetched
from bot.app import App, open_app
from bot.errors import Refused
from bot.settings import read_settings
from store.client import Database, ObjectId, Raw
from store.documents.own import OutboxItem, Platform
from store.errors import StoreError
from store.repositories.turns import Limits

log = logging.getLogger(__name__)

AWAY = (aiohttp.ClientError, TimeoutError)
"""What a replica meets whose platform is away, or that was frozen itself for longer than a request may take."""


class ProbeAdapter:
    """The fake platform's adapter: polls, accepts, acknowledges; sends under the item's id."""

    platform: Platform = "probe"

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url

    def reach(self) -> Raw:
        """Every replica reaches every address."""
        return {}

    def listener(self, turn_id: ObjectId, address: str) -> Listener:
        """The fake platform shows no previews."""
        return Silence()

    async def deliver(self, item: OutboxItem) -> None:
        """Send an item under its id, so that the platform shows it once."""
        body = {
            "id": item.id,
            "key": item.turn_key,
            "address": item.address,
            "seq": item.seq,
            "text": item.text,
        }
        await self._post("send", body)

    async def fetch(self, file: str, most: int) -> bytes:
        """The fake platform carries text only."""
        raise Unfetched("no files here")

    async def poll(self, app: App, stop: asyncio.Event) -> None:
        """Take updates until `stop`: what is accepted is acknowledged, nothing else is."""
        while not stop.is_set():
            try:
                async with self._http.get(f"{self._url}/updates") as response:
                    updates = await response.json()
            except AWAY as exc:
                log.warning("the platform does not answer: %r", exc)
                await asyncio.sleep(0.2)
                continue
            by_account: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for update in updates:
                by_account[update["account"]].append(update)
            await asyncio.gather(*(self._take(app, mine) for mine in by_account.values()))

    async def _take(self, app: App, updates: list[dict[str, Any]]) -> None:
        """Accept an account's updates in their order; what could not be acknowledged comes again."""
        try:
            await self._take_each(app, updates)
        except AWAY as exc:
            log.warning("the platform did not hear what was accepted: %r", exc)

    async def _take_each(self, app: App, updates: list[dict[str, Any]]) -> None:
        for update in updates:
            incoming = Incoming(
                key=update["key"],
                platform="probe",
                account=update["account"],
                display_name=update["account"],
                address=update["account"],
                text=update["text"],
            )
            try:
                await app.turns.accept(incoming)
            except Refused as exc:
                await self._post("refuse", {"number": update["number"], "key": update["key"], "sentence": str(exc)})
            except StoreError as exc:
                log.warning("not accepted: %s", exc)
                return  # nothing after it either: the order of a student's messages is kept
            else:
                await self._post("ack", {"number": update["number"]})

    async def _post(self, name: str, body: dict[str, Any]) -> None:
        async with self._http.post(f"{self._url}/{name}", json=body) as response:
            response.raise_for_status()


async def serve(url: str) -> None:
    """Run until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        adapter = ProbeAdapter(http, url)

        def adapters(_: Database) -> Mapping[Platform, Adapter]:
            return {"probe": adapter}

        generous = Limits(waiting=100_000, per_minute=100_000)
        async with open_app(read_settings(), adapters, limits=generous) as app:
            print("ready", flush=True)
            await adapter.poll(app, stop)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", required=True)
    parser.add_argument("--gate", action="store_true", help="open nothing before a line arrives on standard input")
    args = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(process)d %(name)s %(message)s")
    if args.gate:
        sys.stdin.readline()
    asyncio.run(serve(args.platform))
