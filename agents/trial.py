"""One short question to a model: whether it is answered, and whether the endpoint says what that cost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import httpx2
from langchain_core.messages import AIMessageChunk

from agents.endpoint import ModelSettings, build_model
from agents.errors import AgentError, broken_off, model_errors, translate
from agents.model import is_complete, usage_of

_QUESTION: Final = "Answer with the one word OK."
_TOOL: Final = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Look something up; not needed here.",
        "parameters": {"type": "object", "properties": {"what": {"type": "string"}}},
    },
}
"""Offered as every question of the mentor offers tools: some models take none."""


@dataclass(frozen=True)
class Trial:
    """How a question was taken. `failure`: why it was not answered; `counted`: the endpoint told the tokens."""

    failure: AgentError | None = None
    counted: bool = False


async def try_model(settings: ModelSettings, http: httpx2.AsyncClient, *, seconds: float) -> Trial:
    """Ask a model as the mentor does, once; no answer within `seconds` is a failure."""
    whole: AIMessageChunk | None = None
    try:
        async with asyncio.timeout(seconds):
            async for chunk in build_model(settings, http).bind(tools=[_TOOL]).astream(_QUESTION):
                if isinstance(chunk, AIMessageChunk):
                    whole = chunk if whole is None else whole + chunk
    except model_errors() as exc:
        return Trial(translate(exc))
    if whole is None or not is_complete(whole):
        return Trial(broken_off())
    return Trial(counted=usage_of(whole) is not None)
