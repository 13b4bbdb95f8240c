"""Recordings and pictures made words: one model call each, metered and written down like those of the mentor.

What comes of it is the text of the message: whoever answers it, model or coach, needs neither ears nor eyes.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from agents.errors import ModelUnavailable
from agents.middleware.tidying import clean
from agents.model import Usage
from agents.retry import with_retries
from agents.run import TurnRun
from agents.tokens import TokenCounter
from agents.usage import NOTHING, Bill, close_left_open, close_row, is_unbilled, name_row, open_row
from agents.wire.chunks import read_text
from agents.wire.prose import leave_out_thoughts
from prompts import load
from store.documents.own import Attachment, AttachmentKind, Turn
from store.errors import StoreError
from store.work import UnitOfWork

if TYPE_CHECKING:  # it takes a second to import, which who has no key need not wait for
    from openai import AsyncOpenAI

MARKS: Final[Mapping[AttachmentKind, str]] = {"recording": "🎤", "picture": "🖼"}
"""The text of a message that is a recording or a picture and nothing else, until it was made words of."""

FORMATS: Final = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/mp4": "m4a",
    "audio/m4a": "m4a",
    "audio/x-m4a": "m4a",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
    "audio/webm": "webm",
    "video/mp4": "mp4",
}
"""The recordings that endpoints read, with the ending by which they tell them: "oga", Telegram's own, is none."""

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})

STEP: Final = -1
"""Where this call stands among a turn's steps: before the first."""
LONGEST: Final = 12_000
"""Characters that are kept of what a model made of something: what somebody says or writes is not longer."""
SECOND_TOKENS: Final = 10
PICTURE_TOKENS: Final = 1_000
"""About what a second of speech and a picture cost, for a figure that stands where the provider tells none."""
_UNTOLD_SECONDS: Final = 60


@dataclass(frozen=True)
class Heard:
    """What a model made of something, and what it says that this cost."""

    text: str
    usage: Usage | None


