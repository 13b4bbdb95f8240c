"""Comparing a parsed contract with the documents and with the indexes of a live database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from store.client import Database
from store.documents.base import Document
from store.documents.facts import NO_DEFAULT, Facts, list_facts
from store.indexes import keys_of
from tests.verify.contract.shape import CollectionShape, IndexShape, Shape, index_shape, merged_indexes

_OVERRIDDEN = {
    "CanonicalProblem": "canonical_problems",
    "PlatformProblemMapping": "platform_problem_mappings",
    "UserTopicStats": "user_topic_stats",
    "UserPlatformSyncState": "user_platform_sync_states",
}
"""The four collections whose names the backend chose itself."""


@dataclass
class Comparison:
    """How many things of each sort were compared, and a sentence for each that differs."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def check(self, sort: str, where: str, asked: object, found: object) -> None:
        """Count one comparison and note a difference."""
        self.counts[sort] += 1
        # False is not 0 here, though Python says so; 50 and 50.0 are one number.
        if asked != found or isinstance(asked, bool) != isinstance(found, bool):
            self.differences.append(f"{where}: {sort}: the contract says {_say(asked)}, here it is {_say(found)}")


def mongoose_plural(name: str) -> str:
    """Return the collection that Mongoose makes of a model's name, for the names that occur in the contract."""
    if name in _OVERRIDDEN:
        return _OVERRIDDEN[name]
    lower = name.lower()
    if lower.endswith("y"):
        return lower[:-1] + "ies"
    return lower + ("es" if lower.endswith("s") else "s")


def compare(contract: Sequence[CollectionShape], documents: Iterable[type[Document]]) -> Comparison:
    """Compare every collection, field, type, enum, default, required flag, range and index."""
    result = Comparison()
    by_name = {document.__name__: document for document in documents}
    _check_names(result, "collections", "the contract", {shape.name for shape in contract}, set(by_name))
    for collection in contract:
        result.differences += [f"{collection.name}: not understood: {unread}" for unread in collection.unread]
        document = by_name.get(collection.name)
        if document is None:
            continue
        name = collection.name
        result.check("collection names", name, mongoose_plural(name), document.collection)
        found = list_facts(document)
        found.pop("__v")  # Mongoose's own; no schema names it
        _compare_fields(result, name, collection.fields, found)
        hidden = {field for field, shape in collection.fields.items() if shape.hidden}
        result.check("hidden fields", name, hidden, set(document.hidden))
        declared = {index_shape(index.keys, index.unique, index.sparse) for index in document.indexes}
        _check_indexes(result, "indexes", name, merged_indexes(collection), declared)
    return result


async def compare_live(
    contract: Sequence[CollectionShape], documents: Iterable[type[Document]], database: Database
) -> Comparison:
    """Compare the indexes that the contract asks for with those that stand in the database."""
    result = Comparison()
    by_name = {document.__name__: document for document in documents}
    for collection in contract:
        if collection.name not in by_name:
            continue
        described = await database.collection(by_name[collection.name].collection).list_indexes()
        standing = {
            index_shape(keys_of(index), bool(index.get("unique")), bool(index.get("sparse")))
            for index in described
            if index["name"] != "_id_"
        }
        _check_indexes(result, "live indexes", collection.name, merged_indexes(collection), standing)
    return result


def _check_names(result: Comparison, sort: str, where: str, asked: set[str], found: set[str]) -> None:
    result.counts[sort] += len(asked | found)
    result.differences += [f"{where}: {name} is missing here" for name in sorted(asked - found)]
    result.differences += [f"{where}: {name} is not in the contract" for name in sorted(found - asked)]


def _check_indexes(result: Comparison, sort: str, where: str, asked: set[IndexShape], found: set[IndexShape]) -> None:
    _check_names(result, sort, f"{where}: {sort}", {str(index) for index in asked}, {str(index) for index in found})


def _compare_fields(result: Comparison, where: str, asked: dict[str, Shape], found: dict[str, Facts]) -> None:
    _check_names(result, "fields", where, set(asked), set(found))
    for name in asked.keys() & found.keys():
        _compare_field(result, f"{where}.{name}", asked[name], found[name])


def _compare_field(result: Comparison, where: str, asked: Shape, found: Facts) -> None:
    result.check("types", where, asked.kind, found.kind)
    if not where.endswith("._id"):  # an id is always there, so the contract does not say so
        result.check("required flags", where, asked.required, found.required)
    result.check("defaults", where, asked.default, found.default)
    _compare_values(result, where, asked, found)
    if asked.kind == found.kind == "Object":
        _compare_fields(result, where, asked.fields, found.fields)
        if any(shape.default is not NO_DEFAULT for shape in asked.fields.values()):
            result.check("objects that hold defaults are always there", where, "yes", "yes" if found.present else "no")
    if asked.item and found.item:
        inside = f"{where}[]" if asked.kind == "Array" else f"{where}{{}}"
        if asked.kind == "Array" and asked.item.kind == "Object":
            result.check("elements that may carry an _id", inside, "yes", "yes" if found.item.element else "no")
            found.item.fields.pop("_id", None)
            found.item.present = True
        _compare_field(result, inside, asked.item, found.item)


def _compare_values(result: Comparison, where: str, asked: Shape, found: Facts) -> None:
    if asked.enum or found.enum:
        named = set(asked.enum)
        # "etc." leaves the list open: what is named must be there, what is added is ours to say.
        allowed = set(found.enum) & named if asked.open_enum and found.open_enum else set(found.enum)
        result.check("enums", where, sorted(named), sorted(allowed))
    result.check("ranges", where, (asked.minimum, asked.maximum), (found.minimum, found.maximum))
    least = found.min_length
    if asked.required and asked.min_length is None and least == 1:
        least = None  # Mongoose refuses an empty string where a string is required
    result.check("lengths", where, (asked.min_length, asked.max_length), (least, found.max_length))
    result.check("references", where, asked.ref, found.ref)
    result.check("trimming", where, asked.trimmed, found.trimmed)
    if asked.unit:
        result.check("units", where, asked.unit, found.unit)


def _say(value: object) -> str:
    if isinstance(value, set):
        return ", ".join(sorted(str(item) for item in value)) or "none"
    return "none" if value is None else repr(value)
