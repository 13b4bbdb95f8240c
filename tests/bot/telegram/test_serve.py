"""`prepmate serve`: from a message in Telegram to its answer, and an end in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.telegram.asking import TokenDoubt, TokenRefused, ask
from bot.adapters.telegram.client import TelegramClient
from bot.errors import SettingsError
from bot.logs import Secrets, SecretsHidden
from bot.serve import serve
from bot.settings import Settings
from store.client import connect
from store.documents.own import ChannelAccount
from tests.fakes.openai import FakeOpenAI
from tests.fakes.telegram import FakeTelegram


def settings_for(telegram: FakeTelegram, directory: Path, uri: str, database: str, **more: object) -> Settings:
    """Return the settings of a service on the fake Telegram and the real database."""
    given: dict[str, object] = {
        "data_dir": directory,
        "mongodb_uri": SecretStr(uri),
        "mongodb_database": database,
        "openai_api_key": None,
        "telegram_bot_token": SecretStr(telegram.token),
        "telegram_api_url": telegram.url,
        **more,
    }
    return Settings(**given)  # type: ignore[arg-type]


@pytest.fixture
async def ears() -> AsyncIterator[dict[str, object]]:
    """The settings with which voice notes are listened to."""
    async with FakeOpenAI() as fake:
        key = SecretStr(fake.key)
        yield {"openai_api_key": key, "openai_base_url": fake.url, "openai_transcription_model": "whisper-1"}


async def test_a_message_in_telegram_is_answered(
    telegram: FakeTelegram,
    tmp_path: Path,
    mongo_uri: str,
    quiet_database: str,
    caplog: pytest.LogCaptureFixture,
    ears: dict[str, object],
) -> None:
    """The service says who it is, answers what is written and said to it, ends in order, and logs its token nowhere."""
    told: list[str] = []
    settings = settings_for(telegram, tmp_path, mongo_uri, quiet_database, **ears)
    telegram.fail_next(500, 1, "getMe")
    for library in ("httpx", "httpcore", "telegram"):
        caplog.set_level(logging.DEBUG, library)
    serving = asyncio.create_task(serve(settings, told.append))
    student = 7_777
    try:
        update = telegram.voice(student, b"OggS/help")
        await telegram.until(lambda: serving.done() or "/next" in "".join(map(str, telegram.screen(student))), 60.0)
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await _forget(mongo_uri, quiet_database, student)
    assert telegram.screen(student)[-1].text.startswith("🎤 “/help”\n")
    assert told[-2:] == ["Telegram: it does not answer yet; trying again.", "Telegram: @prepmate_bot, polling."]
    assert update in telegram.updates.confirmed
    assert not telegram.violations
    assert any(telegram.token in record.getMessage() for record in caplog.records), "libraries do log addresses"
    form = SecretsHidden("%(message)s", Secrets.of(settings))
    assert not [record for record in caplog.records if telegram.token in form.format(record)]


async def _forget(uri: str, name: str, student: int) -> None:
    """Take out of the common database what a message left there."""
    database = connect(uri, name)
    try:
        accounts = database.collection(ChannelAccount.collection)
        account = await accounts.find_one({"_id": f"telegram:{student}"})
        for kind in await database._inner.list_collection_names():
            if account is not None:
                await database._inner[kind].delete_many(
                    {"$or": [{"userId": account["userId"]}, {"_id": account["userId"]}]}
                )
    finally:
        database.close()


async def test_without_a_token_it_says_where_to_get_one(tmp_path: Path) -> None:
    """With nothing to serve it names the variable and who gives the token."""
    with pytest.raises(SettingsError, match=r"TELEGRAM_BOT_TOKEN \(from @BotFather"):
        await serve(Settings(data_dir=tmp_path, telegram_bot_token=None), lambda _: None)


async def test_a_refused_token_is_told(telegram: FakeTelegram) -> None:
    """A token that Telegram does not know ends the platform, and with it the service, in a sentence."""
    async with TelegramClient.opened("100:revoked", api=telegram.url) as client:
        with pytest.raises(TokenRefused, match="BotFather"):
            await ask(client.bot.get_me, tell=lambda _: None, stop=asyncio.Event())


@pytest.mark.parametrize("seconds", [0.0, 60.0])
async def test_a_token_that_was_good_is_asked_with_again(telegram: FakeTelegram, seconds: float) -> None:
    """At work a refused token, or a page in the place of an answer, is asked with again; after minutes that is told."""
    told: list[str] = []
    telegram.fail_next(401, 1, "getWebhookInfo")
    telegram.fail_next(404, 1, "getWebhookInfo", page=True)
    async with TelegramClient.opened(telegram.token, api=telegram.url) as client:
        asked = ask(
            client.bot.get_webhook_info,
            tell=told.append,
            stop=asyncio.Event(),
            pause=0.01,
            doubt=TokenDoubt(seconds),
        )
        assert (await asked) is not None
    assert bool(told) == (seconds == 0.0)
