"""The first week on Telegram: its page is what the service shows."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

from tests.firstweek.play import play
from tests.mongo import SharedServer

PAGE = Path(__file__).parents[2] / "docs" / "telegram.md"


def test_the_page_is_what_telegram_shows(mongo_server: SharedServer, tmp_path: Path) -> None:
    """The transcript in the documentation is, byte for byte, what the script brings to the student's screen."""
    name = f"test_{uuid4().hex[:16]}"
    try:
        page = asyncio.run(play(mongo_server.uri, name, tmp_path))
    finally:
        mongo_server.drop(name)
    said = "Run `python -m tests.firstweek > docs/telegram.md`, read what changed, and commit it."
    assert PAGE.read_text(encoding="utf-8") == page, said
