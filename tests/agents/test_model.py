"""The model client: what it sends, what it says it cost, and how its failures read."""

import json
import traceback
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import httpx2
import pytest
import respx
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agents.endpoint import ModelSettings, build_model
from agents.errors import AgentError, ModelRefused, ModelUnavailable, model_errors, translate
from agents.model import Usage, is_complete, usage_of
from agents.retry import with_retries
from tests.fakes.openai import FakeOpenAI, Fault, Rule

KEY = "sk-test-3f9c0b7a"
URL = "http://model.test/v1"
COMPLETIONS = f"{URL}/chat/completions"
USAGE = {
    "prompt_tokens": 1500,
    "completion_tokens": 20,
    "total_tokens": 1520,
    "prompt_tokens_details": {"cached_tokens": 1408},
}


@pytest.fixture
async def model() -> AsyncIterator[ChatOpenAI]:
    """A model whose HTTP client respx can intercept."""
    async with httpx.AsyncClient(verify=False) as http:  # noqa: S501  # respx answers; certificates take long to load
        yield build_model(ModelSettings(api_key=SecretStr(KEY), name="m", base_url=URL, timeout_s=5), http)


@pytest.fixture
def api() -> Any:
    """The endpoint's one route."""
    with respx.mock() as router:
        yield router.post(COMPLETIONS)


class Sleeper:
    """A sleep that only writes down how long it was asked to sleep."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


def completion(usage: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
    """A finished answer that is not streamed."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
    body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], **more}
    return httpx.Response(200, json={**body, "usage": usage})


def chunks(*deltas: str, finish: bool = True, usage: dict[str, Any] | None = None, done: bool = True) -> httpx.Response:
    """A stream of text deltas, perhaps without its end."""
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choices: list[list[dict[str, Any]]] = [
        [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}] for text in deltas
    ]
    if finish:
        choices.append([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    events = [{**head, "choices": choice, "usage": None} for choice in choices]
    if usage:
        events.append({**head, "choices": [], "usage": usage})
    lines = [json.dumps(event) for event in events] + ["[DONE]"] * done
    text = "".join(f"data: {line}\n\n" for line in lines)
    return httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})


def refusal(status: int, *, code: str | None = None, message: str = "no", **headers: str) -> httpx.Response:
    """An error in OpenAI's form; header names are given with underscores."""
    body = {"error": {"message": message, "type": "x", "param": None, "code": code}}
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): v for name, v in headers.items()})


async def read(model: ChatOpenAI, text: str = "hi", **options: Any) -> AIMessageChunk:
    """A streamed answer, put together."""
    parts = [chunk async for chunk in model.astream(text, **options)]
    whole = parts[0]
    for part in parts[1:]:
        whole += part
    assert isinstance(whole, AIMessageChunk)
    return whole


async def failure_of(model: ChatOpenAI) -> AgentError:
    """The error that a call ends in, after all retries."""
    with pytest.raises(AgentError) as caught:
        await with_retries(lambda: model.ainvoke("hi"), sleep=Sleeper())
    return caught.value


async def test_sends_key_model_and_message(model: ChatOpenAI, api: Any) -> None:
    """A request carries the key as a bearer token, the model's name and the messages."""
    api.mock(return_value=completion(USAGE))
    await model.ainvoke("hi")
    request = api.calls.last.request
    assert request.headers["authorization"] == f"Bearer {KEY}"
    body = json.loads(request.content)
    assert body["model"] == "m"
    assert body["messages"] == [{"role": "user", "content": "hi"}]


async def test_reads_usage_with_cached_tokens(model: ChatOpenAI, api: Any) -> None:
    """The usage of a whole answer is the provider's, its cached part included."""
    api.mock(return_value=completion(USAGE))
    message = await model.ainvoke("hi")
    assert usage_of(message) == Usage(input=1500, cached_input=1408, output=20)
    assert is_complete(message)


