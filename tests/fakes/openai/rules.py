"""The rules of chat completions: what the real service answers with a 4xx, this one does too, in its words."""

import json
import re
from typing import Any

from tests.fakes.openai.images import check_picture
from tests.fakes.openai.rejected import Rejected
from tests.fakes.openai.schemas import check_parameters

MAX_MESSAGES = 2048
MAX_TOOLS = 128
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
ROLES = ("system", "assistant", "user", "tool", "developer")
KNOWN = frozenset(
    {"model", "messages", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls"}
    | {"temperature", "top_p", "n", "stop", "max_tokens", "max_completion_tokens", "seed", "logit_bias"}
    | {"presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "response_format"}
    | {"user", "metadata", "store", "service_tier", "reasoning_effort", "verbosity"}
    | {"prompt_cache_key", "prompt_cache_retention", "safety_identifier"}
)


def parse_body(raw: bytes) -> dict[str, Any]:
    """The request's JSON object; text that is not valid Unicode (a lone surrogate) is refused like broken JSON."""
    try:
        body = json.loads(raw)
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as exc:
        raise Rejected(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
            "library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)"
        ) from exc
    if not isinstance(body, dict):
        raise Rejected("Invalid body: expected a JSON object.")
    return body


def check_request(body: dict[str, Any], models: tuple[str, ...]) -> None:
    """Raises Rejected for the first rule that a request breaks."""
    for key in body:
        if key not in KNOWN:
            raise Rejected(f"Unrecognized request argument supplied: {key}")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise Rejected("you must provide a model parameter")
    if model not in models:
        raise Rejected(
            f"The model `{model}` does not exist or you do not have access to it.",
            code="model_not_found",
            status=404,
        )
    _check_options(body)
    _check_labels(body)
    _check_tools(body)
    _check_messages(body.get("messages"))
    _check_pictures(body["messages"], model)


def _check_options(body: dict[str, Any]) -> None:
    if "stream_options" in body and not body.get("stream"):
        raise Rejected("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    if not isinstance(body.get("stream_options", {}), dict):
        raise Rejected("Invalid type for 'stream_options': expected an object.", "stream_options", "invalid_type")
    if body.get("n", 1) != 1:
        raise Rejected("The fake answers once: 'n' must be 1.", "n")
    temperature = body.get("temperature")
    if temperature is not None and not (isinstance(temperature, (int, float)) and 0 <= temperature <= 2):
        raise Rejected("Invalid 'temperature': expected a number between 0 and 2.", "temperature")
    if body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None:
        raise Rejected("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
    for name in ("max_tokens", "max_completion_tokens"):
        limit = body.get(name)
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
            raise Rejected(f"Invalid '{name}': expected an integer of at least 1.", name)


def _check_labels(body: dict[str, Any]) -> None:
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict) or len(metadata) > 16:
        raise Rejected("Invalid 'metadata': expected an object with at most 16 properties.", "metadata")
    for key, value in metadata.items():
        if len(key) > 64 or not isinstance(value, str) or len(value) > 512:
            raise Rejected(f"Invalid 'metadata.{key}': expected a string of at most 512 characters.", "metadata")
    if metadata and not body.get("store"):
        raise Rejected("The 'metadata' parameter is only allowed when 'store' is enabled.", "metadata")
    if not isinstance(body.get("user", ""), str):
        raise Rejected("Invalid type for 'user': expected a string.", "user", "invalid_type")


def _check_tools(body: dict[str, Any]) -> None:
    tools = body.get("tools")
    if tools is None:
        for name in ("tool_choice", "parallel_tool_calls"):
            if name in body and body[name] is not None:
                raise Rejected(f"'{name}' is only allowed when 'tools' are specified.", name)
        return
    if not isinstance(tools, list) or not tools:
        raise Rejected("Invalid 'tools': empty array. Expected an array with minimum length 1.", "tools")
    if len(tools) > MAX_TOOLS:
        raise Rejected(f"Invalid 'tools': array too long. Expected an array with maximum length {MAX_TOOLS}.", "tools")
    names = [_check_tool(tool, f"tools[{i}]") for i, tool in enumerate(tools)]
    if len(set(names)) != len(names):
        raise Rejected("Tool names must be unique.", "tools")
    _check_choice(body.get("tool_choice"), names)


def _check_tool(tool: Any, where: str) -> str:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
    if not isinstance(function, dict):
        raise Rejected(f"Invalid '{where}': expected an object of type 'function'.", where, "invalid_type")
    name = function.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Rejected(
            f"Invalid '{where}.function.name': string does not match pattern. Expected a string that matches the "
            "pattern '^[a-zA-Z0-9_-]+$'.",
            f"{where}.function.name",
            "invalid_value",
        )
    description = function.get("description", "")
    if not isinstance(description, str) or len(description) > 1024:
        raise Rejected(
            f"Invalid '{where}.function.description': string too long. Expected a string with maximum length 1024.",
            f"{where}.function.description",
            "string_above_max_length",
        )
    problem = check_parameters(function.get("parameters", {"type": "object"}), strict=function.get("strict") is True)
    if problem:
        raise Rejected(
            f"Invalid schema for function '{name}': {problem}",
            f"{where}.function.parameters",
            "invalid_function_parameters",
        )
    return name


def _check_choice(choice: Any, names: list[str]) -> None:
    if choice is None or choice in ("none", "auto", "required"):
        return
    named = choice.get("function", {}).get("name") if isinstance(choice, dict) else None
    if named not in names:
        raise Rejected("Tool choice: the named function is not in 'tools'.", "tool_choice")


def _check_messages(messages: Any) -> None:
    if messages is None:
        raise Rejected("Missing required parameter: 'messages'.", "messages", "missing_required_parameter")
    if not isinstance(messages, list) or not messages:
        raise Rejected("[] is too short - 'messages'", "messages")
    if len(messages) > MAX_MESSAGES:
        raise Rejected(
            f"Invalid 'messages': array too long. Expected an array with maximum length {MAX_MESSAGES}, but got an "
            f"array with length {len(messages)} instead.",
            "messages",
            "array_above_max_length",
        )
    open_calls: list[str] = []
    for i, message in enumerate(messages):
        role = _check_message(message, i)
        if role == "tool":
            open_calls = _answer_call(message, open_calls, i)
            continue
        _check_answered(open_calls, i)
        open_calls = [call["id"] for call in message.get("tool_calls") or []]
    _check_answered(open_calls, len(messages))


def _answer_call(message: dict[str, Any], open_calls: list[str], i: int) -> list[str]:
    if message.get("tool_call_id") not in open_calls:
        raise Rejected(
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
            "'tool_calls'.",
            f"messages.[{i}].role",
        )
    return [call for call in open_calls if call != message["tool_call_id"]]


def _check_answered(open_calls: list[str], i: int) -> None:
    if open_calls:
        raise Rejected(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(open_calls)}",
            f"messages.[{i}].role",
        )


def _check_message(message: Any, i: int) -> str:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in ROLES:
        supported = ", ".join(f"'{name}'" for name in ROLES)
        raise Rejected(
            f"Invalid value: '{role}'. Supported values are: {supported}.", f"messages[{i}].role", "invalid_value"
        )
    if role in ("system", "developer") and i > 0:
        raise Rejected("System message must be at the beginning.", f"messages[{i}].role", "invalid_value")
    calls = message.get("tool_calls")
    if calls is not None:
        _check_calls(role, calls, i)
    content = message.get("content")
    if content is None and calls:
        return str(role)
    if not _is_content(content):
        raise Rejected(
            f"Invalid value for 'content': expected a string, got {json.dumps(content)[:40]}.",
            f"messages.[{i}].content",
        )
    return str(role)


def _is_content(content: Any) -> bool:
    if isinstance(content, str):
        return True
    return (
        isinstance(content, list)
        and bool(content)
        and all(
            isinstance(part, dict)
            and (part.get("type") == "image_url" or (part.get("type") == "text" and isinstance(part.get("text"), str)))
            for part in content
        )
    )


def _check_pictures(messages: list[dict[str, Any]], model: str) -> None:
    for i, message in enumerate(messages):
        content = message.get("content")
        for part in content if isinstance(content, list) else []:
            if part["type"] == "image_url":
                check_picture(part, message["role"], model, f"messages[{i}].content")


def _check_calls(role: str, calls: Any, i: int) -> None:
    where = f"messages[{i}].tool_calls"
    if role != "assistant" or not isinstance(calls, list) or not calls:
        raise Rejected(f"Invalid '{where}': expected a non-empty array on an assistant message.", where)
    for call in calls:
        function = call.get("function") if isinstance(call, dict) and call.get("type") == "function" else None
        if not isinstance(function, dict) or not isinstance(function.get("arguments"), str):
            raise Rejected(f"Invalid '{where}': expected calls of type 'function' with string arguments.", where)
        if not isinstance(function.get("name"), str) or not NAME.fullmatch(function["name"]):
            raise Rejected(f"Invalid '{where}.function.name': string does not match pattern.", where, "invalid_value")
        if not isinstance(call.get("id"), str) or not 1 <= len(call["id"]) <= 40:
            raise Rejected(f"Invalid '{where}.id': expected a string of 1 to 40 characters.", where)
    ids = [call["id"] for call in calls]
    if len(set(ids)) != len(ids):
        raise Rejected(f"Invalid '{where}': duplicate ids.", where)
