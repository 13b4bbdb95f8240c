"""The fake OpenAI server keeps the real one's rules, over real HTTP, seen through the real client."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.fakes.openai import Call, FakeOpenAI, Fault, Reply, Rule
from tests.fakes.openai.audio import HEARING

ROOT = Path(__file__).parents[2]
RECORD = {
    "type": "function",
    "function": {
        "name": "record_attempt",
        "description": "Record an attempt.",
        "parameters": {"type": "object", "properties": {"problem": {"type": "string"}}, "required": ["problem"]},
    },
}
DUE = {"type": "function", "function": {"name": "list_due_revisions", "parameters": {"type": "object"}}}


def user(text: str) -> dict[str, Any]:
    """A user message."""
    return {"role": "user", "content": text}


def assistant(*ids: str) -> dict[str, Any]:
    """An assistant message with one tool call for each id."""
    calls = [{"id": i, "type": "function", "function": {"name": "record_attempt", "arguments": "{}"}} for i in ids]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def result(call_id: str, text: str = "saved") -> dict[str, Any]:
    """A tool message that answers a call."""
    return {"role": "tool", "tool_call_id": call_id, "content": text}


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    """A server of its own for each test."""
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A bare HTTP client."""
    async with httpx.AsyncClient(verify=False) as client:  # noqa: S501  # plain HTTP; certificates take long to load
        yield client


@pytest.fixture
def client(fake: FakeOpenAI, http: httpx.AsyncClient) -> Any:
    """The real OpenAI client, pointed at the fake."""
    return openai.AsyncOpenAI(
        api_key=fake.key,
        base_url=fake.url,
        max_retries=0,
        http_client=http,  # type: ignore[arg-type]
    )


async def ask(client: Any, fake: FakeOpenAI, *messages: dict[str, Any], **options: Any) -> Any:
    """One chat completion."""
    return await client.chat.completions.create(model=fake.model, messages=list(messages), **options)


async def stream(client: Any, fake: FakeOpenAI, *messages: dict[str, Any], **options: Any) -> list[Any]:
    """All chunks of one streamed completion."""
    options.setdefault("stream_options", {"include_usage": True})
    return [chunk async for chunk in await ask(client, fake, *messages, stream=True, **options)]


