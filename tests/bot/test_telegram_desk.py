"""A student's way through the service on Telegram: let in, in a group, with their data as a file, forgotten."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.adapters.base import Adapter
from bot.adapters.telegram import pace
from bot.adapters.telegram.service import opened
from bot.app import App, open_app
from bot.settings import Settings
from store.client import Database, ObjectId
from store.documents.own import ChannelAccount, Platform
from store.repositories.erasures import owned
from tests.bot.doors.kept import forget, look
from tests.bot.test_two_doors import FAST, serving, settled
from tests.clock import FixedClock
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_world import Shown

ADA, GROUP = 7001, -7003
SECRET = "zzxylophone"
CODE = "open-sesame"


@dataclass
class Seen:
    """What people saw, by the step of the story, and what was left of the student afterwards."""

    steps: dict[str, Shown] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


class Phone:
    """Telegram on somebody's phone."""

    def __init__(self, app: App, clock: FixedClock, server: FakeTelegram) -> None:
        self._app, self._clock, self._server = app, clock, server

    async def say(self, text: str, user: int = ADA, chat: int | None = None) -> Shown:
        """Say something, and return what is answered."""
        place = chat or user
        before = len(self._server.screen(place))
        self._clock.move(120)
        self._server.say(user, text, chat=chat)
        await self._server.until(lambda: len(self._server.screen(place)) > before)
        await settled(self._app.database, ADA, GROUP)
        return self._server.screen(place)[-1]


async def live(phone: Phone, app: App, clock: FixedClock) -> Seen:
    """Let the story happen."""
    seen = Seen()

    async def step(name: str, text: str, **where: int) -> Shown:
        seen.steps[name] = await phone.say(text, **where)
        return seen.steps[name]

    await step("refused", "hi")
    await step("greeted", f"/start {CODE}")
    await step("noted", f"note on two sum: {SECRET}")
    for name, text in (("notes", "my notes"), ("hint", "hint for two sum")):
        await step(f"group {name}", f"@prepmate_bot {text}", user=ADA, chat=GROUP)
    await step("exported", "/export")
    await step("stopped", "/stop")
    await step("back", "/start")
    student = await student_of(app)
    asked = await step("asked", "/forget")
    code = re.search(r"delete ([0-9]{4})", asked.text)
    assert code is not None
    await step("goodbye", f"delete {code[1]}")
    clock.move(60)
    seen.left = await left_of(app, student)
    await step("stranger", "hi again")
    return seen


async def student_of(app: App) -> ObjectId:
    """The student's id."""
    raw = await app.database.collection(ChannelAccount.collection).find_one({"_id": f"telegram:{ADA}"})
    assert raw is not None
    return ObjectId(raw["userId"])


async def left_of(app: App, student: ObjectId) -> dict[str, int]:
    """What is left of a student once the erasure is done, by collection."""
    async with asyncio.timeout(60):
        while await app.database.collection("users").find_one({"_id": student}):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        while await app.database.collection("erasures").find_one({"userId": student}):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    counted = {
        kind.collection: await app.database.collection(kind.collection).count({str(kind.owner): student})
        for kind in owned()
    }
    return {name: count for name, count in counted.items() if count}


@asynccontextmanager
async def serving_telegram(settings: Settings, clock: FixedClock) -> AsyncIterator[tuple[App, FakeTelegram]]:
    """Run the service against a Telegram whose time runs fast."""
    loop = asyncio.get_running_loop()
    async with FakeTelegram(clock=lambda: loop.time() * FAST) as server:
        server.meet(ADA, "Ada")
        server.group(GROUP, members=(ADA,))
        asked = settings.model_copy(
            update={"telegram_bot_token": SecretStr(server.token), "telegram_api_url": server.url}
        )
        async with opened(asked, lambda _: None) as service:

            def adapters(database: Database) -> Mapping[Platform, Adapter]:
                return {"telegram": service.adapter(database)}

            async with open_app(asked, adapters, clock=clock) as app, serving(service.run, app):
                yield app, server
        assert not server.violations


async def tell_story(settings: Settings) -> Seen:
    """Run the service and let the story happen."""
    clock = FixedClock(datetime(2026, 3, 17, 18, 30, tzinfo=UTC))
    async with serving_telegram(settings, clock) as (app, server):
        before = await look(app.database)
        try:
            return await live(Phone(app, clock, server), app, clock)
        finally:
            await forget(app.database, before)


@pytest.fixture(scope="module")
def seen(mongo_uri: str, quiet_database: str) -> Iterator[Seen]:
    """The story, told once."""
    settings = Settings(
        _env_file=None,
        mongodb_uri=SecretStr(mongo_uri),
        mongodb_database=quiet_database,
        openai_api_key=None,
        access="invite",
        invite_codes=SecretStr(CODE),
    )
    with pytest.MonkeyPatch.context() as patched:
        for name in ("PRIVATE_SECONDS", "PRIVATE_EDIT_SECONDS", "GROUP_SECONDS", "GROUP_EDIT_SECONDS"):
            patched.setattr(pace, name, getattr(pace, name) / FAST)
        yield asyncio.run(tell_story(settings))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("refused", "telegram:7001"),
        ("greeted", "I'm PrepMate"),
        ("group notes", "between us"),
        ("group hint", "The next hints come in private"),
        ("stopped", "/start"),
        ("back", "I'm PrepMate"),
        ("goodbye", "last thing I say"),
        ("stranger", "invitation"),
    ],
)
def test_each_step_is_answered(seen: Seen, step: str, words: str) -> None:
    """Whatever is said gets the answer that belongs to it."""
    assert words in seen.steps[step].text


def test_the_group_learns_nothing(seen: Seen) -> None:
    """What stands in the private chat is in no message of the group, and no button either."""
    public = [shown for name, shown in seen.steps.items() if name.startswith("group")]
    assert len(public) == 2
    assert not any(SECRET in shown.text or shown.labels for shown in public)


def test_the_export_is_a_file(seen: Seen) -> None:
    """/export sends everything as one file, what was said in the group included; no code is in it."""
    document = seen.steps["exported"].document
    assert document is not None
    kept = json.loads(document.content)["documents"]
    assert SECRET in json.dumps(kept["notes"])
    assert len(kept["aimentorconversations"]) == 2
    assert CODE not in document.content.decode()


def test_nothing_is_left_of_who_was_forgotten(seen: Seen) -> None:
    """After the goodbye no collection holds anything of the student."""
    assert seen.left == {}
