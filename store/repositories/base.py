"""Repositories in two families.

`OwnedRepository` belongs to one student: the owner is part of the object, so a query without it cannot be written.
`SharedRepository` reads what belongs to nobody (the catalogue). Jobs and administration use collections directly
through their own modules in this package; the verbs never see those.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from store.client import Collection, Database, Keys, ObjectId, Raw, Session, digest
from store.documents.base import Document
from store.errors import NotOwned, StoreError
from store.expressions import pushed

D = TypeVar("D", bound=Document)


_LOOKED_AT = 50
"""How many documents are looked at for the first that can be read."""


def read_known(kind: type[D], raws: Iterable[Raw], collection: Collection) -> list[D]:
    """Return the documents that can be read; what is odd about them or about the others is noted."""
    documents = []
    for raw in raws:
        document = kind.read(raw)
        if document.is_odd:
            oddities = document.oddities
            collection.oddities.note(collection.name, raw.get("_id"), oddities, left_out=not document.readable)
        if document.readable:
            documents.append(document)
    return documents


def read_one(kind: type[D], raw: Raw | None, collection: Collection) -> D | None:
    """Return a document if it is there and can be read; what is odd about it is noted."""
    return next(iter(read_known(kind, [raw], collection)), None) if raw is not None else None


def spellings(owner: Any) -> Raw:
    """Return what finds a student's documents: another program may have stored the id as a string."""
    return {"$in": [owner, str(owner)]}


@dataclass
class ChangeLog:
    """The documents that a unit of work changed: what each was before it, and a digest of what it is after it."""

    before: dict[tuple[str, Any], Raw | None] = field(default_factory=dict)
    after: dict[tuple[str, Any], str | None] = field(default_factory=dict)

    def note(self, collection: str, document_id: Any, before: Raw | None, after: Raw | None) -> None:
        """Remember one change; of several changes to a document the first `before` and the last `after` count."""
        key = (collection, document_id)
        self.before.setdefault(key, before)
        self.after[key] = digest(after) if after is not None else None


class SharedRepository(Generic[D]):
    """Reads documents that belong to nobody."""

    def __init__(self, document: type[D], collection: Collection, session: Session | None) -> None:
        self._document, self._collection, self._session = document, collection, session

    async def get(self, document_id: Any) -> D | None:
        """Return the document of that id, or None."""
        return await self.find_one({"_id": document_id})

    async def find_one(self, query: Raw, *, sort: Keys | None = None) -> D | None:
        """Return the first document that matches, or None."""
        raw = await self._collection.find_one(query, sort=sort, session=self._session)
        found = read_one(self._document, raw, self._collection)
        if raw is None or found is not None:
            return found
        return next(iter(await self.find(query, sort=sort, limit=_LOOKED_AT)), None)

    async def find(self, query: Raw, *, sort: Keys | None = None, limit: int = 0) -> list[D]:
        """Return the documents that match (`limit` 0: all)."""
        raws = await self._collection.find(query, sort=sort, limit=limit, session=self._session)
        return read_known(self._document, raws, self._collection)

    async def sketch(self, query: Raw, *fields: str, sort: Keys | None = None, limit: int = 0) -> list[Raw]:
        """Return only some fields of the documents that match, as they are stored: for looking through many.

        One whose id nothing can refer to is left out.
        """
        wanted = dict.fromkeys(fields, 1)
        raws = await self._collection.find(query, sort=sort, limit=limit, fields=wanted, session=self._session)
        return [raw for raw in raws if isinstance(raw["_id"], ObjectId)]


