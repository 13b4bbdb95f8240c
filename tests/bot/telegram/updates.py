"""Updates as Telegram sends them."""

from __future__ import annotations

from typing import Any

from bot.adapters.telegram.convert import Me

Json = dict[str, Any]

ME = Me(100, "prepmate_bot")
ADA: Json = {"id": 7, "is_bot": False, "first_name": "Ada", "last_name": "L", "language_code": "de"}
BOT: Json = {"id": 100, "is_bot": True, "first_name": "PrepMate", "username": "prepmate_bot"}
PRIVATE: Json = {"id": 7, "type": "private", "first_name": "Ada"}
GROUP: Json = {"id": -42, "type": "supergroup", "title": "Prep"}
NOON = 1_795_000_000


def units(text: str) -> int:
    """Return how long a text is for Telegram."""
    return len(text.encode("utf-16-le")) // 2


def entity(text: str, part: str, kind: str, **more: Any) -> Json:
    """Return an entity over a part of a text."""
    return {"type": kind, "offset": units(text[: text.index(part)]), "length": units(part), **more}


def message(update_id: int = 1, *, chat: Json = PRIVATE, sender: Json = ADA, **more: Any) -> Json:
    """Return the update of a message."""
    return {
        "update_id": update_id,
        "message": {"message_id": 10 + update_id, "date": NOON, "chat": chat, "from": sender, **more},
    }


def document(name: str, mime: str = "", size: int | None = 10) -> Json:
    """Return a file as a message names it."""
    return {"file_id": "F", "file_unique_id": "U", "file_name": name, "mime_type": mime, "file_size": size}
