"""The webhook: Telegram calls, and hears 200 only once the update is stored. What hears anything else comes again."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Final

from aiohttp import web
from telegram import Bot, WebhookInfo

from bot.adapters.telegram.convert import ALLOWED, is_update
from bot.adapters.telegram.intake import Intake
from bot.http import read_body

HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
CONNECTIONS: Final = 40
"""Calls at once. Those of one chat come one after the other."""


class Webhook:
    """What Telegram calls. `base` is the service's public address, `secret` what Telegram shows when it calls."""

    def __init__(self, base: str, secret: str) -> None:
        self._secret = secret.encode()
        # Telegram does not tell which secret it was given; from the address it can be seen whether it is this one.
        sign = hashlib.sha256(self._secret).hexdigest()[:8]
        self.path = f"/telegram/{sign}"
        self.url = f"{base.rstrip('/')}{self.path}"
        self._intake: Intake | None = None

    def lead_to(self, intake: Intake | None) -> None:
        """Take updates in from now on; with None, no more: Telegram calls again, perhaps another replica."""
        self._intake = intake

    def route(self) -> web.RouteDef:
        """Return where it is called: below any path, since what stands in front of PrepMate may cut it off or not."""
        return web.post(f"/{{before:(?:.*/)?}}{self.path[1:]}", self._hear)

    async def _hear(self, request: web.Request) -> web.Response:
        shown = request.headers.get(HEADER, "").encode(errors="replace")
        if not hmac.compare_digest(shown, self._secret):
            return web.Response(status=403)
        try:
            update = json.loads(await read_body(request))
        except ValueError:
            return web.Response(status=400)
        if not is_update(update):
            return web.Response(status=400)
        taken = self._intake is not None and await self._intake.take(update)
        return web.Response(status=200 if taken else 503, headers={} if taken else {"Retry-After": "1"})

    def stands(self, info: WebhookInfo) -> bool:
        """Return whether Telegram calls here already."""
        allowed = set(info.allowed_updates or ())
        return info.url == self.url and allowed == set(ALLOWED) and info.max_connections == CONNECTIONS

    async def set(self, bot: Bot) -> bool:
        """Have Telegram call here, if it does not; return whether it had to be told. Raises: TelegramError."""
        if self.stands(await bot.get_webhook_info()):
            return False
        return await bot.set_webhook(
            self.url,
            secret_token=self._secret.decode(),
            allowed_updates=list(ALLOWED),
            max_connections=CONNECTIONS,
        )


async def unset(bot: Bot) -> None:
    """Have Telegram keep updates for polling; nothing that waits is dropped. Raises: TelegramError."""
    if (await bot.get_webhook_info()).url:
        await bot.delete_webhook()
