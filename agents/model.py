"""What a model's message says about itself: what it cost, and whether it is whole."""

from dataclasses import dataclass

from langchain_core.messages import AIMessage


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the provider billed for one call. `cached_input` is the part of `input` read from its cache.

    `seconds`: those of a recording, where the provider bills them and no tokens.
    """

    input: int
    cached_input: int
    output: int
    seconds: float | None = None


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
