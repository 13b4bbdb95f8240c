"""Where in a whole database a word or an id stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from store.client import Database


async def find_traces(database: Database, *traces: object) -> list[str]:
    """Walk every document of every collection, keys and values, and return where one of the traces stands."""
    wanted = re.compile("|".join(re.escape(str(trace)) for trace in traces), re.IGNORECASE)

    def walk(value: Any, place: str) -> Iterator[str]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield from walk(key, place)
                yield from walk(item, f"{place}.{key}")
        elif isinstance(value, list):
            for item in value:
                yield from walk(item, place)
        elif wanted.search(value.decode("latin-1") if isinstance(value, bytes) else str(value)):
            yield place

    found = []
    for name in await database.collection_names():
        for raw in await database.collection(name).find({}):
            found += list(walk(raw, name))
    return found
