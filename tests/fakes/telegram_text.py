"""Texts as Telegram reads them: UTF-16 units, entities, HTML and MarkdownV2, with the real server's complaints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

Entity = dict[str, Any]

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
SHOWN_ENTITIES = 100
HTML_TAGS = (
    {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline"}
    | {"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler"}
    | {"span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote"}
)
HTML_PIECE = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);|<|[^<&]+|&")
HREF = re.compile(r"""href\s*=\s*["']([^"']*)["']""")
LANGUAGE = re.compile(r"""class\s*=\s*["']language-([^"']+)["']""")
MARKS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler"}
MARKDOWN_RESERVED = "_*[]()~`>#+-=|{}.!"
MARKDOWN_PIECE = re.compile(r"\\[\s\S]|```[\s\S]*?```|`(?:\\.|[^`\\])*`|\|\||__|[\s\S]")
LINK_END = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")
FOUND = re.compile(r"(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w+)?)|(?<![\w@])(?P<mention>@\w{3,32})")
TYPES = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline"}
    | {"strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention"}
    | {"custom_emoji", "date_time"}
)


class Unparsable(Exception):
    """The text or its entities break a rule; the message is what the server says after "Bad Request: "."""


def count_units(text: str) -> int:
    """Return the length of a text in UTF-16 units, as Telegram counts."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def find_entities(text: str) -> list[Entity]:
    """Return the commands and mentions in what a person wrote, as the server finds them."""
    return [
        {"type": match.lastgroup, "offset": count_units(text[: match.start()]), "length": count_units(match[0])}
        for match in FOUND.finditer(text)
    ]


