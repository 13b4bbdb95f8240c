"""Markdown as Telegram shows it: a text, and what is marked in it, by the library's parser and Telegram's rules.

The rules: marks nest and never cross; code holds no other mark and stands in none but a quotation; quotations do not
nest; a link leads to an address.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise
from typing import Final

from telegram import MessageEntity
from telegramify_markdown import MessageEntity as LibraryEntity
from telegramify_markdown import RenderConfig, convert

from bot.adapters.telegram.source import clean, code_points, loosen, show_dollars
from bot.adapters.telegram.tables import reshape_tables
from bot.splitting import Part, utf16_units

STYLES: Final = ("bold", "italic", "underline", "strikethrough", "spoiler")
CODE: Final = ("pre", "code")
LINK: Final = "text_link"
QUOTE: Final = "blockquote"

_TAB: Final = 4
_ADDRESS = re.compile(r"(?:https?|tg)://\S+|(?:mailto|tel):\S+", re.IGNORECASE)
_LANGUAGE = re.compile(r"[\w+#.-]{1,32}", re.ASCII)
_OUTER: Final = (QUOTE, LINK, *STYLES, *CODE)


@dataclass(frozen=True)
class Run:
    """What is marked: which code points, and how."""

    kind: str
    start: int
    end: int
    url: str | None = None
    language: str | None = None


def _look() -> RenderConfig:
    look = RenderConfig.isolated()
    look.cite_expandable = False  # a folded quotation hides what was asked for
    symbols = look.markdown_symbol
    symbols.heading_level_1 = symbols.heading_level_2 = symbols.heading_level_3 = symbols.heading_level_4 = ""
    symbols.unordered_list_item = "•"
    symbols.task_uncompleted = "☐"
    symbols.horizontal_rule = "———"
    return look


_LOOK: Final = _look()


def format_markdown(markdown: str) -> tuple[str, list[Run]]:
    """Return the text of a Markdown answer and its runs, outer ones first, in order of their beginning."""
    loose = loosen(clean(markdown))
    source = reshape_tables(loose)
    if source != loose:
        source = show_dollars(source)
    text, entities = convert(source, latex_escape=False, config=_LOOK)
    return _set_apart(text, _nested(_runs(text, entities)))


def slice_entities(text: str, runs: Iterable[Run], part: Part) -> tuple[MessageEntity, ...]:
    """Return the entities of a part of a text: a run that goes beyond it is closed, and opened again in the next."""
    start, end = part
    entities = []
    for run in runs:
        first, last = max(run.start, start), min(run.end, end)
        if first < last and text[first:last].strip():
            offset, length = utf16_units(text[start:first]), utf16_units(text[first:last])
            entities.append(MessageEntity(run.kind, offset, length, url=run.url, language=run.language))
    return tuple(entities)


def _runs(text: str, entities: Sequence[LibraryEntity]) -> Iterator[Run]:
    """Yield what the library marked, in code points, without what Telegram would refuse."""
    offsets = {place for entity in entities for place in (entity.offset, entity.offset + entity.length)}
    places = code_points(text.encode("utf-16-le"), "utf-16-le", 2, offsets)
    for entity in entities:
        start, end = places[entity.offset], places[entity.offset + entity.length]
        if entity.type not in _OUTER or not text[start:end].strip():
            continue
        if entity.type == LINK and not _ADDRESS.fullmatch(entity.url or ""):
            continue
        language = _LANGUAGE.match(entity.language or "")
        yield Run(entity.type, start, end, entity.url, language[0] if language else None)


def _nested(runs: Iterable[Run]) -> list[Run]:
    """Return runs of which each stands inside of another or beside it, as the rules say."""
    found = sorted(runs, key=_rank)
    links = [run for run in found if run.kind == LINK]
    code = [run for run in found if run.kind in CODE and not any(_meeting(run, links))]
    styles = [part for run in found if run.kind in STYLES for part in _without(run, code)]
    quotes = [run for run in found if run.kind == QUOTE]
    return _uncrossed(sorted([*quotes, *links, *code, *styles], key=_rank))


def _rank(run: Run) -> tuple[int, int, int]:
    return run.start, -run.end, _OUTER.index(run.kind)


def _meeting(run: Run, others: Sequence[Run]) -> Iterator[Run]:
    """Yield those of `others` (in order, apart from each other) that share a character with a run."""
    for at in range(bisect_right(others, run.start, key=lambda other: other.end), len(others)):
        if others[at].start >= run.end:
            return
        yield others[at]


def _without(style: Run, code: Sequence[Run]) -> Iterator[Run]:
    """Yield what is left of a style outside of code."""
    start = style.start
    for run in _meeting(style, code):
        if start < run.start:
            yield replace(style, start=start, end=run.start)
        start = run.end
    if start < style.end:
        yield replace(style, start=start)


def _uncrossed(runs: Sequence[Run]) -> list[Run]:
    """Return runs (in order) that cross none before them, none of a kind inside of its kind."""
    kept: list[Run] = []
    around: list[Run] = []
    for run in runs:
        around = [outer for outer in around if outer.end > run.start]
        if any(outer.kind == run.kind for outer in around):
            continue
        whole = replace(run, end=min(run.end, *(outer.end for outer in around), run.end))
        kept.append(whole)
        around.append(whole)
    return kept


def _set_apart(text: str, runs: Sequence[Run]) -> tuple[str, list[Run]]:
    """Put code blocks on lines of their own, where the library forgets to."""
    blocks = [run for run in runs if run.kind == "pre"]
    breaks = {place for run in blocks for place in (run.start, run.end) if _glued(text, place)}
    return _respell(text, runs, dict.fromkeys(breaks, "\n"))


def expand_tabs(text: str, runs: Sequence[Run]) -> tuple[str, list[Run]]:
    """Write tabs as spaces, of which Telegram would leave one each."""
    text, runs = _respell(text, runs, {place: " " * (_TAB - 1) for place, it in enumerate(text, 1) if it == "\t"})
    return text.replace("\t", " "), runs


def _respell(text: str, runs: Sequence[Run], added: Mapping[int, str]) -> tuple[str, list[Run]]:
    """Add something at places of a text: a run that ends there ends before it, one that starts there starts behind."""
    places = sorted(added)
    longer = [0, *accumulate(len(added[place]) for place in places)]
    parts = [text[start:end] for start, end in pairwise([0, *places, len(text)])]
    moved = [
        replace(
            run,
            start=run.start + longer[bisect_right(places, run.start)],
            end=run.end + longer[bisect_left(places, run.end)],
        )
        for run in runs
    ]
    return "".join(chain(*zip(parts, [*(added[place] for place in places), ""], strict=True))), moved


def _glued(text: str, place: int) -> bool:
    """Return whether the two characters around a place stand in one line."""
    return 0 < place < len(text) and "\n" not in text[place - 1 : place + 1]
