"""How often the coach reads a conversation to understand its next message."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agents.coach import dialogue, questions
from agents.coach.dialogue import decide, understand
from agents.coach.exchange import Exchange
from agents.coach.intents import Request
from agents.coach.notes import take_note
from agents.coach.questions import QUESTIONS

MOST = 8
"""Readings of a message: its own, and one of each of the few exchanges that it may refer to."""
LENGTH = 40
LIST = "1. Two Sum\n2. Coin Change\n\n"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that were read, one entry for each reading; one too many fails at once."""
    seen: list[str] = []

    def counted(text: str) -> Request | None:
        seen.append(text)
        assert len(seen) <= MOST, seen
        return take_note(text)

    monkeypatch.setattr(dialogue, "take_note", counted)
    return seen


def asked_again(question: str, said: str) -> list[Exchange]:
    """Return a long conversation in which one question is asked after everything that is said."""
    return [Exchange(said, f"{LIST}{question}")] * LENGTH


ALTERNATING = [
    Exchange(said, question.text)
    for said, question in zip(
        ["solved two sum", "20", "blue", "start", "berlin", "actually its on 15.3."] * 8,
        [questions.HOW_LONG, questions.HELPED, questions.WHICH_SOLVED, questions.CHOOSE, questions.AGAIN] * 8,
        strict=False,
    )
]
SHAPES: tuple[Sequence[Exchange], ...] = (
    *(asked_again(question.text, said) for question in QUESTIONS for said in ("solved two sum", "blue", "2")),
    ALTERNATING,
    ALTERNATING[::-1],
    [Exchange("my interview is on 3 march", "Noted."), *[Exchange("actually its on 15.3.", "Noted.")] * LENGTH],
    [Exchange("/log", questions.HOW.text), *[Exchange("hm", f"I didn't catch that. {questions.HOW.text}")] * LENGTH],
    [Exchange("9", f"{LIST}That list goes from 1 to 2; there is no 9 in it.")] * LENGTH,
    [Exchange("x = 1\nfor i in y:\n    x += i", f"Look: **Two Sum**. {questions.HOW.text}")] * LENGTH,
    [Exchange("give me one", f"[Two Sum](https://x.y/two-sum)\n\nBecause.\n\n{questions.START_IT.text}")] * LENGTH,
)


@pytest.mark.parametrize("said", ["alone", "two sum", "2", "9", "blue", "actually its on 16.3.", "good", "yes"])
def test_no_conversation_is_read_more_than_a_few_times(said: str, readings: list[str]) -> None:
    """However long a conversation is and whatever was asked over and over, a message costs a handful of readings."""
    for past in SHAPES:
        for look in (understand, decide):
            readings.clear()
            look(past, said)
            assert said in readings


def test_a_chain_of_questions_is_still_followed() -> None:
    """What several questions in a row asked for comes together, each of them being read once."""
    past = [
        Exchange("solved two sum in 99999 minutes", questions.HOW_LONG.text),
        Exchange("20", questions.HELPED.text),
    ]
    decided = decide(past, "alone")
    assert isinstance(decided, Request)
    assert decided.arguments == {"problem": "two sum", "minutes": 20, "outcome": "unaided"}
