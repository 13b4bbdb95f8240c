"""Asking the model: each try has its own usage row, opened before it and closed after it, whatever comes of it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import BaseTool

from agents.errors import broken_off
from agents.model import Usage, is_complete
from agents.retry import with_retries
from agents.run import TurnRun
from agents.steps import answer_in, step_of
from agents.tokens import TokenCounter
from agents.usage import (
    NOTHING,
    Bill,
    bill_of,
    close_left_open,
    close_row,
    guess_usage,
    is_unbilled,
    name_row,
    open_row,
)
from store.errors import StoreError
from store.work import UnitOfWork

Ask = Callable[[ModelRequest[TurnRun]], Awaitable[ModelResponse[Any]]]


class Metering(AgentMiddleware[AgentState[Any], TurnRun]):
    """Calls the provider, again where that may help, and accounts for every call. The coach costs nothing.

    Raises: ModelUnavailable, ModelRefused when the model did not answer; FenceLost before the call when this process
    may not make it any more.
    """

    def __init__(
        self,
        *,
        coach: BaseChatModel,
        model_name: str,
        counter: TokenCounter,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._coach, self._model_name, self._counter, self._sleep = coach, model_name, counter, sleep

    async def awrap_model_call(self, request: ModelRequest[TurnRun], handler: Ask) -> ModelResponse[Any] | AIMessage:
        """Ask the provider, and leave the bill of the call that succeeded for the journal."""
        if request.model is self._coach:
            return await handler(request)
        run, attempts = request.runtime.context, itertools.count(1)
        if run.turn.attempts > 1:
            await self._close_left_open(run, request)
        return await with_retries(
            lambda: self._ask_once(run, request, handler, next(attempts)),
            sleep=self._sleep,
            has_streamed=lambda: run.progress.said,
        )

    async def _ask_once(
        self, run: TurnRun, request: ModelRequest[TurnRun], handler: Ask, attempt: int
    ) -> ModelResponse[Any]:
        step, prompt = step_of(request.messages), self._prompt_of(request)
        row_id = name_row(run.work, run.turn, step=step, attempt=attempt)
        run.progress.heard = ""
        try:
            await open_row(run.work, run.turn, row_id, step=step, model=self._model_name, prompt=prompt)
        except asyncio.CancelledError:  # after the commit, which cannot be interrupted: nothing was asked yet
            await self._close_quietly(run, Bill(row_id, "none", NOTHING))
            raise
        try:
            response = await handler(request)
            message = _complete(answer_in(response))
        except asyncio.CancelledError:
            await self._close_quietly(run, Bill(row_id, "estimated", self._guess(request, run.progress.heard)))
            raise
        except Exception as error:
            await self._close(run, self._bill_of_failure(row_id, request, run.progress.heard, error))
            raise
        run.progress.bill = bill_of(row_id, message, lambda: self._guess(request, _written_by(message)))
        return response

    def _bill_of_failure(self, row_id: str, request: ModelRequest[TurnRun], heard: str, error: Exception) -> Bill:
        if is_unbilled(error):
            return Bill(row_id, "none", NOTHING)
        return Bill(row_id, "estimated", self._guess(request, heard))

    def _guess(self, request: ModelRequest[TurnRun], answer: str) -> Usage:
        tools = [tool for tool in request.tools if isinstance(tool, BaseTool)]
        return guess_usage(self._counter, self._prompt_of(request), tools, answer)

    @staticmethod
    def _prompt_of(request: ModelRequest[TurnRun]) -> list[AnyMessage]:
        return [*([request.system_message] if request.system_message else []), *request.messages]

    async def _close(self, run: TurnRun, bill: Bill) -> None:
        async def close(unit: UnitOfWork) -> None:
            await close_row(unit, bill, run.work.clock())

        await run.work.commit(close)

    async def _close_quietly(self, run: TurnRun, bill: Bill) -> None:
        """Close a row on the way out: the student's wish to stop counts for more than the bill."""
        with contextlib.suppress(StoreError):
            await self._close(run, bill)

    async def _close_left_open(self, run: TurnRun, request: ModelRequest[TurnRun]) -> None:
        """Close what an earlier holder of this turn opened: the step was not journaled, so its prompt is this one."""
        usage = self._guess(request, "")

        async def close(unit: UnitOfWork) -> None:
            await close_left_open(unit, run.turn, usage, run.work.clock())

        await run.work.commit(close)


def _written_by(message: AIMessage) -> str:
    """Return all that a model wrote: its words and its calls."""
    return message.text + "".join(call["name"] + json.dumps(call["args"]) for call in message.tool_calls)


def _complete(message: AIMessage) -> AIMessage:
    """Return the message. Raises: ModelUnavailable for a stream that was cut and looks like an ordinary end."""
    if is_complete(message):
        return message
    raise broken_off()
