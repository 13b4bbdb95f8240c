"""The composition root: it closes what it opened, and nothing else; its parts keep to the settings."""

from __future__ import annotations

import httpx2
import pytest
from pydantic import SecretStr

from bot import assembly
from bot.app import open_app, utc_now
from bot.settings import Settings
from store.client import ObjectId, connect
from store.documents.own import ChannelAccount, OutboxItem
from store.documents.reminders import Reminder
from tests.bot.stage import until
from tests.bot.test_delivery import Board


@pytest.fixture
def settings(mongo_uri: str, quiet_database: str) -> Settings:
    """Settings for a database in which everything is in place."""
    return Settings(mongodb_uri=SecretStr(mongo_uri), mongodb_database=quiet_database)


async def test_a_client_that_was_handed_in_stays_open(settings: Settings) -> None:
    """An HTTP client that the caller made is the caller's to close, also after the service has ended."""
    async with httpx2.AsyncClient(verify=False) as client:
        async with open_app(settings, lambda _: {}, http_client=client):
            assert not client.is_closed
        assert not client.is_closed


async def test_a_client_of_its_own_is_closed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The HTTP client that the service makes for itself does not outlive it."""
    client = httpx2.AsyncClient(verify=False)
    monkeypatch.setattr(assembly, "make_http_client", lambda _: client)
    async with open_app(settings, lambda _: {}):
        assert not client.is_closed
    assert client.is_closed


async def test_a_list_holds_for_what_the_service_says_by_itself(settings: Settings) -> None:
    """Who is not on it gets neither a reminder that was made before nor a new one; their dates pass by."""
    listed = settings.model_copy(update={"access": "list"})
    student, now, board = ObjectId(), utc_now(), Board()
    link = ChannelAccount(
        id=f"probe:{student}", user_id=student, platform="probe", display_name="Ada", address=str(student)
    )
    item = OutboxItem(
        id=f"reminder:{student}:before",
        user_id=student,
        platform="probe",
        address=str(student),
        seq=0,
        text="Today's problem",
        bulk=True,
        next_attempt_at=now,
    )
    assert settings.mongodb_uri is not None
    database = connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)
    reminders, outbox = (database.collection(kind.collection) for kind in (Reminder, OutboxItem))
    for document in (link, item, Reminder(id=student, on=True, next_at=now)):
        await database.collection(document.collection).insert(document.to_mongo())

    async def over() -> bool:
        dead = await outbox.count({"userId": student, "status": "dead"})
        return bool(dead and await reminders.count({"_id": student, "nextAt": {"$gt": now}}))

    try:
        async with open_app(listed, lambda _: {"probe": board}):
            await until(over)
        found = await outbox.find({"userId": student})
    finally:
        await reminders.delete({"_id": student})
        database.close()
    assert [(raw["_id"], raw["error"]) for raw in found] == [(item.id, "the account is not let in")]
    assert str(student) not in board.shown
