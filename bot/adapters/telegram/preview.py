"""What a person sees while an answer is made: in a private chat a growing draft, in a group a message that changes.

A preview is never the answer and never in its way: it runs in a task of its own, keeps its troubles to itself, is
quiet when Telegram asks for it, and ends with the making of the answer; the delivery waits until nothing of it is
under way any more, so that no draft appears below the answer.
"""

from __future__ import annotations

import asyncio
import logging
import re
from abc import ABC, abstractmethod
from typing import Final

from bot.adapters.base import DeliverLater, Undeliverable
from bot.adapters.telegram.client import LONGEST, Place, cut, draft_of, units
from bot.adapters.telegram.errors import MessageGone, Refusal, TelegramDown
from bot.adapters.telegram.sender import Sender
from bot.waiting import first_of
from store.client import ObjectId
from store.errors import StoreError
from store.repositories.outbox import Outbox

log = logging.getLogger(__name__)

FIRST_SECONDS: Final = 0.3
"""Who is answered sooner than this is not shown that something is being done."""
DRAFT_SECONDS: Final = 1.1
EDIT_SECONDS: Final = 1.6
TYPING_SECONDS: Final = 5.0
FADING_SECONDS: Final = 25.0
"""A draft goes after 30 seconds; before that it is shown again."""
CALLS_A_SECOND: Final = 40
"""How many previews all answers together show in a second: more would cost the answers themselves."""
LONGEST_LIFE: Final = 600.0
_ENDING_SECONDS: Final = 2.0
_MARKUP = re.compile(r"\*\*|__|^#{1,6} |^```\w*\n?", re.MULTILINE)


class Previews:
    """The previews of this process. `here` are those that run, by their turns; `second` is how long a second lasts."""

    def __init__(self, sender: Sender, outbox: Outbox, *, second: float = 1.0) -> None:
        self.sender, self.outbox, self.second = sender, outbox, second
        self.here: dict[ObjectId, Preview] = {}

    def begin(self, turn: ObjectId, place: Place) -> Preview:
        """Show what becomes of a turn until whoever makes the answer, the task that calls this, has ended."""
        kind = Draft if place.private else Standing
        preview = kind(self, turn, place)
        if (before := self.here.get(turn)) is not None:
            before.ending.set()
        self.here[turn] = preview
        if (maker := asyncio.current_task()) is not None:
            maker.add_done_callback(lambda _: preview.ending.set())
        return preview

    async def end(self, turn: ObjectId) -> str | None:
        """End a turn's preview and wait until nothing of it is under way; return the message that it stands in."""
        preview = self.here.pop(turn, None)
        return await preview.end() if preview is not None else None

    def forget(self, preview: Preview) -> None:
        """Take a preview off the list that nobody ended."""
        if self.here.get(preview.turn) is preview:
            del self.here[preview.turn]

    def pause(self, least: float) -> float:
        """Return how many seconds are between two states of one preview, now."""
        return self.second * max(least, len(self.here) / CALLS_A_SECOND)


