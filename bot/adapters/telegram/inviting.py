"""The way to the private chat, where a sentence in a group sends somebody there: a tap on its link opens it."""

from __future__ import annotations

import re
from typing import Final

from texts import later, say

_ME: Final = later("me in private")
_COME: Final = later("come in private")
"""With these words the coach, the model and the doorway send somebody there."""


def with_way(text: str, username: str) -> str:
    """Return a text with the bot's link behind the first words that send somebody to the private chat, if any do."""
    phrases = "|".join(map(re.escape, (say(_ME), say(_COME))))
    return re.sub(rf"\b(?:{phrases})\b", rf"\g<0> (t.me/{username})", text, count=1) if username else text
