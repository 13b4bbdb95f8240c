"""An answer as the messages and files that Telegram gets."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from bot.adapters.telegram.formatting import Run, expand_tabs, format_markdown, slice_entities
from bot.adapters.telegram.pieces import MOST_ENTITIES, MOST_UNITS, FilePiece, Piece, TextPiece
from bot.adapters.telegram.source import clean
from bot.splitting import Part, split, utf16_units
from texts import say, say_count

log = logging.getLogger(__name__)

LONG_CODE: Final = 6_000
"""UTF-16 units from which on a code block is sent as a file: nobody copies code out of three messages."""

_NOTE: Final = "note"
_BLANKS: Final = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # letters and marks that show nothing

_ENDINGS: Final = {
    "python": "py",
    "py": "py",
    "python3": "py",
    "java": "java",
    "c": "c",
    "c++": "cpp",
    "cpp": "cpp",
    "c#": "cs",
    "csharp": "cs",
    "cs": "cs",
    "go": "go",
    "golang": "go",
    "javascript": "js",
    "js": "js",
    "jsx": "jsx",
    "typescript": "ts",
    "ts": "ts",
    "tsx": "tsx",
    "kotlin": "kt",
    "kt": "kt",
    "swift": "swift",
    "rust": "rs",
    "rs": "rs",
    "ruby": "rb",
    "rb": "rb",
    "php": "php",
    "scala": "scala",
    "dart": "dart",
    "haskell": "hs",
    "sql": "sql",
    "bash": "sh",
    "sh": "sh",
    "shell": "sh",
    "html": "html",
    "css": "css",
    "json": "json",
    "yaml": "yaml",
    "markdown": "md",
    "md": "md",
}


def render(text: str, lines: Sequence[str] = ()) -> list[Piece]:
    """Return a Markdown answer as pieces in the order of sending: at least one, none of them empty; never raises.

    `lines` (receipts, plain text) stand below the answer. A code block of more than `LONG_CODE` units becomes a file
    behind the message that names it. What cannot be formatted is plain text.
    """
    try:
        return _pieces(*format_markdown(text), lines)
    except Exception:
        log.exception("an answer could not be formatted")
    return _pieces(clean(text), [], lines)


def _pieces(text: str, runs: Sequence[Run], lines: Iterable[str]) -> list[Piece]:
    text, runs, files = _take_files(text, runs)
    text, runs = expand_tabs(text, runs)
    notes = [run.start for run in runs if run.kind == _NOTE]
    runs = [run for run in runs if run.kind != _NOTE]
    below = "\n".join(filter(None, (clean(line).strip() for line in lines)))
    if not any(map(_can_be_seen, text)) and not below:
        text = say("There is nothing to show here. Please ask again, perhaps in another way.")
    pieces: list[Piece] = []
    for start, end in _split(text, runs):
        pieces.append(TextPiece(text[start:end], slice_entities(text, runs, (start, end))))
        pieces += [file for note, file in zip(notes, files, strict=True) if start <= note < end]
    return _with_lines(pieces, below)


def _can_be_seen(character: str) -> bool:
    """Return whether Telegram finds that a message with this character is not empty."""
    return unicodedata.category(character)[0] not in "ZC" and character not in _BLANKS


def _split(text: str, runs: Sequence[Run] = ()) -> list[Part]:
    solid = [(run.start, run.end) for run in runs if run.kind == "pre"]
    marked = [(run.start, run.end) for run in runs]
    return split(text, MOST_UNITS, utf16_units, solid=solid, runs=marked, most=MOST_ENTITIES)


def _with_lines(pieces: list[Piece], below: str) -> list[Piece]:
    """Put the receipts below the last message, or behind everything where they do not fit."""
    for at in reversed(range(len(pieces))):
        piece = pieces[at]
        if isinstance(piece, TextPiece) and below:
            longer = f"{piece.text}\n\n{below}"
            if utf16_units(longer) <= MOST_UNITS:
                return [*pieces[:at], TextPiece(longer, piece.entities), *pieces[at + 1 :]]
            break
    return [*pieces, *(TextPiece(below[start:end]) for start, end in _split(below))]


def _take_files(text: str, runs: Sequence[Run]) -> tuple[str, list[Run], list[FilePiece]]:
    """Return the text with a note (a run too) in place of each long code block, and the files in order."""
    long = [run for run in runs if run.kind == "pre" and utf16_units(text[run.start : run.end]) > LONG_CODE]
    files = [_file(text[run.start : run.end], run.language, number) for number, run in enumerate(long, 1)]
    left = list(runs)
    for run, file in zip(reversed(long), reversed(files), strict=True):  # so that the places of those before stay
        note = say("(The code is in the file {name} below.)", name=file.name)
        text = text[: run.start] + note + text[run.end :]
        left = [replace(other, kind=_NOTE) if other == run else other for other in left]
        left = [_moved(other, run.end, len(note) - (run.end - run.start)) for other in left]
    return text, left, files


def _moved(run: Run, place: int, by: int) -> Run:
    """Return a run after what ends at `place` became longer by so much."""
    start = run.start + by if run.start >= place else run.start
    return replace(run, start=start, end=run.end + by if run.end >= place else run.end)


def _file(code: str, language: str | None, number: int) -> FilePiece:
    ending = _ENDINGS.get((language or "").lower(), "txt")
    name = f"solution{'' if number == 1 else f'-{number}'}.{ending}"
    count = code.count("\n") + 1
    caption = say_count("{name}: {count} line", "{name}: {count} lines", count, name=name)
    return FilePiece(name, f"{code}\n".encode(), caption)
