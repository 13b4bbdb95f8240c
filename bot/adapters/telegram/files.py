"""Files that come with messages, fetched before their message is confirmed."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from bot.adapters.base import DeliverLater, Undeliverable
from bot.adapters.telegram.attachments import LARGEST, Attached, too_large, unreadable, with_file
from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.errors import Refusal, TelegramDown
from texts import say

log = logging.getLogger(__name__)

_TRIES: Final = 3
_SECONDS: Final = 12.0
"""How long fetching may take, repetitions included: others' updates are confirmed after it."""


class Unread(Exception):
    """The file cannot be read; the message is the sentence for whoever sent it."""


async def text_of(client: TelegramClient, said: str, document: Attached) -> str:
    """Return what was said together with the file's text. Raises: Unread."""
    try:
        async with asyncio.timeout(_SECONDS):
            content = await _fetch(client, document)
    except TimeoutError:
        raise Unread(_unfetched()) from None
    text = with_file(said, document, content)
    if text is None:
        raise Unread(unreadable())
    return text


async def _fetch(client: TelegramClient, document: Attached) -> bytes:
    for attempt in range(1, _TRIES + 1):
        try:
            file = await client.ask(client.bot.get_file(document.id))
            if (file.file_size or 0) > LARGEST:
                raise Unread(too_large())
            content = bytes(await client.ask(file.download_as_bytearray()))
        except DeliverLater as exc:
            await asyncio.sleep(exc.seconds)
        except (Refusal, Undeliverable) as exc:
            log.warning("a file is not given out: %s", exc)
            raise Unread(_unfetched()) from None
        except TelegramDown as exc:
            log.warning("a file could not be fetched: %s", exc)
            await asyncio.sleep(0.3 * attempt)
        else:
            if len(content) > LARGEST:
                raise Unread(too_large())
            return content
    raise Unread(_unfetched())


def _unfetched() -> str:
    return say("Telegram did not give me that file. Please send it once more, or paste the text.")
