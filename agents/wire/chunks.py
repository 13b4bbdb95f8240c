"""One streamed answer, read leniently: what its chunks say, when it has ended, what it cost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from agents.wire.calls import Calls
from agents.wire.prose import Prose

Chunk = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """An error that came in a stream, in the endpoint's own words: never to be shown."""

    body: object


class AnswerReader:
    """Takes the objects of a stream in their order. Text comes out as it arrives, the rest when the answer is whole.

    An answer is whole when the endpoint said why it ended, or said that it is done, or closed with what it cost; a
    stream without any of these was cut.
    """

    def __init__(self, offered: Collection[str] = ()) -> None:
        self._prose, self._calls = Prose(offered), Calls(offered)
        self._usage: dict[str, int] = {}
        self._finish, self._model = "", ""
        self._done = self._closed = self._began = self._ended = False

    @property
    def is_whole(self) -> bool:
        """Return whether the answer has ended; what follows of it may at most say what it cost."""
        return bool(self._finish or (self._began and (self._done or self._closed)))

    @property
    def has_begun(self) -> bool:
        """Return whether anything of an answer has come."""
        return self._began

    @property
    def has_ended(self) -> bool:
        """Return whether at most its cost is still to come: a reason beside words may stand beside each of them."""
        return self._ended or self._closed

    @property
    def is_done(self) -> bool:
        """Return whether the endpoint said that nothing follows."""
        return self._done

    def end(self) -> None:
        """Note that the endpoint said that it is done."""
        self._done = True

    def take(self, value: object) -> Chunk | Failure | None:
        """Take an object of the stream; return what it says, or the failure that it tells."""
        if isinstance(value, list):  # Google wraps its errors so
            value = next((one for one in value if isinstance(one, dict)), None)
        if not isinstance(value, Mapping):
            return None
        if failure := _failure_in(value):
            return None if self._finish else failure
        choice = _choice_in(value)
        self._note(value, choice)
        delta = self._delta_of(choice)
        for piece in _calls_in(delta):
            self._calls.take(piece)
        text = read_text(delta.get("content")) or read_text(delta.get("refusal"))
        if text or len(self._calls):
            self._began = True
        if text or _calls_in(delta):
            self._closed = self._ended = False
        elif choice.get("finish_reason"):
            self._ended = True
        said = self._prose.feed(text) if text else ""
        return _chunk(said) if said else None

    def finish(self) -> Chunk:
        """Return the end of an answer that is whole: the rest of its text, its calls, and what it cost."""
        text, written = self._prose.finish()
        if not len(self._calls):
            self._calls.add_written(written)
        elif written:  # both: the calls that the endpoint understood are the calls
            text = ""
        chunk = _chunk(text, self._calls.as_delta())
        chunk["choices"][0]["finish_reason"] = self._finish or ("tool_calls" if len(self._calls) else "stop")
        return {**chunk, "model": self._model, "usage": self._bill()}

    def _note(self, value: Mapping[str, Any], choice: Mapping[str, Any]) -> None:
        """Note what is said beside the answer: which model, why it ended, what it cost."""
        if isinstance(model := value.get("model"), str) and model:
            self._model = model
        if isinstance(reason := choice.get("finish_reason"), str) and reason:
            self._finish = _REASONS.get(reason.lower(), reason.lower())
        groq = value.get("x_groq")
        for usage in (
            choice.get("usage"),
            groq.get("usage") if isinstance(groq, Mapping) else None,
            value.get("usage"),
        ):
            if isinstance(usage, Mapping):
                self._usage |= _read_usage(usage)
                self._closed = self._closed or not choice

    def _delta_of(self, choice: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a choice adds; a whole message counts only where no piece of it came before."""
        delta = choice.get("delta")
        if isinstance(delta, Mapping) and delta:
            return delta
        message = choice.get("message")
        if self._began:
            return {}
        if isinstance(message, Mapping):
            return message
        return {"content": choice.get("text")}

    def _bill(self) -> Mapping[str, Any] | None:
        """Return what the answer cost, in the API's form; None where no figure was given for what was read."""
        read, written = self._usage.get("read", 0), self._usage.get("written", 0)
        if not read:
            return None
        cached = {"cached_tokens": self._usage.get("cached", 0)}
        return {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
            "prompt_tokens_details": cached,
        }


_REASONS = {
    "max_tokens": "length",
    "model_length": "length",
    "eos": "stop",
    "end_turn": "stop",
    "tool_use": "tool_calls",
}


def read_text(content: object) -> str:
    """Return the text of a message's content: a string, or parts of which those that are thought are left out."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, list):
        return ""
    texts = [part.get("text") for part in content if isinstance(part, Mapping) and part.get("type", "text") in _SAID]
    texts = [text.get("value") if isinstance(text, Mapping) else text for text in texts]
    return "".join(text for text in texts if isinstance(text, str))


_SAID = ("text", "output_text")


def _chunk(text: str, calls: list[dict[str, Any]] | None = None) -> Chunk:
    delta: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        delta["tool_calls"] = calls
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def _choice_in(value: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = value.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, Mapping) else {}


def _calls_in(delta: Mapping[str, Any]) -> list[Any]:
    """Return the pieces of calls in a delta; those of the API's old form, which knew one call, too."""
    calls = delta.get("tool_calls") or delta.get("function_call")
    if isinstance(calls, list):
        return calls
    return [calls] if isinstance(calls, Mapping) else []


def _failure_in(value: Mapping[str, Any]) -> Failure | None:
    if error := value.get("error"):
        return Failure(error)
    if value.get("object") == "error" or value.get("type") == "error" or ("detail" in value and "choices" not in value):
        return Failure(value)
    choice = _choice_in(value)
    if choice.get("error"):
        return Failure(choice["error"])
    return Failure(value) if choice.get("finish_reason") == "error" else None


def _read_usage(usage: Mapping[str, Any]) -> dict[str, int]:
    """Return the figures that a report gives. A later report replaces them: each is the sum so far."""
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    figures = {
        "read": _count(usage.get("prompt_tokens") or usage.get("input_tokens")),
        "written": _count(usage.get("completion_tokens") or usage.get("output_tokens")),
        "cached": _count(cached or usage.get("prompt_cache_hit_tokens")),
    }
    return {name: count for name, count in figures.items() if count}


def _count(value: object) -> int:
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e12:
        return 0
    return int(value)
