"""What survives a takeover: the journal is replayed, and nothing is asked or done twice."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage

from agents.middleware.journal import read_message, write_message
from store.documents.own import Turn
from store.errors import FenceLost
from store.faults import Faults
from tests.agents.stage import Audience, Stage
from tests.fakes.openai import Call, Reply, Rule

JOT = 'call jot {"title": "two sum"}'


class Crashed(Exception):
    """The process died here."""


class CrashAt(Faults):
    """Faults that end the turn at a named point, the `nth` time it is reached, where the real ones end the process."""

    def __init__(self, point: str, nth: int = 1) -> None:
        super().__init__()
        self._at, self._left = point, nth

    def reach(self, point: str) -> None:
        if point == self._at:
            self._left -= 1
            if self._left == 0:
                raise Crashed(point)


CRASHES = [
    ("model.before", 1, 2),
    ("model.after", 1, 3),
    ("journal.after-commit", 1, 2),
    ("effect.before", 1, 2),
    ("effect.before-commit", 1, 2),
    ("effect.after-commit", 1, 2),
    ("model.before", 2, 2),
    ("model.after", 2, 3),
    ("journal.after-commit", 2, 2),
]


@pytest.mark.parametrize(("point", "nth", "calls"), CRASHES)
async def test_a_takeover_repeats_neither_calls_nor_effects(stage: Stage, point: str, nth: int, calls: int) -> None:
    """Wherever the first process dies, the second answers with one effect, and asks only what was not journaled."""
    turn = await stage.accept(JOT)
    stage.faults = CrashAt(point, nth)
    with pytest.raises(Crashed):
        await stage.mentor().answer(stage.run_of(turn))
    stage.faults = Faults()
    turn = await stage.retake(turn)
    audience = Audience()
    answer = await stage.mentor().answer(stage.run_of(turn, audience))
    assert "two sum · noted" in answer.text
    assert [ran.verb for ran in answer.ran] == ["jot"]
    assert audience.shown == answer.text
    assert await stage.tasks() == ["0: two sum"]
    assert len(await stage.effects()) == 1
    assert len(stage.fake.ledger.rows) == calls
    rows = await stage.usage()
    assert {row.status for row in rows} <= {"exact", "estimated"}
    exact = [row for row in rows if row.status == "exact"]
    assert len(exact) == 2
    assert all(row.input_tokens > 500 for row in rows)


async def test_without_the_journal_the_model_is_asked_again(stage: Stage) -> None:
    """The guard is what keeps the promise: with it switched off, a takeover doubles the effect."""
    turn = await stage.accept(JOT)
    stage.faults = CrashAt("effect.after-commit")
    with pytest.raises(Crashed):
        await stage.mentor().answer(stage.run_of(turn))
    stage.faults = Faults(broken=frozenset({"journal"}))
    await stage.mentor().answer(stage.run_of(await stage.retake(turn)))
    assert len(await stage.tasks()) == 2


async def test_a_stale_process_stops_before_it_asks_or_writes(stage: Stage) -> None:
    """A process that lost the lease spends no tokens and changes nothing."""
    turn = await stage.accept(JOT)
    stale = stage.run_of(turn)
    await stage.retake(turn)
    with pytest.raises(FenceLost):
        await stage.mentor().answer(stale)
    assert stage.fake.ledger.rows == []
    assert await stage.tasks() == []


async def test_a_process_that_is_overtaken_while_the_model_thinks_writes_nothing(stage: Stage) -> None:
    """The lost lease ends the turn with FenceLost: the model is not told, and no tool runs."""
    turn = await stage.accept(JOT)

    class Overtaken(Faults):
        def reach(self, point: str) -> None:
            if point == "model.after":
                overtake.append(point)

    overtake: list[str] = []
    stage.faults = Overtaken()
    run = stage.run_of(turn)
    fences = stage.database.collection("fences")
    stage.fake.script(Rule(step=0, reply=Reply(calls=[Call(name="jot", arguments='{"title": "late"}')])))
    original = run.work.commit

    async def commit(body, **options):  # type: ignore[no-untyped-def]
        if overtake:
            await fences.update({"_id": stage.hold.name}, {"$inc": {"fence": 1}})
        return await original(body, **options)

    run.work.commit = commit  # type: ignore[method-assign]
    with pytest.raises(FenceLost):
        await stage.mentor().answer(run)
    assert await stage.tasks() == []
    current = await stage.work.reading().of(Turn).get(turn.id)
    assert current is not None
    assert current.journal == []


async def test_the_coach_s_calls_are_journaled_too(offline: Stage) -> None:
    """A turn of the coach that is taken over does its effect once."""
    turn = await offline.accept("/jot trees")
    offline.faults = CrashAt("effect.after-commit")
    with pytest.raises(Crashed):
        await offline.mentor().answer(offline.run_of(turn))
    offline.faults = Faults()
    answer = await offline.mentor().answer(offline.run_of(await offline.retake(turn)))
    assert answer.text.startswith("Offline: ")
    assert await offline.tasks() == ["0: trees"]
    assert await offline.usage() == []


def test_any_message_survives_the_journal() -> None:
    """Calls, usage and characters that MongoDB refuses come back as they were; the stored text is plain ASCII."""
    message = AIMessage(
        "nul \x00 half \ud800 ünï",
        id="m1",
        tool_calls=[{"name": "jot", "args": {"title": "\x00"}, "id": "c1", "type": "tool_call"}],
        usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
        response_metadata={"model_name": "m"},
    )
    stored = write_message(message)
    assert stored.isascii()
    assert "\x00" not in stored
    assert read_message(stored) == message