async def test_reads_usage_from_a_stream(model: ChatOpenAI, api: Any) -> None:
    """On an address that is not OpenAI's, too, a stream asks for its usage and brings it."""
    api.mock(return_value=chunks("Hel", "lo.", usage=USAGE))
    message = await read(model)
    assert message.text == "Hello."
    assert usage_of(message) == Usage(input=1500, cached_input=1408, output=20)
    assert is_complete(message)
    assert json.loads(api.calls.last.request.content)["stream_options"] == {"include_usage": True}


async def test_reads_cached_tokens_of_priority_processing(model: ChatOpenAI, api: Any) -> None:
    """A service tier renames the cached tokens and does not hide them."""
    api.mock(return_value=completion(USAGE, service_tier="priority"))
    assert usage_of(await model.ainvoke("hi")) == Usage(input=1500, cached_input=1408, output=20)


async def test_usage_that_was_not_said_is_none(model: ChatOpenAI, api: Any) -> None:
    """Where the provider reports nothing, nothing is made up."""
    api.mock(return_value=completion(None))
    assert usage_of(await model.ainvoke("hi")) is None
    assert usage_of(AIMessage("from the coach")) is None


async def test_a_stream_that_ends_early_is_not_complete(model: ChatOpenAI, api: Any) -> None:
    """A stream that stops without an error has no usage and no finish reason."""
    api.mock(return_value=chunks("Hel", finish=False, done=False))
    message = await read(model)
    assert message.text == "Hel"
    assert usage_of(message) is None
    assert not is_complete(message)


async def test_the_model_itself_retries_nothing(model: ChatOpenAI, api: Any) -> None:
    """One call of the model is one request, whatever comes back."""
    api.mock(return_value=refusal(500))
    with pytest.raises(model_errors()):
        await model.ainvoke("hi")
    assert api.call_count == 1


async def test_waits_as_long_as_the_provider_asks(model: ChatOpenAI, api: Any) -> None:
    """A 429 is repeated after its Retry-After, and the answer is returned."""
    api.mock(side_effect=[refusal(429, retry_after="7"), completion(USAGE)])
    sleeper = Sleeper()
    message = await with_retries(lambda: model.ainvoke("hi"), sleep=sleeper)
    assert message.text == "Hello."
    assert sleeper.waits == [7.0]


async def test_gives_up_after_three_attempts(model: ChatOpenAI, api: Any) -> None:
    """Two retries are made, then the caller is told for how long the model stays away."""
    api.mock(return_value=refusal(429, retry_after="3"))
    error = await failure_of(model)
    assert isinstance(error, ModelUnavailable)
    assert (error.reason, error.retry_after) == ("rate_limited", 3.0)
    assert api.call_count == 3


async def test_does_not_begin_a_wait_that_is_too_long(model: ChatOpenAI, api: Any) -> None:
    """A Retry-After beyond the longest wait fails at once and passes the time on."""
    api.mock(return_value=refusal(429, retry_after="60"))
    error = await failure_of(model)
    assert isinstance(error, ModelUnavailable)
    assert error.retry_after == 60.0
    assert api.call_count == 1


async def test_waits_of_its_own_grow(model: ChatOpenAI, api: Any) -> None:
    """Without Retry-After the waits are the back-off's, and their sum stays within the longest wait."""
    api.mock(return_value=refusal(503))
    sleeper = Sleeper()
    with pytest.raises(ModelUnavailable):
        await with_retries(lambda: model.ainvoke("hi"), sleep=sleeper)
    assert sleeper.waits == [0.5, 1.5]
    sleeper = Sleeper()
    with pytest.raises(ModelUnavailable):
        await with_retries(lambda: model.ainvoke("hi"), sleep=sleeper, max_wait=1.0)
    assert sleeper.waits == [0.5]


async def test_nothing_is_repeated_once_text_was_shown(model: ChatOpenAI, api: Any) -> None:
    """After the student has seen text a failure is final."""
    api.mock(return_value=refusal(503))
    with pytest.raises(ModelUnavailable):
        await with_retries(lambda: model.ainvoke("hi"), sleep=Sleeper(), has_streamed=lambda: True)
    assert api.call_count == 1


