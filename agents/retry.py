"""The one place that repeats a model call. The HTTP client and LangChain are told never to."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from agents.errors import AgentError, ModelRefused, ModelUnavailable, model_errors, translate

T = TypeVar("T")

BACKOFF_S = (0.5, 1.5)


async def with_retries(
    call: Callable[[], Awaitable[T]],
    *,
    sleep: Callable[[float], Awaitable[None]],
    attempts: int = 3,
    max_wait: float = 10.0,
    has_streamed: Callable[[], bool] = lambda: False,
) -> T:
    """The result of `call`, made at most `attempts` times.

    `call` makes exactly one request and opens and closes its own usage row, because every attempt may be billed. What
    the provider asks in Retry-After is waited for, or `BACKOFF_S` where it asks for nothing; a wait that would bring
    the sum over `max_wait` seconds is not begun. Once `has_streamed` says that the student has seen text, the call is
    not repeated: the second answer would contradict the first.

    Raises ModelUnavailable when the attempts are used up, ModelRefused at once, but for a request that was refused for
    no reason that anybody can mend: that is made a second time. Cancellation passes through.
    """
    waited = 0.0
    for attempt in range(attempts):
        try:
            return await call()
        except AgentError as error:
            failure = error
        except model_errors() as exc:
            failure = translate(exc)
            # A malformed reply may be our own bug, so its traceback is kept; the others' would print the key.
            failure.__cause__ = exc if getattr(failure, "reason", "") == "malformed" else None
        wait = _wait_before_next(failure, attempt, attempts)
        if wait is None or waited + wait > max_wait or has_streamed():
            raise failure from failure.__cause__
        await sleep(wait)
        waited += wait
    raise ValueError("with_retries needs at least one attempt")


def _wait_before_next(failure: AgentError, attempt: int, attempts: int) -> float | None:
    """Seconds to wait before the next attempt; None when there is none to make."""
    if attempt + 1 >= attempts:
        return None
    if isinstance(failure, ModelRefused) and failure.reason == "request" and attempt == 0:
        return BACKOFF_S[0]
    if not isinstance(failure, ModelUnavailable):
        return None
    if failure.retry_after is not None:
        return failure.retry_after
    return BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)]
