"""The composition root: it closes what it opened, and nothing else."""

from __future__ import annotations

import httpx2
import pytest
from pydantic import SecretStr

from bot import assembly
from bot.app import open_app
from bot.settings import Settings


@pytest.fixture
def settings(mongo_uri: str, common_database: str) -> Settings:
    """Settings for a database in which everything is in place."""
    return Settings(mongodb_uri=SecretStr(mongo_uri), mongodb_database=common_database)


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
