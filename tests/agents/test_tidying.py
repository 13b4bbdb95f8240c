"""What a model sends, made safe."""

from __future__ import annotations

from langchain_core.messages import AIMessage, InvalidToolCall, ToolCall

from agents.middleware.tidying import tidy
from agents.wire.calls import BROKEN_JSON
from agents.wire.prose import TAKE_BACK


def call(name: str, call_id: str | None, **args: object) -> ToolCall:
    """A tool call as LangChain hands it on."""
    return ToolCall(name=name, args=args, id=call_id)


def test_calls_can_be_told_apart() -> None:
    """Calls without an id, and calls that share one, get ids of their own: effects are kept by them."""
    message = AIMessage("", tool_calls=[call("a", None), call("b", "x"), call("c", "x"), call("d", "")])
    assert [one["id"] for one in tidy(message).tool_calls] == ["call_0", "x", "x_2", "call_3"]


def test_tidying_twice_changes_nothing() -> None:
    """A tidy message stays as it is."""
    once = tidy(AIMessage("half \udfff", tool_calls=[call("a", None, title="half \ud800")]))
    assert tidy(once) == once
    assert once.tool_calls[0]["args"] == {"title": "half ?"}


def test_what_was_taken_back_is_no_part_of_the_message() -> None:
    """Of a text that was taken back in the middle only what follows is kept."""
    assert tidy(AIMessage(f"I should think.{TAKE_BACK}Two pointers.")).text == "Two pointers."


def test_a_call_whose_arguments_are_no_json_stays_a_call() -> None:
    """Broken calls are answered like the others, so that the model can correct them."""
    broken = InvalidToolCall(name="jot", args="title: x", id="1", error="not JSON", type="invalid_tool_call")
    message = tidy(AIMessage("", invalid_tool_calls=[broken]))
    assert message.invalid_tool_calls == []
    assert message.tool_calls == [{"name": "jot", "args": {BROKEN_JSON: True}, "id": "1", "type": "tool_call"}]
