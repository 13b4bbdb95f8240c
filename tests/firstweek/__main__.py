"""`python -m tests.firstweek`: play the week and print its transcript; `docs/telegram.md` holds it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.firstweek.play import play
from tests.mongo import shared_server


def main() -> None:
    """Play on a database of its own, made and removed here."""
    with tempfile.TemporaryDirectory(prefix="firstweek-") as name, shared_server(Path(name) / "mongo") as server:
        sys.stdout.write(asyncio.run(play(server.uri, "firstweek", Path(name))))


if __name__ == "__main__":
    main()
