"""What is to be done, as a value: a verb's name and its arguments, checked against the verb's own signature."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from tools.context import Verb
from tools.errors import ToolRetry

MOST_CHARACTERS: Final = 100_000
"""Characters of a request as JSON at most."""


@dataclass(frozen=True)
class Request:
    """A verb's name and the arguments to call it with, as whoever asks gave them."""

    verb: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def in_words(self) -> str:
        """Return the request as the line of the conversation that people and models read."""
        arguments = json.dumps(dict(self.arguments), ensure_ascii=False, default=str)
        return f"/do {self.verb} {arguments}" if self.arguments else f"/do {self.verb}"

    def as_json(self) -> str:
        """Return the request as one line of JSON."""
        return json.dumps({"verb": self.verb, "arguments": dict(self.arguments)}, ensure_ascii=False)


class Arguments(BaseModel):
    """What a verb was given: numbers may come as text and the other way round; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


def read_request(said: Any) -> Request:
    """Return the request that a value of JSON is: {"verb": "…", "arguments": {…}}; the arguments may be left out.

    Raises: ToolRetry, saying what is wrong with it.
    """
    if not isinstance(said, dict) or not isinstance(said.get("verb"), str):
        raise ToolRetry('A request is a JSON object such as {"verb": "next_problem", "arguments": {}}.')
    if unknown := sorted(said.keys() - {"verb", "arguments"}):
        raise ToolRetry(f"A request has a verb and arguments, and no {str(unknown[0])[:40]!r}.")
    arguments = said.get("arguments") or {}
    if not isinstance(arguments, dict):
        raise ToolRetry("The arguments of a request are a JSON object.")
    request = Request(said["verb"], arguments)
    if len(request.as_json()) > MOST_CHARACTERS:
        raise ToolRetry(f"A request has at most {MOST_CHARACTERS:,} characters.")
    return request


def request_from(text: str) -> Request:
    """Return the request that was written as JSON. Raises: ToolRetry."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ToolRetry("A request is written in JSON, and this is none.") from exc
    return read_request(said)


@cache  # two mentors of one process offer the same verbs
def arguments_of(verb: Verb) -> type[Arguments]:
    """Return the model of a verb's arguments: its parameters without the first, which is the context."""
    hints = get_type_hints(verb.run, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(verb.run).parameters.items())[1:]:
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[name] = (hints[name], default)
    return create_model(f"{verb.name}_arguments", __base__=Arguments, **fields)


def check_arguments(verb: Verb, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments, validated. A null where a default stands is left out: that is how models say nothing.

    Raises: ToolRetry, naming each argument that is wrong.
    """
    arguments = arguments_of(verb)
    said = {
        name: value
        for name, value in given.items()
        if value is not None or name not in arguments.model_fields or arguments.model_fields[name].is_required()
    }
    try:
        checked = arguments.model_validate(said)
    except ValidationError as exc:
        raise ToolRetry(_explain(exc, arguments)) from exc
    return {name: getattr(checked, name) for name in arguments.model_fields}


@contextmanager
def values_refused() -> Iterator[None]:
    """Turn a value that no document takes into an argument to correct: nothing was stored. Raises: ToolRetry."""
    try:
        yield
    except ValidationError as exc:
        raise ToolRetry(_explain(exc)) from exc


def _explain(exc: ValidationError, arguments: type[BaseModel] | None = None) -> str:
    wrong = []
    for error in exc.errors(include_url=False, include_context=False, include_input=False)[:5]:
        name = ".".join(str(part) for part in error["loc"]) or "arguments"
        if error["type"] == "extra_forbidden" and arguments is not None:
            taken = ", ".join(arguments.model_fields) or "none"
            wrong.append(f"there is no argument {name[:40]!r} (there are: {taken})")
        else:
            wrong.append(f"{name[:40]}: {error['msg'][:120]}")
    return f"Nothing was done. Wrong arguments: {'; '.join(wrong)}."
