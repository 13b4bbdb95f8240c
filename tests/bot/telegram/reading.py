"""What a reader of an answer has to find, by a parser that the product does not render with (markdown-it-py).

The decorations of Telegram's rendering are added as it promises them: "•" and numbers before items, ☐ and ✅ before
tasks, "———" for a rule; a table of at most 40 columns without links is drawn, any other is "header: value" lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from wcwidth import wcswidth

PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
TASKS = {"[ ] ": "☐", "[x] ": "✅"}
DRAWN = "─"
COLUMNS, GAP = 40, 2


def letters(text: str) -> str:
    """Return a text without whitespace and without the lines drawn below a table's header."""
    return re.sub(rf"[\s{DRAWN}]", "", text)


class Reading:
    """`text`: all that is to be read, in order. `code`: what stands in fences. `links`: where links lead."""

    def __init__(self, markdown: str) -> None:
        self.code: list[str] = []
        self.links: set[str] = set()
        self._lists: list[int | None] = []
        self.text = "\n".join(self._read(PARSER.parse(markdown)))

    def _read(self, tokens: Sequence[Token]) -> Iterator[str]:
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.type == "table_open":
                end = next(at for at in range(index, len(tokens)) if tokens[at].type == "table_close")
                yield from self._table(tokens[index:end])
                index = end
            elif token.type == "inline":
                said = self._inline(token)
                mark = TASKS.get(said[:4]) if self._lists else None
                yield f"{mark}{said[4:]}" if mark else said
            elif token.type == "fence":
                self.code.append(token.content)
                yield token.content
            elif token.type == "hr":
                yield "———"
            else:
                yield from self._list(token, tokens[index : index + 3])
            index += 1

    def _list(self, token: Token, following: Sequence[Token]) -> Iterator[str]:
        if token.type == "ordered_list_open":
            self._lists.append(int(token.attrs.get("start", 1)))
        elif token.type == "bullet_list_open":
            self._lists.append(None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            number = self._lists[-1]
            if number is not None:
                self._lists[-1] = number + 1
            if following[-1].content[:4] not in TASKS:
                yield f"{number}." if number is not None else "•"

    def _inline(self, token: Token) -> str:
        said = []
        for child in token.children or ():
            if child.type == "link_open":
                self.links.add(str(child.attrs["href"]))
            said.append("\n" if child.type in ("softbreak", "hardbreak") else child.content)
        return "".join(said)

    def _table(self, tokens: Sequence[Token]) -> Iterator[str]:
        linked = len(self.links)
        known, self.links = self.links, set()
        rows: list[list[str]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self._inline(token))
        linked, self.links = len(self.links), known | self.links
        widths = [max(wcswidth(cell) for cell in column) for column in zip(*rows, strict=True)]
        if linked or sum(widths) + GAP * (len(widths) - 1) > COLUMNS:
            header, *rows = rows
            yield from (f"{name}: {cell}" for row in rows for name, cell in zip(header, row, strict=True))
        else:
            yield from (cell for row in rows for cell in row)
