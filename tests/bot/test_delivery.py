"""Delivery: what stands in the outbox reaches its address once, in order, as soon as the platform lets it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from agents.listener import Listener, Silence
from bot.access import Access
from bot.adapters.base import DeliverLater, Undeliverable, Unfetched, Unshowable
from bot.delivery import Delivery
from bot.doorway import Doorway
from bot.turns import Accepted
from store.client import ObjectId, Raw
from store.documents.own import ChannelAccount, OutboxItem, Platform, Turn
from store.errors import StoreUnavailable
from store.faults import Faults
from store.leases import Leases
from store.repositories.accounts import Accounts
from tests.bot.stage import Gate, Script, Stage, until

Deliver = Callable[[OutboxItem], Awaitable[None]]


class Board:
    """A platform that shows what it is given, after `deliver` had its say."""

    platform: Platform = "probe"

    def __init__(self, deliver: Deliver | None = None, reach: Raw | None = None) -> None:
        self.deliver_first, self._reach = deliver, reach or {}
        self.shown: dict[str, list[str]] = defaultdict(list)
        self.tries = 0

    def reach(self) -> Raw:
        """Return the part of the outbox that this process is told to deliver."""
        return self._reach

    def listener(self, turn_id: ObjectId, address: str) -> Listener:
        """Show no previews."""
        return Silence()

    async def deliver(self, item: OutboxItem) -> None:
        """Show an item."""
        self.tries += 1
        if self.deliver_first:
            await self.deliver_first(item)
        self.shown[item.address].append(item.text)

    async def fetch(self, file: str, most: int) -> bytes:
        """Give no files out."""
        raise Unfetched("no files here")


class Post:
    """An outbox, and the deliveries that serve it."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.database, self.clock = stage, stage.database, stage.clock
        self._items = self.database.collection(OutboxItem.collection)

    def delivery(
        self,
        board: Board,
        name: str = "a",
        *,
        lease: float = 10.0,
        poll: float = 0.02,
        seconds: float = 10.0,
        bulk: int = 20,
        welcomes: Callable[[ChannelAccount], bool] = lambda _: True,
    ) -> Delivery:
        return Delivery(
            self.database,
            adapters={"probe": board},
            holder=name,
            clock=self.clock,
            faults=Faults(),
            lease=lease,
            poll=poll,
            seconds=seconds,
            bulk=bulk,
            welcomes=welcomes,
        )

    @asynccontextmanager
    async def running(self, *deliveries: Delivery) -> AsyncIterator[None]:
        """Deliver while the block runs."""
        stop = asyncio.Event()
        tasks = [asyncio.create_task(delivery.run(stop)) for delivery in deliveries]
        try:
            yield
        finally:
            stop.set()
            async with asyncio.timeout(5):
                await asyncio.gather(*tasks)

    async def put(
        self,
        address: str,
        seq: int,
        *,
        turn_id: ObjectId | None = None,
        student: ObjectId | None = None,
        **fields: Any,
    ) -> str:
        """Put an item into the outbox; its text tells its number. Return its id.

        It is an answer, to a turn that is gone where none is named; a student's is said without being asked.
        """
        item = OutboxItem(
            id=f"answer:{ObjectId()}",
            user_id=student or ObjectId(),
            turn_id=turn_id or (ObjectId() if student is None else None),
            platform="probe",
            address=address,
            seq=seq,
            text=f"{seq:02}",
            next_attempt_at=self.clock.time,
            created_at=self.clock.time,
            **fields,
        )
        await self._items.insert(item.to_mongo())
        return item.id

    async def item(self, item_id: str) -> OutboxItem:
        raw = await self._items.find_one({"_id": item_id})
        assert raw is not None
        return OutboxItem.read(raw)

    async def settled(self, *, left: int = 0) -> None:
        """Wait until only `left` items are still pending."""

        async def few() -> bool:
            return await self._items.count({"status": "pending"}) == left

        await until(few)


@pytest.fixture
def post(stage: Stage) -> Post:
    """An empty outbox."""
    return Post(stage)


