"""Turns: what is accepted, in which order it is worked and by whom, and how a replica leaves."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from agents.run import TurnRun
from bot import replies
from bot.errors import Refused
from bot.turns import Pace
from bot.worker import InHand
from store.client import ObjectId, connect
from store.documents.own import Lease, Turn
from store.documents.people import User
from store.errors import StoreUnavailable
from store.faults import Faults
from store.leases import Hold, Leases, student_lease
from store.repositories.turns import Limits, TurnQueue
from tests.bot.stage import QUICK, ROOMY, Gate, Script, Stage, until

NOWHERE = "mongodb://127.0.0.1:1/?replicaSet=rs0"


# --- the door


async def test_an_accepted_message_is_answered(stage: Stage) -> None:
    """A message is stored under its key before it is acknowledged, and its answer is in the outbox for its address."""
    turns = stage.replica(Script())
    accepted = await stage.say(turns, "Hello", key="probe:first")
    assert not accepted.duplicate
    stored = await turns.find(accepted.turn_id)
    assert stored is not None
    assert (stored.key, stored.user_id, stored.text, stored.seq) == ("probe:first", accepted.student, "Hello", 1)
    [turn] = await stage.ended(accepted)
    assert (turn.status, turn.reply, turn.model, turn.reason) == ("answered", "Echo: Hello", "scripted", None)
    assert (turn.attempts, turn.fence, turn.answered_at) == (1, 1, stage.clock.time)
    [item] = await stage.outbox()
    assert (item.id, item.turn_id, item.turn_key) == (f"answer:{turn.id}", turn.id, "probe:first")
    assert (item.platform, item.address, item.seq, item.text) == ("probe", "room-ada", 1, "Echo: Hello")
    assert (item.status, item.next_attempt_at) == ("pending", stage.clock.time)

    async def told() -> bool:
        return stage.answers == 1

    await until(told)  # the delivery is woken after the commit


async def test_a_redelivered_message_is_worked_once(stage: Stage) -> None:
    """The same key at once, and again after the answer, is one turn; each time its id is told."""
    script = Script()
    turns = stage.replica(script)
    accepted = await asyncio.gather(*(stage.say(turns, "Hello", key="probe:same") for _ in range(5)))
    await stage.ended(*accepted)
    accepted.append(await stage.say(turns, "Hello", key="probe:same"))
    assert len({(one.turn_id, one.student) for one in accepted}) == 1
    assert sorted(one.duplicate for one in accepted) == [False, True, True, True, True, True]
    assert (script.begun, len(await stage.outbox())) == (["Hello"], 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("x" * 101, "101 characters and I read up to 100"),
        ("a\x00b", "NUL"),
        ("half \ud83d", "half of a character"),
    ],
)
async def test_an_unreadable_text_is_refused(stage: Stage, text: str, sentence: str) -> None:
    """An empty, endless or unstorable message is refused in a sentence, and nothing is stored, not even a student."""
    turns = stage.replica(Script(), limits=Limits(characters=100))
    with pytest.raises(Refused, match=sentence):
        await stage.say(turns, text)
    for name in ("turns", "users"):
        assert await stage.database.collection(name).count({}) == 0


@pytest.mark.parametrize("text", ["x" * 100, "👩‍👩‍👧", "\u200b", "'; DROP TABLE", '{"$ne": 1}', "<|endoftext|>"])
async def test_a_strange_text_is_kept_as_it_is(stage: Stage, text: str) -> None:
    """Whatever can be stored arrives at the answerer unchanged."""
    accepted = await stage.say(stage.replica(Script(), limits=Limits(characters=100)), text)
    [turn] = await stage.ended(accepted)
    assert (turn.text, turn.reply) == (text, f"Echo: {text}")


async def test_a_file_may_be_longer_than_what_is_typed(stage: Stage) -> None:
    """A message with a file in it has a limit of its own, of which the sentence speaks."""
    turns = stage.replica(Script(), limits=Limits(characters=100, attached=200))
    sent = stage.message("x" * 150)
    await stage.ended(await turns.accept(replace(sent, attached=True)))
    with pytest.raises(Refused, match="250 characters and I read up to 200"):
        await turns.accept(replace(sent, key="another", text="x" * 250, attached=True))


async def test_an_unstorable_key_is_refused(stage: Stage) -> None:
    """A message whose address or key cannot be stored is refused rather than half accepted."""
    with pytest.raises(Refused, match="cannot be stored"):
        await stage.say(stage.replica(Script()), "Hello", key="probe:\x00")
    assert await stage.database.collection("turns").count({}) == 0


async def test_a_strange_name_is_no_obstacle(stage: Stage) -> None:
    """Somebody whose name holds what cannot be stored is let in all the same."""
    accepted = await stage.say(stage.replica(Script()), "Hello", account="ada")
    odd = stage.message("Hello", account="odd")
    object.__setattr__(odd, "display_name", "\x00\ud83d" + " Zoë \udc00")
    other = await stage.replica(Script(), "b").accept(odd)
    await stage.ended(accepted, other)
    user = await stage.database.collection("users").find_one({"_id": other.student})
    assert user is not None
    assert user["name"] == "Zoë"


async def test_too_much_at_once_is_refused(stage: Stage) -> None:
    """With four turns open the fifth is refused in a sentence; what was accepted is answered."""
    gate = Gate()
    turns = stage.replica(Script(wait=gate), limits=Limits(waiting=4))
    accepted = [await stage.say(turns, text) for text in ("wait", "two", "three", "four")]
    with pytest.raises(Refused, match="several messages waiting"):
        await stage.say(turns, "five")
    gate.opened.set()
    assert [turn.status for turn in await stage.ended(*accepted)] == ["answered"] * 4


async def test_too_fast_is_refused(stage: Stage) -> None:
    """More than a minute's messages are refused in a sentence until the minute is over."""
    turns = stage.replica(Script(), limits=Limits(per_minute=2))
    for text in ("one", "two"):
        await stage.ended(await stage.say(turns, text))
    with pytest.raises(Refused, match="more than I can read in a minute"):
        await stage.say(turns, "three")
    stage.clock.move(60)
    await stage.ended(await stage.say(turns, "three"))