class OwnedRepository(Generic[D]):
    """Reads and writes one student's documents of one collection, and nobody else's.

    Raises: NotOwned where a query, a change or a document names an owner other than the repository's.
    """

    def __init__(
        self,
        document: type[D],
        collection: Collection,
        owner: Any,
        *,
        session: Session | None,
        now: Callable[[], datetime],
        changes: ChangeLog,
    ) -> None:
        if document.owner is None:
            raise NotOwned(f"{document.__name__} belongs to nobody; read it as shared")
        self._document, self._collection, self._owner = document, collection, owner
        self._field: str = document.owner
        self._session, self._now, self._changes = session, now, changes

    def _scoped(self, query: Raw) -> Raw:
        if self._field in query and query[self._field] != self._owner:
            raise NotOwned("a query may not name an owner of its own")
        return {**query, self._field: spellings(self._owner)}

    async def get(self, document_id: Any) -> D | None:
        """Return the student's document of that id, or None."""
        return await self.find_one({"_id": document_id})

    async def own(self) -> D | None:
        """Return the document whose id is the student's (settings, profile), or None."""
        return await self.find_one({})

    async def find_one(self, query: Raw, *, sort: Keys | None = None) -> D | None:
        """Return the student's first document that matches, or None."""
        raw = await self._collection.find_one(
            self._scoped(query), sort=sort, fields=self._visible(), session=self._session
        )
        found = read_one(self._document, raw, self._collection)
        if raw is None or found is not None:
            return found
        return next(iter(await self.find(query, sort=sort, limit=_LOOKED_AT)), None)

    async def find(self, query: Raw, *, sort: Keys | None = None, limit: int = 0) -> list[D]:
        """Return the student's documents that match (`limit` 0: all)."""
        raws = await self._collection.find(
            self._scoped(query), sort=sort, limit=limit, fields=self._visible(), session=self._session
        )
        return read_known(self._document, raws, self._collection)

    async def sketch(self, query: Raw, *fields: str, sort: Keys | None = None, limit: int = 0) -> list[Raw]:
        """Return only some fields of the student's documents that match, as far as each can be read."""
        wanted = dict.fromkeys(fields, 1)
        raws = await self._collection.find(
            self._scoped(query), sort=sort, limit=limit, fields=wanted, session=self._session
        )
        return [self._document.glimpse(raw) for raw in raws]

    async def references(self, query: Raw, field: str) -> set[ObjectId]:
        """Return which ids the student's documents that match name in a field, each once."""
        stages: list[Raw] = [{"$match": self._scoped(query)}, {"$group": {"_id": f"${field}"}}]
        rows = await self._collection.aggregate(stages, session=self._session)
        return {row["_id"] for row in rows if isinstance(row["_id"], ObjectId)}

    async def stream(self) -> AsyncIterator[Raw]:
        """Yield all the student's documents as they are stored, hidden fields left out, outside any transaction."""
        async for raw in self._collection.stream(self._scoped({}), fields=self._visible()):
            yield raw

    async def count(self, query: Raw, *, limit: int = 0) -> int:
        """Return how many of the student's documents match."""
        return await self._collection.count(self._scoped(query), limit=limit, session=self._session)

    async def aggregate(self, query: Raw, *stages: Raw) -> list[Raw]:
        """Run an aggregation over the student's documents that match `query`, hidden fields left out."""
        hidden: list[Raw] = [{"$unset": list(self._document.hidden)}] if self._document.hidden else []
        pipeline = [{"$match": self._scoped(query)}, *hidden, *stages]
        return await self._collection.aggregate(pipeline, session=self._session)

    async def add(self, document: D) -> None:
        """Insert a new document. Raises: DuplicateKey, ValidationError."""
        now = self._now()
        document.created_at = document.created_at or now
        document.updated_at = now
        document.check()
        raw = document.to_mongo()
        self._check_owner(raw)
        await self._collection.insert(raw, session=self._session)
        self._changes.note(self._collection.name, raw["_id"], None, raw)
        document.mark_stored(raw)

    async def add_all(self, documents: Sequence[D]) -> None:
        """Insert new documents at once. Raises: DuplicateKey, ValidationError."""
        now = self._now()
        raws = []
        for document in documents:
            document.created_at = document.created_at or now
            document.updated_at = now
            document.check()
            raws.append(document.to_mongo())
            self._check_owner(raws[-1])
        if raws:
            await self._collection.insert_many(raws, session=self._session)
        for document, raw in zip(documents, raws, strict=True):
            self._changes.note(self._collection.name, raw["_id"], None, raw)
            document.mark_stored(raw)

    async def save(self, document: D) -> None:
        """Store the fields that changed since the document was read; fields we do not know stay as they are.

        Raises: ValidationError; StoreError when the document is gone.
        """
        before = document.raw
        if before is None:
            await self.add(document)
            return
        if not any(document.changes()):
            return
        self._check_owner(document.to_mongo())
        document.updated_at = self._now()
        document.check()
        to_set, to_unset = document.changes()
        change: Raw = {"$set": to_set}
        if to_unset:
            change["$unset"] = dict.fromkeys(to_unset, "")
        if not await self._collection.update(self._scoped({"_id": before["_id"]}), change, session=self._session):
            raise StoreError("the document to be saved is not there any more")
        after = {key: value for key, value in {**before, **to_set}.items() if key not in to_unset}
        self._changes.note(self._collection.name, before["_id"], before, after)
        document.mark_stored(after)

    async def save_all(self, documents: Sequence[D]) -> None:
        """Store documents as `save` does, the new ones at once. Raises: as `save`."""
        await self.add_all([document for document in documents if document.raw is None])
        for document in documents:
            await self.save(document)

    async def remove(self, document: D) -> None:
        """Delete a document that was read before."""
        before = document.raw
        if before is None:
            return
        if await self._collection.delete(self._scoped({"_id": before["_id"]}), session=self._session):
            self._changes.note(self._collection.name, before["_id"], before, None)

    async def amend(self, document_id: Any, change: Raw) -> bool:
        """Apply update operators without reading the document; such a change cannot be undone.

        For documents that only grow (a conversation). Returns whether the document was there.
        """
        if any(self._field in fields for fields in change.values()):
            raise NotOwned("an update may not change whose document it is")
        change = {**change, "$set": {**change.get("$set", {}), "updatedAt": self._now()}}
        return bool(await self._collection.update(self._scoped({"_id": document_id}), change, session=self._session))

    async def grow(self, document_id: Any, field: str, items: list[Raw]) -> bool:
        """Add items to a list without reading the document; what is no list begins anew. Such a change cannot be
        undone. Returns whether the document was there.
        """
        change = [{"$set": {field: pushed(f"${field}", items), "updatedAt": self._now()}}]
        return bool(await self._collection.update(self._scoped({"_id": document_id}), change, session=self._session))

    def _visible(self) -> Raw | None:
        return dict.fromkeys(self._document.hidden, 0) or None

    def _check_owner(self, raw: Raw) -> None:
        if raw.get(self._field) != self._owner:
            raise NotOwned("a document must belong to the student in whose name it is stored")


