"""The scalars of documents: what is strict where a document is written and cautious where another program wrote it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema

from store.client import ObjectId

TOLERANT: Final = "tolerant"
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""What stands in for a time that has to be there and cannot be read."""
_FIRST: Final = datetime(1970, 1, 2, tzinfo=UTC)
LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Times from here on are not read."""
_PLAUSIBLE: Final = 1e15
"""A number that another program wrote and that is larger is none that can be counted with."""


def _check_id(value: object) -> ObjectId:
    if isinstance(value, ObjectId):
        return value
    if isinstance(value, str) and ObjectId.is_valid(value):
        return ObjectId(value)
    raise ValueError("not an ObjectId")


def is_tolerant(info: ValidationInfo) -> bool:
    """Return whether a stored document is being read rather than one of ours written."""
    return bool(info.context and info.context.get(TOLERANT))


def read_time(value: object) -> datetime | None:
    """Return a stored value that is a time which can be counted with, else None."""
    return value if isinstance(value, datetime) and _FIRST <= value < LAST else None


def _to_millisecond(value: datetime, info: ValidationInfo) -> datetime:
    """MongoDB's Date holds milliseconds in UTC; what we hold must equal what comes back.

    Read is only what lies near enough to be counted with in any zone.
    """
    if value.tzinfo is None:
        raise ValueError("a time needs a time zone")
    value = value.astimezone(UTC)
    if is_tolerant(info) and read_time(value) is None:
        raise ValueError("out of range")
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def _check_text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("text may not hold a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("text may not hold half a surrogate pair") from None
    return value


def _check_number(value: float, info: ValidationInfo) -> float:
    if not math.isfinite(value):
        raise ValueError("a number must be finite")
    if is_tolerant(info) and abs(value) > _PLAUSIBLE:
        raise ValueError("out of range")
    return value


Id = Annotated[
    ObjectId,
    PlainValidator(_check_id),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{24}$"}),
]
"""A MongoDB ObjectId."""

Time = Annotated[datetime, AfterValidator(_to_millisecond)]
"""An aware time, kept in UTC to the millisecond."""

Text = Annotated[str, AfterValidator(_check_text)]
"""A string that MongoDB can hold."""

Number = Annotated[float, AfterValidator(_check_number)]
"""A finite number; the contract's `Number` where no whole number is meant."""


def _unescape_keys(value: Any, info: ValidationInfo) -> Any:
    if is_tolerant(info) and isinstance(value, Mapping):
        return {unescape_key(str(key)): item for key, item in value.items()}
    return value


V = TypeVar("V")
Map = Annotated[dict[str, V], BeforeValidator(_unescape_keys)]
"""The contract's `Map<String, V>`: any key; escaped where it is stored, as it was where it is read."""


def escape_key(key: str) -> str:
    """Return a key that MongoDB accepts in a map: percent-encoding for `%`, `.`, a leading `$` and NUL."""
    escaped = key.replace("%", "%25").replace(".", "%2E").replace("\x00", "%00")
    return "%24" + escaped[1:] if escaped.startswith("$") else escaped


def unescape_key(key: str) -> str:
    """Undo `escape_key`; a key that was never escaped comes back as it is."""
    for code, char in (("%2E", "."), ("%24", "$"), ("%00", "\x00"), ("%25", "%")):
        key = key.replace(code, char)
    return key