async def test_nothing_is_promised_without_a_database(stage: Stage) -> None:
    """While the database is away a message is not accepted: StoreUnavailable, which no adapter acknowledges."""
    away = Stage(connect(NOWHERE, "away", server_selection_ms=50), stage.clock)
    with pytest.raises(StoreUnavailable):
        await away.say(away.replica(Script()), "Hello")
    away.database.close()


# --- order, and one replica at a time


async def test_a_students_messages_are_worked_in_order(stage: Stage) -> None:
    """Each student's messages are worked one after the other as accepted, different students' at the same time."""
    both = asyncio.Barrier(2)

    async def meet(run: TurnRun) -> str:
        async with asyncio.timeout(5):
            await both.wait()
        return "met"

    script = Script(meet=meet)
    turns = stage.replica(script)
    accepted = [
        await stage.say(turns, text, account) for text in ("meet 1", "then 2", "then 3") for account in ("ada", "bob")
    ]
    ended = await stage.ended(*accepted)
    assert {turn.status for turn in ended} == {"answered"}
    assert not script.crossed
    for student in {turn.user_id for turn in ended}:
        assert [text for _, text in await stage.said(student)][::2] == ["meet 1", "then 2", "then 3"]


async def test_two_replicas_never_work_one_student_at_once(stage: Stage) -> None:
    """Twelve messages given to two replicas in turn are worked in order, by one of them at a time."""

    async def dawdle(run: TurnRun) -> str:
        await asyncio.sleep(0.003)
        return "done"

    script = Script(dawdle=dawdle)
    replicas = [stage.replica(script, name) for name in "ab"]
    async with stage.running(*replicas):
        accepted = [await stage.say(replicas[number % 2], f"dawdle {number:02}") for number in range(12)]
        ended = await stage.ended(*accepted)
    assert [turn.seq for turn in ended] == list(range(1, 13))
    assert not script.crossed
    assert script.begun == sorted(script.begun)
    assert len(await stage.outbox()) == 12


async def test_a_message_in_the_last_moment_is_not_missed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is accepted after the last look at a student's queue, while the lease is given back, is worked at once."""
    turns, leaving, go_on = stage.replica(Script()), asyncio.Event(), asyncio.Event()
    give_back = turns._leases.give_back

    async def slowly(hold: Hold) -> None:
        leaving.set()
        await go_on.wait()
        await give_back(hold)

    monkeypatch.setattr(turns._leases, "give_back", slowly)
    await stage.say(turns, "first")
    await leaving.wait()
    second = await stage.say(turns, "second")
    go_on.set()
    [turn] = await stage.ended(second)
    assert turn.status == "answered"


async def test_only_so_many_students_at_once(stage: Stage) -> None:
    """With room for one student at a time the others wait, and all are served."""
    script, at_once = Script(), 0

    async def watch(run: TurnRun) -> str:
        nonlocal at_once
        at_once = max(at_once, sum(script.at_work.values()))
        await asyncio.sleep(0.005)
        return "seen"

    script.acts["watch"] = watch
    turns = stage.replica(script, pace=Pace(at_once=1))
    accepted = await asyncio.gather(*(stage.say(turns, "watch", f"student-{number}") for number in range(4)))
    await stage.ended(*accepted)
    assert at_once == 1


