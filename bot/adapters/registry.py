"""Which platforms there are. A platform's module, and with it the platform's library, is imported when it is opened."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from pydantic import SecretStr

from bot.settings import Settings
from store.documents.own import Platform

if TYPE_CHECKING:
    from bot.adapters.base import Service
    from bot.checks.finding import Finding

Tell = Callable[[str], None]
"""Where a platform says, in a sentence, what whoever runs the service should know."""
Checker = Callable[[Settings, Callable[[], datetime]], Awaitable[list["Finding"]]]
Opener = Callable[[Settings, Tell], AbstractAsyncContextManager["Service"]]


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


@dataclass(frozen=True)
class Served:
    """A platform that `prepmate serve` opens when its token is set, and where that token comes from.

    `module` has `opened(settings, tell)`, which yields its `Service`; `checks` has `check(settings, clock)`, what the
    doctor says of it.
    """

    platform: Platform
    setting: str
    source: str
    module: str
    checks: str

    @property
    def variable(self) -> str:
        """Return the environment variable that holds the token."""
        return str(Settings.model_fields[self.setting].alias)

    def wanted(self, settings: Settings) -> bool:
        """Return whether the token is set."""
        return isinstance(getattr(settings, self.setting), SecretStr)

    def opener(self) -> Opener:
        """Return what opens the platform."""
        module = cast("Any", importlib.import_module(self.module))
        return cast("Opener", module.opened)

    def checker(self) -> Checker:
        """Return what the doctor asks."""
        return cast("Checker", cast("Any", importlib.import_module(self.checks)).check)


SERVED: tuple[Served, ...] = (
    Served(
        "telegram",
        setting="telegram_bot_token",
        source="from @BotFather, /newbot",
        module="bot.adapters.telegram.service",
        checks="bot.adapters.telegram.checks",
    ),
)
