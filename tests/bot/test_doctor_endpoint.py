"""The doctor before the model's endpoint: each trouble that one can have, told in one sentence with its remedy."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import httpx2
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.app import utc_now
from bot.checks.endpoint import check_endpoint
from bot.checks.finding import Finding
from bot.settings import Settings
from tests.bot.test_doctor import KEY, later, told
from tests.fakes.endpoint import Response, events
from tests.fakes.openai import FakeOpenAI


async def ask(settings: Settings, clock: Callable[[], datetime] = utc_now, *, seconds: float = 5) -> list[Finding]:
    """Return what is told about an endpoint."""
    async with httpx2.AsyncClient(timeout=seconds, verify=False) as http:
        return await check_endpoint(settings, http, clock, seconds=seconds, trial_seconds=5)


def settings_for(url: str, *, key: str | None = KEY, model: str = "gpt-5-mini") -> Settings:
    """Return settings that name an endpoint."""
    return Settings(openai_api_key=SecretStr(key) if key else None, openai_base_url=url, openai_model=model)


@pytest.mark.parametrize(
    ("key", "model", "state", "word"),
    [
        (KEY, None, "good", "knows"),
        (KEY, "no-such-model", "broken", "OPENAI_MODEL"),
        ("sk-wrong-key", None, "broken", "OPENAI_API_KEY"),
        (None, None, "open", "coach"),
    ],
)
async def test_the_models_endpoint_is_really_asked(key: str | None, model: str | None, state: str, word: str) -> None:
    """The key and the model's name are tried on the endpoint; the key is never in what is told."""
    async with FakeOpenAI(key=KEY) as fake:
        finding, *_ = await ask(settings_for(fake.url, key=key, model=model or fake.models[0]))
    assert finding.state == state
    assert word in finding.line
    assert not key or key not in finding.line


async def test_what_listens_and_what_looks_is_asked_for_too() -> None:
    """Each model is tried under its own variable; one that is not set is told where somebody could need it."""
    async with FakeOpenAI(key=KEY) as fake:
        known = settings_for(fake.url, model=fake.models[0])
        both = known.model_copy(update={"openai_transcription_model": "whisper-1", "openai_vision_model": "no-eye"})
        _, voice, pictures, _ = await ask(both)
        token = {"telegram_bot_token": SecretStr("100:test-token")}
        _, deaf, blind, _ = await ask(known.model_copy(update=token))
    assert (voice.state, voice.what, pictures.state) == ("good", "voice", "broken")
    assert told(pictures, "pictures", "OPENAI_VISION_MODEL")
    assert (deaf.state, blind.state) == ("open", "open")
    assert "OPENAI_TRANSCRIPTION_MODEL" in deaf.line


