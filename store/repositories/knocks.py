"""How often somebody who is no student tried an invitation code, whichever replica heard it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from store.client import Database, Raw
from store.documents.access import Knock

WINDOW: Final = timedelta(hours=1)
_REMEMBERED: Final = 20
"""How many messages are known to have been counted."""


class Knocks:
    """Counts tries, by account (platform:account)."""

    def __init__(self, database: Database) -> None:
        self._knocks = database.collection(Knock.collection)

    async def count(self, account: str, key: str, now: datetime) -> int:
        """Count one more try, the message `key`, and return how many there were within the hour that began with the
        first. The same message is counted once, though a platform may deliver it again.
        """
        raw = await self._knocks.find_one({"_id": account})
        before = Knock.read(raw) if raw is not None else Knock(id=account, expires_at=now)
        if before.expires_at <= now:
            anew: Raw = {"count": 0, "keys": [], "expiresAt": now + WINDOW}
            if raw is None:
                first = {"$setOnInsert": {**anew, "createdAt": now}}
                await self._knocks.update({"_id": account}, first, upsert=True)
            else:  # unless another replica began the new hour just now, and counted
                await self._knocks.update({"_id": account, "expiresAt": before.expires_at}, {"$set": anew})
        change: Raw = {"$inc": {"count": 1}, "$push": {"keys": {"$each": [key], "$slice": -_REMEMBERED}}}
        after = await self._knocks.find_and_update({"_id": account, "keys": {"$ne": key}}, change)
        after = after or await self._knocks.find_one({"_id": account})  # counted before, perhaps just now elsewhere
        return Knock.read(after).count if after is not None else 1
