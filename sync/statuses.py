"""What a field says of how a problem went: a mark, a word, or something that only the student can tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sync.entries import Outcome


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLANK: Final = frozenset({"", "null", "none", "nan", "undefined", "nil", "n/a", "na", "#n/a"})
_YES: Final = _words(
    "true t yes y 1 1.0 on [x] [v] [✓] [✔] [✅] (x) ✓ ✔ ✅ ☑ 🗹 🟩 🟢 👍 💯 ja oui si sí sim da 是 wahr vrai verdadero "
    "已完成 完成"
)
_NO: Final = frozenset({"[ ]", "( )"}) | _words(
    "false f no n 0 0.0 off [] () [-] ❌ ✗ ✘ ✖ ☐ ⬜ ⬛ 🔲 🔳 🟥 🔴 ⏳ 🚫 👎 - -- – — nein non não нет 否 "
    "falsch faux falso 未完成"
)
_CROSS: Final = frozenset({"x", "☒", "×", "*", "[*]"})
"""A tick where it is the only mark, but perhaps the opposite where ticks stand beside it."""
_ACCEPTED: Final = "10"
_CODES: Final = _words("11 12 13 14 15 16 20 21 30")
"""LeetCode's numbers for what became of a submission that was not accepted."""
_VARIANT: Final = re.compile("[\ufe0e\ufe0f]")

_POSITIVE: Final = _words(
    "solved resolved done accepted ac complete completed finish finished pass passed ok okay yes success successful "
    "100% 10"
)
_NEGATIVE: Final = _words(
    "not never no without todo unsolved undone unfinished incomplete unattempted untried notac open pending progress "
    "wip started attempt attempted attempting tried trying partial partially almost half wrong error errors exceeded "
    "limit tle mle rte wa ce re pe skip skipped later backlog planned planning queued blocked new rejected 0%"
)
_FAILED: Final = _words("stuck fail failed failing couldnt cant cannot gave")
_HELPED: Final = _words(
    "help helped hint hints editorial solution assisted assistance tutorial video discussion discuss chatgpt ai"
)
_ALONE: Final = re.compile(
    r"\b(?:unaided|unassisted|alone|by myself|on my own|independently|(?:without|no|w/?o) (?:any )?(?:help|hints?))\b"
)
_TODO: Final = re.compile(r"\b(?:to|will|must|should|needs?|want|going|yet|be|please)\b")
_BESIDE: Final = _words(
    "i it was is have has had did the a an on in at of and or fully already successfully myself first 1st second 2nd "
    "third 3rd try time times once twice with after using used some one two few many needed saw seen read looked "
    "watched peeked got up on all tests cases answer result answers runtime memory time compile output attempts "
    "tries submissions ms mb kb min mins minutes"
)
"""Words that change nothing beside those that say how it went."""


def is_blank(said: str) -> bool:
    """Return whether a field says nothing."""
    return said.strip().casefold() in _BLANK


def read_marks(fields: Iterable[str]) -> list[bool | None] | None:
    """Return what a column of marks says in each field, or None where it is no such column.

    True is a tick, False its absence, None a mark that may be either: a cross among ticks. A column of crosses only
    ticks with them.
    """
    said = [_VARIANT.sub("", field).strip().casefold() for field in fields]
    marks = [one for one in said if not is_blank(one)]
    if not marks or not all(one in _YES or one in _NO or one in _CROSS for one in marks):
        return None
    ticked = any(one in _YES for one in marks)
    return [_mark(one, crossed=not ticked) for one in said]


def _mark(said: str, *, crossed: bool) -> bool | None:
    if said in _CROSS:
        return True if crossed else None
    return said in _YES


def read_status(said: str) -> Outcome:
    """Return what words say of how it went; "unclear" where they may mean anything."""
    text = re.sub(r"[’']", "", _VARIANT.sub("", said)).strip().casefold()
    if text in _YES or text in _CROSS or text == _ACCEPTED:
        return "solved"
    if text in _NO or text in _CODES or is_blank(text):
        return "open"
    text = " ".join(re.sub(r"[^\w%/]+", " ", re.sub(r"\bto[ -]?do\b", "todo", text)).replace("_", " ").split())
    alone = _ALONE.search(text)
    if alone:
        text = f"{text[: alone.start()]} {text[alone.end() :]}"
    words = {word for word in text.split() if not word.isdecimal()}
    known = _POSITIVE | _NEGATIVE | _FAILED | _HELPED | _BESIDE
    return _outcome(words, text, known=words <= known, alone=bool(alone))


def _outcome(words: set[str], text: str, *, known: bool, alone: bool) -> Outcome:
    if words & _FAILED:
        return "unclear" if words & _POSITIVE else "stuck"
    if words & _NEGATIVE:
        return "open"
    if not known or _TODO.search(text):
        return "unclear"
    if alone:
        return "unaided"
    if words & _HELPED:
        return "with-help"
    return "solved" if words & _POSITIVE else "unclear"
