"""The accept step: an update is a turn, or a sentence, or nothing, and only then it is confirmed to Telegram.

Polling and webhook hand every update to `Intake.take` and confirm those of which it says that they are taken care of.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import replace
from typing import Any, Final, Protocol
from weakref import WeakValueDictionary

from bot import replies
from bot.adapters.base import Incoming, Unfetched
from bot.adapters.telegram.convert import (
    Decision,
    Heard,
    Ignored,
    Left,
    Me,
    Overheard,
    Pressed,
    Told,
    account_of,
    decide,
)
from bot.adapters.telegram.files import text_of
from bot.adapters.telegram.joining import Joining
from bot.adapters.telegram.speaker import Speaker
from bot.doorway import Said
from bot.taps import Taps
from bot.turns import Accepted
from store.client import Database
from store.errors import StoreError
from store.repositories.accounts import Accounts
from store.repositories.splits import Splits
from store.work import Clock, IdFactory
from texts import ENGLISH, say, speaking

log = logging.getLogger(__name__)

_REMEMBERED: Final = 5_000
"""How many updates this process knows to be done: a repeated one costs nothing, and no sentence is said twice."""


class Door(Protocol):
    """What messages pass before they are taken in: `bot.doorway.Doorway`."""

    async def take(self, incoming: Incoming) -> Accepted | Said:
        """Take a message in, or say why not. Raises: StoreError."""

    async def turn_away(self, incoming: Incoming) -> Said | None:
        """Return what somebody is told whatever they sent: who is not let in, said /stop, or whose account is closed.
        None of anybody else. Raises: StoreError.
        """


class Intake:
    """Takes updates in, those of one account one after the other in the order in which they are given."""

    def __init__(
        self, me: Me, speaker: Speaker, *, door: Door, database: Database, holder: str, clock: Clock, ids: IdFactory
    ) -> None:
        self._me, self._speaker, self._door = me, speaker, door
        self._taps, self._accounts = Taps(database), Accounts(database, clock=clock, ids=ids)
        self.joining = Joining(Splits(database), accept=self._accept, refuse=self._refuse, holder=holder, clock=clock)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._done: OrderedDict[int, None] = OrderedDict()

    async def take(self, raw: dict[str, Any]) -> bool:
        """Take care of an update; return whether to confirm it. One that makes trouble is logged and confirmed."""
        account, number = account_of(raw), raw.get("update_id")
        lock = self._locks.setdefault(account, asyncio.Lock())
        async with lock:
            if number in self._done:
                return True
            with speaking(_language_of(raw)):
                done = await self._take(raw, number)
            if done:
                self._remember(number)
            return done

    async def _take(self, raw: dict[str, Any], number: Any) -> bool:
        decision: Decision = Ignored("what cannot be read")
        try:
            decision = decide(raw, self._me)
            await self._act(decision)
        except StoreError as exc:
            if exc.passes:
                log.warning("update %s is not accepted now: %s", number, exc)
                return False
            log.exception("update %s cannot be stored", number)
            self._own_up(decision)
        except Exception:
            log.exception("update %s makes trouble and is passed over", number)
            self._own_up(decision)
        return True

    async def _act(self, decision: Decision) -> None:
        match decision:
            case Heard():
                await self._hear(decision)
            case Overheard(heard):
                await self.joining.overhear(heard)
            case Pressed():
                await self._press(decision)
            case Told(incoming, sentence, once):
                if not await self._turn_away(incoming):
                    self._speaker.say(incoming, sentence, once=once)
            case Left(account):
                await self._accounts.mark_dead("telegram", account)

    async def _hear(self, heard: Heard) -> None:
        incoming = heard.incoming
        if incoming.attachment is not None:
            await self._attend(heard)
            return
        if heard.document is None:
            await self.joining.take(heard)
            return
        if await self._turn_away(incoming):
            return
        try:
            text = await text_of(self._speaker.client, incoming.text, heard.document)
        except Unfetched as exc:
            self._refuse(incoming, str(exc))
            return
        await self.joining.settle(incoming)
        await self._accept(replace(incoming, text=text, attached=True))

    async def _attend(self, heard: Heard) -> None:
        """Take in a recording or a picture, which is fetched when its turn is worked. Raises: StoreError."""
        await self.joining.settle(heard.incoming)
        taken = await self._take_in(heard.incoming)
        if heard.album is None or not isinstance(taken, Accepted) or not taken.duplicate:
            return
        if not heard.incoming.text:
            told = say("I take one at a time: of these I only read the first. Send the others one by one.")
            self._speaker.say(heard.incoming, told, once=heard.album)
            return
        # Only told: this may as well be the first one come again, whose words would be answered a second time.
        told = say(
            "I take one at a time: of these I only read the first, and not what you wrote below another. Send the "
            "others one by one, each with its words."
        )
        self._speaker.say(heard.incoming, told, once=f"{heard.album} words")

    async def _press(self, pressed: Pressed) -> None:
        incoming = pressed.incoming
        tap = await self._taps.find("telegram", incoming.account, pressed.item, pressed.index)
        if isinstance(tap, str):
            self._speaker.answer(incoming, pressed.press, tap)
            return
        key = f"telegram:{self._me.id}:tap:{tap.key}" if tap.key else incoming.key
        await self.joining.settle(incoming)
        taken = await self._door.take(replace(incoming, text=tap.says, key=key))
        if isinstance(taken, Said):
            self._speaker.answer(incoming, pressed.press, taken.text)
        elif taken.duplicate:
            self._speaker.answer(incoming, pressed.press, say("You have chosen already."))
        else:
            self._speaker.answer(incoming, pressed.press, "")
            if tap.key and pressed.message is not None:
                self._speaker.mark(incoming.address, pressed.message, tap)

    async def _accept(self, incoming: Incoming) -> None:
        await self._take_in(incoming)

    async def _take_in(self, incoming: Incoming) -> Accepted | Said:
        """Take a message in, or say why not. Raises: StoreError."""
        taken = await self._door.take(incoming)
        if isinstance(taken, Said):
            self._speaker.say(incoming, taken.text)
        return taken

    async def _turn_away(self, incoming: Incoming) -> bool:
        """Tell somebody of whom nothing is taken in why, and return whether that is so. Raises: StoreError."""
        refusal = await self._door.turn_away(incoming)
        if refusal is not None:
            self._speaker.say(incoming, refusal.text)
        return refusal is not None

    def _own_up(self, decision: Decision) -> None:
        """Say that something failed here, to whoever said or pressed it: it is not going to be tried again."""
        match decision:
            case Heard(incoming) | Told(incoming):
                self._speaker.say(incoming, say(replies.FAILED))
            case Pressed(incoming, press):
                self._speaker.answer(incoming, press, say(replies.FAILED))

    def _refuse(self, incoming: Incoming, sentence: str) -> None:
        self._speaker.say(incoming, sentence)

    def _remember(self, number: Any) -> None:
        self._done[number] = None
        while len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)


def _language_of(raw: dict[str, Any]) -> str:
    for kind in ("message", "edited_message", "callback_query"):
        match raw.get(kind):
            case {"from": {"language_code": str(language)}}:
                return language
    return ENGLISH
