"""A parser for the contract's text: headings, blocks of objects in a JavaScript-like notation, and index lines."""

from __future__ import annotations

import re

from tests.verify.contract.notes import apply_notes, split_notes
from tests.verify.contract.shape import CollectionShape, IndexShape, Keys, Shape, index_shape

_HEADING = re.compile(r"^### \*\*(\w+) Collection\*\*\s*$")
_COMPOSITE = re.compile(r"//\s*composite unique:\s*(.+)$")
_KINDS = {
    "String": "String",
    "Number": "Number",
    "Boolean": "Boolean",
    "Date": "Date",
    "Timestamp": "Date",
    "ObjectId": "ObjectId",
}


class ContractError(Exception):
    """The text is not a contract; the message names the collection and what stands there."""


def parse_contract(text: str) -> list[CollectionShape]:
    """Return the collections that the text describes. Raises: ContractError."""
    collections: list[CollectionShape] = []
    name, inside = "", False
    block: list[str] = []
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading and not inside:
            name = heading[1]
        elif line.startswith("```"):
            if inside and name:
                collections.append(_parse_block(name, block))
                name = ""
            inside, block = not inside, []
        elif inside:
            block.append(line)
    if name:
        raise ContractError(f"{name}: the heading is not followed by a block")
    _check_table_of_contents(text, {collection.name for collection in collections})
    return collections


def _check_table_of_contents(text: str, found: set[str]) -> None:
    """Hold the contract's own list of its collections against what was parsed, so that no heading is overlooked."""
    lines = re.findall(r"^\d+\. \*\*[^*]+\*\* - (.+)$", text, re.MULTILINE)
    listed = {name.strip() for line in lines for name in line.split(",")}
    if listed and listed != found:
        raise ContractError(f"listed or described, but not both: {', '.join(sorted(listed ^ found))}")


def _parse_block(name: str, lines: list[str]) -> CollectionShape:
    start = next((place for place, line in enumerate(lines) if line.strip() == "Indexes:"), len(lines))
    composites = [match[1] for line in lines[:start] if (match := _COMPOSITE.search(line))]
    reader = _Reader(name, "\n".join(re.sub(r"//.*$", "", line) for line in lines[:start]))
    shape = reader.read_type()
    reader.expect_end()
    if shape.kind != "Object":
        raise ContractError(f"{name}: the block is not an object")
    collection = CollectionShape(name, shape.fields, [], reader.unread)
    for fields in composites:
        keys: Keys = tuple((field.strip(), 1) for field in fields.split("+"))
        collection.indexes.append(IndexShape(keys, unique=True))
    for line in lines[start + 1 :]:
        if line.strip():
            _read_index(collection, line.strip())
    return collection


def _read_index(collection: CollectionShape, line: str) -> None:
    match = re.fullmatch(r"- ([^()]+?)(?:\s*\(([^()]*)\))?", line)
    keys: list[tuple[str, int | str]] = []
    for part in split_notes(match[1]) if match else []:
        pair = re.fullmatch(r"([\w.]+): (1|-1|'text')", part)
        if pair is None:
            break
        keys.append((pair[1], "text" if pair[2] == "'text'" else int(pair[2])))
    else:
        words = set((match[2] or "").split()) if match else {"?"}
        if words <= {"unique", "compound", "sparse", "text", "search"}:
            collection.indexes.append(index_shape(tuple(keys), "unique" in words, "sparse" in words))
            return
    collection.unread.append(line)


class _Reader:
    """Reads types by recursive descent, one character's look ahead."""

    def __init__(self, collection: str, text: str) -> None:
        self._collection = collection
        self._text = text
        self._at = 0
        self.unread: list[str] = []

    def read_type(self) -> Shape:
        """Read `{…}`, `[…]`, `Map<String, …>` or the name of a type."""
        if self._take("{"):
            return self._read_object()
        if self._take("["):
            item = self.read_type()
            self._expect("]")
            return Shape("Array", item=item)
        word = self._read_word()
        if word == "Map":
            for token in ("<", "String", ","):
                self._expect(token)
            item = self.read_type()
            self._expect(">")
            return Shape("Map", item=item)
        if word not in _KINDS:
            raise self._error(f"unknown type {word!r}")
        return Shape(_KINDS[word])

    def expect_end(self) -> None:
        """Raise ContractError unless everything was read."""
        if self._text[self._at :].strip():
            raise self._error("text after the object")

    def _read_object(self) -> Shape:
        fields: dict[str, Shape] = {}
        while not self._take("}"):
            name = self._read_word()
            self._expect(":")
            shape = self.read_type()
            while self._take("("):
                note = self._read_note()
                self.unread += [f"{name}: ({unread})" for unread in apply_notes(shape, note)]
            if name in fields:
                raise self._error(f"{name} stands there twice")
            fields[name] = shape
            self._take(",")
        return Shape("Object", fields=fields)

    def _read_note(self) -> str:
        """Return what stands in the parentheses; one inside quotes does not close them."""
        match = re.compile(r"((?:'[^'\n]*'|[^')\n])*)\)").match(self._text, self._at)
        if match is None:
            raise self._error("a parenthesis is not closed")
        self._at = match.end()
        return match[1].strip()

    def _read_word(self) -> str:
        match = re.compile(r"\s*(\w+)").match(self._text, self._at)
        if match is None:
            raise self._error("a name is missing")
        self._at = match.end()
        return match[1]

    def _take(self, token: str) -> bool:
        match = re.compile(r"\s*" + re.escape(token)).match(self._text, self._at)
        if match is None:
            return False
        self._at = match.end()
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise self._error(f"{token!r} is missing")

    def _error(self, what: str) -> ContractError:
        rest = self._text[self._at :].strip().split("\n")[0][:60]
        return ContractError(f"{self._collection}: {what} at {rest!r}")
