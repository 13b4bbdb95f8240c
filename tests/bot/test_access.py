"""What the doctor says of who may come in."""

from __future__ import annotations

from typing import Any

import pytest

from bot.checks.access import check_access
from bot.settings import Settings


@pytest.mark.parametrize(
    ("said", "state", "words"),
    [
        ({}, "good", "Everybody"),
        ({"openai_api_key": "sk-test"}, "open", "PREPMATE_ACCESS=invite"),
        ({"access": "invite"}, "open", "PREPMATE_INVITE_CODES"),
        ({"access": "invite", "invite_codes": "open-sesame"}, "good", "invitation code"),
        ({"access": "list"}, "open", "PREPMATE_ALLOWED"),
        ({"access": "list", "allowed": "telegram:1", "admins": "telegram:2"}, "good", "2 listed"),
    ],
)
def test_the_doctor_says_who_gets_in(said: dict[str, Any], state: str, words: str) -> None:
    """An open service with a model that is paid for, and a closed one that lets nobody in, are worth a word."""
    nothing: dict[str, Any] = {"openai_api_key": None, "access": "open", "invite_codes": "", "allowed": None}
    finding = check_access(Settings(_env_file=None, **{**nothing, "admins": None, **said}))
    assert (finding.state, finding.what) == (state, "access")
    assert words in finding.sentence
    assert "open-sesame" not in finding.sentence
