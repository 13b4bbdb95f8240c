"""What every message passes before it is taken in: who is let in, and what bypasses the queue of messages.

A door gives each message to `Doorway.take` before it acknowledges it to its platform. What comes back is either a
turn, which will be answered through the outbox, or a sentence that the door shows at once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.access import Access, name_account
from bot.adapters.base import Incoming, private_address
from bot.commands import split_command
from bot.errors import Refused
from bot.hush import Hush
from bot.replies import sentence_for
from bot.turns import Accepted, Turns
from store.client import Database
from store.documents.own import Action, ChannelAccount
from store.repositories.accounts import Accounts, Deactivated
from store.repositories.knocks import Knocks
from store.repositories.outbox import Outbox
from store.work import Clock, IdFactory
from texts import ENGLISH, say, speaking

log = logging.getLogger(__name__)

HUSH: Final = timedelta(minutes=1)
"""How long somebody who was refused a few times is not told so again, in the same place."""
TRIES: Final = 5
"""How many codes an account may try within an hour."""
_START: Final = "/start"
_BYPASSING: Final = frozenset({"cancel", "stop", "invite"})


@dataclass(frozen=True)
class Said:
    """A sentence that the door shows at once, and taps below it. An empty one shows nothing."""

    text: str
    actions: tuple[Action, ...] = ()


SILENCE: Final = Said("")


class Doorway:
    """Takes messages in, on this replica."""

    def __init__(self, database: Database, turns: Turns, access: Access, *, clock: Clock, ids: IdFactory) -> None:
        self._turns, self._access, self._clock = turns, access, clock
        self._accounts = Accounts(database, clock=clock, ids=ids)
        self._outbox, self._knocks = Outbox(database), Knocks(database)
        self._hush = Hush(HUSH)

    async def take(self, incoming: Incoming) -> Accepted | Said:
        """Take a message in, or say why not; do what bypasses the queue (/cancel, /stop).

        The same message may be given again: it is one turn.

        Raises: StoreUnavailable when nothing can be promised now; then the door acknowledges nothing.
        """
        link = await self._accounts.link_of(incoming.platform, incoming.account)
        try:
            if link is None:
                return await self._meet(incoming)
            if not self._access.welcomes(link):
                return self._refuse(incoming)
            if (address := private_address(incoming)) is not None:
                await self._accounts.heard_from(link, address)
            return await self._hear(incoming, link)
        except Refused as exc:
            return Said(self._with_contact(str(exc), exc.__cause__))

    async def turn_away(self, incoming: Incoming) -> Said | None:
        """Return what somebody is told whatever they sent: who is not let in, has stopped everything, or whose account
        was closed. None of anybody else.

        Raises: StoreUnavailable.
        """
        link = await self._accounts.link_of(incoming.platform, incoming.account)
        if not self._access.admits(incoming.platform, incoming.account, known=link is not None):
            return self._refuse(incoming)
        if link is None:
            return None
        if link.stopped_at is not None:
            return await self._say_that_they_stopped(link)
        try:
            await self._accounts.check_active(link.user_id)
        except Deactivated as exc:
            return Said(self._with_contact(sentence_for(exc), exc))
        return None

    def _with_contact(self, sentence: str, why: BaseException | None) -> str:
        """Return why a message was refused; of a closed account also whom to ask."""
        if self._access.contact is None or not isinstance(why, Deactivated):
            return sentence
        return f"{sentence} {say('Write to {contact}.', contact=self._access.contact)}"

    # --- strangers

    async def _meet(self, incoming: Incoming) -> Accepted | Said:
        """Let in whoever may come in. Nobody who may not becomes a student, and they cost next to nothing."""
        command, rest = split_command(incoming.text)
        with speaking(incoming.language or ENGLISH):
            if not self._access.admits(incoming.platform, incoming.account, known=False):
                if command not in {"start", "invite"} or not rest or self._access.mode != "invite" or incoming.public:
                    return self._refuse(incoming)
                return await self._try_code(incoming, rest)
            if command in {"cancel", "stop"}:
                return Said(say("We have not met yet, so there is nothing to stop. Say /start when you like."))
        return await self._turns.accept(self._without_code(incoming, command, rest))

    async def _try_code(self, incoming: Incoming, code: str) -> Accepted | Said:
        name = name_account(incoming.platform, incoming.account)
        if await self._knocks.count(name, incoming.key, self._clock()) > TRIES:
            return self._tell(incoming, say("That were too many codes. Wait an hour, then try again."))
        if not self._access.opens(code):
            return Said(say("That code does not open anything. Look at it again: capitals count."))
        log.info("somebody was let in with an invitation")
        return await self._turns.accept(replace(incoming, text=_START))

    def _refuse(self, incoming: Incoming) -> Said:
        with speaking(incoming.language or ENGLISH):
            refusal = self._access.refusal(incoming.platform, incoming.account, public=incoming.public)
            return self._tell(incoming, refusal)

    def _tell(self, incoming: Incoming, sentence: str) -> Said:
        """Say something to a stranger, a few times: who is sent from a group to the private chat is answered there."""
        what = name_account(incoming.platform, incoming.account), incoming.address, sentence
        return Said(self._hush.temper(what, sentence, self._clock()))

    def _without_code(self, incoming: Incoming, command: str, rest: str) -> Incoming:
        """Return the message without an invitation code, which is to be stored nowhere."""
        invited = command == "invite" or (command == "start" and bool(rest) and self._access.opens(rest))
        return replace(incoming, text=_START) if invited else incoming

    # --- students

    async def _hear(self, incoming: Incoming, link: ChannelAccount) -> Accepted | Said:
        # Somebody else's "/stop" that is shown here asks for nothing.
        command, rest = split_command(incoming.text) if incoming.passed_on is None else ("", "")
        if command in _BYPASSING:
            return await self._do(command, incoming, link)
        if link.stopped_at is not None:
            if known := await self._turns.known(incoming.key):
                return known
            if command != "start":
                return await self._say_that_they_stopped(link)
            await self._accounts.start(link)
        return await self._turns.accept(self._without_code(incoming, command, rest), student=link.user_id)

    async def _say_that_they_stopped(self, link: ChannelAccount) -> Said:
        with speaking(await self._accounts.language_of(link.user_id)):
            return Said(say("You said /stop, so I stay quiet. Say /start and I answer again."))

    async def _do(self, command: str, incoming: Incoming, link: ChannelAccount) -> Said:
        """Do what is no turn. The same message is done once: come again, it would stop what was asked after it."""
        if incoming.key in link.done:
            return SILENCE
        with speaking(await self._accounts.language_of(link.user_id)):
            said = await self._bypass(command, incoming, link)
        # Afterwards: who is killed before this does it again, and nothing that came after it was taken in by then.
        await self._accounts.note_done(link, incoming.key)
        return said

    async def _bypass(self, command: str, incoming: Incoming, link: ChannelAccount) -> Said:
        if command == "invite":
            return Said(say("You are in already; no code is needed."))
        if command == "stop" and not incoming.public:
            return await self._stop(incoming, link)
        stopped = await self._turns.cancel(link.user_id)
        return Said(say("Stopping it…") if stopped else say("Nothing is being answered right now."))

    async def _stop(self, incoming: Incoming, link: ChannelAccount) -> Said:
        """Stop what runs and what waits. Noted first: from then on nothing is begun for this account."""
        await self._accounts.stop(link)
        await self._turns.cancel(link.user_id)
        addresses = {incoming.address, *([link.address] if link.address else [])}
        await self._outbox.drop(link.user_id, incoming.platform, addresses, "the student said /stop")
        return Said(
            say("Stopped: I send nothing more, no reminders either. What you saved stays. Say /start to go on.")
        )
