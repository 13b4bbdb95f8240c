"""One turn: whatever happens while it is answered, it ends in an answer or a visible failure, or stays open."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from langchain_core.messages import HumanMessage

from agents.errors import ModelUnavailable
from agents.run import TurnRun
from agents.usage import open_row
from bot import replies
from bot.turns import Pace
from store.client import ObjectId
from store.documents.own import Turn, UsageRow
from store.documents.sessions import AIMentorConversation, PreparationTask
from store.errors import StoreError, StoreUnavailable
from store.work import EffectKey, Outcome, UnitOfWork
from tests.bot.stage import QUICK, Act, Gate, Script, Stage
from texts import spoken
from tools.errors import ToolFailed

SECRET = "sk-secret at /srv/app/main.py"


def failing(exc: Exception) -> Act:
    """Return an act that raises."""

    async def act(run: TurnRun) -> str:
        raise exc

    return act


async def note(run: TurnRun, call: str = "c1", *, step: int = 1, receipt: bool = True) -> str:
    """Write a task down as a tool call does, and return its result."""

    async def body(unit: UnitOfWork) -> Outcome:
        task = PreparationTask(id=unit.new_id(), user_id=unit.student, task_type="practice", title=call)
        await unit.of(PreparationTask).add(task)
        return Outcome(f'{{"line": "{call} · noted", "undo_label": "{call}"}}', receipt=receipt, undo_label=call)

    return await run.work.once(EffectKey(run.turn.id, step, call), "note", body)


# --- how a turn ends


@pytest.mark.parametrize(
    ("exc", "sentence"),
    [
        (RuntimeError(SECRET), replies.FAILED),
        (ValueError(SECRET), replies.FAILED),
        (KeyError(SECRET), replies.FAILED),
        (ToolFailed("The task list is closed today."), "The task list is closed today."),
        (ModelUnavailable("The model is away.", reason="connection"), "The model is away."),
        (TimeoutError(), replies.TOOK_TOO_LONG),
    ],
)
async def test_an_exception_becomes_a_sentence(stage: Stage, exc: Exception, sentence: str) -> None:
    """What an answerer raises ends the turn visibly, at once, in words that are the student's business."""
    script = Script(fail=failing(exc))
    turns = stage.replica(script)
    accepted = [await stage.say(turns, text) for text in ("fail", "next")]
    failed, following = await stage.ended(*accepted)
    assert (failed.status, failed.reply, failed.attempts) == ("failed", sentence, 1)
    assert failed.reason == ("too slow" if isinstance(exc, TimeoutError) else type(exc).__name__)
    assert following.status == "answered"
    assert [item.text for item in await stage.outbox()] == [sentence, "Echo: next"]
    await stage.told(2)


async def test_an_answer_that_takes_too_long_is_stopped(stage: Stage) -> None:
    """After its seconds a turn ends visibly and its answerer is stopped."""
    gate = Gate()
    accepted = await stage.say(stage.replica(Script(wait=gate), pace=Pace(turn=0.05)), "wait")
    [turn] = await stage.ended(accepted)
    assert (turn.status, turn.reason, turn.reply) == ("failed", "too slow", replies.TOOK_TOO_LONG)
    assert gate.left.is_set()


async def test_a_timeout_keeps_what_was_saved(stage: Stage) -> None:
    """A tool call that commits before the time is over counts, and its receipt is shown with the failure."""

    async def act(run: TurnRun) -> str:
        await note(run)
        return await Gate()(run)

    accepted = await stage.say(stage.replica(Script(act=act), pace=Pace(turn=0.3)), "act")
    [turn] = await stage.ended(accepted)
    assert (turn.reason, [receipt["line"] for receipt in turn.receipts]) == ("too slow", ["c1 · noted"])
    assert await stage.database.collection(PreparationTask.collection).count({}) == 1


