"""Writing down what the model answered before anything it asks for is done, and replaying it after a takeover."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, message_to_dict, messages_from_dict

from agents.run import OFFLINE_COACH, TurnRun
from agents.steps import answer_in, model_of, step_of
from agents.usage import Bill, close_row
from store.documents.own import JournalEntry, Turn
from store.work import UnitOfWork


class Journal(AgentMiddleware[AgentState[Any], TurnRun]):
    """Asks the model once a step, however often the turn is begun anew."""

    async def awrap_model_call(
        self, request: ModelRequest[TurnRun], handler: Callable[[ModelRequest[TurnRun]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any] | AIMessage:
        """Return the step's answer from the journal; otherwise ask, and commit the answer with what it cost."""
        run, step = request.runtime.context, step_of(request.messages)
        if (known := find_entry(run, step)) is not None:
            return read_message(known.message)
        run.work.faults.reach("model.before")
        response = await handler(request)
        message = answer_in(response)
        run.work.faults.reach("model.after")
        # What the coach says at the end costs nothing and comes out the same again.
        if message.tool_calls or model_of(message) != OFFLINE_COACH:
            await _write(run, step, message)
        run.work.faults.reach("journal.after-commit")
        return response


def find_entry(run: TurnRun, step: int) -> JournalEntry | None:
    """Return the journal's entry for a step, if the turn had one when it was claimed."""
    if not run.work.faults.stands("journal"):
        return None
    return next((entry for entry in reversed(run.turn.journal) if entry.step == step), None)


def write_message(message: AIMessage) -> str:
    """Return a message as JSON in plain ASCII, which MongoDB can hold whatever characters are in the message."""
    return json.dumps(message_to_dict(message))


def read_message(text: str) -> AIMessage:
    """Return the message that `write_message` wrote."""
    (message,) = messages_from_dict([json.loads(text)])
    if not isinstance(message, AIMessage):
        raise TypeError("the journal holds the answers of models and nothing else")
    return message


async def _write(run: TurnRun, step: int, message: AIMessage) -> None:
    bill: Bill | None = run.progress.bill
    run.progress.bill = None
    entry = JournalEntry(
        step=step,
        fence=run.work.hold.fence,
        message=write_message(message),
        usage_id=bill.row_id if bill else None,
    )

    async def write(unit: UnitOfWork) -> None:
        await unit.of(Turn).grow(run.turn.id, "journal", [entry.to_mongo()])
        if bill:
            await close_row(unit, bill, run.work.clock())

    await run.work.commit(write)
