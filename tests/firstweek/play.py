"""From the script to the page."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from tests.firstweek.script import INTRODUCTION, SCENES
from tests.firstweek.stage import open_phone
from tests.firstweek.transcript import write_page


async def play(uri: str, database_name: str, directory: Path) -> str:
    """Play the whole script on a fresh database of a server; return the page."""
    async with open_phone(uri, database_name, directory, SCENES[0].moment(time(12))) as phone:
        return write_page(INTRODUCTION, [await phone.play(scene) for scene in SCENES])
