"""A stage for the life of a message: a real database, replicas of the service, an answerer that keeps to a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count

from agents.run import Answer, TurnRun
from agents.tokens import TokenCounter
from bot.adapters.base import Adapter, Incoming
from bot.turns import Accepted, Pace, Turns
from bot.worker import Answerer
from store.client import Database, ObjectId
from store.documents.access import Knock
from store.documents.account import Erasure, Tombstone
from store.documents.feedback import Feedback
from store.documents.learner import Attempt
from store.documents.own import (
    OPEN_TURN,
    Admission,
    ChannelAccount,
    Effect,
    Fence,
    Lease,
    OutboxItem,
    Platform,
    StudentSettings,
    Turn,
    UndoEntry,
    UsageRow,
)
from store.documents.people import User
from store.documents.sessions import AIMentorConversation, PreparationTask
from store.faults import Faults
from store.indexes import ensure_indexes
from store.repositories.turns import Limits
from tests.clock import FixedClock

PLAIN = (
    Admission,
    AIMentorConversation,
    Attempt,
    ChannelAccount,
    Effect,
    Erasure,
    Feedback,
    Fence,
    Knock,
    Lease,
    OutboxItem,
    PreparationTask,
    StudentSettings,
    Tombstone,
    UndoEntry,
    UsageRow,
    User,
)
QUICK = Pace(lease=10.0, poll=0.02, turn=10.0, watch=0.02)
ROOMY = Limits(waiting=100, per_minute=1000)
PATIENCE = 10.0

Act = Callable[[TurnRun], Awaitable[str]]


async def prepare(database: Database) -> None:
    """Make the collections that a turn touches, and the indexes that its promises rest on."""
    await asyncio.gather(
        ensure_indexes(database, [Turn]), *(database.create_collection(document.collection) for document in PLAIN)
    )


async def empty(database: Database) -> None:
    """Take every document out of the collections: a tenth of the time that new ones take."""
    collections = [database._inner.get_collection(document.collection) for document in (Turn, *PLAIN)]
    await asyncio.gather(*(collection.delete_many({}) for collection in collections))


class Script:
    """Answers by the text of the message: what `acts` holds for it, or an echo. Remembers what it was asked."""

    def __init__(self, **acts: Act) -> None:
        self.acts = acts
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.at_work: dict[ObjectId, int] = {}
        self.crossed = False
        """Whether two turns of one student were ever worked at once."""

    async def answer(self, run: TurnRun) -> Answer:
        """Answer as the script says."""
        text, student = run.turn.text, run.turn.user_id
        self.begun.append(text)
        self.at_work[student] = self.at_work.get(student, 0) + 1
        self.crossed = self.crossed or self.at_work[student] > 1
        try:
            act = self.acts.get(text.split()[0])
            return Answer(await act(run) if act else f"Echo: {text}", "scripted")
        finally:
            self.at_work[student] -= 1
            self.ended.append(text)


class Gate:
    """An act that waits until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened, self.left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, run: TurnRun) -> str:
        """Wait, and then answer."""
        self.reached.set()
        try:
            await self.opened.wait()
        finally:
            self.left.set()
        return "Through the gate"


class Stage:
    """Replicas over one database, and what came of the messages given to them."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        self.answers = 0
        self._numbers = count(1)
        self._replicas: list[Turns] = []

    def replica(
        self,
        script: Answerer,
        name: str = "a",
        *,
        pace: Pace = QUICK,
        limits: Limits = ROOMY,
        faults: Faults | None = None,
        adapters: Mapping[Platform, Adapter] | None = None,
    ) -> Turns:
        """Return a replica that works what it accepts, and not yet what others left behind."""

        def on_answer() -> None:
            self.answers += 1

        replica = Turns(
            self.database,
            answerer=script,
            counter=TokenCounter(None),
            adapters=adapters or {},
            holder=name,
            clock=self.clock,
            ids=ObjectId,
            faults=faults or Faults(),
            limits=limits,
            pace=pace,
            on_answer=on_answer,
        )
        self._replicas.append(replica)
        return replica

    async def end(self) -> None:
        """Stop every replica, so that nothing is written any more."""
        await asyncio.gather(*(replica.drain(0.0) for replica in self._replicas))

    @asynccontextmanager
    async def running(self, *replicas: Turns) -> AsyncIterator[None]:
        """Let replicas work what waits while the block runs."""
        stop = asyncio.Event()
        tasks = [asyncio.create_task(replica.run(stop)) for replica in replicas]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    def message(self, text: str, account: str = "ada", key: str | None = None) -> Incoming:
        """Return a message, under a key of its own unless one is given."""
        key = key or f"probe:{next(self._numbers)}"
        return Incoming(
            key=key,
            platform="probe",
            account=account,
            display_name=account.title(),
            address=f"room-{account}",
            text=text,
        )

    async def say(self, turns: Turns, text: str, account: str = "ada", key: str | None = None) -> Accepted:
        """Give a replica a message."""
        return await turns.accept(self.message(text, account, key))

    async def turn(self, accepted: Accepted) -> Turn:
        """Return a turn as it is stored."""
        raw = await self.database.collection(Turn.collection).find_one({"_id": accepted.turn_id})
        assert raw is not None
        return Turn.read(raw)

    async def ended(self, *accepted: Accepted) -> list[Turn]:
        """Wait until turns are answered or have failed, and return them."""

        async def closed() -> bool:
            return not any([(await self.turn(one)).status in OPEN_TURN for one in accepted])

        await until(closed)
        return [await self.turn(one) for one in accepted]

    async def told(self, answers: int) -> None:
        """Wait until those who deliver were told of exactly so many answers, each a moment after it stands."""

        async def done() -> bool:
            return self.answers >= answers

        await until(done)
        assert self.answers == answers

    async def outbox(self) -> list[OutboxItem]:
        """Return what is in the outbox, by address and number."""
        found = await self.database.collection(OutboxItem.collection).find({}, sort=[("address", 1), ("seq", 1)])
        return [OutboxItem.read(raw) for raw in found]

    async def said(self, student: ObjectId) -> list[tuple[str | None, str | None]]:
        """Return a student's conversation, as (role, text)."""
        found = await self.database.collection(AIMentorConversation.collection).find({"userId": student})
        conversations = [AIMentorConversation.read(raw) for raw in found]
        return [(message.role, message.content) for one in conversations for message in one.message_history]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds. Raises: TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - what is waited for stands in the database
            await asyncio.sleep(0.01)
