"""Talking through a pipe: each line of standard input is a message, answered in order on standard output."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable

from bot.adapters.terminal.adapter import Screen
from bot.adapters.terminal.conversation import ELSEWHERE, Conversation
from bot.adapters.terminal.convert import decode
from bot.adapters.terminal.signals import interrupts_to
from bot.commands import QUIT, local_command
from bot.errors import Refused
from bot.replies import sentence_for
from bot.turns import Accepted
from store.errors import StoreError
from store.repositories.turns import TooFast
from texts import say
from tools.request import Request

LINE_BYTES = 4_000_000
_READ_BYTES = 65_536
_AHEAD = 4
INTERRUPTED = 130
PAUSE_SECONDS = 2.0
"""How long a line waits that came too fast, before it is handed in again."""


async def converse(conversation: Conversation, screen: Screen, fd: int = 0, *, pause: float = PAUSE_SECONDS) -> int:
    """Answer the lines of `fd` until it ends; return the exit status."""
    async for line in lines_of(fd):
        text = decode(line)
        if (command := local_command(text)) is not None:
            if command is QUIT:
                break
            screen.note(say("Nothing is being answered: lines of a pipe are answered one after the other."))
        elif not await _answer(conversation, screen, text, pause):
            return INTERRUPTED
    return 0


async def _answer(conversation: Conversation, screen: Screen, text: str, pause: float) -> bool:
    """Have one line answered; return False when that was interrupted."""
    try:
        accepted = await send_in_time(conversation, text, screen.note, pause)
    except (Refused, StoreError) as exc:
        screen.note(sentence_for(exc))
        return True
    interrupted = asyncio.Event()
    stopping: set[asyncio.Task[None]] = set()

    def stop() -> None:
        interrupted.set()
        stopping.add(asyncio.ensure_future(conversation.stop(accepted)))

    with interrupts_to(stop):
        if not await conversation.wait(accepted):
            screen.note(say(ELSEWHERE))
    return not interrupted.is_set()


async def send_in_time(
    conversation: Conversation, said: str | Request, note: Callable[[str], object], pause: float = PAUSE_SECONDS
) -> Accepted:
    """Hand a line in, as soon as it is no more than may be said in a minute. Raises: Refused, StoreError."""
    told = False
    while True:
        try:
            return await conversation.send(said)
        except Refused as exc:
            if not isinstance(exc.__cause__, TooFast):
                raise
        if not told:
            note(say("That is as much as I read in a minute; the rest follows by itself, as soon as I may."))
            told = True
        await asyncio.sleep(pause)


async def lines_of(fd: int) -> AsyncIterator[bytes]:
    """Yield the lines of a file descriptor without their ends; of a very long one only the first `LINE_BYTES`."""
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(_AHEAD)
    loop = asyncio.get_running_loop()
    # A thread of our own, and os.read: neither the loop nor the interpreter waits for them at the end.
    threading.Thread(target=_read, args=(fd, queue, loop), name="standard input", daemon=True).start()
    while (line := await queue.get()) is not None:
        yield line


def _read(fd: int, queue: asyncio.Queue[bytes | None], loop: asyncio.AbstractEventLoop) -> None:
    def put(line: bytes | None) -> None:
        asyncio.run_coroutine_threadsafe(queue.put(line), loop).result()

    held = b""
    while piece := _read_piece(fd):
        first, *rest = piece.split(b"\n")
        held = (held + first)[:LINE_BYTES]
        for line in rest:
            put(held)
            held = line
    if held:
        put(held)
    put(None)


def _read_piece(fd: int) -> bytes:
    try:
        return os.read(fd, _READ_BYTES)
    except OSError:  # closed, or a directory: nothing more comes
        return b""
