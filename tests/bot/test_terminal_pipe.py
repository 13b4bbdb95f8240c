"""Lines of a pipe that come faster than anybody may talk."""

from __future__ import annotations

import os
from typing import cast

from bot.adapters.terminal.conversation import Conversation
from bot.adapters.terminal.pipe import converse
from bot.errors import Refused
from bot.turns import Accepted
from store.client import ObjectId
from store.repositories.turns import TooFast
from tests.fortnight.stage import Paper


class Slow:
    """A service that takes a line only at its third try."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.taken: list[str] = []

    async def send(self, text: str) -> Accepted:
        self.tried.append(text)
        if len(self.tried) % 3:
            raise Refused("Too fast.") from TooFast("too many turns within a minute")
        self.taken.append(text)
        return Accepted(ObjectId(), ObjectId(), duplicate=False)

    async def wait(self, accepted: Accepted) -> bool:
        return True


async def test_lines_that_come_too_fast_wait() -> None:
    """No line of a pipe is lost to the limit of messages a minute: each waits for its turn, and that is said."""
    service, paper = Slow(), Paper()
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo\n")
    os.close(writing)
    assert await converse(cast("Conversation", service), paper, reading, pause=0.0) == 0
    assert service.taken == ["one", "two"]
    assert service.tried == ["one"] * 3 + ["two"] * 3
    assert ["as soon as I may" in note for note in paper.notes] == [True, True]
