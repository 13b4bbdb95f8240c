"""Creating the indexes that the documents declare: idempotent, safe on a populated database, never dropping one.

What cannot be created is explained in a sentence and left to a person: the database is shared with another program,
so neither its indexes nor its documents are ours to remove.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from store.client import Collection, Database, Raw
from store.documents.base import Document, Index
from store.errors import DuplicateKey, IndexConflict, StoreError, StoreSetupError

_AT_ONCE = 8
_LIMITING_OPTIONS = ("partialFilterExpression", "collation", "hidden")
_EXPIRY = "expireAfterSeconds"


@dataclass(frozen=True)
class IndexProblem:
    """An index that is not there as declared. `sentence` names the collection, the index and what to do."""

    collection: str
    index: Index
    sentence: str


@dataclass(frozen=True)
class IndexReport:
    """What `ensure_indexes` found and did, or `inspect_indexes` found; indexes are named "collection.index".

    `missing` can be created; of those `missing_guards` are unique ones of collections that are there.
    """

    created: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    problems: tuple[IndexProblem, ...] = ()
    missing: tuple[str, ...] = ()
    missing_guards: tuple[str, ...] = ()

    @property
    def unguarded(self) -> tuple[IndexProblem, ...]:
        """Return the problems with unique indexes: without them the same thing can be stored twice."""
        return tuple(problem for problem in self.problems if problem.index.unique)


async def ensure_indexes(database: Database, documents: Iterable[type[Document]]) -> IndexReport:
    """Create what is missing of the documents' collections and indexes and report what stands in the way.

    Several processes may do this at once. Raises: StoreUnavailable, never a conflict.
    """
    wanted = list(documents)
    names = set(await database.collection_names())
    gate = asyncio.Semaphore(_AT_ONCE)

    async def ensure(document: type[Document]) -> IndexReport:
        async with gate:
            if document.collection not in names:
                await database.create_collection(document.collection)
            return await _ensure_collection(database.collection(document.collection), document.indexes)

    reports = await asyncio.gather(*(ensure(document) for document in wanted))
    return IndexReport(
        created=tuple(name for report in reports for name in report.created),
        standing=tuple(name for report in reports for name in report.standing),
        problems=tuple(problem for report in reports for problem in report.problems),
    )


async def inspect_indexes(database: Database, documents: Iterable[type[Document]]) -> IndexReport:
    """Report which indexes stand, which are missing and what is in the way of those. Raises: StoreUnavailable."""
    names = set(await database.collection_names())
    standing: list[str] = []
    missing: list[str] = []
    guards: list[str] = []
    problems: list[IndexProblem] = []
    for document in documents:
        collection, is_there = database.collection(document.collection), document.collection in names
        there = await collection.list_indexes() if is_there else []
        for index in document.indexes:
            name = f"{document.collection}.{index.name}"
            if any(is_same(index, other) for other in there):
                standing.append(name)
            elif sentence := await _obstacle_to(collection, index, there) if is_there else None:
                problems.append(IndexProblem(document.collection, index, sentence))
            else:
                missing.append(name)
                guards += [name] if is_there and index.unique else []
    return IndexReport((), tuple(standing), tuple(problems), tuple(missing), tuple(guards))


async def _obstacle_to(collection: Collection, index: Index, there: Iterable[Raw]) -> str | None:
    if conflict := _explain_conflict(collection.name, index, there):
        return conflict
    return await _explain_duplicates(collection, index) if index.unique else None


async def _ensure_collection(collection: Collection, indexes: Iterable[Index]) -> IndexReport:
    created: list[str] = []
    standing: list[str] = []
    problems: list[IndexProblem] = []
    there = await collection.list_indexes()
    for index in indexes:
        name = f"{collection.name}.{index.name}"
        if any(is_same(index, other) for other in there):
            standing.append(name)
            continue
        sentence = _explain_conflict(collection.name, index, there) or await _create(collection, index)
        if sentence is None:
            created.append(name)
        else:
            problems.append(IndexProblem(collection.name, index, sentence))
    return IndexReport(tuple(created), tuple(standing), tuple(problems))


async def _create(collection: Collection, index: Index) -> str | None:
    """Create the index; return None, or the sentence that says why it could not be."""
    try:
        await collection.create_index(index.keys, name=index.name, **index.options)
    except DuplicateKey:
        return await _explain_duplicates(collection, index) or (
            f'{collection.name}: the unique index "{index.name}" was refused because of duplicates that are gone by '
            "now; start again."
        )
    except IndexConflict:
        there = await collection.list_indexes()
        if any(is_same(index, other) for other in there):
            return None
        return _explain_conflict(collection.name, index, there) or (
            f'{collection.name}: the index "{index.name}" was refused because another process is changing the '
            "collection's indexes; start again."
        )
    except StoreSetupError:
        raise
    except StoreError as exc:
        if exc.transient:
            raise
        return (
            f'{collection.name}: the index "{index.name}" cannot be created over what is stored there ({exc}); '
            "correct those documents and start again."
        )
    return None


def keys_of(described: Raw) -> tuple[tuple[str, int | str], ...]:
    """Return the keys of an index as MongoDB describes it, a text index's fields included, in `Index.keys`' form."""
    if "weights" in described:
        return tuple((field, "text") for field in sorted(described["weights"]))
    return tuple((field, way if isinstance(way, str) else int(way)) for field, way in described["key"].items())


def is_same(index: Index, described: Raw) -> bool:
    """Return whether the index that MongoDB describes does what `index` declares, whatever its name."""
    return (
        _comparable(index.keys) == _comparable(keys_of(described))
        and bool(described.get("unique")) == index.unique
        and bool(described.get("sparse")) == index.sparse
        and described.get(_EXPIRY) == index.expire_after
        and not any(described.get(option) for option in _LIMITING_OPTIONS)
    )


def _comparable(keys: tuple[tuple[str, int | str], ...]) -> tuple[tuple[str, int | str], ...]:
    """A text index does not know the order of its fields."""
    return tuple(sorted(keys)) if _is_text(keys) else keys


def _is_text(keys: tuple[tuple[str, int | str], ...]) -> bool:
    return any(way == "text" for _, way in keys)


def _explain_conflict(collection: str, index: Index, there: Iterable[Raw]) -> str | None:
    for other in there:
        same_keys = _comparable(keys_of(other)) == _comparable(index.keys)
        both_text = _is_text(index.keys) and _is_text(keys_of(other))
        if other["name"] == index.name or same_keys or both_text:
            declared = _describe(index.keys, index.unique, index.sparse)
            if index.expire_after is not None:
                declared += f" with {_EXPIRY}: {index.expire_after}"
            return (
                f'{collection}: the index "{index.name}" should be {declared}, '
                f'but "{other["name"]}" stands there as {_describe_found(other)}; if no other program needs that one, '
                f'drop it with db.{collection}.dropIndex("{other["name"]}") and start again.'
            )
    return None


def _describe(keys: tuple[tuple[str, int | str], ...], unique: bool, sparse: bool) -> str:
    options = [word for word, present in (("unique", unique), ("sparse", sparse)) if present]
    return " ".join([*options, "over", ", ".join(f"{field}: {way}" for field, way in keys)])


def _describe_found(described: Raw) -> str:
    found = _describe(keys_of(described), bool(described.get("unique")), bool(described.get("sparse")))
    limits = [option for option in _LIMITING_OPTIONS if described.get(option)]
    if described.get(_EXPIRY) is not None:
        limits.append(f"{_EXPIRY}: {described[_EXPIRY]:g}")
    return f"{found} with {' and '.join(limits)}" if limits else found


async def _explain_duplicates(collection: Collection, index: Index) -> str | None:
    fields = [field for field, _ in index.keys]
    # A missing value and null are one value to a unique index.
    value = {str(place): {"$ifNull": [f"${field}", None]} for place, field in enumerate(fields)}
    indexed: Raw = {"$or": [{field: {"$exists": True}} for field in fields]} if index.sparse else {}
    pipeline: list[Raw] = [
        {"$match": indexed},
        {"$group": {"_id": value, "count": {"$sum": 1}, "one": {"$min": "$_id"}, "other": {"$max": "$_id"}}},
        {"$match": {"count": {"$gt": 1}}},
        {"$sort": {"one": 1}},
    ]
    groups = await collection.aggregate(pipeline)
    if not groups:
        return None
    first = groups[0]
    values = "1 value" if len(groups) == 1 else f"{len(groups)} values"
    empty = " (they have no value there, which counts as equal)" if set(first["_id"].values()) == {None} else ""
    return (
        f'{collection.name}: the unique index "{index.name}" cannot be created, because more than one document holds '
        f"the same {', '.join(fields)}; that is so for {values}, for instance in the documents {first['one']} and "
        f"{first['other']}{empty}; merge or remove the duplicates and start again."
    )
