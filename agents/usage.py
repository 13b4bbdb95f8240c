"""What model calls cost: one usage row each, opened before the call and closed after it.

A row closes as `exact` with the provider's own figures, as `estimated` where the provider never told them (a stream
that was cut), or as `none` where the call was certainly not billed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx
import httpx2
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import BaseTool

from agents.model import Usage, usage_of
from agents.tokens import TokenCounter
from store.client import Raw
from store.documents.own import Turn, UsageRow, UsageStatus
from store.work import StudentWork, UnitOfWork

MESSAGE_OVERHEAD = 4
"""Tokens that a message costs beside its text, as OpenAI counts."""

CHARACTERS_PER_TOKEN = 4
"""Of English, roughly: enough for a figure that is replaced when the call ends."""

NOTHING = Usage(input=0, cached_input=0, output=0)


@dataclass(frozen=True)
class Bill:
    """How a usage row is to be closed."""

    row_id: str
    status: UsageStatus
    usage: Usage


def name_row(work: StudentWork, turn: Turn, *, step: int, attempt: int) -> str:
    """Return the id of the row of one call: turn, fence, step and try."""
    return f"{turn.id}:{work.hold.fence}:{step}:{attempt}"


async def open_row(
    work: StudentWork,
    turn: Turn,
    row_id: str,
    *,
    step: int,
    model: str,
    prompt: Sequence[AnyMessage] = (),
    beside: int = 0,
) -> None:
    """Commit an open row for a call that is about to be made.

    It already holds a rough size of the prompt, in case nobody lives to close it: that of its texts, and the tokens
    of what is `beside` them.

    Raises: FenceLost when this process may not make the call any more.
    """
    now = work.clock()
    row = UsageRow(
        id=row_id,
        user_id=turn.user_id,
        turn_id=turn.id,
        step=step,
        model=model,
        input_tokens=sum(len(message.text) for message in prompt) // CHARACTERS_PER_TOKEN + beside,
        opened_at=now,
    )

    async def add(unit: UnitOfWork) -> None:
        await unit.of(UsageRow).add(row)

    await work.commit(add)


async def close_row(unit: UnitOfWork, bill: Bill, now: datetime) -> None:
    """Close a row as the bill says."""
    figures: Raw = {
        "status": bill.status,
        "inputTokens": bill.usage.input,
        "cachedTokens": bill.usage.cached_input,
        "outputTokens": bill.usage.output,
        "closedAt": now,
    }
    if bill.usage.seconds is not None:
        figures["seconds"] = bill.usage.seconds
    await unit.of(UsageRow).amend(bill.row_id, {"$set": figures})


async def close_left_open(unit: UnitOfWork, turn: Turn, usage: Usage | None, now: datetime) -> int:
    """Close, as estimated, the rows of a turn that a process opened and did not live to close; return how many.

    What was journaled was closed with its journal entry, so these are calls whose answers nobody has. `usage` None
    keeps the rough figure that a row was opened with.
    """
    rows = await unit.of(UsageRow).find({"turnId": turn.id, "status": "open"})
    for row in rows:
        rough = Usage(input=row.input_tokens, cached_input=0, output=0)
        await close_row(unit, Bill(row.id, "estimated", usage or rough), now)
    return len(rows)


def bill_of(row_id: str, message: AIMessage, guess: Callable[[], Usage]) -> Bill:
    """Return the bill of a call that succeeded; `guess` counts where the provider reports no figures."""
    usage = usage_of(message)
    return Bill(row_id, "exact", usage) if usage is not None else Bill(row_id, "estimated", guess())


def is_unbilled(error: BaseException | None) -> bool:
    """Whether a failed call certainly cost nothing: the provider refused it, or was never reached."""
    import openai

    while error is not None:
        if isinstance(error, openai.APIStatusError | httpx.ConnectError | httpx2.ConnectError):
            return True
        if isinstance(error, httpx.ConnectTimeout | httpx2.ConnectTimeout):
            return True
        error = error.__cause__
    return False


def guess_usage(counter: TokenCounter, messages: Sequence[AnyMessage], tools: Sequence[BaseTool], answer: str) -> Usage:
    """Count what a call cost by its texts: the prompt (tools included) and as much of the answer as arrived."""
    texts = [json.dumps([tool.args for tool in tools]), *(tool.description for tool in tools)]
    for message in messages:
        texts.append(message.text)
        if isinstance(message, AIMessage):
            texts += [json.dumps(call["args"]) for call in message.tool_calls]
    prompt = sum(counter.count(text) for text in texts) + MESSAGE_OVERHEAD * (len(messages) + len(tools))
    return Usage(input=prompt, cached_input=0, output=counter.count(answer))
