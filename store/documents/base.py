"""What every document shares: strict writing, tolerant reading, and saving only what changed.

*Strict on writing*: a document is validated when it is built, at each assignment and again before it is stored.
*Tolerant on reading*: another program writes the same collections. A field we do not know is kept and survives an
update. A value that breaks the contract stays in the database as it is and is named in `Document.oddities`; the
document shows the field's default instead (`Part.stand_ins` where it has none). A document that lacks what nothing can
stand in for is not `readable`: repositories leave it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Final, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.alias_generators import to_camel

from store.client import Decimal, ObjectId, Raw
from store.documents.scalars import (
    LONG_AGO,
    TOLERANT,
    Id,
    Map,
    Number,
    Text,
    Time,
    escape_key,
    is_tolerant,
    unescape_key,
)

__all__ = [
    "LONG_AGO",
    "Document",
    "Element",
    "Id",
    "Index",
    "Map",
    "Number",
    "Part",
    "StandIns",
    "Text",
    "Time",
    "escape_key",
    "index",
    "keep_snake",
    "unescape_key",
]

_ODD: Final = "odd"
_ATOMS = frozenset({str, int, float, bool, bytes, datetime, ObjectId, type(None)})
StandIns = Mapping[str, Any | Callable[[Any], Any]]


@dataclass
class _Unread:
    """A value that cannot be read whole: as it is `stored`, as it is `shown`, and the `items` that are not shown."""

    stored: Any
    shown: Any = None
    items: dict[Any, Any] = dataclass_field(default_factory=dict)

    def stored_for(self, value: Any) -> Any:
        """Return what is to be stored where the field now has a value: nothing is lost of what cannot be read."""
        if _is_same(value, self.shown):
            return self.stored
        if isinstance(value, list):
            whole = list(value)
            for place, item in self.items.items():
                whole.insert(place, item)
            return whole
        return {**self.items, **value} if isinstance(value, dict) else value


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

    stand_ins: ClassVar[StandIns] = {}
    """By stored name, what is shown for a required field that cannot be read: a value, or what makes
    one of the document."""

    _kept: Raw = PrivateAttr(default_factory=dict)
    """What was read and is not ours to judge: unknown fields, written back as they came."""
    _odd: tuple[str, ...] = PrivateAttr(default=())
    _unread: dict[str, _Unread] = PrivateAttr(default_factory=dict)
    """By field, what was read and cannot be shown: written back as it came unless the field is given a value."""
    _readable: bool = PrivateAttr(default=True)

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if not is_tolerant(info) or not isinstance(data, Mapping):
            return handler(data)
        known = cls.stored_names()
        ours = {key: value for key, value in data.items() if key in known and value is not None}
        try:
            part = handler(ours)
        except ValidationError:
            part = cls._salvage(ours)
            cast("dict[str, Any]", info.context)[_ODD] = True
        part._kept = {key: value for key, value in data.items() if key not in known}
        return part

    @classmethod
    def _salvage(cls, ours: Raw) -> Self:
        """Build the part field by field; what breaks the contract is replaced by what stands in for it."""
        part = cast("Self", cls.model_construct())
        odd: list[str] = []
        for name, field in cls.model_fields.items():
            alias = field.alias or name
            if alias in ours:
                odd += part._take(name, alias, ours[alias])
            elif field.is_required():
                odd.append(f"{alias}: missing")
        part._odd = tuple(odd)
        for name, field in cls.model_fields.items():
            if field.is_required() and name not in part.__dict__:
                part._stand_in(name, field.alias or name)
        if not part._readable and not issubclass(cls, Document):
            raise ValueError(odd[0])
        for name, unread in part._unread.items():
            unread.shown = _plain(deepcopy(part.__dict__[name]))
        return part

    def _take(self, name: str, alias: str, value: Any) -> list[str]:
        """Show a value that was read, or as much of it as can be read; return what is wrong with it."""
        self.__pydantic_fields_set__.add(name)
        if not (wrong := self._try(name, value)):
            return []
        self._unread[name] = _Unread(deepcopy(value))  # what was read is not to change with it
        optional = not type(self).model_fields[name].is_required()
        if optional and isinstance(value, list | Mapping) and isinstance(self.__dict__[name], list | dict):
            self._take_items(name, value)
        return [f"{alias}: {wrong}"]

    def _take_items(self, name: str, values: list[Any] | Mapping[str, Any]) -> None:
        """Show those items of a list or a map that can be read; the others stay where they are."""
        unread, good = self._unread[name], deepcopy(self.__dict__[name])
        items = enumerate(values) if isinstance(values, list) else values.items()
        for key, item in items:
            if self._try(name, [item] if isinstance(values, list) else {key: item}):
                unread.items[key] = deepcopy(item)
            elif isinstance(good, list):
                good += self.__dict__[name]
            else:
                good |= self.__dict__[name]
        self.__dict__[name] = good

    def _try(self, name: str, value: Any) -> str:
        """Give a field a value that was read; return what is wrong with it, if anything."""
        context = {TOLERANT: True}
        try:
            self.__pydantic_validator__.validate_assignment(self, name, _plain_number(value), context=context)
        except ValidationError as exc:
            return str(exc.errors()[0]["msg"])
        return ""

    def _stand_in(self, name: str, alias: str) -> None:
        shown = self.stand_ins.get(alias)
        shown = shown(self) if callable(shown) else deepcopy(shown)
        self.__dict__[name] = shown
        self._readable = self._readable and shown is not None
        self._unread.setdefault(name, _Unread(None))

    @classmethod
    def glimpse(cls, raw: Raw) -> Raw:
        """Return what can be read of some fields as they are stored, by their stored names."""
        seen = cls._salvage({key: value for key, value in raw.items() if key in cls.stored_names()})
        stored = {alias: _plain(seen.__dict__[name]) for name, alias in _aliases(cls) if alias in raw}
        return {alias: value for alias, value in stored.items() if value is not None}

    @classmethod
    def stored_names(cls) -> frozenset[str]:
        """Return the field names as MongoDB holds them."""
        return _stored_names(cls)

    def to_mongo(self) -> Raw:
        """Return the document as MongoDB holds it: aliases, no unset optional fields, unknown fields kept."""
        values = self.__dict__
        stored = {alias: _plain(values[name]) for name, alias in _aliases(type(self)) if values[name] is not None}
        for name, unread in self._unread.items():
            alias = type(self).model_fields[name].alias or name
            stored[alias] = unread.stored_for(stored.get(alias))
            if stored[alias] is None:
                del stored[alias]
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


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two stored values are the same, also where each is no number (NaN)."""
    return one is other or bool(one == other)


