"""Everything about a student as one JSON file: an index that a person can read, then every document.

The file is made piece by piece: a student with years of practice costs the disk room, not memory.
"""

from __future__ import annotations

import base64
import json
import re
import tempfile
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from store.client import ObjectId, Raw, decode
from store.documents import ALL
from store.documents.base import Document
from store.documents.people import User
from tools.context import MentorContext, Result

FORMAT: Final = "prepmate-export/1"
LEFT_OUT: Final = "passwords, access tokens and other secrets, wherever a document holds one"
_SECRET: Final = re.compile(r"(?i)pass(?:word|wd|phrase)|secret|credential|api_?key|token(?!s)|cookie|^otp$")
_PIECE: Final = 1 << 16
_ADDED: Final = ("createdAt", "created_at")
_CHANGED: Final = ("updatedAt", "updated_at")


class ExportSection(Result):
    """One kind of document: where it is in the file, what it is, how many there are and from when.

    `kind` names it in plain words: "preparation task".
    """

    name: str
    kind: str
    what: str
    documents: int
    first: str | None = None
    last: str | None = None


def exported() -> tuple[type[Document], ...]:
    """Return the documents that belong to students: a new collection is exported by having an owner."""
    return tuple(document for document in ALL if document.owner is not None)


def describe(document: type[Document]) -> str:
    """Return what a kind of document is, in one sentence."""
    return " ".join((document.__doc__ or "").split("\n\n")[0].split())


def name_kind(document: type[Document]) -> str:
    """Return a kind of document in plain words: "preparation task", "AI mentor conversation"."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+", document.__name__)
    return " ".join(word if word.isupper() else word.lower() for word in words)


async def export_pieces(context: MentorContext) -> AsyncIterator[str]:
    """Yield the export as pieces of one JSON text: {"index": …, "documents": {collection: […]}}.

    Times are ISO 8601 in UTC, ids are hexadecimal, bytes base64. Raises: StoreError, OSError.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as body:
        sections: list[ExportSection] = []
        for kind in exported():
            section = await _write_section(context, kind, body, first=not sections)
            if section.documents:
                sections.append(section)
        user = await context.work.of(User).own()
        index = {
            "format": FORMAT,
            "made": context.now().astimezone(UTC).isoformat(),
            "student": {"id": str(context.student), "name": user.name if user else None},
            "documents": sum(section.documents for section in sections),
            "left_out": LEFT_OUT,
            "sections": [section.model_dump() for section in sections],
        }
        yield f'{{\n"index": {json.dumps(index, ensure_ascii=False, indent=1)},\n"documents": {{'
        body.seek(0)
        while piece := body.read(_PIECE):
            yield piece
        yield "\n}\n}\n"


async def _write_section(context: MentorContext, kind: type[Document], body: Any, *, first: bool) -> ExportSection:
    count = 0
    added: list[datetime] = []
    changed: list[datetime] = []
    async for raw in context.work.of(kind).stream():
        if count == 0:
            body.write(("" if first else ",") + f"\n{json.dumps(kind.collection)}: [")
        body.write(("," if count else "") + "\n" + json.dumps(_plain(raw), ensure_ascii=False))
        count += 1
        added = _keep(min, added, raw, _ADDED)
        changed = _keep(max, changed, raw, _CHANGED)
    if count:
        body.write("\n]")
    return ExportSection(
        name=kind.collection,
        kind=name_kind(kind),
        what=describe(kind),
        documents=count,
        first=added[0].isoformat() if added else None,
        last=changed[0].isoformat() if changed else None,
    )


def _keep(choose: Any, known: list[datetime], raw: Raw, fields: Iterable[str]) -> list[datetime]:
    times = [raw[field] for field in fields if isinstance(raw.get(field), datetime)]
    return [choose([*known, *times])] if known or times else []


def _plain(value: Any) -> Any:
    """Return a stored value as JSON can hold it, without what is secret; images of documents are opened."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items() if not _SECRET.search(str(key))}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, ObjectId):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bytes):
        return _open(value)
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return str(value)


def _open(image: bytes) -> Any:
    """Return the document of an image as undo keeps them; other bytes as base64."""
    if len(image) >= 5 and int.from_bytes(image[:4], "little") == len(image) and image[-1] == 0:
        return _plain(decode(image))
    return base64.b64encode(image).decode()
