"""Indexes on a real database: created once, left alone where they stand, conflicts explained."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from store.client import Database, ObjectId, connect
from store.documents.intelligence import MasteryMetric
from store.documents.own import Lease
from store.documents.people import User
from store.documents.problems import Problem
from store.documents.sessions import AIMentorConversation
from store.errors import StoreUnavailable
from store.indexes import ensure_indexes, is_same


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """A fresh database."""
    opened = connect(mongo_uri, database_name)
    yield opened
    opened.close()


async def test_ensuring_twice_changes_nothing(database: Database) -> None:
    """The first call creates collections and indexes under Mongoose's names, the second finds them standing."""
    first = await ensure_indexes(database, [User, Problem, Lease])
    second = await ensure_indexes(database, [User, Problem, Lease])
    assert (len(first.created), first.standing, first.problems) == (15, (), ())
    assert (second.created, set(second.standing), second.problems) == ((), set(first.created), ())
    assert await database.collection_names() == ["leases", "problems", "users"]
    names = {index["name"] for index in await database.collection("problems").list_indexes()}
    assert {"_id_", "externalId_1", "title_text_description_text", "platform_1_createdAt_-1"} <= names


async def test_several_processes_at_once(database: Database, mongo_uri: str) -> None:
    """Six that start together on an empty database bring every index about, without an error."""
    others = [connect(mongo_uri, database.name) for _ in range(6)]
    reports = await asyncio.gather(*(ensure_indexes(other, [User, Problem]) for other in others))
    for other in others:
        other.close()
    assert all(report.problems == () for report in reports)
    assert len((await ensure_indexes(database, [User, Problem])).standing) == 14


async def test_an_index_of_another_name_serves_as_well(database: Database) -> None:
    """An index with the right keys and options is left alone whatever it is called."""
    await database.collection("users").create_index([("email", 1)], name="login", unique=True)
    report = await ensure_indexes(database, [User])
    assert "users.email_1" in report.standing
    assert report.problems == ()


async def test_other_options_are_explained(database: Database) -> None:
    """An index of our name without our options stays, the others are created, and a sentence says what to do."""
    users = database.collection("users")
    await users.create_index([("email", 1)], name="email_1")
    report = await ensure_indexes(database, [User])
    (problem,) = report.problems
    assert problem.sentence == (
        'users: the index "email_1" should be unique over email: 1, but "email_1" stands there as over email: 1; '
        'if no other program needs that one, drop it with db.users.dropIndex("email_1") and start again.'
    )
    assert report.unguarded == (problem,)
    assert len(report.created) == 4
    assert not any(index.get("unique") for index in await users.list_indexes())


async def test_an_expiry_is_part_of_an_index(database: Database) -> None:
    """An index that would never let a document go is not the one that does, and is told from it."""
    (declared,) = Lease.indexes
    await database.collection("leases").create_index(declared.keys, name=declared.name)
    (problem,) = (await ensure_indexes(database, [Lease])).problems
    assert "should be over goneAt: 1 with expireAfterSeconds: 0, but" in problem.sentence
    await database.collection("others").create_index(declared.keys, name="x", expireAfterSeconds=60)
    (_, other) = await database.collection("others").list_indexes()
    assert not is_same(declared, other)


async def test_another_text_index_is_explained(database: Database) -> None:
    """A collection holds one text index; one over other fields is named, not dropped."""
    await database.collection("problems").create_index([("url", "text")], name="search")
    report = await ensure_indexes(database, [Problem])
    (problem,) = report.problems
    assert '"search" stands there as over url: text' in problem.sentence
    assert report.unguarded == ()


async def test_duplicates_are_explained(database: Database) -> None:
    """Where documents already share a unique key the sentence counts the values and names two of the documents."""
    student, topic = ObjectId(f"{1:024x}"), ObjectId(f"{2:024x}")
    metrics = database.collection("masterymetrics")
    for number in range(10, 13):
        await metrics.insert({"_id": number, "userId": student, "topicId": topic, "topicName": "Graphs"})
    report = await ensure_indexes(database, [MasteryMetric])
    (problem,) = report.unguarded
    assert problem.sentence == (
        'masterymetrics: the unique index "userId_1_topicId_1" cannot be created, because more than one document holds '
        "the same userId, topicId; that is so for 1 value, for instance in the documents 10 and 12; merge or remove "
        "the duplicates and start again."
    )
    assert len(report.created) == 4
    assert await metrics.count({}) == 3


async def test_missing_values_count_as_duplicates(database: Database) -> None:
    """Two documents without a value under a unique key are explained as what they are."""
    conversations = database.collection("aimentorconversations")
    await conversations.insert({"_id": 1})
    await conversations.insert({"_id": 2, "conversationId": None})
    report = await ensure_indexes(database, [AIMentorConversation])
    assert "(they have no value there, which counts as equal)" in report.problems[0].sentence


async def test_a_database_that_is_away_is_an_error() -> None:
    """No server is not a conflict: the call raises what every call of the store raises then."""
    away = connect("mongodb://127.0.0.1:9/?directConnection=true", "nowhere", server_selection_ms=50)
    with pytest.raises(StoreUnavailable):
        await ensure_indexes(away, [User])
    away.close()
