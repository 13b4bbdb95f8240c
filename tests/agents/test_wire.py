"""Answers as endpoints stream them, put together: calls, ends, bills, thoughts and calls that stand in the text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agents.wire.calls import BROKEN_JSON
from agents.wire.chunks import AnswerReader
from agents.wire.events import DONE, read_events, read_values
from agents.wire.prose import TAKE_BACK, Prose, leave_out_thoughts

OFFERED = ("jot", "plan", "record_attempt")
JOT = {"name": "jot", "arguments": '{"title": "x"}'}
X = ("jot", {"title": "x"})


def delta(finish: str | None = None, **what: Any) -> dict[str, Any]:
    """Return a chunk."""
    return {"choices": [{"delta": what, "finish_reason": finish}]}


def read(*values: object, done: bool = True) -> AnswerReader:
    """Return a reader that took these."""
    reader = AnswerReader(OFFERED)
    for value in values:
        reader.take(value)
    if done:
        reader.end()
    return reader


def calls_in(reader: AnswerReader) -> list[tuple[str, Any]]:
    """Return what an answer calls."""
    calls = reader.finish()["choices"][0]["delta"].get("tool_calls", ())
    return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]


def piece(
    call_id: object = None, index: object = None, name: object = None, arguments: object = None
) -> dict[str, Any]:
    """Return a piece of a call with what is given of it."""
    given = {"id": call_id, "index": index, "function": {"name": name, "arguments": arguments}}
    return {key: value for key, value in given.items() if value is not None}


PLAN: tuple[str, dict[str, Any]] = ("plan", {})
PIECES: dict[str, tuple[list[list[dict[str, Any]]], list[tuple[str, Any]]]] = {
    "two at once without anything": ([[piece(name="jot", arguments=JOT["arguments"]), piece(name="plan")]], [X, PLAN]),
    "two empty ones at once": ([[piece(name="plan"), piece(name="jot", arguments="{}")]], [PLAN, ("jot", {})]),
    "one after the other": ([[piece(name="jot", arguments=JOT["arguments"])], [piece(name="plan")]], [X, PLAN]),
    "the same twice": ([[piece(name="jot", arguments=JOT["arguments"])]] * 2, [X, X]),
    "all at index zero": ([[piece("a", 0, "jot", JOT["arguments"])], [piece("b", 0, "plan", "")]], [X, PLAN]),
    "an id that changes": ([[piece("a", 0, "jot", "")], [piece("b", 0, None, JOT["arguments"])]], [X]),
    "an id in each piece": ([[piece("a", None, "jot", '{"title"')], [piece("a", None, "jot", ': "x"}')]], [X]),
    "a name in each piece": ([[piece(None, 0, "jot", '{"title"')], [piece(None, 0, "jot", ': "x"}')]], [X]),
    "a name in pieces": ([[piece("a", 0, "j")], [piece(None, 0, "ot", JOT["arguments"])]], [X]),
    "an index as text": (
        [[piece("a", "0", "jot", '{"title"'), piece("b", "1", "plan")], [piece(None, "0", None, ': "x"}')]],
        [X, PLAN],
    ),
    "pieces without index": ([[piece("a", None, "jot", '{"ti')], [piece(None, None, None, 'tle": "x"}')]], [X]),
    "an object": ([[piece("a", 0, "jot", {"title": "x"})]], [X]),
    "text in text": ([[piece("a", 0, "jot", json.dumps(JOT["arguments"]))]], [X]),
    "an empty beginning": ([[piece("a", 0, "jot", "{}")], [piece(None, 0, None, JOT["arguments"])]], [X]),
    "nothing": ([[piece("a", 0, "plan")]], [PLAN]),
    "cut": ([[piece("a", 0, "jot", '{"title": "x')]], [("jot", {BROKEN_JSON: True})]),
    "a list": ([[piece("a", 0, "jot", [1])]], [("jot", {BROKEN_JSON: True})]),
    "only arguments": ([[piece("a", 0, None, JOT["arguments"])]], [("", {"title": "x"})]),
}


@pytest.mark.parametrize("name", PIECES)
def test_calls_are_put_together(name: str) -> None:
    """Whatever an endpoint leaves out of the pieces of calls, each call comes out once and whole, or broken."""
    pieces, calls = PIECES[name]
    assert calls_in(read(*(delta(tool_calls=one) for one in pieces))) == calls


@pytest.mark.parametrize(
    "odd",
    [delta(tool_calls=JOT), delta(function_call=JOT), {"choices": [{"message": {"tool_calls": [{"function": JOT}]}}]}],
)
def test_older_forms_of_calls_are_calls(odd: dict[str, Any]) -> None:
    """One call without its list, the API's old form, and a whole message in a chunk are taken."""
    assert calls_in(read(odd)) == [X]


