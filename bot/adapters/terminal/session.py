"""A session in the terminal: the service, opened behind the way of talking that fits how the program was called.

What talks imports libraries that take seconds, so it is imported (see `talk`) once the database is being started.
"""

from __future__ import annotations

import secrets
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.app import Progress, open_app
from bot.messages import check_text
from bot.settings import Settings
from store.repositories.turns import Limits

if TYPE_CHECKING:
    from bot.adapters.base import Adapter
    from bot.adapters.terminal.talk import Talk
    from store.client import Database
    from store.documents.own import Platform
    from tools.request import Request


@dataclass(frozen=True)
class Wish:
    """How the program was called. `once` is the one message or request; `history` the file of what was typed.

    With `as_json` and no `once` it talks with a program, line by line.
    """

    account: str
    name: str
    history: Path
    once: str | Request | None = None
    as_json: bool = False

    @property
    def interactive(self) -> bool:
        """Return whether a person sits at both ends."""
        return self.once is None and not self.as_json and sys.stdin.isatty() and sys.stdout.isatty()


async def run(settings: Settings, wish: Wish) -> int:
    """Talk until the student leaves, the input ends or the one message is answered; return the exit status.

    Raises: Refused, ScreenGone, StoreError, OSError.
    """
    if isinstance(wish.once, str):
        check_text(wish.once, Limits().characters)  # before anything is started for it
    console = Console(no_color=settings.no_color or None, highlight=False)
    session = secrets.token_hex(8)
    opened: list[Talk] = []

    def adapters(database: Database) -> dict[Platform, Adapter]:
        from bot.adapters.terminal.talk import Talk

        opened.append(Talk(database, console, wish, session))
        return {"terminal": opened[0].adapter}

    with ExitStack() as waiting:
        progress = _show_progress(waiting, settings)
        async with open_app(settings, adapters, on_progress=progress) as app:
            waiting.close()
            return await opened[0].run(app)


def _show_progress(stack: ExitStack, settings: Settings) -> Progress:
    """Return what shows a sentence on standard error until the stack is closed, where a person can see it."""
    if not sys.stderr.isatty():
        return lambda _: None
    console = Console(stderr=True, no_color=settings.no_color or None, highlight=False)
    status = stack.enter_context(console.status(Text("Opening your notes…", style="dim"), spinner_style="cyan"))
    return lambda sentence: status.update(Text(sentence, style="dim"))
