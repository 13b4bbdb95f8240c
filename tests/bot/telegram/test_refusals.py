"""What Telegram refuses and takes a moment or a day later: nothing is buried for it, and no door is closed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.base import DeliverLater, NotNow, Undeliverable, Unfetched, Unshowable
from bot.adapters.telegram.adapter import PATIENCE, SHUT_WAITS
from bot.adapters.telegram.errors import ChatRefuses
from bot.adapters.telegram.sending import TRIES
from store.client import ObjectId
from store.documents.own import Action, ChannelAccount, OutboxItem
from store.repositories.outbox import backoff
from tests.bot.telegram.posting import SECOND, Post
from tests.fakes.telegram import FakeTelegram

ADA = 7
NO_TOPIC = "Bad Request: message thread not found"
REFUSALS = [
    (400, NO_TOPIC),
    (400, "Bad Request: TOPIC_CLOSED"),
    (400, "Bad Request: TOPIC_DELETED"),
    (400, "Bad Request: not enough rights to send text messages to the chat"),
    (400, "Bad Request: have no rights to send a message"),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
    (400, "Bad Request: CHAT_RESTRICTED"),
    (403, "Forbidden: CHAT_WRITE_FORBIDDEN"),
    (403, "Forbidden: not enough rights to send text messages to the chat"),
    (400, "Bad Request: something that nobody has seen before"),
]
DOORS = [
    (403, "Forbidden: bot was blocked by the user"),
    (403, "Forbidden: user is deactivated"),
    (403, "Forbidden: bot was kicked from the supergroup chat"),
    (400, "Bad Request: chat not found"),
]


async def account(post: Post) -> None:
    """Let a student be known at the address."""
    known = ChannelAccount(
        id=f"telegram:{ADA}", user_id=ObjectId(), platform="telegram", display_name="Ada", address=f"{ADA}"
    )
    await post.stage.database.collection(ChannelAccount.collection).insert(known.to_mongo())


async def is_open(post: Post) -> bool:
    """Return whether the student is still written to."""
    raw = await post.stage.database.collection(ChannelAccount.collection).find_one({"_id": f"telegram:{ADA}"})
    return raw is not None and raw.get("deadAt") is None


async def settled(post: Post, *items: OutboxItem) -> None:
    """Let time pass until nothing of these waits."""
    async with asyncio.timeout(20), post.running(post.adapter()):
        for item in items:
            while (await post.stored(item)).status == "pending":
                post.stage.clock.move(20)
                await asyncio.sleep(0.02)


@pytest.mark.parametrize("words", [words for status, words in REFUSALS[:3] if status == 400])
async def test_what_a_topic_refuses_is_said_beside_it(post: Post, swift: FakeTelegram, words: str) -> None:
    """A topic that is not found, or closed, in a private chat costs the answer its topic and nothing else."""
    swift.meet(ADA)
    swift.fail_next(400, 50, "sendMessage", words=words, topics=True)
    swift.fail_next(400, 50, "sendDocument", words=words, topics=True)
    code = "```python\n" + "value = 1  # line\n" * 400 + "```"
    assert await post.deliver(await post.put(f"{ADA}/5", f"Here it is:\n\n{code}"))
    assert [(shown.text[:11], shown.thread) for shown in swift.screen(ADA)] == [
        ("Here it is:", None),
        ("solution.py", None),
    ]


@pytest.mark.parametrize(("status", "words"), REFUSALS)
async def test_what_a_chat_refuses_comes_later(post: Post, swift: FakeTelegram, status: int, words: str) -> None:
    """However long a chat refuses, its answers wait in their order, and arrive when it takes them again."""
    swift.meet(ADA)
    await account(post)
    swift.fail_next(status, 6, "sendMessage", words=words)
    items = [await post.put(ADA, text, turn_id=ObjectId()) for text in ("One.", "Two.")]
    await settled(post, *items)
    assert post.texts(ADA) == ["One.", "Two."]
    assert await is_open(post)


async def test_the_waits_for_a_chat_that_refuses_grow(post: Post, swift: FakeTelegram) -> None:
    """It is asked again after seconds, then minutes, and at most a quarter of an hour apart."""
    swift.meet(ADA)
    swift.fail_next(400, 2, "sendMessage", words="Bad Request: have no rights to send a message")
    with pytest.raises(NotNow) as refused:
        await post.deliver(await post.put(ADA, "Hello."))
    waits = [backoff(attempts, refused.value.longest).total_seconds() for attempts in range(12)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


async def test_what_a_chat_refuses_for_days_is_given_up_and_the_chat_is_not(post: Post, swift: FakeTelegram) -> None:
    """After two days the item alone is given up, and what is behind it is tried."""
    swift.meet(ADA)
    item = await post.put(ADA, "Hello.")
    for moved, raised in ((timedelta(0), ChatRefuses), (PATIENCE, Unshowable)):
        post.stage.clock.move(moved.total_seconds())
        swift.fail_next(400, 2, "sendMessage")
        with pytest.raises(raised):
            await post.deliver(item)


@pytest.mark.parametrize(("status", "words"), DOORS)
async def test_a_door_is_closed_by_what_is_said_again_and_again(
    post: Post, swift: FakeTelegram, status: int, words: str
) -> None:
    """One "blocked" or "chat not found" may be wrong: the answer is tried again, and the third closes the door."""
    swift.meet(ADA)
    item = await post.put(ADA, "Hello.")
    swift.fail_next(status, len(SHUT_WAITS) + 1, "sendMessage", words=words)
    for seconds in SHUT_WAITS:
        with pytest.raises(DeliverLater) as later:
            await post.deliver(item)
        assert later.value.seconds == seconds
    with pytest.raises(Undeliverable):
        await post.deliver(item)


@pytest.mark.parametrize(("status", "words"), DOORS)
async def test_a_door_that_was_called_closed_once_is_open(
    post: Post, swift: FakeTelegram, status: int, words: str
) -> None:
    """What is refused twice and then taken arrives, and its student is still written to."""
    swift.meet(ADA)
    await account(post)
    swift.fail_next(status, len(SHUT_WAITS), "sendMessage", words=words)
    item = await post.put(ADA, "Hello.", turn_id=ObjectId())
    await settled(post, item)
    assert post.texts(ADA) == ["Hello."]
    assert (await post.stored(item)).status == "sent"
    assert await is_open(post)


async def test_an_edit_that_is_refused_once_is_made_later(post: Post, swift: FakeTelegram) -> None:
    """A refusal that passes takes no part of the answer's place, nor its buttons; one that stays does."""
    swift.meet(ADA)
    item = await post.put(ADA, "A **heap**.", actions=[Action(label="Good", says="/rate good")])
    swift.fail_next(400, 1, "editMessageText")
    with pytest.raises(ChatRefuses):
        await post.deliver(item)
    assert await post.deliver(item)
    assert [(shown.text, shown.labels) for shown in swift.screen(ADA)] == [("A heap.", ["Good"])]
    lasting = await post.put(ADA, "Odd.", attempts=TRIES - 1)
    swift.fail_next(400, 1, "editMessageText")
    assert await post.deliver(lasting)
    assert post.texts(ADA)[-1].startswith("A part of this answer cannot be shown here.")