ANSWER = events(
    [
        {"choices": [{"delta": {"content": "OK"}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 1}},
    ]
)
UNCOUNTED = events([{"choices": [{"delta": {"content": "OK"}, "finish_reason": "stop"}]}])
REFUSED = Response(b'{"error": {"message": "stream_options: Extra inputs are not permitted"}}', 422, "application/json")


@asynccontextmanager
async def endpoint(
    models: web.Response, named: web.Response, answers: Sequence[Response] = (ANSWER,)
) -> AsyncIterator[str]:
    """An endpoint that answers with this when its models are listed, with that when it is asked for one, and so when
    it is asked a question.
    """
    app, left = web.Application(), list(answers)

    async def listing(_: web.Request) -> web.Response:
        return models

    async def one(_: web.Request) -> web.Response:
        return named

    async def question(_: web.Request) -> web.Response:
        answer = left.pop(0) if len(left) > 1 else left[0]
        return web.Response(body=answer.body, status=answer.status, content_type=answer.content_type)

    app.add_routes(
        [
            web.get("/v1/models", listing),
            web.get("/v1/models/{name}", one),
            web.post("/v1/chat/completions", question),
        ]
    )
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def refusing(status: int, code: str = "") -> web.Response:
    """Return an error as endpoints send it."""
    return web.json_response({"error": {"code": code, "message": "no"}}, status=status)


@pytest.mark.parametrize(
    ("models", "named", "state", "words"),
    [
        (lambda: refusing(404), lambda: refusing(404, "model_not_found"), "broken", ("does not know", "OPENAI_MODEL")),
        (lambda: refusing(404), lambda: refusing(404), "good", ("knows", "answers")),
        (lambda: web.json_response({"data": [{"id": "gpt-5-maxi"}]}), lambda: refusing(404), "broken", ("gpt-5-maxi",)),
        (lambda: web.json_response({"data": []}), lambda: web.json_response({"id": "gpt-5-mini"}), "good", ("knows",)),
        (lambda: web.Response(text="<html>"), lambda: refusing(404), "broken", ("OPENAI_BASE_URL",)),
        (lambda: refusing(401), lambda: refusing(404), "broken", ("refused the key (401)", "OPENAI_API_KEY")),
        (lambda: refusing(503), lambda: refusing(404), "broken", ("503", "try again")),
    ],
)
async def test_what_an_endpoint_says_of_a_model_counts(
    models: Callable[[], web.Response], named: Callable[[], web.Response], state: str, words: tuple[str, ...]
) -> None:
    """Endpoints that list nothing, or not all that they know, are asked for the model itself."""
    async with endpoint(models(), named()) as url:
        finding, clock = await ask(settings_for(url))
    assert (finding.state, [word in finding.line for word in words]) == (state, [True] * len(words))
    assert clock.state == "good"


@pytest.mark.parametrize(
    ("answers", "state", "words"),
    [
        ([ANSWER], "good", ("answers",)),
        ([UNCOUNTED], "open", ("does not say what an answer costs", "estimated")),
        ([REFUSED, UNCOUNTED], "open", ("does not say what an answer costs", "estimated")),
        ([REFUSED, REFUSED], "broken", ("did not answer", "422")),
        ([Response(b"{}", 402, "application/json")], "broken", ("credit", "top it up")),
        ([Response(b"no", 503, "text/plain")], "broken", ("in trouble (503)",)),
        ([replace(ANSWER, body=b"")], "broken", ("hung up",)),
        ([Response(b"<html>", 200, "text/html")], "broken", ("OPENAI_BASE_URL",)),
    ],
)
async def test_a_model_is_tried_as_the_mentor_asks_it(
    answers: list[Response], state: str, words: tuple[str, ...]
) -> None:
    """An endpoint that lists the model and does not answer is not well, nor is one that hides what answers cost."""
    listed = web.json_response({"data": [{"id": "gpt-5-mini"}]})
    async with endpoint(listed, refusing(404), answers) as url:
        finding, *_ = await ask(settings_for(url))
    assert (finding.state, [word in finding.line for word in words]) == (state, [True] * len(words))
    assert KEY not in finding.line


async def test_a_clock_off_the_endpoint_s_is_told() -> None:
    """The Date that an endpoint sends with its answer shows a clock that is off, where the database's cannot."""
    async with FakeOpenAI(key=KEY) as fake:
        _, clock = await ask(settings_for(fake.url), later)
    assert told(clock, "clock", "ahead of 127.0.0.1", "NTP")


async def test_an_endpoint_that_is_not_there_is_named_without_its_password() -> None:
    """An unreachable endpoint is broken; its address is told without what could be secret."""
    [finding] = await ask(settings_for("http://u:hunter2@127.0.0.1:9/v1"))
    assert told(finding, "127.0.0.1:9", "cannot be reached", "OPENAI_BASE_URL")
    assert "hunter2" not in finding.line


async def test_an_endpoint_that_says_nothing_is_given_up() -> None:
    """Where a connection is taken and nothing ever comes, the doctor does not wait."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        [finding] = await ask(settings_for(f"http://127.0.0.1:{silent.getsockname()[1]}/v1"), seconds=0.2)
    assert told(finding, "does not answer within 0.2 s", "network")
    assert time.monotonic() - started < 2
