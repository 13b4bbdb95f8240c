"""A long text that an app cut into messages is one message again, whatever happens between its parts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import replies
from bot.adapters.base import Incoming
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.client import TelegramClient
from bot.adapters.telegram.convert import Heard, decide
from bot.adapters.telegram.intake import Intake
from bot.adapters.telegram.joining import ORPHANED, QUIET, Joining
from bot.adapters.telegram.speaker import Speaker
from store.client import ObjectId
from store.documents.splits import SplitMessage
from store.errors import NotOwned
from store.repositories.splits import Splits
from tests.bot.telegram.conftest import Base
from tests.bot.telegram.reception import Door, Reception
from tests.bot.telegram.updates import ADA, GROUP, ME, NOON, entity, message
from texts import spoken

FULL = "x" * 4096
BEGUN = datetime(2020, 1, 1, tzinfo=UTC)


class Replicas:
    """Two replicas that take updates in, without anything between them and Telegram's updates."""

    def __init__(self, base: Base, door: Door, client: TelegramClient) -> None:
        self.base, self.door, self.clock = base, door, base.clock
        self._adapter = TelegramAdapter(base.database, client, clock=base.clock)
        self.a, self.b = self.replica("a"), self.replica("b")

    def replica(self, holder: str) -> Intake:
        """Return the accept step of a process."""
        speaker = Speaker(self._adapter, clock=self.clock)
        shared: dict[str, Any] = {"door": self.door, "database": self.base.database, "clock": self.clock}
        return Intake(ME, speaker, holder=holder, ids=ObjectId, **shared)

    async def splits(self) -> list[SplitMessage]:
        """Return what is kept of texts in parts."""
        return [SplitMessage.read(raw) for raw in await self.base.database.collection(SplitMessage.collection).find({})]


@pytest.fixture
def replicas(base: Base, door: Door, desk: Reception) -> Replicas:
    """Two replicas over one database."""
    return Replicas(base, door, desk.client)


def part(update_id: int, text: str, *, late: int = 0, **more: Any) -> dict[str, Any]:
    """Return one message of a text, `late` seconds after noon."""
    return message(update_id, text=text, **{"date": NOON + late, **more})


async def test_parts_become_one_message(replicas: Replicas) -> None:
    """Three parts that two replicas took in are one message under the first one's key, and nothing of it is kept."""
    assert await replicas.a.take(part(1, FULL))
    assert await replicas.b.take(part(2, FULL))
    assert not replicas.door.taken
    assert await replicas.a.take(part(3, "the end", late=1))
    (incoming,) = replicas.door.taken
    assert incoming.text == FULL + FULL + "the end"
    assert (incoming.key, incoming.account, incoming.display_name) == ("telegram:100:1", "7", "Ada L")
    (kept,) = await replicas.splits()
    assert (kept.state, kept.account, kept.message) == ("done", None, None)
    assert [(one.key, one.text) for one in kept.parts] == [(f"telegram:100:{n}", "") for n in (1, 2, 3)]


async def test_repeated_and_late_parts_change_nothing(replicas: Replicas) -> None:
    """A part that comes again is the same part, before the text is whole and after it; the first may come last."""
    second, first, end = part(2, FULL + ""), part(1, "a" * 4096), part(3, "end")
    for update in (second, second, first, second, end):
        assert await replicas.a.take(update)
    for update in (end, first, second):
        assert await replicas.b.take(update)
    assert [(one.key, one.text) for one in replicas.door.taken] == [("telegram:100:1", "a" * 4096 + FULL + "end")]


async def test_a_quiet_moment_ends_a_text(replicas: Replicas) -> None:
    """A long message without a sequel is taken in after a moment, and a good place to cut was a line's end."""
    text = "y" * 3000
    assert await replicas.a.take(part(1, text))
    assert await replicas.a.take(part(2, text))
    await replicas.a.joining.sweep(BEGUN)
    assert not replicas.door.taken
    replicas.clock.move(QUIET.total_seconds())
    await replicas.a.joining.sweep(BEGUN)
    assert replicas.door.texts == [f"{text}\n{text}"]


