"""Telegram as `prepmate serve` keeps it open: who the bot is, what comes in, and an end in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.adapters.base import Adapter
from bot.adapters.registry import Tell
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.convert import Me
from bot.adapters.telegram.intake import Intake
from bot.adapters.telegram.polling import Polling, TokenRefused, wait_of
from bot.adapters.telegram.speaker import Speaker
from bot.app import App
from bot.settings import Settings
from bot.waiting import first_of
from store.client import Database
from store.documents.own import Platform
from store.leases import Leases

log = logging.getLogger(__name__)

_LAST_WORDS_SECONDS: Final = 1.0
_LONGEST_PAUSE: Final = 30.0


class TelegramService:
    """The bot of one token."""

    platform: Platform = "telegram"

    def __init__(self, settings: Settings, client: TelegramClient, tell: Tell) -> None:
        self._settings, self._client, self._tell = settings, client, tell

    def adapter(self, database: Database) -> Adapter:
        """Return what delivers to Telegram."""
        return TelegramAdapter(database, self._client)

    async def run(self, app: App, stop: asyncio.Event) -> None:
        """Take messages in until `stop`. Raises: TokenRefused."""
        me = await meet(self._client.bot, self._tell, stop)
        if me is None:
            return
        speaker = Speaker(self._client, clock=app.clock)
        intake = Intake(me, speaker, door=app.doorway, taps=None, accounts=None)
        try:
            await self._poll(app, me, intake, stop)
        finally:
            await speaker.settle(_LAST_WORDS_SECONDS)

    async def _poll(self, app: App, me: Me, intake: Intake, stop: asyncio.Event) -> None:
        leases = Leases(app.database, ttl=self._settings.lease_seconds)
        polling = Polling(self._client, intake, leases=leases, holder=app.holder, tell=self._tell)
        self._tell(f"Telegram: @{me.username}, polling.")
        await polling.run(stop)


@asynccontextmanager
async def opened(settings: Settings, tell: Tell) -> AsyncIterator[TelegramService]:
    """Open the connections to Telegram while the block runs. Nothing is asked of it yet."""
    token = settings.telegram_bot_token
    if token is None:
        raise TokenRefused
    async with TelegramClient.opened(token.get_secret_value(), api=settings.telegram_api_url) as client:
        yield TelegramService(settings, client, tell)


async def meet(bot: Bot, tell: Tell, stop: asyncio.Event) -> Me | None:
    """Ask Telegram who the bot is, as long as it takes; None when it was told to stop. Raises: TokenRefused."""
    failures = 0
    while not stop.is_set():
        try:
            user = await bot.get_me()
        except InvalidToken:
            raise TokenRefused from None
        except RetryAfter as exc:
            log.warning("Telegram asks to wait before it says who the bot is")
            await first_of(stop, seconds=wait_of(exc))
        except TelegramError as exc:
            failures += 1
            log.warning("Telegram does not answer: %s", type(exc).__name__)
            if failures == 1:
                tell("Telegram: it does not answer yet; trying again.")
            await first_of(stop, seconds=min(_LONGEST_PAUSE, 0.5 * 2.0**failures))
        else:
            return Me(user.id, user.username or "")
    return None