async def test_an_address_is_served_in_order(post: Post) -> None:
    """Items of one address are shown by their numbers, whatever the order in which they were stored."""
    for seq in (3, 1, 4, 2):
        await post.put("room", seq)
    board = Board()
    async with post.running(post.delivery(board)):
        await post.settled()
    assert board.shown == {"room": ["01", "02", "03", "04"]}


async def test_a_slow_address_holds_up_no_other(post: Post) -> None:
    """While one address waits for its platform, others are served."""
    go_on = asyncio.Event()

    async def slow(item: OutboxItem) -> None:
        if item.address == "slow":
            await go_on.wait()

    await post.put("slow", 1)
    await post.put("quick", 1)
    board = Board(slow)
    async with post.running(post.delivery(board)):
        await post.settled(left=1)
        assert board.shown == {"quick": ["01"]}
        go_on.set()


async def test_a_delivered_answer_marks_its_turn(post: Post) -> None:
    """An answer of a real turn takes the turn to delivered, and both know when."""
    stage, board = post.stage, Board()
    accepted = await stage.say(stage.replica(Script()), "Hello")
    await stage.ended(accepted)
    post.clock.move(3)
    async with post.running(post.delivery(board)):
        await post.settled()
    turn = await stage.turn(accepted)
    item = await post.item(f"answer:{turn.id}")
    assert (turn.status, turn.reply, turn.delivered_at) == ("delivered", "Echo: Hello", post.clock.time)
    assert (item.status, item.sent_at, item.attempts) == ("sent", post.clock.time, 0)
    assert board.shown == {"room-ada": ["Echo: Hello"]}


async def test_what_ends_after_stop_is_not_said(post: Post) -> None:
    """An answer that was being made when its student said /stop, and ended as cancelled, reaches nobody."""
    stage, board, gate = post.stage, Board(), Gate()
    turns = stage.replica(Script(long=gate))
    doorway = Doorway(post.database, turns, Access(), clock=post.clock, ids=ObjectId)
    running = await doorway.take(stage.message("long one"))
    assert isinstance(running, Accepted)
    async with asyncio.timeout(10):
        await gate.reached.wait()
    await doorway.take(stage.message("/stop"))
    assert (await stage.ended(running))[0].reason == "cancelled"
    async with post.running(post.delivery(board)):
        await post.settled()
    assert board.shown == {}
    assert (await post.item(f"answer:{running.turn_id}")).status == "dead"


@pytest.mark.parametrize(
    ("change", "welcome", "shown"),
    [
        ("/stop", True, []),
        ("/ban", True, ["02"]),
        ("the list", False, ["02"]),
        ("their erasure", True, ["02"]),
        ("nothing", True, ["02", "01"]),
    ],
)
async def test_what_nobody_asked_for_is_not_said_to_who_is_out(
    post: Post, change: str, welcome: bool, shown: list[str]
) -> None:
    """A reminder that was made before a /stop, a /ban, a new list or an erasure is dropped; answers only by /stop."""
    accounts = Accounts(post.database, clock=post.clock, ids=ObjectId)
    student = await accounts.resolve("probe", "ada", "Ada", address="room")
    link = await accounts.link_of("probe", "ada")
    assert link is not None
    if change == "/stop":
        await accounts.stop(link)
    if change == "their erasure":
        await post.database.collection(ChannelAccount.collection).delete({"userId": student})
    await accounts.set_active(student, active=change != "/ban")
    reminder = await post.put("room", 1, student=student, bulk=True)
    await post.put("room", 2, student=student, turn_id=ObjectId())
    board = Board()
    async with post.running(post.delivery(board, welcomes=lambda account: welcome and account.id == "probe:ada")):
        await post.settled()
        await accounts.start(link)
    assert board.shown.get("room", []) == shown
    assert (await post.item(reminder)).status == ("sent" if "01" in shown else "dead")


