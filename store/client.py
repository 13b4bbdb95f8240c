"""The one file that knows the MongoDB driver (motor).

Everything else sees `Database`, `Collection` and `Session`, plain dictionaries, `ObjectId`, and the errors of
`store.errors`. Swapping motor for PyMongo's own async client is a change to this file only.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, TypeVar

import bson
from bson import Decimal128 as Decimal
from bson import ObjectId
from bson.codec_options import CodecOptions
from bson.codec_options import DatetimeConversion as Dates
from bson.errors import BSONError

# motor runs every operation in a thread; its default of five a core lets a few transactions that wait for each other
# keep everything else waiting, and it can be set before the import only.
os.environ.setdefault("MOTOR_MAX_WORKERS", "64")

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorCollection
from pymongo import ReturnDocument, errors
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from store.errors import (
    NO_URI,
    REMEDIES,
    DuplicateKey,
    IndexConflict,
    StoreError,
    StoreSetupError,
    StoreUnavailable,
    WriteConflict,
)
from store.oddities import Oddities

__all__ = ["Collection", "Database", "Decimal", "ObjectId", "Raw", "Session", "connect", "decode", "digest", "encode"]

Raw = dict[str, Any]
"""A document as MongoDB holds it."""

R = TypeVar("R")
Keys = Sequence[tuple[str, int | str]]
Update = Mapping[str, Any] | Sequence[Mapping[str, Any]]

SERVER_SELECTION_MS = 8_000
TRANSACTION_SECONDS = 20.0
TRANSACTIONS_AT_ONCE = 8
"""In one process. More would not be faster, only each slower, until all of them outlive the server's limit."""
# Whatever another program has stored can be read: a date that Python has none for comes as its milliseconds.
_CODECS: CodecOptions[Raw] = CodecOptions(
    tz_aware=True, tzinfo=UTC, unicode_decode_error_handler="replace", datetime_conversion=Dates.DATETIME_AUTO
)
_MAJORITY = WriteConcern(w="majority", j=True)
_CONFLICT_CODES = {112, 251}  # WriteConflict, NoSuchTransaction
_INDEX_CODES = {85, 86}  # IndexOptionsConflict, IndexKeySpecsConflict


@dataclass(frozen=True)
class Session:
    """One open transaction. Opaque outside this file."""

    inner: AsyncIOMotorClientSession


def digest(document: Raw) -> str:
    """Return the SHA-256 of a document's BSON bytes, fields in alphabetical order: equal means equal to the bit."""
    return hashlib.sha256(bson.encode(_sorted(document), codec_options=_CODECS)).hexdigest()


def encode(document: Raw) -> bytes:
    """Return a document's BSON bytes: an image from which it comes back exactly, order of fields included."""
    return bson.encode(document, codec_options=_CODECS)


def decode(image: bytes) -> Raw:
    """Return the document of an image that `encode` made."""
    return bson.decode(image, codec_options=_CODECS)


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


def _code(exc: errors.PyMongoError) -> int | None:
    if isinstance(exc, errors.BulkWriteError) and (refused := exc.details.get("writeErrors")):
        return int(refused[0]["code"])
    return exc.code if isinstance(exc, errors.OperationFailure) else None


def _is_early(exc: BaseException | None) -> bool:
    """Whether the connection dates from a server that had not yet found its set: it never learns of transactions."""
    return isinstance(exc, errors.ConfigurationError) and "essions are not supported" in str(exc)


