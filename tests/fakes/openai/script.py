"""Replies and faults on order: the first rule that matches a request decides what becomes of it."""

import json
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _as_json_text(value: object) -> object:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Part(BaseModel):
    """The strictness that all parts of a script share."""

    model_config = ConfigDict(extra="forbid")


class Call(Part):
    """A tool call. A string given as arguments is sent as it is, valid JSON or not."""

    name: str
    arguments: Annotated[str, BeforeValidator(_as_json_text)] = "{}"


class Reply(Part):
    """What the model says and which tools it calls in one step."""

    text: str = ""
    calls: list[Call] = Field(default_factory=list)


class Fault(Part):
    """What goes wrong. Without `status` or `drop` the request is answered (and billed), but badly.

    `hang_s` waits first; `pace_s` waits before each chunk of a stream; `cut_after` closes the connection after so many
    chunks (0: after the headers), `clean` making it look like an ordinary end; `malformed` breaks the JSON.
    """

    status: int | None = None
    code: str | None = None
    message: str = "The fake was told to fail."
    retry_after: float | None = None
    hang_s: float = 0.0
    pace_s: float = 0.0
    cut_after: int | None = None
    clean: bool = False
    malformed: bool = False
    drop: bool = False


class Rule(Part):
    """When it applies (all that is given must hold) and what then happens; without a reply the brain answers.

    `last_user` is a regular expression searched in the last user message, `step` the number of tool rounds since it,
    `tag` a regular expression searched in the request's tag. `times` is how often the rule applies, None for ever.
    """

    last_user: str | None = None
    step: int | None = None
    model: str | None = None
    tag: str | None = None
    reply: Reply | None = None
    fault: Fault | None = None
    times: int | None = None


class Situation(BaseModel):
    """What rules and the brain know about a request."""

    model: str
    tag: str
    users: list[str]
    step: int
    results: list[tuple[str, str]]
    offered: list[str]

    @property
    def last_user(self) -> str:
        """The last user message, or '' where there is none."""
        return self.users[-1] if self.users else ""


class Script:
    """The rules in force; each keeps count of its own uses."""

    def __init__(self, rules: list[Rule] | None = None) -> None:
        self._rules = [rule.model_copy() for rule in rules or []]

    def take(self, situation: Situation) -> Rule:
        """The rule for this request, used once more; an empty rule where none matches."""
        for rule in self._rules:
            if rule.times != 0 and _matches(rule, situation):
                if rule.times is not None:
                    rule.times -= 1
                return rule
        return Rule()


def parse_script(text: str) -> list[Rule]:
    """Rules from JSON: a list of them, or an object with the list under `rules`. Raises ValueError."""
    data = json.loads(text)
    rules = data.get("rules") if isinstance(data, dict) else data
    if not isinstance(rules, list):
        raise ValueError('a script is a list of rules or {"rules": [...]}')  # noqa: TRY004 - the text is at fault
    parsed = [Rule.model_validate(rule) for rule in rules]
    for rule in parsed:
        for pattern in (rule.last_user, rule.tag):
            _compile(pattern or "")
    return parsed


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.MULTILINE)
    except re.error as exc:
        raise ValueError(f"not a regular expression: {pattern!r} ({exc})") from exc


def _matches(rule: Rule, situation: Situation) -> bool:
    return (
        (rule.last_user is None or _compile(rule.last_user).search(situation.last_user) is not None)
        and (rule.tag is None or _compile(rule.tag).search(situation.tag) is not None)
        and (rule.step is None or rule.step == situation.step)
        and (rule.model is None or rule.model == situation.model)
    )


def situation_of(body: dict[str, Any], tag: str) -> Situation:
    """The situation of a request that has passed the rules."""
    messages = body["messages"]
    last = max((i for i, message in enumerate(messages) if message["role"] == "user"), default=-1)
    names = {call["id"]: call["function"]["name"] for message in messages for call in message.get("tool_calls") or []}
    since = messages[last + 1 :]
    return Situation(
        model=body["model"],
        tag=tag,
        users=[text_of(message) for message in messages if message["role"] == "user"],
        step=sum(1 for message in since if message.get("tool_calls")),
        results=[(names[message["tool_call_id"]], text_of(message)) for message in since if message["role"] == "tool"],
        offered=[tool["function"]["name"] for tool in body.get("tools") or []],
    )


def text_of(message: dict[str, Any]) -> str:
    """A message's text, whether it came as a string or in parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)
