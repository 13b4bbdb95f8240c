"""How often somebody who is no student tried an invitation code, whichever replica heard it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from store.client import Database
from store.documents.access import Knock

WINDOW: Final = timedelta(hours=1)


class Knocks:
    """Counts tries, by account (platform:account)."""

    def __init__(self, database: Database) -> None:
        self._knocks = database.collection(Knock.collection)

    async def count(self, account: str, now: datetime) -> int:
        """Count one more try and return how many there were within the hour that began with the first."""
        after = await self._knocks.find_and_update(
            {"_id": account},
            {"$inc": {"count": 1}, "$setOnInsert": {"expiresAt": now + WINDOW, "createdAt": now}},
            upsert=True,
        )
        knock = Knock.read(after) if after is not None else Knock(id=account, expires_at=now)
        if knock.expires_at > now:
            return knock.count
        await self._knocks.update({"_id": account}, {"$set": {"count": 1, "expiresAt": now + WINDOW}})
        return 1
