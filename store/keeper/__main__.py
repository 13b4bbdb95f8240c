"""Become the keeper of a data directory: `python -m store.keeper --mongod PROGRAM --linger SECONDS -- DATA_DIR`.

The process that is started returns at once; the keeper goes on in a session of its own, out of reach of Ctrl-C.
Where a keeper is already at work, nothing happens.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from pathlib import Path

from store.keeper.directory import claim_directory
from store.keeper.keeper import Keeper
from store.keeper.locks import FileLock

_LOCK_TRIES = 100
_LOCK_PAUSE_SECONDS = 0.01


def main() -> None:
    """Read the arguments, detach, and keep."""
    parser = argparse.ArgumentParser(prog="python -m store.keeper")
    parser.add_argument("--mongod", type=Path, required=True)
    parser.add_argument("--linger", type=float, required=True, help="seconds that mongod outlives its last client")
    parser.add_argument("data_dir", type=Path, help="after --")
    parser.add_argument("extra", nargs="*", help="further arguments for mongod")
    arguments = parser.parse_args()
    if os.fork() > 0:
        os._exit(0)
    os.setsid()
    directory = claim_directory(arguments.data_dir)
    os.chdir(directory.run)
    os.putenv("LC_ALL", "C")  # mongod refuses to start in a locale that the machine does not have
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(process)d %(message)s")
    lock = FileLock(directory.keeper_lock)
    for _ in range(_LOCK_TRIES):  # a client that asks whether somebody keeps the directory holds it for an instant
        if lock.try_exclusive():
            break
        time.sleep(_LOCK_PAUSE_SECONDS)
    else:
        return
    Keeper(
        directory,
        arguments.mongod,
        linger=arguments.linger,
        extra=arguments.extra,
        monotonic=time.monotonic,
    ).run()


if __name__ == "__main__":
    main()
