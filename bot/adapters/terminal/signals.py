"""What a terminal does to a process: interrupts while an answer is made, keys that are pressed meanwhile."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

try:
    import termios
except ImportError:  # a system without POSIX terminals echoes what is typed
    termios = None  # type: ignore[assignment]


@contextmanager
def interrupts_to(act: Callable[[], None]) -> Iterator[None]:
    """Call `act` for each Ctrl-C while the block runs."""
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGINT, act)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)


@contextmanager
def unechoed() -> Iterator[None]:
    """Keep what is typed while the block runs from smudging the screen; the next prompt still reads it."""
    if termios is None or not sys.stdin.isatty():
        yield
        return
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    quiet = [*before]
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(fd, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