async def test_a_file_that_is_refused_once_comes_later(post: Post, swift: FakeTelegram) -> None:
    """The file of an answer is sent again after a refusal, and only after many a sentence stands in its place."""
    swift.meet(ADA)
    code = "```python\n" + "value = 1  # line\n" * 400 + "```"
    item = await post.put(ADA, f"Here it is:\n\n{code}")
    swift.fail_next(400, 1, "sendDocument")
    with pytest.raises(ChatRefuses):
        await post.deliver(item)
    assert await post.deliver(item)
    assert [bool(shown.document) for shown in swift.screen(ADA)] == [False, True]


async def test_a_draft_that_is_refused_is_tried_again(post: Post, swift: FakeTelegram) -> None:
    """One refused draft ends no preview: meanwhile the chat says typing, and a while later the draft is shown."""
    swift.meet(ADA)
    swift.fail_next(400, 2, "sendMessageDraft")
    adapter, turn = post.adapter(), ObjectId()
    listener = adapter.listener(turn, str(ADA))
    await listener.say("A heap is a tree.")
    await swift.until(lambda: swift.previews(ADA) == ["A heap is a tree."])
    assert (ADA, None, "typing") in swift.actions
    assert [call.status for call in swift.calls if call.method == "sendMessageDraft"] == [400, 400, 200]
    await adapter._previews.end(turn)
    await adapter.close()


@pytest.mark.parametrize(("status", "words"), [(404, "Not Found"), (401, "Unauthorized"), (400, NO_TOPIC)])
async def test_no_refused_draft_costs_the_answer(post: Post, swift: FakeTelegram, status: int, words: str) -> None:
    """A server that knows no drafts, or refuses them all, delivers the answer as any other does."""
    swift.meet(ADA)
    swift.fail_next(status, 1000, "sendMessageDraft", words=words)
    adapter, turn = post.adapter(), await post.turn(ADA)
    listener = adapter.listener(turn.id, str(ADA))
    await listener.say("A heap")
    await swift.until(lambda: any(call.method == "sendMessageDraft" for call in swift.calls))
    await asyncio.sleep(2 * SECOND)
    await adapter.deliver(await post.put(ADA, "A heap is a tree.", turn_id=turn.id))
    assert post.texts(ADA) == ["A heap is a tree."]
    assert sum(call.method == "sendMessageDraft" for call in swift.calls) == 1
    await adapter.close()


@pytest.mark.parametrize(("failures", "fetched"), [(2, True), (9, False)])
async def test_a_file_that_is_away_for_a_moment_is_fetched(
    post: Post, swift: FakeTelegram, failures: int, fetched: bool
) -> None:
    """A file that is "temporarily unavailable" is asked for again before its sender has to send it once more."""
    swift.meet(ADA)
    swift.voice(ADA, b"OggS")
    words = "Bad Request: wrong file_id or the file is temporarily unavailable"
    swift.fail_next(400, failures, "getFile", words=words)
    [name] = swift.world.files
    if fetched:
        assert await post.adapter().fetch(name, 100) == b"OggS"
    else:
        with pytest.raises(Unfetched, match="once more"):
            await post.adapter().fetch(name, 100)
