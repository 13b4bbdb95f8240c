"""The unit of work: effects happen once, whole or not at all, and only while the student's lease is ours."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from store.client import Database, ObjectId, Session, decode, digest
from store.documents.own import Effect, Fence, UndoEntry
from store.documents.sessions import PreparationTask
from store.errors import FenceLost, StoreError
from store.faults import Faults, Guard
from store.leases import Leases, student_lease
from store.work import EffectKey, Outcome, StudentWork, UnitOfWork
from tests.clock import FixedClock

KEEP = 30.0


class Desk:
    """A student's work, and the same student's work as other holders of the lease see it."""

    def __init__(self, core: Database, student: ObjectId, clock: FixedClock) -> None:
        self.core, self.student, self.clock = core, student, clock
        self.turn = ObjectId()

    async def take(self, holder: str = "a", *, ttl: float = KEEP, broken: Collection[Guard] = ()) -> StudentWork:
        """Take the lease and return the work under it."""
        hold = await Leases(self.core, ttl=ttl).take(student_lease(self.student), holder)
        assert hold is not None
        faults = Faults(broken=frozenset(broken))
        return StudentWork(self.core, self.student, hold, clock=self.clock, ids=ObjectId, faults=faults)

    def key(self, call: str = "call") -> EffectKey:
        return EffectKey(self.turn, 1, call)

    async def titles(self) -> list[str]:
        unit = UnitOfWork(self.core, self.student, clock=self.clock, ids=ObjectId)
        return [task.title for task in await unit.of(PreparationTask).find({}, sort=[("title", 1)])]

    async def effects(self) -> list[Effect]:
        unit = UnitOfWork(self.core, self.student, clock=self.clock, ids=ObjectId)
        return await unit.of(Effect).find({})

    async def undos(self) -> list[UndoEntry]:
        unit = UnitOfWork(self.core, self.student, clock=self.clock, ids=ObjectId)
        return await unit.of(UndoEntry).find({})


@pytest.fixture
def desk(core: Database, student: ObjectId, clock: FixedClock) -> Desk:
    """A student at whose work the tests look."""
    return Desk(core, student, clock)


async def add_task(unit: UnitOfWork, title: str) -> PreparationTask:
    """Store a task with nothing but a title."""
    task = PreparationTask(id=unit.new_id(), user_id=unit.student, task_type="practice", title=title)
    await unit.of(PreparationTask).add(task)
    return task


class Noting:
    """A verb that notes a task and counts how often it ran."""

    def __init__(self, title: str = "Noted", *, undo_label: str | None = None) -> None:
        self.title, self.undo_label, self.runs = title, undo_label, 0

    async def __call__(self, unit: UnitOfWork) -> Outcome:
        self.runs += 1
        await add_task(unit, self.title)
        return Outcome(f'{{"run": {self.runs}}}', receipt=True, undo_label=self.undo_label)


async def test_an_effect_its_result_and_its_key_are_stored_together(desk: Desk) -> None:
    """A verb's change and the record that it was done, with its result and the lease's number, are both there."""
    work = await desk.take()
    assert await work.once(desk.key(), "note", Noting()) == '{"run": 1}'
    assert await desk.titles() == ["Noted"]
    [effect] = await desk.effects()
    assert (effect.id, effect.verb) == (f"{desk.turn}:1:call", "note")
    assert (effect.result, effect.receipt) == ('{"run": 1}', True)
    assert (effect.user_id, effect.turn_id, effect.step, effect.fence) == (desk.student, desk.turn, 1, work.hold.fence)


async def test_a_second_call_changes_nothing(desk: Desk) -> None:
    """The same key again, by this holder or the next, returns the first result without running the verb."""
    noting = Noting()
    first = await (await desk.take(ttl=0.0)).once(desk.key(), "note", noting)
    later = await desk.take("b")
    assert [await later.once(desk.key(), "note", noting) for _ in range(2)] == [first, first]
    assert (noting.runs, await desk.titles()) == (1, ["Noted"])


async def test_the_same_call_at_once_happens_once(desk: Desk) -> None:
    """Two calls of one key that run at the same moment leave one effect, and both return its result."""
    work = await desk.take()
    results = await asyncio.gather(*(work.once(desk.key(), "note", Noting(f"By {name}")) for name in "ab"))
    assert len(set(results)) == 1
    assert len(await desk.titles()) == 1


async def test_different_keys_are_different_effects(desk: Desk) -> None:
    """Call, step and turn each make a key of their own."""
    work = await desk.take()
    keys = [desk.key(), desk.key("other"), EffectKey(desk.turn, 2, "call"), EffectKey(ObjectId(), 1, "call")]
    for number, key in enumerate(keys):
        await work.once(key, "note", Noting(str(number)))
    assert await desk.titles() == ["0", "1", "2", "3"]


async def test_a_failing_verb_leaves_nothing(desk: Desk) -> None:
    """What a verb raises arrives, nothing of it is stored, and its key is free for a better try."""
    work = await desk.take()

    async def fail(unit: UnitOfWork) -> Outcome:
        await add_task(unit, "Half done")
        unit.after_commit.append(pytest.fail)
        raise LookupError("no such problem")

    with pytest.raises(LookupError, match="no such problem"):
        await work.once(desk.key(), "note", fail)
    assert (await desk.titles(), await desk.effects(), await desk.undos()) == ([], [], [])
    await work.once(desk.key(), "note", Noting())
    assert await desk.titles() == ["Noted"]


async def test_a_labelled_effect_can_be_undone(desk: Desk) -> None:
    """An undo entry holds each changed document as it was and the digest of what it became."""
    work = await desk.take()
    kept: list[PreparationTask] = []

    async def begin(unit: UnitOfWork) -> Outcome:
        kept.extend([await add_task(unit, "Kept"), await add_task(unit, "Dropped")])
        return Outcome("{}", receipt=True)

    async def change(unit: UnitOfWork) -> Outcome:
        tasks = unit.of(PreparationTask)
        first, second = [await tasks.get(task.id) for task in kept]
        assert first is not None
        assert second is not None
        first.title = "Changed"
        await tasks.save(first)
        await tasks.remove(second)
        kept.append(await add_task(unit, "New"))
        return Outcome("{}", receipt=True, undo_label="two tasks")

    await work.once(desk.key("begin"), "begin", begin)
    assert await desk.undos() == []
    await work.once(desk.key("change"), "change", change)
    [entry] = await desk.undos()
    assert (entry.verb, entry.label, entry.undone_at) == ("change", "two tasks", None)
    stored = {raw["_id"]: raw for raw in await desk.core.collection("preparationtasks").find({"userId": desk.student})}
    was = {touch.document_id: decode(touch.before)["title"] if touch.before else None for touch in entry.touched}
    became = {touch.document_id: touch.after for touch in entry.touched}
    assert was == {kept[0].id: "Kept", kept[1].id: "Dropped", kept[2].id: None}
    assert became == {kept[0].id: digest(stored[kept[0].id]), kept[1].id: None, kept[2].id: digest(stored[kept[2].id])}


async def test_a_label_without_a_change_leaves_no_undo(desk: Desk) -> None:
    """A verb that changed nothing after all has nothing to be taken back."""

    async def nothing(unit: UnitOfWork) -> Outcome:
        return Outcome("{}", receipt=True, undo_label="nothing")

    await (await desk.take()).once(desk.key(), "rest", nothing)
    assert await desk.undos() == []


async def test_a_stale_holder_changes_nothing(desk: Desk) -> None:
    """After another took the lease over, neither commit nor once writes anything: FenceLost."""
    stale = await desk.take("a", ttl=0.0)
    await desk.take("b")
    noting = Noting()
    with pytest.raises(FenceLost):
        await stale.once(desk.key(), "note", noting)
    with pytest.raises(FenceLost):
        await stale.commit(lambda unit: add_task(unit, "Stale"))
    assert (noting.runs, await desk.titles(), await desk.effects()) == (0, [], [])


async def test_a_lease_that_ran_out_unclaimed_still_counts(desk: Desk) -> None:
    """As long as nobody took it over, work under a lease whose time is over goes on."""
    work = await desk.take(ttl=0.0)
    await work.commit(lambda unit: add_task(unit, "Late"))
    assert await desk.titles() == ["Late"]


async def test_a_takeover_waits_for_the_transaction_under_way(desk: Desk) -> None:
    """While a transaction is open nobody gets to begin under the next number; after its commit somebody does."""
    work = await desk.take("a", ttl=0.0)
    takeovers: list[asyncio.Task[StudentWork]] = []

    async def body(unit: UnitOfWork) -> None:
        await add_task(unit, "Mine")
        takeovers.append(asyncio.create_task(desk.take("b")))
        await asyncio.sleep(0.15)
        assert not takeovers[0].done()

    await work.commit(body)
    later = await takeovers[0]
    assert (await desk.titles(), later.hold.fence) == (["Mine"], work.hold.fence + 1)


async def test_a_lease_lost_in_the_middle_of_a_transaction_leaves_nothing(desk: Desk) -> None:
    """Where the server lets go of a transaction that is too slow and another takes over, it ends in FenceLost."""
    work, runs = await desk.take("a", ttl=0.0), 0

    async def body(unit: UnitOfWork) -> None:
        nonlocal runs
        runs += 1
        await add_task(unit, "Before")
        await abort_on_server(desk.core, unit._session)
        await desk.take("b")
        await add_task(unit, "After")

    with pytest.raises(FenceLost):
        await work.commit(body)
    assert (runs, await desk.titles()) == (1, [])


async def abort_on_server(core: Database, session: Session | None) -> None:
    """End a transaction as the server does by itself when it lasts too long."""
    assert session is not None
    await core._client.admin.command({"killSessions": [session.inner.session_id]})


async def test_a_conflict_runs_the_verb_again_whole(desk: Desk) -> None:
    """When MongoDB asks for another try, only the try that commits is stored, logged for undo and followed up."""
    work, followed = await desk.take(), []

    async def body(unit: UnitOfWork) -> Outcome:
        attempt = len(followed_tries) + 1
        followed_tries.append(attempt)

        async def follow_up() -> None:
            followed.append(attempt)

        unit.after_commit.append(follow_up)
        if attempt == 1:
            await add_task(unit, "Lost")
            await abort_on_server(desk.core, unit._session)
        await add_task(unit, "Kept")
        return Outcome("{}", receipt=True, undo_label="kept")

    followed_tries: list[int] = []
    await work.once(desk.key(), "note", body)
    assert (await desk.titles(), followed_tries, followed) == (["Kept"], [1, 2], [2])
    [entry] = await desk.undos()
    assert len(entry.touched) == 1


async def test_what_follows_runs_after_the_commit(desk: Desk) -> None:
    """Steps left for after the commit see what was committed, in their order."""
    work, seen = await desk.take(), []

    async def body(unit: UnitOfWork) -> str:
        async def look(name: str) -> None:
            seen.append((name, await desk.titles()))

        unit.after_commit += [lambda: look("first"), lambda: look("second")]
        await add_task(unit, "Committed")
        assert seen == []
        return "done"

    assert await work.commit(body) == "done"
    assert seen == [("first", ["Committed"]), ("second", ["Committed"])]


async def test_cancelling_the_caller_does_not_interrupt(desk: Desk) -> None:
    """A cancelled caller stops only once its transaction, and what follows it, has ended as a whole."""
    work, inside, go_on, followed = await desk.take(), asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def follow_up() -> None:
        followed.set()

    async def body(unit: UnitOfWork) -> None:
        await add_task(unit, "Whole")
        unit.after_commit.append(follow_up)
        inside.set()
        await go_on.wait()

    caller = asyncio.create_task(work.commit(body))
    await inside.wait()
    caller.cancel()
    await asyncio.sleep(0.02)
    assert not caller.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert followed.is_set()
    assert await desk.titles() == ["Whole"]


async def test_settle_waits_for_what_even_a_second_cancel_left(desk: Desk) -> None:
    """A caller cancelled twice stops at once; settle then waits until the transaction has ended."""
    work, inside, go_on = await desk.take(), asyncio.Event(), asyncio.Event()

    async def body(unit: UnitOfWork) -> None:
        await add_task(unit, "Whole")
        inside.set()
        await go_on.wait()

    caller = asyncio.create_task(work.commit(body))
    await inside.wait()
    for _ in range(2):
        caller.cancel()
        await asyncio.sleep(0.01)
    assert caller.cancelled()
    settling = asyncio.create_task(work.settle())
    await asyncio.sleep(0.02)
    assert not settling.done()
    go_on.set()
    await settling
    assert await desk.titles() == ["Whole"]
    await work.settle()


async def test_a_failure_after_a_cancel_is_quiet(desk: Desk) -> None:
    """A transaction that fails after its caller was cancelled leaves nothing, and its caller is cancelled."""
    work, inside = await desk.take(), asyncio.Event()

    async def body(unit: UnitOfWork) -> None:
        await add_task(unit, "Never")
        inside.set()
        await asyncio.sleep(0.02)
        raise StoreError("refused")

    caller = asyncio.create_task(work.commit(body))
    await inside.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await desk.titles() == []


async def test_reading_sees_what_is_committed(desk: Desk) -> None:
    """The unit for reading is outside any transaction and leaves none open."""
    work = await desk.take()
    await work.commit(lambda unit: add_task(unit, "Seen"))
    assert [task.title for task in await work.reading().of(PreparationTask).find({})] == ["Seen"]


async def test_without_the_fence_a_stale_holder_writes(desk: Desk) -> None:
    """With the guard "fence" switched off a takeover goes unnoticed: the verifiers must see that."""
    stale = await desk.take("a", ttl=0.0, broken=["fence"])
    await desk.take("b")
    await stale.once(desk.key(), "note", Noting("Stale"))
    assert await desk.titles() == ["Stale"]
    fence = await desk.core.collection(Fence.collection).find_one({"_id": student_lease(desk.student)})
    assert fence is not None
    assert fence["writes"] == 0


async def test_without_effects_a_call_happens_again(desk: Desk) -> None:
    """With the guard "effects" switched off the same key runs the verb each time and stores no key."""
    work, noting = await desk.take(broken=["effects"]), Noting()
    assert [await work.once(desk.key(), "note", noting) for _ in range(2)] == ['{"run": 1}', '{"run": 2}']
    assert (await desk.titles(), await desk.effects()) == (["Noted", "Noted"], [])
