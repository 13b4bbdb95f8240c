"""What the world sends, through the whole service: over Telegram's API in, over the model's and Telegram's out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.serve import serve
from store.client import connect
from store.documents.sessions import PracticeSession
from tests.bot.telegram.test_serve import _forget, settings_for
from tests.fakes.openai import FakeOpenAI
from tests.fakes.telegram import FakeTelegram

ADA = 7_778
GROUP = -7_779
BOB: dict[str, Any] = {"id": 9, "is_bot": False, "first_name": "Bob\u202egnp.exe\x1b[31m", "last_name": "B\u200b."}
OLD: dict[str, Any] = {"message_id": 3, "date": 1, "from": BOB}


@asynccontextmanager
async def served(
    telegram: FakeTelegram, directory: Path, uri: str, database: str, **more: object
) -> AsyncIterator[None]:
    """Serve while the block runs, and leave nothing of the student."""
    settings = settings_for(telegram, directory, uri, database, **more)
    serving = asyncio.create_task(serve(settings, lambda _: None))
    try:
        yield
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await _forget(uri, database, ADA)


def asked(model: FakeOpenAI) -> str:
    """Return what the model was asked last, the student's message as it got it."""
    content = model.requests[-1]["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in content)


async def answered(telegram: FakeTelegram, chat: int, count: int) -> None:
    """Wait until so many answers stand in a chat, whole."""
    await telegram.until(
        lambda: len(telegram.screen(chat)) >= count and not telegram.screen(chat)[-1].text.endswith("…"), 60.0
    )


async def test_what_a_message_quotes_reaches_the_model(
    telegram: FakeTelegram, tmp_path: Path, mongo_uri: str, quiet_database: str
) -> None:
    """A reply, a chosen passage, a reply to another chat, and a reply to somebody in a group: marked, by whom it is."""
    private = {"chat": {"id": ADA, "type": "private", "first_name": "Ada"}}
    group = telegram.group(GROUP, members=(ADA,))
    channel = {"id": -55, "type": "channel", "title": "Daily heaps"}
    cases: list[tuple[dict[str, Any], str, int]] = [
        ({"reply_to_message": {**OLD, **private, "text": "Use a monotonic stack"}}, "> ↩ Bob", ADA),
        (
            {
                "reply_to_message": {**OLD, **private, "text": "A long text. Use a monotonic stack here. The end."},
                "quote": {"text": "Use a monotonic stack", "position": 13, "is_manual": True},
            },
            "> Use a monotonic stack",
            ADA,
        ),
        (
            {
                "external_reply": {
                    "origin": {"type": "channel", "date": 1, "chat": channel, "message_id": 4},
                    "chat": channel,
                },
                "quote": {"text": "Use a monotonic stack", "position": 0},
            },
            "> ↩ Daily heaps:",
            ADA,
        ),
        (
            {
                "reply_to_message": {
                    **OLD,
                    "chat": {"id": GROUP, "type": "supergroup", "title": "G"},
                    "photo": [{"file_id": "F", "file_unique_id": "U", "width": 1, "height": 1}],
                    "caption": "Use a monotonic stack",
                }
            },
            "> ↩ Bob",
            group,
        ),
    ]
    async with FakeOpenAI() as model:
        key = {"openai_api_key": SecretStr(model.key), "openai_base_url": model.url}
        async with served(telegram, tmp_path, mongo_uri, quiet_database, **key):
            telegram.say(ADA, "hello there, friend")
            await answered(telegram, ADA, 1)
            for number, (extra, mark, chat) in enumerate(cases, start=2):
                before = len(model.requests)
                where: dict[str, Any] = {} if chat == ADA else {"chat": chat}
                telegram.say(ADA, "@prepmate_bot why is this so?" if where else "why is this so?", **where, **extra)
                await answered(telegram, chat, 1 if where else number)
                assert len(model.requests) > before
                said, _, quoted = asked(model).partition("\n\n> ↩")
                assert said.endswith("why is this so?")
                assert mark in f"> ↩{quoted}"
                assert "\n> Use a monotonic stack" in quoted
                assert "\u202e" not in quoted
                assert "\x1b" not in quoted
    assert not telegram.violations


async def test_the_time_of_a_message_that_waited_counts(
    telegram: FakeTelegram, tmp_path: Path, mongo_uri: str, quiet_database: str
) -> None:
    """Sent 25 minutes apart while nobody listened, "start it" and "done" are 25 minutes apart."""
    now = int(time.time())
    telegram.say(ADA, "start two sum", date=now - 40 * 60)
    telegram.say(ADA, "done, alone", date=now - 15 * 60)
    async with served(telegram, tmp_path, mongo_uri, quiet_database):
        await answered(telegram, ADA, 2)
        database = connect(mongo_uri, quiet_database)
        [session] = await database.collection(PracticeSession.collection).find({"startTime": {"$exists": True}})
        database.close()
    assert "25 min" in telegram.screen(ADA)[1].text
    assert abs(session["startTime"].timestamp() - (now - 40 * 60)) <= 5


@pytest.mark.parametrize(
    ("sender", "chat"),
    [
        ({"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}, GROUP),
        ({"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}, -55),
    ],
)
async def test_whoever_hides_behind_a_group_is_told_so(
    telegram: FakeTelegram, tmp_path: Path, mongo_uri: str, quiet_database: str, sender: dict[str, Any], chat: int
) -> None:
    """An anonymous administrator, or somebody in a channel's name, who speaks to the bot gets a sentence."""
    group = telegram.group(GROUP, members=(ADA,))
    title = {"id": chat, "type": "supergroup" if chat == group else "channel", "title": "Prep"}
    hidden: dict[str, Any] = {"from": sender, "sender_chat": title}
    async with served(telegram, tmp_path, mongo_uri, quiet_database):
        telegram.say(ADA, "said to others", chat=group, **hidden)
        telegram.say(ADA, "@prepmate_bot hint for two sum", chat=group, **hidden)
        await telegram.until(lambda: telegram.screen(group), 60.0)
    [told] = telegram.screen(group)
    assert "I cannot see who you are" in told.text
    assert told.reply_to == 2


FORWARD: dict[str, Any] = {"forward_origin": {"type": "user", "date": 1, "sender_user": BOB}}


async def test_a_comment_and_what_it_is_about_are_one_turn(
    telegram: FakeTelegram, tmp_path: Path, mongo_uri: str, quiet_database: str
) -> None:
    """A comment and a forward, forwards alone, and a comment with forwards and a file: one answer each, and marked."""
    code = b"def two_sum(): ..."
    async with FakeOpenAI() as model:
        key = {"openai_api_key": SecretStr(model.key), "openai_base_url": model.url}
        async with served(telegram, tmp_path, mongo_uri, quiet_database, **key):
            telegram.say(ADA, "what is wrong with this?")
            telegram.say(ADA, "i = i + 1", **FORWARD)
            await answered(telegram, ADA, 1)
            assert asked(model).endswith("what is wrong with this?\n\n> ↪ Bobgnp.exe B.:\n> i = i + 1")
            for number in range(8):
                telegram.say(ADA, f"line {number}", **FORWARD)
            await answered(telegram, ADA, 2)
            assert asked(model).endswith("\n\n".join(f"line {number}" for number in range(8)))
            telegram.say(ADA, "compare these")
            telegram.say(ADA, "/stop", **FORWARD)
            again = telegram.document(ADA, "two.py", code, **FORWARD)
            await answered(telegram, ADA, 3)
            assert "compare these\n\n> ↪ Bobgnp.exe B.:\n> /stop\n\n> ↪ Bobgnp.exe B.:\n> two.py:" in asked(model)
            telegram.redeliver(again)
            telegram.say(ADA, "thank you very much")
            await answered(telegram, ADA, 4)
            assert asked(model).endswith("thank you very much")
    assert len(telegram.screen(ADA)) == 4
    assert not telegram.violations