def _translate(exc: errors.PyMongoError | BSONError) -> StoreError:
    if isinstance(exc, BSONError):
        return StoreError("this text or number cannot be stored; remove special characters and try again")
    if isinstance(exc, errors.DuplicateKeyError) or _code(exc) == 11000:
        return DuplicateKey("a document with this key is already there")
    if (remedy := REMEDIES.get(_code(exc) or 0)) is not None:
        return StoreSetupError(remedy)
    if _code(exc) in _INDEX_CODES:
        return IndexConflict(str(exc))
    if isinstance(exc, errors.ConnectionFailure) or _is_early(exc):
        return StoreUnavailable("the database does not answer; try again in a moment")
    if isinstance(exc, errors.InvalidOperation) and "after close" in str(exc):
        return StoreUnavailable("the database connection is closed")
    if exc.has_error_label("TransientTransactionError") or _code(exc) in _CONFLICT_CODES:
        return WriteConflict("another change to the same data was first")
    if isinstance(exc, errors.OperationFailure) and exc.has_error_label("RetryableWriteError"):
        return StoreUnavailable("the database is restarting; try again in a moment")
    return StoreError(f"the database refused: {type(exc).__name__} (code {_code(exc)})")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn every driver exception into one of ours: the only place where that happens."""
    try:
        yield
    except (errors.PyMongoError, BSONError) as exc:
        raise _translate(exc) from exc
    except (UnicodeEncodeError, OverflowError) as exc:
        raise StoreError("this text or number cannot be stored; remove special characters and try again") from exc


def _inner(session: Session | None) -> AsyncIOMotorClientSession | None:
    return session.inner if session else None


class Collection:
    """One collection. Every call takes the transaction it belongs to, or none.

    Raises: StoreError and its children, never a driver exception.
    """

    def __init__(self, inner: AsyncIOMotorCollection[Raw], oddities: Oddities) -> None:
        self._inner, self.oddities = inner, oddities
        self.name = inner.name

    async def find_one(
        self,
        query: Raw,
        *,
        sort: Keys | None = None,
        fields: Raw | None = None,
        session: Session | None = None,
    ) -> Raw | None:
        """Return the first document that matches, or None."""
        with _translated():
            found = await self._inner.find_one(query, fields, sort=sort, session=_inner(session))
        return dict(found) if found is not None else None

    async def find(
        self,
        query: Raw,
        *,
        sort: Keys | None = None,
        limit: int = 0,
        fields: Raw | None = None,
        session: Session | None = None,
    ) -> list[Raw]:
        """Return the documents that match (`limit` 0: all of them)."""
        with _translated():
            cursor = self._inner.find(query, fields, sort=sort, limit=limit, session=_inner(session))
            return [dict(found) for found in await cursor.to_list(None)]

    async def stream(self, query: Raw, *, fields: Raw | None = None, sort: Keys | None = None) -> AsyncIterator[Raw]:
        """Yield matching documents one by one, outside any transaction."""
        with _translated():
            async for found in self._inner.find(query, fields, sort=sort):
                yield dict(found)

    async def aggregate(self, pipeline: Sequence[Raw], *, session: Session | None = None) -> list[Raw]:
        """Return the result documents of an aggregation pipeline."""
        with _translated():
            cursor = self._inner.aggregate(list(pipeline), session=_inner(session))
            return [dict(found) for found in await cursor.to_list(None)]

    async def count(self, query: Raw, *, limit: int = 0, session: Session | None = None) -> int:
        """Return how many documents match (at most `limit`, when it is given)."""
        with _translated():
            options: Raw = {"limit": limit} if limit else {}
            return int(await self._inner.count_documents(query, session=_inner(session), **options))

    async def insert(self, document: Raw, *, session: Session | None = None) -> None:
        """Insert one document. Raises: DuplicateKey."""
        with _translated():
            await self._inner.insert_one(document, session=_inner(session))

    async def insert_many(self, documents: Sequence[Raw], *, session: Session | None = None) -> None:
        """Insert documents in one round; an empty sequence is none. Raises: DuplicateKey."""
        if not documents:
            return
        with _translated():
            await self._inner.insert_many(list(documents), session=_inner(session))

    async def update(self, query: Raw, change: Update, *, upsert: bool = False, session: Session | None = None) -> int:
        """Change the first document that matches; return 1 if there was one (or it was upserted), else 0."""
        with _translated():
            done = await self._inner.update_one(query, change, upsert=upsert, session=_inner(session))
        return 1 if done.matched_count or done.upserted_id is not None else 0

    async def update_many(self, query: Raw, change: Update, *, session: Session | None = None) -> int:
        """Change every document that matches; return how many there were."""
        with _translated():
            done = await self._inner.update_many(query, change, session=_inner(session))
        return int(done.matched_count)

    async def find_and_update(
        self,
        query: Raw,
        change: Update,
        *,
        sort: Keys | None = None,
        upsert: bool = False,
        session: Session | None = None,
    ) -> Raw | None:
        """Change the first document that matches and return it as it is afterwards, or None."""
        with _translated():
            found = await self._inner.find_one_and_update(
                query,
                change,
                sort=sort,
                upsert=upsert,
                return_document=ReturnDocument.AFTER,
                session=_inner(session),
            )
        return dict(found) if found is not None else None

    async def replace(self, query: Raw, document: Raw, *, session: Session | None = None) -> int:
        """Replace the first document that matches, whole; return 1 if there was one, else 0."""
        with _translated():
            return int((await self._inner.replace_one(query, document, session=_inner(session))).matched_count)

    async def delete(self, query: Raw, *, many: bool = False, session: Session | None = None) -> int:
        """Delete the first document that matches, or every one; return how many there were."""
        with _translated():
            remove = self._inner.delete_many if many else self._inner.delete_one
            return int((await remove(query, session=_inner(session))).deleted_count)

    async def list_indexes(self) -> list[Raw]:
        """Return the indexes as MongoDB describes them; an absent collection has none."""
        with _translated():
            try:
                return [dict(index) async for index in self._inner.list_indexes()]
            except errors.OperationFailure as exc:
                if exc.code == 26:  # NamespaceNotFound
                    return []
                raise

    async def create_index(self, keys: Keys, *, name: str, **options: Any) -> None:
        """Create an index with MongoDB's options, or do nothing if it stands. Raises: IndexConflict, DuplicateKey."""
        with _translated():
            await self._inner.create_index(list(keys), name=name, **options)


