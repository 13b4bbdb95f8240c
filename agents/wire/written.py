"""Tool calls that a model wrote as text, because neither it nor its endpoint made calls of them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_MOST = 20_000
"""Characters that are read of what may be calls."""
_TRIES = 50
_NAMES = ("name", "tool", "tool_name", "function_name", "function")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "tool_input", "params")
_FUNCTION = re.compile(
    r"<(?:function=|(?:antml:)?invoke\s+name=)[\"']?(?P<name>[\w.-]+)[\"']?\s*>(?P<body>.*?)"
    r"(?:</(?:function|(?:antml:)?invoke)>|\Z)",
    re.DOTALL,
)
_PARAMETER = re.compile(
    r"<(?:antml:)?parameter(?:=|\s+name=)[\"']?(?P<name>[\w.-]+)[\"']?[^>]*>(?P<value>.*?)</(?:antml:)?parameter>",
    re.DOTALL,
)
_KEYED = re.compile(
    r"<tool_call>\s*(?P<name>[\w.-]+)\s*(?P<body>(?:<arg_key>.*?</arg_key>\s*<arg_value>.*?</arg_value>\s*)+)",
    re.DOTALL,
)
_PAIR = re.compile(r"<arg_key>(?P<name>.*?)</arg_key>\s*<arg_value>(?P<value>.*?)</arg_value>", re.DOTALL)
_FENCED = re.compile(r"^[^\S\n]*```[\w-]*[^\S\n]*\n(?P<code>.*?)\n?[^\S\n]*```[^\S\n]*$", re.DOTALL | re.MULTILINE)
_LINE_OF_JSON = re.compile(r"^[^\S\n]*(?=[{\[])", re.MULTILINE)


@dataclass(frozen=True)
class WrittenCall:
    """A call that was written out. `arguments` None: they cannot be read."""

    name: str
    arguments: Mapping[str, Any] | None


def read_marked(text: str, offered: Collection[str]) -> list[WrittenCall]:
    """Return the calls in a text that is marked as calls, in their order; one that cannot be read stands without
    arguments, and a text that holds nothing like a call has none.
    """
    text = text[:_MOST]
    if tagged := list(_tagged(text)):
        return tagged
    found, end = list[WrittenCall](), 0
    for start, stop, value in _json_in(text):
        calls = _calls_of(value, None)
        if not calls and isinstance(value, dict) and (name := _name_before(text[end:start], offered)):
            calls = [WrittenCall(name, value)]
        found, end = [*found, *calls], stop
    if not found:
        found = _python_calls(text, offered)
    if not found and re.search(r"[{=]", text):
        return [WrittenCall(_name_before(text, offered) or "unknown", None)]
    return found


def read_plain(text: str, offered: Collection[str]) -> list[WrittenCall]:
    """Return the calls of offered tools that stand in an answer as JSON on lines of their own, or as its only code.

    A text that plainly begins as such a call and cannot be read is one without arguments.
    """
    text = text[:_MOST]
    if not any(name in text for name in offered):
        return []
    starts = {match.end() for match in _LINE_OF_JSON.finditer(text)}
    calls = [
        call for start, _, value in _json_in(text) if start in starts for call in _calls_of(value, frozenset(offered))
    ]
    if calls:
        return calls
    stripped = text.strip()
    fenced = _FENCED.fullmatch(stripped)
    if calls := _python_calls(fenced["code"] if fenced else stripped, offered):
        return calls
    begun = re.match(r"[{\[\s]*\"(?:name|tool|function|tool_name)\"\s*:\s*\"(?P<name>[\w.-]+)\"", stripped)
    return [WrittenCall(begun["name"], None)] if begun and begun["name"] in offered else []


def read_arguments(arguments: object) -> Mapping[str, Any] | None:
    """Return a call's arguments, whether they came as JSON text, as that twice over, or as an object; None: neither."""
    for _ in range(2):
        if not isinstance(arguments, str):
            break
        if not arguments.strip():
            return {}
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            return None
    if arguments is None:
        return {}
    return arguments if isinstance(arguments, Mapping) else None


def _tagged(text: str) -> Iterator[WrittenCall]:
    for match in _FUNCTION.finditer(text):
        body = match["body"].strip()
        pairs = {one["name"]: _value_of(one["value"]) for one in _PARAMETER.finditer(body)}
        yield WrittenCall(match["name"], pairs or read_arguments(body))
    for match in _KEYED.finditer(text):
        yield WrittenCall(
            match["name"], {one["name"]: _value_of(one["value"]) for one in _PAIR.finditer(match["body"])}
        )


def _value_of(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()


def _json_in(text: str) -> Iterator[tuple[int, int, Any]]:
    """Yield the JSON objects and lists of objects in a text: where each begins and ends, and its value."""
    decoder, place = json.JSONDecoder(), 0
    for _ in range(_TRIES):
        match = re.compile(r"\{|\[(?=\s*\{)").search(text, place)
        if match is None:
            return
        place = match.end()
        try:
            value, end = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        yield match.start(), end, value
        place = end


def _calls_of(value: object, offered: frozenset[str] | None) -> list[WrittenCall]:
    """Return the calls that a JSON value describes; with `offered`, only what is one of those beyond doubt."""
    if isinstance(value, list):
        return [call for item in value for call in _calls_of(item, offered)]
    if not isinstance(value, dict):
        return []
    if isinstance(inner := value.get("function"), dict):
        return _calls_of(inner, offered)
    if isinstance(inner := value.get("tool_calls"), list):
        return _calls_of(inner, offered)
    name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
    given = [key for key in _ARGUMENTS if key in value]
    if name is None or (offered is not None and (name not in offered or not given)):
        return []
    return [WrittenCall(name, read_arguments(value[given[0]]) if given else {})]


def _name_before(text: str, offered: Collection[str]) -> str | None:
    """Return the offered tool that is named last in a text."""
    places = {match.end(): name for name in offered for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)}
    return places[max(places)] if places else None


def _python_calls(text: str, offered: Collection[str]) -> list[WrittenCall]:
    """Return the calls of a text that is nothing but calls in Python's notation, such as `[jot(title="rest")]`."""
    text = re.sub(r"<\|?[\w/|]+>|\[/?TOOL_CALLS\]", "", text).strip()
    if not re.match(r"\[?\s*[\w.]+\(", text):
        return []
    try:
        parsed = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    wanted = parsed.elts if isinstance(parsed, ast.List) else [parsed]
    calls = [call for one in wanted if (call := _python_call(one, offered))]
    return calls if len(calls) == len(wanted) else []


def _python_call(node: ast.expr, offered: Collection[str]) -> WrittenCall | None:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[], keywords=keywords) if name in offered:
            try:
                return WrittenCall(name, {str(one.arg): ast.literal_eval(one.value) for one in keywords if one.arg})
            except ValueError:
                return WrittenCall(name, None)
    return None
