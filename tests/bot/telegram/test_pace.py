"""The pace at which Telegram is spoken to: never more than it takes, what is live before what is bulk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.adapters.base import DeliverLater
from bot.adapters.telegram.client import Place
from bot.adapters.telegram.pace import ChatPace, Turnstile
from store.client import ObjectId
from store.documents.own import ChannelAccount
from store.repositories.pace import Paces
from tests.bot.stage import Stage
from tests.bot.telegram.posting import SECOND, Post
from tests.fakes.telegram import FakeTelegram

CAPACITY = 6


class Crowd:
    """Messages through turnstiles of 6 in any tenth of a second, and when Telegram got each."""

    def __init__(self, stage: Stage) -> None:
        self.paces = Paces(stage.database)
        self.got: list[float] = []
        self.order: list[str] = []

    def turnstile(self, holder: str = "a") -> Turnstile:
        """Return a process's turnstile."""
        return Turnstile(self.paces, name="bot", holder=holder, capacity=CAPACITY, window=SECOND)

    async def send(self, turnstile: Turnstile, name: str, *, bulk: bool = False, late: float = 0.0) -> None:
        """Send one message, which Telegram gets late."""
        async with turnstile.passing(bulk=bulk):
            self.order.append(name)
            await asyncio.sleep(late)
            self.got.append(asyncio.get_running_loop().time())

    @property
    def most(self) -> int:
        """Return how many messages Telegram got within the busiest tenth of a second."""
        self.got.sort()
        return max(sum(1 for one in self.got if start <= one < start + SECOND * 0.999) for start in self.got)


@pytest.fixture
def crowd(stage: Stage) -> Crowd:
    """Nobody yet."""
    return Crowd(stage)


async def test_no_second_sees_more_than_the_capacity(crowd: Crowd) -> None:
    """However late messages arrive, and from however many processes, Telegram gets no more in any second."""
    turnstiles = [crowd.turnstile(name) for name in ("a", "b")]
    delays = [0.0, 0.04, 0.01, 0.07, 0.0, 0.02]
    async with asyncio.timeout(8.0):
        await asyncio.gather(
            *(crowd.send(turnstiles[n % 2], str(n), late=delays[n % len(delays)], bulk=n % 3 == 0) for n in range(30))
        )
    assert len(crowd.got) == 30
    assert crowd.most <= CAPACITY
    await asyncio.gather(*(turnstile.close() for turnstile in turnstiles))


async def test_live_never_waits_behind_bulk(crowd: Crowd) -> None:
    """A reply that comes while many reminders wait is the next to go."""
    turnstile = crowd.turnstile()
    bulk = [asyncio.create_task(crowd.send(turnstile, "bulk", bulk=True)) for _ in range(20)]
    while len(crowd.order) < CAPACITY:  # noqa: ASYNC110 - whoever sends has no event to wait for
        await asyncio.sleep(0.001)
    before = len(crowd.order)
    await crowd.send(turnstile, "live")
    assert crowd.order.index("live") <= before + 1
    for task in bulk:
        task.cancel()
    await asyncio.gather(*bulk, return_exceptions=True)
    await crowd.send(turnstile, "after")
    assert crowd.order[-1] == "after"
    await turnstile.close()


async def test_silence_holds_for_every_process(crowd: Crowd) -> None:
    """When Telegram asks one process to wait, no process sends before that time is over."""
    first, second = crowd.turnstile("a"), crowd.turnstile("b")
    started = asyncio.get_running_loop().time()
    await first.be_quiet(0.3)
    await asyncio.gather(crowd.send(first, "a"), crowd.send(second, "b"))
    assert min(crowd.got) >= started + 0.29
    await asyncio.gather(first.close(), second.close())


async def test_an_idle_process_holds_no_share(crowd: Crowd) -> None:
    """Whoever has sent nothing for a while leaves the whole capacity to others."""
    turnstile = crowd.turnstile()
    await crowd.send(turnstile, "one")
    await turnstile.close()
    await asyncio.sleep(SECOND)
    share = await crowd.paces.share("bot", "b", capacity=CAPACITY, keeps=0, wants=CAPACITY, seconds=9.0)
    assert share.granted == CAPACITY


async def timed(act: Callable[[], Awaitable[None]]) -> float:
    """Return how long something takes, in seconds of the swift Telegram."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    await act()
    return (loop.time() - started) / SECOND


async def test_a_private_chat_gets_one_a_second(stage: Stage) -> None:
    """Messages to one person are a second apart, those to different people are not."""
    chats, ada, bob = ChatPace(Paces(stage.database), name="bot", second=SECOND), Place(7), Place(8)
    waits = [await timed(lambda place=place: chats.wait_to_send(place)) for place in (ada, bob, ada)]  # type: ignore[misc]
    assert [wait >= 0.9 for wait in waits] == [False, False, True]


async def test_a_message_changes_once_a_second(stage: Stage) -> None:
    """What was just sent from here may change at once, then once a second; what is not known here waits its second."""
    chats, ada = ChatPace(Paces(stage.database), name="bot", second=SECOND), Place(7)
    chats.note_sent(ada, 1)
    waits = [await timed(lambda one=one: chats.wait_to_change(ada, one)) for one in (1, 1, 2)]  # type: ignore[misc]
    assert [wait >= 1.0 for wait in waits] == [False, True, True]


async def test_a_group_that_has_had_its_minute_waits(stage: Stage) -> None:
    """In a group a few go at once; whoever will not wait for the next is told to come later."""
    chats, group = ChatPace(Paces(stage.database), name="bot"), Place(-5)
    for _ in range(3):
        await chats.wait_to_send(group, patience=0.0)
    with pytest.raises(DeliverLater):
        await chats.wait_to_send(group, patience=0.0)


async def test_reminders_and_replies_break_no_rule(post: Post, swift: FakeTelegram) -> None:
    """Two processes with 40 reminders and some replies between them: each once, no rule broken, replies first."""
    people = range(1000, 1040)
    for person in people:
        swift.meet(person)
        known = ChannelAccount(id=f"telegram:{person}", user_id=ObjectId(), platform="telegram", display_name="Ada")
        await post.stage.database.collection(ChannelAccount.collection).insert(known.to_mongo())
        await post.put(person, f"Good morning, {person}", bulk=True, user_id=known.user_id)
    for person in (1003, 1038):
        await post.put(person, "A reply", turn_id=ObjectId())
    async with post.running(post.adapter("a"), post.adapter("b")):
        await swift.until(lambda: all(post.texts(person) for person in people), 20.0)
        await swift.until(lambda: post.texts(1038) == ["A reply", "Good morning, 1038"])
    assert [post.texts(person) for person in people if person not in (1003, 1038)] == [
        [f"Good morning, {person}"] for person in people if person not in (1003, 1038)
    ]
    assert not swift.violations
