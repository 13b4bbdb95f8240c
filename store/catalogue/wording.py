"""Decides whether an answer in a student's own words says a keyword: words and word endings, no model.

A keyword is said when all its words stand close together in one sentence, in any order, and no "not", "no" or "without"
stands right before them that the keyword itself does not have. Words are compared by stem, so "hash maps" says
"hash map" and "replication" says "replicate". A cost such as O(n log n) is one word: it does not say O(n).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# So many other words may stand between the words of a keyword: "halves the remaining search space" says "halve space".
_GAP = 3
# Shorter stems begin too many unrelated words.
_SHORTEST_OPEN_STEM = 5
_LONGEST_ENDING = 5
_SHORTEST_STEM = 3

_PLAIN_SIGNS = str.maketrans(
    {"²": "^2", "³": "^3", "ⁿ": "^n", "√": " sqrt ", "Θ": "O", "θ": "O", "’": "'", "×": "*", "·": "*"}
)
_COST = re.compile(r"\bo ?\(((?:[^()]|\([^()]*\))*)\)")
_BARE_COSTS = (
    (re.compile(r"(?<![\w(])n ?\*? ?log ?(?:n\b|\(n\))"), " O(nlogn) "),
    (re.compile(r"(?<![\w(])log ?(?:n\b|\(n\))"), " O(logn) "),
    (re.compile(r"\bn squared\b|(?<![\w(])n\^2\b"), " O(n^2) "),
)
# The terms "is-a" and "has-a" would otherwise dissolve into fillers.
_KINSHIP = re.compile(r"\b(is|has)-a\b|[\"“](is|has) a[\"”]")
# The terms "is-a" and "has-a" would otherwise dissolve into fillers.
_KINSHIP = re.compile(r"\b(is|has)-a\b|[\"“](is|has) a[\"”]")
# The terms "is-a" and "has-a" would otherwise dissolve into fillers.
_KINSHIP = re.compile(r"\b(is|has)-a\b|[\"“](is|has) a[\"”]")
_WORD = re.compile(r"O\([^\s]*\)|\d+(?:\.\d+)+|\b\w/\w\b|[a-z0-9]+(?:\^[a-z0-9]+|[+#]+)?")
_SENTENCE_END = re.compile(r"[.!?;]+(?:\s|$)|\n")
_VOWEL = re.compile("[aeiouy]")
_NEGATIONS = frozenset({"not", "no", "never", "without"})
_FILLERS = frozenset(
    {
        *("a", "an", "the", "of", "to", "it", "its", "this", "that", "these", "those", "any", "always", "also"),
        *("is", "are", "be", "been", "was", "were", "has", "have", "must", "need", "needs", "really", "necessarily"),
    }
)
_SAME_WORDS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "maximum": "max", "minimum": "min", "indices": "index", "vertices": "vertex", "matrices": "matrix",
}  # fmt: skip


def split_sentences(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the stems of each sentence's words, fillers left out, in order."""
    plain = unicodedata.normalize("NFKC", text.translate(_PLAIN_SIGNS)).lower()
    plain = re.sub(r"\bcan(no|')t\b", "can not", plain)
    plain = re.sub(r"n't\b", " not", plain)
    plain = re.sub(r"'s\b", "", plain)
    plain = _KINSHIP.sub(r" \1\2a ", plain)
    plain = _KINSHIP.sub(r" \1\2a ", plain)
    plain = _KINSHIP.sub(r" \1\2a ", plain)
    plain = _COST.sub(_close_up, plain)
    for pattern, cost in _BARE_COSTS:
        plain = pattern.sub(cost, plain)
    sentences = (_stems(sentence) for sentence in _SENTENCE_END.split(plain))
    return tuple(stems for stems in sentences if stems)


def says(sentences: tuple[tuple[str, ...], ...], keyword: str, *, even_denied: bool = False) -> bool:
    """Tell whether one of the sentences (of `split_sentences`) says the keyword.

    With `even_denied`, "cannot remove edges" says "remove": for points that are denials themselves.
    """
    wanted = keyword_stems(keyword)
    may_be_denied = even_denied or not _NEGATIONS.isdisjoint(wanted)
    return bool(wanted) and any(_is_said(wanted, sentence, may_be_denied) for sentence in sentences)


def is_denial(text: str) -> bool:
    """Tell whether a text says that something is not so."""
    return any(not _NEGATIONS.isdisjoint(sentence) for sentence in split_sentences(text))


@cache
def keyword_stems(keyword: str) -> tuple[str, ...]:
    """Return the stems that together are the keyword; none if it consists of fillers only."""
    return tuple(stem for sentence in split_sentences(keyword) for stem in sentence)


def _close_up(cost: re.Match[str]) -> str:
    return " O(" + re.sub(r"[\s*|]", "", cost[1]) + ") "


def _stems(sentence: str) -> tuple[str, ...]:
    words = _WORD.findall(sentence)
    return tuple(_stem(_SAME_WORDS.get(word, word)) for word in words if word not in _FILLERS)


def _is_said(wanted: tuple[str, ...], sentence: tuple[str, ...], may_be_denied: bool) -> bool:
    joined = "".join(wanted)
    words = set(sentence)
    if joined not in words and not all(any(_matches(stem, word) for word in words) for stem in wanted):
        return False
    for start, word in enumerate(sentence):
        near = sentence[start : start + len(wanted) + _GAP]
        said = any(_matches(stem, word) for stem in wanted) and _hold(near, wanted)
        denied = start > 0 and sentence[start - 1] in _NEGATIONS and not may_be_denied
        if (said or word == joined) and not denied:
            return True
    return False


def _hold(near: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Tell whether each wanted stem has a word of its own among those near each other."""
    left = list(near)
    for stem in wanted:
        word = next((word for word in left if _matches(stem, word)), None)
        if word is None:
            return False
        left.remove(word)
    return True


def _matches(stem: str, word: str) -> bool:
    if word == stem:
        return True
    ending = len(word) - len(stem)
    return len(stem) >= _SHORTEST_OPEN_STEM and ending <= _LONGEST_ENDING and word.startswith(stem)


@cache
def _stem(word: str) -> str:
    """Take endings off until none is left, the same way for every form and both spellings of a word."""
    word = word.replace("iz", "is").replace("our", "or")
    while (shorter := _without_ending(word)) != word:
        word = shorter
    return word


def _without_ending(word: str) -> str:
    if not word.isalpha() or word in _NEGATIONS:
        return word
    for ending, instead in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("s", ""), ("e", "")):
        root = word.removesuffix(ending) + instead
        ends = word.endswith(ending) and not word.endswith("ss") and root not in _NEGATIONS
        if ends and len(root) >= _SHORTEST_STEM and _VOWEL.search(root):
            return root
    doubled = len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeious"
    return word[:-1] if doubled else word
