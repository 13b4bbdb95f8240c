"""What is left of a forgotten student: keyed hashes of their messages' keys, for a month.

A platform may deliver a message again days later. Without a trace it would look like a new one and bring the student
back; with the key itself, the student would not be forgotten. The secret lives in this database alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from store.client import Database, Raw
from store.documents.account import ServiceSecret, Tombstone

KEPT: Final = timedelta(days=30)
_PURPOSE: Final = "tombstones"


class Tombstones:
    """Remembers messages without remembering them."""

    def __init__(self, database: Database, *, secret: Callable[[], str] = lambda: secrets.token_hex(32)) -> None:
        self._tombstones = database.collection(Tombstone.collection)
        self._secrets = database.collection(ServiceSecret.collection)
        self._make, self._known = secret, ""

    async def bury(self, keys: Iterable[str], now: datetime) -> None:
        """Remember messages by their keys until a month from `now`."""
        for name in [await self._hash(key) for key in keys]:
            await self._tombstones.update({"_id": name}, {"$set": {"expiresAt": now + KEPT}}, upsert=True)

    async def holds(self, key: str) -> bool:
        """Return whether a message was a forgotten student's."""
        return await self._tombstones.find_one({"_id": await self._hash(key)}, fields={"_id": 1}) is not None

    async def sweep(self, now: datetime) -> int:
        """Drop what is older than a month; return how many there were."""
        return await self._tombstones.delete({"expiresAt": {"$lte": now}}, many=True)

    async def _hash(self, key: str) -> str:
        if not self._known:
            there: Raw = {"$and": [{"$eq": [{"$type": "$secret"}, "string"]}, {"$ne": ["$secret", ""]}]}
            made: list[Raw] = [{"$set": {"secret": {"$cond": [there, "$secret", self._make()]}}}]
            raw = await self._secrets.find_and_update({"_id": _PURPOSE}, made, upsert=True)
            self._known = str((raw or {})["secret"])
        return hmac.new(self._known.encode(), key.encode(), hashlib.sha256).hexdigest()
