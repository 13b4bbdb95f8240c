"""Reading the notes in parentheses behind a type, such as `(required, enum: 'a'|'b', default: 'a', indexed)`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from store.documents.facts import NOW
from tests.verify.contract.shape import Shape

_NUMBER = r"-?\d+(?:\.\d+)?"
_INDEX_WORDS = {"indexed", "unique", "sparse", "text-indexed"}
_REMARKS = re.compile(r"hashed|encrypted|last \d+ \w+")
"""Notes that say what a value means and nothing that could be compared."""


def split_notes(text: str) -> list[str]:
    """Split notes at the commas outside quotes."""
    return [part.strip() for part in re.findall(r"(?:'[^']*'|[^,'])+", text) if part.strip()]


def apply_notes(shape: Shape, text: str) -> list[str]:
    """Put what the notes say into the shape; return those that were not understood."""
    if text.startswith("e.g."):
        return []
    return [note for note in split_notes(text) if not _apply(shape, note)]


def _apply(shape: Shape, note: str) -> bool:
    if note in _INDEX_WORDS:
        shape.words |= {note}
        return True
    for pattern, put in _RULES:
        match = re.fullmatch(pattern, note)
        if match:
            put(shape, match)
            return True
    return _REMARKS.fullmatch(note) is not None


def _put_required(shape: Shape, _: re.Match[str]) -> None:
    shape.required = True


def _put_trimmed(shape: Shape, _: re.Match[str]) -> None:
    shape.trimmed = True


def _put_hidden(shape: Shape, _: re.Match[str]) -> None:
    shape.hidden = True


def _put_now(shape: Shape, _: re.Match[str]) -> None:
    shape.default = NOW


def _put_default(shape: Shape, match: re.Match[str]) -> None:
    shape.default = _literal(match[1])


def _put_range(shape: Shape, match: re.Match[str]) -> None:
    shape.minimum, shape.maximum = float(match[1]), float(match[2])


def _put_minimum(shape: Shape, match: re.Match[str]) -> None:
    shape.minimum = float(match[1])


def _put_max_length(shape: Shape, match: re.Match[str]) -> None:
    shape.max_length = int(match[1])


def _put_min_length(shape: Shape, match: re.Match[str]) -> None:
    shape.min_length = int(match[1])


def _put_unit(shape: Shape, match: re.Match[str]) -> None:
    shape.unit = match[1]


def _put_enum(shape: Shape, match: re.Match[str]) -> None:
    target = shape.item or shape
    target.enum = tuple(re.findall(r"'([^']*)'", match[1]))
    target.open_enum = match[1].endswith("|etc.")


def _put_ref(shape: Shape, match: re.Match[str]) -> None:
    (shape.item or shape).ref = match[1]


def _literal(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(_NUMBER, text):
        return float(text)
    return text.strip("'")


_RULES: tuple[tuple[str, Callable[[Shape, re.Match[str]], None]], ...] = (
    (r"required", _put_required),
    (r"trimmed", _put_trimmed),
    (r"not selected by default", _put_hidden),
    (r"defaults to now|default: now", _put_now),
    (rf"default: ('[^']*'|true|false|{_NUMBER})", _put_default),
    (rf"({_NUMBER})-({_NUMBER})", _put_range),
    (rf"min: ({_NUMBER})", _put_minimum),
    (r"max (\d+)", _put_max_length),
    (r"min (\d+) chars", _put_min_length),
    (r"in (\w+)", _put_unit),
    (r"enum: ('[^']*'(?:\|'[^']*')*(?:\|etc\.)?)", _put_enum),
    (r"ref: '(\w+)'", _put_ref),
)
