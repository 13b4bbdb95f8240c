"""The menu beside the message field is told to Telegram once."""

from __future__ import annotations

from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.menu import keep_menu
from bot.commands import menu
from tests.fakes.telegram import FakeTelegram


async def test_the_menu_is_told_only_where_it_is_another(telegram: FakeTelegram) -> None:
    """Eight commands with what they do; a second start finds them there, and an error costs nothing but the menu."""
    async with TelegramClient.opened(telegram.token, api=telegram.url) as client:
        telegram.fail_next(500, 1)
        assert not await keep_menu(client.bot)
        assert await keep_menu(client.bot)
        assert not await keep_menu(client.bot)
        shown = await client.bot.get_my_commands()
    assert [(one.command, one.description) for one in shown] == list(menu())
    assert len(shown) == 8
    assert telegram.violations == []