async def test_what_another_replica_left_behind_is_worked(stage: Stage) -> None:
    """A turn that was accepted by a replica which then died is found by the poll, or at once when woken."""
    turns = stage.replica(Script(), pace=Pace(poll=60))
    async with stage.running(turns):
        await asyncio.sleep(0.05)
        student = await turns._accounts.resolve("probe", "ada", "Ada")
        turn = turns._turn_of(stage.message("Hello"), student)
        assert await TurnQueue(stage.database, limits=ROOMY, faults=Faults()).accept(turn)
        turns.wake()
        known = await stage.say(turns, "Hello", key=turn.key)
        assert known.duplicate
        [ended] = await stage.ended(known)
    assert ended.reply == "Echo: Hello"


async def test_a_vanished_holders_student_is_taken_over(stage: Stage) -> None:
    """After a holder vanished, its student is served again as soon as its lease has run out, and not before."""
    turns, loop = stage.replica(Script()), asyncio.get_running_loop()
    student = await turns._accounts.resolve("probe", "ada", "Ada")
    started = loop.time()
    assert await Leases(stage.database, ttl=0.4).take(student_lease(student), "vanished")
    async with stage.running(turns):
        accepted = await stage.say(turns, "Hello")
        [turn] = await stage.ended(accepted)
    assert loop.time() - started >= 0.4
    assert (turn.status, turn.fence, turn.attempts) == ("answered", 2, 1)


async def test_a_replica_that_lost_the_lease_stops(stage: Stage) -> None:
    """When a student was taken over in the middle of an answer, the old replica drops it and the new one answers."""
    gate, script = Gate(), Script()
    old = stage.replica(Script(hello=gate), "old", pace=Pace(lease=0.3))
    accepted = await stage.say(old, "hello")
    await gate.reached.wait()

    async def taken_over() -> bool:
        # A renewal of the old replica's may come in between: then it is over once more.
        return not await run_out(stage, accepted.student, "old")

    async with stage.running(stage.replica(script, "new")):
        await until(taken_over)
        [turn] = await stage.ended(accepted)
        async with asyncio.timeout(5):
            await gate.left.wait()
    assert not gate.opened.is_set()
    assert (turn.reply, turn.attempts, turn.fence) == ("Echo: hello", 2, 2)
    assert [item.text for item in await stage.outbox()] == ["Echo: hello"]


async def test_an_answer_after_a_takeover_is_not_written(stage: Stage) -> None:
    """A replica that has not noticed that it was taken over cannot answer: the turn is the new holder's."""
    gate = Gate()
    old = stage.replica(Script(hello=gate), "old", pace=Pace(lease=60))
    accepted = await stage.say(old, "hello")
    await gate.reached.wait()
    assert await run_out(stage, accepted.student, "old")
    thief = await Leases(stage.database, ttl=60).take(student_lease(accepted.student), "new")
    assert thief is not None
    gate.opened.set()
    await asyncio.gather(*old._tasks.values(), return_exceptions=True)
    turn = await stage.turn(accepted)
    assert (turn.status, turn.reply, await stage.outbox()) == ("working", None, [])
    assert await stage.said(accepted.student) == []
    assert await Leases(stage.database, ttl=60).renew(thief)


async def run_out(stage: Stage, student: ObjectId, holder: str) -> bool:
    """Let a student's lease be over now, and return whether it was this holder's."""
    query = {"_id": student_lease(student), "holder": holder}
    return bool(await stage.database.collection(Lease.collection).update(query, {"$set": {"expiresAt": None}}))


# --- cancel


async def test_cancel_stops_the_answer(stage: Stage) -> None:
    """Cancelling ends the turn in hand visibly, and tells that there was one."""
    gate = Gate()
    turns = stage.replica(Script(wait=gate))
    accepted = await stage.say(turns, "wait")
    await gate.reached.wait()
    assert await turns.cancel(accepted.student)
    [turn] = await stage.ended(accepted)
    assert (turn.status, turn.reason, turn.reply) == ("failed", "cancelled", replies.CANCELLED)
    assert [item.text for item in await stage.outbox()] == [replies.CANCELLED]
    assert not await turns.cancel(accepted.student)


async def test_cancel_reaches_another_replica(stage: Stage) -> None:
    """A turn that one replica works is stopped by a cancel given to another."""
    gate = Gate()
    accepted = await stage.say(stage.replica(Script(wait=gate)), "wait")
    await gate.reached.wait()
    assert await stage.replica(Script(), "b").cancel(accepted.student)
    [turn] = await stage.ended(accepted)
    assert turn.reason == "cancelled"


async def test_cancel_of_one_leaves_the_others(stage: Stage) -> None:
    """A waiting turn that is named is never begun; the one in hand goes on, and what comes after it is answered."""
    gate = Gate()
    script = Script(wait=gate)
    turns = stage.replica(script)
    accepted = [await stage.say(turns, text) for text in ("wait", "second", "third")]
    await gate.reached.wait()
    assert await turns.cancel(accepted[1].student, accepted[1].turn_id)
    gate.opened.set()
    ended = await stage.ended(*accepted)
    assert [turn.reason for turn in ended] == [None, "cancelled", None]
    assert script.begun == ["wait", "third"]


