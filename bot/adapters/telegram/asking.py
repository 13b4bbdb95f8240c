"""Asking Telegram for what the service cannot do without: again and again, until it is done or can never be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar

from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.errors import BotError
from bot.waiting import first_of

log = logging.getLogger(__name__)

_LONGEST_PAUSE: Final = 30.0
R = TypeVar("R")


class TokenRefused(BotError):
    """Telegram does not know the token."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram does not accept TELEGRAM_BOT_TOKEN: it was revoked or copied wrongly. Ask @BotFather for it "
            "(/mybots, your bot, API Token) and set it again."
        )


class WebhookRefused(BotError):
    """Telegram does not want to call the address that it was given."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"Telegram refuses PREPMATE_WEBHOOK_URL ({words}): correct it, or unset it and PrepMate polls instead."
        )


async def ask(
    what: Callable[[], Awaitable[R]], *, tell: Callable[[str], None], stop: asyncio.Event, pause: float = 1.0
) -> R | None:
    """Return what Telegram answers, however long that takes; None when it was told to stop meanwhile.

    Raises: TokenRefused, telegram.error.BadRequest.
    """
    failures = 0
    while not stop.is_set():
        try:
            return await what()
        except InvalidToken:
            raise TokenRefused from None
        except BadRequest:
            raise
        except RetryAfter as exc:
            log.warning("Telegram asks to wait for %g s", wait_of(exc))
            await first_of(stop, seconds=wait_of(exc))
        except TelegramError as exc:
            failures += 1
            log.warning("Telegram does not answer: %s", type(exc).__name__)
            if failures == 1:
                tell("Telegram: it does not answer yet; trying again.")
            await first_of(stop, seconds=min(_LONGEST_PAUSE, pause * 2.0 ** min(failures - 1, 10)))
    return None


def wait_of(exc: RetryAfter) -> float:
    """Return for how many seconds Telegram asks to be left alone."""
    wait = exc.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
