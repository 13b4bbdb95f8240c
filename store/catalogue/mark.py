"""Remembers which catalogue a database holds, so that a start with the same one costs a look instead of a load."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files

from store.client import Database, ObjectId
from store.documents.upkeep import LoadedCatalogue
from store.repositories.base import read_one

FILES = ("topics.json", "problems.json", "roadmaps.json", "cards.json")
_MARK = "shipped"
# Raise it when the same files make other documents than before: a database that was loaded so is then looked through.
_EDITION = 1


@cache
def shipped_digest() -> str:
    """Return the SHA-256 of the shipped files: another digest is another catalogue."""
    digest = hashlib.sha256(str(_EDITION).encode())
    for name in FILES:
        text = files("store.catalogue").joinpath(name).read_bytes()
        digest.update(f"\0{name}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


async def find_kept(database: Database, digest: str) -> dict[str, int] | None:
    """Return how many documents of the catalogue stand, by collection; None unless that catalogue is there whole.

    A document counts by its id: one that was edited is still there, one that was deleted is not.
    """
    marks = database.collection(LoadedCatalogue.collection)
    mark = read_one(LoadedCatalogue, await marks.find_one({"_id": _MARK}), marks)
    if mark is None or mark.digest != digest or not mark.documents:
        return None
    held = mark.documents
    counts = await asyncio.gather(
        *(database.collection(name).count({"_id": {"$in": ids}}) for name, ids in held.items())
    )
    kept = {name: len(ids) for name, ids in held.items()}
    return kept if counts == list(kept.values()) else None


async def write_mark(database: Database, digest: str, held: Mapping[str, Sequence[ObjectId]], now: datetime) -> None:
    """Write down that a catalogue is loaded, and under which ids its documents are."""
    mark = LoadedCatalogue(
        id=_MARK, digest=digest, loaded_at=now, documents={name: list(ids) for name, ids in held.items()}
    )
    raw = mark.to_mongo()
    del raw["_id"]
    collection = database.collection(LoadedCatalogue.collection)
    await collection.update({"_id": _MARK}, {"$set": raw}, upsert=True)