async def test_an_answer_that_cannot_be_stored_fails_visibly(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """An answer with half a character in it is asked for once and ends as a failure, not in endless retries."""

    async def odd(run: TurnRun) -> str:
        return "half \ud83d"

    script = Script(odd=odd)
    [turn] = await stage.ended(await stage.say(stage.replica(script), "odd"))
    assert (turn.status, turn.reply, turn.attempts) == ("failed", replies.FAILED, 1)
    assert script.begun == ["odd"]
    assert "cannot be stored" in caplog.text


async def test_a_turn_that_is_gone_stops_nobody(stage: Stage) -> None:
    """A turn that was deleted while it was answered leaves no answer, and the next one is worked."""

    async def vanish(run: TurnRun) -> str:
        await stage.database.collection(Turn.collection).delete({"_id": run.turn.id})
        return "to nobody"

    turns = stage.replica(Script(vanish=vanish))
    async with stage.running(turns):
        await stage.say(turns, "vanish")
        [turn] = await stage.ended(await stage.say(turns, "next"))
    assert turn.reply == "Echo: next"
    assert [item.text for item in await stage.outbox()] == ["Echo: next"]


# --- when it stays open


async def test_a_turn_stays_open_while_the_database_is_away(stage: Stage) -> None:
    """StoreUnavailable ends nothing: the turn is tried again, before those behind it, and answered then."""
    missed, back = asyncio.Event(), asyncio.Event()

    async def recover(run: TurnRun) -> str:
        missed.set()
        if not back.is_set():
            raise StoreUnavailable("the database does not answer")
        return "back"

    script = Script(recover=recover)
    turns = stage.replica(script)
    accepted = [await stage.say(turns, text) for text in ("recover", "next")]
    await missed.wait()
    await asyncio.gather(*turns._tasks.values())
    assert [(await stage.turn(one)).status for one in accepted] == ["working", "accepted"]
    assert await stage.outbox() == []
    back.set()
    async with stage.running(turns):
        ended = await stage.ended(*accepted)
    assert [turn.reply for turn in ended] == ["back", "Echo: next"]
    assert script.begun == ["recover"] * ended[0].attempts + ["next"]
    assert ended[0].attempts > 1


async def test_a_turn_that_keeps_failing_is_given_up(stage: Stage) -> None:
    """After as many attempts as allowed a turn ends visibly without being tried again, and the next is worked."""
    script = Script(poison=failing(StoreError("the database refused")))
    turns = stage.replica(script, pace=Pace(poll=0.02, attempts=3))
    async with stage.running(turns):
        accepted = [await stage.say(turns, text) for text in ("poison", "next")]
        poison, following = await stage.ended(*accepted)
    assert (poison.status, poison.reason, poison.reply) == ("failed", "too many attempts", replies.GAVE_UP)
    assert script.begun == ["poison"] * 3 + ["next"]
    assert following.status == "answered"


async def test_a_tool_call_counts_once_over_attempts(stage: Stage) -> None:
    """A turn that is tried again after its tool call returns that call's result and changes nothing more."""
    results: list[str] = []

    async def act(run: TurnRun) -> str:
        results.append(await note(run))
        if len(results) == 1:
            raise StoreUnavailable("the database does not answer")
        return "done"

    turns = stage.replica(Script(act=act))
    async with stage.running(turns):
        [turn] = await stage.ended(await stage.say(turns, "act"))
    assert (len(results), len(set(results)), turn.attempts) == (2, 1, 2)
    assert await stage.database.collection(PreparationTask.collection).count({}) == 1
    assert len(turn.receipts) == 1


# --- what is kept of it


async def test_receipts_reach_the_turn_and_the_outbox(stage: Stage) -> None:
    """What verbs did stands beside the answer in the order of its steps; results that are no receipts do not."""

    async def act(run: TurnRun) -> str:
        await note(run, "later", step=2)
        await note(run, "first", step=1)
        await note(run, "looked up", step=3, receipt=False)
        return "done"

    [turn] = await stage.ended(await stage.say(stage.replica(Script(act=act)), "act"))
    assert turn.receipts == [
        {"verb": "note", "line": "first · noted", "undo_label": "first"},
        {"verb": "note", "line": "later · noted", "undo_label": "later"},
    ]
    [item] = await stage.outbox()
    assert item.receipts == turn.receipts


async def test_a_failed_turn_shows_its_receipts(stage: Stage) -> None:
    """What was saved before a failure stays saved and is shown with it."""

    async def act(run: TurnRun) -> str:
        await note(run)
        raise RuntimeError(SECRET)

    [turn] = await stage.ended(await stage.say(stage.replica(Script(act=act)), "act"))
    assert (turn.status, [receipt["line"] for receipt in turn.receipts]) == ("failed", ["c1 · noted"])
    assert [len(item.receipts) for item in await stage.outbox()] == [1]


async def test_a_cancelled_turn_shows_its_receipts(stage: Stage) -> None:
    """Cancelling between two steps keeps the first, shows its receipt, and lets no second one happen."""
    gate = Gate()

    async def act(run: TurnRun) -> str:
        await note(run, "first")
        await gate(run)
        return await note(run, "second")

    turns = stage.replica(Script(act=act))
    accepted = await stage.say(turns, "act")
    await gate.reached.wait()
    await turns.cancel(accepted.student)
    [turn] = await stage.ended(accepted)
    assert [receipt["line"] for receipt in turn.receipts] == ["first · noted"]
    assert await stage.database.collection(PreparationTask.collection).count({}) == 1


async def test_cancelling_in_a_transaction_ends_it_whole(stage: Stage) -> None:
    """A cancel that comes while a tool call commits waits for it: the receipt tells what was saved."""
    inside = asyncio.Event()

    async def act(run: TurnRun) -> str:
        async def body(unit: UnitOfWork) -> Outcome:
            inside.set()
            await asyncio.sleep(0.1)
            return Outcome('{"line": "slow · noted"}', receipt=True)

        return await run.work.once(EffectKey(run.turn.id, 1, "c1"), "note", body)

    turns = stage.replica(Script(act=act))
    accepted = await stage.say(turns, "act")
    await inside.wait()
    await turns.cancel(accepted.student)
    [turn] = await stage.ended(accepted)
    assert (turn.reason, [receipt["line"] for receipt in turn.receipts]) == ("cancelled", ["slow · noted"])


async def test_the_conversation_holds_what_was_said(stage: Stage) -> None:
    """However a turn ends, its message and what the student was told are in the conversation, each counted once."""
    gate = Gate()
    turns = stage.replica(Script(wait=gate, fail=failing(RuntimeError("no")), slow=failing(TimeoutError())))
    answered = await stage.say(turns, "hello")
    failed, slow = [await stage.say(turns, text) for text in ("fail", "slow")]
    await stage.ended(answered, failed, slow)
    cancelled = await stage.say(turns, "wait")
    await gate.reached.wait()
    await turns.cancel(cancelled.student)
    turns_ended = await stage.ended(answered, failed, slow, cancelled)
    assert await stage.said(answered.student) == [
        ("user", "hello"),
        ("assistant", "Echo: hello"),
        ("user", "fail"),
        ("assistant", replies.FAILED),
        ("user", "slow"),
        ("assistant", replies.TOOK_TOO_LONG),
        ("user", "wait"),
        ("assistant", replies.CANCELLED),
    ]
    raw = await stage.database.collection(AIMentorConversation.collection).find_one({})
    assert raw is not None
    assert raw["totalTokens"] == sum(turn.tokens or 0 for turn in turns_ended) > 0
    assert raw["totalTokens"] == sum(message["tokens"] for message in raw["messageHistory"])
    assert {turn.conversation_id for turn in turns_ended} == {raw["conversationId"]}
    models = [message.get("model") for message in raw["messageHistory"]]
    assert models == [None, "scripted", None, "prepmate", None, "prepmate", None, "prepmate"]


async def test_a_conversation_that_takes_nothing_more_holds_nobody_up(stage: Stage) -> None:
    """Where another program left a conversation that cannot grow, the next turns are answered in one that can."""
    turns = stage.replica(Script(), pace=Pace(poll=0.02, attempts=1))
    first = await stage.say(turns, "first")
    await stage.ended(first)
    broken = {"$set": {"totalTokens": "many"}}
    assert await stage.database.collection(AIMentorConversation.collection).update({}, broken)
    async with stage.running(turns):
        later = [await stage.say(turns, text) for text in ("second", "third")]
        ended = await stage.ended(*later)
    assert [(turn.status, turn.reply) for turn in ended] == [("answered", "Echo: second"), ("answered", "Echo: third")]
    assert [item.text for item in await stage.outbox()] == ["Echo: first", "Echo: second", "Echo: third"]


async def test_a_failure_leaves_no_call_open(stage: Stage) -> None:
    """A model call that nobody lived to close is closed as estimated when its turn fails, also in a first attempt."""

    async def fall(run: TurnRun) -> str:
        await open_row(run.work, run.turn, "row", step=0, model="m", prompt=[HumanMessage("x" * 400)])
        raise RuntimeError("unforeseen")

    [turn] = await stage.ended(await stage.say(stage.replica(Script(fall=fall)), "fall"))
    assert (turn.status, turn.attempts) == ("failed", 1)
    raw = await stage.database.collection(UsageRow.collection).find_one({"_id": "row"})
    assert raw is not None
    assert (raw["status"], raw["inputTokens"], raw["closedAt"]) == ("estimated", 100, stage.clock.time)


async def test_nothing_of_an_answer_is_stored_before_all_of_it(stage: Stage) -> None:
    """Where the answer's item is in the outbox already, neither the turn nor the conversation changes."""

    async def act(run: TurnRun) -> str:
        await stage.database.collection("outbox").insert({"_id": f"answer:{run.turn.id}", "address": "", "seq": 0})
        return "twice"

    turns = stage.replica(Script(act=act))
    accepted = await stage.say(turns, "act")
    await asyncio.gather(*turns._tasks.values())
    assert (await stage.turn(accepted)).status == "working"
    assert await stage.said(accepted.student) == []


# --- what the answerer is given


async def test_the_answerer_is_given_the_student(stage: Stage) -> None:
    """An answerer gets the turn, the student's documents, their time zone and the clock."""
    runs: list[TurnRun] = []

    async def look(run: TurnRun) -> str:
        runs.append(run)
        return "seen"

    turns = stage.replica(Script(look=look))
    accepted = await stage.say(turns, "look")
    await stage.ended(accepted)
    await set_zone(stage, accepted.student, "Asia/Kolkata")
    await stage.ended(await stage.say(turns, "look again"))
    assert [run.context.zone for run in runs] == [ZoneInfo("UTC"), ZoneInfo("Asia/Kolkata")]
    assert [run.context.student for run in runs] == [accepted.student] * 2
    assert (runs[0].context.now(), runs[0].turn.text, runs[0].turn.status) == (stage.clock.time, "look", "working")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "Europe", ""])