class Senses:
    """Makes words of what came with messages. `models` are those to ask, by the kind of it; for the rest is none."""

    def __init__(
        self,
        client: AsyncOpenAI | None,
        models: Mapping[AttachmentKind, str],
        *,
        counter: TokenCounter,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client, self._models = client, dict(models) if client is not None else {}
        self._counter, self._sleep = counter, sleep

    def has(self, kind: AttachmentKind) -> bool:
        """Return whether there is a model for this kind."""
        return kind in self._models

    async def understand(self, run: TurnRun, attachment: Attachment, content: bytes) -> None:
        """Make a turn's attachment part of its text, in the database and in `run`, with what that cost, all at once.

        Raises: ModelUnavailable, ModelRefused; FenceLost when this process may not ask any more.
        """
        if run.turn.attempts > 1:
            await run.work.commit(lambda unit: close_left_open(unit, run.turn, None, run.work.clock()))
        attempts = itertools.count(1)
        run.work.faults.reach("model.before")
        heard, bill = await with_retries(
            lambda: self._ask_once(run, attachment, content, next(attempts)), sleep=self._sleep
        )
        run.work.faults.reach("model.after")
        known = attachment.model_copy(update={"text": heard})
        said = text_with(caption_of(run.turn), known)

        async def write(unit: UnitOfWork) -> None:
            await unit.of(Turn).amend(run.turn.id, {"$set": {"text": said, "attachment": known.to_mongo()}})
            await close_row(unit, bill, run.work.clock())

        await run.work.commit(write)
        run.turn.text, run.turn.attachment = said, known

    async def _ask_once(self, run: TurnRun, attachment: Attachment, content: bytes, attempt: int) -> tuple[str, Bill]:
        """Ask once, under a row of its own; return what was understood, and the bill that is still to be written."""
        row_id = name_row(run.work, run.turn, step=STEP, attempt=attempt)
        guess = _guess(attachment)
        try:
            await open_row(
                run.work, run.turn, row_id, step=STEP, model=self._models[attachment.kind], beside=guess.input
            )
        except asyncio.CancelledError:  # after the commit, which cannot be interrupted: nothing was asked yet
            await self._close_quietly(run, Bill(row_id, "none", NOTHING))
            raise
        try:
            heard = await self._ask(attachment, content)
        except asyncio.CancelledError:
            await self._close_quietly(run, Bill(row_id, "estimated", guess))
            raise
        except Exception as error:
            failed = Bill(row_id, "none", NOTHING) if is_unbilled(error) else Bill(row_id, "estimated", guess)
            await run.work.commit(lambda unit: close_row(unit, failed, run.work.clock()))
            raise
        text = str(clean(heard.text)).strip()[:LONGEST]
        if heard.usage is not None:
            return text, Bill(row_id, "exact", heard.usage)
        return text, Bill(row_id, "estimated", Usage(guess.input, 0, self._counter.count(text)))

    async def _close_quietly(self, run: TurnRun, bill: Bill) -> None:
        """Close a row on the way out: the student's wish to stop counts for more than the bill."""
        with contextlib.suppress(StoreError):
            await run.work.commit(lambda unit: close_row(unit, bill, run.work.clock()))

    async def _ask(self, attachment: Attachment, content: bytes) -> Heard:
        """Raises: openai.OpenAIError, ModelUnavailable."""
        if self._client is None:
            raise ValueError("there is no model for this: see has()")
        ask = _listen if attachment.kind == "recording" else _look
        return await ask(self._client, self._models[attachment.kind], attachment, content)


def caption_of(turn: Turn) -> str:
    """Return what was written below an attachment that was not made words of yet."""
    return "" if turn.attachment is not None and turn.text == MARKS[turn.attachment.kind] else turn.text


def text_with(caption: str, attachment: Attachment) -> str:
    """Return a message's text: what was written and what was said; what a picture shows is named as that."""
    words = attachment.text or ""
    if not words:
        return caption or MARKS[attachment.kind]
    if attachment.kind == "picture":
        words = f"{MARKS['picture']} A picture that shows:\n{words}"
    return f"{caption}\n\n{words}" if caption else words


async def _listen(client: AsyncOpenAI, model: str, attachment: Attachment, content: bytes) -> Heard:
    name = f"recording.{FORMATS[attachment.mime]}"
    answer: Any = await client.audio.transcriptions.create(
        model=model, file=(name, content, attachment.mime), prompt=load("listening").text, response_format="json"
    )
    text = getattr(answer, "text", None)
    if not isinstance(text, str):
        raise _malformed()
    match getattr(answer, "usage", None):
        case object(type="tokens", input_tokens=int(spoken), output_tokens=int(written)):
            return Heard(text, Usage(spoken, 0, written))
        case object(type="duration", seconds=int() | float() as seconds):
            return Heard(text, Usage(0, 0, 0, float(seconds)))
    return Heard(text, None)


async def _look(client: AsyncOpenAI, model: str, attachment: Attachment, content: bytes) -> Heard:
    url = f"data:{attachment.mime};base64,{base64.b64encode(content).decode()}"
    answer: Any = await client.chat.completions.create(
        model=model,
        messages=[
            {"role": "system", "content": load("looking").text},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]},
        ],
    )
    try:
        text = leave_out_thoughts(read_text(answer.choices[0].message.content))
    except (AttributeError, LookupError, TypeError):
        raise _malformed() from None
    match getattr(answer, "usage", None):
        case object(prompt_tokens=int(read), completion_tokens=int(written)) as usage:
            details = getattr(usage, "prompt_tokens_details", None)
            cached = getattr(details, "cached_tokens", None) or 0
            return Heard(text, Usage(read, cached, written))
    return Heard(text, None)


def _malformed() -> ModelUnavailable:
    told = "The model endpoint sent something that is no answer to this; check OPENAI_BASE_URL if it stays so."
    return ModelUnavailable(told, reason="malformed")


def _guess(attachment: Attachment) -> Usage:
    if attachment.kind == "picture":
        return Usage(PICTURE_TOKENS, 0, 0)
    return Usage((attachment.seconds or _UNTOLD_SECONDS) * SECOND_TOKENS, 0, 0)
