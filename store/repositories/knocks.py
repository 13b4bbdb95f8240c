"""How often somebody who is no student tried an invitation code, whichever replica heard it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from store.client import Database, Raw
from store.documents.access import Knock
from store.errors import DuplicateKey, StoreUnavailable
from store.expressions import list_of, pushed, whole_or

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
        on: Raw = {"$and": [{"$gt": ["$expiresAt", now]}, {"$lte": ["$expiresAt", now + WINDOW]}]}
        begun: Raw = {
            "keys": {"$cond": [on, list_of("$keys"), []]},
            "count": {"$cond": [on, whole_or("$count", 0), 0]},
            "expiresAt": {"$cond": [on, "$expiresAt", now + WINDOW]},
            "createdAt": {"$ifNull": ["$createdAt", now]},
        }
        is_known: Raw = {"$in": [{"$literal": key}, "$keys"]}
        counted: Raw = {
            "count": {"$cond": [is_known, "$count", {"$add": ["$count", 1]}]},
            "keys": {"$cond": [is_known, "$keys", pushed("$keys", [key], keep=_REMEMBERED)]},
        }
        for _ in range(2):
            try:
                change = [{"$set": begun}, {"$set": counted}]
                after = await self._knocks.find_and_update({"_id": account}, change, upsert=True)
            except DuplicateKey:
                continue  # another replica made it at the same moment
            return int((after or {})["count"])
        raise StoreUnavailable("the tries could not be counted; try again in a moment")
