"""Cutting a long text into messages: any limit, any measure of length, cut where a reader would turn the page.

Texts are cut after they were rendered: a platform that marks formatting beside the text (Telegram) gives the places of
its code blocks as `solid`, and of everything it marks as `runs`, and slices them by the parts that come back.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from wcwidth import grapheme_boundary_before

Part = tuple[int, int]
"""Where something stands in a text: its first code point, and the one after its last."""

Size = Callable[[str], int]
"""How long a platform finds a text. Platforms that count code points: `len`."""


def utf16_units(text: str) -> int:
    """Return the length of a text in UTF-16 units: two for each code point outside the basic plane."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True)
class _Border:
    """A place to cut at, and how full (of what would fit) a part has to be for it to be good enough."""

    mark: re.Pattern[str]
    least: float
    within: bool
    """Whether it may be inside of a solid block."""


_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n")
_LINE: Final = re.compile(r"\n")
_STATEMENT: Final = re.compile(r"\n(?=\S)")  # a line of code that is not indented begins something new
_WORD: Final = re.compile(r"\s")

_BORDERS: Final = (
    _Border(_PARAGRAPH, 0.5, within=False),
    _Border(_LINE, 0.5, within=False),
    _Border(_LINE, 0.25, within=False),
    _Border(_PARAGRAPH, 0.5, within=True),
    _Border(_STATEMENT, 0.5, within=True),
    _Border(_LINE, 0.25, within=True),
    _Border(_WORD, 0.25, within=True),
    _Border(_WORD, 0.0, within=True),
)


def split(
    text: str, limit: int, size: Size, *, solid: Sequence[Part] = (), runs: Sequence[Part] = (), most: int = 0
) -> list[Part]:
    """Return the parts of a text that fit into `limit` each; only whitespace is left out between them.

    A part is cut at a paragraph, a line or a word, in this order, and within a grapheme only where that alone is larger
    than the limit. `solid` blocks, in order, are cut last of all, and keep the indentation of their first lines. With
    `most`, a part holds at most so many of the `runs`.
    """
    parts: list[Part] = []
    start = _begin(text, 0, solid)
    while start < len(text):
        stop = start + _fitting(text[start:], limit, size)
        if most:
            stop = min(stop, _before_too_many(start, len(text), runs, most))
        stop = max(stop, start + 1)
        if stop < len(text):
            stop = _border(text, start, stop, solid)
        end = start + len(text[start:stop].rstrip())
        if end > start:
            parts.append((start, end))
        start = _begin(text, stop, solid)
    return parts


def _fitting(text: str, limit: int, size: Size) -> int:
    """Return how many code points of a text fit."""
    return bisect_right(range(len(text) + 1), limit, key=lambda count: size(text[:count])) - 1


def _begin(text: str, place: int, solid: Sequence[Part]) -> int:
    """Return where what follows begins: behind the whitespace, yet before the indentation of code."""
    first = place + len(text[place:]) - len(text[place:].lstrip())
    block = next(((start, end) for start, end in solid if start < first < end), None)
    if block is None:
        return first
    return max(place, block[0], text.rfind("\n", place, first) + 1)


def _before_too_many(start: int, end: int, runs: Sequence[Part], most: int) -> int:
    """Return where a part from `start` has to stop so that it holds at most so many runs."""
    ahead = sorted(run_start for run_start, run_end in runs if run_end > start)
    return ahead[most] if len(ahead) > most else end


def _border(text: str, start: int, stop: int, solid: Sequence[Part]) -> int:
    """Return the best place to cut at, at most `stop`."""
    for border in _BORDERS:
        floor = start + max(1, int((stop - start) * border.least))
        # One character more, so that a border right behind what fits is seen.
        found = [match.start() for match in border.mark.finditer(text, floor, stop + 2) if match.start() <= stop]
        for place in reversed(found):
            if border.within or not any(block_start < place < block_end for block_start, block_end in solid):
                return place
    cluster = grapheme_boundary_before(text, stop + 1)
    return cluster if cluster > start else stop