async def test_an_unknown_time_zone_is_no_obstacle(stage: Stage, zone: str, caplog: pytest.LogCaptureFixture) -> None:
    """A student whose stored zone this machine does not know is answered in UTC."""
    turns = stage.replica(Script())
    accepted = await stage.say(turns, "one")
    await stage.ended(accepted)
    await set_zone(stage, accepted.student, zone)
    with caplog.at_level(logging.WARNING):
        [turn] = await stage.ended(await stage.say(turns, "two"))
    assert turn.status == "answered"
    assert "UTC is used instead" in caplog.text


async def set_zone(stage: Stage, student: ObjectId, zone: str) -> None:
    """Store a time zone as another version or a person might have."""
    assert await stage.database.collection("student_settings").update({"_id": student}, {"$set": {"timeZone": zone}})


async def test_an_answerer_that_ignores_its_cancel_answers(stage: Stage) -> None:
    """An answer that comes in spite of a cancel is the answer: nothing is lost or said twice."""
    gate = Gate()

    async def stubborn(run: TurnRun) -> str:
        try:
            return await gate(run)
        except asyncio.CancelledError:
            return "all the same"

    turns = stage.replica(Script(stubborn=stubborn), pace=QUICK)
    accepted = await stage.say(turns, "stubborn")
    await gate.reached.wait()
    await turns.cancel(accepted.student)
    [turn] = await stage.ended(accepted)
    assert (turn.status, turn.reply, len(await stage.outbox())) == ("answered", "all the same", 1)


async def test_a_turn_is_worked_in_the_students_language(stage: Stage) -> None:
    """What is said of our own while a turn is worked, and what the door adds to it, is in the student's language."""

    async def tell(_: TurnRun) -> str:
        return spoken()

    turns = stage.replica(Script(language=tell))
    accepted = await turns.accept(replace(stage.message("language"), language="pt-br"))
    [turn] = await stage.ended(accepted)
    assert (turn.reply, [item.language for item in await stage.outbox()]) == ("pt-br", ["pt-br"])
