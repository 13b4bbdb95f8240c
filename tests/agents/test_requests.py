"""Turns that are requests: carried out without a model, once."""

from __future__ import annotations

import pytest

from agents.run import PREPMATE
from tests.agents.stage import Stage
from tools.request import Request

JOT = Request("jot", {"title": "two sum", "minutes": "25"})


async def test_a_request_is_done_without_a_model(stage: Stage) -> None:
    """No model is asked and no row of usage opened; the change, its effect and its undo are those of any call."""
    answer = await stage.answer(JOT)
    assert (answer.model, [(ran.verb, ran.ok) for ran in answer.ran]) == (PREPMATE, [("jot", True)])
    assert await stage.tasks() == ["0: two sum"]
    (effect,) = await stage.effects()
    assert (effect.verb, effect.receipt, effect.undo_id is not None) == ("jot", True, True)
    assert (len(stage.fake.requests), await stage.usage()) == (0, [])


async def test_a_request_that_another_process_takes_over_is_done_once(stage: Stage) -> None:
    """After a kill between the change and the answer the stored result is told, and nothing is done again."""
    turn = await stage.accept(JOT)
    first = await stage.mentor().answer(stage.run_of(turn))
    second = await stage.mentor().answer(stage.run_of(await stage.retake(turn)))
    assert first == second
    assert await stage.tasks() == ["0: two sum"]


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (Request("jot", {"title": "nothing"}), "A task needs a real title."),
        (Request("jot", {"title": "impossible"}), "The task list is closed today."),
        (Request("jot", {}), "I can't take that: title: Field required. Nothing was changed."),
        (Request("jot", {"title": "x", "user_id": "5"}), "there is no argument 'user_id'"),
        (Request("erase_everybody", {}), "There is nothing here that is called erase_everybody."),
    ],
)
async def test_a_request_that_cannot_be_done_says_why(stage: Stage, request_: Request, sentence: str) -> None:
    """The answer is one sentence, the call is told as refused, and nothing is changed."""
    answer = await stage.answer(request_)
    assert sentence in answer.text
    assert [(ran.verb, ran.ok) for ran in answer.ran] == [(request_.verb, False)]
    assert (await stage.tasks(), await stage.effects()) == ([], [])


async def test_what_was_requested_stands_in_the_conversation(stage: Stage) -> None:
    """The model reads in its next turn what was done by a request."""
    await stage.answer(JOT)
    await stage.answer("and now?")
    (sent,) = stage.fake.requests
    assert sent["messages"][1]["content"] == '/do jot {"title": "two sum", "minutes": "25"}'


async def test_a_public_place_does_only_what_its_mentor_has(stage: Stage) -> None:
    """A request is done with the verbs of the mentor that answers; a private mentor takes none from a public place."""
    turn = await stage.accept(JOT, public=True)
    with pytest.raises(ValueError, match="public"):
        await stage.mentor().answer(stage.run_of(turn))
    assert await stage.tasks() == []
