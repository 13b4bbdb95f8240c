"""What endpoints that call themselves OpenAI-compatible really send, through the real client over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from agents.coach import OfflineCoach, talk
from agents.endpoint import ModelSettings, build_model
from agents.history import append_exchange, read_tail
from agents.mentor import EMPTY_ANSWER, Answer, Mentor, TurnRun
from agents.tokens import TokenCounter
from prompts import load
from store.client import ObjectId
from store.documents.learner import Attempt
from store.documents.own import Turn, UsageRow
from store.work import UnitOfWork
from tests.agents.stage import Audience
from tests.fakes.endpoint import Endpoint, response_of
from tests.tools.harness import School, Student
from tools.registry import VERBS

CASES = Path(__file__).parent / "endpoints"
HEAP = "A heap keeps the smallest on top."
DONE = "Logged it, well done."


@dataclass(frozen=True)
class Right:
    """What a student gets: the answer, whether their attempt is recorded, and how the calls are billed."""

    answer: str
    recorded: bool = False
    bills: tuple[str, ...] = ("exact 1200/20",)
    requests: int = 1


CALLED = Right(DONE, recorded=True, bills=("exact 1200/20",) * 2, requests=2)
RIGHT = {
    "as-described": CALLED,
    "calls-without-index": CALLED,
    "calls-all-at-index-zero": replace(CALLED, answer="Logged it, and looked at what is due."),
    "arguments-as-object": CALLED,
    "chunks-without-delta": Right(HEAP),
    "no-finish-reason": Right(HEAP),
    "running-totals": Right(HEAP, bills=("exact 1061/12",)),
    "number-for-error-code": Right(HEAP, bills=("none", "exact 1200/20"), requests=2),
    "error-in-a-chunk": Right(f"{HEAP}\n\nMy answer broke off here.", bills=("estimated",)),
    "error-in-a-list": Right(talk.UNREACHABLE, bills=("none", "none"), requests=2),
    "thoughts-in-tags": Right(HEAP),
    "thoughts-in-a-field": Right(HEAP),
    "nothing-but-thoughts": Right(EMPTY_ANSWER),
    "call-as-text": replace(CALLED, answer="Logged it."),
    "empty-finish-reason": Right(HEAP),
    "option-refused": Right(HEAP, bills=("estimated",), requests=2),
    "content-in-parts": Right(HEAP),
    "call-refused-by-endpoint": Right(HEAP, recorded=True, bills=("estimated", "exact 1200/20"), requests=2),
    "error-event": Right(HEAP, bills=("estimated", "exact 1200/20"), requests=2),
}


class Chat:
    """A student whose mentor asks an endpoint."""

    def __init__(self, student: Student, endpoint: Endpoint, http: httpx2.AsyncClient) -> None:
        self.student, self.endpoint = student, endpoint
        self.counter = TokenCounter(None)
        model = build_model(ModelSettings(SecretStr("sk-1"), "some-model", endpoint.url, timeout_s=5), http)
        self.mentor = Mentor(
            model=model,
            coach=OfflineCoach(),
            verbs=VERBS,
            prompt=load("mentor"),
            counter=self.counter,
            sleep=self._sleep,
        )
        self.turns = 0

    async def _sleep(self, seconds: float) -> None:
        """Wait no time at all."""

    async def say(self, text: str, audience: Audience | None = None) -> Answer:
        """Have a message answered, and keep both in the conversation."""
        self.turns += 1
        now = self.student.clock()
        turn = Turn(
            id=ObjectId(),
            key=f"t:{self.student.id}:{self.turns}",
            user_id=self.student.id,
            platform="probe",
            address="here",
            seq=self.turns,
            text=text,
            status="working",
            fence=self.student.work.hold.fence,
            attempts=1,
            accepted_at=now,
        )
        await self.student.work.reading().of(Turn).add(turn)
        context = self.student.context(self.student.work.reading(), turn.id)
        answer = await self.mentor.answer(TurnRun(self.student.work, turn, context, audience or Audience()))

        async def keep(unit: UnitOfWork) -> None:
            await append_exchange(
                unit, turn=turn, answer=answer.text, model=answer.model, counter=self.counter, now=now
            )

        await self.student.work.commit(keep)
        return answer

    async def bills(self) -> list[str]:
        """Return how each call was billed."""
        rows = await self.student.work.reading().of(UsageRow).find({}, sort=[("_id", 1)])
        exact = [f" {row.input_tokens}/{row.output_tokens}" if row.status == "exact" else "" for row in rows]
        return [row.status + figures for row, figures in zip(rows, exact, strict=True)]

    async def attempts(self) -> int:
        return await self.student.work.reading().of(Attempt).count({})

    async def history(self) -> str:
        """Return all that the running conversation holds."""
        return "\n".join(message.text for message in (await read_tail(self.student.work.reading())).messages)


def case(name: str) -> dict[str, Any]:
    """Return a file of what an endpoint sent."""
    read: dict[str, Any] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return read


def test_every_file_has_its_right_value() -> None:
    """No file lies there without being played."""
    assert {path.stem for path in CASES.glob("*.json")} == set(RIGHT)


@pytest.mark.parametrize("name", RIGHT)
async def test_what_endpoints_send_is_understood(school: School, name: str) -> None:
    """Each shape gives the student its answer, does what was called, and is billed as the endpoint says."""
    right, told = RIGHT[name], case(name)
    async with Endpoint(*map(response_of, told["steps"])) as endpoint, httpx2.AsyncClient(verify=False) as http:
        chat, audience = Chat(await school.enrol(), endpoint, http), Audience()
        answer = await chat.say(told["turns"][0], audience)
    assert answer.text.startswith(right.answer)
    assert await chat.attempts() == right.recorded
    assert tuple(await chat.bills()) == right.bills
    assert len(endpoint.requests) == right.requests
    for text in (answer.text, await chat.history(), audience.shown):
        assert not any(word in text for word in ("think>", "Okay", "tool_call", "\x00"))
