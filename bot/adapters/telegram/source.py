"""Markdown made ready for the library: what it would drop, hide or misread is written so that it stays.

It drops HTML (`vector<int>` in a sentence), footnotes' texts and links in tables, hides what stands between two `||`,
and draws tables wider than a telephone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
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

_HTML_ROUNDS: Final = 20

# What Telegram removes or turns into a space on its side; entities would then mark other letters.
_REMOVED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028-\u202e]")
_LONE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"[ \t]*<br[ \t]*/?>(?:[ \t]*(\n|$))?", re.IGNORECASE)
_INLINE_MATH = re.compile(r"\\\([ \t]*((?:(?!\n\s*\n|\\[()]|\$).)+?)[ \t]*\\\)", re.DOTALL)
_SHOWN_MATH = re.compile(
    r"^([ \t]*)\\\[\s*((?:(?!\n\s*\n|\\[\[\]]|\$).)+?)\s*\\\](?=[ \t]*[.,;]?[ \t]*$)", re.DOTALL | re.MULTILINE
)
_FOOTNOTE = re.compile(r"\[\^(?=[^\]\s]+\])")
_BARS = re.compile(r"((?<![\w|\\])\|\|(?=[^\s|])(?:(?!\|\||\n\s*\n).)*(?<=[^\s|\\])\|\|(?![\w|]))|\|{2,}", re.DOTALL)


class Event(NamedTuple):
    """Something that the parser found: its payload, and where it stands in the source (code points)."""

    payload: Any
    start: int
    end: int

    def opens(self, tag: str) -> bool:
        """Return whether this is the start of a block or span of this name."""
        start = self.payload.get("Start") if isinstance(self.payload, dict) else None
        return start == tag or (isinstance(start, dict) and tag in start)

    def closes(self, tag: str) -> bool:
        """Return whether this is the end of a block or span of this name."""
        end = self.payload.get("End") if isinstance(self.payload, dict) else None
        return end == tag or (isinstance(end, dict) and tag in end)

    def text(self, name: str) -> str | None:
        """Return what an event of this name ("Code", "Text") carries."""
        said = self.payload.get(name) if isinstance(self.payload, dict) else None
        return said if isinstance(said, str) else None


def parse(text: str) -> list[Event]:
    """Return the parser's events of a Markdown text."""
    events = pyromark.events_with_range(text, options=OPTIONS)
    if text.isascii():
        return [Event(payload, place["start"], place["end"]) for payload, place in events]
    places = [index for index, character in enumerate(text) for _ in character.encode()]
    places.append(len(text))
    return [Event(payload, places[place["start"]], places[place["end"]]) for payload, place in events]


def clean(text: str) -> str:
    """Return a text without what cannot be sent: control characters, turned directions, halves of characters."""
    text = _LONE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _REMOVED.sub("", text)


def loosen(text: str) -> str:
    """Return a Markdown text in which the library finds everything that a reader should see."""
    text = _sub_outside(text, _INLINE_MATH, lambda found: f"${found[1]}$", tables=True)
    text = _sub_outside(text, _SHOWN_MATH, lambda found: f"{found[1]}$${found[2]}$$")
    text = _sub_outside(text, _BREAK, lambda found: found[1] if found[1] is not None else "\\\n")
    text = _sub_outside(text, _FOOTNOTE, lambda _: r"\[^", tables=True)
    text = _sub_outside(text, _BARS, lambda found: found[1] or r"\|" * len(found[0]))
    return show_html(text)


def show_html(text: str) -> str:
    """Return a Markdown text whose HTML is text."""
    for _ in range(_HTML_ROUNDS):
        # Inside of a block there may be Markdown again, which only the next round sees.
        places = [
            text.find("<", event.start, event.end)
            for event in parse(text)
            if event.opens("HtmlBlock") or event.text("InlineHtml") is not None
        ]
        if not places:
            return text
        text = escape(text, places)
    return text.replace("<", r"\<")


def escape(text: str, places: Sequence[int]) -> str:
    """Return a text with a backslash before each of these places."""
    bounds = [0, *sorted(places), len(text)]
    return "\\".join(text[start:end] for start, end in pairwise(bounds))


def _sub_outside(
    text: str, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str], *, tables: bool = False
) -> str:
    """Replace what a pattern finds outside of code, and outside of tables unless they are meant too."""
    if not pattern.search(text):
        return text
    kept = list(_kept(parse(text), tables=tables))

    def replaced(found: re.Match[str]) -> str:
        if any(start < found.end() and found.start() < end for start, end in kept):
            return found[0]
        return replace(found)

    return pattern.sub(replaced, text)


def _kept(events: Sequence[Event], *, tables: bool) -> Iterator[Part]:
    for event in events:
        if event.opens("CodeBlock") or event.text("Code") is not None or (event.opens("Table") and not tables):
            yield event.start, event.end
