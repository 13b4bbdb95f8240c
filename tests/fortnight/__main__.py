"""`python -m tests.fortnight`: play the fortnight and print its transcript; `docs/fortnight.md` holds it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.fortnight.play import play
from tests.mongo import shared_server


def main() -> None:
    """Play on a database of its own, made and removed here."""
    with tempfile.TemporaryDirectory(prefix="fortnight-") as name, shared_server(Path(name) / "mongo") as server:
        fortnight = asyncio.run(play(server.uri, "fortnight", Path(name)))
    sys.stdout.write(fortnight.page)


if __name__ == "__main__":
    main()
