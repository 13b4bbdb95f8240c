"""What every way of talking in a terminal does: send a message, wait until its answer was shown, stop it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from typing import Final

from bot.adapters.terminal.adapter import TerminalAdapter
from bot.adapters.terminal.convert import incoming_of
from bot.adapters.terminal.files import with_file
from bot.app import App
from bot.errors import BotError
from bot.turns import Accepted
from store.documents.own import Turn
from store.errors import StoreError
from store.repositories.turns import Limits
from texts import later, say
from tools.request import Request

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
_LONGEST: Final = Limits().characters
ELSEWHERE = later("Another terminal of yours has shown the answer to this.")


class ScreenGone(BotError):
    """Nobody can see the answers any more; they wait for the student's next session."""


@dataclass
class Conversation:
    """One account's exchange with the service, in one session."""

    app: App
    adapter: TerminalAdapter
    account: str
    name: str
    _number: int = field(default=0, init=False)

    async def send(self, said: str | Request) -> Accepted:
        """Hand a message in, with the text of the file that it imports, or a request. Raises: Refused, StoreError."""
        request = said if isinstance(said, Request) else None
        text = said.in_words if isinstance(said, Request) else await asyncio.to_thread(with_file, said, _LONGEST)
        self._number += 1
        address = self.adapter.speak_for(self.account)
        message = incoming_of(text, account=self.account, name=self.name, address=address, number=self._number)
        return await self.app.turns.accept(replace(message, request=request))

    async def wait(self, accepted: Accepted) -> bool:
        """Wait until the answer was shown; return False when another terminal showed it. Raises: ScreenGone."""
        while not await self.adapter.wait_for(accepted.turn_id, seconds=LOOK_SECONDS):
            if self.adapter.screen_gone.is_set():
                raise ScreenGone(say("The output was closed before the answer came; it waits for your next session."))
            turn = await self.turn_of(accepted)
            if turn is not None and turn.status == "delivered":
                return await self.adapter.wait_for(accepted.turn_id, seconds=0.0)
        return True

    async def turn_of(self, accepted: Accepted) -> Turn | None:
        """Return the turn as it stands, or None while that cannot be told."""
        try:
            return await self.app.turns.find(accepted.turn_id)
        except StoreError as exc:
            log.warning("the turn cannot be looked up: %s", exc)
            return None

    async def stop(self, accepted: Accepted) -> None:
        """Stop the answer to a message; what stands instead is shown like any answer."""
        try:
            await self.app.turns.cancel(accepted.student, accepted.turn_id)
        except StoreError as exc:
            log.warning("the turn cannot be cancelled: %s", exc)
