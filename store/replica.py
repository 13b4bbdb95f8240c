"""Making a server of its own a replica set of one, without which it has neither transactions nor retryable writes."""

from __future__ import annotations

import asyncio
import contextlib

from store.client import Database, connect
from store.errors import StoreError, StoreUnavailable
from store.keeper.mongod import REPLICA_SET

_PAUSE_SECONDS = 0.02


async def initiate_replica_set(uri: str, member_host: str, *, seconds: float = 30.0) -> None:
    """Make the server behind `uri` a replica set of one, if it is not yet, and wait until it is primary.

    `uri` connects to it directly. `member_host` is the address by which the member knows itself (the unix socket's
    path). Safe to call again and from several processes.

    Raises: StoreUnavailable when the server is not primary after `seconds`.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        # A client that saw the server before the initiation goes on believing that it has no sessions.
        database = connect(uri, "admin", server_selection_ms=500)
        try:
            if await _is_primary(database, member_host):
                return
        except StoreError:
            if loop.time() > deadline:
                raise StoreUnavailable("the embedded database did not come up in time") from None
        finally:
            database.close()
        if loop.time() > deadline:
            raise StoreUnavailable("the embedded database did not become primary in time")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _is_primary(database: Database, member_host: str) -> bool:
    hello = await database.administer("hello")
    if hello.get("isWritablePrimary"):
        return True
    if not hello.get("setName"):
        config = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member_host}]}
        with contextlib.suppress(StoreError):  # another process was first
            await database.administer("replSetInitiate", config)
    return False
