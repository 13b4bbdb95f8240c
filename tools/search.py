"""Finding words in texts of any language: case, accents and compatibility forms do not count, letters do."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate

_AROUND = 60


class _Folding(dict[int, str]):
    """A character's folded form, worked out when it is first met. Kana keep their sound marks, Hangul its syllables."""

    def __missing__(self, code: int) -> str:
        apart = unicodedata.normalize("NFKD", chr(code))
        bare = "".join(char for char in apart if not 0x300 <= ord(char) <= 0x36F)
        self[code] = unicodedata.normalize("NFKC", bare).casefold()
        return self[code]


class Search:
    """One thing that is looked for in many texts."""

    def __init__(self, wanted: str) -> None:
        self._folding = _Folding()
        self._phrase = " ".join(self._fold(wanted).split())
        self._words = self._phrase.split()

    def look(self, text: str) -> bool | None:
        """Return None where a text lacks one of the words, True where it holds them as they stand, False if apart."""
        folded = self._flatten(text)[1]
        if not self._words or not all(word in folded for word in self._words):
            return None
        return self._phrase in folded

    def cut(self, text: str) -> str:
        """Return the words around what was found in a text: slower than looking, so only for what is shown."""
        text, folded = self._flatten(text)
        at = folded.find(self._phrase)
        sought = self._phrase if at >= 0 else self._words[0]
        start = at if at >= 0 else folded.find(sought)
        return self._cut(text, start, start + len(sought))

    def _flatten(self, text: str) -> tuple[str, str]:
        """Return a text on one line, and that folded."""
        text = unicodedata.normalize("NFC", " ".join(text.split()))
        return text, text.lower() if text.isascii() else self._fold(text)

    def _fold(self, text: str) -> str:
        return unicodedata.normalize("NFC", text).translate(self._folding)

    def _cut(self, text: str, start: int, end: int) -> str:
        """Return the text around a place in its folded form, whole words at both ends."""
        ends = list(accumulate(len(self._folding[ord(char)]) for char in text))
        first = next((place for place, behind in enumerate(ends) if behind > start), 0)
        last = next((place for place, behind in enumerate(ends) if behind >= end), len(text) - 1) + 1
        left, right = max(0, first - _AROUND), min(len(text), last + _AROUND)
        before, after = text[left:first], text[last:right]
        if left:
            before = "…" + re.sub(r"^\S{1,20}\s", "", before)
        if right < len(text):
            after = re.sub(r"\s\S{1,20}$", "", after) + "…"
        return f"{before}{text[first:last]}{after}"
