"""What every place where students chat provides: the whole plug-in interface on one screen.

An adapter converts what arrives into an `Incoming`, gives it to `Doorway.take` before it acknowledges anything to its
platform, shows previews while the turn is worked, and delivers what stands in the outbox.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from agents.listener import Listener
from store.client import Database, ObjectId, Raw
from store.documents.own import Attachment, OutboxItem, Platform, Quote
from tools.request import Request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from bot.app import App


@dataclass(frozen=True)
class Incoming:
    """A message as it came in. `account` is who the platform says wrote it: authenticated, never taken from text.

    `key` names the message for ever (a redelivered message has the same key). `address` is where the answer goes.
    `public`: others read along there. `reply_to` is the platform's name of the message that the answer replies to.
    `language` is what the platform says the account's owner reads (IETF tag), if it says so. `attached`: the text holds
    a file that came with the message, and may be longer than what is typed. `attachment` is a recording or a picture
    that came with it, perhaps with no text at all: it is fetched when the turn is worked. `quotes` is what it replies
    to or passes on, `sent_at` when the platform got it. `passed_on` is who wrote a
    message that was forwarded, "" where that is not told; None: whoever sends it wrote it. `hold` is for how many
    seconds a message waits for what its sender passes on behind it. `request` is a wish that came as a value; the text
    then says it for people, and nobody reads it.
    """

    key: str
    platform: Platform
    account: str
    display_name: str
    address: str
    text: str
    public: bool = False
    reply_to: str | None = None
    language: str | None = None
    attached: bool = False
    attachment: Attachment | None = None
    quotes: tuple[Quote, ...] = ()
    sent_at: datetime | None = None
    passed_on: str | None = None
    hold: float = 0.0
    request: Request | None = None


def private_address(incoming: Incoming) -> str | None:
    """Return where whoever wrote can be written to in private later on, if this message tells it.

    A terminal's session ends, and nothing is ever sent to one that did not ask.
    """
    return None if incoming.public or incoming.platform == "terminal" else incoming.address


def owns_the_service(platform: Platform) -> bool:
    """Return whether whoever writes there runs the service themselves, and set up its model."""
    return platform == "terminal"


class Undeliverable(Exception):
    """This message can never be delivered to this address: the chat is gone or refuses everything, for good."""


class Unshowable(Exception):
    """This message can never be shown, for what it is: others can be, at the same address."""


class Unfetched(Exception):
    """A file is not given out, or is too large; the message is the sentence for whoever sent it."""


class NotNow(Exception):
    """It did not work this time and may work later: it is tried again after waits that grow up to `longest` seconds."""

    longest: float = 60.0


class DeliverLater(Exception):
    """The platform asks to wait. `seconds` is how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait {seconds:g} s")
        self.seconds = seconds


class Adapter(Protocol):
    """One platform. The names of its methods are the life of an answer."""

    platform: Platform

    def reach(self) -> Raw:
        """Return which outbox items this process can deliver, as a query (a terminal reaches only itself)."""

    def listener(self, turn_id: ObjectId, address: str) -> Listener:
        """Return where previews of a turn's answer are shown; `agents.listener.Silence()` where they cannot be."""

    async def deliver(self, item: OutboxItem) -> None:
        """Show an item; showing the same item (by its id) again must not show it twice where that can be avoided.

        It is cancelled when it takes longer than `bot.delivery.DELIVER_SECONDS`, and asked again later.

        Raises: Undeliverable, Unshowable, NotNow, DeliverLater.
        """

    async def fetch(self, file: str, most: int) -> bytes:
        """Return a file that came with a message, of at most so many bytes. Raises: Unfetched."""


class Service(Protocol):
    """A platform as `prepmate serve` keeps it open."""

    platform: Platform

    def adapter(self, database: Database) -> Adapter:
        """Return what delivers to the platform. Called once, before `run`."""

    def routes(self) -> Sequence[web.RouteDef]:
        """Return where the platform calls, on the one HTTP listener."""

    async def run(self, app: App, stop: asyncio.Event) -> None:
        """Take messages in until `stop`. Raises: BotError, a sentence, when it can never go on."""
