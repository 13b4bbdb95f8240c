"""The embedded database as its users see it: starting, sharing, ending, and surviving kills."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from store.client import Database, connect
from store.embedded import EmbeddedServer, open_embedded
from store.errors import StoreSetupError
from store.keeper.directory import SOCKET_PATH_LIMIT, DataDirectory
from tests.mongo import mongod_program

LINGER = 0.2
WAIT_SECONDS = 20.0


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory that takes its processes and its megabytes with it."""
    path = tmp_path / "data"
    yield path
    for place in tmp_path.rglob("run"):
        kill_all(DataDirectory(place.parent))
        record = place / "socket-dir"
        if record.exists():
            shutil.rmtree(record.read_text(), ignore_errors=True)
    shutil.rmtree(tmp_path, ignore_errors=True)


def kill_all(directory: DataDirectory) -> None:
    """Kill the keeper and the mongod of a directory, whichever is still there."""
    report = directory.report()
    for pid in (report.keeper_pid if report else None, directory.mongod_pid()):
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def opened(data_dir: Path) -> AsyncIterator[tuple[EmbeddedServer, Database]]:
    """Open the server on a directory, and a database in it."""
    async with await open_embedded(data_dir, mongod_program(), linger=LINGER) as server:
        database = connect(server.uri, "kept")
        yield server, database
        database.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other processes do."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not condition():  # noqa: ASYNC110 - nothing in this process could set an event
            await asyncio.sleep(0.02)


def mongods_on(data_dir: Path) -> list[int]:
    """Return the process ids of every mongod on a directory."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if f"--dbpath={data_dir / 'database'}" in process.cmdline():
                found.append(process.pid)
    return found


async def test_data_survives_a_restart_and_a_move_of_the_directory(data_dir: Path) -> None:
    """What was written is there after the last process left, mongod ended cleanly and the directory was renamed."""
    async with opened(data_dir) as (server, database):
        await database.collection("notes").insert({"_id": 1, "text": "kept"})
        pid = server.mongod_pid
    await until(lambda: not server.directory.is_kept())
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert (data_dir / "database" / "mongod.lock").read_text() == ""  # mongod's own sign of a clean end
    moved = data_dir.with_name("moved")
    data_dir.rename(moved)  # noqa: ASYNC240
    async with opened(moved) as (_, database):
        assert await database.collection("notes").find_one({"_id": 1}) == {"_id": 1, "text": "kept"}


async def test_a_path_too_long_for_a_socket_works_twice(data_dir: Path) -> None:
    """A deep directory, with a space and an umlaut, gets a short private socket directory and keeps it."""
    deep = data_dir / "ein Verzeichnis für alles" / ("x" * 90)
    async with opened(deep) as (first, database):
        await database.collection("notes").insert({"_id": 1})
        report = first.directory.report()
        assert report is not None
        assert len(os.fsencode(report.socket)) <= SOCKET_PATH_LIMIT
        for path in (report.socket, os.path.dirname(report.socket)):  # noqa: PTH120
            assert os.stat(path).st_mode & 0o777 == 0o700  # noqa: PTH116
    await until(lambda: not first.directory.is_kept())
    async with opened(deep) as (second, database):
        assert second.uri == first.uri
        assert await database.collection("notes").count({}) == 1


async def test_mongod_listens_on_nothing_but_its_socket(data_dir: Path) -> None:
    """No port is open, so no password is needed."""
    async with opened(data_dir) as (server, _):
        connections = psutil.Process(server.mongod_pid).net_connections(kind="inet")
        assert [connection for connection in connections if connection.status == psutil.CONN_LISTEN] == []


def start_client(data_dir: Path) -> subprocess.Popen[str]:
    """Start another process that uses the directory's database."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.embedded_client", str(data_dir), str(LINGER)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


async def test_six_processes_that_start_at_once_share_one_server(data_dir: Path) -> None:
    """All get the same mongod, out of reach of their Ctrl-C; a killed client harms none; the last one out ends it."""
    clients = [start_client(data_dir) for _ in range(6)]
    try:
        lines = [await asyncio.to_thread(client.stdout.readline) for client in clients if client.stdout]
        reports = [json.loads(line) for line in lines]
        assert len({(report["uri"], report["mongod"]) for report in reports}) == 1
        assert mongods_on(data_dir) == [reports[0]["mongod"]]
        assert os.getsid(reports[0]["mongod"]) not in {os.getsid(0), *(os.getsid(client.pid) for client in clients)}

        for client in clients[:4]:
            client.kill()
            client.wait()
        await asyncio.sleep(3 * LINGER)
        database = connect(reports[0]["uri"], "shared")
        assert await database.collection("clients").count({}) == 6
        database.close()

        clients[4].communicate()
        clients[5].kill()
        await until(lambda: not psutil.pid_exists(reports[0]["mongod"]))
        await until(lambda: not DataDirectory(data_dir).is_kept())
    finally:
        for client in clients:
            client.kill()
            client.wait()
            for stream in (client.stdin, client.stdout):
                if stream:
                    stream.close()


