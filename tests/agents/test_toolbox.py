"""The verbs as tools: what a model may say, and what it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from agents.endpoint import ModelSettings, build_model
from agents.toolbox import RESULT_CHARACTERS, build_tools
from tests.agents.stage import VERBS, Audience, Stage
from tests.fakes.openai import Call, Reply, Rule
from tools.registry import VERBS as PRODUCT


async def call(stage: Stage, name: str, **arguments: Any) -> dict[str, Any]:
    """Let the model call one tool; return the tool message that it was sent."""
    stage.fake.script(Rule(step=0, reply=Reply(calls=[Call(name=name, arguments=json.dumps(arguments))])))
    await stage.answer("go")
    message: dict[str, Any] = stage.fake.requests[-1]["messages"][-1]
    assert message["role"] == "tool"
    return message


def test_schemas_hold_the_verb_s_arguments_and_nothing_of_ours() -> None:
    """Neither the context nor the runtime nor any id of a student can be said by a model."""
    for tool in build_tools(VERBS):
        shown = json.dumps(tool.args).lower()
        for hidden in ("runtime", "context", "user", "student_id", "userid"):
            assert hidden not in shown
    jot = next(tool for tool in build_tools(VERBS) if tool.name == "jot")
    assert list(jot.args) == ["title", "minutes", "priority"]
    assert jot.args["title"] == {"type": "string", "maxLength": 50, "description": "What is to be done."}
    assert jot.args["minutes"] == {"type": "integer"}


async def test_the_schemas_sent_are_refused_by_no_rule(stage: Stage) -> None:
    """The provider is sent plain function tools, in the order of the verbs."""
    await stage.answer("hello")
    sent = stage.fake.requests[0]["tools"]
    assert [tool["function"]["name"] for tool in sent] == ["count_tasks", "jot", "flood"]
    assert sent[1]["function"]["parameters"]["required"] == ["title"]
    assert sent[1]["function"]["description"] == "Write a task down."


async def test_every_verb_of_the_product_makes_a_tool_that_the_provider_takes(stage: Stage) -> None:
    """The real verbs' names, descriptions and schemas pass the rules of chat completions."""
    model = build_model(
        ModelSettings(api_key=SecretStr(stage.fake.key), name=stage.fake.model, base_url=stage.fake.url), stage.http
    )
    tools = build_tools(PRODUCT)
    await model.bind_tools(tools).ainvoke("hello")
    (sent,) = stage.fake.requests
    assert [tool["function"]["name"] for tool in sent["tools"]] == [verb.name for verb in PRODUCT]
    assert "user_id" not in json.dumps(sent["tools"])
    assert all(tool["function"]["description"] for tool in sent["tools"])


async def test_an_invented_user_id_is_refused(stage: Stage) -> None:
    """A model that names another student changes nothing and is told which arguments there are."""
    message = await call(stage, "jot", title="x", user_id="6565f0a1a1a1a1a1a1a1a1a1")
    assert "no argument 'user_id'" in message["content"]
    assert "title, minutes, priority" in message["content"]
    assert await stage.tasks() == []


@pytest.mark.parametrize("name", ["self", "config", "run_manager", "given", "callbacks", "tool_call_id", "args"])
async def test_a_name_of_the_library_s_own_is_refused(stage: Stage, name: str) -> None:
    """An argument that is called like one of LangChain's is wrong like any other, and nothing is done."""
    message = await call(stage, "jot", title="x", **{name: {"a": 1}})
    assert f"no argument {name!r}" in message["content"]
    assert "Correct the arguments and call it again" in message["content"]
    assert await stage.tasks() == []


async def test_an_invented_runtime_is_ignored(stage: Stage) -> None:
    """The runtime that reaches a verb is ours whatever the model calls an argument."""
    await call(stage, "jot", title="x", runtime={"context": "another"})
    assert await stage.tasks() == ["0: x"]


async def test_wrong_arguments_are_named_in_a_sentence(stage: Stage) -> None:
    """A validation error reaches the model without a stack, a url or the value it sent."""
    message = await call(stage, "jot", title="x" * 60, priority="high")
    assert message["content"].startswith("Nothing was done. Wrong arguments: title: String should have at most 50")
    assert "priority: Input should be a valid integer" in message["content"]
    assert "http" not in message["content"]
    assert "Traceback" not in message["content"]
    assert await stage.tasks() == []


async def test_a_value_that_no_document_takes_is_an_argument_to_correct(stage: Stage) -> None:
    """What pydantic refuses inside a verb aborts the transaction and is told like any wrong argument."""
    message = await call(stage, "jot", title="x", priority=9)
    assert "priority: Input should be less than or equal to 5" in message["content"]
    assert await stage.tasks() == []
    assert await stage.effects() == []


async def test_nulls_stand_for_defaults(stage: Stage) -> None:
    """A model that fills every optional argument with null has said nothing about it."""
    await call(stage, "jot", title="x", minutes=None, priority=None)
    assert await stage.tasks() == ["0: x"]


async def test_a_retry_names_the_choices(stage: Stage) -> None:
    """ToolRetry tells the model what would have been understood, word for word."""
    message = await call(stage, "jot", title="nothing")
    assert message["content"].startswith("A task needs a real title.")
    assert '["rest", "read"]' in message["content"]
    assert await stage.effects() == []


async def test_a_failure_is_for_the_student(stage: Stage) -> None:
    """ToolFailed tells the model to pass the sentence on."""
    message = await call(stage, "jot", title="impossible")
    assert message["content"] == (
        "The task list is closed today. It cannot be done, whatever the arguments: tell the student."
    )


async def test_an_unknown_tool_does_not_hold_up_the_others(stage: Stage) -> None:
    """A call of a tool that does not exist gets its error while its neighbours are done."""
    calls = [Call(name="jot", arguments={"title": "a"}), Call(name="erase"), Call(name="jot", arguments={"title": "b"})]
    stage.fake.script(Rule(step=0, reply=Reply(calls=calls)))
    answer = await stage.answer("go")
    assert await stage.tasks() == ["0: a", "1: b"]
    assert "erase is not a valid tool" in answer.text


async def test_a_long_result_is_cut_with_a_note(stage: Stage) -> None:
    """The model is given a bounded part of a result and told that there is more."""
    message = await call(stage, "flood", size=20_000)
    assert len(message["content"]) < RESULT_CHARACTERS + 100
    assert "more characters are left out" in message["content"]


async def test_what_runs_is_shown_before_it_runs(stage: Stage) -> None:
    """Each call announces itself, in the order of the calls."""
    audience = Audience()
    await stage.answer('call count_tasks {}\ncall jot {"title": "x"}', audience=audience)
    assert [words for kind, words in audience.events if kind == "doing"] == [
        "counting your tasks…",
        "writing it down…",
    ]