def text_in(chunks: list[Any]) -> str:
    """The text that chunks join to."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


async def test_answers_the_same_conversation_the_same_way(client: Any, fake: FakeOpenAI) -> None:
    """Without a script the answer is deterministic and says how many user messages came before."""
    messages = [user("hi"), {"role": "assistant", "content": "hello"}, user("Today is Monday.\n\nwhat now?")]
    first, second = await ask(client, fake, *messages), await ask(client, fake, *messages)
    assert first.choices[0].message.content == second.choices[0].message.content
    assert "1 earlier messages" in first.choices[0].message.content
    assert "what now?" in first.choices[0].message.content
    assert first.choices[0].finish_reason == "stop"


async def test_a_stream_carries_the_same_answer_and_usage(client: Any, fake: FakeOpenAI) -> None:
    """Streamed or not, the text and the bill are the same, and the usage chunk is last and has no choices."""
    whole = await ask(client, fake, user("hi"))
    chunks = await stream(client, fake, user("hi"))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert text_in(chunks) == whole.choices[0].message.content
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-2].choices[0].finish_reason == "stop"


async def test_a_stream_reports_usage_only_when_asked(client: Any, fake: FakeOpenAI) -> None:
    """Without include_usage no chunk carries usage, yet the request is billed."""
    chunks = await stream(client, fake, user("hi"), stream_options={"include_usage": False})
    assert all(chunk.usage is None for chunk in chunks)
    assert len(fake.ledger.rows) == 1


async def test_usage_can_be_counted_by_hand(client: Any, fake: FakeOpenAI) -> None:
    """A message costs ceil(bytes / 3) + 4 tokens, and the ledger says what the client was told."""
    fake.script(Rule(reply=Reply(text="abcdefg")))
    message = user("hi")
    usage = (await ask(client, fake, message)).usage
    assert usage.prompt_tokens == -(-len(json.dumps(message)) // 3) + 4
    assert usage.completion_tokens == 3 + 4
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    (row,) = fake.ledger.rows
    assert (row.prompt_tokens, row.completion_tokens, row.cut) == (usage.prompt_tokens, 7, False)


async def test_calls_the_tools_it_is_told_to_step_by_step(client: Any, fake: FakeOpenAI) -> None:
    """`call` lines are parallel calls of one step, `then call` opens the next, and the answer quotes the results."""
    orders = ['call record_attempt {"problem": "two-sum"}', "call list_due_revisions"]
    orders += ['then call record_attempt {"problem": "3"}']
    messages = [user("\n".join(orders))]
    expected = [
        [("record_attempt", {"problem": "two-sum"}), ("list_due_revisions", {})],
        [("record_attempt", {"problem": "3"})],
    ]
    for calls in expected:
        reply = (await ask(client, fake, *messages, tools=[RECORD, DUE])).choices[0]
        assert reply.finish_reason == "tool_calls"
        made = reply.message.tool_calls
        assert [(call.function.name, json.loads(call.function.arguments)) for call in made] == calls
        messages += [reply.message.model_dump(exclude_none=True), *(result(call.id, "noted 7") for call in made)]
    final = (await ask(client, fake, *messages, tools=[RECORD, DUE])).choices[0]
    assert final.finish_reason == "stop"
    assert final.message.content.count("noted 7") == 3


async def test_passes_over_tools_that_are_not_offered(client: Any, fake: FakeOpenAI) -> None:
    """An order for a tool that the request does not offer is answered in words."""
    reply = (await ask(client, fake, user("call drop_table {}"), tools=[DUE])).choices[0]
    assert not reply.message.tool_calls
    assert "no tool named drop_table" in reply.message.content


async def test_asking_again_gives_other_call_ids(client: Any, fake: FakeOpenAI) -> None:
    """The same request twice gets different call ids, so a repeated call cannot hide behind its id."""
    ids = {
        (await ask(client, fake, user("call list_due_revisions"), tools=[DUE])).choices[0].message.tool_calls[0].id
        for _ in range(3)
    }
    assert len(ids) == 3


async def test_streams_tool_calls_in_pieces(client: Any, fake: FakeOpenAI) -> None:
    """The first piece of a call has id and name, the arguments follow in pieces that join to the whole."""
    arguments = {"problem": "longest-substring-without-repeating-characters"}
    order = f"call record_attempt {json.dumps(arguments)}\ncall list_due_revisions"
    chunks = await stream(client, fake, user(order), tools=[RECORD, DUE])
    pieces = [call for chunk in chunks if chunk.choices for call in chunk.choices[0].delta.tool_calls or []]
    first = [piece for piece in pieces if piece.index == 0]
    assert first[0].id
    assert first[0].function.name == "record_attempt"
    assert len(first) > 2
    assert all(piece.id is None for piece in first[1:])
    assert json.loads("".join(piece.function.arguments for piece in first)) == arguments
    assert [piece.function.name for piece in pieces if piece.index == 1 and piece.id] == ["list_due_revisions"]
    assert chunks[-2].choices[0].finish_reason == "tool_calls"


async def test_caches_long_prefixes_in_steps(client: Any, fake: FakeOpenAI) -> None:
    """A prefix that was sent before is cached in steps of 128 tokens from 1,024 on, for its own model only."""
    system = {"role": "system", "content": "x" * 4500}
    first = (await ask(client, fake, system, user("one"))).usage
    second = (await ask(client, fake, system, user("another"))).usage
    assert first.prompt_tokens_details.cached_tokens == 0
    assert second.prompt_tokens_details.cached_tokens == 1408
    other = await client.chat.completions.create(model=fake.models[1], messages=[system, user("one")])
    assert other.usage.prompt_tokens_details.cached_tokens == 0
    short = [await ask(client, fake, user("y" * 2500)) for _ in range(2)]
    assert short[1].usage.prompt_tokens_details.cached_tokens == 0
    assert [row.cached_tokens for row in fake.ledger.rows] == [0, 1408, 0, 0, 0]


async def test_a_changed_beginning_is_not_cached(client: Any, fake: FakeOpenAI) -> None:
    """A difference in the first message, or in the tools before it, costs the whole cache."""
    for text in ("a", "b"):
        reply = await ask(client, fake, user(text + "x" * 6000))
        assert reply.usage.prompt_tokens_details.cached_tokens == 0
    reply = await ask(client, fake, user("a" + "x" * 6000), tools=[DUE])
    assert reply.usage.prompt_tokens_details.cached_tokens == 0


async def test_lists_its_models(client: Any, fake: FakeOpenAI) -> None:
    """The models it lists are the models it answers for."""
    assert [model.id async for model in client.models.list()] == [*fake.models, *HEARING]


@pytest.mark.parametrize(
    ("name", "content", "model", "word"),
    [
        ("recording.ogg", b"OggShello", "whisper-1", None),
        ("recording.ogg", b"OggShello", "gpt-transcribe", None),
        ("recording.oga", b"OggShello", "whisper-1", "Unsupported file format oga"),
        ("recording.ogg", b"hello", "whisper-1", "corrupted"),
        ("recording.ogg", b"OggShello", "gpt-4", "does not exist"),
        ("recording.ogg", b"OggS" + bytes(25 * 1024 * 1024), "whisper-1", "26214400"),
    ],
)
async def test_writes_down_what_is_said(
    client: Any, fake: FakeOpenAI, name: str, content: bytes, model: str, word: str | None
) -> None:
    """A recording under an ending that it reads, and not too large, comes back as words with its bill."""
    said = client.audio.transcriptions.create(model=model, file=(name, content))
    if word is not None:
        with pytest.raises(openai.APIStatusError, match=word):
            await said
        assert fake.ledger.rows == []
        return
    heard = await said
    assert heard.text == "hello"
    row = fake.ledger.rows[0]
    if model == "whisper-1":
        assert heard.usage.seconds == row.seconds > 0
    else:
        assert (heard.usage.input_tokens, heard.usage.output_tokens) == (row.prompt_tokens, row.completion_tokens)


@pytest.mark.parametrize(
    ("url", "role", "model", "word"),
    [
        ("data:image/jpeg;base64,/9j/", "user", None, None),
        ("data:image/png;base64,/9j/", "user", None, "unsupported image"),
        ("data:image/jpeg;base64,/9j", "user", None, "base64"),
        ("https://example.com/a.jpg", "user", None, "Invalid image URL"),
        ("data:image/jpeg;base64,/9j/", "system", None, "role 'user'"),
        ("data:image/jpeg;base64,/9j/", "user", "gpt-4", "certain models"),
    ],
)
async def test_looks_at_pictures(
    client: Any, fake: FakeOpenAI, url: str, role: str, model: str | None, word: str | None
) -> None:
    """A picture is a data URL of what it says it is, in a message of the user's, to a model that can see."""
    message = {"role": role, "content": [{"type": "image_url", "image_url": {"url": url}}]}
    asked = client.chat.completions.create(model=model or fake.model, messages=[message])
    if word is None:
        assert (await asked).choices[0].message.content
        return
    with pytest.raises(openai.BadRequestError, match=word):
        await asked


