"""Odd values, and documents as MongoDB would hold them with one of those in a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import bson
from bson import DatetimeMS, Decimal128, ObjectId
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from store.client import Raw
from store.documents.base import Document
from store.documents.facts import Facts, list_facts

MISSING: Final = object()
_MARK: Final = "@@bad utf-8@@"
_BAD: Final = b"\xff\xfebad utf-\xff@@"

VALUES: Final[Mapping[str, Any]] = {
    "null": None,
    "string": "many",
    "number": 7,
    "array": [None, "hi"],
    "object": {"x": 1},
    "far date": DatetimeMS(8_640_000_000_000_000),
    "bad UTF-8": _MARK,
    "Decimal128": Decimal128("12.5"),
    "missing": MISSING,
}
"""The values of the claim."""
MORE: Final[Mapping[str, Any]] = {
    "number as a string": "120",
    "date as a string": "2026-11-20T10:00:00Z",
    "id as a string": "64b7f0c2a1b2c3d4e5f60718",
    "negative": -3.5,
    "not a number": float("nan"),
    "without end": float("inf"),
    "huge": 1e300,
    "long": 2**62,
    "true": True,
    "year 9999": datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
    "before everything": DatetimeMS(-62_198_755_200_000),
    "empty array": [],
    "array of arrays": [[1], [{}]],
    "id": ObjectId("64b7f0c2a1b2c3d4e5f60718"),
    "empty string": "",
    "binary": b"\x00\x01",
}
"""Others of the kind."""


@dataclass(frozen=True)
class Odd:
    """One field of one kind of document with an odd value. `path` leads through objects and first items."""

    kind: type[Document]
    path: tuple[str, ...]
    value: str

    def __str__(self) -> str:
        return f"{self.kind.__name__}.{'.'.join(self.path)} = {self.value}"

    def apply(self, raw: Raw) -> Raw | None:
        """Return a stored document with the odd value; None where it has not got that far."""
        changed = deepcopy(raw)
        place: Any = changed
        for step in self.path[:-1]:
            place = place.get(step) if isinstance(place, dict) else None
            place = place[0] if isinstance(place, list) and place else place
        if not isinstance(place, dict):
            return None
        value = {**VALUES, **MORE}[self.value]
        if value is MISSING:
            place.pop(self.path[-1], None)
        else:
            place[self.path[-1]] = value
        return changed


def odd_values(kind: type[Document], *, more: bool = False) -> Iterator[Odd]:
    """Yield every field of a kind of document, those inside objects and lists too, with every odd value."""
    values = (*VALUES, *MORE) if more else tuple(VALUES)
    for path in _paths(list_facts(kind)):
        for value in values:
            odd = Odd(kind, path, value)
            if path != ("_id",) or value not in {"missing", "array", "empty array", "array of arrays"}:
                yield odd


def _paths(fields: Mapping[str, Facts]) -> Iterator[tuple[str, ...]]:
    for name, facts in fields.items():
        yield (name,)
        inner = facts.item.fields if facts.item is not None else facts.fields
        for path in _paths(inner):
            yield name, *path


def as_stored(raw: Raw) -> RawBSONDocument:
    """Return a document's bytes, with what is marked so no UTF-8."""
    options: CodecOptions[Raw] = CodecOptions(tz_aware=True, tzinfo=UTC)
    encoded = bson.encode(raw, codec_options=options)
    return RawBSONDocument(encoded.replace(_MARK.encode(), _BAD))


def sample(facts: Facts) -> Any:
    """Return a value that a field accepts, every field inside it filled."""
    if facts.kind == "Object":
        return {name: sample(inner) for name, inner in facts.fields.items()}
    if facts.item is not None:
        return [sample(facts.item)] if facts.kind == "Array" else {"Node.js Inc.": sample(facts.item)}
    if facts.enum:
        return facts.enum[-1]
    number = facts.maximum if facts.maximum is not None else 7.0
    values = {
        "String": "text of some length",
        "Boolean": True,
        "Date": datetime(2026, 11, 23, 10, tzinfo=UTC),
        "ObjectId": ObjectId("64b7f0c2a1b2c3d4e5f60718"),
        "Binary": b"bytes",
    }
    return values.get(facts.kind, int(number) if facts.whole else number)