@pytest.mark.parametrize(
    "odd",
    [None, 7, "ping", [], {}, {"choices": None}, {"choices": []}, {"choices": [None]}, {"choices": [{}]},
     {"choices": {}}, {"choices": [{"delta": None}]}, {"choices": [{"delta": []}]},
     delta(content=None), delta(content=7), delta(content={}),
     delta(tool_calls=None), delta(tool_calls=[None, 3]), delta(role="user"), {"usage": "none"}, {"error": None},
     {"type": "ping"}, {"choices": [], "usage": None, "prompt_filter_results": []}],
)  # fmt: skip
def test_chunks_that_say_nothing_are_passed_over(odd: object) -> None:
    """A chunk without a choice, a delta or a content takes nothing from the answer around it."""
    reader = AnswerReader(OFFERED)
    texts = [reader.take(value) for value in (delta(content="A "), odd, delta(content="heap"), odd, delta("stop"))]
    said = "".join(chunk["choices"][0]["delta"]["content"] for chunk in texts if isinstance(chunk, dict))
    assert (said, reader.is_whole, calls_in(reader)) == ("A heap", True, [])


@pytest.mark.parametrize(
    ("values", "done", "whole"),
    [
        ([delta(content="A")], False, False),
        ([delta(content="A")], True, True),
        ([delta("stop", content="A")], False, True),
        ([delta("", content="A")], False, False),
        ([delta(content="A"), {"choices": [], "usage": {"prompt_tokens": 1}}], False, True),
        ([{"choices": [], "usage": {"prompt_tokens": 1}}, delta(content="A")], False, False),
        ([{**delta(content="A"), "usage": {"prompt_tokens": 1}}], False, False),
        ([], True, False),
    ],
)
def test_an_answer_is_whole_when_its_end_was_told(values: list[object], *, done: bool, whole: bool) -> None:
    """A reason, the closing bill or `[DONE]` ends an answer; without any of them it was cut."""
    assert read(*values, done=done).is_whole is whole


def test_a_reason_in_each_chunk_is_no_end() -> None:
    """Where a reason stands beside words, more of them may come; alone it is the end."""
    assert not read(delta("stop", content="A"), done=False).has_ended
    assert read(delta("stop", content="A"), delta("stop"), done=False).has_ended


@pytest.mark.parametrize(
    ("reports", "bill"),
    [
        (
            [
                {"usage": {"prompt_tokens": 9, "completion_tokens": 1}},
                {"usage": {"prompt_tokens": 9, "completion_tokens": 4}},
            ],
            (9, 4, 0),
        ),
        ([{"usage": {"prompt_tokens": 9, "completion_tokens": 0}}, {"usage": {"completion_tokens": 4}}], (9, 4, 0)),
        ([{"choices": [{"delta": {}, "usage": {"prompt_tokens": 9, "completion_tokens": 4}}]}], (9, 4, 0)),
        ([{"x_groq": {"usage": {"prompt_tokens": 9, "completion_tokens": 4}}}], (9, 4, 0)),
        ([{"usage": {"prompt_tokens": "9", "completion_tokens": 4.0, "prompt_cache_hit_tokens": 3}}], (9, 4, 3)),
        ([{"usage": {"input_tokens": 9, "output_tokens": 4, "prompt_cache_hit_tokens": 2}}], (9, 4, 2)),
        ([{"usage": {"prompt_tokens": 0, "completion_tokens": 0}}], None),
        ([{"usage": {"prompt_tokens": None, "completion_tokens": -3, "prompt_tokens_details": 4}}], None),
    ],
)  # fmt: skip
def test_the_last_figures_are_the_bill(reports: list[dict[str, Any]], bill: tuple[int, int, int] | None) -> None:
    """Running totals replace each other, wherever they stand; what is no figure is none."""
    usage = read(delta(content="A"), *reports).finish()["usage"]
    cached = usage and usage["prompt_tokens_details"]["cached_tokens"]
    assert bill == (usage and (usage["prompt_tokens"], usage["completion_tokens"], cached))


THOUGHTS = [
    ("<think>hm</think>Two.", "Two."),
    ("<think>\nhm\n</think>\n\nTwo.", "Two."),
    ("\n<thinking>hm</thinking> Two.", "Two."),
    ("<THINK>hm</THINK>Two.", "Two."),
    ("[THINK]hm[/THINK]Two.", "Two."),
    ("◁think▷hm◁/think▷Two.", "Two."),
    ("<seed:think>hm</seed:think>Two.", "Two."),
    ("<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Two.", "Two."),
    ("<think>a</think>One <think>b</think>and two.", "One and two."),
    ("<think>never closed", ""),
    ("hm, so\n</think>\n\nTwo.", "Two."),
    ("Two. <", "Two. <"),
    ("if a <thin", "if a <thin"),
    ("In HTML `<think>` is no tag.", "In HTML `<think>` is no tag."),
    ("```html\n<think>x</think>\n```\nSo.", "```html\n<think>x</think>\n```\nSo."),
    ("A <b>heap</b> i < j", "A <b>heap</b> i < j"),
]


