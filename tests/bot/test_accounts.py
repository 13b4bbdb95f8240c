from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from store.client import Database, ObjectId, connect
from store.documents.own import Admission, ChannelAccount, StudentSettings
from store.documents.people import User
from store.indexes import ensure_indexes
from store.repositories.accounts import Accounts

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """A database with the indexes that accounts rely on."""
    database = connect(mongo_uri, database_name)
    await ensure_indexes(database, [User, ChannelAccount, StudentSettings, Admission])
    yield database
    database.close()


def accounts_of(database: Database) -> Accounts:
    """The accounts as one process sees them."""
    return Accounts(database, clock=lambda: NOW, ids=ObjectId)


async def test_first_contact_makes_a_student(database: Database) -> None:
    """The first contact makes user, account, settings and admission; the second finds the same student."""
    accounts = accounts_of(database)
    assert await accounts.find("terminal", "ada") is None
    student = await accounts.resolve("terminal", "ada", " Ada ")
    assert await accounts.resolve("terminal", "ada", "other") == student
    raw = await database.collection(User.collection).find_one({"_id": student})
    assert raw is not None
    assert raw["name"] == "Ada"
    assert raw["email"].endswith(".invalid")
    assert not raw.get("password")
    for kind in (StudentSettings, Admission):
        assert await database.collection(kind.collection).count({"_id": student}) == 1


async def test_many_first_contacts_at_once_make_one_student(database: Database) -> None:
    """However many processes welcome a student at the same moment, one student comes of it."""
    found = await asyncio.gather(*(accounts_of(database).resolve("terminal", "ada", "Ada") for _ in range(12)))
    assert len(set(found)) == 1
    assert await database.collection(User.collection).count({}) == 1


async def test_platforms_and_accounts_are_kept_apart(database: Database) -> None:
    """The same name on another platform, or another name here, is another student."""
    accounts = accounts_of(database)
    found = {
        await accounts.resolve("terminal", "ada", "Ada"),
        await accounts.resolve("discord", "ada", "Ada"),
        await accounts.resolve("terminal", "bob", ""),
    }
    assert len(found) == 3
