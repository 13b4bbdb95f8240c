"""An answer that is stopped, or whose making fails, after its student has begun to read it."""

from __future__ import annotations

import asyncio
import io

import httpx2
import pytest
from langchain_core.messages import AIMessageChunk
from pydantic import SecretStr
from rich.console import Console

from agents.coach import OfflineCoach
from agents.endpoint import ModelSettings, build_model
from agents.listener import Silence
from agents.mentor import Mentor
from agents.run import TurnRun
from agents.speech import Speech, break_off
from agents.tokens import TokenCounter
from bot import replies
from bot.adapters.terminal.screen import RichScreen
from bot.turns import Pace
from prompts import load
from tests.bot.stage import QUICK, Act, Gate, Script, Stage
from tests.fakes.endpoint import Endpoint, Response
from tools.registry import VERBS

READ = "Two pointers walk towards each other. They meet"


def writing(then: Act) -> Act:
    """Return an act that says the beginning of an answer first."""

    async def act(run: TurnRun) -> str:
        await Speech(run.listener, run.progress).hear(AIMessageChunk(content=READ, id="1"))
        return await then(run)

    return act


async def fail(run: TurnRun) -> str:
    """Fall over."""
    raise RuntimeError("a bug")


async def test_a_stopped_answer_keeps_what_was_read(stage: Stage) -> None:
    """Who stops an answer still has what they had read of it, on the screen and in the conversation."""
    gate = Gate()
    turns = stage.replica(Script(wait=writing(gate)))
    accepted = await stage.say(turns, "wait")
    await gate.reached.wait()
    await turns.cancel(accepted.student)
    [turn] = await stage.ended(accepted)
    kept = f"{READ}…\n\n{replies.CANCELLED}"
    assert (turn.reason, turn.reply) == ("cancelled", kept)
    assert await stage.said(accepted.student) == [("user", "wait"), ("assistant", kept)]
    [item] = await stage.outbox()
    assert item.text == kept
    screen = RichScreen(Console(file=io.StringIO(), width=200))
    with screen.answering():
        await screen.say(READ)
        screen.show(item)
    shown = screen.console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO from above
    assert READ in shown
    assert str(replies.CANCELLED) in shown


@pytest.mark.parametrize(
    ("act", "pace", "why"),
    [
        (fail, QUICK, replies.FAILED),
        (Gate(), Pace(lease=10.0, poll=0.02, turn=0.05, watch=0.02), replies.TOOK_TOO_LONG),
    ],
)
async def test_an_answer_that_fails_keeps_what_was_read(stage: Stage, act: Act, pace: Pace, why: str) -> None:
    """What was read stays, whether the making fell over or took too long."""
    [turn] = await stage.ended(await stage.say(stage.replica(Script(go=writing(act)), pace=pace), "go"))
    assert turn.reply == f"{READ}…\n\n{why}"


async def test_a_model_that_falls_silent_is_stopped_with_what_it_wrote(stage: Stage) -> None:
    """Stopping a real model in the middle of a stream that stands still keeps its words, in the terminal's way too."""
    begun = b'data: {"choices": [{"delta": {"content": "First sentence. Second sen"}}]}\n\n'
    said = asyncio.Event()

    class Watching(Silence):
        async def say(self, text: str) -> None:
            said.set()

    class Answerer:
        def __init__(self, mentor: Mentor) -> None:
            self.mentor = mentor

        async def answer(self, run: TurnRun) -> object:
            return await self.mentor.answer(TurnRun(run.work, run.turn, run.context, Watching(), progress=run.progress))

    async with Endpoint(Response(begun, stalls=True)) as endpoint, httpx2.AsyncClient(verify=False) as http:
        model = build_model(ModelSettings(SecretStr("sk-1"), "some-model", endpoint.url, timeout_s=30), http)
        coach, counter = OfflineCoach(), TokenCounter(None)
        mentor = Mentor(model=model, coach=coach, verbs=VERBS, prompt=load("mentor"), counter=counter)
        turns = stage.replica(Answerer(mentor))  # type: ignore[arg-type]  # it answers as the mentor does
        accepted = await stage.say(turns, "what is a heap?")
        await said.wait()
        await turns.cancel(accepted.student)
        [turn] = await stage.ended(accepted)
    assert turn.reply == f"First sentence. Second sen…\n\n{replies.CANCELLED}"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("", "Why."),
        ("  \n", "Why."),
        ("A heap is a tree. ", "A heap is a tree.\n\nWhy."),
        ("A heap is", "A heap is…\n\nWhy."),
        ("Look:\n```python\nx = 1", "Look:\n```python\nx = 1\n```\n\nWhy."),
        ("Look:\n```\nx\n```\nand\n", "Look:\n```\nx\n```\nand…\n\nWhy."),
        ("half \ud800", "half ?\n\nWhy."),
    ],
)
def test_a_broken_answer_is_whole_text(written: str, text: str) -> None:
    """What is kept can be stored and shown: code is closed, half characters are none, nothing is empty."""
    assert break_off(written, "Why.") == text