async def test_a_killed_mongod_is_back_at_once_with_everything(data_dir: Path) -> None:
    """After kill -9 the same connection writes again, and nothing written is missing."""
    async with opened(data_dir) as (server, database):
        notes = database.collection("notes")
        for number in range(2):
            pid = server.mongod_pid
            assert pid is not None
            await notes.insert({"_id": number})
            os.kill(pid, signal.SIGKILL)
            again = {"_id": 100 + number}
            # As the product writes: one call may meet the dying server and the starting one.
            await database.transact(lambda session, again=again: notes.insert(again, session=session))  # type: ignore[misc]
            assert server.mongod_pid != pid
        assert await notes.count({}) == 4


async def test_a_server_is_not_used_before_it_is_a_member_of_its_set(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that met mongod while it had no set, as for a moment after each start, writes as soon as it has one."""

    async def not_yet(*_: object) -> None:
        """Leave the server as it is."""

    with monkeypatch.context() as patched:
        patched.setattr("store.embedded.initiate_replica_set", not_yet)
        server = await open_embedded(data_dir, mongod_program(), linger=LINGER)
    async with server:
        database = connect(server.uri, "kept")
        notes = database.collection("notes")
        early = asyncio.create_task(
            database.transact(lambda session: notes.insert({"_id": 1}, session=session), seconds=WAIT_SECONDS)
        )
        await asyncio.sleep(0.2)
        await server.ensure()
        await early
        assert await notes.count({}) == 1
        database.close()


async def test_a_killed_keeper_is_replaced(data_dir: Path) -> None:
    """After kill -9 of the keeper, alone or together with mongod, there is one keeper, one mongod and all the data."""
    async with opened(data_dir) as (server, database):
        notes = database.collection("notes")
        for number, with_mongod in enumerate((False, True)):
            # As the service writes: a mongod that just came back takes a moment until it is the primary.
            await database.transact(lambda session, number=number: notes.insert({"_id": number}, session=session))  # type: ignore[misc]
            before, pid = server.directory.report(), server.mongod_pid
            assert before is not None
            assert pid is not None
            os.kill(before.keeper_pid, signal.SIGKILL)
            if with_mongod:
                os.kill(pid, signal.SIGKILL)
            await until(lambda old=before: is_ready_again(server, old.keeper_pid))  # type: ignore[misc]
            assert await notes.count({}) == number + 1
            assert mongods_on(data_dir) == [server.mongod_pid]


def is_ready_again(server: EmbeddedServer, old_keeper: int) -> bool:
    """Whether another keeper has its mongod at work."""
    report = server.directory.report()
    return report is not None and report.ready and report.keeper_pid != old_keeper


async def test_a_deleted_data_directory_ends_its_mongod(data_dir: Path) -> None:
    """Nothing goes on running for a directory that somebody removed."""
    async with opened(data_dir) as (server, _):
        pid = server.mongod_pid
        assert pid is not None
        shutil.rmtree(data_dir, ignore_errors=True)  # mongod may still be writing into it
        await until(lambda: not psutil.pid_exists(pid))


async def test_opening_tells_why_it_takes_a_moment(data_dir: Path) -> None:
    """Who starts the database hears of it; who finds it running does not."""
    heard: list[str] = []
    mongod = mongod_program()
    async with await open_embedded(data_dir, mongod, on_progress=heard.append, linger=LINGER):
        assert heard[0] == "Starting the database…"
        again: list[str] = []
        async with await open_embedded(data_dir, mongod, on_progress=again.append):
            assert again == []


async def test_a_mongod_that_cannot_start_gives_its_reason(data_dir: Path, tmp_path: Path) -> None:
    """The sentence holds what the program said, and a later attempt starts afresh."""
    program = tmp_path / "mongod"
    program.write_text("#!/bin/sh\necho 'error while loading shared libraries: libcurl.so.4' >&2\nexit 127\n")
    program.chmod(0o700)
    for _ in range(2):
        with pytest.raises(StoreSetupError, match=r"could not be started: .*libcurl\.so\.4 \(install"):
            await open_embedded(data_dir, program, linger=LINGER)
