"""The way to the private chat, where a sentence in a group sends somebody there: a tap on its link opens it."""

from __future__ import annotations

import re
from typing import Final

from texts import later, say

_SENDING: Final = (later("me in private"), later("come in private"))
"""How the coach, the model and the doorway send somebody there."""


def with_way(text: str, username: str) -> str:
    """Return a text with the bot's link behind the first words that send somebody to the private chat, if any do."""
    phrases = "|".join(re.escape(say(phrase)) for phrase in _SENDING)
    return re.sub(rf"\b(?:{phrases})\b", rf"\g<0> (t.me/{username})", text, count=1) if username else text
