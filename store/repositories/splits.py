"""Texts in parts, for the service: kept from the first part on, so that a kill between two of them loses nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from store.client import Database, Raw
from store.documents.splits import SplitMessage, SplitPart
from store.errors import DuplicateKey
from store.expressions import pushed
from store.repositories.base import read_known, read_one

KEPT: Final = timedelta(days=2)
"""How long the keys of a text's parts are known: platforms keep what they have not delivered for a day."""


class Splits:
    """Keeps texts in parts until they are whole."""

    def __init__(self, database: Database) -> None:
        self._splits = database.collection(SplitMessage.collection)

    async def find(self, account: str, key: str) -> list[SplitMessage]:
        """Return what is under way from an account, the oldest first, and the text that has this message as a part."""
        query: Raw = {"$or": [{"account": account}, {"parts.key": key}]}
        return read_known(SplitMessage, await self._splits.find(query, sort=[("createdAt", 1)]), self._splits)

    async def open_at(self, place: str) -> SplitMessage | None:
        """Return the text to which parts may come from a sender in a chat, or None."""
        return read_one(SplitMessage, await self._splits.find_one({"open": place}), self._splits)

    async def pending(self, *, limit: int = 100) -> list[SplitMessage]:
        """Return what is under way from anybody."""
        found = await self._splits.find({"state": {"$in": ["open", "closed"]}}, limit=limit)
        return read_known(SplitMessage, found, self._splits)

    async def open(self, split: SplitMessage) -> bool:
        """Begin to put a text together; return False when one from the same sender was begun meanwhile."""
        try:
            await self._splits.insert(split.to_mongo())
        except DuplicateKey:
            return False
        return True

    async def add(self, split: SplitMessage, part: SplitPart, *, holder: str, now: datetime) -> bool:
        """Add a part; return False when the text is not open any more or has it already."""
        query: Raw = {"_id": split.id, "state": {"$nin": ["closed", "done"]}, "parts.key": {"$ne": part.key}}
        kept = {"holder": {"$literal": holder}, "latestAt": now}
        change = [{"$set": {**kept, "parts": pushed("$parts", [part.to_mongo()])}}]
        return bool(await self._splits.update(query, change))

    async def close(self, split: SplitMessage) -> SplitMessage | None:
        """Let nothing more be added; return the text as it stays, or None when it is done already."""
        change: Raw = {"$set": {"state": "closed"}, "$unset": {"open": ""}}
        await self._splits.update({"_id": split.id, "state": {"$nin": ["closed", "done"]}}, change)
        raw = await self._splits.find_one({"_id": split.id, "state": "closed"})
        return read_one(SplitMessage, raw, self._splits)

    async def finish(self, split: SplitMessage, now: datetime) -> None:
        """Forget what the text said, since it is a turn by now, and remember its parts by their keys."""
        keys = [SplitPart(key=part.key, number=part.number, units=0).to_mongo() for part in split.parts]
        done: Raw = {"state": "done", "parts": keys, "goneAt": now + KEPT, "updatedAt": now}
        gone = dict.fromkeys(("account", "message", "holder", "latestAt", "open"), "")
        await self._splits.update({"_id": split.id}, {"$set": done, "$unset": gone})
