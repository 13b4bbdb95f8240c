"""What every document shares: strict writing, tolerant reading, and saving only what changed.

*Strict on writing*: a document is validated when it is built, at each assignment and again before it is stored.
*Tolerant on reading*: another program writes the same collections. A field we do not know is kept and survives an
update; a value that breaks the contract is kept as it is and named in `Document.oddities`, never a crash.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Self, TypeVar, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel

from store.client import ObjectId, Raw

_TOLERANT = "tolerant"
_ATOMS = frozenset({str, int, float, bool, bytes, datetime, ObjectId, type(None)})


def _check_id(value: object) -> ObjectId:
    if isinstance(value, ObjectId):
        return value
    if isinstance(value, str) and ObjectId.is_valid(value):
        return ObjectId(value)
    raise ValueError("not an ObjectId")


def _to_millisecond(value: datetime) -> datetime:
    """MongoDB's Date holds milliseconds in UTC; what we hold must equal what comes back."""
    if value.tzinfo is None:
        raise ValueError("a time needs a time zone")
    value = value.astimezone(UTC)
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def _check_text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("text may not hold a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("text may not hold half a surrogate pair") from None
    return value


def _check_number(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("a number must be finite")
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
    if info.context and info.context.get(_TOLERANT) and isinstance(value, Mapping):
        return {unescape_key(str(key)): item for key, item in value.items()}
    return value


V = TypeVar("V")
Map = Annotated[dict[str, V], BeforeValidator(_unescape_keys)]
"""The contract's `Map<String, V>`: any key; escaped where it is stored, as it was where it is read."""


class Part(BaseModel):
    """An object inside a document. Field names in MongoDB are camelCase unless a field names its alias."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        validate_assignment=True,
        arbitrary_types_allowed=True,
        extra="forbid",
        protected_namespaces=(),
    )

    _kept: Raw = PrivateAttr(default_factory=dict)
    """What was read and is not ours to judge: unknown fields, written back as they came."""
    _odd: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        tolerant = bool(info.context and info.context.get(_TOLERANT))
        if not tolerant or not isinstance(data, Mapping):
            return handler(data)
        known = cls.stored_names()
        ours = {key: value for key, value in data.items() if key in known and value is not None}
        try:
            part = handler(ours)
        except ValidationError:
            part = cls._salvage(ours)
        part._kept = {key: value for key, value in data.items() if key not in known}
        return part

    @classmethod
    def _salvage(cls, ours: Raw) -> Self:
        """Build the part field by field; a value that breaks the contract stays as it was read."""
        part = cast("Self", cls.model_construct())
        odd: list[str] = []
        set_fields: set[str] = set()
        for name, field in cls.model_fields.items():
            alias = field.alias or name
            if alias not in ours:
                if field.is_required():
                    odd.append(f"{alias}: missing")
                    part.__dict__[name] = None
                continue
            set_fields.add(name)
            try:
                cls.__pydantic_validator__.validate_assignment(part, name, ours[alias], context={_TOLERANT: True})
            except ValidationError as exc:
                part.__dict__[name] = deepcopy(ours[alias])  # what was read is not to change with it
                odd.append(f"{alias}: {exc.errors()[0]['msg']}")
        part.__pydantic_fields_set__.update(set_fields)
        part._odd = tuple(odd)
        return part

    @classmethod
    def stored_names(cls) -> frozenset[str]:
        """Return the field names as MongoDB holds them."""
        return _stored_names(cls)

    def to_mongo(self) -> Raw:
        """Return the document as MongoDB holds it: aliases, no unset optional fields, unknown fields kept."""
        values = self.__dict__
        stored = {alias: _plain(values[name]) for name, alias in _aliases(type(self)) if values[name] is not None}
        return {**stored, **self._kept}

    def _all_oddities(self) -> Iterator[str]:
        yield from self._odd
        for name in type(self).model_fields:
            for part in _parts_in(getattr(self, name, None)):
                for odd in part._all_oddities():
                    yield f"{name}.{odd}"


@cache
def _aliases(kind: type[Part]) -> tuple[tuple[str, str], ...]:
    """Return each field's name and the name that it is stored by."""
    return tuple((name, field.alias or name) for name, field in kind.model_fields.items())


@cache
def _stored_names(kind: type[Part]) -> frozenset[str]:
    return frozenset(alias for _, alias in _aliases(kind))


def _plain(value: Any) -> Any:
    if type(value) in _ATOMS:
        return value
    if isinstance(value, Part):
        return value.to_mongo()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {escape_key(str(key)): _plain(item) for key, item in value.items()}
    return value


def _parts_in(value: Any) -> Iterator[Part]:
    if isinstance(value, Part):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _parts_in(item)
    elif isinstance(value, Mapping):
        yield from _parts_in(list(value.values()))


class Element(Part):
    """An object in an array: the backend gives each its own `_id`, ours may be without."""

    id: Id | None = Field(default=None, alias="_id")


def keep_snake(name: str) -> str:
    """Return the stored name where the backend writes snake_case; its two timestamps are camelCase everywhere."""
    return to_camel(name) if name in ("created_at", "updated_at") else name


def escape_key(key: str) -> str:
    """Return a key that MongoDB accepts in a map: percent-encoding for `%`, `.`, a leading `$` and NUL."""
    escaped = key.replace("%", "%25").replace(".", "%2E").replace("\x00", "%00")
    return "%24" + escaped[1:] if escaped.startswith("$") else escaped


def unescape_key(key: str) -> str:
    """Undo `escape_key`; a key that was never escaped comes back as it is."""
    for code, char in (("%2E", "."), ("%24", "$"), ("%00", "\x00"), ("%25", "%")):
        key = key.replace(code, char)
    return key


@dataclass(frozen=True)
class Index:
    """One index of a collection. `name` follows Mongoose, so that ours and the backend's are the same index.

    `expire_after` makes the server remove a document so many seconds after the time in the field.
    """

    keys: tuple[tuple[str, int | str], ...]
    unique: bool = False
    sparse: bool = False
    expire_after: int | None = None

    @property
    def name(self) -> str:
        """Return MongoDB's default name, such as `userId_1_topicId_1`."""
        return "_".join(f"{field}_{direction}" for field, direction in self.keys)

    @property
    def options(self) -> Raw:
        """Return what MongoDB is told beside keys and name."""
        options: Raw = {name: True for name, wanted in (("unique", self.unique), ("sparse", self.sparse)) if wanted}
        return options if self.expire_after is None else {**options, "expireAfterSeconds": self.expire_after}


def index(*fields: str, unique: bool = False, sparse: bool = False, expire_after: int | None = None) -> Index:
    """Return an index over `fields`: "name" ascending, "-name" descending, "name:text" for text search."""
    keys: list[tuple[str, int | str]] = []
    for field in fields:
        if field.endswith(":text"):
            keys.append((field.removesuffix(":text"), "text"))
        else:
            keys.append((field.removeprefix("-"), -1 if field.startswith("-") else 1))
    return Index(tuple(keys), unique, sparse, expire_after)


class Document(Part):
    """A document of one collection.

    Class variables say where it lives: `collection`; `owner` is the stored field that names the student whose data
    it is ("_id" for the student's own document), or None for what belongs to nobody (catalogue, service state);
    `contract` is True for the 27 collections shared with the backend; `hidden` names the stored fields that are left
    out when the document is read, unless a caller asks for them (a password's hash).
    """

    collection: ClassVar[str]
    owner: ClassVar[str | None]
    contract: ClassVar[bool] = True
    hidden: ClassVar[tuple[str, ...]] = ()
    indexes: ClassVar[tuple[Index, ...]] = ()

    id: Id = Field(alias="_id")
    created_at: Time | None = None
    updated_at: Time | None = None
    version_key: int = Field(default=0, alias="__v")

    _raw: Raw | None = PrivateAttr(default=None)
    _loaded: Raw | None = PrivateAttr(default=None)
    """What `to_mongo` gave when the document was stored; None where nobody has asked yet: most are only read."""

    @classmethod
    def read(cls, raw: Raw) -> Self:
        """Build the document from what MongoDB returned; never fails on a foreign value."""
        document = cls._build(raw)
        document._raw = raw
        return document

    @classmethod
    def _build(cls, raw: Raw) -> Self:
        return cls.model_validate(raw, context={_TOLERANT: True})

    def mark_stored(self, raw: Raw) -> None:
        """Note that MongoDB now holds `raw`; later changes are counted from here."""
        self._raw = raw
        self._loaded = self.to_mongo()

    def _as_loaded(self) -> Raw:
        if self._loaded is None:
            self._loaded = {} if self._raw is None else self._build(self._raw).to_mongo()
        return self._loaded

    @property
    def raw(self) -> Raw | None:
        """Return the document as it was read, or None if it was never stored."""
        return self._raw

    @property
    def oddities(self) -> tuple[str, ...]:
        """Return what was read and breaks the contract, a sentence each."""
        return tuple(self._all_oddities())

    def check(self) -> None:
        """Validate the changed fields once more, strictly: lists and maps change without an assignment.

        Raises: ValidationError.
        """
        loaded = self._as_loaded()
        for name, field in type(self).model_fields.items():
            alias, value = field.alias or name, getattr(self, name)
            unchanged = alias in loaded and loaded[alias] == _plain(value)
            if not unchanged and (value is not None or field.is_required() or self._raw is None):
                self.__pydantic_validator__.validate_assignment(self.model_copy(), name, value)

    def changes(self) -> tuple[Raw, list[str]]:
        """Return the fields to set and the names to unset since the document was read."""
        now, loaded = self.to_mongo(), self._as_loaded()
        to_set = {key: value for key, value in now.items() if key not in loaded or loaded[key] != value}
        to_unset = [key for key in loaded if key not in now]
        return to_set, to_unset
