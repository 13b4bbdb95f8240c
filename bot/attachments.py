"""What comes with a message and is no text: fetched when its turn is worked, made words of, then answered like any.

It is not fetched when the message is taken in: that has to be quick, and what fails here may be done again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from agents.errors import ModelRefused, ModelUnavailable, NotUnderstood
from agents.listening import Senses
from agents.run import Answer, TurnRun
from bot.adapters.base import Adapter, Unfetched
from bot.worker import Answerer
from store.documents.own import Attachment, AttachmentKind, Platform
from texts import say

log = logging.getLogger(__name__)

LARGEST: Final = 20 * 2**20
"""Bytes of a recording or a picture that are fetched: Telegram gives out no more, endpoints take up to 25 MB."""
LONGEST_SECONDS: Final = 300
AT_ONCE: Final = 4
"""How many are in memory at once, each in a few copies while it is sent on."""


class Understanding:
    """Answers turns as `inner` does, once what came with them was made words of."""

    def __init__(self, inner: Answerer, senses: Senses, adapters: Mapping[Platform, Adapter]) -> None:
        self._inner, self._senses, self._adapters = inner, senses, adapters
        self._room = asyncio.Semaphore(AT_ONCE)

    async def answer(self, run: TurnRun) -> Answer:
        """Return the answer to a turn; its text is then what was understood.

        Raises: NotUnderstood and other AgentErrors; StoreError.
        """
        attachment = run.turn.attachment
        if attachment is not None and attachment.text is None:
            await self._understand(run, attachment)
        if run.turn.attachment is not None and not run.turn.attachment.text:
            raise NotUnderstood(_nothing_in(run.turn.attachment.kind))
        return await self._inner.answer(run)

    async def _understand(self, run: TurnRun, attachment: Attachment) -> None:
        if not self._senses.has(attachment.kind):
            raise NotUnderstood(cannot_read(attachment.kind))
        # A process without this door, such as a terminal's, may take over the turn of one that was killed.
        adapter = self._adapters.get(run.turn.platform)
        if adapter is None:
            raise NotUnderstood(_failed_with(attachment.kind))
        await run.listener.doing(say("listening…") if attachment.kind == "recording" else say("looking at it…"))
        try:
            async with self._room:
                content = await adapter.fetch(attachment.file, LARGEST)
                await self._senses.understand(run, attachment, content)
        except Unfetched as exc:
            raise NotUnderstood(str(exc)) from None
        except (ModelUnavailable, ModelRefused) as exc:
            log.warning("turn %s: no words could be made of a %s: %s", run.turn.id, attachment.kind, exc)
            raise NotUnderstood(_failed_with(attachment.kind)) from None


def cannot_read(kind: AttachmentKind) -> str:
    """Return what to do instead of sending this where no model is set for it."""
    if kind == "picture":
        return say("I cannot look at pictures. Type what it says, or send code as a file.")
    return say("I cannot listen to recordings. Please type what you said.")


def _failed_with(kind: AttachmentKind) -> str:
    if kind == "picture":
        return say("I could not look at that picture just now. Send it again later, or type what it says.")
    return say("I could not listen to that recording just now. Send it again later, or type what you said.")


def _nothing_in(kind: AttachmentKind) -> str:
    if kind == "picture":
        return say("I could not make out anything in that picture. Send a sharper one, or type what it says.")
    return say("I could not make out any words in that recording. Say it once more, or type it.")
