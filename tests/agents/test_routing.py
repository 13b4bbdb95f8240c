"""Who answers: the model, the coach, or nobody but a sentence of ours."""

from __future__ import annotations

import pytest

from agents.mentor import OFFLINE_COACH, PREPMATE
from tests.agents.stage import Audience, Stage
from tests.fakes.openai import Fault, Rule

JOT = 'call jot {"title": "two sum"}'


async def test_without_a_model_the_coach_answers(offline: Stage) -> None:
    """No key: the coach answers through the same loop and its tools work."""
    answer = await offline.answer("jot heaps")
    assert answer.model == OFFLINE_COACH
    assert await offline.tasks() == ["0: heaps"]
    assert await offline.usage() == []


async def test_a_command_goes_to_the_coach(stage: Stage) -> None:
    """Text that begins with a slash never costs a token."""
    answer = await stage.answer("/jot heaps")
    assert answer.model == OFFLINE_COACH
    assert await stage.tasks() == ["0: heaps"]
    assert list(stage.fake.requests) == []


async def test_a_provider_that_is_down_is_tried_and_then_the_coach_says_so(stage: Stage) -> None:
    """After the retries the coach answers, naming the reason to who set the model up; every try has its row."""
    stage.fake.script(Rule(fault=Fault(status=503)))
    answer = await stage.answer("hello there", owns_key=True)
    assert answer.model == OFFLINE_COACH
    assert "in trouble (503)" in answer.text
    assert "I heard: hello there" in answer.text
    assert stage.waits == [0.5, 1.5]
    assert [row.status for row in await stage.usage()] == ["none"] * 3


async def test_an_endpoint_that_cannot_be_reached_costs_nothing(stage: Stage) -> None:
    """A refused connection is retried, then the coach answers; nothing was billed."""
    answer = await stage.answer("hello", mentor=stage.mentor(url="http://127.0.0.1:9/v1"))
    assert answer.model == OFFLINE_COACH
    assert [row.status for row in await stage.usage()] == ["none"] * 3


async def test_a_wrong_key_is_not_tried_twice_and_never_shown(stage: Stage) -> None:
    """Who set the key up learns that it was refused, from the coach, and never reads the key."""
    answer = await stage.answer("hello", mentor=stage.mentor(key="sk-wrong-9f8e7d6c"), owns_key=True)
    assert answer.model == OFFLINE_COACH
    assert "OPENAI_API_KEY" in answer.text
    assert "sk-wrong" not in answer.text
    assert len(await stage.usage()) == 1


async def test_a_student_reads_nothing_of_keys(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """What only the operator can mend is in the log, by its kind; the student is answered without it."""
    answer = await stage.answer("hello", mentor=stage.mentor(key="sk-wrong-9f8e7d6c"))
    assert answer.model == OFFLINE_COACH
    assert "OPENAI" not in answer.text
    assert "(key)" in caplog.text
    assert "sk-wrong" not in caplog.text


async def test_the_coach_stays_for_the_rest_of_the_turn(stage: Stage) -> None:
    """When the model fails at the first step, the coach's own tool round is not handed back to it."""
    stage.fake.script(Rule(fault=Fault(status=500)))
    answer = await stage.answer("jot tries")
    assert answer.model == OFFLINE_COACH
    assert await stage.tasks() == ["0: tries"]
    assert len(await stage.usage()) == 3


async def test_after_a_write_the_coach_does_not_do_it_again(stage: Stage) -> None:
    """A model that dies after a writing tool leaves one effect and a sentence that says so."""
    stage.fake.script(Rule(step=1, fault=Fault(status=503)))
    answer = await stage.answer(f"jot two sum\n{JOT}")
    assert answer.model == PREPMATE
    assert "What I had done by then is saved" in answer.text
    assert "endpoint" not in answer.text
    assert await stage.tasks() == ["0: two sum"]


async def test_after_a_reading_call_the_coach_begins_afresh(stage: Stage) -> None:
    """The coach sees the student's words and not another model's half-finished steps."""
    stage.fake.script(Rule(step=1, fault=Fault(status=503)))
    audience = Audience()
    answer = await stage.answer("jot heaps\ncall count_tasks {}", audience=audience)
    assert answer.model == OFFLINE_COACH
    assert audience.shown == answer.text
    assert len(await stage.tasks()) == 1
