"""The words of a message as PrepMate reads them: the bot's own name is taken out, code blocks become fences again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from telegram import Message, MessageEntity

_FENCES: Final = re.compile(r"`{3,}")


@dataclass(frozen=True)
class Words:
    """What was said, and whether it was said to the bot by name (or by "/command@name")."""

    text: str
    addressed: bool


@dataclass(frozen=True)
class _Change:
    """A stretch of the text, in UTF-16 units, and what stands in its place."""

    start: int
    end: int
    text: str


def words_of(message: Message, me: int, name: str) -> Words:
    """Return the words of a message, of its caption where it has no text."""
    text, entities = message.text or "", message.entities
    if message.caption is not None:
        text, entities = message.caption, message.caption_entities
    units = text.encode("utf-16-le")
    changes, addressed = [], False
    for entity in sorted(entities, key=lambda entity: entity.offset):
        said = _slice(units, entity.offset, entity.offset + entity.length)
        if _names(entity, said, me, name):
            addressed = True
            changes.append(_without(units, entity))
        elif entity.type == MessageEntity.BOT_COMMAND and said.lower().endswith(f"@{name.lower()}"):
            addressed = addressed or entity.offset == 0
            changes.append(_Change(entity.offset, entity.offset + entity.length, said.partition("@")[0]))
        elif entity.type == MessageEntity.PRE:
            changes.append(_fenced(units, entity, said))
    return Words("".join(_apply(units, changes)).strip(), addressed)


def fence(text: str, language: str = "") -> str:
    """Return a text as a Markdown code block that nothing in the text can close."""
    longest = max((len(ticks) for ticks in _FENCES.findall(text)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def _names(entity: MessageEntity, said: str, me: int, name: str) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me
    return entity.type == MessageEntity.MENTION and said.lower() == f"@{name.lower()}"


def _without(units: bytes, entity: MessageEntity) -> _Change:
    """Take a name out, with the comma or the space that belongs to it."""
    start, end = entity.offset, entity.offset + entity.length
    begins = start == 0
    if begins and _slice(units, end, end + 1) in (",", ":"):
        end += 1
    if (begins or _slice(units, start - 1, start).isspace()) and _slice(units, end, end + 1) == " ":
        end += 1
    return _Change(start, end, "")


def _fenced(units: bytes, entity: MessageEntity, said: str) -> _Change:
    start, end = entity.offset, entity.offset + entity.length
    before = "" if start == 0 or _slice(units, start - 1, start) == "\n" else "\n"
    after = "" if end * 2 >= len(units) or _slice(units, end, end + 1) == "\n" else "\n"
    return _Change(start, end, before + fence(said, entity.language or "") + after)


def _apply(units: bytes, changes: list[_Change]) -> Iterator[str]:
    at = 0
    for change in changes:
        if change.start < at:
            continue
        yield _slice(units, at, change.start)
        yield change.text
        at = change.end
    yield _slice(units, at, len(units) // 2)


def _slice(units: bytes, start: int, end: int) -> str:
    return units[start * 2 : end * 2].decode("utf-16-le", errors="replace")
