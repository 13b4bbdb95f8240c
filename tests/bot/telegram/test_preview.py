"""Previews: what is seen while an answer is made, and that it never gets in the answer's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from agents.listener import Listener, Silence
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.preview import tail
from store.client import ObjectId
from store.documents.own import Turn
from tests.bot.telegram.posting import Post
from tests.fakes.telegram import FakeTelegram

ADA = 7


@asynccontextmanager
async def making(adapter: TelegramAdapter, turn: ObjectId, address: str) -> AsyncIterator[Listener]:
    """Make an answer in a task of its own, as the service does; it is cancelled at the end of the block."""
    begun: asyncio.Future[Listener] = asyncio.get_running_loop().create_future()

    async def make() -> None:
        begun.set_result(adapter.listener(turn, address))
        await asyncio.Event().wait()

    maker = asyncio.create_task(make())
    try:
        yield await begun
    finally:
        maker.cancel()
        await asyncio.gather(maker, return_exceptions=True)


def drafts(telegram: FakeTelegram) -> Callable[[], list[str]]:
    """Return what gives every state of Ada's drafts."""
    return lambda: telegram.previews(ADA)


async def test_a_private_answer_grows_in_a_draft(post: Post, swift: FakeTelegram) -> None:
    """What is done and what is said is seen growing, a second apart; what a restart took back is gone."""
    swift.meet(ADA)
    seen = drafts(swift)
    async with making(post.adapter(), ObjectId(), str(ADA)) as listener:
        await listener.doing("checking your revisions…")
        await swift.until(lambda: seen() == ["checking your revisions…"])
        await listener.say("A **heap** is a tree. ")
        await listener.say("It is ordered.")
        await swift.until(lambda: seen()[-1:] == ["A heap is a tree. It is ordered."])
        await listener.restart()
        await listener.say("No: a heap.")
        await swift.until(lambda: seen()[-1] == "No: a heap.")
    assert swift.screen(ADA) == []
    assert not swift.violations


async def test_a_silent_answer_is_shown_as_typing(post: Post, swift: FakeTelegram) -> None:
    """While nothing is known the chat says that somebody is typing, again and again."""
    swift.meet(ADA)
    async with making(post.adapter(), ObjectId(), str(ADA)):
        await swift.until(lambda: len(swift.actions) == 2)
    assert swift.actions == [(ADA, None, "typing")] * 2


async def test_a_quick_answer_shows_no_preview(post: Post, swift: FakeTelegram) -> None:
    """An answer that is there at once costs no call but its own."""
    swift.meet(ADA)
    adapter, turn = post.adapter(), await post.turn(ADA)
    async with making(adapter, turn.id, str(ADA)) as listener:
        await listener.say("Done.")
    await adapter.deliver(await post.put(ADA, "Done.", turn_id=turn.id))
    assert [call.method for call in swift.calls] == ["sendMessage", "editMessageText"]
    await adapter.close()


async def test_nothing_is_previewed_after_the_answer(post: Post, swift: FakeTelegram) -> None:
    """The delivery waits for a draft that is under way, and none follows, whatever is still said."""
    swift.meet(ADA)
    adapter, turn = post.adapter(), await post.turn(ADA)
    swift.latency_s = 0.03
    async with making(adapter, turn.id, str(ADA)) as listener:
        for number in range(20):
            await listener.say(f"Sentence {number}. ")
            await asyncio.sleep(0.005)
        await adapter.deliver(await post.put(ADA, "Done.", turn_id=turn.id))
        await listener.say("Too late.")
        await asyncio.sleep(0.2)
    methods = [call.method for call in swift.calls]
    assert "sendMessageDraft" in methods
    assert "sendMessageDraft" not in methods[methods.index("sendMessage") :]
    assert swift.preview(ADA) is None
    await adapter.close()


async def test_a_cancelled_answer_ends_its_preview(post: Post, swift: FakeTelegram) -> None:
    """When whoever makes the answer is stopped, nothing more of it is shown."""
    swift.meet(ADA)
    adapter = post.adapter()
    async with making(adapter, ObjectId(), str(ADA)) as listener:
        await listener.say("A heap")
        await swift.until(drafts(swift))
    calls = len(swift.calls)
    await listener.say(" is a tree.")
    await asyncio.sleep(0.3)
    assert len(swift.calls) == calls
    assert not adapter._previews.here


async def test_trouble_stays_in_the_preview(post: Post, swift: FakeTelegram) -> None:
    """Refusals, floods and blocks are obeyed in silence: whoever makes the answer never hears of them."""
    swift.meet(ADA)
    swift.fail_next(429, 1, "sendMessageDraft", retry_after=3)
    async with making(post.adapter(), ObjectId(), str(ADA)) as listener:
        await listener.say("One. ")
        await swift.until(lambda: [call.status for call in swift.calls if call.method == "sendMessageDraft"] == [429])
        await listener.say("Two.")
        await asyncio.sleep(0.1)
        assert swift.previews(ADA) == []
    swift.block(ADA)
    async with making(post.adapter(), ObjectId(), str(ADA)) as listener:
        await listener.say("One. ")
        await swift.until(lambda: any(call.status == 403 for call in swift.calls))
        await listener.say("Two.")
    assert isinstance(post.adapter().listener(ObjectId(), "no chat"), Silence)


async def group_turn(post: Post, swift: FakeTelegram, **fields: Any) -> tuple[int, Turn]:
    """Return a group and a turn in it."""
    group = swift.group(-5, members=(ADA,))
    swift.say(ADA, "what is a heap?", chat=group, message_id=11)
    return group, await post.turn(group, reply_to="11", public=True, **fields)


async def test_in_a_group_the_answer_grows_in_its_message(post: Post, swift: FakeTelegram) -> None:
    """The message that grows is the one in which the answer then stands, also for another process."""
    group, turn = await group_turn(post, swift)
    adapter = post.adapter()
    async with making(adapter, turn.id, str(group)) as listener:
        await listener.doing("checking your revisions")
        await swift.until(lambda: post.texts(group) == ["checking your revisions …"])
        await listener.say("A heap is a tree.")
        await swift.until(lambda: post.texts(group) == ["A heap is a tree. …"])
    await post.deliver(await post.put(group, "A heap is a tree, and more.", turn_id=turn.id, public=True))
    [shown] = swift.screen(group)
    assert (shown.text, shown.reply_to) == ("A heap is a tree, and more.", 11)
    assert not swift.violations


async def test_a_group_preview_that_ends_too_late_takes_itself_back(post: Post, swift: FakeTelegram) -> None:
    """A message that was on its way when the turn ended is deleted, so that the answer stands there once."""
    group, turn = await group_turn(post, swift)
    await post.stage.database.collection(Turn.collection).update({"_id": turn.id}, {"$set": {"status": "answered"}})
    adapter = post.adapter()
    async with making(adapter, turn.id, str(group)) as listener:
        await listener.say("A heap")
        await swift.until(lambda: any(call.method == "deleteMessage" for call in swift.calls))
    assert post.texts(group) == []


async def test_the_end_of_a_long_preview_is_shown() -> None:
    """Of a text that is longer than a message its newest part is seen, whole characters only."""
    assert tail("short", 10) == "short"
    assert tail("😀" * 10, 6) == "…😀😀"