class Preview(ABC):
    """One answer in the making."""

    least: float
    """Seconds between two states."""

    def __init__(self, previews: Previews, turn: ObjectId, place: Place) -> None:
        self.turn, self.place = turn, place
        self.ending = asyncio.Event()
        self._previews, self._sender, self._second = previews, previews.sender, previews.second
        self._said = self._activity = self._shown = ""
        self._changed = asyncio.Event()
        self._typed_at = self._shown_at = self._quiet_until = self._refused_until = float("-inf")
        self._refusals = 0
        self._task = asyncio.create_task(self._run(), name=f"preview of {turn}")

    async def doing(self, activity: str) -> None:
        """Show what is being done, such as "checking your revisions…"."""
        self._activity = activity
        self._changed.set()

    async def say(self, text: str) -> None:
        """Show more of the answer."""
        self._said += text
        self._activity = ""
        self._changed.set()

    async def restart(self) -> None:
        """Forget what was said so far."""
        self._said = ""

    async def end(self) -> str | None:
        """End it, and wait until nothing is under way; return the message that the answer is to stand in, if any."""
        self.ending.set()
        await asyncio.wait({self._task}, timeout=_ENDING_SECONDS)
        return None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time() + LONGEST_LIFE
        try:
            await first_of(self.ending, seconds=FIRST_SECONDS * self._second)
            while not self.ending.is_set() and loop.time() < last:
                self._changed.clear()
                await self._step_quietly(loop.time())
                await self._wait(loop.time())
        except (Undeliverable, StoreError) as exc:
            log.info("a preview ends early: %s", exc)
        except Exception:
            log.exception("a preview failed")
        finally:
            self._previews.forget(self)

    async def _step_quietly(self, now: float) -> None:
        if now < self._quiet_until:
            return
        try:
            await self._step(now)
        except DeliverLater as exc:
            self._quiet_until = asyncio.get_running_loop().time() + exc.seconds
        except (Refusal, TelegramDown):
            self._quiet_until = asyncio.get_running_loop().time() + TYPING_SECONDS * self._second

    async def _step(self, now: float) -> None:
        """Show what is to be shown now. Raises: as `TelegramClient`."""
        wanted = self._wanted()
        fading = now >= self._shown_at + FADING_SECONDS * self._second and self._fades
        changed = wanted and (wanted != self._shown or fading)
        if changed and now >= max(self._shown_at + self._pause, self._refused_until):
            await self._try_to_show(wanted)
        elif not self._shown and now >= self._typed_at + TYPING_SECONDS * self._second:
            self._typed_at = now
            await self._sender.client.typing(self.place)

    async def _try_to_show(self, wanted: str) -> None:
        """Show a state; where it is refused, leave it for a while that grows, and go on typing."""
        loop = asyncio.get_running_loop()
        try:
            await self._show(wanted)
        except (Refusal, TelegramDown) as exc:
            log.info("a preview is refused: %s", exc)
            self._refused_until = loop.time() + TYPING_SECONDS * self._second * 2**self._refusals
            self._refusals += 1
            return
        # When it was there, not when it set out: on a busy machine the next one may be on its way for less long.
        self._shown, self._shown_at = wanted, loop.time()
        self._refusals = 0

    async def _wait(self, now: float) -> None:
        """Wait until there may be something to show."""
        free_at = max(self._shown_at + self._pause, self._quiet_until)
        if now < free_at:
            await first_of(self.ending, seconds=free_at - now)
        else:
            await first_of(self.ending, self._changed, seconds=TYPING_SECONDS * self._second)

    _fades = True

    @property
    def _pause(self) -> float:
        return self._previews.pause(self.least)

    @abstractmethod
    async def _show(self, text: str) -> None:
        """Show a state. Raises: as `TelegramClient`."""

    def _wanted(self) -> str:
        """Return the newest state: what was said, its end where it is long, and what is being done."""
        said = _MARKUP.sub("", self._said).strip()
        activity = f"{self._activity.rstrip('.… ')}…" if self._activity else ""
        text = "\n\n".join(part for part in (said, activity) if part)
        return tail(text, LONGEST - 1)


class Draft(Preview):
    """The preview in a private chat: a draft, which is no message and goes by itself."""

    least = DRAFT_SECONDS

    async def end(self) -> str | None:
        """End it; a draft that is still on its way by then is given up."""
        await super().end()
        self._task.cancel()
        return None

    async def _show(self, text: str) -> None:
        await self._sender.client.draft(self.place, draft_of(self.turn), text)


class Standing(Preview):
    """The preview in a group: the message in which the answer will stand, changed while it grows."""

    least = EDIT_SECONDS
    _fades = False
    _message: int | None = None

    async def end(self) -> str | None:
        """End it; return the message that the answer is to stand in, if it was sent.

        One that is still on its way takes itself back when it sees that the turn has ended.
        """
        await super().end()
        return str(self._message) if self._message is not None else None

    async def _show(self, text: str) -> None:
        shown = cut(text, LONGEST - 2).removesuffix("…").rstrip() + " …"
        if self._message is None:
            await self._take_place(shown)
        else:
            try:
                await self._sender.edit_text(self.place, self._message, shown)
            except MessageGone as exc:
                raise Undeliverable("the preview was deleted") from exc

    async def _take_place(self, text: str) -> None:
        """Send the message, unless another process that worked on the turn has done so."""
        outbox = self._previews.outbox
        turn = await outbox.turn_of(self.turn)
        if turn is None:
            raise Undeliverable("the turn is gone")
        if turn.stands_at is not None:
            self._message = int(turn.stands_at)
            await self._sender.edit_text(self.place, self._message, text)
            return
        reply_to = int(turn.reply_to) if turn.reply_to and turn.reply_to.isdecimal() else None
        message = await self._sender.send_text(self.place, text, reply_to=reply_to, patience=0.0)
        if await outbox.note_standing(self.turn, str(message)):
            self._message = message
        else:  # the turn has ended meanwhile
            await self._sender.client.delete(self.place, message)


def tail(text: str, longest: int) -> str:
    """Return the end of a text that is at most so many UTF-16 units long, behind "…" where it was cut."""
    if units(text) <= longest:
        return text
    return "…" + text.encode("utf-16-le")[-(longest - 1) * 2 :].decode("utf-16-le", errors="ignore")
