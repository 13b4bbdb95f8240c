"""Files that come with messages: those with code before their message is confirmed, the others when it is worked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from bot.adapters.base import DeliverLater, Undeliverable, Unfetched
from bot.adapters.telegram.attachments import LARGEST, Attached, too_heavy, too_large, unreadable, with_file
from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.errors import Refusal, TelegramDown
from texts import say

log = logging.getLogger(__name__)

_TRIES: Final = 3
_SECONDS: Final = 12.0
"""How long fetching may take, repetitions included: others' updates are confirmed after it."""


async def text_of(client: TelegramClient, said: str, document: Attached) -> str:
    """Return what was said together with the file's text. Raises: Unfetched."""
    try:
        async with asyncio.timeout(_SECONDS):
            content = await _fetch(client, document.id, LARGEST, too_large)
    except TimeoutError:
        raise Unfetched(_unfetched()) from None
    text = with_file(said, document, content)
    if text is None:
        raise Unfetched(unreadable())
    return text


async def fetch(client: TelegramClient, file: str, most: int) -> bytes:
    """Return a recording or a picture of at most so many bytes. Raises: Unfetched."""
    return await _fetch(client, file, most, too_heavy)


async def _fetch(client: TelegramClient, name: str, most: int, too_large: Callable[[], str]) -> bytes:
    for attempt in range(1, _TRIES + 1):
        try:
            file = await client.ask(client.bot.get_file(name))
            if (file.file_size or 0) > most:
                raise Unfetched(too_large())
            content = bytes(await client.ask(file.download_as_bytearray()))
        except DeliverLater as exc:
            await asyncio.sleep(exc.seconds)
        except (Refusal, Undeliverable) as exc:
            log.warning("a file is not given out: %s", exc)
            if "temporarily" not in str(exc):
                raise Unfetched(_unfetched()) from None
            await asyncio.sleep(0.3 * attempt)
        except TelegramDown as exc:
            log.warning("a file could not be fetched: %s", exc)
            await asyncio.sleep(0.3 * attempt)
        else:
            if len(content) > most:
                raise Unfetched(too_large())
            return content
    raise Unfetched(_unfetched())


def _unfetched() -> str:
    return say("Telegram did not give me that file. Please send it once more, or paste the text.")
