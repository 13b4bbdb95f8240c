"""Which problem of the catalogue a line of a list is: certainly, perhaps, or none and why.

Certain is only what names one problem: its link, LeetCode's number, its title as it is spelled, or its title with a
slip of the finger or two that leaves every numeral and every first letter alone. Whatever else is near is offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from rapidfuzz import fuzz, process

from store.client import ObjectId, Raw
from store.documents.problems import ProblemFacts
from sync.addresses import Site
from sync.entries import Entry, Reading
from sync.listing import read_list
from tools.arguments import shown
from tools.matching import fold, rank, spell
from tools.titles import (
    ARTICLES,
    expand,
    has_number,
    is_misspelling,
    leaves_out,
    numerals,
    short_title,
    title_key,
)

CHOICES: Final = 3
_NEAR: Final = 72.0
"""The score, of 100, from which a title is worth asking about."""
_LOOKED_AT: Final = 8
_AGREEING: Final = 66.0
"""The score from which a title and LeetCode's number beside it mean the same problem."""
_LEAST_WORDS: Final = 4
"""Words beside its articles from which a title may be said without them ("Shuffle the Array" is another problem)."""
_LEAST_PARTS: Final = 2
"""Problems that a line must name between its commas before it is taken for several."""
_FILLER: Final = frozenset({
    "easy", "medium", "hard", "leetcode", "lc", "neetcode", "blind", "grind", "premium", "free", "python",
    "python3", "java", "cpp", "c++", "javascript", "js", "typescript", "ts", "go", "golang", "rust", "kotlin",
    "swift", "ruby", "google", "amazon", "meta", "facebook", "microsoft", "apple", "uber", "netflix", "bloomberg",
    "adobe", "revisit", "redo", "again", "review", "reviewed", "favourite", "favorite", "important", "good", "nice",
    "tricky", "classic", "must", "do", "75", "150", "169", "250", "daily", "challenge", "contest", "brute", "force",
    "optimal", "recursive", "iterative", "o(n)", "o(1)", "problem", "question",
})  # fmt: skip

Keys = Mapping[str, Sequence[Raw]]


@dataclass(frozen=True)
class Found:
    """What an entry is. `problem` is there where that is certain, else `choices` are near and `reason` says why not."""

    entry: Entry
    problem: Raw | None = None
    choices: tuple[Raw, ...] = ()
    reason: str = ""


