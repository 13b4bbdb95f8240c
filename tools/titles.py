"""What makes two ways to write a title the same, and what makes them two problems."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import OSA

from tools.matching import fold, spell

ARTICLES: Final = frozenset({"a", "an", "the"})
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_SHORTHAND: Final = {
    "bst": "binary search tree",
    "bt": "binary tree",
    "lca": "lowest common ancestor",
    "lis": "longest increasing subsequence",
    "ll": "linked list",
    "w": "with",
}


def title_key(text: str) -> str:
    """Return the words by which titles are the same: folded, "&" and "w/" said, usual abbreviations in full."""
    return fold(expand(text))


def is_misspelling(said: Sequence[str], title: Sequence[str]) -> bool:
    """Return whether only slips of the finger lie between what was said and a title, both as spelled words."""
    if numerals(said) != numerals(title):
        return False
    if len(said) != len(title):
        return len("".join(title)) >= 6 and "".join(said) == "".join(title)
    slips = 0
    for mine, theirs in zip(said, title, strict=True):
        if mine == theirs:
            continue
        slip = OSA.distance(mine, theirs)
        swapped = slip == 1 and sorted(mine) == sorted(theirs)
        if mine[0] != theirs[0] and not (swapped and len(theirs) > 2):
            return False
        if len(theirs) < 4 and not swapped:
            return False
        if slip > (1 if len(theirs) < 8 else 2):
            return False
        slips += slip
    return slips <= (2 if len("".join(title)) < 25 else 3)


def numerals(words: Sequence[str]) -> list[str]:
    """Return the numerals of a title: a part II is no misspelling of a part III."""
    return sorted(_ROMAN.get(word, word) for word in words if word in _ROMAN or any(char.isdigit() for char in word))


def expand(text: str) -> str:
    """Return a text with "&", "w/" and the usual abbreviations in full."""
    words = text.replace("&", " and ").replace("w/", "with ").split()
    return " ".join(_SHORTHAND.get(word.lower(), word) for word in words)


def short_title(title: str) -> str | None:
    """Return a title without what explains it: "Two Sum II - Input Array Is Sorted", "Implement Trie (Prefix Tree)"."""
    if cut := re.fullmatch(r"(.+?)\s+\([^()]+\)", title):
        return cut[1]
    cut = re.fullmatch(r"(.+?\s(?:II|III|IV))\s+-\s+.+", title)
    return cut[1] if cut else None


def leaves_out(articles: Sequence[str], title: str) -> bool:
    """Return whether a title has at least these articles: leaving one out is usual, another one is another title."""
    theirs = [word for word in title.split() if word in ARTICLES]
    return all(articles.count(word) <= theirs.count(word) for word in articles)


def has_number(title: str, number: int) -> bool:
    """Return whether a number is part of a title, as in "01 Matrix", and so says nothing beside it."""
    return any(word.isdigit() and int(word) == number for word in spell(title).split())