async def test_what_can_never_be_shown_holds_up_nothing(post: Post) -> None:
    """An item that its platform refuses for what it is goes unsaid, and the one behind it is shown."""

    async def refuse(item: OutboxItem) -> None:
        if item.seq == 1:
            raise Unshowable("no such thing")

    refused, board = await post.put("room", 1), Board(refuse)
    await post.put("room", 2)
    async with post.running(post.delivery(board)):
        await post.settled()
    assert board.shown == {"room": ["02"]}
    assert ((await post.item(refused)).status, (await post.item(refused)).error) == ("dead", "no such thing")


async def test_only_an_ended_turn_becomes_delivered(post: Post) -> None:
    """A message that is sent while its turn is still worked does not end the turn."""
    turn_id = ObjectId()
    await post.database.collection(Turn.collection).insert({"_id": turn_id, "key": "k", "status": "working"})
    await post.put("room", 1, turn_id=turn_id)
    async with post.running(post.delivery(Board())):
        await post.settled()
    raw = await post.database.collection(Turn.collection).find_one({"_id": turn_id})
    assert raw is not None
    assert raw["status"] == "working"


async def test_a_failure_is_tried_again_later_and_later(post: Post) -> None:
    """After each failure an address waits twice as long, a second at first, and nothing overtakes the item."""
    broken = True

    async def fail(item: OutboxItem) -> None:
        if broken:
            raise ConnectionError("no route")

    item_id = await post.put("room", 1)
    await post.put("room", 2)
    board = Board(fail)
    async with post.running(post.delivery(board)):
        for attempt, wait in enumerate((1, 2, 4), start=1):
            await tried(post, item_id, attempt)
            item = await post.item(item_id)
            assert (item.next_attempt_at - post.clock.time).total_seconds() == wait
            assert (item.status, item.error) == ("pending", "ConnectionError")
            post.clock.move(wait - 0.001)
            await asyncio.sleep(0.06)
            assert board.tries == attempt
            broken = attempt < 3
            post.clock.move(0.001)
        await post.settled()
    assert board.shown == {"room": ["01", "02"]}


async def test_a_platform_that_never_returns_is_given_up_for_now(post: Post) -> None:
    """Showing an item is stopped after its time, tried again like any failure, and holds its address no longer."""
    back, stopped = asyncio.Event(), asyncio.Event()

    async def hang(item: OutboxItem) -> None:
        try:
            await back.wait()
        finally:
            stopped.set()

    item_id = await post.put("room", 1)
    await post.put("room", 2)
    board = Board(hang)
    async with post.running(post.delivery(board, seconds=0.05)):
        await tried(post, item_id, 1)
        item = await post.item(item_id)
        assert stopped.is_set()
        assert (item.status, item.error) == ("pending", "TimeoutError")
        assert board.shown == {}
        back.set()
        post.clock.move(1)
        await post.settled()
    assert board.shown == {"room": ["01", "02"]}


async def tried(post: Post, item_id: str, attempts: int) -> None:
    """Wait until an item was tried so many times."""

    async def enough() -> bool:
        return (await post.item(item_id)).attempts == attempts

    await until(enough)


async def test_a_long_outage_never_waits_more_than_a_minute(post: Post) -> None:
    """After thousands of failures an item still waits a minute for its next try."""

    async def fail(item: OutboxItem) -> None:
        raise ConnectionError

    item_id = await post.put("room", 1)
    await post.database.collection(OutboxItem.collection).update({"_id": item_id}, {"$set": {"attempts": 5000}})
    async with post.running(post.delivery(Board(fail))):
        await tried(post, item_id, 5001)
    assert ((await post.item(item_id)).next_attempt_at - post.clock.time).total_seconds() == 60


async def test_a_platform_that_asks_to_wait_is_obeyed(post: Post) -> None:
    """DeliverLater postpones by exactly what was asked, and the rest of the address with it."""

    async def busy(item: OutboxItem) -> None:
        if board.tries == 1:
            raise DeliverLater(7.5)

    item_id = await post.put("room", 1)
    await post.put("room", 2)
    board = Board(busy)
    async with post.running(post.delivery(board)):
        await tried(post, item_id, 1)
        item = await post.item(item_id)
        assert (item.next_attempt_at - post.clock.time).total_seconds() == 7.5
        await asyncio.sleep(0.06)
        assert board.tries == 1
        post.clock.move(7.5)
        await post.settled()
    assert board.shown == {"room": ["01", "02"]}


