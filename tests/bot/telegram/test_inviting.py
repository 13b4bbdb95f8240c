"""Whoever is sent from a group to the private chat gets there by a tap."""

from __future__ import annotations

import pytest

from agents.coach import public
from bot.access import Access
from bot.adapters.telegram.inviting import with_way
from bot.adapters.telegram.pieces import TextPiece
from bot.adapters.telegram.render import render


@pytest.mark.parametrize(
    "text",
    [
        public.private(),
        public.introduction(),
        Access(mode="list").refusal("telegram", "7", public=True),
        public.more_hints(),
    ],
)
def test_who_is_sent_to_the_private_chat_gets_its_link(text: str) -> None:
    """What the coach and the doorway say in a group carries the bot's link once, as it is shown; elsewhere it stays."""
    (piece,) = render(with_way(text, "prep__mate_bot"))
    assert isinstance(piece, TextPiece)
    assert piece.text.count("in private (t.me/prep__mate_bot)") == 1
    assert with_way(text, "") == text
    assert with_way("Heaps are kept in private fields.", "prepmate_bot").endswith("private fields.")
