"""Markdown made ready for the library: what it would drop, hide or misread is written so that it stays.

It drops HTML (`vector<int>` in a sentence), footnotes' texts and links in tables, hides what stands between two `||`,
and draws tables wider than a telephone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import pyromark

from bot.splitting import Part

OPTIONS: Final = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_MATH
)
"""The dialect that the library reads."""

_ROUNDS: Final = 20

# What Telegram removes or turns into a space on its side; entities would then mark other letters.
_REMOVED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028-\u202e]")
_LONE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"[ \t]*<br[ \t]*/?>(?:[ \t]*(\n|$))?", re.IGNORECASE)
_INLINE_MATH = re.compile(r"\\\([ \t]*((?:(?!\n\s*\n|\\[()]|\$).)+?)[ \t]*\\\)", re.DOTALL)
_SHOWN_MATH = re.compile(
    r"^([ \t]*)\\\[\s*((?:(?!\n\s*\n|\\[\[\]]|\$).)+?)\s*\\\](?=[ \t]*[.,;]?[ \t]*$)", re.DOTALL | re.MULTILINE
)
_FOOTNOTE = re.compile(r"\[\^(?=[^\]\s]+\])")
_BARS = re.compile(
    r"((?<![^\s(*_>])\|\|(?=[^\s|])(?:(?!\|\||\n\s*\n)[^\[\]])*(?<=[^\s|\\])\|\|(?![^\s).,;:!?*_]))|\|{2,}", re.DOTALL
)


class _Mend(NamedTuple):
    """What is written in another way before the library reads it."""

    mark: re.Pattern[str]
    write: Callable[[re.Match[str]], str]
    in_tables: bool


_MENDS: Final = (
    _Mend(_INLINE_MATH, lambda found: f"${found[1]}$", in_tables=True),
    _Mend(_SHOWN_MATH, lambda found: f"{found[1]}$${found[2]}$$", in_tables=False),
    _Mend(_BREAK, lambda found: found[1] if found[1] is not None else "\\\n", in_tables=False),
    _Mend(_FOOTNOTE, lambda _: r"\[^", in_tables=True),
    _Mend(_BARS, lambda found: found[1] or r"\|" * len(found[0]), in_tables=False),
)


class Event(NamedTuple):
    """Something that the parser found. `kind`: "Start Table", "End Table", "Code"; `value`: what it carries.

    `start` and `end` are where it stands in the source (code points).
    """

    kind: str
    value: Any
    start: int
    end: int


def parse(text: str, kinds: Container[str]) -> list[Event]:
    """Return the parser's events of these kinds, in the order of a Markdown text."""
    found = []
    for payload, span in pyromark.events_with_range(text, options=OPTIONS):
        kind, value = _named(payload)
        if kind in kinds:
            found.append((kind, value, span["start"], span["end"]))
    places = code_points(text.encode(), "utf-8", 1, {place for event in found for place in event[2:]})
    return [Event(kind, value, places[start], places[end]) for kind, value, start, end in found]


def code_points(data: bytes, encoding: str, width: int, offsets: Iterable[int]) -> dict[int, int]:
    """Return how many code points stand before each offset of an encoded text, in units of `width` bytes."""
    places, before, count = dict[int, int](), 0, 0
    for offset in sorted(offsets):
        count += len(data[before * width : offset * width].decode(encoding, "surrogatepass"))
        places[offset], before = count, offset
    return places


def _named(payload: Any) -> tuple[str, Any]:
    if isinstance(payload, str):
        return payload, None
    for kind, value in payload.items():  # there is one
        if kind not in ("Start", "End"):
            return kind, value
        if isinstance(value, str):
            return f"{kind} {value}", None
        for tag, details in value.items():
            return f"{kind} {tag}", details
    return "", None


def clean(text: str) -> str:
    """Return a text without what cannot be sent: control characters, turned directions, halves of characters."""
    text = _LONE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _REMOVED.sub("", text)


def loosen(text: str) -> str:
    """Return a Markdown text in which the library finds everything that a reader should see."""
    return show_html(_mend(show_dollars(text)))


def _mend(text: str) -> str:
    """Replace what the mends find, outside of code, and outside of tables where it means something else there."""
    found = [(match, mend) for mend in _MENDS for match in mend.mark.finditer(text)]
    if not found:
        return text
    events = parse(text, ("Start CodeBlock", "Code", "Start Table"))
    code = [(event.start, event.end) for event in events if event.kind in ("Start CodeBlock", "Code")]
    tables = [(event.start, event.end) for event in events if event.kind == "Start Table"]
    parts, place = list[str](), 0
    for match, mend in sorted(found, key=lambda one: one[0].start()):
        start, end = match.span()
        if start < place or _touches(start, end, code) or (not mend.in_tables and _touches(start, end, tables)):
            continue
        parts += (text[place:start], mend.write(match))
        place = end
    return "".join((*parts, text[place:]))


def _touches(start: int, end: int, apart: Sequence[Part]) -> bool:
    """Return whether a span shares a character with one of those that are in order and apart from each other."""
    at = bisect_right(apart, start, key=lambda part: part[1])
    return at < len(apart) and apart[at][0] < end


def show_dollars(text: str) -> str:
    """Return a Markdown text whose prices are no formulas: what ends before a digit, or holds code or a line break."""
    for _ in range(_ROUNDS if "$" in text else 0):
        places = [event.start for event in parse(text, ("InlineMath",)) if _is_price(event, text)]
        if not places:
            break
        text = escape(text, places)  # not where it ends, which may be in code
    return text


def _is_price(event: Event, text: str) -> bool:
    behind = text[event.end : event.end + 1]
    return behind.isdigit() or "`" in event.value or "\n" in event.value


def show_html(text: str) -> str:
    """Return a Markdown text whose HTML is text."""
    for _ in range(_ROUNDS if "<" in text else 0):
        # Inside of a block there may be Markdown again, which only the next round sees.
        places = [text.find("<", event.start, event.end) for event in parse(text, ("Start HtmlBlock", "InlineHtml"))]
        if not places:
            return text
        text = escape(text, places)
    return text.replace("<", r"\<") if "<" in text else text


def escape(text: str, places: Sequence[int]) -> str:
    """Return a text with a backslash before each of these places."""
    bounds = [0, *sorted(places), len(text)]
    return "\\".join(text[start:end] for start, end in pairwise(bounds))
