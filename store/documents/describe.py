"""Writes the page about the stored documents: `python -m store.documents.describe > docs/schema.md`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence

from store.documents import ALL
from store.documents.base import Document, Index
from store.documents.facts import NO_DEFAULT, Facts, list_facts

_PREFACE = """\
# Stored documents

Generated from `store/documents` by `python -m store.documents.describe > docs/schema.md`; do not edit it by hand.

The first {shared} collections are shared with a backend that uses Mongoose; the other {own} are PrepMate's own. Every
document has `_id`, `createdAt`, `updatedAt` and Mongoose's version `__v`; they are not repeated below. Objects in
arrays may carry an `_id` of their own. Times are UTC, to the millisecond. Where a time's default is "now", the writer
passes it in. In a field's path `[]` stands for the elements of an array and `{{}}` for the values of a map.
"""

_IN_EVERY_DOCUMENT = ("_id", "createdAt", "updatedAt", "__v")


def describe(documents: Sequence[type[Document]]) -> str:
    """Return the page about the documents, as Markdown."""
    shared = sum(document.contract for document in documents)
    parts = [_PREFACE.format(shared=shared, own=len(documents) - shared)]
    parts += [_describe_document(document) for document in documents]
    return "\n".join(parts)


def _describe_document(document: type[Document]) -> str:
    lines = [f"## {document.__name__}", "", inspect.cleandoc(document.__doc__ or ""), ""]
    owner = f"belongs to the student in `{document.owner}`" if document.owner else "belongs to no student"
    lines.append(f"Collection `{document.collection}`; {owner}.")
    if document.hidden:
        lines.append(f"Left out when read, unless asked for: {', '.join(f'`{name}`' for name in document.hidden)}.")
    facts = {name: fact for name, fact in list_facts(document).items() if name not in _IN_EVERY_DOCUMENT}
    if facts:
        lines += ["", "| field | type | default | allowed | notes |", "|---|---|---|---|---|", *_describe_rows(facts)]
    if document.indexes:
        lines += ["", "Indexes:", "", *(f"- {_describe_index(index)}" for index in document.indexes)]
    return "\n".join(lines) + "\n"


def _describe_rows(facts: dict[str, Facts], prefix: str = "") -> Iterator[str]:
    for name, fact in facts.items():
        path = prefix + name
        cells = [f"`{path}`", _type_of(fact), _default_of(fact), _allowed_in(fact), _notes_on(fact)]
        yield f"| {' | '.join(cells)} |"
        inner, below = fact, path
        while inner.item is not None:
            below += "[]" if inner.kind == "Array" else "{}"
            inner = inner.item
        nested = {key: value for key, value in inner.fields.items() if key != "_id"}
        yield from _describe_rows(nested, f"{below}.")


def _type_of(fact: Facts) -> str:
    if fact.item is not None:
        return f"{fact.kind} of {_type_of(fact.item)}"
    return f"{fact.kind} (whole)" if fact.whole else fact.kind


def _default_of(fact: Facts) -> str:
    if fact.default is NO_DEFAULT:
        return ""
    if isinstance(fact.default, bool):
        return str(fact.default).lower()
    return f"{fact.default:g}" if isinstance(fact.default, float) else str(fact.default)


def _allowed_in(fact: Facts) -> str:
    bearer = fact.item or fact
    if bearer.enum:
        return ", ".join(f"`{value}`" for value in bearer.enum)
    limits: list[str] = []
    if fact.minimum is not None or fact.maximum is not None:
        limits.append(_describe_range(fact.minimum, fact.maximum))
    if fact.min_length and fact.max_length:
        limits.append(f"{fact.min_length} to {fact.max_length} characters")
    elif fact.min_length and fact.min_length > 1:
        limits.append(f"at least {fact.min_length} characters")
    elif fact.min_length:
        limits.append("not empty")
    return ", ".join(limits)


def _describe_range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low:g}"
    return f"at most {high:g}" if low is None else f"{low:g} to {high:g}"


def _notes_on(fact: Facts) -> str:
    notes = ["required"] if fact.required else []
    ref = (fact.item or fact).ref
    if ref:
        notes.append(f"a {ref}'s `_id`")
    if fact.unit:
        notes.append(f"in {fact.unit}")
    if fact.trimmed:
        notes.append("trimmed")
    return ", ".join(notes)


def _describe_index(index: Index) -> str:
    options = [word for word, on in (("unique", index.unique), ("sparse", index.sparse)) if on]
    if index.expire_after is not None:
        late = f"{index.expire_after:,} s after" if index.expire_after else "at"
        options.append(f"the server removes a document {late} that time")
    keys = ", ".join(f"`{field}` {way}" for field, way in index.keys)
    return f"{keys} ({', '.join(options)})" if options else keys


if __name__ == "__main__":
    sys.stdout.write(describe(ALL))