@pytest.mark.parametrize(("text", "said"), THOUGHTS)
def test_thoughts_are_left_out_however_they_are_cut(text: str, said: str) -> None:
    """Marked thoughts are no part of an answer, in one piece or in pieces of a character; code is code."""
    for size in (1, 2, 3, 7, len(text)):
        prose = Prose()
        pieces = [prose.feed(text[start : start + size]) for start in range(0, len(text), size)]
        told = "".join(pieces) + prose.finish()[0]
        assert told.rpartition(TAKE_BACK)[2].strip() == said.strip()
    assert leave_out_thoughts(text).strip() == said.strip()


WRITTEN = [
    '<tool_call>\n{"name": "jot", "arguments": {"title": "x"}}\n</tool_call>',
    'I note it.\n<tool_call>{"name": "jot", "arguments": "{\\"title\\": \\"x\\"}"}</tool_call> Done!',
    '<tool_call>{"name": "jot", "arguments": {"title": "x"}}',
    '<function=jot>{"title": "x"}</function>',
    "<tool_call>\n<function=jot>\n<parameter=title>\nx\n</parameter>\n</function>\n</tool_call>",
    '<function_calls><invoke name="jot"><parameter name="title">x</parameter></invoke></function_calls>',
    "<tool_call>jot\n<arg_key>title</arg_key>\n<arg_value>x</arg_value>\n</tool_call>",
    '[TOOL_CALLS][{"name": "jot", "arguments": {"title": "x"}}]',
    '[TOOL_CALLS]jot[ARGS]{"title": "x"}',
    '<|python_tag|>{"name": "jot", "parameters": {"title": "x"}}',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>jot\n```json\n{"title": "x"}\n```',
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.jot:0<|tool_call_argument_begin|>{"title": "x"}',
    '{"name": "jot", "arguments": {"title": "x"}}',
    '{"type": "function", "function": {"name": "jot", "parameters": {"title": "x"}}}',
    '[{"name": "jot", "arguments": {"title": "x"}}]',
    '{"tool": "jot", "tool_input": {"title": "x"}}',
    'I write that down:\n```json\n{"name": "jot", "arguments": {"title": "x"}}\n```\nDone.',
    'jot(title="x")',
    '[jot(title="x")]',
    '```tool_code\njot(title="x")\n```',
    '<think>{"name": "plan"}</think><tool_call>{"name": "jot", "arguments": {"title": "x"}}</tool_call>',
]  # fmt: skip
BROKEN = [
    '<tool_call>{"name": "jot", "arguments": {"title": </tool_call>',
    '{"name": "jot", "arguments": {"title": "x',
    "<function=jot>title: x</function>",
]
PROSE = [
    "A heap keeps the smallest on top.",
    'In JSON: `{"name": "x"}` is an object.',
    '{"a": 1} is an object.',
    '```json\n{"name": "Ada", "arguments": {}}\n```',
    "Call it jot or plan, as you like.",
    "What `<tool_call>` means: a model wants a tool.",
    "A <tool_call> is how models ask for tools.",
    "def jot(title): ...",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_calls_written_as_text_are_calls(text: str) -> None:
    """What plainly is a call of an offered tool is made, however the model spells it and the endpoint cuts it."""
    for size in (1, 5, len(text)):
        reader = read(*(delta(content=text[start : start + size]) for start in range(0, len(text), size)))
        assert calls_in(reader) == [X]


@pytest.mark.parametrize("text", BROKEN)
def test_a_written_call_that_cannot_be_read_is_refused(text: str) -> None:
    """The model is told that nothing was done, and nobody reads its markup."""
    assert calls_in(read(delta(content=text))) == [("jot", {BROKEN_JSON: True})]


@pytest.mark.parametrize("text", PROSE)
def test_what_only_looks_like_a_call_is_said(text: str) -> None:
    """Prose about calls, other JSON and code are the answer."""
    reader = AnswerReader(OFFERED)
    said = reader.take(delta(content=text))
    assert said is not None or reader.has_begun
    told = said["choices"][0]["delta"]["content"] if isinstance(said, dict) else ""
    end = reader.finish()["choices"][0]["delta"]
    assert (told + end["content"], "tool_calls" in end) == (text, False)


FRAMES = [
    b'data: {"a": 1}\n\ndata: {"b": 2}\n\ndata: [DONE]\n\n',
    b'data:{"a": 1}\r\n\r\ndata:{"b": 2}\r\n\r\ndata:[DONE]',
    b'data: {"a": 1}\ndata: {"b": 2}\ndata: [DONE]\n',
    b': ping\n\nevent: x\nid: 3\nretry: 5\ndata: {"a": 1}\n\ndata: ping\n\ndata:\n\ndata: {"b": 2}\n\ndata: [DONE]\n\n',
    b'{"a": 1}\n{"b": 2}\n[DONE]\n',
]


@pytest.mark.parametrize("body", FRAMES)
async def test_events_are_read_however_they_are_framed(body: bytes) -> None:
    """Blank lines left out, other line ends, comments and lines of bare JSON all come to the same values."""
    for size in (1, 4, len(body)):

        async def pieces(size: int = size) -> Any:
            for start in range(0, len(body), size):
                yield body[start : start + size]

        values = [value async for event in read_events(pieces()) for value in read_values(event)]
        assert values == [{"a": 1}, {"b": 2}, DONE]
