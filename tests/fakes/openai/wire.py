"""Replies as they go over the wire: one JSON object, or a stream of chunks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.openai.ledger import BYTES_PER_TOKEN, MESSAGE_OVERHEAD, Row, count_tokens
from tests.fakes.openai.script import Reply

# The fake has no clock; clients only need a plausible Unix time.
EPOCH = 1_760_000_000
PIECE = re.compile(r"\S{1,24}\s*|\s+")


@dataclass(frozen=True)
class Call:
    """A tool call that has been given its id."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Completion:
    """A finished reply: what it says, and why it stopped."""

    text: str
    calls: tuple[Call, ...]
    finish_reason: str

    @property
    def tokens(self) -> int:
        """What it is billed: its text, 4 tokens, and for each call its name, its arguments and 4 more."""
        calls = sum(count_tokens(call.name + call.arguments) + MESSAGE_OVERHEAD for call in self.calls)
        return count_tokens(self.text) + MESSAGE_OVERHEAD + calls


def complete(reply: Reply, *, call_ids: Iterator[str], max_tokens: int | None) -> Completion:
    """A reply with fresh call ids, cut to `max_tokens` of text where a limit was asked for."""
    calls = tuple(Call(next(call_ids), call.name, call.arguments) for call in reply.calls)
    if max_tokens is not None and not calls and count_tokens(reply.text) > max_tokens:
        text = reply.text.encode()[: max_tokens * BYTES_PER_TOKEN].decode(errors="ignore")
        return Completion(text, (), "length")
    return Completion(reply.text, calls, "tool_calls" if calls else "stop")


def as_object(row: Row, completion: Completion) -> dict[str, Any]:
    """The body of an answer that is not streamed."""
    message: dict[str, Any] = {"role": "assistant", "content": completion.text or None, "refusal": None}
    if completion.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in completion.calls
        ]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": completion.finish_reason}
    return {**_head(row, "chat.completion"), "choices": [choice], "usage": row.usage()}


def as_chunks(row: Row, completion: Completion, *, with_usage: bool) -> Iterator[dict[str, Any]]:
    """The chunks of a stream, in the order and the portions in which OpenAI sends them; the usage chunk is not here.

    With usage asked for, every other chunk says `"usage": null`.
    """
    deltas: list[dict[str, Any]] = [
        {"role": "assistant", "content": None if completion.calls and not completion.text else "", "refusal": None}
    ]
    deltas += [{"content": piece} for piece in PIECE.findall(completion.text)]
    for index, call in enumerate(completion.calls):
        function = {"name": call.name, "arguments": ""}
        deltas.append({"tool_calls": [{"index": index, "id": call.id, "type": "function", "function": function}]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": call.arguments[start : start + 16]}}]}
            for start in range(0, len(call.arguments), 16)
        ]
    for delta in deltas:
        yield _chunk(row, delta, None, with_usage=with_usage)
    yield _chunk(row, {}, completion.finish_reason, with_usage=with_usage)


def usage_chunk(row: Row) -> dict[str, Any]:
    """The last chunk of a stream whose client asked for usage: no choices, only the bill."""
    return {**_head(row, "chat.completion.chunk"), "choices": [], "usage": row.usage()}


def cost_of(chunk: dict[str, Any]) -> str:
    """The billed text inside one chunk."""
    delta = chunk["choices"][0]["delta"]
    calls = delta.get("tool_calls") or []
    names = "".join(call["function"].get("name", "") + call["function"]["arguments"] for call in calls)
    return (delta.get("content") or "") + names


def _chunk(row: Row, delta: dict[str, Any], finish_reason: str | None, *, with_usage: bool) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    usage = {"usage": None} if with_usage else {}
    return {**_head(row, "chat.completion.chunk"), "choices": [choice], **usage}


def _head(row: Row, kind: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "object": kind,
        "created": EPOCH,
        "model": row.model,
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }
