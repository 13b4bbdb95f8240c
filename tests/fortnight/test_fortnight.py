"""The fortnight: its page is what the service says today."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.fortnight.play import Fortnight, play
from tests.mongo import SharedServer

PAGE = Path(__file__).parents[2] / "docs" / "fortnight.md"


@pytest.fixture(scope="module")
def fortnight(mongo_server: SharedServer, tmp_path_factory: pytest.TempPathFactory) -> Fortnight:
    """The fortnight, played once."""
    name = "test_fortnight"
    try:
        return asyncio.run(play(mongo_server.uri, name, tmp_path_factory.mktemp("fortnight")))
    finally:
        mongo_server.drop(name)


def test_the_page_is_what_the_service_says(fortnight: Fortnight) -> None:
    """The transcript in the documentation is, byte for byte, what the service answers to the script."""
    said = "Run `python -m tests.fortnight > docs/fortnight.md`, read what changed, and commit it."
    assert PAGE.read_text(encoding="utf-8") == fortnight.page, said
