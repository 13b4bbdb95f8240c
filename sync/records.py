"""Records in JSON, as LeetCode's interfaces and other programs give them out, made tables of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sync.blocks import Row, Table
from sync.columns import NAMING, kind_of
from sync.entries import Unread
from sync.lines import LONGEST_SHOWN
from sync.statuses import read_status

CUT_OFF: Final = "this JSON cannot be read from here on; was it cut off?"
NO_RECORDS: Final = "there is no list of problems in this JSON"
_DECODER: Final = json.JSONDecoder()
_BEGINS: Final = re.compile(r"""^[ \t]*(?P<json>\{\s*"|\[\s*[\[{"])""", re.MULTILINE)
_OBJECT: Final = re.compile(r"""\{\s*\"""")
_BETWEEN: Final = re.compile(r"[\s,;]*")
_FENCE: Final = re.compile(r"^```.*$", re.MULTILINE)
_ASIDE: Final = re.compile(r"tag|topic|compan|similar|snippet|lang|hint|stats|badge", re.IGNORECASE)
"""Keys of what is said about a problem: nothing below them was solved."""
_GENERIC: Final = frozenset(
    {"problem", "problems", "question", "questions", "list", "recent", "submission", "submissions"}
)
_MOST_FAILURES: Final = 200

Record = Mapping[str, Any]


def cut_records(text: str) -> list[str | Table | Unread]:
    """Return a text in pieces: the JSON in it as tables, and what is around it as it stands."""
    pieces: list[str | Table | Unread] = []
    records: list[Record] = []
    place = 0
    while found := _BEGINS.search(text, place):
        start = found.start("json")
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            saved, rest = _salvage(text, start)
            if not saved:
                break
            return [*pieces, text[place:start], _table([*records, *saved]), Unread(1, _shown(rest), CUT_OFF)]
        read = list(_records(value))
        if _FENCE.sub("", text[place:start]).strip(" \t\n,;") or not read:
            pieces += [*_flushed(records), text[place:start]]
            records = []
        if not read:
            pieces.append(Unread(1, _shown(text[start:end]), NO_RECORDS))
        records += read
        place = _after(text, end)
    return [*pieces, *_flushed(records), text[place:]]


def _after(text: str, end: int) -> int:
    found = _BETWEEN.match(text, end)
    return found.end() if found else end


def _flushed(records: Sequence[Record]) -> list[Table]:
    return [_table(records)] if records else []


def _shown(text: str) -> str:
    return " ".join(text.split())[:LONGEST_SHOWN]


def _salvage(text: str, start: int) -> tuple[list[Record], str]:
    """Return the whole records of JSON that ends too early, and what is left behind the last of them."""
    saved: list[Record] = []
    place = start
    failures = 0
    while failures < _MOST_FAILURES and (found := _OBJECT.search(text, place)):
        try:
            value, place = _DECODER.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            failures += 1
            place = found.start() + 1
            continue
        saved += _records(value)
    return saved, text[place - 1 if failures else place :]


def _table(records: Sequence[Record]) -> Table:
    """Return records as a table: their keys are its headings."""
    headings = list(dict.fromkeys(key for record in records for key in record))
    rows = [
        Row(number, tuple(_cell(record[key]) if key in record else "" for key in headings))
        for number, record in enumerate(records, start=1)
    ]
    return Table(tuple(headings), tuple(rows))


def _cell(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else ""


def _records(value: object) -> Iterator[Record]:
    """Yield what a JSON value lists: objects that name problems, texts, or problems as keys of what is said of them."""
    if isinstance(value, list):
        yield from _items(value)
        return
    if not isinstance(value, dict):
        return
    flat = _flattened(value)
    named = any(kind_of(key) in NAMING for key in flat)
    lists = {key: list(_listed(held, named=named)) for key, held in value.items() if not _ASIDE.search(key)}
    if any(lists.values()):
        yield from _judged(lists)
    elif named:
        yield flat
    elif len(value) > 1:
        yield from _keyed(value)


def _items(values: Sequence[object]) -> Iterator[Record]:
    """Yield the records of a list; what names no problem among others that do is one without a title."""
    found = [[{"title": one}] if isinstance(one, str) else list(_records(one)) for one in values]
    for one, records in zip(values, found, strict=True):
        if not records and any(found):
            yield _flattened(one) if isinstance(one, dict) else {"text": _cell(one)}
        yield from records


def _listed(held: object, *, named: bool) -> Iterator[Record]:
    """Yield what stands below a key; a list of texts in an object that is a problem itself lists none."""
    if isinstance(held, list):
        yield from _records([one for one in held if not (named and isinstance(one, str))])
    elif isinstance(held, dict):
        inner = list(_records(held))
        if len(inner) > 1 or any(isinstance(one, list) for one in held.values()):
            yield from inner
        elif not named:
            yield from () if _is_field(held) else inner


def _is_field(held: Record) -> bool:
    """Return whether an object is part of the one around it, as the question of a submission is."""
    return any(kind_of(key) in NAMING for key in _flattened(held))


def _judged(lists: Mapping[str, Sequence[Record]]) -> Iterator[Record]:
    """Yield the records of lists under keys such as "solved" and "todo", with the key where they do not say more."""
    keyed = any(read_status(_spoken(key)) != "unclear" for key, records in lists.items() if records)
    for key, records in lists.items():
        for record in records:
            own = any(kind_of(name) in ("status", "result", "finished") for name in record)
            yield record if own or not keyed else {**record, "status": _spoken(key)}


def _spoken(key: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).replace("_", " ").lower().split()
    return " ".join(word for word in words if word not in _GENERIC)


def _keyed(value: Record) -> Iterator[Record]:
    """Yield the problems that are keys: of ticks, of words for how they went, or of objects that say it."""
    held = list(value.values())
    if all(isinstance(one, bool) for one in held) or (
        all(isinstance(one, str) for one in held) and all(read_status(str(one)) != "unclear" for one in held)
    ):
        yield from ({"title": key, "status": one} for key, one in value.items())
    elif all(isinstance(one, dict) and any(kind_of(name) == "status" for name in one) for one in held):
        yield from ({"title": key, **_flattened(one)} for key, one in value.items())


def _flattened(value: Record) -> Record:
    """Return the fields of an object and of the objects in it, by their own keys; those of the outer ones count."""
    flat: dict[str, Any] = {}
    for key, held in value.items():
        if isinstance(held, dict) and not _ASIDE.search(key):
            flat = {**_flattened(held), **flat}
    return {**flat, **{key: held for key, held in value.items() if not isinstance(held, (dict, list))}}
