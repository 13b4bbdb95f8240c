"""Telegram for the doctor: does it take the token, how do messages come in, and what is heard in groups."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from telegram import User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.webhook import Webhook
from bot.checks.finding import Finding, State, host_of
from bot.settings import Settings
from store.work import Clock

SECONDS: Final = 4.0
"""How long Telegram may take for everything that it is asked here."""
_RECENT: Final = timedelta(hours=1)


async def check(settings: Settings, clock: Clock, *, seconds: float = SECONDS) -> list[Finding]:
    """Return what is to be said of the bot, nothing where no token is set."""
    token = settings.telegram_bot_token
    if token is None:
        return []
    host = host_of(settings.telegram_api_url)
    async with TelegramClient.opened(token.get_secret_value(), api=settings.telegram_api_url) as client:
        try:
            async with asyncio.timeout(seconds):
                user = await client.bot.get_me()
                info = await client.bot.get_webhook_info()
        except InvalidToken:
            remedy = "ask @BotFather for it (/mybots, API Token) and set it again"
            return [_said("broken", f"{host} does not accept TELEGRAM_BOT_TOKEN: {remedy}.")]
        except TimeoutError:
            return [
                _said("broken", f"{host} does not answer within {seconds:g} s: check the network and TELEGRAM_API_URL.")
            ]
        except TelegramError as exc:
            words = client.hide(str(exc))
            return [_said("broken", f"{host} cannot be asked ({words}): check the network and TELEGRAM_API_URL.")]
    return [
        _said("good", f"{host} knows the bot as @{user.username}."),
        _of_webhook(settings, info, clock),
        _of_groups(user),
    ]


def _of_webhook(settings: Settings, info: WebhookInfo, clock: Clock) -> Finding:
    """Return how messages come in, and whether Telegram and the settings agree on it."""
    waiting = f" Waiting there: {info.pending_update_count}." if info.pending_update_count else ""
    secret = settings.telegram_webhook_secret
    if settings.webhook_url is None or secret is None:
        if info.url:
            calls = f"Telegram calls {host_of(info.url)}, though PREPMATE_WEBHOOK_URL is not set"
            return _said("open", f"{calls}: “prepmate serve” ends that.{waiting}", "messages")
        return _said("good", f"They are polled.{waiting}", "messages")
    expected = Webhook(settings.webhook_url, secret.get_secret_value())
    if not expected.stands(info):
        return _said(
            "open", f"Telegram does not call {expected.url} yet: “prepmate serve” sees to it.{waiting}", "messages"
        )
    failed = info.last_error_date
    if failed is not None and clock() - failed < _RECENT:
        failure = f"Telegram could not call {expected.url} ({info.last_error_message})"
        return _said("broken", f"{failure}: see that it leads to “prepmate serve”.{waiting}", "messages")
    return _said("good", f"Telegram calls {expected.url}.{waiting}", "messages")


def _of_groups(user: User) -> Finding:
    """Return what is heard in groups: mentions, replies and commands always are, which is all that is answered."""
    if user.can_join_groups is False:
        return _said("open", "It cannot be added to groups; @BotFather allows it (/setjoingroups).", "groups")
    if user.can_read_all_group_messages:
        told = "It hears everything and leaves alone what does not name it; @BotFather can spare it that (/setprivacy)."
        return _said("open", told, "groups")
    return _said("good", "It hears its name, replies and commands, which is all that it answers.", "groups")


def _said(state: State, sentence: str, what: str = "telegram") -> Finding:
    return Finding(state, what, sentence)
