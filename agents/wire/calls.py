"""The tool calls of a streamed answer, put together from pieces that endpoints number in ways of their own."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from agents.wire.written import WrittenCall, read_arguments

BROKEN_JSON = "broken_json"
"""The argument under which arguments arrive that cannot be read: a tool refuses it with what to do instead."""


@dataclass
class _Call:
    """A call as far as it has arrived. `index` and `call_id` are the endpoint's own, where it gives any."""

    call_id: str
    index: int | None
    name: str
    pieces: list[Any] = field(default_factory=list)

    def arguments(self) -> dict[str, Any] | None:
        """Return what it is called with; None while that is not whole."""
        texts = [piece for piece in self.pieces if isinstance(piece, str)]
        objects = [piece for piece in self.pieces if isinstance(piece, dict)]
        if len(texts) + len(objects) < len(self.pieces):
            return None
        read = read_arguments(objects[-1] if objects else "".join(texts))
        if read is None and texts and texts[0].strip() == "{}":  # an empty beginning that the true ones follow
            read = read_arguments("".join(texts[1:]))
        return None if read is None else dict(read)

    def is_whole(self) -> bool:
        """Return whether it has arguments and nothing of them is missing."""
        return bool(self.pieces) and self.arguments() is not None


class Calls:
    """Collects the pieces of calls. A call is told from another by its id, its index and where a name begins.

    `offered` are the tools that may be called: a name that is none of them may go on in the next piece.
    """

    def __init__(self, offered: Collection[str] = ()) -> None:
        self._offered = offered
        self._calls: list[_Call] = []

    def __len__(self) -> int:
        return len(self._calls)

    def take(self, piece: object) -> None:
        """Take a piece as an endpoint sent it: the entry of `tool_calls` in a delta."""
        if not isinstance(piece, dict):
            return
        function = piece.get("function")
        function = function if isinstance(function, dict) else piece
        name, call_id, index = function.get("name"), piece.get("id"), piece.get("index")
        call = self._place(
            call_id if isinstance(call_id, str) else "",
            int(str(index)) if str(index).isdecimal() else None,
            name.strip() if isinstance(name, str) else "",
        )
        arguments = function.get("arguments")
        if arguments not in (None, ""):
            call.pieces.append(arguments)

    def add_written(self, calls: list[WrittenCall]) -> None:
        """Add calls that stood in the text."""
        for call in calls:
            arguments = {BROKEN_JSON: True} if call.arguments is None else dict(call.arguments)
            self._calls.append(_Call("", None, call.name, [arguments]))

    def as_delta(self) -> list[dict[str, Any]]:
        """Return the calls as one delta of the API: numbered, each with its arguments as JSON text.

        Arguments that are cut are not guessed: such a call was never made.
        """
        return [
            {
                "index": number,
                "id": call.call_id or None,
                "type": "function",
                "function": {"name": call.name, "arguments": _as_json(call.arguments())},
            }
            for number, call in enumerate(self._calls)
        ]

    def _place(self, call_id: str, index: int | None, name: str) -> _Call:
        """Return the call that a piece belongs to, a new one if it begins one."""
        call = self._find(call_id, index)
        if call is None or (name and self._begins_another(call, call_id, name)):
            call = _Call(call_id, index, name)
            self._calls.append(call)
            return call
        call.call_id = call.call_id or call_id
        if name != call.name:  # one that came late, or in pieces
            call.name += name
        return call

    def _find(self, call_id: str, index: int | None) -> _Call | None:
        """Return the newest call with this id, else with this index, else the newest where the piece names neither."""
        by_id = [call for call in self._calls if call_id and call.call_id == call_id]
        by_index = [call for call in self._calls if index is not None and call.index == index]
        nameless = self._calls if index is None else []
        return next((found[-1] for found in (by_id, by_index, nameless) if found), None)

    def _begins_another(self, call: _Call, call_id: str, name: str) -> bool:
        """Return whether a piece with a name begins another call than the one that its id or index points at."""
        if not call.name:
            return False
        if call_id and call.call_id and call_id != call.call_id:
            return True
        if name == call.name:
            return call.is_whole() and not call_id
        return bool(call.pieces) or call.name in self._offered


def _as_json(arguments: dict[str, Any] | None) -> str:
    return json.dumps({BROKEN_JSON: True} if arguments is None else arguments)
