"""Finding what a person means among many names: folded spelling first, then how near the spelling is.

A name is taken without a question only when what was said is that name with a few slips of the finger. A name that
shares words with it may well be another one's: "min stack" is not "max stack", "kth largest element in a stream" not
the one in an array.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

LIKELY: Final = 66.0
"""The score, of 100, from which a name is worth offering."""
LEAD: Final = 6.0
"""How far one of several sure names must be ahead to be taken."""

EXACT: Final = 100.0
"""The score of a name that was said as it is spelled; no slip of another name reaches it."""

_WORD_WEIGHT: Final = 0.9  # all words of the one among the words of the other
_PART_WEIGHT: Final = 0.8  # the one inside the other
_PREFIX_SHARE: Final = 0.6  # of a name's characters, from which its beginning stands for it
_MOST_SLIPS: Final = 3
_SHORTEST_JOINED: Final = 6  # characters from which a name may be known without its spaces
_SHORTLIST: Final = 30
_NUMBERS: Final = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "ii": "2", "iii": "3", "iv": "4",
}  # fmt: skip
_ROMAN: Final = frozenset({"ii", "iii", "iv"})


@dataclass(frozen=True, slots=True)
class Match:
    """A name's key, how near it is (0 to 100), and whether what was said is that name but for slips."""

    key: str
    score: float
    sure: bool


def spell(text: str) -> str:
    """Return lower-case words without accents and punctuation, letters and digits apart: "3Sum II" is "3 sum ii"."""
    plain = text.casefold().replace("'", "").replace("’", "")
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    return " ".join(re.findall(r"\d+|[^\W\d_]+", plain))


def fold(text: str) -> str:
    """Return the spelling by which names are equal: numbers as digits, so that "three-sum ii" is "3Sum 2"."""
    return " ".join(_NUMBERS.get(word, word) for word in spell(text).split())


# The catalogue's names come again with every message. What students write is not kept.
_spell_name = lru_cache(maxsize=16_384)(spell)
_fold_name = lru_cache(maxsize=16_384)(fold)


def rank(said: str, names: Mapping[str, str], *, limit: int) -> list[Match]:
    """Return the keys of the names nearest to `said`, sure ones first, then the nearest.

    Names may be written in any way; those further away than `LIKELY` are left out.
    """
    spelled = {key: _spell_name(name) for key, name in names.items()}
    plain, folded = spell(said), fold(said)
    if not plain:
        return []
    shortlist = {key for key, name in spelled.items() if name == plain}
    for scorer in (fuzz.ratio, fuzz.token_set_ratio, fuzz.partial_ratio):
        near = process.extract(plain, spelled, scorer=scorer, limit=_SHORTLIST, score_cutoff=LIKELY, processor=None)
        shortlist.update(key for _, _, key in near)
    if folded != plain:
        near = process.extract(folded, spelled, scorer=fuzz.ratio, limit=_SHORTLIST, score_cutoff=LIKELY)
        shortlist.update(key for _, _, key in near)
    # Where several names begin so, the beginning stands for none of them.
    begins_one = sum(name.startswith(plain) for name in spelled.values()) == 1
    found = [_match(key, plain, folded, spelled[key], begins_one=begins_one) for key in shortlist]
    found.sort(key=lambda match: (not match.sure, -match.score, match.key))
    return [match for match in found if match.sure or match.score >= LIKELY][:limit]


def winner(matches: Sequence[Match]) -> Match | None:
    """Return the match that needs no question, or None."""
    sure = [match for match in matches if match.sure]
    if not sure:
        return None
    is_spelled_so = sure[0].score == EXACT and (len(sure) == 1 or sure[1].score < EXACT)
    if len(sure) > 1 and not is_spelled_so and sure[0].score - sure[1].score < LEAD:
        return None
    return sure[0]


def _match(key: str, plain: str, folded: str, name: str, *, begins_one: bool) -> Match:
    exact = _fold_name(name)
    if exact == folded:
        return Match(key, EXACT, sure=True)
    scores = [fuzz.ratio(plain, name), fuzz.ratio(folded, exact), fuzz.token_set_ratio(plain, name) * _WORD_WEIGHT]
    if 4 <= len(plain) <= len(name):
        scores.append(fuzz.partial_ratio(plain, name) * _PART_WEIGHT)
    is_near = _is_slip(plain, name) or _is_slip(folded, exact) or (begins_one and _is_beginning(folded, exact))
    return Match(key, min(99.0, max(scores)), sure=is_near and _numerals(plain) == _numerals(name))


def _numerals(spelled: str) -> list[str]:
    """Return the numerals in a name: a part II is no misspelling of a part III."""
    return sorted(_NUMBERS.get(word, word) for word in spelled.split() if word.isdigit() or word in _ROMAN)


def _is_beginning(said: str, name: str) -> bool:
    return name.startswith(said) and len(said) >= _PREFIX_SHARE * len(name)


def _is_slip(said: str, name: str) -> bool:
    """Return whether only slips lie between two names: a few in all, few in each word, or spaces left out."""
    left, right = said.split(), name.split()
    joined, target = "".join(left), "".join(right)
    if len(left) != len(right):
        return len(target) >= _SHORTEST_JOINED and OSA.distance(joined, target) <= (1 if len(target) < 12 else 2)
    return _few_slips(left, right)


def _few_slips(left: list[str], right: list[str]) -> bool:
    slips = [OSA.distance(mine, theirs) for mine, theirs in zip(left, right, strict=True)]
    allowed = [0 if len(word) < 3 else 1 if len(word) < 8 else 2 for word in right]
    return sum(slips) <= _MOST_SLIPS and all(slip <= most for slip, most in zip(slips, allowed, strict=True))