async def test_errors_of_this_room_keep_their_meaning() -> None:
    """An AgentError raised inside the call passes as it is; a bug of another kind is not swallowed."""
    ours = ModelRefused("no", reason="request")

    async def refuse() -> None:
        raise ours

    async def fail() -> None:
        raise AssertionError("a bug")

    with pytest.raises(ModelRefused) as caught:
        await with_retries(refuse, sleep=Sleeper())
    assert caught.value is ours
    with pytest.raises(AssertionError):
        await with_retries(fail, sleep=Sleeper())


async def test_no_message_or_traceback_shows_the_key(model: ChatOpenAI, api: Any) -> None:
    """An endpoint that echoes the key in its refusal does not get it into our errors or logs."""
    api.mock(return_value=refusal(401, code=KEY, message=f"Incorrect API key provided: {KEY}"))
    error = await failure_of(model)
    assert isinstance(error, ModelRefused)
    assert error.reason == "key"
    assert "OPENAI_API_KEY" in str(error)
    assert KEY not in "".join(traceback.format_exception(error))
    assert KEY not in repr(model)
    assert api.call_count == 1


RESPONSES: dict[str, tuple[httpx.Response, type[AgentError], str]] = {
    "forbidden": (refusal(403), ModelRefused, "permission"),
    "unknown model": (refusal(404, code="model_not_found"), ModelRefused, "unknown_model"),
    "too long": (refusal(400, code="context_length_exceeded"), ModelRefused, "context_length"),
    "bad request": (refusal(400, code="invalid_value"), ModelRefused, "request"),
    "no credit": (refusal(429, code="insufficient_quota"), ModelRefused, "credit"),
    "payment": (refusal(402), ModelRefused, "credit"),
    "redirect": (httpx.Response(302, headers={"location": "http://elsewhere.test"}), ModelRefused, "request"),
    "request timeout": (refusal(408), ModelUnavailable, "overloaded"),
    "overloaded": (refusal(529), ModelUnavailable, "overloaded"),
    "page": (httpx.Response(200, text="<html>"), ModelUnavailable, "malformed"),
    "half an object": (
        httpx.Response(200, text='{"id": ', headers={"content-type": "application/json"}),
        ModelUnavailable,
        "malformed",
    ),
    "no choices": (httpx.Response(200, json={"id": "x"}), ModelUnavailable, "malformed"),
    "empty choices": (httpx.Response(200, json={"id": "x", "choices": []}), ModelUnavailable, "malformed"),
}


@pytest.mark.parametrize("name", RESPONSES)
async def test_responses_become_errors_with_a_reason(model: ChatOpenAI, api: Any, name: str) -> None:
    """Every kind of failure is either one that may pass or one that the operator must mend."""
    response, kind, reason = RESPONSES[name]
    api.mock(return_value=response)
    error = await failure_of(model)
    assert type(error) is kind
    assert getattr(error, "reason", None) == reason


@pytest.mark.parametrize(
    ("raised", "reason"),
    [(httpx.ConnectError("no"), "connection"), (httpx.ReadTimeout("slow"), "timeout"), (TimeoutError(), "timeout")],
)
async def test_silence_becomes_unavailable(model: ChatOpenAI, api: Any, raised: Exception, reason: str) -> None:
    """An endpoint that cannot be reached or does not answer may come back."""
    api.mock(side_effect=raised)
    error = await failure_of(model)
    assert isinstance(error, ModelUnavailable)
    assert error.reason == reason


async def test_an_error_inside_a_stream_is_read(model: ChatOpenAI, api: Any) -> None:
    """An error object that arrives after status 200 is classified by its code."""
    for code, kind in (("rate_limit_exceeded", ModelUnavailable), ("insufficient_quota", ModelRefused)):
        text = f'data: {{"error": {{"message": "x", "code": "{code}"}}}}\n\n'
        api.mock(return_value=httpx.Response(200, text=text, headers={"content-type": "text/event-stream"}))
        with pytest.raises(model_errors()) as caught:
            await read(model)
        assert type(translate(caught.value)) is kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after_ms": "250", "retry_after": "9"}, 0.25),
        (
            {"retry_after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"},
            30.0,
        ),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "inf"}, None),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
