"""The menu beside the message field: the same few commands for every student."""

from __future__ import annotations

from telegram import Bot, BotCommand

from bot.commands import menu


async def show_menu(bot: Bot) -> bool:
    """Make Telegram show the menu, and return whether it had to be told: it remembers. Raises: TelegramError."""
    wanted = [BotCommand(name, summary) for name, summary in menu()]
    if list(await bot.get_my_commands()) == wanted:
        return False
    return bool(await bot.set_my_commands(wanted))
