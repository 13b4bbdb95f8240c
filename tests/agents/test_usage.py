"""Usage rows against the provider's own bill."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolCall

from agents.mentor import OFFLINE_COACH
from agents.model import Usage
from agents.tokens import TokenCounter
from agents.toolbox import build_tools
from agents.usage import Bill, bill_of, close_left_open, guess_usage, name_row, open_row
from store.documents.own import UsageRow
from store.work import UnitOfWork
from tests.agents.stage import VERBS, Audience, Stage
from tests.fakes.openai import Fault, Reply, Rule


def figures(rows: list[UsageRow]) -> list[tuple[int, int, int]]:
    """What the rows say was billed, in no particular order."""
    return sorted((row.input_tokens, row.cached_tokens, row.output_tokens) for row in rows)


async def test_rows_equal_the_provider_s_bill_to_the_token(stage: Stage) -> None:
    """Twenty turns, with tool rounds and cached input, leave exact rows whose figures are the ledger's."""
    mentor = stage.mentor()
    for number in range(20):
        order = f'\ncall jot {{"title": "{number}"}}' if number % 2 else ""
        await stage.answer(f"message {number}{order}", mentor=mentor)
    rows = await stage.usage()
    billed = stage.fake.ledger.rows
    assert {row.status for row in rows} == {"exact"}
    assert figures(rows) == sorted((b.prompt_tokens, b.cached_tokens, b.completion_tokens) for b in billed)
    assert len(rows) == 30
    assert sum(row.cached_tokens for row in rows) > 0.5 * sum(row.input_tokens for row in rows)
    assert all(row.closed_at and row.model == stage.fake.model for row in rows)
    (conversation,) = await stage.conversations()
    assert conversation.total_tokens == sum(message.tokens or 0 for message in conversation.message_history)


@pytest.mark.parametrize("fault", [Fault(cut_after=3), Fault(cut_after=3, clean=True), Fault(malformed=True)])
async def test_a_cut_stream_is_estimated_and_asked_again(stage: Stage, fault: Fault) -> None:
    """A call that broke off before the student saw any of it is repeated; its own row is estimated."""
    stage.fake.script(Rule(fault=fault, reply=Reply(text="unfinished words without an end"), times=1))
    answer = await stage.answer("hello")
    assert "hello" in answer.text
    first, second = await stage.usage()
    assert (first.status, second.status) == ("estimated", "exact")
    assert first.id.endswith(":0:1")
    assert second.id.endswith(":0:2")
    assert first.input_tokens > 500


async def test_a_stream_cut_after_the_student_saw_text_is_not_repeated(stage: Stage) -> None:
    """Text that was shown stays, with a sentence that says where it ends; what had arrived is counted."""
    stage.fake.script(Rule(fault=Fault(cut_after=30, pace_s=0.002), reply=Reply(text="One sentence. " * 40)))
    audience = Audience()
    answer = await stage.answer("hello", audience=audience)
    assert answer.model == stage.fake.model
    assert answer.text.startswith(audience.shown.rstrip())
    assert answer.text.endswith("ask again in a moment.")
    assert audience.shown.startswith("One sentence. One sentence.")
    assert ("restart", "") not in audience.events
    (row,) = await stage.usage()
    assert row.status == "estimated"
    assert row.output_tokens > 10


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_refused_call_costs_nothing(stage: Stage, status: int) -> None:
    """A refusal is not repeated and its row says none."""
    stage.fake.script(Rule(fault=Fault(status=status)))
    answer = await stage.answer("hello")
    assert answer.model == OFFLINE_COACH
    (row,) = await stage.usage()
    assert (row.status, row.input_tokens, row.output_tokens) == ("none", 0, 0)
    assert row.closed_at


async def test_a_request_that_was_refused_once_is_made_again(stage: Stage) -> None:
    """A single refusal that nobody can mend is an accident: the second try is answered."""
    stage.fake.script(Rule(fault=Fault(status=400), times=1))
    answer = await stage.answer("hello")
    assert answer.model == stage.fake.model
    assert [row.status for row in await stage.usage()] == ["none", "exact"]


async def test_an_unforeseen_exception_closes_its_row(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever falls over between the call and its answer, the call is accounted for: it may have been billed."""

    def fall(message: AIMessage) -> AIMessage:
        raise AttributeError("a library's bug")

    monkeypatch.setattr("agents.middleware.tidying.tidy", fall)
    with pytest.raises(AttributeError):
        await stage.answer("hello")
    (row,) = await stage.usage()
    assert (row.status, row.closed_at) == ("estimated", stage.now)
    assert row.input_tokens > 500


async def test_a_rate_limit_is_waited_for(stage: Stage) -> None:
    """Retry-After is obeyed; the refused try costs nothing, the second is billed."""
    stage.fake.script(Rule(fault=Fault(status=429, retry_after=2), times=1))
    answer = await stage.answer("hello")
    assert answer.model == stage.fake.model
    assert stage.waits == [2.0]
    assert [row.status for row in await stage.usage()] == ["none", "exact"]


def test_an_endpoint_that_reports_no_usage_is_estimated() -> None:
    """Without the provider's figures the texts are counted, and the row says that it is an estimate."""
    guess = Usage(input=9, cached_input=0, output=3)
    assert bill_of("row", AIMessage("Fine."), lambda: guess) == Bill("row", "estimated", guess)


def test_a_guess_counts_prompt_tools_and_answer() -> None:
    """Every text that is sent counts, the tools' schemas and earlier calls included."""
    counter = TokenCounter(None)
    call = ToolCall(name="jot", args={"title": "x" * 300}, id="1")
    bare = guess_usage(counter, [HumanMessage("hello")], [], "")
    full = guess_usage(counter, [HumanMessage("hello"), AIMessage("", tool_calls=[call])], build_tools(VERBS), "abc")
    assert bare == Usage(input=6 + 1, cached_input=0, output=0)
    assert full.input > bare.input + 150
    assert full.output == 1


async def test_a_row_that_nobody_closed_keeps_its_rough_size(stage: Stage) -> None:
    """What a dead process left open is closed as estimated with the figure it was opened with."""
    turn = await stage.accept("hello")
    prompt = [HumanMessage("x" * 400)]
    row_id = name_row(stage.work, turn, step=0, attempt=1)
    await open_row(stage.work, turn, row_id, step=0, model="m", prompt=prompt)

    async def close(unit: UnitOfWork) -> int:
        return await close_left_open(unit, turn, None, stage.now)

    assert await stage.work.commit(close) == 1
    (row,) = await stage.usage()
    assert (row.status, row.input_tokens) == ("estimated", 100)
