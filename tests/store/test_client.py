"""The one file that knows the driver: its errors become ours, and transactions happen once or not at all."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest

from store.client import TRANSACTIONS_AT_ONCE, Database, ObjectId, Raw, Session, connect, decode, digest, encode
from store.errors import DuplicateKey, StoreError, StoreUnavailable, WriteConflict

NOWHERE = "mongodb://127.0.0.1:1/?replicaSet=rs0"


async def value_of(core: Database, key: ObjectId) -> object:
    """Return the value that a committed document holds, or None."""
    found = await core.collection("things").find_one({"_id": key})
    return found["value"] if found else None


async def test_a_second_document_of_a_key_is_a_duplicate(core: Database) -> None:
    """Inserting under an id that is taken raises DuplicateKey."""
    things, key = core.collection("things"), ObjectId()
    await things.insert({"_id": key})
    with pytest.raises(DuplicateKey):
        await things.insert({"_id": key})


async def test_a_server_out_of_reach_is_unavailable() -> None:
    """Reading, writing and transactions raise StoreUnavailable as soon as server selection gives up."""
    away = connect(NOWHERE, "away", server_selection_ms=50)
    things = away.collection("things")

    async def body(session: Session) -> None:
        await things.insert({"_id": 1}, session=session)

    started = time.monotonic()
    for call in (away.ping(), things.find({}), things.insert({"_id": 1}), away.transact(body, seconds=0.1)):
        with pytest.raises(StoreUnavailable):
            await call
    assert time.monotonic() - started < 3
    away.close()


async def test_a_closed_connection_is_unavailable(core: Database, mongo_uri: str) -> None:
    """After closing, calls and transactions raise StoreUnavailable."""
    closed = connect(mongo_uri, core.name)
    await closed.ping()
    closed.close()

    things = closed.collection("things")

    async def body(session: Session) -> None:
        await things.insert({"_id": ObjectId()}, session=session)

    for call in (things.find_one({}), closed.transact(body, seconds=0.05)):
        with pytest.raises(StoreUnavailable):
            await call


@pytest.mark.parametrize("value", ["half \ud83d", 2**70, {1, 2}, {"a\x00b": 1}, object()])
async def test_what_cannot_be_stored_is_refused(core: Database, value: object) -> None:
    """Half a surrogate pair, an endless number or a foreign type raises a StoreError that is not worth a retry."""
    with pytest.raises(StoreError) as caught:
        await core.collection("things").insert({"_id": ObjectId(), "value": value})
    assert not caught.value.transient
    assert "cannot be stored" in str(caught.value)


@pytest.mark.parametrize("uri", ["", "nonsense", "host:27017", "mongodb://", "mongodb://host:port", "http://host"])
def test_an_unreadable_uri_is_explained(uri: str) -> None:
    """A URI that is none raises a StoreError that names the setting and shows an example."""
    with pytest.raises(StoreError, match="MONGODB_URI cannot be read; it should look like mongodb://"):
        connect(uri, "any")


async def test_what_the_server_refuses_tells_no_details(core: Database) -> None:
    """A refusal names the driver's error and code, not the query."""
    with pytest.raises(StoreError, match=r"the database refused: OperationFailure \(code \d+\)$"):
        await core.collection("things").find({"$nonsense": "secret"})


async def test_conflicting_transactions_all_commit(core: Database) -> None:
    """Eight transactions that read and write one number end with eight added: none is lost, none counts twice."""
    key, runs = ObjectId(), 0
    things = core.collection("things")
    await things.insert({"_id": key, "value": 0})

    async def body(session: Session) -> None:
        nonlocal runs
        runs += 1
        raw = await things.find_one({"_id": key}, session=session)
        await asyncio.sleep(0.005)
        await things.update({"_id": key}, {"$set": {"value": (raw or {})["value"] + 1}}, session=session)

    await asyncio.gather(*(core.transact(body) for _ in range(8)))
    assert await value_of(core, key) == 8
    assert runs > 8


async def test_only_a_few_transactions_run_at_once(core: Database) -> None:
    """However many are asked for, so few run side by side that none outlives the server's limit in the crowd."""
    running = most = 0

    async def body(session: Session) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:  # the first of them create the collection, which conflicts: a body may run again
            await core.collection("crowd").insert({"_id": ObjectId()}, session=session)
        finally:
            running -= 1

    await asyncio.gather(*(core.transact(body) for _ in range(5 * TRANSACTIONS_AT_ONCE)))
    assert most == TRANSACTIONS_AT_ONCE
    assert await core.collection("crowd").count({}) == 5 * TRANSACTIONS_AT_ONCE


