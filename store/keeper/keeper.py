"""The keeper: starts mongod, starts it again when it dies, and ends it when nobody uses it any more."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from store.keeper.directory import SOCKET_NAME, DataDirectory, Report
from store.keeper.locks import FileLock
from store.keeper.mongod import END_SECONDS, end_orphan, last_complaint, spawn_mongod

FAILED_STARTS_LIMIT = 4
"""Consecutive starts that ended before mongod took a connection, after which the keeper gives up."""

_TICK_SECONDS = 0.25
_STARTING_TICK_SECONDS = 0.01
_RECENT_SECONDS = 20.0
_LOG_BYTES = 8_000_000
_ROTATE_EVERY_TICKS = 200

log = logging.getLogger(__name__)


def restart_delay(recent_deaths: int) -> float:
    """Return the seconds to wait before the next start: none for the first six deaths in 20 s, then up to 5."""
    return 0.0 if recent_deaths <= 6 else min(5.0, 0.25 * 2 ** (recent_deaths - 7))


class Keeper:
    """Owns the one mongod on a directory. The caller holds the directory's keeper lock.

    `linger` is how many seconds mongod outlives its last client; `monotonic` a clock in seconds.
    """

    def __init__(
        self,
        directory: DataDirectory,
        mongod: Path,
        *,
        linger: float,
        extra: Sequence[str],
        monotonic: Callable[[], float],
    ) -> None:
        self._directory = directory
        self._mongod = mongod
        self._linger = linger
        self._extra = extra
        self._now = monotonic
        self._clients = FileLock(directory.clients_lock)
        self._own = FileLock(directory.keeper_lock)  # only compared with the path: another handle holds the lock
        self._socket_directory = directory.socket_directory()
        self._report = Report(os.getpid(), str(self._socket_directory / SOCKET_NAME))
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths: deque[float] = deque(maxlen=32)
        self._failed_starts = 0
        self._start_at = self._now()
        self._used_at = self._now()
        self._told_to_end = False
        self._wake, self._wakeup = _pipe()

    def run(self) -> None:
        """Keep mongod until the last client is gone, a SIGTERM comes, or mongod cannot be started."""
        self._listen_to_signals()
        if end_orphan(self._directory):
            log.warning("ended a mongod whose keeper had been killed")
        ticks = 0
        while not self._told_to_end and self._failed_starts < FAILED_STARTS_LIMIT:
            self._watch_mongod()
            if not self._own.stands():
                log.warning("the data directory was deleted")
                break
            if not self._in_use():
                break
            ticks += 1
            if ticks % _ROTATE_EVERY_TICKS == 0:
                self._rotate_log()
            self._sleep()
        self._end()

    def _listen_to_signals(self) -> None:
        signal.set_wakeup_fd(self._wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._on_end)
        signal.signal(signal.SIGINT, self._on_end)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # a handler of any kind, so that it wakes us

    def _on_end(self, _number: int, _frame: FrameType | None) -> None:
        self._told_to_end = True

    def _sleep(self) -> None:
        starting = not self._report.ready and self._now() >= self._start_at
        select.select([self._wake], [], [], _STARTING_TICK_SECONDS if starting else _TICK_SECONDS)
        try:
            while os.read(self._wake, 64):
                pass
        except BlockingIOError:
            return

    def _watch_mongod(self) -> None:
        if self._process is None:
            if self._now() >= self._start_at:
                self._start()
        elif self._process.poll() is not None:
            self._on_death(self._process.returncode)
        elif not self._report.ready:
            if _answers(self._report.socket):
                self._failed_starts = 0
                self._set_report(ready=True)
        elif not Path(self._report.socket).exists():
            log.warning("the socket was deleted: mongod starts again")
            self._process.terminate()
            self._set_report(ready=False)

    def _start(self) -> None:
        self._set_report(ready=False)
        try:
            self._process = spawn_mongod(self._mongod, self._directory, self._socket_directory, self._extra)
        except OSError as exc:
            self._give_up(f"{self._mongod} cannot be run ({exc.strerror})")
            return
        log.info("mongod %d started", self._process.pid)

    def _on_death(self, code: int) -> None:
        now = self._now()
        was_ready, self._process = self._report.ready, None
        self._directory.mongod_pid_file.unlink(missing_ok=True)
        self._deaths.append(now)
        log.warning("mongod ended with code %d", code)
        if not was_ready and code != -signal.SIGKILL:
            self._failed_starts += 1
            if self._failed_starts == FAILED_STARTS_LIMIT:
                self._give_up(last_complaint(self._directory))
        recent = sum(1 for death in self._deaths if now - death <= _RECENT_SECONDS)
        self._start_at = now + restart_delay(recent + 2 * self._failed_starts)
        self._set_report(ready=False)

    def _give_up(self, why: str) -> None:
        self._failed_starts = FAILED_STARTS_LIMIT
        log.error("giving up: %s", why)
        self._set_report(failure=f"The database could not be started: {why}. See {self._directory.logs}.")

    def _set_report(self, *, ready: bool = False, failure: str | None = None) -> None:
        self._report = replace(self._report, ready=ready, failure=failure or self._report.failure)
        if self._own.stands():
            self._directory.write_report(self._report)

    def _in_use(self) -> bool:
        """Whether a client is there or was within the linger time; if not, the clients' lock is ours from now on."""
        if not self._clients.try_exclusive():
            self._used_at = self._now()
            return True
        if self._now() - self._used_at < self._linger:
            self._clients.release()
            return True
        return False

    def _rotate_log(self) -> None:
        current = self._directory.logs / "mongod.log"
        if self._process is not None and current.exists() and current.stat().st_size > _LOG_BYTES:
            current.replace(self._directory.logs / "mongod.log.1")
            self._process.send_signal(signal.SIGUSR1)

    def _end(self) -> None:
        """End mongod cleanly. New clients wait meanwhile for the lock that ends with this process."""
        self._set_report(ready=False)
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                log.warning("mongod did not end in time and is killed")
                self._process.kill()
                self._process.wait()
            log.info("mongod ended")
        self._directory.mongod_pid_file.unlink(missing_ok=True)
        if self._report.failure is None:
            self._directory.report_file.unlink(missing_ok=True)


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    return ends