async def test_refuses_a_wrong_key(client: Any, fake: FakeOpenAI) -> None:
    """A wrong key is refused with 401 and OpenAI's code, and nothing is billed."""
    with pytest.raises(openai.AuthenticationError) as refusal:
        await ask(client.with_options(api_key="sk-wrong"), fake, user("hi"))
    assert refusal.value.code == "invalid_api_key"
    assert fake.ledger.rows == []


async def test_refuses_an_unknown_model(client: Any) -> None:
    """A model that it does not have is a 404 with the code model_not_found."""
    with pytest.raises(openai.NotFoundError) as refusal:
        await client.chat.completions.create(model="gpt-99", messages=[user("hi")])
    assert refusal.value.code == "model_not_found"


async def test_unknown_addresses_get_a_json_error(fake: FakeOpenAI, http: httpx.AsyncClient) -> None:
    """An address that does not exist is refused in OpenAI's form."""
    response = await http.get(f"{fake.url}/nothing")
    assert response.status_code == 404
    assert "Invalid URL" in response.json()["error"]["message"]


MALFORMED: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str]] = {
    "no messages": ([], {}, "too short"),
    "unknown role": ([{"role": "robot", "content": "hi"}], {}, "Invalid value: 'robot'"),
    "user without content": ([{"role": "user", "content": None}], {}, "expected a string, got null"),
    "late system message": ([user("hi"), {"role": "system", "content": "be nice"}], {}, "at the beginning"),
    "unanswered call": ([user("hi"), assistant("a")], {}, "did not have response messages: a"),
    "call answered late": ([user("hi"), assistant("a"), user("and?"), result("a")], {}, "response messages: a"),
    "half-answered calls": ([user("hi"), assistant("a", "b"), result("a"), user("x")], {}, "response messages: b"),
    "result without a call": ([user("hi"), result("a")], {}, "must be a response"),
    "result of another call": ([user("hi"), assistant("a"), result("z")], {}, "must be a response"),
    "result twice": ([user("hi"), assistant("a"), result("a"), result("a")], {}, "must be a response"),
    "two calls of one id": ([user("hi"), assistant("a", "a"), result("a")], {}, "duplicate ids"),
    "long call id": ([user("hi"), assistant("a" * 41), result("a" * 41)], {}, "1 to 40 characters"),
    "too many messages": ([user("hi")] * 2049, {}, "maximum length 2048"),
    "no tools": ([user("hi")], {"tools": []}, "empty array"),
    "choice without tools": ([user("hi")], {"tool_choice": "auto"}, "only allowed when 'tools'"),
    "unknown choice": (
        [user("hi")],
        {"tools": [DUE], "tool_choice": {"type": "function", "function": {"name": "x"}}},
        "not in 'tools'",
    ),
    "same tool twice": ([user("hi")], {"tools": [DUE, DUE]}, "must be unique"),
    "stream options alone": ([user("hi")], {"stream_options": {"include_usage": True}}, "'stream' is enabled"),
    "unknown argument": ([user("hi")], {"extra_body": {"frobnicate": 1}}, "Unrecognized request argument"),
    "temperature": ([user("hi")], {"temperature": 3}, "between 0 and 2"),
    "two answers": ([user("hi")], {"n": 2}, "must be 1"),
    "metadata unstored": ([user("hi")], {"metadata": {"call": "1"}}, "only allowed when 'store'"),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_refuses_malformed_requests(client: Any, fake: FakeOpenAI, name: str) -> None:
    """What breaks a rule of chat completions is a 400 that says which, and is not billed."""
    messages, options, words = MALFORMED[name]
    with pytest.raises(openai.BadRequestError, match=re.escape(words)):
        await ask(client, fake, *messages, **options)
    assert fake.ledger.rows == []
    assert not fake.requests


SCHEMAS: dict[str, tuple[Any, str]] = {
    "not an object": ({"type": "string"}, "schema must be a JSON Schema of 'type: \"object\"'"),
    "array without items": ({"type": "object", "properties": {"a": {"type": "array"}}}, "array schema missing items"),
    "invented type": ({"type": "object", "properties": {"a": {"type": "date"}}}, "'date' is not valid"),
    "broken reference": ({"type": "object", "properties": {"a": {"$ref": "#/$defs/B"}}}, "reference can only point"),
    "empty enum": ({"type": "object", "properties": {"a": {"enum": []}}}, "non-empty"),
    "deep": ({"type": "object", "properties": {"a": {"anyOf": [{"type": "array"}]}}}, "missing items"),
}


@pytest.mark.parametrize("name", SCHEMAS)
async def test_refuses_invalid_tool_schemas(client: Any, fake: FakeOpenAI, name: str) -> None:
    """A tool whose parameters are no proper JSON Schema is refused by name."""
    parameters, words = SCHEMAS[name]
    tool = {"type": "function", "function": {"name": "plan", "parameters": parameters}}
    with pytest.raises(openai.BadRequestError, match=re.escape(words)) as refusal:
        await ask(client, fake, user("hi"), tools=[tool])
    assert refusal.value.code == "invalid_function_parameters"


async def test_refuses_broken_json_and_lone_surrogates(fake: FakeOpenAI, http: httpx.AsyncClient) -> None:
    """A body that is not valid JSON in valid Unicode is refused before anything else is looked at."""
    headers = {"authorization": f"Bearer {fake.key}"}
    for raw in (b"{", b"[]", b'{"model": "\\ud800"}', b"\xff"):
        response = await http.post(f"{fake.url}/chat/completions", content=raw, headers=headers)
        assert response.status_code == 400
        assert response.json()["error"]["type"] == "invalid_request_error"


async def test_refuses_a_prompt_that_is_too_long(http: httpx.AsyncClient) -> None:
    """A prompt beyond the model's context is refused with OpenAI's code."""
    async with FakeOpenAI(context_tokens=100) as fake:
        body = {"model": fake.model, "messages": [user("x" * 400)]}
        headers = {"authorization": f"Bearer {fake.key}"}
        response = await http.post(f"{fake.url}/chat/completions", json=body, headers=headers)
    assert response.json()["error"]["code"] == "context_length_exceeded"


async def test_cuts_an_answer_at_its_token_limit(client: Any, fake: FakeOpenAI) -> None:
    """max_tokens shortens the text and the finish reason says so."""
    fake.script(Rule(reply=Reply(text="abcdefghi")))
    choice = (await ask(client, fake, user("hi"), max_completion_tokens=2)).choices[0]
    assert (choice.message.content, choice.finish_reason) == ("abcdef", "length")


async def test_rules_match_on_words_and_steps_and_wear_out(client: Any, fake: FakeOpenAI) -> None:
    """The first matching rule decides, as often as its `times` allows; then the next one, then the brain."""
    calls = [Call(name="record_attempt", arguments="{not json"), Call(name="list_due_revisions")]
    fake.script(
        Rule(last_user="^plan", step=0, times=1, reply=Reply(text="Let me look.", calls=calls)),
        Rule(last_user="^plan", step=1, reply=Reply(text="Here is the plan.")),
    )
    first = (await ask(client, fake, user("plan my day"), tools=[RECORD, DUE])).choices[0].message
    assert first.content == "Let me look."
    assert [call.function.arguments for call in first.tool_calls] == ["{not json", "{}"]
    history = [user("plan my day"), first.model_dump(exclude_none=True), *(result(c.id) for c in first.tool_calls)]
    assert (await ask(client, fake, *history)).choices[0].message.content == "Here is the plan."
    assert "earlier messages" in (await ask(client, fake, user("plan my day"))).choices[0].message.content


async def test_a_status_fault_is_an_openai_error_and_free(client: Any, fake: FakeOpenAI) -> None:
    """A scripted 429 carries Retry-After and costs nothing; the next request is answered."""
    fake.script(Rule(times=1, fault=Fault(status=429, retry_after=2.5)))
    with pytest.raises(openai.RateLimitError) as refusal:
        await ask(client, fake, user("hi"))
    assert refusal.value.response.headers["retry-after"] == "2.5"
    assert fake.ledger.rows == []
    assert await ask(client, fake, user("hi"))


async def test_a_cut_stream_is_billed_for_what_was_sent(client: Any, fake: FakeOpenAI) -> None:
    """A stream cut after K chunks gives K chunks, then an error, and a row marked as cut."""
    fake.script(Rule(reply=Reply(text="one two three four"), fault=Fault(cut_after=3)))
    answer = await ask(client, fake, user("hi"), stream=True)
    got = [await anext(answer) for _ in range(3)]
    with pytest.raises(openai.APIConnectionError):
        await anext(answer)
    assert text_in(got) == "one two "
    (row,) = fake.ledger.rows
    assert row.cut
    assert row.completion_tokens == 3


async def test_a_clean_cut_looks_like_an_end(client: Any, fake: FakeOpenAI) -> None:
    """A clean cut raises nothing: only the missing finish reason and usage tell."""
    fake.script(Rule(fault=Fault(cut_after=2, clean=True)))
    chunks = await stream(client, fake, user("hi"))
    assert len(chunks) == 2
    assert all(chunk.usage is None and chunk.choices[0].finish_reason is None for chunk in chunks)
    assert fake.ledger.rows[0].cut


async def test_a_dropped_connection_is_free(client: Any, fake: FakeOpenAI) -> None:
    """A connection dropped before the answer is a connection error without a row."""
    fake.script(Rule(times=1, fault=Fault(drop=True)))
    with pytest.raises(openai.APIConnectionError):
        await ask(client, fake, user("hi"))
    assert fake.ledger.rows == []


async def test_malformed_json_is_billed_as_cut(client: Any, fake: FakeOpenAI) -> None:
    """An answer with broken JSON fails in the client but was generated, streamed or not."""
    fake.script(Rule(fault=Fault(malformed=True)))
    with pytest.raises(ValueError, match="line 1 column"):
        await ask(client, fake, user("hi"))
    with pytest.raises(ValueError, match="line 1 column"):
        await stream(client, fake, user("hi"))
    assert [row.cut for row in fake.ledger.rows] == [True, True]


async def test_a_client_that_leaves_is_billed_as_cut(client: Any, fake: FakeOpenAI) -> None:
    """Who hangs up while the model is speaking pays for what was said until then."""
    fake.script(Rule(reply=Reply(text="word " * 200), fault=Fault(pace_s=0.005)))
    answer = await ask(client, fake, user("hi"), stream=True)
    await anext(aiter(answer))
    await answer.close()
    for _ in range(500):
        if fake.ledger.rows:
            break
        await asyncio.sleep(0.01)
    assert fake.ledger.rows[0].cut
    assert fake.ledger.rows[0].completion_tokens < 300


async def test_a_hang_outlasts_the_client(client: Any, fake: FakeOpenAI) -> None:
    """A hang makes the client's own timeout fire."""
    fake.script(Rule(fault=Fault(hang_s=30)))
    with pytest.raises(openai.APITimeoutError):
        await ask(client.with_options(timeout=0.05), fake, user("hi"))


async def test_rows_carry_the_callers_tag(client: Any, fake: FakeOpenAI) -> None:
    """The tag is the X-PrepMate-Call header, else metadata.call, else user."""
    await ask(client, fake, user("hi"), extra_headers={"X-PrepMate-Call": "turn:1"}, user="student")
    await ask(client, fake, user("hi"), metadata={"call": "turn:2"}, store=True, user="student")
    await ask(client, fake, user("hi"), user="student")
    assert [row.tag for row in fake.ledger.rows] == ["turn:1", "turn:2", "student"]


async def test_parallel_requests_are_billed_once_each(client: Any, fake: FakeOpenAI) -> None:
    """Of many requests at once every one has its own row, equal to what its client was told."""
    replies = await asyncio.gather(*(ask(client, fake, user(f"hi {i}"), user=str(i)) for i in range(40)))
    told = {reply.id: (reply.usage.prompt_tokens, reply.usage.completion_tokens) for reply in replies}
    assert {row.id: (row.prompt_tokens, row.completion_tokens) for row in fake.ledger.rows} == told
    assert len(told) == 40


async def test_is_steered_over_http(fake: FakeOpenAI, http: httpx.AsyncClient, client: Any) -> None:
    """Script, ledger, requests and reset work over HTTP as they do in Python."""
    script = {"rules": [{"last_user": "hi", "reply": {"calls": [{"name": "x", "arguments": {"n": 1}}]}}]}
    assert (await http.post(f"{fake.root}/script", json=script)).json() == {"rules": 1}
    reply = await ask(client, fake, user("hi"))
    assert reply.choices[0].message.tool_calls[0].function.arguments == '{"n": 1}'
    bill = (await http.get(f"{fake.root}/ledger")).json()
    assert bill["totals"]["prompt_tokens"] == reply.usage.prompt_tokens
    assert bill["rows"][0]["id"] == reply.id
    assert (await http.get(f"{fake.root}/requests")).json()[0]["messages"] == [user("hi")]
    await http.post(f"{fake.root}/ledger/reset")
    assert (await http.get(f"{fake.root}/ledger")).json()["rows"] == []


@pytest.mark.parametrize("script", ["{", "{}", '[{"replay": {}}]', '[{"last_user": "("}]'])
async def test_refuses_a_script_it_cannot_read(fake: FakeOpenAI, http: httpx.AsyncClient, script: str) -> None:
    """A script with a mistake is refused whole."""
    assert (await http.post(f"{fake.root}/script", content=script)).status_code == 400


def test_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    """The command prints one line that names its port, follows its script file and ends on SIGTERM."""
    script = tmp_path / "script.json"
    script.write_text('[{"fault": {"status": 503}}]')
    command = [sys.executable, "-m", "tests.fakes.openai", "--port", "0", "--script", str(script), "--key", "sk-other"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        body = {"model": ready["model"], "messages": [user("hi")]}
        headers = {"authorization": f"Bearer {ready['key']}"}
        response = httpx.post(f"{ready['url']}/chat/completions", json=body, headers=headers)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert ready["url"].endswith(f":{ready['port']}/v1")
    assert ready["key"] == "sk-other"
    assert response.status_code == 503
