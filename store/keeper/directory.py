"""The data directory: whose it is, what lies where in it, and what the keeper reports there.

prepmate.json      the marker: this directory is PrepMate's, in this version of the layout
database/          mongod's own files
logs/              mongod.log (and .1), mongod.out, keeper.log
run/clients.lock   shared by every process that uses the database
run/start.lock     held by the one process that starts a keeper
run/keeper.lock    held by the keeper as long as it lives
run/server.json    the keeper's Report
run/mongod.pid     mongod's process id while it runs
run/socket-dir     where the socket is, when the path of run/ is too long to hold one
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from store.errors import DataDirectoryError
from store.keeper.locks import FileLock

LAYOUT_VERSION = 1
SOCKET_NAME = "mongodb-27017.sock"
SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107
"""Bytes that fit in a sockaddr_un, without its closing zero."""

MARKER = "prepmate.json"
_HARMLESS = {".DS_Store", "lost+found", MARKER + ".new"}
_MONGO_FILES = {"WiredTiger", "mongod.lock", "storage.bson"}
_REMEDY = "set PREPMATE_DATA_DIR to an empty directory of your own on a local disk."


@dataclass(frozen=True, slots=True)
class Report:
    """What the keeper tells the processes that use its server. `failure` is a sentence: it gave up and why."""

    keeper_pid: int
    socket: str
    ready: bool = False
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The paths in a data directory that `claim_directory` found to be ours."""

    root: Path

    @property
    def database(self) -> Path:
        """mongod's dbpath."""
        return self.root / "database"

    @property
    def run(self) -> Path:
        """Locks, reports and, if its path is short enough, the socket."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """Everything that mongod and the keeper say."""
        return self.root / "logs"

    @property
    def clients_lock(self) -> Path:
        """Held shared by every process that uses the database."""
        return self.run / "clients.lock"

    @property
    def start_lock(self) -> Path:
        """Held by the one process that starts a keeper."""
        return self.run / "start.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper for as long as it lives."""
        return self.run / "keeper.lock"

    @property
    def mongod_pid_file(self) -> Path:
        """mongod's process id in decimal; absent while none runs."""
        return self.run / "mongod.pid"

    @property
    def report_file(self) -> Path:
        """The keeper's Report as JSON."""
        return self.run / "server.json"

    def is_kept(self) -> bool:
        """Whether a keeper is alive on this directory."""
        lock = FileLock(self.keeper_lock)
        try:
            return not lock.try_shared()
        finally:
            lock.close()

    def report(self) -> Report | None:
        """Return what the last keeper reported, or None."""
        try:
            return Report(**json.loads(self.report_file.read_text()))
        except (OSError, ValueError, TypeError):  # none yet, or written by another version
            return None

    def write_report(self, report: Report) -> None:
        """Replace the report in one step, so that no reader ever sees half of it."""
        write_whole(self.report_file, json.dumps(asdict(report)))

    def mongod_pid(self) -> int | None:
        """Return mongod's process id, or None while the keeper has none running."""
        try:
            return int(self.mongod_pid_file.read_text())
        except (OSError, ValueError):
            return None

    def socket_directory(self) -> Path:
        """Return a private directory whose path is short enough for the socket. Only the keeper calls this."""
        if len(os.fsencode(self.run / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return self.run
        record = self.run / "socket-dir"
        if record.exists():
            recorded = Path(record.read_text())
            if _is_private(recorded):
                return recorded
        made = Path(tempfile.mkdtemp(prefix="prepmate-"))
        write_whole(record, str(made))
        return made


def claim_directory(path: Path) -> DataDirectory:
    """Make `path` PrepMate's data directory, or find that it already is. Safe to call again and from many processes.

    Anything in PrepMate that writes files there calls this first.

    Raises: DataDirectoryError when it is another user's, holds something else, or cannot be written or locked.
    """
    root = path.expanduser().absolute()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        root = root.resolve(strict=True)
        owner = root.stat().st_uid
    except OSError as exc:
        raise DataDirectoryError(f"{root} cannot be a data directory ({exc.strerror}): {_REMEDY}") from exc
    if owner != os.geteuid():
        raise DataDirectoryError(f"{root} belongs to another user (uid {owner}): {_REMEDY}")
    lock = FileLock(root)
    try:
        while not lock.try_exclusive():  # held for a moment, by a process doing just this
            time.sleep(0.002)
        _mark(root)
        directory = DataDirectory(root)
        for inner in (directory.database, directory.run, directory.logs):
            inner.mkdir(mode=0o700, exist_ok=True)
    except OSError as exc:
        raise DataDirectoryError(f"{root} cannot be written to ({exc.strerror}): {_REMEDY}") from exc
    finally:
        lock.close()
    return directory


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that a reader, or a kill, sees all of it or none."""
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    new.replace(path)


def _mark(root: Path) -> None:
    entries = {entry.name for entry in root.iterdir()}
    if MARKER in entries:
        _check_marker(root)
        return
    if entries & _MONGO_FILES:
        raise DataDirectoryError(f"{root} holds another program's MongoDB database: {_REMEDY}")
    foreign = sorted(entries - _HARMLESS)
    if foreign:
        some = ", ".join(foreign[:3]) + (", …" if len(foreign) > 3 else "")
        raise DataDirectoryError(f"{root} holds files that are not PrepMate's ({some}): {_REMEDY}")
    write_whole(root / MARKER, json.dumps({"program": "prepmate", "version": LAYOUT_VERSION}) + "\n")


def _check_marker(root: Path) -> None:
    try:
        marker = json.loads((root / MARKER).read_text())
        program, version = marker["program"], int(marker["version"])
    except (ValueError, KeyError, TypeError):
        program, version = None, 0
    if program != "prepmate":
        raise DataDirectoryError(f"{root / MARKER} was not written by PrepMate: {_REMEDY}")
    if version > LAYOUT_VERSION:
        raise DataDirectoryError(f"{root} was written by a newer PrepMate: upgrade, or {_REMEDY}")


def _is_private(path: Path) -> bool:
    """Whether the directory is there, or can be made again, and is ours alone."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        status = path.lstat()
        return path.is_dir() and not path.is_symlink() and status.st_uid == os.geteuid() and status.st_mode & 0o77 == 0
    except OSError:
        return False
    return True
