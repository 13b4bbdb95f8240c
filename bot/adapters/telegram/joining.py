"""One long text that Telegram's apps cut into several messages, as the one message that it was.

A message can hold 4096 units; an app cuts a longer text somewhere in a message's second half. So a message that is
longer than half may have a sequel: it waits, stored, for what comes right behind it from the same sender in the same
chat. With the last part, or after a quiet moment, all of it becomes one turn under the first part's key.

In a group only the first part names the bot. What comes behind a nearly full one is then read without that; of nothing
else that is said to others a word is read, kept, or taken for the end of a text.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from bot import replies
from bot.adapters.base import Incoming
from bot.adapters.telegram.convert import Heard
from bot.waiting import first_of
from store.documents.own import Quote
from store.documents.splits import SplitMessage, SplitPart
from store.errors import StoreError
from store.repositories.splits import Splits
from store.repositories.turns import Limits
from store.work import Clock
from texts import ENGLISH, say, speaking

log = logging.getLogger(__name__)

FULL: Final = 4096
LONG: Final = FULL // 2
"""Units. A message with more may have a sequel."""
NEARLY_FULL: Final = FULL * 3 // 4
"""Units. In a group a message with fewer has no sequel that does not name the bot itself."""
QUIET: Final = timedelta(seconds=2)
"""After a text's latest part, how long its next one is waited for."""
ORPHANED: Final = timedelta(seconds=10)
"""The same where the latest part came to another process, which may have been killed: the rest is delivered again."""
APART: Final = timedelta(seconds=3)
"""How far apart two parts may have been sent; Telegram tells whole seconds."""
_LOOK_SECONDS: Final = 0.3
KEPT_UNITS: Final = 65_536
TICKS: Final = "```"
_ROUNDS: Final = 4


class TooLong(Exception):
    """The text is longer than what is read; the message is the sentence for whoever sent it."""


class Joining:
    """Puts texts together on this replica, `holder`. `accept` takes a whole message in and raises StoreError;
    `refuse` says a sentence where a message came from. `limit` is how many characters are read.
    """

    def __init__(
        self,
        splits: Splits,
        *,
        accept: Callable[[Incoming], Awaitable[None]],
        refuse: Callable[[Incoming, str], None],
        holder: str,
        clock: Clock,
        limit: int = Limits().characters,
    ) -> None:
        self._splits, self._accept, self._refuse = splits, accept, refuse
        self._holder, self._clock, self._limit = holder, clock, limit

    async def take(self, heard: Heard) -> None:
        """Take a message in: as a part of a text, or at once, behind what is under way from its sender.

        A message that was taken in before is left alone. Raises: StoreError.
        """
        incoming = heard.incoming
        for _ in range(_ROUNDS):
            under_way = await self._splits.find(_account_of(incoming), incoming.key)
            if any(part.key == incoming.key for split in under_way for part in split.parts):
                return
            if (split := next((one for one in under_way if _goes_on(one, heard)), None)) is not None:
                if not await self._splits.add(split, _part_of(heard, split), holder=self._holder, now=self._clock()):
                    continue
                if heard.units <= LONG:
                    await self._end(split)
                return
            for split in under_way:
                await self._end(split)
            if not _may_go_on(heard):
                break
            if await self._splits.open(self._begun(heard)):
                return
        await self._accept(incoming)

    async def overhear(self, heard: Heard) -> None:
        """Take a message in that was not said to the bot, if it is the rest of a text that was. Raises: StoreError."""
        split = await self._splits.open_at(_place_of(heard.incoming))
        if split is None or not _is_cut_off(split, heard):
            return
        added = await self._splits.add(split, _part_of(heard, split), holder=self._holder, now=self._clock())
        if added and heard.units <= LONG:
            await self._end(split)

    async def settle(self, incoming: Incoming) -> None:
        """Take in what is under way from a message's sender, since the message comes after it. Raises: StoreError."""
        for split in await self._splits.find(_account_of(incoming), incoming.key):
            await self._end(split)

    async def run(self, stop: asyncio.Event, busy: Callable[[], bool]) -> None:
        """End what nothing more came to, until `stop`; not while this replica is `busy` handing messages in: a part
        may be among them.
        """
        since = self._clock()
        while not stop.is_set():
            await first_of(stop, seconds=_LOOK_SECONDS)
            if not (stop.is_set() or busy()):
                await self.sweep(since)

    async def sweep(self, since: datetime) -> None:
        """End the texts that are complete by now. `since` is when this replica began to listen."""
        try:
            pending = await self._splits.pending()
        except StoreError as exc:
            log.warning("texts in parts cannot be looked up now: %s", exc)
            return
        for split in pending:
            if split.state == "closed" or self._is_quiet(split, since):
                await self._end_by_itself(split)

    async def _end_by_itself(self, split: SplitMessage) -> None:
        """End a text; one that cannot be ended now waits, and keeps no other waiting."""
        try:
            await self._end(split)
        except StoreError as exc:
            log.warning("a text in parts cannot be put together now: %s", exc)
        except Exception:
            log.exception("a text in parts cannot be put together")

    def _is_quiet(self, split: SplitMessage, since: datetime) -> bool:
        latest = split.latest_at or since
        if split.holder == self._holder:
            return self._clock() >= latest + QUIET
        return self._clock() >= max(latest, since) + ORPHANED

    async def _end(self, split: SplitMessage) -> None:
        """Have a text taken in as one message. Whoever ends it, and however often, it is one turn: its key is."""
        closed = await self._splits.close(split)
        if closed is None:
            return
        try:
            incoming = _first_of(closed)
        except (TypeError, ValueError):
            log.exception("a text in parts cannot be read and is passed over")
            await self._splits.finish(closed, self._clock())
            return
        with speaking(incoming.language or ENGLISH):
            try:
                await self._accept(replace(incoming, text=self._text_of(closed)))
            except TooLong as exc:
                self._refuse(incoming, str(exc))
            except StoreError as exc:
                if exc.passes:
                    raise
                log.exception("a text in parts cannot be stored")
                self._refuse(incoming, say(replies.FAILED))
            except Exception:
                log.exception("a text in parts makes trouble and is passed over")
                self._refuse(incoming, say(replies.FAILED))
        await self._splits.finish(closed, self._clock())

    def _text_of(self, split: SplitMessage) -> str:
        """Return the parts' text, as long as it was before it was cut. Raises: TooLong."""
        parts = sorted(split.parts, key=lambda part: part.number)
        size = sum(part.units for part in parts)
        text = _joined(parts)
        if len(text) > self._limit or size > KEPT_UNITS:
            told = say(
                "That text came in {count} messages and has {size} characters; I read up to {limit} at once. Send it "
                "as a file, which may be larger, or only the part that matters.",
                count=len(parts),
                size=f"{size:,}",
                limit=f"{self._limit:,}",
            )
            raise TooLong(told)
        return text

    def _begun(self, heard: Heard) -> SplitMessage:
        incoming, now = heard.incoming, self._clock()
        return SplitMessage(
            id=incoming.key,
            parts=[_part_of(heard)],
            account=_account_of(incoming),
            open=_place_of(incoming),
            message={**asdict(incoming), "text": "", "quotes": [quote.to_mongo() for quote in incoming.quotes]},
            holder=self._holder,
            latest_at=now,
            created_at=now,
            updated_at=now,
        )


