"""The clients of the endpoint that speaks OpenAI's API: of the mentor's model, and of those that make words.

Importing this room's `openai` and `langchain_openai` takes a second of CPU time: only who has a key imports it.
"""

from dataclasses import dataclass
from typing import Any, cast

import httpx
import httpx2
from langchain_core.language_models import LanguageModelInput
from langchain_openai import ChatOpenAI
from openai import APIStatusError, AsyncOpenAI, AsyncStream
from openai.resources.chat.completions import AsyncCompletions
from pydantic import SecretStr

from agents.wire.refusals import failed_generation, refused_options
from agents.wire.stream import AnswerStream, ReadyStream, read_answer

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_TIMEOUT_S = 5.0
OPTIONAL = frozenset({"stream_options"})
"""The parts of a request that an answer does not need."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model answers: any endpoint that speaks OpenAI's chat completions (None: OpenAI itself).

    `timeout_s` bounds each silence of the endpoint: until the first byte and between two pieces of a stream.
    """

    api_key: SecretStr
    name: str
    base_url: str | None = None
    timeout_s: float = 60.0


class ChatCompletions(ChatOpenAI):
    """ChatOpenAI that hands messages and tools to the client as a finished part of the body.

    As arguments the client walks through them by their types, which changes nothing in them and takes 0.4 ms a message.
    """

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        payload: dict[str, Any] = super()._get_request_payload(input_, stop=stop, **kwargs)
        finished = {key: payload.pop(key) for key in ("messages", "tools") if key in payload}
        payload["extra_body"] = {**(payload.get("extra_body") or {}), **finished}
        payload["messages"] = []  # an argument that cannot be left out; the body's own takes its place
        return payload


class _Pieces(AsyncCompletions):
    """The client's chat completions, whose streams are what comes over the wire, read leniently (see `agents.wire`).

    The client makes an object of each piece and LangChain a dictionary of that again, which is a third of what a
    streamed answer costs, and both stumble over endpoints that leave fields out.

    `refused` are the optional parts of a request that this endpoint turned out not to take.
    """

    def __init__(self, client: AsyncOpenAI) -> None:
        super().__init__(client)
        self.refused: frozenset[str] = frozenset()

    async def create(self, *, stream: bool = False, **call: Any) -> Any:  # type: ignore[override]
        """Ask the model. Raises: openai.OpenAIError."""
        if not stream:
            return await super().create(**call)
        options: dict[str, Any] = {"headers": call.pop("extra_headers", None) or {}}
        if "timeout" in call:
            options["timeout"] = call.pop("timeout")
        finished = call.pop("extra_body", None) or {}
        body = {**call, "stream": True, **finished}
        body = {key: value for key, value in body.items() if key not in self.refused}
        offered = frozenset(str(tool["function"]["name"]) for tool in body.get("tools") or ())
        try:
            response = await self._open(body, options)
        except APIStatusError as refusal:
            if (chunk := read_answer(failed_generation(refusal), offered)) is not None:
                return ReadyStream(chunk)
            response = await self._open_without(
                refused_options(refusal, OPTIONAL & body.keys()), body, options, refusal
            )
        return AnswerStream(response, offered)

    async def _open_without(
        self, refused: frozenset[str], body: dict[str, Any], options: dict[str, Any], refusal: APIStatusError
    ) -> httpx2.Response:
        """Ask again without what was refused, and leave it out from then on if that helps."""
        if not refused:
            raise refusal
        response = await self._open({key: value for key, value in body.items() if key not in refused}, options)
        self.refused |= refused
        return response

    async def _open(self, body: dict[str, Any], options: dict[str, Any]) -> httpx2.Response:
        stream = await self._client.post(
            "/chat/completions",
            body=body,
            cast_to=object,
            options=cast("Any", options),
            stream=True,
            stream_cls=AsyncStream[object],
        )
        return stream.response


def build_model(settings: ModelSettings, http_client: httpx2.AsyncClient | httpx.AsyncClient) -> ChatOpenAI:
    """A model that streams when it is streamed and retries nothing (`agents.retry` does).

    The client stays the caller's to close. Only async calls work: without a synchronous client, building takes 1 ms
    instead of 100.
    """

    async def read_key() -> str:
        return settings.api_key.get_secret_value()

    model = ChatCompletions(
        model=settings.name,
        api_key=read_key,
        # Named even where it is the default: left out, the libraries look for it in the environment.
        base_url=settings.base_url or OPENAI_URL,
        openai_proxy=None,
        http_async_client=http_client,
        max_retries=0,
        timeout=httpx2.Timeout(settings.timeout_s, connect=min(CONNECT_TIMEOUT_S, settings.timeout_s)),
        stream_chunk_timeout=settings.timeout_s,
        # Off by default on a custom address, and then a stream never says what it cost.
        stream_usage=True,
        # Compatible endpoints have chat completions only; some model names would switch silently.
        use_responses_api=False,
    )
    model.async_client = _Pieces(model.root_async_client)
    return model


def build_client(api_key: str, base_url: str | None, timeout_s: float, http: httpx2.AsyncClient) -> AsyncOpenAI:
    """Return a client that retries nothing (`agents.retry` does); `http` stays the caller's to close."""
    return AsyncOpenAI(
        api_key=api_key,
        base_url=base_url or OPENAI_URL,
        http_client=http,
        max_retries=0,
        timeout=httpx2.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s)),
    )
