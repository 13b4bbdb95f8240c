"""The menu beside the message field: the same few commands for every student."""

from __future__ import annotations

import logging

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.commands import menu

log = logging.getLogger(__name__)


async def keep_menu(bot: Bot) -> bool:
    """Make Telegram show the menu, and return whether it had to be told: it remembers.

    Whoever writes is answered without it, so what fails here is only noted and tried again at the next start.
    """
    wanted = [BotCommand(name, summary) for name, summary in menu()]
    try:
        if list(await bot.get_my_commands()) == wanted:
            return False
        return bool(await bot.set_my_commands(wanted))
    except TelegramError as exc:
        log.warning("the menu of commands could not be set: %s", type(exc).__name__)
        return False
