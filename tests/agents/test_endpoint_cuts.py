"""Streams that end after any of their bytes: what had come is kept or asked for again, and nothing is half done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agents.endpoint import ModelSettings, build_model
from agents.errors import AgentError, ModelUnavailable, translate
from agents.middleware.tidying import tidy
from agents.model import is_complete
from agents.wire.calls import BROKEN_JSON
from tests.agents.stage import Audience, Stage
from tests.fakes.endpoint import Endpoint, events


def text(*pieces: str) -> list[dict[str, Any]]:
    """Return pieces of text as an endpoint sends them."""
    return [{"choices": [{"delta": {"content": piece}}]} for piece in pieces]


def call(arguments: object, **more: Any) -> dict[str, Any]:
    """Return a call without an index, all at once."""
    return {"choices": [{"delta": {"tool_calls": [{"function": {"name": "jot", "arguments": arguments}}]}, **more}]}


STOP = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
COST = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}
DONE = "data: [DONE]"
SHAPES: dict[str, list[dict[str, Any] | str]] = {
    "a call without index": [call('{"title": "two sum"}'), STOP, COST, DONE],
    "arguments as an object": [call({"title": "two sum"}, finish_reason="tool_calls"), COST, DONE],
    "no finish reason": [*text("A heap ", "is a tr", "ee é."), COST, DONE],
    "thoughts in tags": [*text("<thi", "nk>hm", "</th", "ink>\n\nA heap", " is a tree."), STOP, DONE],
    "a call as text": [
        *text("<tool", '_call>{"name": "jot", "argu', 'ments": {"title": "x"}}</tool_call>'),
        STOP,
        DONE,
    ],
}
JOT = '{"title": "two sum"}'
SENTENCE = "A heap keeps the smallest on top, and it is a tree in an array.\n\n"
TOOLS = [{"type": "function", "function": {"name": "jot", "parameters": {"type": "object"}}}]


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """An endpoint whose responses the test sets."""
    async with Endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def model(endpoint: Endpoint, http: httpx2.AsyncClient) -> ChatOpenAI:
    """The real client before the endpoint."""
    return build_model(ModelSettings(SecretStr("sk-1"), "some-model", endpoint.url, timeout_s=5), http)


async def read(model: ChatOpenAI) -> AIMessage | AgentError:
    """Return the message that the endpoint's response makes, or the error that it ends in."""
    whole: AIMessageChunk | None = None
    try:
        async for chunk in model.bind(tools=TOOLS).astream("hi"):
            assert isinstance(chunk, AIMessageChunk)
            whole = chunk if whole is None else whole + chunk
    except Exception as error:  # noqa: BLE001 - whatever it is: it has to be one that is known
        return translate(error)
    return tidy(whole) if whole is not None else AIMessage("")


def calls_of(message: AIMessage) -> list[tuple[str, object]]:
    """Return what a message calls, without the ids."""
    return [(call["name"], call["args"]) for call in message.tool_calls]


@pytest.mark.parametrize("rude", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
async def test_a_stream_may_end_after_any_byte(
    endpoint: Endpoint, model: ChatOpenAI, shape: str, *, rude: bool
) -> None:
    """However far a stream came, it is the whole answer, an answer known to be cut, or an error worth another try."""
    response = events(SHAPES[shape])
    endpoint.responses = [response]
    right, whole = await read(model), 0
    assert isinstance(right, AIMessage)
    for cut in range(0, len(response.body), 5 if rude else 1):
        endpoint.responses = [replace(response, cut_at=cut, rude=rude)]
        came = await read(model)
        if isinstance(came, AgentError):
            assert isinstance(came, ModelUnavailable), cut
        elif is_complete(came):
            assert (came.text, calls_of(came)) == (right.text, calls_of(right)), cut
            whole += 1
        else:
            assert not came.tool_calls, cut
            assert right.text.startswith(came.text.strip()), cut
    assert whole, "the end that says only what it cost is not needed"


@pytest.mark.parametrize("cut", range(0, 320, 20))
async def test_a_student_keeps_what_was_written(stage: Stage, http: httpx2.AsyncClient, cut: int) -> None:
    """A student whose answer is cut has read it up to there and a sentence, or gets the whole of another try."""
    broken = events([*text(SENTENCE), call(JOT), STOP], cut_at=cut)
    async with Endpoint(broken, events([*text("Another try."), STOP])) as endpoint:
        audience = Audience()
        answer = await stage.answer("jot two sum", mentor=stage.mentor(url=endpoint.url), audience=audience)
    done = await stage.tasks()
    if done:
        assert (done, answer.text) == (["0: two sum"], "Another try.")
    elif answer.text != "Another try.":
        assert answer.text.startswith(f"{SENTENCE.strip()}\n\nMy answer broke off here.")
        assert ("restart", "") not in audience.events
    (conversation,) = await stage.conversations()
    assert (conversation.message_history or [])[-1].content == answer.text


@pytest.mark.parametrize("arguments", ['{"title": "two su', '{"title": ', "", "nonsense", "[1, 2]"])
async def test_arguments_that_are_not_whole_are_never_guessed(
    endpoint: Endpoint, model: ChatOpenAI, arguments: str
) -> None:
    """A call whose arguments ran out, though its stream ended well, is not made with what arrived."""
    endpoint.responses = [events([call(arguments, finish_reason="length"), DONE])]
    message = await read(model)
    assert isinstance(message, AIMessage)
    assert calls_of(message) == [("jot", {BROKEN_JSON: True} if arguments else {})]
