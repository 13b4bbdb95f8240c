"""The embedded database: a real mongod in the data directory, shared by every PrepMate process that uses it.

A detached keeper process owns mongod (see `store.keeper`). Every process here holds a shared lock; when the last one
lets go, however it ends, the keeper ends mongod. A process that finds the keeper gone starts another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import store
from store.errors import StoreError, StoreSetupError, StoreUnavailable
from store.keeper.directory import DataDirectory, Report, claim_directory
from store.keeper.locks import FileLock
from store.keeper.mongod import MEMBER_HOST, REPLICA_SET, find_mongod
from store.replica import initiate_replica_set

__all__ = ["LINGER_SECONDS", "EmbeddedServer", "claim_directory", "find_mongod", "open_embedded"]

Progress = Callable[[str], None]
"""Is told, in a short sentence, why opening takes a moment."""

LINGER_SECONDS = 3.0
"""How long mongod outlives its last client, so that a quick next command finds it warm."""

_START_SECONDS = 90.0
_KEEPER_SECONDS = 5.0
_PATIENCE_SECONDS = 4.0
_POLL_SECONDS = 0.02
_WATCH_SECONDS = 0.2
_RETRY_SECONDS = 2.0
_KEEPER_LOG_BYTES = 256_000

log = logging.getLogger(__name__)


async def open_embedded(
    data_dir: Path,
    mongod: Path,
    *,
    on_progress: Progress | None = None,
    linger: float = LINGER_SECONDS,
    mongod_args: Sequence[str] = (),
) -> EmbeddedServer:
    """Return the data directory's server, started if nobody else has, once it is primary.

    `linger` (seconds) and `mongod_args` matter only to the process that starts the keeper; the latter are for tests.

    Raises: DataDirectoryError when the directory is not ours or not usable, StoreSetupError when mongod does not start.
    """
    server = EmbeddedServer(claim_directory(data_dir), mongod, on_progress or _say_nothing, linger, tuple(mongod_args))
    try:
        await server.ensure()
    except BaseException:
        await server.close()
        raise
    return server


class EmbeddedServer:
    """This process's hold on the embedded database: `close` it, or use it as an async context manager.

    While it is open, a task looks after the keeper. A mongod or a keeper that is killed is back within two seconds or
    so under the same `uri`, which retryable reads and writes outlast.
    """

    def __init__(
        self, directory: DataDirectory, mongod: Path, on_progress: Progress, linger: float, mongod_args: tuple[str, ...]
    ) -> None:
        self.directory = directory
        self._mongod = mongod
        self._on_progress = on_progress
        self._linger = linger
        self._mongod_args = mongod_args
        self._lock = FileLock(directory.clients_lock)
        self._socket = ""
        self._one_at_a_time = asyncio.Lock()
        self._watcher: asyncio.Task[None] | None = None

    @property
    def uri(self) -> str:
        """The connection string, for `store.client.connect`.

        It names the replica set, so that a restarted server is not used before it is a member of its set again.
        """
        return f"{self._uri_of_server}&replicaSet={REPLICA_SET}"

    @property
    def _uri_of_server(self) -> str:
        """The connection string to the server as it is, a member of a set or not yet, looked at twice a second."""
        return f"mongodb://{quote(self._socket, safe='')}/?directConnection=true&heartbeatFrequencyMS=500"

    @property
    def mongod_pid(self) -> int | None:
        """mongod's process id, or None while it is not running."""
        return self.directory.mongod_pid()

    async def ensure(self) -> None:
        """Return once keeper and mongod are at work and mongod is primary, starting what is missing.

        Raises: StoreSetupError when that fails.
        """
        await self._reach()
        try:
            await initiate_replica_set(self._uri_of_server, MEMBER_HOST)
        except StoreUnavailable as exc:
            raise StoreSetupError(
                f"The database started but did not become ready: try again. Its log is in {self.directory.logs}."
            ) from exc
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._watch(), name="embedded database watch")

    async def close(self) -> None:
        """Let go of the database. Safe to call again."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
        self._lock.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            try:
                if not self.directory.is_kept():
                    log.warning("the keeper of the embedded database is gone: starting another")
                    await self._reach()
            except (StoreError, OSError) as exc:
                log.error("the embedded database cannot be started again: %s", exc)  # noqa: TRY400 - a sentence is enough
                await asyncio.sleep(_RETRY_SECONDS)

    async def _reach(self) -> None:
        """Wait until mongod takes connections, starting a keeper if there is none."""
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(_START_SECONDS):
                    while not self._lock.try_shared():  # noqa: ASYNC110 - a keeper is just ending its mongod
                        await asyncio.sleep(_POLL_SECONDS)
                    self._socket = await self._wait_for_server()
            except TimeoutError as exc:
                raise StoreSetupError(
                    f"The database did not start within {_START_SECONDS:.0f} s: its log is in {self.directory.logs}."
                ) from exc

    async def _wait_for_server(self) -> str:
        """Return the socket of a mongod that takes connections. Raises: StoreSetupError if its keeper gave up."""
        before = self.directory.report()
        sentence = "The database is still starting; the first start takes longest…"
        if (self.directory.database / "WiredTiger").exists():
            sentence = "The database is still starting; after a crash it first recovers…"
        announced = asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, self._on_progress, sentence)
        try:
            while True:
                kept, report = self.directory.is_kept(), self.directory.report()
                if kept and report and report.ready and await _accepts(report.socket):
                    return report.socket
                if not kept:
                    self._raise_failure(before, report)
                    await self._start_keeper()
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            announced.cancel()

    @staticmethod
    def _raise_failure(before: Report | None, report: Report | None) -> None:
        """Raise what a keeper reported that tried and gave up while we waited; one that did so earlier is past."""
        if report and report.failure and (before is None or before.keeper_pid != report.keeper_pid):
            raise StoreSetupError(report.failure)

    async def _start_keeper(self) -> None:
        """Start a keeper and wait until it is at work, unless another process is doing just that."""
        lock = FileLock(self.directory.start_lock)
        try:
            if not lock.try_exclusive() or self.directory.is_kept():
                return
            self._on_progress("Starting the database…")
            self.directory.report_file.unlink(missing_ok=True)
            await self._spawn_keeper()
            with contextlib.suppress(TimeoutError):  # it was killed as soon as it started: the caller sees and repeats
                async with asyncio.timeout(_KEEPER_SECONDS):
                    while not self.directory.is_kept() and self.directory.report() is None:  # noqa: ASYNC110
                        await asyncio.sleep(_POLL_SECONDS)
        finally:
            lock.close()

    async def _spawn_keeper(self) -> None:
        path = self.directory.logs / "keeper.log"
        long = path.exists() and path.stat().st_size > _KEEPER_LOG_BYTES
        options = ["--mongod", str(self._mongod), "--linger", str(self._linger)]
        with path.open("wb" if long else "ab") as out:
            process = await asyncio.create_subprocess_exec(
                *[sys.executable, "-m", "store.keeper", *options, "--", str(self.directory.root), *self._mongod_args],
                cwd=Path(store.__file__).parent.parent,  # where `-m` finds the package, installed or not
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
            if await process.wait() != 0:  # the keeper itself goes on, detached
                raise StoreSetupError(f"The database's keeper could not be started: {path} says why.")


async def _accepts(socket: str) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    writer.close()
    return True


def _say_nothing(_sentence: str) -> None:
    return
