"""The server: accounts and models at the door, then rules, script, bill and wire."""

import asyncio
import hashlib
import hmac
import itertools
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.openai import wire
from tests.fakes.openai.audio import BY_DURATION, HEARING, Recording, read_recording
from tests.fakes.openai.brain import think
from tests.fakes.openai.ledger import Ledger, PromptCache, Row, count_prompt, count_tokens, prompt_units
from tests.fakes.openai.rejected import Rejected
from tests.fakes.openai.rules import check_request, parse_body
from tests.fakes.openai.script import Fault, Rule, Script, Situation, parse_script, situation_of

MODELS = ("fake-mini", "gpt-5-mini", "gpt-4o-mini", "gpt-4")


class FakeOpenAI:
    """An OpenAI-compatible endpoint on a local port, billing into its own ledger.

    `latency_s` is waited before every answer. `context_tokens` is the longest prompt it reads. `requests` holds the
    last thousand bodies that passed the rules. Beside `/v1` it serves `GET /ledger`, `POST /ledger/reset` (which
    also empties the prompt cache), `GET /requests` and `POST /script`.
    """

    def __init__(
        self,
        *,
        key: str = "sk-test",
        models: tuple[str, ...] = MODELS,
        port: int = 0,
        latency_s: float = 0.0,
        context_tokens: int = 128_000,
        rules: tuple[Rule, ...] = (),
    ) -> None:
        self.key = key
        self.models = models
        self.port = port
        self.ledger = Ledger()
        self.requests: deque[dict[str, Any]] = deque(maxlen=1000)
        self._latency_s = latency_s
        self._context_tokens = context_tokens
        self._script = Script(list(rules))
        self._cache = PromptCache()
        self._numbers = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self._on_said: Callable[[str, str], None] | None = None

    def watch(self, on_said: Callable[[str, str], None]) -> None:
        """Tell `on_said` after every chunk of a stream the answer's id and what was said in it so far."""
        self._on_said = on_said

    @property
    def model(self) -> str:
        """The name of its first model."""
        return self.models[0]

    @property
    def root(self) -> str:
        """The address of the control routes."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """What a client takes for a base URL."""
        return f"{self.root}/v1"

    def script(self, *rules: Rule) -> None:
        """Put rules in force in place of those before; none at all leaves the brain alone."""
        self._script = Script(list(rules))

    def reset(self) -> None:
        """Empty the ledger, the remembered requests and the prompt cache."""
        self.ledger.rows.clear()
        self.requests.clear()
        self._cache = PromptCache()

    async def start(self) -> None:
        """Listen; raises OSError if the port is taken."""
        app = web.Application(client_max_size=50 * 1024 * 1024, middlewares=[_in_openai_form])
        app.add_routes(
            [
                web.post("/v1/chat/completions", self._complete),
                web.post("/v1/audio/transcriptions", self._transcribe),
                web.get("/v1/models", self._list_models),
                web.get("/ledger", self._show_ledger),
                web.post("/ledger/reset", self._reset),
                web.get("/requests", self._show_requests),
                web.post("/script", self._take_script),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and drop what is under way."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self._authorise(request)
        body = parse_body(await request.read())
        check_request(body, self.models)
        units = prompt_units(body)
        self._check_length(count_prompt(units))
        situation = situation_of(body, _tag(request, body))
        self.requests.append(body)
        rule = self._script.take(situation)
        fault = rule.fault or Fault()
        if (refusal := await self._refuse(request, fault)) is not None:
            return refusal
        number = next(self._numbers)
        row = Row(
            id=f"chatcmpl-{self._digest(str(number))}",
            model=body["model"],
            tag=situation.tag,
            prompt_tokens=count_prompt(units),
            cached_tokens=self._cache.look_up(body["model"], units),
            streamed=bool(body.get("stream")),
        )
        completion = wire.complete(
            rule.reply or think(situation),
            call_ids=self._call_ids(number),
            max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        )
        if row.streamed:
            options = body.get("stream_options") or {}
            return await self._stream(request, row, completion, fault, with_usage=bool(options.get("include_usage")))
        return self._answer(request, row, completion, fault)

    async def _refuse(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        """Take the time that it takes, and return what comes instead of an answer, if anything does."""
        await asyncio.sleep(self._latency_s + fault.hang_s)
        if fault.drop:
            return _hang_up(request)
        return _error(fault) if fault.status is not None else None

    async def _transcribe(self, request: web.Request) -> web.StreamResponse:
        """Write down what is said; a rule's reply is what is heard instead, `last_user` looks at what is said."""
        self._authorise(request)
        recording = read_recording(request.content_type, await request.post())
        self.requests.append({"model": recording.model, "said": recording.text, **recording.fields})
        situation = Situation(
            model=recording.model, tag=_tag(request, {}), users=[recording.text], step=0, results=[], offered=[]
        )
        rule = self._script.take(situation)
        fault = rule.fault or Fault()
        if (refusal := await self._refuse(request, fault)) is not None:
            return refusal
        return self._bill_recording(request, recording, recording.text if rule.reply is None else rule.reply.text)

    def _bill_recording(self, request: web.Request, recording: Recording, heard: str) -> web.Response:
        spoken, written = recording.cost
        row = Row(
            id=f"trns-{self._digest(str(next(self._numbers)))}",
            model=recording.model,
            tag=_tag(request, {}),
            prompt_tokens=spoken,
            cached_tokens=0,
            completion_tokens=written,
            seconds=recording.seconds if recording.model in BY_DURATION else 0.0,
            cut=request.transport is None or request.transport.is_closing(),
        )
        self.ledger.rows.append(row)
        return web.json_response({"text": heard, "usage": recording.usage(written)})

    def _answer(self, request: web.Request, row: Row, completion: wire.Completion, fault: Fault) -> web.StreamResponse:
        row.completion_tokens = completion.tokens
        gone = request.transport is None or request.transport.is_closing()
        row.cut = gone or fault.malformed or fault.cut_after is not None
        self.ledger.rows.append(row)
        if fault.cut_after is not None:
            return _hang_up(request)
        text = json.dumps(wire.as_object(row, completion), ensure_ascii=False)
        if fault.malformed:
            text = text[: len(text) // 2]
        return web.Response(text=text, content_type="application/json", headers={"x-request-id": row.id})

    async def _stream(
        self,
        request: web.Request,
        row: Row,
        completion: wire.Completion,
        fault: Fault,
        *,
        with_usage: bool,
    ) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"content-type": "text/event-stream; charset=utf-8", "x-request-id": row.id}
        )
        sent = ""
        try:
            await response.prepare(request)
            for k, chunk in enumerate(wire.as_chunks(row, completion, with_usage=with_usage)):
                if k == fault.cut_after:
                    break
                if fault.pace_s:
                    await asyncio.sleep(fault.pace_s)
                data = json.dumps(chunk, ensure_ascii=False)
                await _send(response, data[: len(data) // 2] if fault.malformed and k == 1 else data)
                sent += wire.cost_of(chunk)
                if self._on_said:
                    self._on_said(row.id, sent)
            else:
                # Billed before the client can know that it is over, so that who reads the bill then finds the row.
                row.completion_tokens = completion.tokens
                row.cut = fault.malformed
                self.ledger.rows.append(row)
                if with_usage:
                    await _send(response, json.dumps(wire.usage_chunk(row)))
                await _send(response, "[DONE]")
                return response
        except (ConnectionError, asyncio.CancelledError):
            self._bill_cut(row, sent)
            raise
        self._bill_cut(row, sent)
        if not fault.clean:
            _hang_up(request)
        return response

    def _bill_cut(self, row: Row, sent: str) -> None:
        row.cut = True
        if not any(billed is row for billed in self.ledger.rows):
            row.completion_tokens = count_tokens(sent)
            self.ledger.rows.append(row)

    def _authorise(self, request: web.Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given:
            raise Rejected(
                "You didn't provide an API key. You need to provide your API key in an Authorization header using "
                "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                status=401,
            )
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            masked = given[:8] + "*" * 8 + given[-4:] if len(given) > 16 else "*" * len(given)
            raise Rejected(
                f"Incorrect API key provided: {masked}. You can find your API key at "
                "https://platform.openai.com/account/api-keys.",
                code="invalid_api_key",
                status=401,
            )

    def _check_length(self, tokens: int) -> None:
        if tokens > self._context_tokens:
            raise Rejected(
                f"This model's maximum context length is {self._context_tokens} tokens. However, your messages "
                f"resulted in {tokens} tokens. Please reduce the length of the messages.",
                "messages",
                "context_length_exceeded",
            )

    def _call_ids(self, number: int) -> Iterator[str]:
        """Ids that no other request gets: who asks again for the same thing is given other ids."""
        return (f"call_{self._digest(f'{number}:{i}')}" for i in itertools.count())

    def _digest(self, text: str) -> str:
        return hashlib.sha256(f"{self.port}:{text}".encode()).hexdigest()[:24]

    async def _list_models(self, request: web.Request) -> web.Response:
        self._authorise(request)
        names = (*self.models, *HEARING)
        data = [{"id": name, "object": "model", "created": wire.EPOCH, "owned_by": "fake"} for name in names]
        return web.json_response({"object": "list", "data": data})

    async def _show_ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self.ledger.as_json())

    async def _show_requests(self, request: web.Request) -> web.Response:
        return web.json_response(list(self.requests))

    async def _reset(self, request: web.Request) -> web.Response:
        self.reset()
        return web.json_response({"ok": True})

    async def _take_script(self, request: web.Request) -> web.Response:
        try:
            rules = parse_script(await request.text())
        except ValueError as exc:
            raise Rejected(f"Not a script: {exc}") from exc
        self.script(*rules)
        return web.json_response({"rules": len(rules)})


@web.middleware
async def _in_openai_form(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Rejected as refusal:
        return web.json_response(refusal.as_json(), status=refusal.status)
    except web.HTTPNotFound:
        unknown = Rejected(f"Invalid URL ({request.method} {request.path})", status=404)
        return web.json_response(unknown.as_json(), status=404)


def _tag(request: web.Request, body: dict[str, Any]) -> str:
    """What the caller calls this request: its header, else `metadata.call`, else `user`."""
    metadata = body.get("metadata") or {}
    return request.headers.get("X-PrepMate-Call") or metadata.get("call") or body.get("user") or ""


def _error(fault: Fault) -> web.Response:
    assert fault.status is not None
    headers = {}
    if fault.retry_after is not None:
        headers["Retry-After"] = f"{fault.retry_after:g}"
    kind = {429: "rate_limit_error", 401: "invalid_request_error"}.get(fault.status, "server_error")
    code = fault.code or {429: "rate_limit_exceeded"}.get(fault.status)
    error = Rejected(fault.message, code=code, status=fault.status, type=kind)
    return web.json_response(error.as_json(), status=fault.status, headers=headers)


def _hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection; what was written before still arrives, the end of the response never does."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _send(response: web.StreamResponse, data: str) -> None:
    await response.write(f"data: {data}\n\n".encode())
