"""One conversation through two doors: the terminal and Telegram do, keep and show the same."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.base import Adapter
from bot.adapters.telegram import pace
from bot.adapters.telegram.service import opened
from bot.adapters.terminal.adapter import TerminalAdapter
from bot.adapters.terminal.conversation import Conversation
from bot.adapters.terminal.convert import plain
from bot.app import App, open_app
from bot.settings import Settings
from store.client import Database
from store.documents import ALL
from store.documents.learner import PopulationEntry, ProblemDifficulty, TopicShift
from store.documents.own import OutboxItem, Platform
from tests.bot.doors.kept import Kept, forget, gather, look
from tests.clock import FixedClock
from tests.fakes.telegram import FakeTelegram
from tests.fortnight.stage import Ids, Paper

LINES = (Path(__file__).parent / "doors" / "conversation.txt").read_text(encoding="utf-8").splitlines()
BEGINS = datetime(2026, 3, 17, 18, 30, tzinfo=UTC)
ACCOUNT = 7
NAME = "Nora"
FAST = 100.0

Say = Callable[[str], Awaitable[str]]
"""Says something and returns what is seen as the answer."""


@dataclass(frozen=True)
class Heard:
    """One conversation: what it left behind, and what was seen."""

    kept: Kept
    seen: list[str]


async def converse(clock: FixedClock, say: Say) -> list[str]:
    """Say every line of the conversation, and return what was seen."""
    seen = []
    for line in LINES:
        if line.startswith("+"):
            clock.time += timedelta(days=int(line.split()[1]))
        elif not line.startswith("#"):
            clock.move(60)
            seen.append(await say(line))
    return seen


def tap_of(line: str) -> str | None:
    """Return the label of the button that a line of the conversation stands for, if it does."""
    return line[1:-1] if line.startswith("[") else None


class Doors:
    """The service with both doors open; Telegram's time runs fast."""

    def __init__(self, app: App, clock: FixedClock, talk: Conversation, paper: Paper, server: FakeTelegram) -> None:
        self.app, self.clock, self.server = app, clock, server
        self._conversation, self._paper = talk, paper
        self._newest: OutboxItem

    async def type(self, text: str) -> str:
        """Say something in the terminal, where a tap is typed."""
        if (label := tap_of(text)) is not None:
            text = next(action.says for action in self._newest.actions if action.label == label)
        assert await self._conversation.wait(await self._conversation.send(text))
        (self._newest,) = self._paper.items
        self._paper.items.clear()
        return plain(self._newest.text, self._newest.receipts)

    async def text(self, text: str) -> str:
        """Say something in Telegram, where a tap is a tap."""
        seen = self.server.screen(ACCOUNT)
        before = len(seen)
        if (label := tap_of(text)) is not None:
            self.server.press(ACCOUNT, ACCOUNT, seen[-1].message_id, label)
        else:
            self.server.say(ACCOUNT, text, name=NAME)
        await self.server.until(lambda: len(self.server.screen(ACCOUNT)) > before)
        await settled(self.app.database, ACCOUNT)
        (shown,) = self.server.screen(ACCOUNT)[before:]
        return shown.text

    async def hear(self, say: Say) -> Heard:
        """Have the conversation, and leave nothing of it behind."""
        database = self.app.database
        for collection in (PopulationEntry.collection, ProblemDifficulty.collection, TopicShift.collection):
            await database.collection(collection).delete({}, many=True)
        self.clock.time = BEGINS
        before = await look(database)
        try:
            seen = await converse(self.clock, say)
            return Heard(await gather(database, before), seen)
        finally:
            await forget(database, before)


@asynccontextmanager
async def open_doors(settings: Settings) -> AsyncIterator[Doors]:
    """Run the service with both doors."""
    loop, clock, paper = asyncio.get_running_loop(), FixedClock(BEGINS), Paper()
    async with FakeTelegram(clock=lambda: loop.time() * FAST) as server:
        asked = settings.model_copy(
            update={"telegram_bot_token": SecretStr(server.token), "telegram_api_url": server.url}
        )
        async with opened(asked, lambda _: None) as service:
            made: list[TerminalAdapter] = []

            def adapters(database: Database) -> Mapping[Platform, Adapter]:
                made.append(TerminalAdapter(database, paper, account=NAME.lower(), session="doors"))
                return {"terminal": made[0], "telegram": service.adapter(database)}

            async with (
                open_app(asked, adapters, clock=clock, ids=Ids(clock)) as app,
                made[0].alive(adopting=False),
                serving(service.run, app),
            ):
                yield Doors(app, clock, Conversation(app, made[0], NAME.lower(), NAME), paper, server)
        assert not [one for one in server.violations if one.startswith("429")]


async def settled(database: Database, *chats: int) -> None:
    """Wait until what was said in some chats is known to have been said."""
    waiting = {"address": {"$in": [str(chat) for chat in chats]}, "status": {"$ne": "delivered"}}
    async with asyncio.timeout(30):
        while await database.collection("turns").find_one(waiting):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(run: Callable[[App, asyncio.Event], Awaitable[None]], app: App) -> AsyncIterator[None]:
    """Let a platform's service run while the block does."""
    stop = asyncio.Event()
    running = asyncio.ensure_future(run(app, stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def hear_both(settings: Settings) -> tuple[Heard, Heard]:
    """Have the conversation through the terminal, and once more through Telegram."""
    async with open_doors(settings) as doors:
        return await doors.hear(doors.type), await doors.hear(doors.text)


@pytest.fixture(scope="module")
def heard(mongo_uri: str, quiet_database: str) -> Iterator[tuple[Heard, Heard]]:
    """The conversation through the terminal, and through Telegram."""
    settings = Settings(mongodb_uri=SecretStr(mongo_uri), mongodb_database=quiet_database, openai_api_key=None)
    with pytest.MonkeyPatch.context() as patched:
        for name in ("PRIVATE_SECONDS", "PRIVATE_EDIT_SECONDS"):
            patched.setattr(pace, name, getattr(pace, name) / FAST)
        yield asyncio.run(hear_both(settings))


def test_the_same_verbs_are_called(heard: tuple[Heard, Heard]) -> None:
    """Whatever the door, the same verbs are called with the same arguments in the same order, and do the same."""
    one, other = (one.kept for one in heard)
    assert len({verb for verb, _ in one.calls}) > 9
    assert one.calls == other.calls
    assert one.effects == other.effects


@pytest.mark.parametrize("collection", [document.collection for document in ALL])
def test_the_same_documents_are_written(heard: tuple[Heard, Heard], collection: str) -> None:
    """Whatever the door, a collection holds the same afterwards but for ids and where something was said."""
    one, other = (one.kept.documents.get(collection, []) for one in heard)
    assert one == other


def words(text: str) -> list[str]:
    """Return the words of an answer, but not how they are laid out, where links go or "undo", which may be a button."""
    return [word for word in re.findall(r"\w+", re.sub(r"\]\(\S+?\)", "]", text)) if word != "undo"]


def test_the_same_is_seen(heard: tuple[Heard, Heard]) -> None:
    """Each message has one answer, and its words are the same whatever the door, receipts included."""
    one, other = ([words(text) for text in one.seen] for one in heard)
    assert len(one) == sum(line[:1] not in "#+" for line in LINES)
    assert one == other
