"""How updates reach a bot: kept until its offset confirms them, or posted to its webhook until that says 2xx."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes.telegram_world import Json, Refusal

DEFAULT_CONNECTIONS = 40
WEBHOOK_SECONDS = 10.0
LONGEST_PAUSE = 8.0
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True)
class Webhook:
    """Where updates are posted, with which secret, and how many at once."""

    url: str
    secret: str | None = None
    connections: int = DEFAULT_CONNECTIONS


@dataclass
class Updates:
    """The updates of one bot. Through a webhook one chat's updates go one after the other, those of several chats at
    once. `pause` is the first wait before an update is posted again; it doubles. `delivered` counts the deliveries of
    each update: handed out by getUpdates, or answered 2xx by the webhook.
    """

    changed: Callable[[], None]
    pause: float = 0.2
    next_id: int = 1000
    waiting: dict[int, Json] = field(default_factory=dict)
    known: dict[int, tuple[int, Json]] = field(default_factory=dict)
    again: list[Json] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    webhook: Webhook | None = None
    delivered: dict[int, int] = field(default_factory=dict)
    confirmed: set[int] = field(default_factory=set)
    failed_posts: int = 0
    last_error: str | None = None
    _once_more: list[int] = field(default_factory=list)
    _handed: int = 0
    _poll: asyncio.Future[None] | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _lines: dict[int, deque[Json]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _slots: asyncio.Semaphore | None = None
    _http: aiohttp.ClientSession | None = None

    def add(self, chat_id: int, kind: str, what: Json) -> int:
        """Put an update in the queue (unless the bot wants none of its kind); return its id."""
        self.next_id += 1
        if kind not in self.allowed if self.allowed else kind in NOT_BY_DEFAULT:
            return self.next_id
        update = {"update_id": self.next_id, kind: what}
        self.known[self.next_id] = chat_id, update
        self.waiting[self.next_id] = update
        self._arrived.set()
        if self.webhook:
            self._enqueue(chat_id, update)
        return self.next_id

    def redeliver(self, update_id: int) -> None:
        """Deliver an update once more after it was confirmed, behind what came later meanwhile.

        One that waits still is delivered anyway, in its order: that counts as the first time.
        """
        chat_id, update = self.known[update_id]
        if self.webhook:
            self._enqueue(chat_id, update)
        elif update_id in self.waiting:
            self._once_more.append(update_id)
        else:
            self.again.append(update)
            self._arrived.set()

    async def take(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Answer getUpdates: confirm what stands before the offset, wait for something, return it in order.

        Raises: Refusal when a webhook is set, or when another request asks meanwhile.
        """
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook"
                " first",
                noted=True,
            )
        if self._poll and not self._poll.done():
            self._poll.set_result(None)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = mine
        self._confirm(offset)
        del self.again[: self._handed]
        self._handed = 0
        try:
            return await self._wait(mine, limit, seconds)
        finally:
            mine.cancel()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            offset = sorted(self.waiting)[offset] if len(self.waiting) >= -offset else 0
        before = [update_id for update_id in self.waiting if update_id < offset]
        for update_id in before:
            del self.waiting[update_id]
        self.confirmed.update(before)
        for update_id in [one for one in self._once_more if one not in self.waiting]:
            self._once_more.remove(update_id)
            self.redeliver(update_id)
        if before:
            self.changed()

    async def _wait(self, mine: asyncio.Future[None], limit: int, seconds: float) -> list[Json]:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            if mine.done():
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                    noted=True,
                )
            if self.waiting or self.again or loop.time() >= end:
                break
            self._arrived.clear()
            arrived: asyncio.Future[Any] = asyncio.ensure_future(self._arrived.wait())
            try:
                await asyncio.wait([arrived, mine], timeout=end - loop.time(), return_when=asyncio.FIRST_COMPLETED)
            finally:
                arrived.cancel()
        repeated = self.again[:limit]
        self._handed = len(repeated)
        handed = [*repeated, *list(self.waiting.values())[: limit - len(repeated)]]
        for update in handed:
            self._count(update)
        return handed

    def _count(self, update: Json) -> None:
        self.delivered[update["update_id"]] = self.delivered.get(update["update_id"], 0) + 1

    def set_webhook(self, webhook: Webhook | None, *, drop: bool) -> None:
        """Post updates to a webhook from now on, those that wait included; or to none."""
        self.webhook = webhook
        self._slots = asyncio.Semaphore(webhook.connections) if webhook else None
        if drop:
            self.waiting.clear()
        if self._poll and not self._poll.done():
            self._poll.set_result(None)
        for line in self._lines.values():
            line.clear()
        if webhook:
            for update_id, update in list(self.waiting.items()):
                self._enqueue(self.known[update_id][0], update)

    def info(self) -> Json:
        """Return the webhook's state as getWebhookInfo does."""
        shape: Json = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.waiting),
        }
        if self.webhook:
            shape["max_connections"] = self.webhook.connections
        if self.allowed:
            shape["allowed_updates"] = sorted(self.allowed)
        return {**shape, **({"last_error_message": self.last_error} if self.last_error else {})}

    async def close(self) -> None:
        """Stop posting."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http:
            await self._http.close()

    def _enqueue(self, chat_id: int, update: Json) -> None:
        line = self._lines.setdefault(chat_id, deque())
        line.append(update)
        if len(line) == 1:
            task = asyncio.get_running_loop().create_task(self._post_line(line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _post_line(self, line: deque[Json]) -> None:
        pause = self.pause
        while line and self.webhook and self._slots:
            update = line[0]
            async with self._slots:
                error = await self._post(self.webhook, update)
            if error is None:
                self._count(update)
                self.waiting.pop(update["update_id"], None)
                self.confirmed.add(update["update_id"])
                if line and line[0] is update:
                    line.popleft()
                pause = self.pause
                self.changed()
            else:
                self.failed_posts += 1
                self.last_error = error
                self.changed()
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _post(self, webhook: Webhook, update: Json) -> str | None:
        """Post an update; return what went wrong, if anything did."""
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WEBHOOK_SECONDS))
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        try:
            async with self._http.post(webhook.url, json=update, headers=headers) as response:
                await response.read()
                if 200 <= response.status < 300:
                    return None
                return f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as exc:
            return f"Connection failed: {exc!r}"


def read_allowed(kinds: Any) -> frozenset[str] | None:
    """Return the kinds of updates that a bot asks for; an empty list means the usual ones."""
    return frozenset(str(kind) for kind in kinds) or None if isinstance(kinds, list) else None
