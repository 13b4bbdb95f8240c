"""What the columns of a table mean: by their headings, and marks by what stands below any heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sync.statuses import is_blank, read_marks

NAMING: Final = frozenset({"title", "url", "slug", "number", "label"})
"""The kinds of column that say which problem a row is about."""

_HEADINGS: Final[dict[str, str]] = {
    "title": """title|problem|problem name|problem title|name|question|question title|question name|challenge|
        leetcode problem|problem statement|problems|questions|exercise|task|题目|题名|标题|問題|titel|titre|título""",
    "url": "url|link|problem link|problem url|href|leetcode link|leetcode url|question link|leetcode|链接|lien|enlace",
    "slug": "slug|title slug|titleslug|problem slug|question slug|question title slug",
    "label": """frontend id|question frontend id|frontend question id|leetcode id|lc|lc #|leetcode #|leetcode no|
        leetcode number|lc no|lc number""",
    "number": "number|no|nr|#|num|id|question id|problem id|problem no|problem number|question no|题号|s no|sno|sr no",
    "when": """date|timestamp|time|submitted|submitted at|submission time|submission date|time submitted|last submitted|
        last submitted at|last solved|day|when|created at|datum|fecha|data|日期|最近提交时间""",
    "finished": """solved on|solved at|date solved|solved date|completed on|completed at|date completed|completion date|
        finished on|finished at|solve date|date done|done on|date finished|completed date|date of completion""",
    "status": """status|state|solved|done|completed|complete|finished|progress|mark|check|checked|checkbox|tick|ticked|
        outcome|how|question status|completed status|solve status|solved status|✓|✔|✅|☑|状态|erledigt|gelöst|fait|
        hecho|resuelto""",
    "result": "result|verdict|status display|last result|submission status|last status|status msg|结果",
    "tried": "attempted|tried|started|seen|attempt|viewed|read",
    "help": """help|hint|hints|hints used|used hints|help needed|needed help|with help|used help|solution viewed|
        saw solution|looked at solution|used solution|assisted|hint used|help used""",
    "minutes": """minutes|mins|min|time taken|duration|minutes taken|time spent|time min|time mins|time minutes|
        duration min|duration minutes|time taken min|time taken mins|time taken minutes|time spent min""",
    "site": "platform|site|source|judge|website|online judge",
}
_KINDS: Final = {
    name.strip(): kind for kind, names in _HEADINGS.items() for name in re.split(r"\||\n\s*", names) if name.strip()
}
_ELSEWHERE: Final = re.compile(
    r"""\b(?:premium|paid|locked|free|favou?rites?|favor|favou?r|star|starred|liked?|bookmark(?:ed)?|video|solutions?|
    explanations?|editorial|notes?|code|revisit|review(?:ed)?|redo|revise[ds]?|revision|repeat|again|important|
    priority|hard|easy|medium|difficulty|level|blind|grind|neetcode|top|contest|daily|company|companies|google|amazon|
    meta|facebook|microsoft|apple|netflix|uber|bloomberg|adobe|recursive|iterative|optimal|brute|confident|public)\b""",
    re.VERBOSE,
)
"""Headings whose marks say something else than that a problem was solved."""


@dataclass(frozen=True)
class Columns:
    """Where the columns of each kind stand, the best one first.

    `marks` are columns of ticks under other headings, `ticks` what each field of a column of ticks says, and `empty`
    are the columns in which nothing stands.
    """

    places: dict[str, list[int]]
    marks: list[int]
    ticks: dict[int, list[bool | None]]
    empty: frozenset[int]

    def cell(self, cells: Sequence[str], kind: str) -> str:
        """Return what a row says in the best column of a kind, "" where it says nothing."""
        for place in self.places.get(kind, ()):
            if place < len(cells) and not is_blank(cells[place]):
                return cells[place].strip()
        return ""

    def names_problems(self) -> bool:
        """Return whether a column says which problem a row is about."""
        return any(self.places.get(kind) for kind in NAMING)


def kind_of(heading: str) -> str | None:
    """Return what the column below a heading holds, None where the heading is not known."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading.strip().strip('"*`\ufeff')).replace("_", " ").casefold()
    short = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", words)
    for said in (words, short):
        plain = " ".join(re.sub(r"[^\w#✓✔✅☑]+", " ", said).split())
        if found := _KINDS.get(plain) or _KINDS.get(re.sub(r"^(?:is|i|was|have i|did i) ", "", plain)):
            return found
        if found := _KINDS.get(re.sub(r"[^\w# ]+", "", plain).strip()):
            return found
    return None


def find_columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """Return what the columns of a table mean; `headings` is empty where the table has none."""
    width = max((len(cells) for cells in (headings, *rows)), default=0)
    below = [[cells[place] if place < len(cells) else "" for cells in rows] for place in range(width)]
    kinds = [kind_of(heading) for heading in headings] + [None] * (width - len(headings))
    places: dict[str, list[int]] = {}
    ticks: dict[int, list[bool | None]] = {}
    marks: list[int] = []
    for place, kind in enumerate(kinds):
        said = read_marks(below[place])
        if kind is not None:
            counted = kind == "title" and _is_numbers(below[place])
            places.setdefault("number" if counted else kind, []).append(place)
        elif said is not None and _are_ticks(below[place]) and not _says_else(headings, place):
            marks.append(place)
        if said is not None:
            ticks[place] = said
    if "title" in places:
        places["title"].sort(key=lambda place: sum(is_blank(cell) for cell in below[place]))
    empty = frozenset(place for place in range(width) if all(is_blank(cell) for cell in below[place]))
    return Columns(places, marks, ticks, empty)


def _is_numbers(cells: Sequence[str]) -> bool:
    said = [cell.strip() for cell in cells if not is_blank(cell)]
    return bool(said) and all(re.fullmatch(r"#?\d{1,4}\.?", cell) for cell in said)


def _are_ticks(cells: Sequence[str]) -> bool:
    """Return whether marks under a heading that nobody knows are ticks, not dashes or a count."""
    said = {cell.strip().casefold() for cell in cells if not is_blank(cell)} - {"-", "--", "–", "—"}
    return said == {"0", "1"} or bool(said - {"0", "1", "n", "no", "none"}) or bool(said & {"no"} and len(cells) > 1)


def _says_else(headings: Sequence[str], place: int) -> bool:
    said = headings[place] if place < len(headings) else ""
    return bool(_ELSEWHERE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", said).replace("_", " ").casefold()))
