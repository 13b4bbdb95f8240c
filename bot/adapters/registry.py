"""Which platforms there are. A platform's module, and with it the platform's library, is imported when it is opened."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from store.documents.own import Platform


@dataclass(frozen=True)
class Door:
    """A platform: in one sentence what it is, and the module whose `run(settings, …)` opens it until it is closed."""

    platform: Platform
    summary: str
    module: str

    def opener(self) -> Callable[..., Awaitable[int]]:
        """Return the function that opens the door and returns the exit status."""
        return cast("Callable[..., Awaitable[int]]", cast("Any", importlib.import_module(self.module)).run)


DOORS: dict[Platform, Door] = {
    "terminal": Door("terminal", "a conversation in this terminal", "bot.adapters.terminal.session"),
}
