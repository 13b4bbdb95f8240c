"""The verbs as LangChain tools. What a model may say is checked here; whose data it touches, it cannot say at all."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool

from agents.run import OFFLINE_COACH, CallOrder, Ran, TurnRun
from agents.steps import model_of, since_student, step_of
from agents.wire.calls import BROKEN_JSON
from store.work import EffectKey
from tools.context import Verb
from tools.errors import ToolError, ToolFailed, ToolRetry
from tools.execute import execute
from tools.request import Arguments, arguments_of

RESULT_CHARACTERS = 8_000
"""The most of a result that a model is given; the artifact of the message holds all of it."""

Runtime = ToolRuntime[TurnRun, dict[str, Any]]


class VerbTool(StructuredTool):
    """A tool that is given what the model said as one value.

    As keywords its words would meet LangChain's own: `self` breaks the call, `config` and `run_manager` get lost.
    """

    def _to_args_and_kwargs(
        self, tool_input: str | dict[str, Any], tool_call_id: str | None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        positional, given = super()._to_args_and_kwargs(tool_input, tool_call_id)
        return positional, {"runtime": given.pop("runtime"), "given": given}


def build_tools(verbs: Sequence[Verb]) -> list[BaseTool]:
    """Return one tool a verb, in the order given."""
    known = frozenset(verb.name for verb in verbs)
    return [_tool_of(verb, known) for verb in verbs]


def _tool_of(verb: Verb, known: frozenset[str]) -> BaseTool:
    async def call(runtime: Runtime, given: dict[str, Any]) -> ToolMessage:
        run, call_id = runtime.context, str(runtime.tool_call_id)
        step = step_of(runtime.state["messages"]) - 1
        context = replace(run.context, by_model=model_of(_asked(runtime)) != OFFLINE_COACH)
        async with _order_of(runtime, known, step).place_of(call_id):
            await run.listener.doing(verb.doing)
            try:
                if BROKEN_JSON in given:
                    raise ToolRetry("The arguments were not valid JSON; send one JSON object.")
                key = EffectKey(run.turn.id, step, call_id)
                result = await execute(verb, given, context, run.work, key)
            except ToolError as error:
                run.progress.ran.append(Ran(verb.name, "", given, ok=False))
                return _refusal(verb.name, call_id, error)
            run.progress.ran.append(Ran(verb.name, result, given))
            return ToolMessage(_cut(result), name=verb.name, tool_call_id=call_id, artifact=result)

    return VerbTool(
        name=verb.name,
        description=inspect.cleandoc(verb.description),
        args_schema=_schema_of(arguments_of(verb)),
        coroutine=call,
    )


def _order_of(runtime: Runtime, known: frozenset[str], step: int) -> CallOrder:
    """Return the order of the step's calls; LangChain starts them all at once."""
    orders = runtime.context.progress.orders
    if step not in orders:
        orders[step] = CallOrder([str(call["id"]) for call in _asked(runtime).tool_calls if call["name"] in known])
    return orders[step]


def _asked(runtime: Runtime) -> AIMessage:
    """Return the message whose calls are being made."""
    return next(one for one in reversed(since_student(runtime.state["messages"])) if isinstance(one, AIMessage))


def _refusal(name: str, call_id: str, error: ToolError) -> ToolMessage:
    """Return what a model is told about a call that did nothing, and what to do about it."""
    choices = list(error.choices) if isinstance(error, ToolRetry) else []
    text = str(error)
    if isinstance(error, ToolFailed):
        text += " It cannot be done, whatever the arguments: tell the student."
    elif choices:
        listed = json.dumps(choices, ensure_ascii=False)
        text += f" Call it again with one of these, word for word, or ask the student: {listed}."
    else:
        text += " Correct the arguments and call it again, or ask the student."
    kind = "failed" if isinstance(error, ToolFailed) else "retry"
    details = {"kind": kind, "sentence": str(error), "choices": choices}
    return ToolMessage(text, name=name, tool_call_id=call_id, status="error", artifact=details)


def _cut(result: str) -> str:
    if len(result) <= RESULT_CHARACTERS:
        return result
    left = len(result) - RESULT_CHARACTERS
    return f"{result[:RESULT_CHARACTERS]}… ({left} more characters are left out: ask for less, or for one thing)"


@cache
def _schema_of(arguments: type[Arguments]) -> dict[str, Any]:
    """Return the JSON schema as models need it: without the titles and the nulls that pydantic adds."""
    schema = _trim(arguments.model_json_schema())
    schema.pop("description", None)
    return {"properties": {}, **schema, "type": "object"}


def _trim(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_trim(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    trimmed = {key: _trim(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    options = [option for option in trimmed.get("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1:
        del trimmed["anyOf"]
        trimmed = {**options[0], **trimmed}
    if trimmed.get("default", ...) is None:
        del trimmed["default"]
    return trimmed
