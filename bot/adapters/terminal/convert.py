"""Between the terminal and the service: lines become messages, answers become what a terminal can show safely."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar

from markdown_it import MarkdownIt
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Heading, Markdown, MarkdownElement
from rich.padding import Padding
from rich.text import Text

from bot.adapters.base import Incoming
from bot.replies import receipt_line

_KEPT = "\n\t"
# Letters that turn the direction of what follows can make a line read as another one.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS = {"Cc", "Cs"}
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC: titles, links, clipboard
    r"|\x1b[ -/]*[0-~]"
)


def decode(line: bytes) -> str:
    """Return a line of the input as text; what is not UTF-8 becomes lone surrogates, which are refused at the door."""
    return line.decode("utf-8", "surrogateescape").rstrip("\r\n")


def incoming_of(text: str, *, account: str, name: str, address: str, number: int) -> Incoming:
    """Return the message that was typed as the session's `number`-th."""
    return Incoming(
        key=f"terminal:{address}:{number}",
        platform="terminal",
        account=account,
        display_name=name,
        address=address,
        text=text,
    )


def clean(text: str) -> str:
    """Return a text without anything that a terminal would obey: control characters, escapes, turned directions."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    return "".join(
        character
        for character in text
        if character in _KEPT or not (unicodedata.category(character) in _CONTROLS or character in _TURNS)
    )


def plain(text: str, receipts: Sequence[dict[str, Any]]) -> str:
    """Return an answer with its receipts as plain text."""
    lines = [clean(receipt_line(receipt)).replace("\n", " ") for receipt in receipts]
    return "\n".join([clean(text).strip(), *lines])


def rich_answer(text: str, receipts: Sequence[dict[str, Any]]) -> RenderableType:
    """Return an answer with its receipts as rich renders it."""
    parts: list[RenderableType] = [Answer(clean(text).strip())]
    if receipts:
        lines = [clean(receipt_line(receipt)).replace("\n", " ") for receipt in receipts]
        parts.append(Padding(Text("\n".join(lines), style="green"), (1, 0, 0, 0)))
    return Group(*parts)


class _PlainHeading(Heading):
    """A heading that stands where the text stands: a conversation has no title page."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self.text.copy()
        text.justify = "left"
        text.stylize("bold")
        yield text


class Answer(Markdown):
    """Markdown as a mentor writes it: angle brackets are text (`vector<int>`), a line's end is a line's end."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "heading_open": _PlainHeading}

    def __init__(self, text: str) -> None:
        super().__init__("", code_theme="ansi_dark", hyperlinks=False)
        parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["strikethrough", "table"])
        self.markup = text
        self.parsed = parser.parse(text)
        for token in self.parsed:
            for child in token.children or []:
                if child.type == "softbreak":
                    child.type = "hardbreak"
