"""The doctor on Telegram: each trouble with the bot is told in one sentence that says what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.telegram.checks import check
from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.webhook import Webhook
from bot.settings import Settings
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram import Webhook as Hook


def clock() -> datetime:
    """Return the time of day."""
    return datetime.now(UTC)


def settings_of(telegram: FakeTelegram, **more: object) -> Settings:
    """Return settings with the fake's bot."""
    given: dict[str, object] = {
        "data_dir": Path("/nowhere"),
        "telegram_bot_token": SecretStr(telegram.token),
        "telegram_api_url": telegram.url,
        **more,
    }
    return Settings(**given)  # type: ignore[arg-type]


async def told(settings: Settings, **more: float) -> list[str]:
    """Return what is said, line by line, without a token anywhere."""
    lines = [finding.line for finding in await check(settings, clock, **more)]
    assert "test-token" not in "".join(lines)
    return lines


async def test_a_bot_that_works_is_told_by_name(telegram: FakeTelegram) -> None:
    """A good token shows who the bot is, how messages come in and what is heard in groups."""
    lines = await told(settings_of(telegram))
    assert [line[0] for line in lines] == ["✓", "✓", "✓"]
    assert "@prepmate_bot" in lines[0]
    assert "polled" in lines[1]
    assert not await check(settings_of(telegram, telegram_bot_token=None), clock)


async def test_a_token_or_a_server_that_does_not_work_is_told(telegram: FakeTelegram) -> None:
    """A revoked token, a server that fails and one that is not there are broken, each with a remedy."""
    for settings, words in (
        (settings_of(telegram, telegram_bot_token=SecretStr("100:another")), ("BotFather", "TELEGRAM_BOT_TOKEN")),
        (settings_of(telegram, telegram_api_url="http://127.0.0.1:1"), ("TELEGRAM_API_URL",)),
    ):
        (line,) = await told(settings)
        assert line.startswith("✗")
        assert all(word in line for word in words)
    telegram.latency_s = 1.0
    (line,) = await told(settings_of(telegram), seconds=0.1)
    assert "does not answer within 0.1 s" in line


@pytest.mark.parametrize("base", [None, "http://127.0.0.1:1"])
async def test_a_webhook_that_differs_from_the_settings_is_told(telegram: FakeTelegram, base: str | None) -> None:
    """Telegram calling where it should not, or not yet where it should, is said with who mends it."""
    settings = settings_of(telegram, webhook_url=base)
    if base is None:
        telegram.updates.set_webhook(Hook("http://elsewhere.example/x"), drop=False)
    (line,) = [line for line in await told(settings) if "messages" in line]
    assert line.startswith("–")
    assert "prepmate serve" in line


async def test_a_webhook_that_stands_is_told(telegram: FakeTelegram) -> None:
    """Once the service has told Telegram where to call, that is said, and how many messages wait."""
    settings = settings_of(telegram, webhook_url="http://127.0.0.1:1")
    assert settings.telegram_webhook_secret
    async with TelegramClient.opened(telegram.token, api=telegram.url) as client:
        await Webhook("http://127.0.0.1:1", settings.telegram_webhook_secret.get_secret_value()).set(client.bot)
        telegram.say(7, "hello")
        (line,) = [line for line in await told(settings) if "messages" in line]
        await client.bot.delete_webhook()
    assert "Telegram calls http://127.0.0.1:1/telegram/" in line
    assert "Waiting there: 1." in line
