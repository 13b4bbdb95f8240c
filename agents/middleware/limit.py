"""How often a model may answer in one turn before somebody has to stop it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage

from agents.run import PREPMATE, TurnRun
from agents.steps import step_of

MOST_STEPS = 8

TOO_MANY_STEPS = (
    "I looked things up several times and still have no good answer, so I stopped. "
    "What I saved on the way stays saved. Please ask for one thing at a time."
)


class StepLimit(AgentMiddleware[AgentState[Any], TurnRun]):
    """Ends a turn with a sentence when the model goes on calling tools."""

    async def awrap_model_call(
        self, request: ModelRequest[TurnRun], handler: Callable[[ModelRequest[TurnRun]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any] | AIMessage:
        """Answer in the model's place once it has had all its steps."""
        if step_of(request.messages) < MOST_STEPS:
            return await handler(request)
        return AIMessage(TOO_MANY_STEPS, response_metadata={"model_name": PREPMATE})