async def test_reads_every_form_of_retry_after(
    model: ChatOpenAI, api: Any, headers: dict[str, str], seconds: float | None
) -> None:
    """Seconds, milliseconds and dates are understood; what makes no sense counts as not said."""
    api.mock(return_value=refusal(429, **headers))
    error = await failure_of(model)
    assert isinstance(error, ModelUnavailable)
    assert error.retry_after == seconds


@pytest.mark.parametrize("make_client", [httpx.AsyncClient, httpx2.AsyncClient])
async def test_both_http_clients_reach_a_real_server(make_client: Callable[[], Any]) -> None:
    """Over real HTTP both client libraries invoke and stream, and the usage equals the provider's bill."""
    async with FakeOpenAI() as fake, make_client() as http:
        model = build_model(ModelSettings(api_key=SecretStr(fake.key), name=fake.model, base_url=fake.url), http)
        tagged = model.bind(extra_headers={"X-PrepMate-Call": "turn:1"})
        told = [usage_of(await tagged.ainvoke("x" * 6000)), usage_of(await read(model)), usage_of(await read(model))]
        told.append(usage_of(await model.ainvoke("x" * 6000)))
    billed = [Usage(row.prompt_tokens, row.cached_tokens, row.completion_tokens) for row in fake.ledger.rows]
    assert told == billed
    assert billed[-1].cached_input > 1024
    assert [row.tag for row in fake.ledger.rows] == ["turn:1", "", "", ""]


@pytest.mark.parametrize("make_client", [httpx.AsyncClient, httpx2.AsyncClient])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(drop=True), "connection"),
        (Fault(cut_after=3), "connection"),
        (Fault(malformed=True), "malformed"),
        (Fault(hang_s=20), "timeout"),
        (Fault(status=500), "overloaded"),
    ],
)
async def test_faults_of_a_real_server_are_translated(
    make_client: Callable[[], Any], fault: Fault, reason: str
) -> None:
    """With either client library every fault on the wire ends in the error that is meant for it."""
    async with FakeOpenAI(rules=(Rule(fault=fault),)) as fake, make_client() as http:
        settings = ModelSettings(api_key=SecretStr(fake.key), name=fake.model, base_url=fake.url, timeout_s=0.2)
        with pytest.raises(ModelUnavailable) as caught:
            await with_retries(lambda: read(build_model(settings, http)), sleep=Sleeper())
    assert caught.value.reason == reason


async def test_a_stream_that_stalls_times_out() -> None:
    """A stream whose next piece does not come is given up after the time limit, not after minutes."""
    rules = (Rule(fault=Fault(pace_s=20)),)
    async with FakeOpenAI(rules=rules) as fake, httpx2.AsyncClient(verify=False) as http:
        settings = ModelSettings(api_key=SecretStr(fake.key), name=fake.model, base_url=fake.url, timeout_s=0.2)
        with pytest.raises(ModelUnavailable) as caught:
            await with_retries(lambda: read(build_model(settings, http)), sleep=Sleeper(), attempts=1)
    assert caught.value.reason == "timeout"


async def test_streams_tool_calls_whole() -> None:
    """Tool calls that arrive in pieces come out with their names, arguments and ids."""
    tool = {"type": "function", "function": {"name": "find_problem", "parameters": {"type": "object"}}}
    async with FakeOpenAI() as fake, httpx2.AsyncClient(verify=False) as http:
        model = build_model(ModelSettings(api_key=SecretStr(fake.key), name=fake.model, base_url=fake.url), http)
        order = 'call find_problem {"query": "longest substring", "limit": 3}\ncall find_problem {"query": "x"}'
        whole = await read(model, order, tools=[tool])
    assert [call["args"] for call in whole.tool_calls] == [{"query": "longest substring", "limit": 3}, {"query": "x"}]
    assert len({call["id"] for call in whole.tool_calls}) == 2
    assert is_complete(whole)
