"""The mentor over a real database and a model behind real HTTP."""

from __future__ import annotations

import asyncio
import json

import pytest

from agents.mentor import EMPTY_ANSWER
from agents.middleware.limit import MOST_STEPS, TOO_MANY_STEPS
from tests.agents.stage import Audience, Stage
from tests.fakes.openai import Call, Fault, Reply, Rule

JOT = 'call jot {"title": "two sum", "minutes": "25"}'


async def test_a_turn_runs_a_tool_round_and_answers(stage: Stage) -> None:
    """A writing tool changes the database once, leaves a receipt, and its result reaches the model."""
    audience = Audience()
    answer = await stage.answer(f"please\n{JOT}", audience=audience)
    assert "two sum · noted" in answer.text
    assert [ran.verb for ran in answer.ran] == ["jot"]
    assert answer.model == stage.fake.model
    assert await stage.tasks() == ["0: two sum"]
    (effect,) = await stage.effects()
    assert (effect.verb, effect.step, effect.receipt) == ("jot", 0, True)
    assert audience.events[0] == ("doing", "writing it down…")
    assert audience.shown == answer.text


async def test_writes_of_one_step_run_in_the_order_of_the_calls(stage: Stage) -> None:
    """Eight calls that LangChain starts at once are done one after the other, as the model listed them."""
    orders = "\n".join(f'call jot {{"title": "t{n}"}}' for n in range(8))
    await stage.answer(orders)
    assert await stage.tasks() == [f"{n}: t{n}" for n in range(8)]
    assert [json.loads(effect.result)["title"] for effect in await stage.effects()] == [f"t{n}" for n in range(8)]


async def test_a_reading_call_after_a_writing_one_sees_what_was_written(stage: Stage) -> None:
    """Calls of one step are worked in order whether they write or not."""
    answer = await stage.answer(f"{JOT}\ncall count_tasks {{}}")
    assert 'count_tasks said: {"tasks":1}' in answer.text


async def test_a_restart_between_two_messages_loses_nothing(stage: Stage) -> None:
    """A second mentor that shares only the database knows the first message."""
    await stage.answer("my first message")
    answer = await stage.answer("and now?", mentor=stage.mentor())
    assert "I have seen 1 earlier messages" in answer.text
    assert "my first message" in answer.text


async def test_the_prompt_begins_unchanged_and_holds_the_day_in_the_message(stage: Stage) -> None:
    """System prompt and tools are the same bytes on every day; date and standing stand in the student's message."""
    await stage.answer("one")
    stage.now = stage.now.replace(day=20)
    await stage.answer("two")
    first, second = stage.fake.requests
    assert first["tools"] == second["tools"]
    assert first["messages"][0] == second["messages"][0]
    assert first["messages"][0]["role"] == "system"
    assert "2025" not in first["messages"][0]["content"]
    assert "2025-12-03" in first["messages"][-1]["content"]
    assert "2025-12-20" in second["messages"][-1]["content"]
    assert second["messages"][1:3] == [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": second["messages"][2]["content"]},
    ]


async def test_text_before_a_tool_call_is_taken_back(stage: Stage) -> None:
    """What was streamed and then turned out to lead to a tool is forgotten before the answer is shown."""
    stage.fake.script(Rule(step=0, reply=Reply(text="Let me look. One moment. ", calls=[Call(name="count_tasks")])))
    audience = Audience()
    answer = await stage.answer("how many?", audience=audience)
    kinds = [kind for kind, _ in audience.events]
    assert kinds.index("say") < kinds.index("restart") < kinds.index("doing")
    assert audience.shown == answer.text


async def test_an_answer_is_shown_in_whole_sentences(stage: Stage) -> None:
    """Each piece shown ends where a sentence or a block of code ends, and together they are the answer."""
    text = "Try it. Like this:\n\n```python\nx = 1. \ny = 2\n```\n\nIs that clear? Yes"
    stage.fake.script(Rule(reply=Reply(text=text)))
    audience = Audience()
    answer = await stage.answer("show me", audience=audience)
    pieces = [words for kind, words in audience.events if kind == "say"]
    assert answer.text == "".join(pieces) == text
    assert pieces[0].rstrip().endswith(".")
    assert all(piece.count("```") != 1 for piece in pieces)


async def test_an_empty_answer_becomes_a_sentence(stage: Stage) -> None:
    """A model that says nothing does not leave the student without an answer."""
    stage.fake.script(Rule(reply=Reply(text="")))
    assert (await stage.answer("hello")).text == EMPTY_ANSWER


async def test_a_model_that_never_stops_calling_is_stopped(stage: Stage) -> None:
    """After the last step a sentence of our own ends the turn; the provider is not asked again."""
    stage.fake.script(Rule(reply=Reply(calls=[Call(name="count_tasks")])))
    answer = await stage.answer("loop")
    assert answer.text == TOO_MANY_STEPS
    assert answer.model == "prepmate"
    assert len(stage.fake.ledger.rows) == MOST_STEPS


async def test_what_a_model_sends_is_made_storable(stage: Stage) -> None:
    """NUL characters and half surrogate pairs, in text and in arguments, reach neither verbs nor the database."""
    title = json.dumps({"title": "nul \x00 and half \ud800"})
    stage.fake.script(
        Rule(step=0, reply=Reply(calls=[Call(name="jot", arguments=title)])),
        Rule(reply=Reply(text="Done \x00 indeed.")),
    )
    answer = await stage.answer("go")
    assert answer.text == "Done  indeed."
    assert await stage.tasks() == ["0: nul  and half ?"]


async def test_arguments_that_are_not_json_are_answered_not_swallowed(stage: Stage) -> None:
    """A call with broken JSON gets an error to correct, and the corrected call is done."""
    stage.fake.script(
        Rule(step=0, reply=Reply(calls=[Call(name="jot", arguments="title: graphs")])),
        Rule(step=1, reply=Reply(calls=[Call(name="jot", arguments='{"title": "graphs"}')])),
    )
    answer = await stage.answer("go")
    assert "not valid JSON" in answer.text
    assert await stage.tasks() == ["0: graphs"]


async def test_a_cancelled_answer_closes_its_usage_row(stage: Stage) -> None:
    """Stopping an answer midway leaves an estimated row that counts what had arrived."""
    stage.fake.script(Rule(reply=Reply(text="A long answer. " * 50), fault=Fault(pace_s=0.01)))
    audience = Audience()
    task = asyncio.create_task(stage.answer("talk", audience=audience))
    await asyncio.wait_for(audience.spoken_to.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (row,) = await stage.usage()
    assert row.status == "estimated"
    assert row.input_tokens > 0
    assert row.output_tokens > 0


async def test_many_turns_share_one_agent(stage: Stage) -> None:
    """Turns of several students at once do not see each other's runs."""
    others = [Stage(stage.database, stage.fake, stage.http) for _ in range(5)]
    for other in others:
        await other.begin()
    mentor = stage.mentor()
    asked = [other.answer(f'call jot {{"title": "of {other.student}"}}', mentor=mentor) for other in others]
    await asyncio.gather(*asked)
    for other in others:
        assert await other.tasks() == [f"0: of {other.student}"]
