"""Telegram as `prepmate serve` keeps it open: who the bot is, what comes in, and an end in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from aiohttp import web
from telegram.error import BadRequest

from bot.adapters.base import Adapter
from bot.adapters.registry import Tell
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.asking import TokenDoubt, TokenRefused, WebhookRefused, ask
from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.convert import Me
from bot.adapters.telegram.intake import Intake
from bot.adapters.telegram.menu import keep_menu
from bot.adapters.telegram.polling import Polling
from bot.adapters.telegram.speaker import Speaker
from bot.adapters.telegram.webhook import Webhook, unset
from bot.app import App, utc_now
from bot.settings import Settings
from bot.waiting import first_of
from store.client import Database
from store.documents.own import Platform
from store.leases import Leases

log = logging.getLogger(__name__)

_LAST_WORDS_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 300.0
"""How often it is looked whether Telegram still calls here: silence would not tell."""


class TelegramService:
    """The bot of one token: it polls, or is called where a public address is set."""

    platform: Platform = "telegram"

    def __init__(self, settings: Settings, client: TelegramClient, tell: Tell) -> None:
        self._settings, self._client, self._tell = settings, client, tell
        self._adapter: TelegramAdapter | None = None
        secret = settings.telegram_webhook_secret
        self._webhook: Webhook | None = None
        if settings.webhook_url and secret:
            self._webhook = Webhook(settings.webhook_url, secret.get_secret_value())

    def adapter(self, database: Database) -> Adapter:
        """Return what delivers to Telegram."""
        return self._telegram(database)

    def _telegram(self, database: Database) -> TelegramAdapter:
        if self._adapter is None:
            self._adapter = TelegramAdapter(database, self._client, clock=utc_now, faults=self._settings.faults)
        return self._adapter

    async def close(self) -> None:
        """Give back what this process had for itself."""
        if self._adapter is not None:
            await self._adapter.close()

    def routes(self) -> Sequence[web.RouteDef]:
        """Return where Telegram calls, if it does."""
        return [self._webhook.route()] if self._webhook else []

    async def run(self, app: App, stop: asyncio.Event) -> None:
        """Take messages in until `stop`. Raises: TokenRefused, WebhookRefused."""
        user = await ask(self._client.bot.get_me, tell=self._tell, stop=stop)
        if user is None:
            return
        me = Me(user.id, user.username or "", frozenset(self._settings.senses))
        self._client.username = me.username
        speaker = Speaker(self._telegram(app.database), clock=app.clock)
        intake = Intake(
            me,
            speaker,
            door=app.doorway,
            database=app.database,
            holder=app.holder,
            clock=app.clock,
            ids=app.ids,
        )
        try:
            async with _beside(self._keep_menu()):
                if self._webhook:
                    await self._be_called(self._webhook, me, intake, stop)
                else:
                    await self._poll(app, me, intake, stop)
        finally:
            await speaker.settle(_LAST_WORDS_SECONDS)

    async def _keep_menu(self) -> None:
        await keep_menu(self._client.bot)

    async def _poll(self, app: App, me: Me, intake: Intake, stop: asyncio.Event) -> None:
        await ask(lambda: unset(self._client.bot), tell=self._tell, stop=stop, doubt=TokenDoubt())
        leases = Leases(app.database, ttl=self._settings.lease_seconds)
        polling = Polling(self._client, intake, leases=leases, holder=app.holder, tell=self._tell)
        self._tell(f"Telegram: @{me.username}, polling.")
        async with _beside(intake.joining.run(stop, lambda: polling.in_hand)):
            await polling.run(stop)

    async def _be_called(self, webhook: Webhook, me: Me, intake: Intake, stop: asyncio.Event) -> None:
        webhook.lead_to(intake)
        try:
            await self._set(webhook, stop)
            self._tell(f"Telegram: @{me.username}, called at {webhook.url}.")
            async with _beside(intake.joining.run(stop, lambda: False)):
                while not stop.is_set():
                    await first_of(stop, seconds=_LOOK_SECONDS)
                    await self._look_after(webhook, stop)
        finally:
            webhook.lead_to(None)

    async def _look_after(self, webhook: Webhook, stop: asyncio.Event) -> None:
        """See that Telegram still calls here."""
        try:
            if await self._set(webhook, stop):
                self._tell("Telegram: something else had changed where it calls; it calls here again.")
        except WebhookRefused as exc:
            log.warning("%s", exc)
            self._tell(str(exc))

    async def _set(self, webhook: Webhook, stop: asyncio.Event) -> bool:
        """Have Telegram call here; return whether it did not. Raises: WebhookRefused."""
        try:
            wanted = partial(webhook.set, self._client.bot)
            return bool(await ask(wanted, tell=self._tell, stop=stop, doubt=TokenDoubt()))
        except BadRequest as exc:
            raise WebhookRefused(exc.message.removeprefix("Bad Request: ")) from None


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Have something done while the block runs."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def opened(settings: Settings, tell: Tell) -> AsyncIterator[TelegramService]:
    """Open the connections to Telegram while the block runs. Nothing is asked of it yet."""
    token = settings.telegram_bot_token
    if token is None:
        raise TokenRefused
    async with TelegramClient.opened(token.get_secret_value(), api=settings.telegram_api_url) as client:
        service = TelegramService(settings, client, tell)
        try:
            yield service
        finally:
            await service.close()