async def test_what_can_never_be_delivered_is_dead(post: Post) -> None:
    """Undeliverable ends whatever waits for an address, with its reason, and marks the account behind it."""

    async def refuse(item: OutboxItem) -> None:
        if item.address == "room":
            raise Undeliverable("the chat is gone")

    accounts = post.database.collection(ChannelAccount.collection)
    for account in ("room", "hall"):
        await accounts.insert({"_id": f"probe:{account}", "platform": "probe", "address": account})
    dead = [await post.put("room", 1), await post.put("room", 2)]
    await post.put("hall", 1)
    board = Board(refuse)
    async with post.running(post.delivery(board)):
        await post.settled()
    items = [await post.item(one) for one in dead]
    assert [(item.status, item.error, item.sent_at) for item in items] == [("dead", "the chat is gone", None)] * 2
    assert (board.shown, board.tries) == ({"hall": ["01"]}, 2)
    marked = await accounts.find({"deadAt": {"$ne": None}})
    assert [(raw["_id"], raw["deadAt"]) for raw in marked] == [("probe:room", post.clock.time)]


async def test_live_goes_before_bulk(post: Post) -> None:
    """However much bulk waits, what is live is served beside it, and first where both wait for one address."""
    go_on = asyncio.Event()

    async def slow(item: OutboxItem) -> None:
        if item.bulk:
            await go_on.wait()

    for number in range(30):
        await post.put(f"room {number:02}", 0, bulk=True)
    await post.put("room 29", 7)
    board = Board(slow)
    delivery = post.delivery(board, bulk=3)
    async with post.running(delivery):
        await until_true(lambda: board.shown == {"room 29": ["07"]} and board.tries == 5)
        await post.put("hall", 1)
        delivery.wake()
        await until_true(lambda: board.shown["hall"] == ["01"])
        assert board.tries == 6
        go_on.set()
        await post.settled()
    assert (board.shown["room 29"], len(board.shown)) == (["07", "00"], 31)


async def test_what_comes_too_late_is_dropped(post: Post) -> None:
    """An item past its time is not shown, and says why."""
    late = await post.put("room", 1, expires_at=post.clock.time)
    await post.put("room", 2, expires_at=post.clock.time + timedelta(seconds=1))
    board = Board()
    async with post.running(post.delivery(board)):
        await post.settled()
    item = await post.item(late)
    assert (item.status, item.error, board.shown) == ("dead", "too late", {"room": ["02"]})


async def test_two_replicas_deliver_once(post: Post) -> None:
    """Two deliveries on one outbox show every item once between them, each address in order."""
    addresses = [f"room {number}" for number in range(4)]
    for seq in range(1, 6):
        for address in addresses:
            await post.put(address, seq)

    async def dawdle(item: OutboxItem) -> None:
        await asyncio.sleep(0.002)

    board = Board(dawdle)  # both replicas show on the same platform
    async with post.running(post.delivery(board, "a"), post.delivery(board, "b")):
        await post.settled()
    assert board.shown == {address: ["01", "02", "03", "04", "05"] for address in addresses}


async def test_a_vanished_replicas_address_is_taken_over(post: Post) -> None:
    """An address whose replica vanished is served again when its lease has run out, and not before."""
    await post.put("room", 1)
    loop = asyncio.get_running_loop()
    started = loop.time()
    assert await Leases(post.database, ttl=0.4).take("deliver:probe:room", "vanished")
    board = Board()
    async with post.running(post.delivery(board)):
        await post.settled()
    assert loop.time() - started >= 0.4
    assert board.shown == {"room": ["01"]}


async def test_only_what_is_within_reach_is_delivered(post: Post) -> None:
    """A process delivers only what its adapter reaches, and only its own platform's."""
    await post.put("mine", 1)
    await post.put("theirs", 1)
    other = await post.put("mine", 2)
    items = post.database.collection(OutboxItem.collection)
    await items.update({"_id": other}, {"$set": {"platform": "web"}})
    board = Board(reach={"$or": [{"address": "mine"}, {"address": "nobody"}]})
    async with post.running(post.delivery(board)):
        await post.settled(left=2)
        await asyncio.sleep(0.06)
    assert board.shown == {"mine": ["01"]}