def _plain_number(value: Any) -> Any:
    """Return a number of MongoDB's as one of Python's; any other value as it is."""
    return value.to_decimal() if isinstance(value, Decimal) else value


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
    _is_odd: bool = PrivateAttr(default=False)
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
        context: dict[str, Any] = {TOLERANT: True}
        document = cls.model_validate(raw, context=context)
        document._is_odd = _ODD in context
        if isinstance(document.id, ObjectId) and not isinstance(raw["_id"], ObjectId):
            # What refers to it by an ObjectId would not find it.
            document._is_odd, document._readable = True, False
            document._odd = ("_id: not an ObjectId", *document._odd)
        return document

    @property
    def is_odd(self) -> bool:
        """Return whether something was read that breaks the contract."""
        return self._is_odd

    @property
    def readable(self) -> bool:
        """Return whether it has all that a reader relies on, if need be by what stands in for it."""
        return self._readable

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
        loaded, now = self._as_loaded(), self.to_mongo()
        for name, field in type(self).model_fields.items():
            alias, value = field.alias or name, getattr(self, name)
            unchanged = self._raw is not None and _is_same(loaded.get(alias), now.get(alias))
            if not unchanged and (value is not None or field.is_required() or self._raw is None):
                self.__pydantic_validator__.validate_assignment(self.model_copy(), name, value)

    def changes(self) -> tuple[Raw, list[str]]:
        """Return the fields to set and the names to unset since the document was read."""
        now, loaded = self.to_mongo(), self._as_loaded()
        to_set = {key: value for key, value in now.items() if key not in loaded or not _is_same(loaded[key], value)}
        to_unset = [key for key in loaded if key not in now]
        return to_set, to_unset