def _may_go_on(heard: Heard) -> bool:
    return heard.typed and heard.units > LONG and _can_be_stored(heard.incoming.text)


def _can_be_stored(text: str) -> bool:
    """Whether a text can be kept in parts; what cannot is refused at the door, in a sentence."""
    return "\x00" not in text and text == text.encode(errors="ignore").decode()


def _goes_on(split: SplitMessage, heard: Heard) -> bool:
    """Whether a message is the next part of a text, or an earlier one that comes late."""
    incoming = heard.incoming
    if split.open != _place_of(incoming) or not heard.typed or not _can_be_stored(incoming.text):
        return False
    parts = sorted(split.parts, key=lambda part: part.number)
    before = [part for part in parts if part.number < heard.number]
    if before and (before[-1].units <= LONG or heard.command):
        return False
    if not before and heard.units <= LONG:
        return False
    beside = before[-1] if before else parts[0]
    return beside.sent_at is not None and abs(beside.sent_at - heard.sent_at) <= APART


def _is_cut_off(split: SplitMessage, heard: Heard) -> bool:
    """Whether a message goes on where a nearly full one was cut."""
    before = [part for part in split.parts if part.number < heard.number]
    latest = max(before, key=lambda part: part.number, default=None)
    return latest is not None and latest.units > NEARLY_FULL and _goes_on(split, heard)


def _part_of(heard: Heard, split: SplitMessage | None = None) -> SplitPart:
    """Return a message as a part; of what is too long anyway only the length is kept."""
    size = heard.units + sum(part.units for part in split.parts) if split else heard.units
    text = heard.incoming.text if size <= KEPT_UNITS else ""
    return SplitPart(key=heard.incoming.key, number=heard.number, units=heard.units, text=text, sent_at=heard.sent_at)


def _first_of(split: SplitMessage) -> Incoming:
    """Return the message that the text is, still without its text: under the first part's key."""
    known = {field.name for field in fields(Incoming)}
    kept = {name: value for name, value in (split.message or {}).items() if name in known}
    first = min(split.parts, key=lambda part: part.number)
    quotes = tuple(Quote.model_validate(quote) for quote in kept.get("quotes") or ())
    return Incoming(**{**kept, "key": first.key, "quotes": quotes})


def _joined(parts: Sequence[SplitPart]) -> str:
    """Return the text of parts. Where an app found a good place to cut, the white space there is lost."""
    text = parts[0].text
    for before, part in pairwise(parts):
        whole = before.units >= FULL and not before.text.endswith(TICKS)
        text += part.text if whole else f"\n{part.text}"
    return text


def _account_of(incoming: Incoming) -> str:
    return f"{incoming.platform}:{incoming.account}"


def _place_of(incoming: Incoming) -> str:
    return f"{incoming.platform}:{incoming.address}:{incoming.account}"
