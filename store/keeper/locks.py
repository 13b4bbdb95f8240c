"""File locks that the kernel releases when their holder ends, however it ends."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from store.errors import DataDirectoryError


class FileLock:
    """A flock on one file or directory: shared or exclusive, never waiting, held until `release` or `close`.

    Raises: DataDirectoryError when the file cannot be opened or its file system has no locks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
        try:
            self._fd = os.open(path, flags | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise DataDirectoryError(
                f"{path} cannot be opened ({exc.strerror}): set PREPMATE_DATA_DIR to a directory of your own."
            ) from exc

    def try_shared(self) -> bool:
        """Take the lock beside other sharers; False while somebody holds it exclusively."""
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take the lock alone; False while anybody holds it."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        """Give the lock back and keep the file open."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock back for good. Safe to call again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def stands(self) -> bool:
        """Whether the path still names the file that is open here: it does not once somebody deleted it."""
        try:
            there = self.path.stat()
        except OSError:
            return False
        mine = os.fstat(self._fd)
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._fd, kind | fcntl.LOCK_NB)
        except OSError as exc:
            if exc.errno in {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}:
                return False
            raise DataDirectoryError(
                f"{self.path.parent} is on a file system without file locks, perhaps a network share "
                f"({exc.strerror}): set PREPMATE_DATA_DIR to a directory on a local disk."
            ) from exc
        return True
