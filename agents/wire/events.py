"""The JSON values of a streamed response, however the endpoint frames them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

DONE = "[DONE]"


@dataclass(frozen=True)
class Event:
    """One event of a response: its name, which is mostly empty, and its data. `whole`: something closed it."""

    name: str
    data: str
    whole: bool = True


async def read_events(pieces: AsyncIterator[bytes]) -> AsyncIterator[Event]:
    """Yield the server-sent events of a response, comments left out.

    A body that is no event stream comes as the data of events too: some endpoints answer a wish for a stream with one
    JSON object, or with an object on each line. The last event may have been left unclosed by the endpoint.
    """
    name, data = "", list[str]()
    async for line in _read_lines(pieces):
        field, _, value = line.partition(":")
        if not line:
            if data:
                yield Event(name, "\n".join(data))
            name, data = "", []
        elif field == "data":
            data.append(value.removeprefix(" "))
        elif field == "event":
            name = value.strip()
        elif field not in ("", "id", "retry"):
            data.append(line)
    if data:
        yield Event(name, "\n".join(data), whole=False)


def read_values(event: Event) -> Iterator[Any]:
    """Yield the JSON values of an event, and `DONE` where the endpoint says that it has ended.

    One that nothing closed may be cut in the middle: of it only what is whole is read. Words that are no JSON, such as
    "ping", are passed over. Raises: ValueError for JSON that is broken.
    """
    try:
        yield _read_value(event.data)
    except (ValueError, RecursionError) as error:
        lines = event.data.split("\n")
        if len(lines) == 1 and event.data.lstrip().startswith(("{", "[")) and event.whole:
            raise ValueError("the endpoint sent JSON that is broken") from error
        if len(lines) > 1:  # events that no empty line divides, or an object a line
            for number, line in enumerate(lines, start=1):
                yield from read_values(Event(event.name, line, event.whole or number < len(lines)))


def _read_value(data: str) -> Any:
    return DONE if data.lstrip().startswith(DONE) else json.loads(data)


async def _read_lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[str]:
    held = b""
    async for piece in pieces:
        *lines, held = (held + piece).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")
    if held:
        yield held.decode("utf-8", "replace")
