"""What an answer becomes on its way to Telegram: messages with entities, and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from telegram import MessageEntity

MOST_UNITS: Final = 4096
"""UTF-16 units of a message's text."""

MOST_ENTITIES: Final = 100
"""Entities of a message; Telegram ignores more."""

MOST_CAPTION: Final = 1024
"""UTF-16 units of a file's caption."""


@dataclass(frozen=True)
class TextPiece:
    """One message: a text as Telegram keeps it (trimmed, without control characters) and what is marked in it."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


@dataclass(frozen=True)
class FilePiece:
    """One file, sent as a document."""

    name: str
    content: bytes
    caption: str


Piece = TextPiece | FilePiece