def read_text(text: str, parse_mode: str | None, entities: Sequence[Entity] | None) -> tuple[str, list[Entity]]:
    """Return the text that a person sees and its entities. Raises: Unparsable."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unparsable("strings must be encoded in UTF-8") from None
    if parse_mode:
        mode = parse_mode.lower()
        if mode not in ("html", "markdownv2"):
            raise Unparsable("unsupported parse_mode")
        text, found = parse_html(text) if mode == "html" else parse_markdown(text)
    else:
        found = [dict(entity) for entity in entities or ()]
        check_entities(text, found)
    return _trim(text, found)


def check_entities(text: str, entities: Sequence[Entity]) -> None:
    """Make sure that entities lie within the text and cut no character. Raises: Unparsable."""
    starts = {0}
    at = 0
    for character in text:
        at += 2 if ord(character) > 0xFFFF else 1
        starts.add(at)
    for entity in entities:
        kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int):
            raise Unparsable("can't parse MessageEntity: offset and length must be of type Number")
        if kind not in TYPES:
            raise Unparsable(f"can't parse MessageEntity: unsupported type {kind}")
        if kind == "text_link" and not entity.get("url"):
            raise Unparsable("can't parse MessageEntity: Can't find field \"url\"")
        if offset < 0 or length <= 0:
            raise Unparsable(f"entity at UTF-16 offset {offset} has a length of {length}")
        if offset + length > at:
            raise Unparsable(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {at}"
            )
        if offset not in starts:
            raise Unparsable(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {offset}")
        if offset + length not in starts:
            raise Unparsable(f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol")


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Take the white space off both ends, but what is marked in front, and show no more than 100 entities."""
    marked = min((entity["offset"] for entity in entities), default=count_units(text))
    left = min(count_units(text) - count_units(text.lstrip()), marked)
    text = text[left:].rstrip()
    end = count_units(text)
    kept: list[Entity] = []
    for entity in entities:
        start = max(entity["offset"] - left, 0)
        stop = min(entity["offset"] - left + entity["length"], end)
        if start < stop:
            kept.append({**entity, "offset": start, "length": stop - start})
    kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return text, kept[:SHOWN_ENTITIES]


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the text and entities of Telegram's HTML. Raises: Unparsable."""
    text, at, found = "", 0, []
    opened: list[tuple[str, int, Entity]] = []
    for match in HTML_PIECE.finditer(source):
        piece, closing, name, attributes = match[0], match[1], match[2], match[3]
        if piece == "<" or (name and name.lower() not in HTML_TAGS):
            raise Unparsable(f'can\'t parse entities: Unsupported start tag "{name or ""}" at byte offset {at}')
        if not name:
            piece = unescape(piece)
            text, at = text + piece, at + count_units(piece)
        elif not closing:
            opened.append((name.lower(), at, _html_entity(name.lower(), attributes)))
        elif not opened or opened[-1][0] != name.lower():
            raise Unparsable(f"can't parse entities: Unexpected end tag at byte offset {at}")
        else:
            _, start, entity = opened.pop()
            found.append({**entity, "offset": start, "length": at - start})
    if opened:
        raise Unparsable(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return text, _merged([entity for entity in found if entity["length"]])


def _html_entity(name: str, attributes: str) -> Entity:
    entity: Entity = {"type": HTML_TAGS[name]}
    if name == "a" and (match := HREF.search(attributes)):
        entity["url"] = unescape(match[1])
    if name == "code" and (match := LANGUAGE.search(attributes)):
        entity["language"] = match[1]
    return entity


def _merged(entities: list[Entity]) -> list[Entity]:
    """Return the entities with <pre><code class="language-…"> as the one block that it means."""
    blocks = {(e["offset"], e["length"]): e for e in entities if e["type"] == "pre"}
    kept = []
    for entity in entities:
        block = blocks.get((entity["offset"], entity["length"]))
        if entity["type"] == "code" and block is not None:
            block.update({key: value for key, value in entity.items() if key == "language"})
        else:
            kept.append(entity)
    return kept


def parse_markdown(source: str) -> tuple[str, list[Entity]]:
    """Return the text and entities of MarkdownV2. Raises: Unparsable."""
    reader = _Markdown(source)
    while reader.position < len(source):
        match = MARKDOWN_PIECE.match(source, reader.position)
        assert match
        reader.position = match.end()
        reader.take(match[0])
    if reader.opened:
        start = reader.opened[-1][1]
        raise Unparsable(f"can't parse entities: Can't find end of the entity starting at byte offset {start}")
    return reader.text, [entity for entity in reader.found if entity["length"]]


class _Markdown:
    """What has been read of a MarkdownV2 source."""

    def __init__(self, source: str) -> None:
        self.source, self.position, self.text = source, 0, ""
        self.found: list[Entity] = []
        self.opened: list[tuple[str, int]] = []

    def take(self, piece: str) -> None:
        """Take the next piece in. Raises: Unparsable."""
        if len(piece) > 1 and piece[0] == "\\":
            self.text += piece[1]
        elif len(piece) > 1 and piece[0] == "`":
            self.text, entity = _markdown_code(self.text, piece)
            self.found.append(entity)
        elif piece in MARKS:
            self._mark(piece)
        elif piece == "[" or (piece == "]" and self.opened and self.opened[-1][0] == "["):
            self._link(piece)
        elif piece == ">" and (not self.text or self.text.endswith("\n")):
            return
        elif piece in MARKDOWN_RESERVED:
            raise _reserved(piece)
        else:
            self.text += piece

    def _mark(self, piece: str) -> None:
        if self.opened and self.opened[-1][0] == piece:
            self._close(MARKS[piece])
        else:
            self.opened.append((piece, count_units(self.text)))

    def _link(self, piece: str) -> None:
        if piece == "[":
            self.opened.append(("[", count_units(self.text)))
        elif end := LINK_END.match(self.source, self.position - 1):
            self._close("text_link", url=end[1])
            self.position = end.end()
        else:
            raise _reserved(piece)

    def _close(self, kind: str, **more: str) -> None:
        _, start = self.opened.pop()
        self.found.append({"type": kind, "offset": start, "length": count_units(self.text) - start, **more})


def _reserved(piece: str) -> Unparsable:
    return Unparsable(
        f"can't parse entities: Character '{piece}' is reserved and must be escaped with the preceding '\\'"
    )


def _markdown_code(text: str, piece: str) -> tuple[str, Entity]:
    fence = 3 if piece.startswith("```") and len(piece) >= 6 else 1
    body, entity = piece[fence:-fence], {"type": "pre" if fence == 3 else "code", "offset": count_units(text)}
    if fence == 3 and (match := re.match(r"([\w+#-]*)\n", body)):
        body = body[match.end() :]
        entity.update({"language": match[1]} if match[1] else {})
    body = re.sub(r"\\([\s\S])", r"\1", body)
    return text + body, {**entity, "length": count_units(body)}
