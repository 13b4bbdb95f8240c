"""The doctor: each trouble that a person can have is produced, and told in one sentence with its remedy."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from bot.app import prepare, reach_database, utc_now
from bot.checks.database import check_catalogue, check_clock, check_data, check_indexes
from bot.checks.finding import Finding, host_of
from bot.checks.machine import check_directory, check_program, check_python
from bot.doctor import examine, examine_database
from bot.settings import Settings
from store.catalogue.loader import load_catalogue
from store.client import Database, ObjectId, connect
from store.errors import StoreSetupError
from store.migrations import MIGRATIONS
from tests.fakes.openai import FakeOpenAI
from tests.meta.source import ROOT
from tests.mongo import mongod_program

KEY = "sk-test-0123456789"
GB = 1_000_000_000


def told(finding: Finding, *words: str) -> bool:
    """Return whether a finding is one line with these words, and broken."""
    return finding.broken and "\n" not in finding.line and all(word in finding.line for word in words)


def later() -> datetime:
    """Return a time that is off by two minutes."""
    return datetime.now(UTC) + timedelta(minutes=2)


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """A database in which nothing is yet."""
    database = connect(mongo_uri, database_name)
    yield database
    database.close()


# --- the machine


def test_python_and_mongod_are_looked_at() -> None:
    """An old Python and a mongod that is no program are broken, each in one sentence."""
    assert told(check_python((3, 10, 4)), "3.11")
    assert not check_python().broken
    assert told(check_program(Settings(mongodb_uri=None, mongod_bin="/nowhere/mongod")), "MONGOD_BIN")
    assert host_of("mongodb://u:p@h:1,i:2/x") == "h:1,i:2"


def test_no_mongod_anywhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a mongod on the PATH and without the wheel, all four remedies are named."""
    monkeypatch.setattr("store.keeper.mongod._find_in_wheel", lambda: None)
    finding = check_program(Settings(mongodb_uri=None, mongod_bin=None, path="/nowhere"))
    assert told(finding, "MONGODB_URI", "MONGOD_BIN", "PATH", "pip install")


@pytest.mark.parametrize(
    ("free", "state", "words"),
    [
        (150_000_000, "broken", ("disk is full", "150 MB", "1 GB")),
        (5 * GB, "good", ("5 GB",)),
        (GB // 2, "open", ("500 MB",)),
    ],
)
def test_a_full_disk_is_told(tmp_path: Path, free: int, state: str, words: tuple[str, ...]) -> None:
    """Too little room in the data directory is broken, little room worth a word."""
    finding = check_directory(Settings(data_dir=tmp_path), free=lambda _: free)
    assert (finding.state, [word in finding.line for word in words]) == (state, [True] * len(words))


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, ("full", "make room")), (errno.EROFS, ("cannot be written", "Read-only", "PREPMATE_DATA_DIR"))],
)
def test_a_directory_that_takes_nothing_is_told(tmp_path: Path, number: int, words: tuple[str, ...]) -> None:
    """A directory that was ours and can no longer be written to is told apart from a disk that is full."""

    def fail(directory: Path) -> None:
        raise OSError(number, os.strerror(number), str(directory))

    assert told(check_directory(Settings(data_dir=tmp_path), free=lambda _: GB * 9, write=fail), *words)
    assert check_directory(Settings(data_dir=tmp_path), free=lambda _: GB * 9).state == "good"


def test_a_directory_that_cannot_be_made_is_told() -> None:
    """A place where nobody can make a directory is named, with what to set instead."""
    assert told(check_directory(Settings(data_dir=Path("/proc/prepmate"))), "/proc/prepmate", "PREPMATE_DATA_DIR")


def test_a_directory_of_somebody_else_s_is_told(tmp_path: Path) -> None:
    """Files that are not PrepMate's, or another program's MongoDB, are left alone and named."""
    (tmp_path / "holiday.jpg").touch()
    assert told(check_directory(Settings(data_dir=tmp_path)), "not PrepMate's", "holiday.jpg", "PREPMATE_DATA_DIR")
    (tmp_path / "holiday.jpg").rename(tmp_path / "WiredTiger")
    assert told(check_directory(Settings(data_dir=tmp_path)), "another program's MongoDB", "PREPMATE_DATA_DIR")
    assert [entry.name for entry in tmp_path.iterdir()] == ["WiredTiger"]


# --- the database


async def test_a_fresh_database_is_not_broken(database: Database) -> None:
    """Before the first chat indexes and catalogue are open points; after it all is good."""
    assert [(await check(database)).state for check in (check_indexes, check_catalogue)] == ["open", "open"]
    assert (await check_data(database)).state == "good"
    await prepare(database, utc_now)
    await load_catalogue(database, now=utc_now())
    findings = [await check(database) for check in (check_indexes, check_catalogue, check_data)]
    assert [finding.state for finding in findings] == ["good", "good", "good"]


