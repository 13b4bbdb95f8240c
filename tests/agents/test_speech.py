"""Whole sentences for the student, and nothing that was not the answer."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessageChunk

from agents.run import Progress
from agents.speech import Sentences, Speech
from tests.agents.stage import Audience


@given(st.lists(st.text(alphabet="ab. !?\n`~", max_size=12), max_size=30))
def test_the_pieces_joined_are_the_text(pieces: list[str]) -> None:
    """However a text arrives, what is said in the end is exactly that text."""
    sentences = Sentences()
    said = [sentences.feed(piece) for piece in pieces] + [sentences.flush()]
    assert "".join(said) == "".join(pieces)


def test_a_sentence_waits_for_its_end() -> None:
    """A full stop ends a sentence once white space follows it: "3." may yet become "3.5"."""
    sentences = Sentences()
    assert sentences.feed("It takes 3.") == ""
    assert sentences.feed("5 minutes. Then") == "It takes 3.5 minutes. "
    assert sentences.flush() == "Then"


def test_the_number_of_a_list_is_not_a_sentence() -> None:
    """ "1. " is not said alone: what it numbers comes with it."""
    sentences = Sentences()
    assert sentences.feed("1. Read it. 2. Trace it") == "1. Read it. "
    assert sentences.flush() == "2. Trace it"


def test_a_block_of_code_is_said_whole() -> None:
    """Nothing inside a fence is said before the fence is closed."""
    sentences = Sentences()
    assert sentences.feed("Look:\n```python\nx = 1\n") == "Look:\n"
    assert sentences.feed("y = 2. \n") == ""
    assert sentences.feed("```\n") == "```python\nx = 1\ny = 2. \n```\n"


def test_an_indented_fence_opens_and_closes_a_block() -> None:
    """A fence counts wherever its line begins, also right after a line that ends like a sentence."""
    sentences = Sentences()
    assert sentences.feed("Like this:\n  ```\n  if x:\n    y. \n") == "Like this:\n"
    assert sentences.feed("  ```\nSo. ") == "  ```\n  if x:\n    y. \n  ```\nSo. "


def test_a_long_block_of_code_is_read_once() -> None:
    """However long a block is, a piece of it costs no more than at its beginning: nothing holds up the other turns."""
    code = "```python\n" + "value = compute(a, b)\n" * 2_000 + "```\n"
    sentences, started = Sentences(), process_time()
    said = [sentences.feed(code[start : start + 8]) for start in range(0, len(code), 8)]
    assert "".join(said) == code
    assert process_time() - started < 2.0


async def test_a_second_try_takes_the_first_back() -> None:
    """Pieces of another message mean that the model was asked again."""
    audience, progress = Audience(), Progress()
    speech = Speech(audience, progress)
    await speech.hear(AIMessageChunk(content="One. Two", id="a"))
    assert progress.said
    await speech.hear(AIMessageChunk(content="Three. ", id="b"))
    await speech.end()
    assert audience.events == [("say", "One. "), ("restart", ""), ("say", "Three. ")]
    assert progress.heard == "Three. "


@pytest.mark.parametrize("text", ["no end yet", ""])
async def test_nothing_said_needs_no_restart(text: str) -> None:
    """Text that was held back is forgotten without troubling the student."""
    audience = Audience()
    speech = Speech(audience, Progress())
    await speech.hear(AIMessageChunk(content=text, id="a"))
    await speech.take_back()
    assert audience.events == []
