"""Requests as programs write them."""

from __future__ import annotations

import pytest

from tools.errors import ToolRetry
from tools.request import MOST_CHARACTERS, Request, read_request, request_from


@pytest.mark.parametrize(
    "said",
    [
        None, 7, "next_problem", [], {}, {"verb": 7}, {"verb": None, "arguments": {}},
        {"verb": "x", "arguments": [1]}, {"verb": "x", "arguments": "{}"}, {"verb": "x", "user": "ada"},
        {"verb": "x" * (MOST_CHARACTERS + 1)}, {"verb": "x", "arguments": {"code": "x" * MOST_CHARACTERS}},
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_in_a_sentence(said: object) -> None:
    """Whatever shape comes, the answer is a sentence and not a traceback."""
    with pytest.raises(ToolRetry, match=r"^(A|The) .*\.$"):
        read_request(said)


def test_a_request_is_what_it_was_written_as() -> None:
    """A request survives being stored; without arguments it has none."""
    request = Request("log", {"problem": "Zwei Söhne", "minutes": 12.5, "topics": ["a", None]})
    assert request_from(request.as_json()) == request
    assert request_from('{"verb": "due", "arguments": null}') == Request("due")
    assert Request("due").in_words == "/do due"
    with pytest.raises(ToolRetry, match="JSON"):
        request_from("{")
