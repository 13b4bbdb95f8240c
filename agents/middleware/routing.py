"""Who answers: the model, or the offline coach where there is none, where it is not needed, or where it is away."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from agents.errors import ModelRefused, ModelUnavailable
from agents.run import OFFLINE_COACH, PREPMATE, TurnRun
from agents.speech import break_off
from agents.steps import model_of, since_student

log = logging.getLogger(__name__)

AWAY = "The mentor's model can't be reached right now."
SAVED = "What I had done by then is saved, and is listed with this message."

Ask = Callable[[ModelRequest[TurnRun]], Awaitable[ModelResponse[Any]]]


class Routing(AgentMiddleware[AgentState[Any], TurnRun]):
    """Chooses who answers a step; once the coach has, it answers the rest of the turn.

    `writing` names the tools that change data: after one of those the coach does not take a turn over, because it
    would read the student's words afresh and do them again.
    """

    def __init__(self, *, model: BaseChatModel | None, coach: BaseChatModel, writing: Collection[str]) -> None:
        super().__init__()
        self._model, self._coach, self._writing = model, coach, frozenset(writing)

    async def awrap_model_call(self, request: ModelRequest[TurnRun], handler: Ask) -> ModelResponse[Any] | AIMessage:
        """Ask whoever is to answer; fall back when the model cannot be reached or refuses."""
        run = request.runtime.context
        if self._model is None or run.turn.text.startswith("/") or _coach_began(request.messages):
            return await self._ask_coach(request, handler)
        if run.progress.out_of_reach is None:
            try:
                return await handler(request)
            except (ModelUnavailable, ModelRefused) as error:
                log.warning("turn %s: the model did not answer (%s): %s", run.turn.id, error.reason, error)
                run.progress.out_of_reach = error
        if (broken_off := self._end_of_answer(run, request.messages)) is not None:
            return broken_off
        return await self._ask_coach(request, handler)

    async def _ask_coach(self, request: ModelRequest[TurnRun], handler: Ask) -> ModelResponse[Any]:
        messages = _for_coach(request.messages, _note(request.runtime.context))
        return await handler(request.override(model=self._coach, messages=messages))

    def _end_of_answer(self, run: TurnRun, messages: list[AnyMessage]) -> AIMessage | None:
        """Return how an answer ends whose model is away: with what the student has read of it, or with what was done.

        None where neither is so: then the coach may begin anew.
        """
        has_written, said = self._has_written(messages), run.progress.said
        if not said and not has_written:
            return None
        why = _note(run) or AWAY
        sentence = f"My answer broke off here. {why}" if said else f"I could not finish this answer. {why}"
        sentence += f" {SAVED}" if has_written else " Say “go on”, or ask again in a moment."
        if not said:
            return AIMessage(sentence, response_metadata={"model_name": PREPMATE})
        # With the id of the message that was streamed nothing of it is shown again, or taken back.
        return AIMessage(break_off(run.progress.written, sentence), id=run.progress.message_id)

    def _has_written(self, messages: list[AnyMessage]) -> bool:
        return any(
            isinstance(message, ToolMessage) and message.name in self._writing and message.status == "success"
            for message in since_student(messages)
        )


def _coach_began(messages: list[AnyMessage]) -> bool:
    return any(isinstance(one, AIMessage) and model_of(one) == OFFLINE_COACH for one in since_student(messages))


def _for_coach(messages: list[AnyMessage], note: str | None) -> list[AnyMessage]:
    """Return the messages without the steps of another model in this turn, and with why that one is not answering."""
    since = since_student(messages)
    own = {
        call["id"]
        for message in since
        if isinstance(message, AIMessage) and model_of(message) == OFFLINE_COACH
        for call in message.tool_calls
    }
    kept = [
        message
        for message in since
        if (isinstance(message, AIMessage) and model_of(message) == OFFLINE_COACH)
        or (isinstance(message, ToolMessage) and message.tool_call_id in own)
    ]
    before = messages[: len(messages) - len(since)]
    if note is not None and before and isinstance(before[-1], HumanMessage):
        student = before[-1].model_copy(
            update={"additional_kwargs": {**before[-1].additional_kwargs, "coach_note": note}}
        )
        before = [*before[:-1], student]
    return [*before, *kept]


def _note(run: TurnRun) -> str | None:
    """Return why the model is not answering, as its student may know it: "" for one who could do nothing about it."""
    if run.progress.out_of_reach is None:
        return None
    return str(run.progress.out_of_reach) if run.owns_key else ""
