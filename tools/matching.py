"""Finding what a person means among many names: folded spelling first, then how near the spelling is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

WINS: Final = 86.0
"""The score, of 100, from which a name may be taken without asking…"""
LEAD: Final = 6.0
"""…if it is this far ahead of the next."""
LIKELY: Final = 60.0
"""The score from which a name is worth offering."""

_WORD_WEIGHT: Final = 0.9  # all words of the one among the words of the other
_PART_WEIGHT: Final = 0.88  # the one inside the other
_SHORTLIST: Final = 30
_NUMBERS: Final = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "ii": "2", "iii": "3", "iv": "4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """A name's key and how near it is, 0 to 100."""

    key: str
    score: float


def fold(text: str) -> str:
    """Return the spelling by which names are compared: "3Sum II", "three-sum ii" and "3 sum 2" are one."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char)).replace("'", "").replace("’", "")
    plain = re.sub(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", " ", plain)
    words = re.sub(r"[\W_]+", " ", plain).split()
    return " ".join(_NUMBERS.get(word, word) for word in words)


def rank(said: str, names: Mapping[str, str], *, limit: int) -> list[Match]:
    """Return the keys of the names nearest to `said`, the nearest first; `said` and the names are folded.

    Raises: nothing; names further than `LIKELY` are left out.
    """
    shortlist: set[str] = set()
    for scorer in (fuzz.ratio, fuzz.token_set_ratio, fuzz.partial_ratio):
        near = process.extract(said, names, scorer=scorer, limit=_SHORTLIST, score_cutoff=LIKELY, processor=None)
        shortlist.update(key for _, _, key in near)
    ranked = sorted((Match(key, _nearness(said, names[key])) for key in shortlist), key=lambda m: (-m.score, m.key))
    return [match for match in ranked if match.score >= LIKELY][:limit]


def winner(matches: list[Match]) -> Match | None:
    """Return the match that needs no question, or None."""
    if not matches or matches[0].score < WINS:
        return None
    if len(matches) > 1 and matches[0].score - matches[1].score < LEAD:
        return None
    return matches[0]


def _nearness(said: str, name: str) -> float:
    scores = [fuzz.ratio(said, name), fuzz.token_sort_ratio(said, name) * 0.98, fuzz.ratio(*_joined(said, name))]
    scores.append(fuzz.token_set_ratio(said, name) * _WORD_WEIGHT)
    if len(said) >= 4:
        scores.append(fuzz.partial_ratio(said, name) * _PART_WEIGHT if len(said) <= len(name) else 0.0)
    return max(scores)


def _joined(said: str, name: str) -> tuple[str, str]:
    return said.replace(" ", ""), name.replace(" ", "")
