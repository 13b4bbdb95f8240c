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

REFUSED_SECONDS: Final = 180.0
"""How long a token that was good is refused before that is told: a good one is refused now and then for a moment."""
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


class TokenDoubt:
    """For how long a token that was good is refused. After `seconds` that is said; it is asked again all along."""

    def __init__(self, seconds: float = REFUSED_SECONDS) -> None:
        self._seconds, self._since = seconds, float("inf")

    def grow(self) -> str | None:
        """Note that it was refused once more, and return the sentence for whoever runs the service, once it is time."""
        now = asyncio.get_running_loop().time()
        self._since = min(self._since, now)
        return f"{TokenRefused()} Until then I go on asking." if now >= self._since + self._seconds else None

    def end(self) -> None:
        """Note that it was taken."""
        self._since = float("inf")


async def ask(
    what: Callable[[], Awaitable[R]],
    *,
    tell: Callable[[str], None],
    stop: asyncio.Event,
    pause: float = 1.0,
    doubt: TokenDoubt | None = None,
) -> R | None:
    """Return what Telegram answers, however long that takes; None when it was told to stop meanwhile.

    `doubt`: the token was good before, so that it is refused is no reason to end.

    Raises: TokenRefused, telegram.error.BadRequest.
    """
    failures = 0
    while not stop.is_set():
        try:
            return await what()
        except InvalidToken:
            if doubt is None:
                raise TokenRefused from None
            failures += 1
            if (sentence := doubt.grow()) is not None:
                tell(sentence)
                doubt.end()
            await _rest(failures, pause, stop)
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
            await _rest(failures, pause, stop)
    return None


async def _rest(failures: int, pause: float, stop: asyncio.Event) -> None:
    await first_of(stop, seconds=min(_LONGEST_PAUSE, pause * 2.0 ** min(failures - 1, 10)))


def wait_of(exc: RetryAfter) -> float:
    """Return for how many seconds Telegram asks to be left alone."""
    wait = exc.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
