"""What a refusal is about, told from its status and the endpoint's words, which may hold keys and are never shown."""

from __future__ import annotations

import errno
import json
import re
import socket
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:  # it takes a second to import, which who has no key need not wait for
    import openai

Kind = Literal[
    "key", "permission", "credit", "unknown_model", "context_length", "rate_limited", "overloaded", "request"
]

ConnectionFault = Literal["dns", "refused", "certificate", "network", "broken"]

_MOST: Final = 8_000
"""Characters that are read of an error's words: some endpoints send the request back."""

_WORDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    (
        "credit",
        re.compile(
            r"insufficient[ _](?:user[ _])?(?:quota|balance|credits?|funds)|billing[ _](?:hard[ _])?limit"
            r"|credit balance|out of credits?|requires more credits|payment required|billing_not_active"
        ),
    ),
    ("rate_limited", re.compile(r"rate[ _-]?limit|too[ _]many[ _]requests|resource[ _]exhausted|slow down|throttl")),
    (
        "context_length",
        re.compile(
            r"context[ _](?:length|window|size)|contextwindow|prompt is too long|too many (?:input |prompt )?tokens"
            r"|(?:input|prompt|request|messages?)[^.]{0,30} too (?:long|large)|reduce the length"
            r"|maximum[^.]{0,40}tokens|tokens[^.]{0,40}(?:exceed|maximum)|exceeds?[^.]{0,60}tokens"
        ),
    ),
    (
        "overloaded",
        re.compile(
            r"overload|temporarily|try again|at capacity|over capacity|no healthy upstream|provider returned error"
            r"|(?:provider|service|server|engine)[ _](?:is )?(?:currently )?(?:unavailable|disconnected|busy)"
            r"|model[^.]{0,30} loading|timed? ?out"
        ),
    ),
    (
        "key",
        re.compile(
            r"(?:invalid|incorrect|expired|missing|no)[ _]api[ _]?key|api[ _]key[ _](?:not[ _]valid|invalid|expired)"
        ),
    ),
    (
        "unknown_model",
        re.compile(
            r"model[ _](?:not[ _]found|does[ _]not[ _]exist)|model\b.{0,90}(?:not found|not exist|not a valid)"
            r"|(?:unknown|invalid|no such|unsupported|not a valid)[ _]model|no endpoints found|deploymentnotfound"
        ),
    ),
)
_UNNAMED: Final = re.compile(
    r"extra (?:inputs?|fields?)|unrecogni[sz]ed|unexpected keyword|not permitted"
    r"|(?:unknown|unsupported|unexpected) (?:field|parameter|argument|name|input|key)"
)
_UNREACHABLE: Final = frozenset({errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH})
_BY_STATUS: Final[dict[int, Kind]] = {
    401: "key",
    402: "credit",
    403: "permission",
    404: "unknown_model",
    408: "overloaded",
    409: "overloaded",
    413: "context_length",
    425: "overloaded",
    429: "rate_limited",
}


def kind_of(exc: openai.APIError) -> Kind:
    """Return what an error is about, whether it came instead of a response or within one."""
    status, words = status_of(exc), words_of(exc)
    told = next((kind for kind, pattern in _WORDS if pattern.search(words)), None)
    if status is None:
        return told or "overloaded"
    if status >= 500:
        return "context_length" if told == "context_length" else "overloaded"
    by_status = _BY_STATUS.get(status)
    # A status that says one thing plainly is believed, but for money, which hides behind many.
    if by_status is not None and not (told == "credit" or (status in {403, 404} and told)):
        return by_status
    return told or "request"


def status_of(exc: openai.APIError) -> int | None:
    """Return the HTTP status of an error; of one within a stream the number that it gives as its code, if it does."""
    status = getattr(exc, "status_code", None)
    if isinstance(status, int):
        return status
    body = exc.body if isinstance(exc.body, dict) else {}
    numbers = [str(body.get(key)) for key in ("code", "status", "status_code", "http_status")]
    return next((int(number) for number in numbers if re.fullmatch(r"[45]\d\d", number)), None)


def words_of(exc: openai.APIError) -> str:
    """Return all that an error says, in small letters: to be read, never to be shown."""
    body = exc.body if isinstance(exc.body, str) else json.dumps(exc.body, default=str, ensure_ascii=False)
    return f"{exc.message} {body}"[:_MOST].lower()


def refused_options(exc: openai.APIStatusError, optional: Collection[str]) -> frozenset[str]:
    """Return which optional parts of a request a refusal is about: those that it names, all where it names none."""
    if exc.status_code in {401, 402, 403, 429}:
        return frozenset()
    words = words_of(exc)
    if named := frozenset(option for option in optional if option in words):
        return named
    unnamed = exc.status_code in {400, 422} and _UNNAMED.search(words)
    return frozenset(optional) if unnamed else frozenset()


def failed_generation(exc: openai.APIStatusError) -> str:
    """Return what a model wrote that its endpoint could not make a call of; "" where it does not tell."""
    body = exc.body if isinstance(exc.body, dict) else {}
    written = body.get("failed_generation")
    return written if isinstance(written, str) else ""


def connection_fault(exc: BaseException) -> ConnectionFault:
    """Return what keeps an endpoint from being reached, or `broken` for a connection that stood and broke."""
    for cause in _causes(exc):
        if isinstance(cause, socket.gaierror) or "name resolution" in str(cause) or "getaddrinfo" in str(cause):
            return "dns"
        if isinstance(cause, ConnectionRefusedError):
            return "refused"
        if "CERTIFICATE" in str(cause).upper():
            return "certificate"
        if isinstance(cause, OSError) and cause.errno in _UNREACHABLE:
            return "network"
    return "broken"


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """Yield an error and what caused it, all of them where there were several."""
    pending, seen = [exc], set[int]()
    while pending:
        one = pending.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        pending += [cause for cause in (one.__cause__, one.__context__) if cause is not None]
        if isinstance(one, BaseExceptionGroup):
            pending += one.exceptions