async def test_a_kill_between_parts_loses_nothing(replicas: Replicas) -> None:
    """What a killed process had stored is waited for longer by the next, to which the rest is delivered again."""
    assert await replicas.a.take(part(1, FULL))
    replicas.clock.move(5)
    started = replicas.clock()
    await replicas.b.joining.sweep(started)
    assert not replicas.door.taken
    assert await replicas.b.take(part(1, FULL))
    assert await replicas.b.take(part(2, "end"))
    assert replicas.door.texts == [f"{FULL}end"]
    assert await replicas.b.take(part(3, FULL))
    later = replicas.replica("c")
    replicas.clock.move(ORPHANED.total_seconds())
    await later.joining.sweep(replicas.clock() - ORPHANED)
    assert len(replicas.door.taken) == 2


async def test_a_text_is_not_lost_while_the_database_refuses_it(replicas: Replicas) -> None:
    """A whole text that cannot be taken in now waits, and is taken in later by whoever looks."""
    assert await replicas.a.take(part(1, FULL))
    replicas.door.shut = True
    assert not await replicas.a.take(part(2, "end"))
    await replicas.b.joining.sweep(BEGUN)
    replicas.door.shut = False
    await replicas.b.joining.sweep(BEGUN)
    await replicas.a.joining.sweep(BEGUN)
    assert await replicas.a.take(part(2, "end"))
    assert replicas.door.texts == [f"{FULL}end"]


@pytest.mark.parametrize(
    "other",
    [
        part(2, "/due", entities=[entity("/due", "/due", "bot_command")]),
        part(2, "hello", late=60),
        part(
            2,
            "hello",
            chat={"id": -5, "type": "group", "title": "x"},
            reply_to_message={
                "message_id": 1,
                "date": NOON,
                "chat": {"id": -5, "type": "group"},
                "from": {"id": 100, "is_bot": True, "first_name": "P"},
            },
        ),
        part(2, "hello", forward_origin={"type": "hidden_user", "date": NOON, "sender_user_name": "x"}),
    ],
)
async def test_what_is_no_sequel_comes_after(replicas: Replicas, other: dict[str, Any]) -> None:
    """A command, a later message, one elsewhere and one forwarded are messages of their own, behind what waited."""
    assert await replicas.a.take(part(1, FULL))
    assert await replicas.a.take(other)
    assert [len(text) for text in replicas.door.texts] == [4096, len(other["message"]["text"])]


def in_group(update_id: int, text: str, **more: Any) -> dict[str, Any]:
    """Return one message in a group; the first of a text names the bot."""
    named = [entity(text, "@prepmate_bot", "mention")] if "@prepmate_bot" in text else []
    return part(update_id, text, chat=GROUP, entities=named, **more)


async def test_in_a_group_a_text_is_heard_to_its_end(replicas: Replicas) -> None:
    """Parts that name nobody go on where a nearly full one was cut that named the bot, whoever speaks in between."""
    other = {**ADA, "id": 8}
    first = "@prepmate_bot " + "x" * 4000
    for update in (
        in_group(1, first),
        in_group(2, "what is this?", sender=other),
        in_group(3, "y" * 4000, late=1),
        in_group(4, "the end", late=2),
        in_group(4, "the end", late=2),
        in_group(5, "sorry, all", late=2),
    ):
        assert await replicas.b.take(update)
    (incoming,) = replicas.door.taken
    assert incoming.text == "x" * 4000 + "\n" + "y" * 4000 + "\nthe end"
    assert (incoming.key, incoming.reply_to, incoming.public) == ("telegram:100:1", "11", True)


@pytest.mark.parametrize(
    ("length", "other"),
    [
        (2500, {}),
        (4000, {"sender": {**ADA, "id": 8}}),
        (4000, {"late": 4}),
        (4000, {"text": "/due"}),
        (4000, {"reply_to_message": message(chat=GROUP, text="ours")["message"]}),
        (4000, {"forward_origin": {"type": "hidden_user", "date": NOON, "sender_user_name": "x"}}),
    ],
)
async def test_nothing_else_in_a_group_is_read(replicas: Replicas, length: int, other: dict[str, Any]) -> None:
    """Behind a text with room left, from somebody else, later, a command, a reply: it is no part, and ends nothing."""
    assert await replicas.a.take(in_group(1, "@prepmate_bot " + "x" * length))
    update = in_group(2, **{"text": "to all of you", **other})
    if other.get("text") == "/due":
        update["message"]["entities"] = [entity("/due", "/due", "bot_command")]
    assert await replicas.a.take(update)
    (split,) = await replicas.splits()
    assert (split.state, len(split.parts), replicas.door.taken) == ("open", 1, [])
    replicas.clock.move(QUIET.total_seconds())
    await replicas.a.joining.sweep(BEGUN)
    assert replicas.door.texts == ["x" * length]


