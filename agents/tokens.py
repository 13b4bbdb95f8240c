"""Counting what a text costs before a provider has counted it. What a provider reports is always the truth."""

import asyncio
import base64
import contextlib
import gzip
import hashlib
import threading
import zlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import tiktoken

DEFAULT_ENCODING = "o200k_base"
DOWNLOAD_LIMIT_S = 2.0
# tiktoken's pattern matcher overflows its stack, beyond any `except Exception`, on about a million spaces.
SLICE = 100_000


@dataclass(frozen=True, slots=True)
class Ranks:
    """An encoding that the bpe-openai package carries: the hash of its unpacked ranks, its splitting pattern.

    Hash and pattern are those of `tiktoken_ext.openai_public`, so the counts are tiktoken's own.
    """

    sha256: str
    pattern: str


_LETTERS = r"[^\r\n\p{L}\p{N}]?"
_ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
BUNDLED = {
    "o200k_base": Ranks(
        sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        pattern="|".join(
            [
                _LETTERS + r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + _ENDING,
                _LETTERS + r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + _ENDING,
                r"\p{N}{1,3}",
                r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
                r"\s*[\r\n]+",
                r"\s+(?!\S)",
                r"\s+",
            ]
        ),
    ),
    "cl100k_base": Ranks(
        sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        pattern=(
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$"
            r"|\s*[\r\n]|\s+(?!\S)|\s"
        ),
    ),
}


class TokenCounter:
    """Counts the tokens of a text. `exact` is False where no encoding could be had and bytes are counted instead."""

    def __init__(self, encoding: tiktoken.Encoding | None) -> None:
        self._encoding = encoding
        self.exact = encoding is not None

    def count(self, text: str) -> int:
        """Tokens of the text alone, markers such as <|endoftext|> read as plain text; estimated ceil(bytes / 3).

        A text of more than `SLICE` characters is counted in slices, which may add a token for each cut.
        """
        if self._encoding is None:
            return -(-len(text.encode("utf-8", "replace")) // 3)
        return sum(
            len(self._encoding.encode_ordinary(text[start : start + SLICE])) for start in range(0, len(text), SLICE)
        )


class TokenCounters:
    """The counters of a process, one an encoding: each is loaded once, and a failure to load is remembered.

    `ranks_dir` holds `<encoding>.tiktoken.gz` files; by default it is where the bpe-openai package keeps its own.
    """

    def __init__(self, *, ranks_dir: Path | None = None, download_limit_s: float = DOWNLOAD_LIMIT_S) -> None:
        self._ranks_dir = ranks_dir
        self._download_limit_s = download_limit_s
        self._loads: dict[str, asyncio.Task[TokenCounter]] = {}

    async def load(self, model: str) -> TokenCounter:
        """The counter for a model's name; a name that tiktoken does not know counts as o200k_base.

        The work is done off the event loop (0.5 s, 80 MB). Without bundled ranks, tiktoken's cache and then its
        download are tried, for `download_limit_s` seconds in all.
        """
        name = encoding_name(model)
        if name not in self._loads:
            self._loads[name] = asyncio.create_task(self._load(name))
        return await asyncio.shield(self._loads[name])

    async def _load(self, name: str) -> TokenCounter:
        encoding = await asyncio.to_thread(read_bundled, name, self._ranks_dir or _package_dir())
        if encoding is None:
            encoding = await _download(name, self._download_limit_s)
        return TokenCounter(encoding)


def encoding_name(model: str) -> str:
    """The encoding of a model; o200k_harmony differs from o200k_base only in markers, which are not counted."""
    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        return DEFAULT_ENCODING
    return DEFAULT_ENCODING if name == "o200k_harmony" else name


def read_bundled(name: str, ranks_dir: Path | None) -> tiktoken.Encoding | None:
    """An encoding from a package's file; None if the file is missing or is not, byte for byte, what it should be."""
    ranks = BUNDLED.get(name)
    if ranks is None or ranks_dir is None:
        return None
    try:
        data = gzip.decompress((ranks_dir / f"{name}.tiktoken.gz").read_bytes())
    except (OSError, EOFError, zlib.error):
        return None
    if hashlib.sha256(data).hexdigest() != ranks.sha256:
        return None
    merges = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, data.splitlines())}
    # A name of its own: without special tokens it is not interchangeable with tiktoken's.
    return tiktoken.Encoding(f"prepmate_{name}", pat_str=ranks.pattern, mergeable_ranks=merges, special_tokens={})


def _package_dir() -> Path | None:
    try:
        # Located, not imported: importing it would load a second tokeniser.
        return Path(str(metadata.distribution("bpe-openai").locate_file("bpe_openai/data")))
    except metadata.PackageNotFoundError:
        return None


async def _download(name: str, limit_s: float) -> tiktoken.Encoding | None:
    """tiktoken's own encoding from its cache or the network; None when that fails or takes longer than the limit."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[tiktoken.Encoding | None] = loop.create_future()

    def finish(encoding: tiktoken.Encoding | None) -> None:
        if not result.done():
            result.set_result(encoding)

    def fetch() -> None:
        try:
            encoding = tiktoken.get_encoding(name)
        except (OSError, ValueError):
            encoding = None
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
            loop.call_soon_threadsafe(finish, encoding)

    # tiktoken sets no timeout on its download; a daemon thread never delays the end of the process.
    threading.Thread(target=fetch, name=f"tiktoken {name}", daemon=True).start()
    try:
        return await asyncio.wait_for(result, limit_s)
    except TimeoutError:
        return None
