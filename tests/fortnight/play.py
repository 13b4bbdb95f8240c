"""From the script to what was seen, and to the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fortnight.script import DAYS, INTRODUCTION
from tests.fortnight.stage import Sitting, open_service
from tests.fortnight.transcript import write_page


@dataclass(frozen=True)
class Fortnight:
    """A fortnight that was played."""

    sittings: Sequence[Sitting]

    @property
    def page(self) -> str:
        """Return the transcript."""
        return write_page(INTRODUCTION, self.sittings)


async def play(uri: str, database_name: str, directory: Path) -> Fortnight:
    """Play the whole script on a fresh database of a server."""
    async with open_service(uri, database_name, directory, DAYS[0].begins) as service:
        return Fortnight(await service.play(DAYS))