class ProblemIndex:
    """The catalogue by everything that names a problem. `is_topic` tells whether words name a topic."""

    def __init__(self, problems: Sequence[Raw], is_topic: Callable[[str], bool]) -> None:
        self._is_topic = is_topic
        problems = [_readable(raw) for raw in problems]
        self._problems = {str(raw["_id"]): raw for raw in problems}
        self._titles = {key: raw["title"] for key, raw in self._problems.items()}
        self._pages = {_page(raw): raw for raw in problems if raw.get("url")}
        self._slugs = {
            (raw.get("platform"), str(raw["platformId"]).lower()): raw for raw in problems if raw.get("platformId")
        }
        self._numbers = {
            int(raw["externalId"]): raw
            for raw in problems
            if raw.get("platform") == "leetcode" and str(raw.get("externalId") or "").isdecimal()
        }

    @cached_property
    def _exact(self) -> Keys:
        """Return the problems by title and by slug, folded; a short title counts where it is nobody's whole one."""
        exact: dict[str, list[Raw]] = {}
        short: dict[str, list[Raw]] = {}
        for key, raw in self._problems.items():
            _add(exact, title_key(self._titles[key]), raw)
            if raw.get("platformId"):
                _add(exact, title_key(str(raw["platformId"])), raw)
            if cut := short_title(self._titles[key]):
                _add(short, title_key(cut), raw)
        return {**short, **exact}

    @cached_property
    def _bare(self) -> Keys:
        """Return the problems with long titles by their words without articles."""
        bare: dict[str, list[Raw]] = {}
        for key, raw in self._problems.items():
            words = [word for word in title_key(self._titles[key]).split() if word not in ARTICLES]
            if len(words) >= _LEAST_WORDS:
                _add(bare, " ".join(words), raw)
        return bare

    @cached_property
    def _spelled(self) -> dict[str, list[str]]:
        return {key: spell(title).split() for key, title in self._titles.items()}

    def recognise(self, entry: Entry) -> Found:
        """Return what an entry is."""
        if entry.address is not None and entry.address.site.kind != "reference":
            return self._by_link(entry)
        if entry.site is not None:
            return self._foreign(entry, entry.site, ())
        if not entry.readings and entry.number is None:
            where = entry.address.site.name if entry.address else "it"
            return Found(entry, reason=f"a link to {where} names no problem")
        return self._by_title(entry)

    def read(self, text: str, today: date) -> list[Found]:
        """Return what the lines of a list are. Raises: ListTooLong."""
        return recognise_all(self, read_list(text, today).entries)

    def _by_link(self, entry: Entry) -> Found:
        address = entry.address
        if address is None:
            raise ValueError("there is no link")
        linked = self._pages.get(address.page) or next(
            (raw for name in address.names if (raw := self._slugs.get((address.site.platform, name.lower())))), None
        )
        if linked is not None:
            titled = self._certain(entry.readings)
            if titled is not None and titled["_id"] != linked["_id"]:
                return Found(entry, choices=(linked, titled), reason="its link and its title are two problems")
            return Found(entry, linked)
        if address.site.platform != "leetcode":
            return self._foreign(entry, address.site, address.names)
        if not address.names:
            # A link to a submission names no problem; the title beside it does.
            return self._by_title(entry) if entry.readings else Found(entry, reason="its link names no problem")
        name = address.names[0]
        whose = f"{address.site.name}’s {shown(name)}"
        return Found(entry, choices=self._near([Reading(name)]), reason=f"{whose} is not in the catalogue")

    def _foreign(self, entry: Entry, site: Site, names: Iterable[str]) -> Found:
        """Return an entry of a site that the catalogue may not have: only the very same title is offered."""
        readings = [*entry.readings, *(Reading(re.sub(r"-?\d+$", "", name)) for name in names)]
        plain = [raw for one in readings if not one.dropped for raw in self._named(one.name)]
        own = [raw for raw in plain if raw.get("platform") == site.platform]
        if own and _all_one(own):
            return Found(entry, own[0])
        same = [*plain, *(raw for one in readings for raw in self._exact.get(title_key(one.name), ()))]
        offered = tuple({raw["_id"]: raw for raw in same}.values())[:CHOICES]
        reason = f"{site.name} is not in the catalogue"
        return Found(entry, choices=offered, reason=f"{reason}, but a problem of that name is" if offered else reason)

    def _by_title(self, entry: Entry) -> Found:
        titled = self._certain(entry.readings)
        number = entry.number
        if number is None:
            return Found(entry, titled) if titled is not None else self._unsure(entry)
        numbered = self._numbers.get(number)
        if titled is not None:
            if has_number(str(titled["title"]), number):
                return Found(entry, titled)
            if numbered is not None and numbered["_id"] == titled["_id"]:
                return Found(entry, titled)
            other = (numbered,) if numbered is not None else ()
            return Found(entry, choices=(titled, *other), reason=f"its title and the number {number} do not agree")
        if numbered is None:
            if entry.readings:
                return self._unsure(entry)
            return Found(entry, reason=f"LeetCode {number} is not in the catalogue")
        if not entry.readings:
            return (
                Found(entry, numbered) if entry.labelled else Found(entry, choices=(numbered,), reason="only a number")
            )
        if any(self._agree(reading.name, numbered) for reading in entry.readings):
            return Found(entry, numbered)
        choices = (numbered, *(raw for raw in self._near(entry.readings) if raw["_id"] != numbered["_id"]))
        return Found(entry, choices=choices[:CHOICES], reason=f"its title and the number {number} do not agree")

    def _unsure(self, entry: Entry) -> Found:
        choices = self._near(entry.readings)
        return Found(
            entry, choices=choices, reason="not certain" if choices else "no problem of that name in the catalogue"
        )

    def _certain(self, readings: Sequence[Reading]) -> Raw | None:
        """Return the problem that one of the readings certainly names, the most literal reading first."""
        plain = [reading for reading in readings if not reading.dropped or self.is_filler(reading.dropped)]
        for reading in plain:
            if found := self._named(reading.name):
                return found[0] if _all_one(found) else None
        for reading in plain:
            if found := self._misspelt(reading.name):
                return found[0] if _all_one(found) else None
        return None

    def _named(self, name: str) -> Sequence[Raw]:
        key = title_key(name)
        if found := self._exact.get(key) or (self._exact.get(key[:-2]) if key.endswith((" 1", " i")) else None):
            return found
        words = key.split()
        bare = [word for word in words if word not in ARTICLES]
        dropped = [word for word in words if word in ARTICLES]
        found = self._bare.get(" ".join(bare), ())
        return [raw for raw in found if leaves_out(dropped, title_key(str(raw["title"])))]

    def _misspelt(self, name: str) -> Sequence[Raw]:
        said = spell(name.replace("&", " and ")).split()
        folded = fold(name).split()
        near = []
        for key, words in self._spelled.items():
            if is_misspelling(said, words) or (
                folded != said and is_misspelling(folded, fold(self._titles[key]).split())
            ):
                near.append(self._problems[key])
        return near

    def _agree(self, name: str, problem: Raw) -> bool:
        """Return whether a title is near enough to that of the problem whose number stands beside it."""
        title = str(problem["title"])
        close = rank(name, {"it": title}, limit=1)
        return (
            bool(close)
            and close[0].score >= _AGREEING
            and numerals(spell(name).split()) == numerals(spell(title).split())
        )

    def _near(self, readings: Sequence[Reading]) -> tuple[Raw, ...]:
        found: dict[str, float] = {}
        for reading in (*readings[:1], *readings[-1:]):
            for match in rank(expand(reading.name), self._shortlist(reading.name), limit=CHOICES):
                if match.score >= _NEAR or match.sure:
                    found[match.key] = max(match.score, found.get(match.key, 0.0))
        best = sorted(found, key=lambda key: (-found[key], key))[:CHOICES]
        return tuple(self._problems[key] for key in best)

    def _shortlist(self, name: str) -> dict[str, str]:
        """Return the titles that may be near: looking closely at all of them for each of many lines takes too long."""
        said = spell(expand(name))
        keys = {
            key
            for scorer in (fuzz.ratio, fuzz.token_set_ratio, fuzz.partial_ratio)
            for _, _, key in process.extract(said, self._joined, scorer=scorer, limit=_LOOKED_AT, processor=None)
        }
        return {key: self._titles[key] for key in keys}

    @cached_property
    def _joined(self) -> dict[str, str]:
        return {key: " ".join(words) for key, words in self._spelled.items()}

    def is_filler(self, text: str) -> bool:
        """Return whether words beside a title are a topic, a language, a company or a remark: no part of it."""
        pieces = [piece for piece in re.split(r"[,;/|&()\[\]:–—]|\s-\s?|^-|\band\b", text.lower()) if piece.strip()]
        return all(self._is_topic(piece.strip()) or set(piece.split()) <= _FILLER for piece in pieces)


