"""One session's way of talking: a dialogue, a pipe, or one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.terminal.adapter import Screen, TerminalAdapter
from bot.adapters.terminal.conversation import Conversation
from bot.adapters.terminal.once import ask
from bot.adapters.terminal.screen import PlainScreen, RichScreen, SilentScreen
from bot.app import App, utc_now
from bot.exports import Exports
from store.client import Database

if TYPE_CHECKING:
    from rich.console import Console

    from bot.adapters.terminal.session import Wish


class Talk:
    """A session's adapter, and what runs on it once the service is open."""

    def __init__(self, database: Database, console: Console, wish: Wish, session: str) -> None:
        self._wish = wish
        self._rich = RichScreen(console) if console.is_terminal and not wish.as_json else None
        self._plain = PlainScreen()
        silent = wish.once is not None or wish.as_json
        screen: Screen = self._rich or (SilentScreen() if silent else self._plain)
        exports = Exports(database, wish.history.parent.parent / "exports", utc_now)
        self.adapter = TerminalAdapter(
            database, screen, account=wish.account, session=session, exports=exports, history=wish.history
        )

    async def run(self, app: App) -> int:
        """Talk; return the exit status. Raises: Refused, ScreenGone, StoreError, OSError."""
        wish = self._wish
        conversation = Conversation(app, self.adapter, wish.account, wish.name)
        async with self.adapter.alive(adopting=wish.once is None and not wish.as_json):
            if wish.once is not None:
                return await ask(conversation, wish.once, as_json=wish.as_json, screen=self._rich)
            if wish.as_json:
                from bot.adapters.terminal.programs import talk_json

                return await talk_json(conversation)
            if wish.interactive and self._rich:
                # Imported here: scripts need no prompt.
                from bot.adapters.terminal.dialogue import Dialogue

                return await Dialogue(conversation, self._rich, wish.history).run()
            from bot.adapters.terminal.pipe import converse

            return await converse(conversation, self._rich or self._plain)
