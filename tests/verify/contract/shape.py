"""The form into which a written contract is parsed, and its indexes as one set."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.documents.facts import Declared

Keys = tuple[tuple[str, int | str], ...]


@dataclass
class Shape(Declared):
    """One field of a contract.

    `fields` are an Object's; `item` is what an Array or a Map holds. The index words are those of the inline notes.
    """

    hidden: bool = False
    fields: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class IndexShape:
    """One index; the fields of a text index are sorted, since MongoDB does not keep their order."""

    keys: Keys
    unique: bool = False
    sparse: bool = False

    def __str__(self) -> str:
        options = "".join(f" {word}" for word, on in (("unique", self.unique), ("sparse", self.sparse)) if on)
        return ", ".join(f"{name}: {way}" for name, way in self.keys) + options


def index_shape(keys: Keys, unique: bool, sparse: bool) -> IndexShape:
    """Return the index in its comparable form."""
    is_text = any(way == "text" for _, way in keys)
    return IndexShape(tuple(sorted(keys)) if is_text else keys, unique, sparse)


@dataclass
class CollectionShape:
    """One collection: its fields and the indexes of its block, before the inline notes are merged in."""

    name: str
    fields: dict[str, Shape]
    indexes: list[IndexShape]
    unread: list[str] = field(default_factory=list)
    """What the parser did not understand; a contract that is not understood is not verified."""


def merged_indexes(collection: CollectionShape) -> set[IndexShape]:
    """Return every index that the collection asks for, each once.

    The inline note and the block line of one field are one index: MongoDB walks an index over one field both ways,
    so the block's direction stands.
    """
    found: dict[Keys, IndexShape] = {}
    for index in collection.indexes:
        _merge(found, index)
    text = sorted(path for path, shape in _walk(collection.fields) if "text-indexed" in shape.words)
    if text:
        _merge(found, index_shape(tuple((path, "text") for path in text), unique=False, sparse=False))
    for path, shape in _walk(collection.fields):
        if shape.words & {"indexed", "unique", "sparse"}:
            keys: Keys = ((path, -1),) if ((path, -1),) in found else ((path, 1),)
            _merge(found, IndexShape(keys, "unique" in shape.words, "sparse" in shape.words))
    return set(found.values())


def _merge(found: dict[Keys, IndexShape], index: IndexShape) -> None:
    known = found.get(index.keys, index)
    found[index.keys] = IndexShape(index.keys, known.unique or index.unique, known.sparse or index.sparse)


def _walk(fields: dict[str, Shape], prefix: str = "") -> list[tuple[str, Shape]]:
    """Return every field with its dotted path; MongoDB's paths go through arrays as if they were not there."""
    found: list[tuple[str, Shape]] = []
    for name, shape in fields.items():
        found.append((prefix + name, shape))
        inner = shape.item if shape.kind == "Array" and shape.item else shape
        found += _walk(inner.fields, f"{prefix}{name}.")
    return found