async def test_a_conflict_that_lasts_is_reported(core: Database) -> None:
    """A transaction that cannot get through within its seconds raises WriteConflict and leaves nothing."""
    key, other = ObjectId(), ObjectId()
    things = core.collection("things")
    await things.insert({"_id": key, "value": 0})

    async def second(session: Session) -> None:
        await things.insert({"_id": other, "value": 2}, session=session)
        await things.update({"_id": key}, {"$set": {"value": 2}}, session=session)

    async def first(session: Session) -> None:
        await things.update({"_id": key}, {"$set": {"value": 1}}, session=session)
        with pytest.raises(WriteConflict):
            await core.transact(second, seconds=0.1)

    await core.transact(first)
    assert (await value_of(core, key), await value_of(core, other)) == (1, None)


async def test_an_exception_leaves_nothing(core: Database) -> None:
    """What the body raises arrives unchanged, after one run, and nothing of the body is stored."""
    key, runs = ObjectId(), 0

    async def body(session: Session) -> None:
        nonlocal runs
        runs += 1
        await core.collection("things").insert({"_id": key}, session=session)
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        await core.transact(body)
    assert (runs, await core.collection("things").find_one({"_id": key})) == (1, None)


async def test_a_duplicate_inside_a_transaction_is_not_tried_again(core: Database) -> None:
    """A duplicate key ends the transaction at once, with nothing stored."""
    key, other, runs = ObjectId(), ObjectId(), 0
    things = core.collection("things")
    await things.insert({"_id": key})

    async def body(session: Session) -> None:
        nonlocal runs
        runs += 1
        await things.insert({"_id": other}, session=session)
        await things.insert({"_id": key}, session=session)

    with pytest.raises(DuplicateKey):
        await core.transact(body)
    assert (runs, await things.find_one({"_id": other})) == (1, None)


async def test_a_cancelled_transaction_is_rolled_back_at_once(core: Database) -> None:
    """A body that is cancelled leaves nothing, and its documents are free for the next to write."""
    key, inside = ObjectId(), asyncio.Event()
    things = core.collection("things")
    await things.insert({"_id": key, "value": 0})

    async def body(session: Session) -> None:
        await things.update({"_id": key}, {"$set": {"value": 1}}, session=session)
        inside.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(core.transact(body))
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await value_of(core, key) == 0
    async with asyncio.timeout(10):
        await things.update({"_id": key}, {"$set": {"value": 2}})


async def test_nothing_is_seen_before_the_commit(core: Database) -> None:
    """Others see a transaction's writes only once it has committed; it sees its own."""
    key = ObjectId()
    things = core.collection("things")

    async def body(session: Session) -> None:
        await things.insert({"_id": key, "value": 1}, session=session)
        assert await things.count({"_id": key}, session=session) == 1
        assert await value_of(core, key) is None

    await core.transact(body)
    assert await value_of(core, key) == 1


async def test_creating_a_collection_twice_does_nothing(core: Database) -> None:
    """Several processes may create the same collection at once."""
    name = f"made_{ObjectId()}"
    await asyncio.gather(*(core.create_collection(name) for _ in range(4)))
    await core.create_collection(name)
    assert name in await core.collection_names()


def test_a_digest_is_of_values_and_not_of_their_order() -> None:
    """Documents are equal to the digest when fields, types and order of lists are; not only when Python says so."""
    one: Raw = {"a": 1, "b": {"c": [1, {"x": 1, "y": 2}], "d": None}}
    assert digest(one) == digest({"b": {"d": None, "c": [1, {"y": 2, "x": 1}]}, "a": 1})
    assert len({digest(raw) for raw in ({"a": 1}, {"a": 1.0}, {"a": "1"}, {"a": True}, {"a": None}, {})}) == 6
    assert digest({"a": [1, 2]}) != digest({"a": [2, 1]})


async def test_an_image_comes_back_exactly(core: Database) -> None:
    """A document as MongoDB returns it survives encode and decode with its order, types and aware times."""
    document: Raw = {
        "z": datetime(2025, 12, 3, 12, 0, 0, 123000, tzinfo=UTC),
        "_id": ObjectId(),
        "a": [1, 2.0, None, True, {"deep": b"\x00\xff"}],
        "text": "Ωmega 🦊",
        "big": 2**60,
    }
    await core.collection("things").insert(document)
    stored = await core.collection("things").find_one({"_id": document["_id"]})
    assert stored is not None
    back = decode(encode(stored))
    assert list(back) == list(stored)
    assert back == document
    assert (back["z"].utcoffset(), digest(back)) == (datetime.now(UTC).utcoffset(), digest(document))
