from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.errors import Refused
from bot.messages import check_text
from bot.replies import FAILED, receipt_line, sentence_for, with_heard
from store.client import ObjectId
from store.documents.own import Attachment, Turn
from store.errors import StoreUnavailable
from store.repositories.turns import QueueFull, TooFast
from tools.errors import ToolFailed


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("x" * 16_001, "16,000"),
        ("a\x00b", "NUL"),
        ("a\ud800b", "surrogate"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(text: str, word: str) -> None:
    """Empty, overlong and unstorable messages are refused with a sentence that says what is wrong."""
    with pytest.raises(Refused, match=word):
        check_text(text, 16_000)


@pytest.mark.parametrize("text", ["hi", "x" * 16_000, "$where", "a.b.c", "\u202eabc", "שלום", "👩‍💻"])
def test_unusual_text_is_still_text(text: str) -> None:
    """Operators, dots, other scripts and directions, and emoji are messages like any other."""
    check_text(text, 16_000)


@pytest.mark.parametrize("exc", [QueueFull("x"), TooFast("x"), StoreUnavailable("x"), RuntimeError("password=hunter2")])
def test_details_of_ours_stay_with_us(exc: Exception) -> None:
    """What a student is told about our own trouble never repeats the exception's words."""
    sentence = sentence_for(exc)
    assert sentence.endswith(".")
    assert str(exc) not in sentence.split()


def test_a_verbs_sentence_is_passed_on() -> None:
    """What a verb says to the student reaches them as it is; what nobody foresaw becomes one fixed sentence."""
    assert sentence_for(ToolFailed("No roadmap is left.")) == "No roadmap is left."
    assert sentence_for(KeyError("x")) == FAILED


def test_a_receipt_is_one_line() -> None:
    """A receipt shows its tick, its line, and undo only where something can be undone."""
    assert receipt_line({"line": "Two Sum · solved", "undo_label": "Two Sum"}) == "✓ Two Sum · solved · undo"
    assert receipt_line({"line": "nothing", "undo_label": None}) == "✓ nothing"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (None, "Sure."),
        ("", "Sure."),
        ("what is\n two_sum?", "🎤 “what is two\\_sum?”\n\nSure."),
        ("so " * 100, f"🎤 “{'so ' * 53}…”\n\nSure.".replace(" …", "…")),
    ],
)
def test_what_was_understood_stands_above_the_answer(words: str | None, shown: str) -> None:
    """A recording's first words stand in one line that nothing in them formats; without any the answer is all."""
    attachment = Attachment(kind="recording", file="F", mime="audio/ogg", text=words)
    turn = Turn(
        id=ObjectId(),
        key="k",
        user_id=ObjectId(),
        platform="probe",
        address="a",
        seq=1,
        text="t",
        attachment=attachment,
        accepted_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert with_heard(turn, "Sure.") == shown
