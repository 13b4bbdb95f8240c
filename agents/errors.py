"""What can go wrong while answering, and the one place where a provider's exception becomes ours.

AgentError
├── ModelUnavailable   may pass by itself: ask again later, or let the offline coach answer
├── ModelRefused       will not pass by itself: the operator must change a key, a name or an account
└── NotUnderstood      what came with the message could not be made words of: the message says what to do instead

No message and no traceback of a translated refusal contains the API key: providers echo it in their own words, so
their words are left out.
"""

from __future__ import annotations

import math
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from agents.wire.refusals import ConnectionFault, Kind, connection_fault, kind_of, status_of

if TYPE_CHECKING:  # it takes a second to import, which who has no key need not wait for
    import openai


class AgentError(Exception):
    """The mentor could not answer; the message is one sentence that says what to do."""


class ModelUnavailable(AgentError):
    """The model cannot answer now.

    `retry_after` is in seconds where the provider named a time. `reason` is one of `rate_limited`, `overloaded`,
    `timeout`, `malformed`, `connection`, and where it is known why it was not reached `dns`, `refused`, `network`,
    `certificate`.
    """

    def __init__(self, message: str, *, reason: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class ModelRefused(AgentError):
    """The model will not answer until somebody changes something.

    `reason` is one of `key`, `permission`, `credit`, `unknown_model`, `context_length`, `request`; `status` is the HTTP
    status of the refusal where there was one. A refusal for `request` may be an accident: it is worth a second try.
    """

    def __init__(self, message: str, *, reason: str, status: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status


class NotUnderstood(AgentError):
    """What came with a message could not be made words of; the message is the sentence for whoever sent it."""


def model_errors() -> tuple[type[Exception], ...]:
    """Return what a model call may raise.

    Beside its own errors the client lets a reply that is not a chat completion escape as one of the built-in ones.
    """
    import openai

    return openai.OpenAIError, TimeoutError, ValueError, TypeError, LookupError


def translate(exc: Exception) -> AgentError:
    """The error of this room for an exception raised by a model call (one of `model_errors`, or already ours)."""
    import openai

    if isinstance(exc, AgentError):
        return exc
    if isinstance(exc, (openai.APITimeoutError, TimeoutError)):
        return ModelUnavailable("The model did not answer in time; ask again in a moment.", reason="timeout")
    if isinstance(exc, openai.APIConnectionError):
        return _unreached(exc)
    if isinstance(exc, openai.APIError) and not isinstance(exc, openai.APIResponseValidationError):
        return _from_words(exc)
    return ModelUnavailable(
        "The model endpoint sent something that is not a chat completion; check OPENAI_BASE_URL if it stays so.",
        reason="malformed",
    )


def broken_off() -> ModelUnavailable:
    """The error for an answer that began and was cut."""
    return ModelUnavailable("The model endpoint broke off its answer; ask again in a moment.", reason="connection")


def _unreached(exc: openai.APIConnectionError) -> ModelUnavailable:
    fault = connection_fault(exc)
    if fault == "broken":
        told = "The model endpoint could not be reached or hung up; ask again in a moment."
        return ModelUnavailable(told, reason="connection")
    return ModelUnavailable(_UNREACHED[fault], reason=fault)


_UNREACHED: dict[ConnectionFault, str] = {
    "dns": "The name of the model endpoint cannot be looked up: check the network, and the name in OPENAI_BASE_URL.",
    "refused": "Nothing listens at the model endpoint's address: start the server there, or check OPENAI_BASE_URL.",
    "network": "There is no way to the model endpoint from here: check this machine's network.",
    "certificate": "The model endpoint's certificate is not accepted: check this machine's clock and OPENAI_BASE_URL.",
}


def _from_words(exc: openai.APIError) -> AgentError:
    """What an endpoint said no with, instead of an answer or in the middle of one."""
    import openai

    kind, status = kind_of(exc), status_of(exc)
    wait = _retry_after(exc) if isinstance(exc, openai.APIStatusError) else None
    if kind == "rate_limited":
        told = "The model endpoint asks us to slow down; ask again in a moment."
        return ModelUnavailable(told, reason=kind, retry_after=wait)
    if kind == "overloaded":
        named = f" ({status})" if status else ""
        told = f"The model endpoint is in trouble{named}; ask again in a moment."
        return ModelUnavailable(told, reason=kind, retry_after=wait)
    named = " ".join(str(part) for part in (status, _code(exc)) if part)
    return ModelRefused(_REFUSED[kind].format(named=named or "no status"), reason=kind, status=status)


_REFUSED: dict[Kind, str] = {
    "key": "The model endpoint does not take the API key: set OPENAI_API_KEY to one that is valid there.",
    "permission": "The model endpoint forbids this: check what the account behind OPENAI_API_KEY may use.",
    "credit": "The account behind OPENAI_API_KEY has used up its credit: top it up or raise its limit.",
    "unknown_model": "The model endpoint does not know the model: set OPENAI_MODEL to one that it has, which “prepmate "
    "doctor” names, and check OPENAI_BASE_URL.",
    "context_length": "The conversation is longer than the model can read: write /new to begin another, or set "
    "OPENAI_MODEL to one that reads more.",
    "request": "The model endpoint refused the request ({named}): check that the model takes chat completions with "
    "tools.",
}


def _code(exc: openai.APIError) -> str:
    """The provider's error code if it looks like one (no digits, no capitals: a key never does), else ''."""
    code = exc.code or ""
    return code if re.fullmatch(r"[a-z_]{3,60}", code) else ""


def _retry_after(exc: openai.APIStatusError) -> float | None:
    """Seconds from `retry-after-ms` or `Retry-After`; a date there is read against the response's own `Date`."""
    headers = exc.response.headers
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    try:
        wait = parsedate_to_datetime(value or "") - parsedate_to_datetime(headers.get("date") or "")
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())


def _seconds(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
