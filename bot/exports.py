"""Handing a student's export over: where it is saved on their own machine, nobody else can read it."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from store.client import Database, ObjectId
from store.documents.own import OutboxItem
from store.work import Clock, UnitOfWork
from tools.context import MentorContext
from tools.export import export_pieces

EXPORT: Final = "export_me"


def asks_for_export(receipts: list[dict[str, Any]]) -> bool:
    """Return whether an answer is to hand an export over."""
    return any(receipt.get("verb") == EXPORT for receipt in receipts)


def name_export(item: OutboxItem) -> str:
    """Return the file name of the export that an answer promises, however often the item is postponed."""
    made = f"-{item.created_at:%Y%m%d-%H%M%S}" if item.created_at else ""
    return f"prepmate-export{made}-{str(item.turn_id)[-6:]}.json"


def write_export(database: Database, item: OutboxItem, clock: Clock) -> AsyncIterator[str]:
    """Yield the export that an answer promises to its student, piece by piece. Raises: StoreError, OSError."""
    work = UnitOfWork(database, item.user_id, clock=clock, ids=ObjectId)
    return export_pieces(MentorContext(work=work, clock=clock, zone=ZoneInfo("UTC")))


@dataclass(frozen=True)
class Exports:
    """Writes exports into a folder of the student's machine."""

    database: Database
    folder: Path
    clock: Clock

    async def save(self, item: OutboxItem) -> Path:
        """Write the export that an answer promises and return its path; the same answer writes the same file.

        Raises: StoreError, OSError.
        """
        await asyncio.to_thread(self.folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        name = name_export(item)
        path, half = self.folder / name, self.folder / f".{name}.half"
        with contextlib.suppress(FileNotFoundError):
            half.unlink()
        try:
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                async for piece in write_export(self.database, item, self.clock):
                    await asyncio.to_thread(file.write, piece.encode())
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
        return path
