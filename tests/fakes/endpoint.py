"""An endpoint that answers with the bytes it was given: for what others send, and for connections that break off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

_EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Response:
    """What comes to one request. `cut_at`: so many bytes of the body arrive; `rude`: it ends unlike HTTP asks for.

    `stalls`: after its bytes nothing comes, and the connection stays.
    """

    body: bytes
    status: int = 200
    content_type: str = _EVENTS
    cut_at: int | None = None
    rude: bool = False
    stalls: bool = False


class Endpoint:
    """Answers one request after the other, from the last response on with that one. `requests` are their bodies."""

    def __init__(self, *responses: Response) -> None:
        self.responses = list(responses)
        self.requests: list[dict[str, Any]] = []
        self._server: asyncio.Server | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length"))
            self.requests.append(json.loads(await reader.readexactly(length)))
            response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
            writer.write(_bytes_of(response))
            await writer.drain()
            if response.stalls:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client is gone: a test that interrupts it has seen what it wanted
        finally:
            writer.close()


def events(lines: Sequence[dict[str, Any] | str], **more: Any) -> Response:
    """Return a stream of server-sent events: objects are data, texts stand as they are."""
    texts = [line if isinstance(line, str) else f"data: {json.dumps(line, ensure_ascii=False)}" for line in lines]
    return Response("".join(f"{text}\n\n" for text in texts).encode(), **more)


def response_of(step: dict[str, Any]) -> Response:
    """Return the response that a step of a file describes: lines of a stream, or a status and a body."""
    if "lines" in step:
        return events(step["lines"])
    return Response(json.dumps(step["body"]).encode(), step["status"], "application/json")


def _bytes_of(response: Response) -> bytes:
    body = response.body[: response.cut_at]
    length = f"content-length: {len(response.body) + 1}\r\n" if response.rude else ""
    head = (
        f"HTTP/1.1 {response.status} Answer\r\n"
        f"content-type: {response.content_type}\r\n{length}connection: close\r\n\r\n"
    )
    return head.encode() + body
