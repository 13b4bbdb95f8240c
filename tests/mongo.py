"""The real MongoDB that the tests run against: one embedded server for all processes of a test session."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from store.client import connect
from store.embedded import find_mongod, open_embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT_SECONDS = 60.0
MEMORY = Path("/dev/shm")  # noqa: S108  # a directory of the session's own is made in it
_PREFIX = "prepmate-tests-"
ROOM = 2 << 30
"""Bytes that the tests' data and MongoDB's journal take at most, with room to spare."""


def mongod_program() -> Path:
    """Return the mongod that the tests start, found as the product finds its own."""
    return find_mongod(os.environ.get("MONGOD_BIN"), os.environ.get("PATH"))


def fast_directory() -> Path | None:
    """Return a directory in memory, where a commit costs no write to a disk; None where there is no room for it."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    for left in MEMORY.glob(f"{_PREFIX}*"):  # by a session that was killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=MEMORY))


class SharedServer:
    """The session's server, held open from a thread of its own so that any test's event loop may come and go."""

    def __init__(self, uri: str, loop: asyncio.AbstractEventLoop) -> None:
        self.uri = uri
        self._loop = loop

    def drop(self, name: str) -> None:
        """Delete a database."""
        asyncio.run_coroutine_threadsafe(self._drop(name), self._loop).result(WAIT_SECONDS)

    async def _drop(self, name: str) -> None:
        database = connect(self.uri, name)
        try:
            await database.drop()
        finally:
            database.close()


@contextmanager
def shared_server(data_dir: Path) -> Iterator[SharedServer]:
    """Open the server on `data_dir`, which several test processes may do at once, and close it at the end."""
    opened: Future[SharedServer] = Future()
    done = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_hold(data_dir, opened, done)), name="test database")
    thread.start()
    try:
        yield opened.result(WAIT_SECONDS)
    finally:
        done.set()
        thread.join(WAIT_SECONDS)


async def _hold(data_dir: Path, opened: Future[SharedServer], done: threading.Event) -> None:
    try:
        server = await open_embedded(data_dir, mongod_program(), linger=0.2)
    except BaseException as exc:
        opened.set_exception(exc)
        raise
    async with server:
        opened.set_result(SharedServer(server.uri, asyncio.get_running_loop()))
        await asyncio.to_thread(done.wait)
