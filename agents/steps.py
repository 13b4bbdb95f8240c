"""Reading a turn off its messages: which came since the student's own, and how often the model has answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain.agents.middleware import ModelResponse
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage


def since_student(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """Return the messages of the running turn: those after the last one of the student's."""
    last = max((place for place, message in enumerate(messages) if isinstance(message, HumanMessage)), default=-1)
    return list(messages[last + 1 :])


def step_of(messages: Sequence[AnyMessage]) -> int:
    """Return the number of the step that comes next: how often the model has answered in this turn."""
    return sum(isinstance(message, AIMessage) for message in since_student(messages))


def answer_in(response: ModelResponse[Any] | AIMessage) -> AIMessage:
    """Return the message that a model answered with."""
    if isinstance(response, AIMessage):
        return response
    message = response.result[-1]
    if not isinstance(message, AIMessage):
        raise TypeError("a model answers with an AIMessage")
    return message


def model_of(message: AIMessage) -> str | None:
    """Return the name of the model that wrote a message, as it was told with it."""
    name = message.response_metadata.get("model_name")
    return str(name) if name else None
