"""What keeps a model from answering, told apart: whoever owns the key reads one sentence that says what to do."""

from __future__ import annotations

import json
import ssl
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from agents.endpoint import ModelSettings, build_model
from agents.errors import AgentError, ModelRefused, ModelUnavailable, broken_off, model_errors, translate
from agents.wire.refusals import connection_fault
from tests.fakes.endpoint import Endpoint, Response, events

KEY = "sk-live-4f9a1c"


def openai(message: str, code: object = None, **more: Any) -> dict[str, Any]:
    """Return an error in OpenAI's form."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code, **more}}


REFUSALS: list[tuple[int, object, str]] = [
    (401, openai(f"Incorrect API key provided: {KEY}", "invalid_api_key"), "key"),
    (401, "Unauthorized", "key"),
    (400, [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}], "key"),
    (400, openai("API key expired. Please renew the API key."), "key"),
    (
        404,
        openai("The model `gpt-9` does not exist or is not yours.", "model_not_found"),
        "unknown_model",
    ),
    (404, {"error": 'model "llama3.1" not found, try pulling it first'}, "unknown_model"),
    (400, openai("openai/gpt-9 is not a valid model ID", 400), "unknown_model"),
    (400, {"object": "error", "message": "Invalid model: mistral-huge", "type": "invalid_model"}, "unknown_model"),
    (429, openai("You exceeded your current quota", "insufficient_quota", type="insufficient_quota"), "credit"),
    (402, openai("Insufficient Balance"), "credit"),
    (402, openai("This request requires more credits, or fewer max_tokens", 402), "credit"),
    (400, openai("Your credit balance is too low to access the API."), "credit"),
    (403, openai("insufficient_user_quota", "insufficient_user_quota"), "credit"),
    (400, openai("This model's maximum context length is 8192 tokens.", "context_length_exceeded"), "context_length"),
    (400, openai("prompt is too long: 210000 tokens > 200000 maximum"), "context_length"),
    (
        400,
        {"error": "the request exceeds the available context size, try increasing it"},
        "context_length",
    ),
    (413, openai("Request Entity Too Large"), "context_length"),
    (
        422,
        {"message": "Input validation error: `inputs` must have at most 4096 tokens, maximum"},
        "context_length",
    ),
    (403, openai("Country, region, or territory not supported"), "permission"),
    (400, openai("Invalid value for 'messages'"), "request"),
    (418, "<html>teapot</html>", "request"),
]
PASSING: list[tuple[int, object, str]] = [
    (
        429,
        openai("Rate limit reached: Limit 30000 tokens per min", "rate_limit_exceeded"),
        "rate_limited",
    ),
    (429, {"error": {"message": "Provider returned error", "code": 429}}, "rate_limited"),
    (
        429,
        [{"error": {"code": 429, "message": "You exceeded your current quota"}}],
        "rate_limited",
    ),
    (403, openai("Too many requests, slow down"), "rate_limited"),
    (400, openai("The model is currently overloaded"), "overloaded"),
    (404, "no healthy upstream", "overloaded"),
    (408, "", "overloaded"),
    (409, openai("Conflict"), "overloaded"),
    (498, openai("Flex tier: over capacity"), "overloaded"),
    (500, "Internal Server Error", "overloaded"),
    (503, openai("Service Unavailable"), "overloaded"),
    (524, "<html>A timeout occurred</html>", "overloaded"),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "overloaded"),
]
IN_STREAM: list[tuple[object, str]] = [
    ({"error": {"code": 402, "message": "Insufficient credits"}}, "credit"),
    ({"error": {"code": 429, "message": "slow"}}, "rate_limited"),
    ({"error": {"code": "insufficient_quota", "message": "x"}}, "credit"),
    ({"error": {"code": 502, "message": "Provider disconnected"}}, "overloaded"),
    ({"error": "something went wrong"}, "overloaded"),
    ({"object": "error", "message": "context length exceeded", "code": 400}, "context_length"),
    ({"detail": "Internal error"}, "overloaded"),
]


async def failure_of(response: Response | None, http: httpx2.AsyncClient, url: str = "") -> AgentError:
    """Return what a question to an endpoint ends in."""
    async with Endpoint(response or Response(b"")) as endpoint:
        model = build_model(ModelSettings(SecretStr(KEY), "some-model", url or endpoint.url, timeout_s=5), http)
        with pytest.raises(model_errors()) as caught:
            async for _ in model.astream("hi"):
                pass
    return translate(caught.value)


def refusing(status: int, body: object) -> Response:
    """Return a refusal as an endpoint sends it."""
    if isinstance(body, str):
        return Response(body.encode(), status, "text/plain")
    return Response(json.dumps(body).encode(), status, "application/json")


@pytest.mark.parametrize(("status", "body", "reason"), REFUSALS)
async def test_what_somebody_has_to_mend_is_told_apart(
    http: httpx2.AsyncClient, status: int, body: object, reason: str
) -> None:
    """Key, model, credit and length are known by status and words, in whatever form; no word of theirs is told."""
    error = await failure_of(refusing(status, body), http)
    assert isinstance(error, ModelRefused)
    assert error.reason == reason
    assert KEY not in str(error)


@pytest.mark.parametrize(("status", "body", "reason"), PASSING)
async def test_what_passes_by_itself_is_never_taken_for_good(
    http: httpx2.AsyncClient, status: int, body: object, reason: str
) -> None:
    """A busy or broken endpoint is asked again, under whatever status it says so."""
    error = await failure_of(refusing(status, body), http)
    assert isinstance(error, ModelUnavailable)
    assert error.reason == reason


@pytest.mark.parametrize(("body", "reason"), IN_STREAM)
async def test_errors_within_a_stream_are_read_alike(
    http: httpx2.AsyncClient, body: dict[str, Any], reason: str
) -> None:
    """An endpoint that begins with 200 and then fails means the same by the same words."""
    error = await failure_of(events([body]), http)
    assert getattr(error, "reason", "") == reason


@pytest.mark.parametrize(
    ("url", "reason", "word"),
    [
        ("http://127.0.0.1:9/v1", "refused", "Nothing listens"),
        ("http://no-such-host.invalid/v1", "dns", "looked up"),
    ],
)
async def test_an_endpoint_that_cannot_be_reached_says_why(
    http: httpx2.AsyncClient, url: str, reason: str, word: str
) -> None:
    """A name that nobody knows and an address where nobody listens each have a sentence."""
    error = await failure_of(None, http, url)
    assert isinstance(error, ModelUnavailable)
    assert (error.reason, word in str(error)) == (reason, True)


@pytest.mark.parametrize(
    ("cause", "fault"),
    [
        (OSError(101, "Network is unreachable"), "network"),
        (ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), "certificate"),
        (ExceptionGroup("all attempts", [ConnectionRefusedError(111, "no"), OSError(5, "x")]), "refused"),
        (EOFError("gone"), "broken"),
    ],
)
def test_the_cause_is_found_however_deep(cause: Exception, fault: str) -> None:
    """What the operating system said is found below what the libraries make of it."""
    outer = RuntimeError("connection error")
    outer.__cause__ = RuntimeError("all connection attempts failed")
    outer.__cause__.__context__ = cause
    assert connection_fault(outer) == fault


async def test_each_trouble_has_its_own_sentence(http: httpx2.AsyncClient) -> None:
    """No two kinds are told in the same words, and each is one sentence."""
    answers = [refusing(status, body) for status, body, _ in (*REFUSALS, *PASSING)]
    errors = [*[await failure_of(answer, http) for answer in answers], broken_off()]
    told = {getattr(error, "reason", ""): str(error) for error in errors}
    assert len(set(told.values())) == len(told)
    assert all(text.count(". ") == 0 and text.endswith(".") for text in told.values())