@asynccontextmanager
async def standalone() -> AsyncIterator[str]:
    """A MongoDB that belongs to no replica set, on a unix socket; its address."""
    directory = Path(tempfile.mkdtemp(prefix="pm-"))  # a socket's path may hold 107 bytes
    socket = directory / "mongodb-27017.sock"
    place = ["--dbpath", str(directory), "--bind_ip", str(socket), "--unixSocketPrefix", str(directory)]
    server = await asyncio.create_subprocess_exec(
        *[str(mongod_program()), *place, "--wiredTigerCacheSizeGB", "0.25"],
        stdout=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        yield f"mongodb://{str(socket).replace('/', '%2F')}/"
    finally:
        server.kill()
        await server.wait()
        shutil.rmtree(directory)


async def until_it_answers(uri: str) -> None:
    """Wait as long as a crowded machine needs to start a server."""
    database = connect(uri, "admin", server_selection_ms=30_000)
    try:
        await database.ping()
    finally:
        database.close()


async def test_a_mongodb_without_transactions_is_told_at_once() -> None:
    """A server that is no replica set is refused before anything is made there, and the doctor says what to do."""
    async with standalone() as uri:
        settings = Settings(mongodb_uri=SecretStr(uri))
        await until_it_answers(uri)
        with pytest.raises(StoreSetupError, match="replSet"):
            async with reach_database(settings):
                pass
        finding = await examine_database(settings)
    assert finding.broken
    assert "replica set" in finding.line


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("localhost:27017", ("MONGODB_URI cannot be read", "mongodb://host")),
        ("mongodb://u:hunter2@/x", ("MONGODB_URI cannot be read",)),
        ("mongodb://u:hunter2@127.0.0.1:9/", ("MONGODB_URI", "does not answer", "see that it runs")),
    ],
)
async def test_a_wrong_address_is_told_at_once(
    uri: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address that is none, or where nobody is, is told within seconds and without its password."""
    monkeypatch.setattr("bot.doctor.SELECTION_MS", 300)
    started = time.monotonic()
    finding = await examine_database(Settings(mongodb_uri=SecretStr(uri)))
    assert told(finding, *words)
    assert "hunter2" not in finding.line
    assert time.monotonic() - started < 4


async def test_a_wrong_password_is_told(mongo_uri: str) -> None:
    """A server that refuses the user is not away: the sentence says what is to be corrected."""
    finding = await examine_database(Settings(mongodb_uri=SecretStr(mongo_uri.replace("//", "//ada:hunter2@", 1))))
    assert told(finding, "refused the user or the password", "MONGODB_URI")
    assert "hunter2" not in finding.line


async def test_conflicting_indexes_are_told(database: Database) -> None:
    """An index in the way of ours is named with the command that drops it; duplicates with two of their ids."""
    users = database.collection("users")
    await users.create_index([("email", 1)], name="email_1")
    assert told(await check_indexes(database), 'db.users.dropIndex("email_1")')
    await users.insert({"_id": 1, "email": "a@b.c"})
    await users.insert({"_id": 2, "email": "a@b.c"})
    await users._inner.drop_index("email_1")
    assert told(await check_indexes(database), "users", "email", "documents 1 and 2", "remove the duplicates")
    await users.delete({"_id": 2})
    assert told(await check_indexes(database), "are missing (users.email_1", "prepmate chat")


async def test_foreign_data_is_told(database: Database) -> None:
    """Documents that neither PrepMate nor the backend writes are counted by collection, with one as an example."""
    topics, turns = database.collection("topics"), database.collection("turns")
    for number in range(3):
        await topics.insert({"_id": number, "name": ["not", "a", "name"]})
    turn = {"_id": ObjectId(), "key": "k", "userId": "nobody", "platform": "fax", "address": "a", "seq": 1, "text": "t"}
    await turns.insert({**turn, "acceptedAt": datetime.now(UTC), "status": "accepted"})
    finding = await check_data(database)
    assert told(finding, "3 of topics, 1 of turns", "for instance", "MONGODB_DATABASE")
    assert "not, a, name" not in finding.line
    assert told(await check_data(database, sample=2), "2 of topics")


async def test_a_newer_database_is_told(database: Database) -> None:
    """A database that a newer PrepMate has changed says so before anything is started on it."""
    later = {"_id": len(MIGRATIONS) + 1, "name": "later", "appliedAt": datetime.now(UTC)}
    await database.collection("migrations").insert(later)
    assert told(await check_data(database), "newer PrepMate", "upgrade")


async def test_a_wrong_clock_is_told(database: Database) -> None:
    """A clock that is a minute off the database's is broken, with what to do."""
    assert (await check_clock(database, utc_now)).state == "good"
    assert told(await check_clock(database, later), "NTP")


# --- all together


async def test_all_that_is_wrong_is_told_and_no_more(mongo_uri: str, quiet_database: str, tmp_path: Path) -> None:
    """Where all is well every line is good; the client that was handed in stays open."""
    async with FakeOpenAI(key=KEY) as fake, httpx2.AsyncClient(verify=False) as http:
        settings = Settings(
            data_dir=tmp_path,
            mongodb_uri=SecretStr(mongo_uri),
            mongodb_database=quiet_database,
            openai_api_key=SecretStr(KEY),
            openai_base_url=fake.url,
            openai_model=fake.models[0],
        )
        findings = [finding async for finding in examine(settings, http_client=http)]
        assert not http.is_closed
    assert [finding.line for finding in findings if finding.broken] == []
    looked_at = [
        "python",
        "directory",
        "mongodb",
        "database",
        "indexes",
        "catalogue",
        "data",
        "clock",
        "model",
        "clock",
        "platforms",
    ]
    assert [finding.what for finding in findings] == looked_at


def test_everything_away_is_told_in_seconds(tmp_path: Path) -> None:
    """With a foreign directory, no database and no endpoint the command says each, ends soon, and fails."""
    (tmp_path / "holiday.jpg").touch()
    settings = {
        "PREPMATE_DATA_DIR": str(tmp_path),
        "MONGODB_URI": "mongodb://u:hunter2@127.0.0.1:9/",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    }
    environment = {"PATH": os.environ["PATH"], **settings}
    run = [sys.executable, "-m", "bot", "doctor", "--json"]
    started = time.monotonic()
    done = subprocess.run(run, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (1, "")
    assert {one["what"] for one in findings if one["state"] == "broken"} == {"directory", "database", "model"}
    assert "hunter2" not in done.stdout
    assert KEY not in done.stdout
    assert time.monotonic() - started < 15
