"""Saving a student's export where they can find it and nobody else can read it."""

from __future__ import annotations

import asyncio
import contextlib
import os
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
        # Of what stays as it is, however often the item is postponed.
        name = f"prepmate-export-{item.created_at or self.clock():%Y%m%d-%H%M%S}-{str(item.turn_id)[-6:]}.json"
        path, half = self.folder / name, self.folder / f".{name}.half"
        with contextlib.suppress(FileNotFoundError):
            half.unlink()
        work = UnitOfWork(self.database, item.user_id, clock=self.clock, ids=ObjectId)
        context = MentorContext(work=work, clock=self.clock, zone=ZoneInfo("UTC"))
        try:
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                async for piece in export_pieces(context):
                    await asyncio.to_thread(file.write, piece.encode())
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
        return path
