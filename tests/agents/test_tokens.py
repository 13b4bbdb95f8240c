"""Token counts: tiktoken's own where ranks are at hand, honest estimates where they are not, and never a wait."""

import asyncio
import gzip
import threading
from pathlib import Path

import pytest
import requests
import tiktoken
from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from agents.tokens import BUNDLED, SLICE, TokenCounter, TokenCounters, encoding_name, read_bundled


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """No network and an empty cache: every attempt to fetch is written down and fails."""
    attempts: list[str] = []

    def fail(url: str) -> None:
        attempts.append(url)
        raise requests.ConnectionError("offline")

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(requests, "get", fail)
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})
    return attempts


@pytest.fixture(scope="module")
def bundled() -> dict[str, TokenCounter]:
    """Counters by model, from the ranks of the installed package; nothing may ask the network for them."""
    pytest.importorskip("bpe_openai")

    async def load() -> dict[str, TokenCounter]:
        counters = TokenCounters()
        models = ("gpt-4o", "gpt-4", "gpt-5-mini", "gpt-oss-20b", "a-model-nobody-knows")
        return {model: await counters.load(model) for model in models}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiktoken, "get_encoding", None)
        return asyncio.run(load())


@pytest.mark.parametrize(
    ("model", "text", "tokens"),
    [
        ("gpt-4o", "hello world", 2),
        ("gpt-4", "hello world", 2),
        ("gpt-4o", "二分探索木", 4),
        ("gpt-4", "二分探索木", 6),
        ("gpt-5-mini", "", 0),
        ("gpt-oss-20b", "<|endoftext|>", 7),
        ("a-model-nobody-knows", "antidisestablishmentarianism", 6),
    ],
)
def test_counts_with_the_bundled_ranks(bundled: dict[str, TokenCounter], model: str, text: str, tokens: int) -> None:
    """With the ranks installed a text costs what tiktoken says, and no network is needed."""
    assert bundled[model].exact
    assert bundled[model].count(text) == tokens


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o-2024-05-13", "o200k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("llama-4", "o200k_base"),
        ("", "o200k_base"),
        ("gpt-oss-120b", "o200k_base"),
    ],
)
def test_names_the_encoding_of_a_model(model: str, encoding: str) -> None:
    """Known models have their own encoding, all others the newest."""
    assert encoding_name(model) == encoding


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_pattern_and_hash_are_those_of_tiktoken(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What is written down about an encoding is what the installed tiktoken itself would use."""
    hashes: list[str | None] = []

    def load(url: str, expected_hash: str | None = None) -> dict[bytes, int]:
        hashes.append(expected_hash)
        return {}

    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", load)
    recipe = openai_public.ENCODING_CONSTRUCTORS[name]()
    assert recipe["pat_str"] == BUNDLED[name].pattern
    assert hashes == [BUNDLED[name].sha256]


def test_agrees_with_an_independent_tokeniser(bundled: dict[str, TokenCounter]) -> None:
    """The counts equal those of another implementation on text that is hard to split."""
    other = pytest.importorskip("bpe_openai")
    texts = [
        "def f(x):\n\treturn x\r\n\n  # don't\n",
        "IT'S  we'll 12345.678 \u0301é 日本語 🙂🙂",
        " \n \t\n  x ",
        "a" * 500,
    ]
    for model, name in (("gpt-4o", "o200k_base"), ("gpt-4", "cl100k_base")):
        reference = other.get_encoding(name)
        assert [bundled[model].count(text) for text in texts] == [len(reference.encode(text)) for text in texts]


def test_survives_texts_that_break_the_tokeniser(bundled: dict[str, TokenCounter]) -> None:
    """Lone surrogates, NUL and a million spaces are counted like anything else."""
    counter = bundled["gpt-4o"]
    assert counter.count("a\ud800b") > 0
    assert counter.count("\0") == 1
    assert 0 < counter.count(" " * 1_000_000) < 10_000
    assert counter.count("x " * SLICE) == pytest.approx(SLICE + 1, abs=2)


async def test_estimates_when_nothing_is_at_hand(offline: list[str], tmp_path: Path) -> None:
    """Without ranks, cache and network a text costs ceil(bytes / 3), marked as not exact."""
    counter = await TokenCounters(ranks_dir=tmp_path).load("gpt-4o")
    assert not counter.exact
    assert [counter.count(text) for text in ("", "a", "abc", "abcd", "日本", "\ud800")] == [0, 1, 1, 2, 2, 1]


async def test_takes_what_tiktoken_has(offline: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without bundled ranks tiktoken's own encoding is used where it can be had."""
    ranks = {bytes([i]): i for i in range(256)}
    tiny = tiktoken.Encoding("tiny", pat_str=".", mergeable_ranks=ranks, special_tokens={})
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {"o200k_base": tiny})
    counter = await TokenCounters(ranks_dir=tmp_path).load("gpt-4o")
    assert counter.exact
    assert counter.count("abc") == 3


async def test_remembers_that_it_could_not_load(offline: list[str], tmp_path: Path) -> None:
    """However many ask and however often, one attempt is made."""
    counters = TokenCounters(ranks_dir=tmp_path)
    loaded = await asyncio.gather(*(counters.load("gpt-4o") for _ in range(5)))
    assert await counters.load("gpt-5") is loaded[0]
    assert len(offline) == 1


async def test_does_not_wait_for_a_network_that_hangs(
    offline: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A download that never ends is left after the limit, and the loop runs on meanwhile."""
    release = threading.Event()

    def hang(url: str) -> None:
        release.wait(20)
        raise requests.ConnectionError("gave up")

    monkeypatch.setattr(requests, "get", hang)
    ticks = 0
    load = asyncio.create_task(TokenCounters(ranks_dir=tmp_path, download_limit_s=0.2).load("gpt-4o"))
    while not load.done():
        await asyncio.sleep(0.01)
        ticks += 1
    release.set()
    assert not (await load).exact
    assert ticks > 3


OTHER_RANKS = gzip.compress(b"IQ== 0\n", mtime=0)


@pytest.mark.parametrize(
    "data", [b"", b"not gzip", OTHER_RANKS, OTHER_RANKS[:-9]], ids=["empty", "not gzip", "others", "cut off"]
)
def test_rejects_ranks_that_are_not_what_they_should_be(tmp_path: Path, data: bytes) -> None:
    """A file that is damaged, cut or of another content is not used."""
    (tmp_path / "o200k_base.tiktoken.gz").write_bytes(data)
    assert read_bundled("o200k_base", tmp_path) is None
