"""A streamed response as LangChain takes one: chunks that keep to the API's description, whatever came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import TYPE_CHECKING, Self

import httpx
import httpx2
import openai

from agents.wire.chunks import AnswerReader, Chunk, Failure
from agents.wire.events import DONE, Event, read_events, read_values

if TYPE_CHECKING:
    from types import TracebackType

AFTER_END_S = 2.0
"""How long an endpoint that said why it ended may take to say what that cost; some never close the connection."""
AFTER_DONE_S = 0.2
"""How long one that said it is done may take to close: a response read to its end leaves its connection free."""


class AnswerStream:
    """The chunks of a response. Raises: openai.APIError, ValueError for a response that is no chat completion.

    A response that breaks off ends without a reason, or raises; of calls that had begun it yields nothing.
    """

    def __init__(self, response: httpx2.Response, offered: Collection[str]) -> None:
        self._response, self._reader = response, AnswerReader(offered)
        self._chunks = self._read()

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self._chunks

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._response.aclose()

    async def _read(self) -> AsyncIterator[Chunk]:
        reader, failed, unread = self._reader, None, 0
        try:
            async for event in self._events():
                values = list(read_values(event))
                unread += not values and (event.whole or not event.data.lstrip().startswith(("{", "[")))
                for value in values:
                    if chunk := self._take(event, value):
                        yield chunk
        except Exception as error:  # noqa: BLE001 - raised again below, once what came before it is told
            failed = error
        finally:
            await self._response.aclose()
        if reader.is_whole:
            yield reader.finish()
            return
        if failed is not None:
            raise self._translated(failed)
        if unread and not reader.has_begun:
            raise ValueError("the endpoint answered with something that is no chat completion")
        if not reader.has_begun:
            raise openai.APIConnectionError(request=self._response.request)

    def _take(self, event: Event, value: object) -> Chunk | None:
        if value == DONE:
            self._reader.end()
            return None
        if event.name == "error" and isinstance(value, dict) and not value.get("error"):
            value = {"error": value}
        taken = self._reader.take(value)
        if isinstance(taken, Failure):
            raise openai.APIError("the endpoint told of an error", self._response.request, body=taken.body)
        return taken

    async def _events(self) -> AsyncIterator[Event]:
        events = read_events(self._response.aiter_bytes())
        while True:
            patience = self._patience()
            try:
                yield await (anext(events) if patience is None else asyncio.wait_for(anext(events), patience))
            except StopAsyncIteration:
                return
            except TimeoutError:
                if patience is None:
                    raise
                return

    def _patience(self) -> float | None:
        if self._reader.is_done:
            return AFTER_DONE_S
        return AFTER_END_S if self._reader.is_whole and self._reader.has_ended else None

    def _translated(self, error: Exception) -> Exception:
        """Return an error as the client of the API raises it."""
        if isinstance(error, httpx.TimeoutException | httpx2.TimeoutException):
            translated: Exception = openai.APITimeoutError(self._response.request)
        elif isinstance(error, httpx.HTTPError | httpx2.HTTPError):
            translated = openai.APIConnectionError(request=self._response.request)
        else:
            return error
        translated.__cause__ = error
        return translated


class ReadyStream:
    """One chunk as a stream: an answer that came in another way."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        yield self._chunk

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def read_answer(text: str, offered: Collection[str]) -> Chunk | None:
    """Return the answer that is nothing but the calls written in a text; None where no offered tool is called there."""
    reader = AnswerReader(offered)
    reader.take({"choices": [{"delta": {"content": text}, "finish_reason": "tool_calls"}]})
    chunk = reader.finish()
    called = {call["function"]["name"] for call in chunk["choices"][0]["delta"].get("tool_calls", ())}
    return chunk if called and called <= set(offered) else None