async def test_others_do_not_join_in(replicas: Replicas) -> None:
    """Short messages wait for nothing, and somebody else's message is no part of a text."""
    assert await replicas.a.take(part(1, "short"))
    assert await replicas.a.take(part(2, FULL))
    assert await replicas.a.take(part(3, "mine", sender={**ADA, "id": 8}, chat={"id": 8, "type": "private"}))
    assert replicas.door.texts == ["short", "mine"]


async def test_a_text_beyond_the_limit_is_told(desk: Reception, door: Door) -> None:
    """More than is read at once ends in one sentence that says what to do, and in no message."""
    parts = desk.telegram.paste(7, "z" * 17_000)
    async with desk.polled():
        await desk.confirmed(*parts)
        await desk.telegram.until(lambda: desk.telegram.screen(7))
    await desk.speaker.settle(2.0)
    assert [shown.text[:58] for shown in desk.telegram.screen(7)] == [
        "That text came in 5 messages and has 17,000 characters; I "
    ]
    assert not door.taken


async def test_a_pasted_text_is_one_message(desk: Reception, door: Door) -> None:
    """Through Telegram, a text of three parts is one message, before what was written after it."""
    text = "".join(chr(0x1F600 + number % 50) for number in range(5000))
    updates = [*desk.telegram.paste(7, text), desk.telegram.say(7, "what is this?")]
    async with desk.polled():
        await desk.confirmed(*updates)
    assert door.texts == [text, "what is this?"]
    assert not desk.telegram.violations


async def test_nothing_ends_while_messages_are_handed_in(replicas: Replicas) -> None:
    """As long as the replica is busy, a text is not taken for complete: its next part may be on its way."""
    assert await replicas.a.take(part(1, FULL))
    replicas.clock.move(QUIET.total_seconds())
    stop, asked = asyncio.Event(), asyncio.Event()

    def busy() -> bool:
        asked.set()
        return not stop.is_set()

    running = asyncio.create_task(replicas.a.joining.run(stop, busy))
    await asyncio.wait_for(asked.wait(), 5.0)
    stop.set()
    await running
    assert not replicas.door.taken


async def test_a_text_that_cannot_be_ended_keeps_no_other_waiting(replicas: Replicas) -> None:
    """One student's text is put together while another's, which cannot be stored now, waits."""
    assert await replicas.a.take(part(1, FULL))
    assert await replicas.a.take(part(2, FULL, sender={**ADA, "id": 8}, chat={"id": 8, "type": "private"}))
    replicas.clock.move(QUIET.total_seconds())
    replicas.door.shut_to = str(ADA["id"])
    await replicas.a.joining.sweep(BEGUN)
    assert [incoming.account for incoming in replicas.door.taken] == ["8"]
    replicas.door.shut_to = ""
    await replicas.a.joining.sweep(BEGUN)
    assert [incoming.account for incoming in replicas.door.taken] == ["8", str(ADA["id"])]


@pytest.mark.parametrize("trouble", [NotOwned("for good"), ZeroDivisionError()])
async def test_a_text_that_fails_for_good_is_told(base: Base, trouble: Exception) -> None:
    """Whoever sent it hears once, in their language, that it failed, and it is not tried again."""
    told: list[tuple[str, str, str]] = []

    async def accept(incoming: Incoming) -> None:
        raise trouble

    def refuse(incoming: Incoming, sentence: str) -> None:
        told.append((incoming.account, spoken(), sentence))

    joining = Joining(Splits(base.database), accept=accept, refuse=refuse, holder="a", clock=base.clock)
    heard = decide(part(1, FULL), ME)
    assert isinstance(heard, Heard)
    await joining.take(heard)
    base.clock.move(QUIET.total_seconds())
    for _ in range(2):
        await joining.sweep(BEGUN)
    assert told == [("7", "de", replies.FAILED)]
