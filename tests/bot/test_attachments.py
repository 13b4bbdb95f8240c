"""A voice note or a photo on its way: from Telegram through a turn, a model's ears or eyes, to the answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import quote

import httpx2
import pytest

from agents.endpoint import build_client
from agents.listening import Senses
from agents.run import TurnRun
from agents.tokens import TokenCounter
from bot.adapters.base import Incoming, Unfetched
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.attachments import AT_ONCE, Understanding
from bot.doorway import Said
from bot.turns import Accepted, Turns
from store.documents.own import Attachment, AttachmentKind, Turn, UsageRow
from store.errors import StoreUnavailable
from tests.bot.stage import Script, Stage, until
from tests.bot.telegram.reception import Reception, reception
from tests.bot.telegram.updates import ME
from tests.fakes.openai import FakeOpenAI, Fault, Reply, Rule
from tests.fakes.telegram import FakeTelegram

MODELS: dict[AttachmentKind, str] = {"recording": "gpt-transcribe", "picture": "fake-mini"}


@dataclass
class Entrance:
    """Gives every message to the turns, and notes what came of it."""

    turns: Turns
    taken: list[Accepted] = field(default_factory=list)

    async def take(self, incoming: Incoming) -> Accepted | Said:
        """Take a message in."""
        self.taken.append(await self.turns.accept(incoming))
        return self.taken[-1]

    async def turn_away(self, incoming: Incoming) -> Said | None:
        """Let everybody in."""
        return None


@dataclass
class Way:
    """All that a voice note passes."""

    stage: Stage
    telegram: FakeTelegram
    openai: FakeOpenAI
    script: Script
    turns: Turns
    entrance: Entrance
    desk: Reception

    async def ended(self, *updates: int) -> Turn:
        """Have updates confirmed and return the first turn, once it is over."""
        async with self.desk.polled():
            await self.desk.confirmed(*updates)
        return (await self.stage.ended(self.entrance.taken[0]))[0]

    async def shown(self) -> list[str]:
        """What is to be shown."""
        return [item.text for item in await self.stage.outbox()]

    async def statuses(self) -> list[str]:
        """What became of the calls."""
        rows = await self.stage.database.collection(UsageRow.collection).find({})
        return [UsageRow.read(row).status for row in rows]


@asynccontextmanager
async def opened(stage: Stage, script: Script, models: dict[AttachmentKind, str]) -> AsyncIterator[Way]:
    """Open a replica between the two servers; the ingress promises all, what its turns can do is what `models` say."""
    async with AsyncExitStack() as stack:
        openai = await stack.enter_async_context(FakeOpenAI())
        telegram = await stack.enter_async_context(FakeTelegram())
        http = await stack.enter_async_context(httpx2.AsyncClient(verify=False))

        async def sleep(_: float) -> None:
            """Wait for nothing."""

        client = build_client(openai.key, openai.url, 5.0, http)
        senses = Senses(client, models, counter=TokenCounter(None), sleep=sleep)
        adapters: dict[str, TelegramAdapter] = {}
        turns = stage.replica(Understanding(script, senses, adapters))  # type: ignore[arg-type]
        entrance = Entrance(turns)
        me = replace(ME, senses=frozenset(MODELS))
        desk = await stack.enter_async_context(reception(telegram, stage.database, entrance, me=me, clock=stage.clock))
        adapters["telegram"] = TelegramAdapter(stage.database, desk.client, clock=stage.clock)
        yield Way(stage, telegram, openai, script, turns, entrance, desk)
        await stage.end()


async def test_a_voice_note_is_answered_as_its_words_and_billed_once(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """It is fetched when its turn is worked and is what was said; come again it is the same; no log has the token."""
    for library in ("bot", "agents", "telegram", "openai"):
        caplog.set_level(logging.DEBUG, library)
    async with opened(stage, Script(), MODELS) as way:
        way.telegram.fail_next(502, 1, "file")
        update = way.telegram.voice(7, b"OggSwhat is due?")
        turn = await way.ended(update)
        way.desk.intake._done.clear()
        way.telegram.redeliver(update)
        await way.ended(way.telegram.say(7, "thanks"))
        await way.stage.ended(*way.entrance.taken)
        assert [one.duplicate for one in way.entrance.taken] == [False, True, False]
        assert (turn.text, turn.status, way.script.begun) == ("what is due?", "answered", ["what is due?", "thanks"])
        assert await way.shown() == ["🎤 “what is due?”\n\nEcho: what is due?", "Echo: thanks"]
        assert (await stage.said(turn.user_id))[:2] == [("user", "what is due?"), ("assistant", "Echo: what is due?")]
        assert (len(way.openai.ledger.rows), await way.statuses()) == (1, ["exact"])
        assert not way.telegram.violations
        ours = [record.getMessage() for record in caplog.records if record.name.startswith(("bot", "agents"))]
        assert any("could not be fetched" in message for message in ours)
        assert not [one for one in ours if way.telegram.token in one or quote(way.telegram.token) in one]


async def test_a_turn_that_is_worked_again_is_not_listened_to_again(stage: Stage) -> None:
    """What was understood is kept before anybody answers: whoever takes the turn over neither fetches nor asks."""
    failed: list[str] = []

    async def answer(run: TurnRun) -> str:
        if not failed:
            failed.append(run.turn.text)
            raise StoreUnavailable("away")
        return f"Again: {run.turn.text}"

    async with opened(stage, Script(what=answer), MODELS) as way, stage.running(way.turns):
        turn = await way.ended(way.telegram.voice(7, b"OggSwhat is due?"))
        assert (turn.attempts, failed, turn.reply) == (2, ["what is due?"], "Again: what is due?")
        assert len(way.openai.ledger.rows) == 1
        assert [call.method for call in way.telegram.calls].count("getFile") == 1


async def test_an_album_s_first_picture_is_looked_at(stage: Stage) -> None:
    """Its caption and what it shows are the message; that the others are unread, and their words, is told."""
    async with opened(stage, Script(), MODELS) as way:
        way.openai.script(Rule(reply=Reply(text="Code:\nx = 1")))
        updates = [
            way.telegram.photo(7, caption=caption, media_group_id="A") for caption in ("why?", "", "", "and?", "")
        ]
        turn = await way.ended(*updates)
        await way.desk.speaker.settle(2.0)
        assert turn.text == "why?\n\n🖼 A picture that shows:\nCode:\nx = 1"
        assert [text.partition("\n")[0] for text in await way.shown()] == ["🖼 “Code: x = 1”"]
        assert [text.text for text in way.telegram.screen(7)] == [
            "I take one at a time: of these I only read the first. Send the others one by one.",
            "I take one at a time: of these I only read the first, and not what you wrote below another. Send the "
            "others one by one, each with its words.",
        ]
        assert len(way.openai.ledger.rows) == 1


@pytest.mark.parametrize(
    ("models", "rule", "sent", "words"),
    [
        (MODELS, Rule(fault=Fault(status=503)), b"OggShi", "could not listen"),
        (MODELS, Rule(fault=Fault(status=400)), b"OggShi", "could not listen"),
        (MODELS, Rule(reply=Reply(text=" ")), b"OggShi", "could not make out any words"),
        (MODELS, Rule(), b"OggS" + bytes(20 * 2**20), "too large"),
        ({}, Rule(), b"OggShi", "I cannot listen to recordings."),
    ],
)
async def test_what_is_not_understood_is_told(
    stage: Stage, models: dict[AttachmentKind, str], rule: Rule, sent: bytes, words: str
) -> None:
    """Failing, silent, larger than announced, or worked where no model is set: the turn ends in a sentence."""
    async with opened(stage, Script(), models) as way:
        way.openai.script(rule)
        turn = await way.ended(way.telegram.voice(7, sent, size=9))
        assert (turn.status, turn.reason, turn.text, way.script.begun) == ("failed", "NotUnderstood", "🎤", [])
        assert [words in text for text in await way.shown()] == [True]
        assert "open" not in await way.statuses()


class Withheld:
    """A platform that gives out files only when it is told to, and then says that they are gone."""

    def __init__(self) -> None:
        self.asked = self.now = self.most = 0
        self.released = asyncio.Event()

    async def fetch(self, file: str, most: int) -> bytes:
        """Wait, and give out nothing."""
        self.asked, self.now = self.asked + 1, self.now + 1
        self.most = max(self.most, self.now)
        await self.released.wait()
        await asyncio.sleep(0.05)
        self.now -= 1
        raise Unfetched(f"{file} is gone.")


class Deaf:
    """Hears whatever there is, and there is nothing."""

    def has(self, kind: AttachmentKind) -> bool:
        """Return whether there is a model for this kind."""
        return True


async def test_few_are_in_memory_at_once(stage: Stage) -> None:
    """However many students send one, no more than `AT_ONCE` are fetched; the others follow as those are done."""
    platform, students = Withheld(), AT_ONCE + 2
    turns = stage.replica(Understanding(Script(), Deaf(), {"probe": platform}))  # type: ignore[arg-type, dict-item]
    note = Attachment(kind="recording", file="note.ogg", mime="audio/ogg")
    sent = [replace(stage.message("", account=f"student-{number}"), attachment=note) for number in range(students)]
    accepted = [await turns.accept(incoming) for incoming in sent]

    async def all_working() -> bool:
        return {(await stage.turn(one)).status for one in accepted} == {"working"} and platform.asked >= AT_ONCE

    await until(all_working)
    await asyncio.sleep(0.05)
    platform.released.set()
    assert {turn.status for turn in await stage.ended(*accepted)} == {"failed"}
    assert (platform.asked, platform.most) == (students, AT_ONCE)
    assert {item.text for item in await stage.outbox()} == {"note.ogg is gone."}
