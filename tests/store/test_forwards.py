"""What is passed on behind a message becomes part of its turn, once, in its place, and within bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from store.client import Database, ObjectId
from store.documents.own import Attachment, Turn
from store.faults import Faults
from store.repositories.forwards import MOST, Forward, Forwards
from store.repositories.turns import Limits, TurnQueue
from tests.clock import FixedClock

ONE = Forward("k1", "telegram", "7", "a heap", "Bob")
PICTURE = Attachment(kind="picture", file="F", mime="image/png")
SOON = timedelta(seconds=1)


class Held:
    """A student's turn that waits."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.clock, self.turns = clock, database.collection(Turn.collection)
        self.forwards = Forwards(database, most_characters=100)
        self.queue = TurnQueue(database, limits=Limits(), faults=Faults())
        self.turn = Turn(
            id=ObjectId(),
            key=str(ObjectId()),
            user_id=ObjectId(),
            platform="telegram",
            address="7",
            seq=1,
            text="why?",
            accepted_at=clock(),
            held_until=clock() + SOON,
        )

    async def put(self, **fields: object) -> None:
        """Store the turn."""
        for name, value in fields.items():
            setattr(self.turn, name, value)
        await self.turns.insert(self.turn.to_mongo())

    async def add(self, one: Forward = ONE) -> bool:
        """Pass something on; return whether it was added."""
        now = self.clock()
        return await self.forwards.add(self.turn.user_id, one, now=now, until=now + 2 * SOON) is not None

    async def stored(self) -> Turn:
        """Return the turn as it is stored."""
        found = await self.queue.get(self.turn.id)
        assert found is not None
        return found


@pytest.fixture
def held(core: Database, clock: FixedClock) -> Held:
    """A turn that is not stored yet."""
    return Held(core, clock)


async def test_it_is_added_as_quoted_and_waits_on(held: Held) -> None:
    """A comment keeps its words; what follows stands beside it, and the turn is taken up after the last of it."""
    await held.put()
    assert await held.add()
    assert await held.add(replace(ONE, key="k2", text="", attachment=PICTURE))
    turn = await held.stored()
    assert (turn.text, [(quote.by, quote.text) for quote in turn.quotes]) == ("why?", [("Bob", "a heap")])
    assert (turn.parts, turn.attachment) == (["k1", "k2"], PICTURE)
    assert await held.queue.next_of(held.turn.user_id, held.clock() + SOON) is None
    assert await held.queue.next_of(held.turn.user_id, held.clock() + 2 * SOON) is not None
    found = await held.queue.find("k2", part=True)
    assert found is not None
    assert found.id == turn.id


async def test_a_turn_with_another_behind_it_waits_no_more(held: Held) -> None:
    """Nothing that is passed on can belong to it then."""
    await held.put()
    other = held.turn.model_copy(update={"id": ObjectId(), "key": str(ObjectId()), "seq": 2, "held_until": None})
    await held.turns.insert(other.to_mongo())
    assert await held.queue.next_of(held.turn.user_id, held.clock()) is not None
    assert not await held.add()


@pytest.mark.parametrize(
    ("fields", "one"),
    [
        ({"held_until": None}, ONE),
        ({"status": "working"}, ONE),
        ({"cancel_requested": True}, ONE),
        ({"attachment": PICTURE}, replace(ONE, attachment=PICTURE)),
        ({"attachment": PICTURE, "forwarded": True}, ONE),
        ({"parts": [str(number) for number in range(MOST)]}, ONE),
        ({}, replace(ONE, address="8")),
    ],
)
async def test_nothing_is_added_to_what_does_not_wait_for_it(
    held: Held, fields: dict[str, object], one: Forward
) -> None:
    """What is in work, stopped, full or in another chat stays as it is: what is passed on has a turn of its own."""
    await held.put(**fields)
    assert not await held.add(one)
    assert (await held.stored()).quotes == []


async def test_too_much_is_cut(held: Held) -> None:
    """Of what has no room only that it came is noted; what was forwarded itself grows in its text."""
    await held.put(forwarded=True)
    for number in range(4):
        assert await held.add(replace(ONE, key=str(number), text="x" * 60))
    turn = await held.stored()
    assert turn.text.startswith(f"why?\n\n{'x' * 60}\n\n{'x' * 30}")
    assert turn.text.endswith("…")
    assert len(turn.text) < 110
    assert turn.parts == ["0", "1", "2", "3"]