class Database:
    """One MongoDB database and the transactions on it."""

    def __init__(self, client: AsyncIOMotorClient[Raw], name: str) -> None:
        self._client = client
        self._inner = client.get_database(
            name, codec_options=_CODECS, write_concern=_MAJORITY, read_preference=ReadPreference.PRIMARY
        )
        self.name, self._oddities = name, Oddities()
        self._room = asyncio.Semaphore(TRANSACTIONS_AT_ONCE)

    def collection(self, name: str) -> Collection:
        """Return the collection of that name."""
        return Collection(self._inner.get_collection(name), self._oddities)

    async def collection_names(self) -> list[str]:
        """Return the names of the collections that stand in the database."""
        with _translated():
            return sorted(await self._inner.list_collection_names())

    async def create_collection(self, name: str) -> None:
        """Create an empty collection, or do nothing if it stands: a transaction that has to do so conflicts."""
        with _translated():
            try:
                await self._inner.create_collection(name)
            except errors.CollectionInvalid:
                return
            except errors.OperationFailure as exc:
                if exc.code != 48:  # NamespaceExists
                    raise

    async def ping(self) -> None:
        """Ask the server for a sign of life. Raises: StoreUnavailable."""
        await self.administer("ping")

    async def can_transact(self) -> bool:
        """Return whether the server is part of a replica set or a sharded cluster: a standalone has no transactions."""
        with _translated():
            hello = await self._client.admin.command("hello")
        return "setName" in hello or hello.get("msg") == "isdbgrid"

    async def administer(self, command: str, value: Any = 1) -> Raw:
        """Run a command that concerns the server rather than a database, and return its answer."""
        with _translated():
            return dict(await self._client.admin.command(command, value))

    async def drop(self) -> None:
        """Delete the whole database: for tests and for nothing else."""
        with _translated():
            await self._client.drop_database(self.name)

    async def transact(self, body: Callable[[Session], Awaitable[R]], *, seconds: float = TRANSACTION_SECONDS) -> R:
        """Run `body` in one transaction and commit it; run it again, whole, when MongoDB asks for that.

        `body` may run several times and so must keep its effects inside the transaction. A commit whose outcome
        is unknown (the server was killed while it committed) is asked for again until the server knows.

        Raises: whatever `body` raises; WriteConflict or StoreUnavailable when `seconds` did not suffice.
        """
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + seconds, 0.002
        while True:
            try:
                async with self._room:
                    return await self._attempt(body, deadline)
            except StoreError as exc:
                if not exc.transient or loop.time() + pause > deadline:
                    raise
                if _is_early(exc.__cause__):
                    self._renew_connections()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.25)

    def _renew_connections(self) -> None:
        """Have every connection that is open now closed instead of used again: the driver has no public word for it."""
        for server in list(self._client.delegate._topology._servers.values()):
            server.pool.reset_without_pause()

    async def _attempt(self, body: Callable[[Session], Awaitable[R]], deadline: float) -> R:
        with _translated():
            inner = await self._client.start_session()
        async with inner:
            inner.start_transaction(ReadConcern("snapshot"), _MAJORITY, ReadPreference.PRIMARY)
            try:
                result = await body(Session(inner))
            except BaseException:
                with contextlib.suppress(errors.PyMongoError):  # the server drops an open transaction by itself
                    await inner.abort_transaction()
                raise
            await self._commit(inner, deadline)
            return result

    async def _commit(self, inner: AsyncIOMotorClientSession, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                await inner.commit_transaction()
            except errors.PyMongoError as exc:
                unknown = exc.has_error_label("UnknownTransactionCommitResult")
                if not unknown or loop.time() > deadline:
                    raise _translate(exc) from exc
                await asyncio.sleep(0.05)
            else:
                return

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


def connect(uri: str, name: str, *, server_selection_ms: int = SERVER_SELECTION_MS) -> Database:
    """Return a database handle. Connections are opened when they are first used.

    Raises: StoreError when the URI cannot be read.
    """
    if not uri.startswith(("mongodb://", "mongodb+srv://")):
        # The driver would take it for the name of a host and wait for that.
        raise StoreError(NO_URI)
    try:
        client: AsyncIOMotorClient[Raw] = AsyncIOMotorClient(
            uri,
            appname="prepmate",
            serverSelectionTimeoutMS=server_selection_ms,
            connectTimeoutMS=5_000,
            uuidRepresentation="standard",
        )
    except (errors.PyMongoError, ValueError) as exc:
        raise StoreError(NO_URI) from exc
    return Database(client, name)