class Restorer:
    """Puts one student's documents back to what they were: the writing half of undo.

    `owners` names, by collection, the field that says whose a document is: nothing that is not `owner`'s is looked at,
    deleted or written, whatever an undo entry holds. `hidden` names the fields that images do not hold (a password's
    hash): they stay as they are.

    Raises: NotOwned for another student's document, or a collection that belongs to nobody.
    """

    def __init__(
        self,
        database: Database,
        owner: Any,
        session: Session | None,
        *,
        owners: Mapping[str, str],
        hidden: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._database, self._owner, self._session = database, owner, session
        self._owners, self._hidden = owners, hidden

    async def are_untouched(self, collection: str, after: Mapping[Any, str | None]) -> bool:
        """Return whether documents still are what a change left behind: digests by id, None for what it removed."""
        found = await self._stored(collection, after)
        hidden = self._hidden.get(collection, ())
        for document_id, left in after.items():
            raw = found.get(document_id)
            seen = {key: value for key, value in raw.items() if key not in hidden} if raw is not None else None
            if (digest(seen) if seen is not None else None) != left:
                return False
        return True

    async def restore(self, collection: str, before: Mapping[Any, Raw | None]) -> None:
        """Put documents back as they were, by their ids; one that did not exist is deleted."""
        target, mine = self._database.collection(collection), self._mine(collection, before)
        images = {document_id: raw for document_id, raw in before.items() if raw is not None}
        field = self._owners[collection]
        mine_by_name = (self._owner, str(self._owner))
        if any(raw.get(field) not in mine_by_name or raw.get("_id") != key for key, raw in images.items()):
            raise NotOwned("only the student's own documents can be put back")
        if hidden := self._hidden.get(collection):
            current = await self._stored(collection, images)
            images = {key: _with_hidden(raw, current.get(key, {}), hidden) for key, raw in images.items()}
        await target.delete(mine, many=True, session=self._session)
        await target.insert_many(list(images.values()), session=self._session)

    async def _stored(self, collection: str, ids: Iterable[Any]) -> dict[Any, Raw]:
        mine = self._mine(collection, ids)
        return {
            raw["_id"]: raw for raw in await self._database.collection(collection).find(mine, session=self._session)
        }

    def _mine(self, collection: str, ids: Iterable[Any]) -> Raw:
        """Return the query that finds documents if they are the student's."""
        wanted = list(ids)
        if (field := self._owners.get(collection)) is None:
            raise NotOwned(f"{collection} belongs to nobody, so nothing of it can be put back")
        if field == "_id" and any(document_id != self._owner for document_id in wanted):
            raise NotOwned("only the student's own documents can be put back")
        # Where the id is the owner, there is one document at most, and what it must be has just been seen.
        return {"_id": {"$in": wanted}} if field == "_id" else {"_id": {"$in": wanted}, field: spellings(self._owner)}


def _with_hidden(before: Raw, current: Raw, hidden: tuple[str, ...]) -> Raw:
    """Return an image with the current hidden fields, each where it stands now."""
    items = list(before.items())
    for place, (key, value) in enumerate(current.items()):
        if key in hidden:
            items.insert(place, (key, value))
    return dict(items)
