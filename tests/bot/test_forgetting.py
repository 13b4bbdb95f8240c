"""Being forgotten, and getting everything in a file, as a student meets them at the door."""

from __future__ import annotations

import asyncio
import json
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Forgotten
from bot.exports import Exports
from bot.forgetting import Forgetting
from bot.turns import Pace
from store.client import ObjectId
from store.documents.account import Erasure
from store.documents.own import OutboxItem, Platform, Turn
from store.documents.sessions import AIMentorConversation
from store.repositories.erasures import Erasures
from tests.bot.stage import Gate, Script, Stage
from tests.traces import find_traces


def forgetter(stage: Stage) -> Erasures:
    """Return what forgets students in another process."""
    return Erasures(stage.database, clock=stage.clock, ids=ObjectId, holder="forgetter", lease=10.0)


async def test_a_message_that_comes_again_brings_nobody_back(stage: Stage) -> None:
    """The same message is refused and makes no student; a new one begins afresh as somebody else."""
    turns = stage.replica(Script())
    first = await stage.say(turns, "hello", key="probe:once")
    await stage.ended(first)
    erasures = forgetter(stage)
    await erasures.request(first.student)
    assert await erasures.resume() == 1
    before = {name: await stage.database.collection(name).count({}) for name in ("users", "channel_accounts", "turns")}
    with pytest.raises(Forgotten, match="before everything about you was deleted"):
        await stage.say(turns, "hello", key="probe:once")
    assert before == {name: await stage.database.collection(name).count({}) for name in before}
    anew = await stage.say(turns, "hello again")
    assert anew.student != first.student
    [turn] = await stage.ended(anew)
    assert turn.seq == 1


async def test_a_message_that_was_on_the_threshold_brings_nobody_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its student was found, then forgotten whole, and only then it is written: it begins somebody new."""
    turns, erasures = stage.replica(Script()), forgetter(stage)
    first = await stage.say(turns, "hello")
    await stage.ended(first)
    resolve = turns._accounts.resolve

    async def stall(platform: Platform, account: str, display_name: str, **more: Any) -> ObjectId:
        student = await resolve(platform, account, display_name, **more)
        if student == first.student:
            await erasures.request(student)
            assert await erasures.resume() == 1
        return student

    monkeypatch.setattr(turns._accounts, "resolve", stall)
    anew = await stage.say(turns, "are you there?")
    assert anew.student != first.student
    await stage.ended(anew)
    assert await find_traces(stage.database, first.student) == []


async def test_who_was_seen_waiting_and_then_forgotten_leaves_no_lease(stage: Stage) -> None:
    """A replica that takes up a student after their erasure finds nothing and leaves nothing named after them."""
    turns, erasures = stage.replica(Script()), forgetter(stage)
    accepted = await stage.say(turns, "hello")
    await stage.ended(accepted)
    await erasures.request(accepted.student)
    assert await erasures.resume() == 1
    turns._serve_soon(accepted.student)
    await asyncio.gather(*turns._tasks.values())
    assert await find_traces(stage.database, accepted.student) == []


async def test_an_answer_that_is_being_made_is_stopped(stage: Stage) -> None:
    """Erased in the middle of an answer: it is dropped, nothing of it is stored, nobody takes it up again."""
    gate = Gate()
    turns = stage.replica(Script(hello=gate), pace=Pace(lease=1.0, poll=0.02))
    accepted = await stage.say(turns, "hello")
    await gate.reached.wait()
    erasures = forgetter(stage)
    await erasures.request(accepted.student)
    assert await erasures.resume() == 1
    async with asyncio.timeout(10):
        await gate.left.wait()
    await asyncio.gather(*turns._tasks.values(), return_exceptions=True)
    for document in (Turn, OutboxItem, AIMentorConversation):
        assert await stage.database.collection(document.collection).count({"userId": accepted.student}) == 0


async def test_what_was_asked_for_waits_for_the_last_answer(stage: Stage) -> None:
    """The job begins when the answer was delivered, or after a while without it."""
    turns = stage.replica(Script())
    accepted = await stage.say(turns, "hello")
    await stage.ended(accepted)
    job = Erasure(
        id=ObjectId(), user_id=accepted.student, turn_id=accepted.turn_id, starts_at=stage.clock(), state="asked"
    )
    stage.clock.move(-60)
    await stage.database.collection(Erasure.collection).insert(job.to_mongo())
    stop = asyncio.Event()
    stop.set()
    await Forgetting(forgetter(stage)).run(stop)
    assert await stage.turn(accepted)
    stage.clock.move(61)
    await Forgetting(forgetter(stage)).run(stop)
    assert await stage.database.collection(Turn.collection).count({"userId": accepted.student}) == 0


async def test_forgetting_outlives_any_failure(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in one look, the next one is taken."""
    erasures, stop = forgetter(stage), asyncio.Event()
    looks = 0

    async def fail(now: datetime) -> int:
        nonlocal looks
        looks += 1
        if looks == 2:
            stop.set()
        raise ValueError("what nobody has thought of")

    monkeypatch.setattr(erasures.tombstones, "sweep", fail)
    async with asyncio.timeout(5):
        await Forgetting(erasures, poll=0.01).run(stop)
    assert looks >= 2


async def test_an_export_is_saved_for_its_student_alone(stage: Stage, tmp_path: Path) -> None:
    """The file can be read by its owner only; delivered again, the same answer writes the same file."""
    turns = stage.replica(Script())
    accepted = await stage.say(turns, "hello")
    await stage.ended(accepted)
    (item,) = await stage.outbox()
    exports = Exports(stage.database, tmp_path / "exports", stage.clock)
    path = await exports.save(item)
    postponed = item.model_copy(update={"next_attempt_at": item.next_attempt_at + timedelta(minutes=5)})
    assert await exports.save(postponed) == path
    assert [one.name for one in (tmp_path / "exports").iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text(encoding="utf-8"))["index"]["student"]["id"] == str(accepted.student)
