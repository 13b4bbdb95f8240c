"""The model client, and what a model's message says about itself."""

from dataclasses import dataclass
from typing import Any, cast

import httpx
import httpx2
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI
from openai import AsyncStream
from openai.resources.chat.completions import AsyncCompletions
from pydantic import SecretStr

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model answers: any endpoint that speaks OpenAI's chat completions (None: OpenAI itself).

    `timeout_s` bounds each silence of the endpoint: until the first byte and between two pieces of a stream.
    """

    api_key: SecretStr
    name: str
    base_url: str | None = None
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the provider billed for one call. `cached_input` is the part of `input` read from its cache.

    `seconds`: those of a recording, where the provider bills them and no tokens.
    """

    input: int
    cached_input: int
    output: int
    seconds: float | None = None


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
    """The client's chat completions, whose streams are pieces as they come over the wire.

    The client makes an object of each piece and LangChain a dictionary of that again, which is a third of what a
    streamed answer costs.
    """

    async def create(self, *, stream: bool = False, **call: Any) -> Any:  # type: ignore[override]
        """Ask the model. Raises: openai.OpenAIError."""
        if not stream:
            return await super().create(**call)
        options: dict[str, Any] = {"headers": call.pop("extra_headers", None) or {}}
        if "timeout" in call:
            options["timeout"] = call.pop("timeout")
        finished = call.pop("extra_body", None) or {}
        return await self._client.post(
            "/chat/completions",
            body={**call, "stream": True, **finished},
            cast_to=object,
            options=cast("Any", options),
            stream=True,
            stream_cls=AsyncStream[object],
        )


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


def usage_of(message: AIMessage) -> Usage | None:
    """What the provider said this message cost, to the token; None if it did not say (a cut stream never does)."""
    metadata = message.usage_metadata
    if metadata is None:
        return None
    # Priority and flex processing prefix the key: `priority_cache_read`.
    details = dict(metadata.get("input_token_details") or {})
    cached = sum(value for key, value in details.items() if key.endswith("cache_read") and isinstance(value, int))
    return Usage(input=metadata["input_tokens"], cached_input=cached, output=metadata["output_tokens"])


def is_complete(message: AIMessage) -> bool:
    """Whether the provider said that it had finished: a stream may end early without an error."""
    return bool(message.response_metadata.get("finish_reason"))
