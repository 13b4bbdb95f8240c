"""Making safe what a model sends: text that can be stored and sent back, and tool calls that can be told apart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, ToolCall

from agents.run import TurnRun
from agents.steps import answer_in
from agents.wire.calls import BROKEN_JSON
from agents.wire.prose import TAKE_BACK


class Tidying(AgentMiddleware[AgentState[Any], TurnRun]):
    """Lets no NUL, no half surrogate pair, no nameless or doubled tool call past it."""

    async def awrap_model_call(
        self, request: ModelRequest[TurnRun], handler: Callable[[ModelRequest[TurnRun]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any] | AIMessage:
        """Ask, and tidy the answer."""
        return tidy(answer_in(await handler(request)))


def tidy(message: AIMessage) -> AIMessage:
    """Return the message with storable text; calls whose arguments are no JSON become calls that say so.

    Without that the agent would take such a message for a final answer, and an empty one. Of the text only what was
    not taken back is kept.
    """
    calls = [ToolCall(name=call["name"], args=clean(call["args"]), id=call["id"]) for call in message.tool_calls]
    calls += [
        ToolCall(name=broken["name"] or "unknown", args={BROKEN_JSON: True}, id=broken["id"])
        for broken in message.invalid_tool_calls
    ]
    used: set[str] = set()
    for number, call in enumerate(calls):
        call_id = clean(call["id"] or "") or f"call_{number}"
        call_id = f"{call_id}_{number}" if call_id in used else call_id
        used.add(call_id)
        call["id"] = call_id
    return message.model_copy(
        update={
            "content": clean(message.text.rpartition(TAKE_BACK)[2]),
            "tool_calls": [{**call, "type": "tool_call"} for call in calls],
            "invalid_tool_calls": [],
            "additional_kwargs": {
                key: value for key, value in message.additional_kwargs.items() if key not in ("tool_calls", "refusal")
            },
        }
    )


def clean(value: Any) -> Any:
    """Return a JSON value whose texts hold no NUL and no half of a surrogate pair."""
    match value:
        case str():
            return value.replace("\x00", "").encode("utf-8", "replace").decode() if _is_odd(value) else value
        case list():
            return [clean(item) for item in value]
        case dict():
            return {clean(key): clean(item) for key, item in value.items()}
        case _:
            return value


def _is_odd(text: str) -> bool:
    if "\x00" in text:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
