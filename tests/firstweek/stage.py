"""The week played: the assembled service with its Telegram door, Telegram's rules, a virtual clock, ids in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from bot.adapters.base import Adapter
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.service import TelegramService
from bot.app import App, open_app
from bot.settings import Settings
from store.client import Database
from store.documents.own import OPEN_TURN, OutboxItem, Platform, Turn
from store.repositories.turns import Limits
from tests.clock import FixedClock
from tests.fakes.telegram import FakeTelegram, Shown
from tests.firstweek.script import Scene, Step
from tests.fortnight.stage import Ids

SECOND: Final = 0.05
"""How long a second of Telegram's limits lasts."""
STUDENT, OTHERS = 7, 8
PATIENCE: Final = 60.0


@dataclass(frozen=True)
class Seen:
    """A step, and the messages of the bot that came by it."""

    at: datetime
    step: Step
    shown: tuple[Shown, ...]
    toast: str = ""


@dataclass
class Played:
    """A scene that was played."""

    scene: Scene
    seen: list[Seen] = field(default_factory=list)


class Phone:
    """The student's phone, with the running service at the other end."""

    def __init__(self, app: App, telegram: FakeTelegram, clock: FixedClock) -> None:
        self._app, self._telegram, self._clock = app, telegram, clock
        self._group = telegram.group(1, members=(STUDENT, OTHERS))
        self._looked: dict[int, int] = {}

    async def play(self, scene: Scene) -> Played:
        """Play one scene, step by step."""
        played = Played(scene)
        for step in scene.steps:
            at = scene.moment(step.at)
            assert at >= self._clock(), f"{step} comes before what came last"
            self._clock.time = at
            try:
                played.seen.append(await self._take(at, step))
            except TimeoutError as exc:
                raise AssertionError(f"nothing came of {step}") from exc
        return played

    async def _take(self, at: datetime, step: Step) -> Seen:
        chat = self._group if step.group else STUDENT
        before = len(self._telegram.screen(chat))
        update = self._act(step, chat)
        if update is not None:
            await self._telegram.until(lambda: update in self._telegram.updates.confirmed, PATIENCE)
        if not step.silent:
            await self._wait(
                lambda: self._has_come(chat, before, tapped=bool(step.tap)), 0.5 if update is None else 2.0
            )
        await self._settle()
        return Seen(at, step, tuple(self._news(chat)), self._toast(tapped=bool(step.tap)))

    def _toast(self, *, tapped: bool) -> str:
        """Return what was said to the last tap beside the chat."""
        return (self._telegram.presses[-1].toast or "") if tapped else ""

    def _act(self, step: Step, chat: int) -> int | None:
        """Do what the step says; None where nothing is done but waiting."""
        if step.tap:
            shown = next(one for one in reversed(self._telegram.screen(chat)) if step.tap in one.labels)
            return self._telegram.press(STUDENT, chat, shown.message_id, step.tap)
        if step.says:
            return self._telegram.say(OTHERS if step.other else STUDENT, step.says, chat=chat if step.group else None)
        return None

    async def _wait(self, come: Callable[[], bool], seconds: float) -> None:
        """Wait until something has come, and let seconds pass meanwhile: a job that was in another's way waits some."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    return await self._telegram.until(come, seconds)
                except TimeoutError:
                    self._clock.move(3.0)

    def _has_come(self, chat: int, before: int, *, tapped: bool) -> bool:
        """Whether the bot has said something since."""
        latest = self._telegram.screen(chat)[before:]
        return any(one.author == self._telegram.bot_id for one in latest) or bool(self._toast(tapped=tapped))

    async def _settle(self) -> None:
        """Wait until nothing is being answered or waits to be shown."""
        database = self._app.database
        async with asyncio.timeout(PATIENCE):
            while True:
                turns = await database.collection(Turn.collection).count({"status": {"$in": list(OPEN_TURN)}})
                due = {"status": "pending", "nextAttemptAt": {"$lte": self._clock()}}
                if not turns and not await database.collection(OutboxItem.collection).count(due):
                    return
                await asyncio.sleep(0.03)

    def _news(self, chat: int) -> list[Shown]:
        """Return what the bot has said since this was last looked at."""
        shown = [one for one in self._telegram.screen(chat) if one.author == self._telegram.bot_id]
        seen, self._looked[chat] = self._looked.get(chat, 0), len(shown)
        return shown[seen:]


class _Swift(TelegramService):
    """The bot's service, in a world whose seconds are short."""

    def __init__(self, settings: Settings, client: TelegramClient, clock: FixedClock) -> None:
        super().__init__(settings, client, lambda _: None)
        self._clock = clock

    def _telegram(self, database: Database) -> TelegramAdapter:
        if self._adapter is None:
            self._adapter = TelegramAdapter(database, self._client, clock=self._clock, holder="week", second=SECOND)
        return self._adapter


@asynccontextmanager
async def open_phone(uri: str, database_name: str, directory: Path, begins: datetime) -> AsyncIterator[Phone]:
    """Run the service on a fresh database, with nothing but the clocks and the ids in the test's hands."""
    clock = FixedClock(begins)
    loop = asyncio.get_running_loop()
    async with (
        FakeTelegram(clock=lambda: loop.time() / SECOND) as telegram,
        TelegramClient.opened(telegram.token, api=telegram.url) as client,
    ):
        settings = Settings(
            mongodb_uri=SecretStr(uri),
            mongodb_database=database_name,
            data_dir=directory,
            openai_api_key=None,
            telegram_bot_token=SecretStr(telegram.token),
            telegram_api_url=telegram.url,
        )
        door = _Swift(settings, client, clock)

        def adapters(database: Database) -> Mapping[Platform, Adapter]:
            return {"telegram": door.adapter(database)}

        limits = Limits(per_minute=1000)
        async with open_app(settings, adapters, clock=clock, ids=Ids(clock), limits=limits) as app:
            stop = asyncio.Event()
            taking = asyncio.create_task(door.run(app, stop))
            try:
                yield Phone(app, telegram, clock)
                broken = [rule for rule in telegram.violations if "a tap of" not in rule]
                assert broken == [], "a busy machine may answer a tap late; nothing else may happen"
            finally:
                stop.set()
                await asyncio.gather(taking, return_exceptions=True)
                await door.close()