async def test_cancel_of_all_reaches_those_waiting(stage: Stage) -> None:
    """Without a name all open turns are stopped, each visibly; a message after that is answered."""
    gate = Gate()
    script = Script(wait=gate)
    turns = stage.replica(script)
    accepted = [await stage.say(turns, text) for text in ("wait", "second")]
    await gate.reached.wait()
    await turns.cancel(accepted[0].student)
    accepted.append(await stage.say(turns, "after"))
    assert [turn.reason for turn in await stage.ended(*accepted)] == ["cancelled", "cancelled", None]
    assert script.begun == ["wait", "after"]


async def test_a_late_cancel_does_not_hit_the_next_turn(stage: Stage) -> None:
    """Where the next turn is in hand by the time a cancel is confirmed, that one goes on."""
    turns = stage.replica(Script())
    accepted = await stage.say(turns, "Hello")
    [turn] = await stage.ended(accepted)
    await stage.database.collection(Turn.collection).update({"_id": turn.id}, {"$set": {"cancelRequested": True}})
    never = asyncio.create_task(asyncio.Event().wait())
    hand = InHand(turn=turn, answering=never)  # type: ignore[arg-type]  # any task that goes on
    stopping = asyncio.create_task(turns._stop_if_cancelled(hand))
    await asyncio.sleep(0)
    hand.turn = turn.model_copy(update={"id": ObjectId()})
    await stopping
    assert not never.cancelling()
    hand.turn = turn
    await turns._stop_if_cancelled(hand)
    assert never.cancelling()


# --- leaving


async def test_draining_lets_the_running_turn_end(stage: Stage) -> None:
    """What is in hand is finished, what waits is left for others, and nothing more is accepted."""
    gate = Gate()
    turns = stage.replica(Script(wait=gate))
    first, second = [await stage.say(turns, text) for text in ("wait", "second")]
    await gate.reached.wait()
    draining = asyncio.create_task(turns.drain(10))
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable, match="shutting down"):
        await stage.say(turns, "third")
    gate.opened.set()
    await draining
    assert ((await stage.turn(first)).status, (await stage.turn(second)).status) == ("answered", "accepted")
    assert await stage.database.collection(Turn.collection).count({}) == 2


async def test_draining_gives_up_what_takes_too_long(stage: Stage) -> None:
    """A turn that does not end in time is left open and its lease is free at once: another replica answers in order."""
    gate = Gate()
    turns = stage.replica(Script(wait=gate), pace=Pace(lease=60))
    accepted = [await stage.say(turns, text) for text in ("wait", "second")]
    await gate.reached.wait()
    await turns.drain(0.02)
    assert gate.left.is_set()
    assert [(await stage.turn(one)).status for one in accepted] == ["working", "accepted"]
    script = Script()
    async with stage.running(stage.replica(script, "b")):
        ended = await stage.ended(*accepted)
    assert [(turn.status, turn.attempts) for turn in ended] == [("answered", 2), ("answered", 1)]
    assert script.begun == ["wait", "second"]


async def test_draining_an_idle_replica_is_quick(stage: Stage) -> None:
    """Where nothing runs there is nothing to wait for."""
    async with asyncio.timeout(10):
        await stage.replica(Script(), pace=QUICK).drain(60)


async def test_without_dedupe_a_message_is_worked_twice(stage: Stage) -> None:
    """With the guard "dedupe" switched off a redelivered message is another turn: the verifiers must see that."""
    turns = stage.replica(Script(), faults=Faults(broken=frozenset({"dedupe"})))
    accepted = [await stage.say(turns, "Hello", key="probe:same") for _ in range(2)]
    await stage.ended(*accepted)
    assert (len(await stage.outbox()), [one.duplicate for one in accepted]) == (2, [False, False])


async def test_a_closed_account_is_told_so(stage: Stage) -> None:
    """A student whose account the backend closed is refused with a sentence; nothing of theirs is written or lost."""
    turns = stage.replica(Script())
    accepted = await stage.say(turns, "hello")
    await stage.ended(accepted)
    users = stage.database.collection(User.collection)
    await users.update({"_id": accepted.student}, {"$set": {"isActive": False}})
    with pytest.raises(Refused, match="was closed by whoever runs PrepMate"):
        await stage.say(turns, "hello again")
    assert await stage.database.collection(Turn.collection).count({"userId": accepted.student}) == 1
    await users.update({"_id": accepted.student}, {"$set": {"isActive": True}})
    [*_, again] = await stage.ended(await stage.say(turns, "hello again"))
    assert again.seq == 2
