"""What this machine has to offer: Python, a data directory that is ours and has room, a MongoDB."""

from __future__ import annotations

import errno
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from bot.checks.finding import Finding, host_of, sentence_of
from bot.settings import Settings
from store.embedded import claim_directory, find_mongod
from store.errors import StoreError

FULL_BYTES = 200_000_000
"""Below this mongod may stop at any moment: its journal alone takes half of it."""
SCANT_BYTES = 1_000_000_000
_PROBE = "doctor.probe"
_FULL = (errno.ENOSPC, errno.EDQUOT)


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Return whether this Python is new enough."""
    told = ".".join(str(part) for part in version)
    if version < (3, 11):
        return Finding("broken", "python", f"This is Python {told}; PrepMate needs 3.11 or newer.")
    return Finding("good", "python", f"Python {told} on {platform.system()} {platform.machine()}.")


def free_bytes(directory: Path) -> int:
    """Return how much room there is for files in a directory. Raises: OSError."""
    return shutil.disk_usage(directory).free


def write_probe(directory: Path) -> None:
    """Write a small file into a directory and remove it. Raises: OSError."""
    probe = directory / _PROBE
    try:
        probe.write_bytes(b"x" * 4096)
    finally:
        probe.unlink(missing_ok=True)


def check_directory(
    settings: Settings,
    *,
    free: Callable[[Path], int] = free_bytes,
    write: Callable[[Path], None] = write_probe,
) -> Finding:
    """Return whether the data directory is ours, can be written, and has room."""
    try:
        root = claim_directory(settings.data_dir).root
        room = free(root)
    except (StoreError, OSError) as exc:
        return Finding("broken", "directory", sentence_of(exc))
    if room < FULL_BYTES:
        return Finding("broken", "directory", f"The disk is full: {root} has {_mb(room)} left; make room for 1 GB.")
    try:
        write(root / "run")
    except OSError as exc:
        if exc.errno in _FULL:
            return Finding("broken", "directory", f"The disk or its quota is full ({root}): make room for 1 GB.")
        remedy = "make it writable for this user, or set PREPMATE_DATA_DIR to a directory that is"
        return Finding("broken", "directory", f"{root} cannot be written to ({exc.strerror}): {remedy}.")
    if room < SCANT_BYTES:
        return Finding("open", "directory", f"{root} is PrepMate's, but has only {_mb(room)} free: 1 GB is safe.")
    return Finding("good", "directory", f"{root} is PrepMate's, with {room // 1_000_000_000:,} GB free.")


def check_program(settings: Settings) -> Finding:
    """Return which database is used: the one that is named, or a mongod of our own."""
    if settings.mongodb_uri:
        return Finding("good", "mongodb", f"MONGODB_URI names {host_of(settings.mongodb_uri.get_secret_value())}.")
    try:
        mongod = find_mongod(settings.mongod_bin, settings.path)
    except StoreError as exc:
        return Finding("broken", "mongodb", sentence_of(exc))
    return Finding("good", "mongodb", f"The embedded database runs {mongod}.")


def _mb(count: int) -> str:
    return f"{count // 1_000_000:,} MB"
