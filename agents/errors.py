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

if TYPE_CHECKING:  # it takes a second to import, which who has no key need not wait for
    import openai


class AgentError(Exception):
    """The mentor could not answer; the message is one sentence that says what to do."""


class ModelUnavailable(AgentError):
    """The model cannot answer now.

    `retry_after` is in seconds where the provider named a time. `reason` is one of `rate_limited`, `overloaded`,
    `timeout`, `connection`, `malformed`.
    """

    def __init__(self, message: str, *, reason: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class ModelRefused(AgentError):
    """The model will not answer until somebody changes something.

    `reason` is one of `key`, `permission`, `credit`, `unknown_model`, `context_length`, `request`; `status` is the HTTP
    status of the refusal where there was one.
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
    if isinstance(exc, openai.APIStatusError):
        return _from_status(exc)
    if isinstance(exc, (openai.APITimeoutError, TimeoutError)):
        return ModelUnavailable("The model did not answer in time; ask again in a moment.", reason="timeout")
    if isinstance(exc, openai.APIConnectionError):
        return ModelUnavailable(
            "The model endpoint could not be reached or hung up; ask again in a moment.", reason="connection"
        )
    if isinstance(exc, openai.APIError) and not isinstance(exc, openai.APIResponseValidationError):
        return _from_stream(exc)
    return ModelUnavailable(
        "The model endpoint sent something that is not a chat completion; check OPENAI_BASE_URL if it stays so.",
        reason="malformed",
    )


def _from_status(exc: openai.APIStatusError) -> AgentError:
    status, code = exc.status_code, _code(exc)
    if status == 402 or code in {"insufficient_quota", "billing_hard_limit_reached"}:
        return _out_of_credit(status)
    if status == 429:
        return ModelUnavailable(
            "The model endpoint asks us to slow down; ask again in a moment.",
            reason="rate_limited",
            retry_after=_retry_after(exc),
        )
    if status in {408, 409, 425} or status >= 500:
        return ModelUnavailable(
            f"The model endpoint is in trouble ({status}); ask again in a moment.",
            reason="overloaded",
            retry_after=_retry_after(exc),
        )
    return _refusal(status, code)


def _refusal(status: int, code: str) -> ModelRefused:
    if status == 401:
        return ModelRefused(
            "The model endpoint refused the API key (401): check OPENAI_API_KEY.", reason="key", status=status
        )
    if status == 403:
        return ModelRefused(
            "The model endpoint forbids this (403): check what the account behind OPENAI_API_KEY may use.",
            reason="permission",
            status=status,
        )
    if status == 404:
        return ModelRefused(
            "The model endpoint does not know the model or the address (404): check the model's name and "
            "OPENAI_BASE_URL.",
            reason="unknown_model",
            status=status,
        )
    if code == "context_length_exceeded":
        return ModelRefused(
            "The conversation is longer than the model can read; start a new one or choose a model with a larger "
            "context.",
            reason="context_length",
            status=status,
        )
    named = f"{status} {code}" if code else str(status)
    return ModelRefused(
        f"The model endpoint refused the request ({named}): check that the model supports chat completions with tools.",
        reason="request",
        status=status,
    )


def _from_stream(exc: openai.APIError) -> AgentError:
    """An error object that arrived inside a stream that had begun with status 200."""
    code = _code(exc)
    if code == "insufficient_quota":
        return _out_of_credit(None)
    if code == "rate_limit_exceeded":
        return ModelUnavailable(
            "The model endpoint asks us to slow down; ask again in a moment.", reason="rate_limited"
        )
    return ModelUnavailable("The model endpoint broke off its answer; ask again in a moment.", reason="overloaded")


def _out_of_credit(status: int | None) -> ModelRefused:
    return ModelRefused(
        "The account behind OPENAI_API_KEY is out of credit: top it up or raise its limit.",
        reason="credit",
        status=status,
    )


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
