"""What the provider counts and bills: tokens, its prompt cache, one row a request."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

BYTES_PER_TOKEN = 3
MESSAGE_OVERHEAD = 4
CACHE_STEP = 128
CACHE_FLOOR = 1024


def count_tokens(text: str) -> int:
    """ceil(UTF-8 bytes / 3): not a real tokeniser, but every count can be checked by hand."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


def prompt_units(body: dict[str, Any]) -> list[str]:
    """The texts a prompt is billed for, in the order of the prompt cache: the tools, then each message."""
    tools = body.get("tools")
    units = [json.dumps(tools, ensure_ascii=False, sort_keys=True)] if tools else []
    return units + [json.dumps(message, ensure_ascii=False, sort_keys=True) for message in body["messages"]]


def count_prompt(units: Sequence[str]) -> int:
    """Tokens of a prompt: those of each unit and 4 more for each."""
    return sum(count_tokens(unit) + MESSAGE_OVERHEAD for unit in units)


class PromptCache:
    """Remembers prompts by model in steps of 128 tokens, from 1,024 tokens on."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def look_up(self, model: str, units: Sequence[str]) -> int:
        """Tokens of the longest prefix shared with an earlier prompt, which this one then becomes."""
        # Padded so that one token is exactly three bytes and a step of the cache is a slice.
        image = b"".join(bytes(MESSAGE_OVERHEAD * BYTES_PER_TOKEN) + _padded(unit.encode()) for unit in units)
        digest = hashlib.sha256(model.encode() + b"\0")
        cached = 0
        for end in range(CACHE_STEP, len(image) // BYTES_PER_TOKEN + 1, CACHE_STEP):
            digest.update(image[(end - CACHE_STEP) * BYTES_PER_TOKEN : end * BYTES_PER_TOKEN])
            if end < CACHE_FLOOR:
                continue
            step = digest.digest()
            if step in self._seen:
                cached = end
            self._seen.add(step)
        return cached


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BYTES_PER_TOKEN)


@dataclass
class Row:
    """One billed request. `seconds`: of a recording, where those are billed. `cut`: the client never got the whole
    reply, so it cannot know these numbers.
    """

    id: str
    model: str
    tag: str
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int = 0
    streamed: bool = False
    seconds: float = 0.0
    cut: bool = False

    def usage(self) -> dict[str, Any]:
        """The row as the provider reports it to the client."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": self.cached_tokens, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        }


@dataclass
class Ledger:
    """The bill: completed and cut requests in the order in which they ended. Refusals and faults cost nothing."""

    rows: list[Row] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The rows and their sums; the sums of the uncut rows are what a client can know."""
        whole = [row for row in self.rows if not row.cut]
        return {
            "rows": [asdict(row) for row in self.rows],
            "totals": _totals(self.rows),
            "totals_uncut": _totals(whole),
        }


def _totals(rows: Sequence[Row]) -> dict[str, int]:
    return {
        "requests": len(rows),
        "prompt_tokens": sum(row.prompt_tokens for row in rows),
        "cached_tokens": sum(row.cached_tokens for row in rows),
        "completion_tokens": sum(row.completion_tokens for row in rows),
    }
