"""What people call themselves on a platform, as it can be shown and read anywhere."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

NAME_CHARACTERS: Final = 100
_ESCAPES: Final = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing."""
_MARKS: Final = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
_CROWDED: Final = re.compile(f"([{_MARKS}]{{2}})[{_MARKS}]+")
"""More marks on one letter than any language writes."""


def clean_name(name: str, longest: int = NAME_CHARACTERS) -> str:
    """Return a name in one line without what hides in it: escapes, characters that show nothing, turned directions.

    Nothing may be left of it.
    """
    text = _ESCAPES.sub("", name.encode(errors="ignore").decode())
    text = unicodedata.normalize("NFC", "".join(" " if char.isspace() else char for char in text))
    text = _CROWDED.sub(r"\1", "".join(char for char in text if not _hides(char)))
    return " ".join(text.split())[:longest].strip()


def _hides(char: str) -> bool:
    supplement = 0xE0000 <= ord(char) <= 0xE0FFF  # tags and selectors, which can carry whole texts
    return unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn", "Cs") or char in _UNSEEN or supplement
