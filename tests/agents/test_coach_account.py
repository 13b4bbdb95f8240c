"""What students say about their conversations and their data, word for word."""

from __future__ import annotations

import pytest

from agents.coach.dialogue import Say, decide


@pytest.mark.parametrize(
    "said",
    [
        "don't delete my data",
        "yes",
        "4821",
        "delete task 2",
        "delete that",
        "forget it",
        "i forgot everything",
        "never forget me",
    ],
)
def test_nothing_is_erased_by_a_slip(said: str) -> None:
    """A denial, a bare yes and other deletions neither erase nor ask to."""
    decided = decide((), said)
    assert isinstance(decided, Say) or decided.verb not in {"erase_me", "ask_to_erase_me"}