def recognise_all(index: ProblemIndex, entries: Iterable[Entry]) -> list[Found]:
    """Return what the entries of one list are; a line of several titles becomes several.

    Numbers that agree with fewer than half of the titles beside them are not LeetCode's, and do not count.
    """
    found = [one for entry in entries for one in _taken_apart(index, entry)]
    beside = [one for one in found if one.entry.number is not None and not one.entry.labelled and one.entry.readings]
    agreeing = sum(one.problem is not None for one in beside)
    if 2 * agreeing >= len(beside):
        return found
    return [index.recognise(_without_number(one.entry)) if one in beside else one for one in found]


def _taken_apart(index: ProblemIndex, entry: Entry) -> list[Found]:
    whole = index.recognise(entry)
    if whole.problem is not None or len(entry.parts) < 2:
        return [whole]
    parts = [index.recognise(part) for part in entry.parts]
    if sum(part.problem is not None for part in parts) < _LEAST_PARTS:
        return [whole]
    return [part for part in parts if part.problem is not None or not index.is_filler(part.entry.text)]


def _without_number(entry: Entry) -> Entry:
    return replace(entry, number=None)


def _readable(raw: Raw) -> Raw:
    """Return what of a stored problem can name it."""
    named = {name: value for name, value in raw.items() if isinstance(value, str | int | ObjectId)}
    facts = ProblemFacts.of(raw)
    return {**named, "title": facts.title, "topics": list(facts.topics)}


def _page(raw: Raw) -> str:
    bare = re.sub(r"^https?://(www\.)?", "", str(raw["url"]).lower())
    return re.split(r"[?#]", bare)[0].rstrip("/")


def _add(keys: dict[str, list[Raw]], key: str, raw: Raw) -> None:
    if raw not in keys.setdefault(key, []):
        keys[key].append(raw)


def _all_one(found: Sequence[Raw]) -> bool:
    return len({raw["_id"] for raw in found}) == 1