async def test_what_is_due_when_it_stops_is_still_delivered(post: Post) -> None:
    """A delivery that is told to stop looks once more, delivers what is due, and ends."""
    await post.put("room", 1)
    board, stop = Board(), asyncio.Event()
    stop.set()
    async with asyncio.timeout(5):
        await post.delivery(board, poll=60).run(stop)
    assert board.shown == {"room": ["01"]}


async def test_what_comes_while_an_address_is_served_is_not_missed(post: Post) -> None:
    """An item that the last look finds at a busy address is delivered before the delivery ends."""
    go_on, stop = asyncio.Event(), asyncio.Event()

    async def slow(item: OutboxItem) -> None:
        if item.seq == 1:
            await go_on.wait()

    board = Board(slow)
    delivery = post.delivery(board, poll=60)
    await post.put("room", 1)
    running = asyncio.create_task(delivery.run(stop))
    await until_true(lambda: board.tries == 1)
    await post.put("room", 2)
    stop.set()
    await until_true(lambda: bool(delivery._again))
    go_on.set()
    async with asyncio.timeout(5):
        await running
    assert board.shown == {"room": ["01", "02"]}


async def until_true(condition: Callable[[], bool]) -> None:
    """Wait until something holds that needs no look into the database."""

    async def holds() -> bool:
        return condition()

    await until(holds)


async def test_waking_delivers_at_once(post: Post) -> None:
    """A delivery that is woken does not wait for its next look."""
    board = Board()
    delivery = post.delivery(board, poll=60)
    async with post.running(delivery):
        await asyncio.sleep(0.05)
        await post.put("room", 1)
        delivery.wake()
        await post.settled()
    assert board.shown == {"room": ["01"]}


async def test_a_cancelled_delivery_leaves_nothing_running(post: Post) -> None:
    """What is cancelled in the middle of an item leaves it pending and the address free for another at once."""

    async def never(item: OutboxItem) -> None:
        await asyncio.Event().wait()

    first = Board(never)
    item_id = await post.put("room", 1)
    running = asyncio.create_task(post.delivery(first, lease=60).run(asyncio.Event()))
    await until_true(lambda: first.tries == 1)
    running.cancel()
    await asyncio.wait({running}, timeout=5)
    assert running.cancelled()
    assert (await post.item(item_id)).status == "pending"
    second = Board()
    async with post.running(post.delivery(second, "b")):
        await post.settled()
    assert (first.shown, second.shown) == ({}, {"room": ["01"]})


async def test_a_replica_that_lost_the_address_stops_sending(post: Post) -> None:
    """Where another took an address over, the old replica sends nothing more to it."""
    go_on = asyncio.Event()

    async def slow(item: OutboxItem) -> None:
        if item.seq == 1:
            await go_on.wait()

    await post.put("room", 1)
    await post.put("room", 2)
    board = Board(slow)
    async with post.running(post.delivery(board, lease=60)):
        await until_true(lambda: board.tries == 1)
        await post.database.collection("leases").update({"_id": "deliver:probe:room"}, {"$set": {"expiresAt": None}})
        thief = await Leases(post.database, ttl=60).take("deliver:probe:room", "b")
        assert thief is not None
        go_on.set()
        await asyncio.sleep(0.1)
    assert board.shown == {"room": ["01"]}


async def test_an_adapter_may_need_the_database(post: Post) -> None:
    """A StoreError in an adapter postpones its item like any failure, and the delivery goes on."""

    async def away(item: OutboxItem) -> None:
        if board.tries == 1:
            raise StoreUnavailable("the database does not answer")

    item_id, board = await post.put("room", 1), Board(away)
    async with post.running(post.delivery(board)):
        await tried(post, item_id, 1)
        post.clock.move(1)
        await post.settled()
    assert board.shown == {"room": ["01"]}
