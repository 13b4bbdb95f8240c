"""What the documents declare, field by field, as plain values: for the generated page and for verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import StringConstraints
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from store.client import ObjectId
from store.documents.base import Element, Part
from store.documents.values import DefaultNow, OpenEnum, Ref, Unit


class Word:
    """A value that stands for itself in a field's default."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


NO_DEFAULT: Final = Word("no default")
NOW: Final = Word("now")

_KINDS: dict[type, str] = {
    str: "String",
    int: "Number",
    float: "Number",
    bool: "Boolean",
    datetime: "Date",
    ObjectId: "ObjectId",
    bytes: "Binary",
}


@dataclass
class Declared:
    """What can be declared of one field, in a contract or in a document.

    `kind` is String, Number, Boolean, Date, ObjectId, Binary, Object, Array, Map or Any.
    """

    kind: str = "Any"
    required: bool = False
    default: Any = NO_DEFAULT
    enum: tuple[str, ...] = ()
    open_enum: bool = False
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    ref: str | None = None
    unit: str | None = None
    trimmed: bool = False


@dataclass
class Facts(Declared):
    """One field of a document.

    `fields` are an Object's and `present` says that the object is always there; `item` is what an Array or a Map
    holds; `element` says that an Object may carry its own `_id`.
    """

    whole: bool = False
    present: bool = False
    element: bool = False
    fields: dict[str, Facts] = field(default_factory=dict)
    item: Facts | None = None


def list_facts(part: type[Part]) -> dict[str, Facts]:
    """Return the facts of every field by its stored name, in the order of declaration."""
    return {info.alias or name: _read_field(info) for name, info in part.model_fields.items()}


def _read_field(info: FieldInfo) -> Facts:
    facts = _read_type(info.annotation, info.metadata)
    facts.required = info.is_required()
    facts.present = facts.required or info.default_factory is not None
    if info.default is not PydanticUndefined and info.default is not None:
        facts.default = info.default
    return facts


def _read_type(annotation: Any, marks: Iterable[Any] = ()) -> Facts:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _read_type(arguments[0], [*arguments[1:], *marks])
    if origin in (Union, UnionType):
        (only,) = (argument for argument in arguments if argument is not NoneType)
        return _read_type(only, marks)
    facts = _read_plain(annotation, origin, arguments)
    for mark in _flatten(marks):
        _apply(facts, mark)
    return facts


def _read_plain(annotation: Any, origin: Any, arguments: tuple[Any, ...]) -> Facts:
    if origin is Literal:
        return Facts("String", enum=tuple(arguments))
    if origin is list:
        return Facts("Array", item=_read_type(arguments[0]))
    if origin is dict:
        return Facts("Map", item=_read_type(arguments[1]))
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return Facts("Object", fields=list_facts(annotation), element=issubclass(annotation, Element))
    return Facts(_KINDS.get(annotation, "Any"), whole=annotation is int)


def _flatten(marks: Iterable[Any]) -> Iterator[Any]:
    for mark in marks:
        if isinstance(mark, FieldInfo):
            yield from _flatten(mark.metadata)
        else:
            yield mark


def _apply(facts: Facts, mark: Any) -> None:
    match mark:
        case Ge(ge=bound):
            facts.minimum = float(str(bound))
        case Le(le=bound):
            facts.maximum = float(str(bound))
        case MinLen(min_length=length):
            facts.min_length = length
        case MaxLen(max_length=length):
            facts.max_length = length
        case StringConstraints(strip_whitespace=True):
            facts.trimmed = True
        case Ref(to=name):
            facts.ref = name
        case Unit(name=name):
            facts.unit = name
        case DefaultNow():
            facts.default = NOW
        case OpenEnum():
            facts.open_enum = True
        case _:
            return
