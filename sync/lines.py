"""One line of a list, taken apart: box, bullet, number, link, date, minutes, outcome; what is left is the title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from sync.addresses import LINK, Address, read_address, spoken_site
from sync.days import cut_day
from sync.entries import Entry, Outcome, Reading

LONGEST_SHOWN: Final = 200

LONGEST_LINE: Final = 500
"""Characters of a line that are read, runs of blanks shortened."""
_LONGEST_RAW: Final = 4000
_BLANKS: Final = re.compile(r"\s{3,}+")

_BOX: Final = re.compile(r"^\s*(?:\[(?P<box>[ xX✓✔✗✘-]?)\](?!\()|(?P<sign>[☐☑☒✅✔✓❌✗✘⬜🔲🟩🟥⏳]))\ufe0f?\s*")
_BULLET: Final = re.compile(r"^\s*(?:>\s*)*(?:[-*+•–—▪◦‣·●○]\s+)?")
_TICKED: Final = re.compile(r"[✅✔✓☑🟩]\ufe0f?")
_CROSSED: Final = re.compile(r"[❌✗✘☐⬜🔲🟥⏳]\ufe0f?")
_OPEN_BOXES: Final = frozenset(" -✗✘")
_OPEN_SIGNS: Final = frozenset("☐☒❌✗✘⬜🔲🟥⏳")
_MARKDOWN_LINK: Final = re.compile(r"\[(?P<label>[^\]\n]+)\]\((?P<link>[^()\s]+)[^()]*\)")
_EMPHASIS: Final = re.compile(r"\*\*|__|~~|`|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)")
_STARS: Final = re.compile(r"[⭐★☆🔥💡📌🎯👍🙂🟢🟡🔴🟠]\ufe0f?|:[a-z_]+:")

_LABELLED: Final = re.compile(
    r"^(?:leet ?code|lc)\s*(?:problem|question|no\.?|nr\.?|number)?\s*[-#:.]?\s*(?P<number>\d{1,4})(?!\w)\s*[-–:.)]*\s*"
    r"(?P<rest>.*)$",
    re.IGNORECASE,
)
_LEETCODE: Final = re.compile(
    r"(?:^|(?<=[\s(\[]))(?:leet ?code|lc)(?:\s+(?:problem|question))?(?=$|[\s:)\]|–-])\s*[:|–-]*\s*", re.IGNORECASE
)
_NUMBERED: Final = re.compile(
    r"^(?:(?:problem|question|no\.?|nr\.?|q)\s*)?[\[(#]*(?P<number>\d{1,4})"
    r"(?:\s*[\])]?\s*(?:[.):|,]+\s*|[-–]+\s+|(?<=\d{3})-)|\]\s*|\s+)(?P<rest>\S.*)$",
    re.IGNORECASE,
)
_BARE: Final = re.compile(r"^[#(\[]*(?P<number>\d{1,4})[)\].]*$")
_AFTER: Final = re.compile(
    r"^(?P<rest>.*\S)\s+[(\[]\s*(?:(?:leet ?code|lc)\s*)?#?(?P<number>\d{1,4})\s*[)\]]$|"
    r"^(?P<rest2>.*\S)\s+(?:(?:leet ?code|lc)\s*#?\s*|#)(?P<number2>\d{1,4})$",
    re.IGNORECASE,
)
_SUFFIX: Final = re.compile(
    r"\.(?:py|java|cpp|cc|js|jsx|ts|go|rs|c|cs|rb|kt|swift|scala|php|sql|md|ipynb)$", re.IGNORECASE
)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_MINUTES: Final = re.compile(
    r"""(?:\b(?:in|took|took\ me|after|for|~|about)\s+)? ~? (?<![\w.])
    (?:(?P<hours>\d{1,2}(?:\.\d)?) \s* (?:h|hrs?|hours?) (?:\s*(?:and\s*)?(?P<more>\d{1,2})\s*(?:m|mins?|minutes?))?
    |(?P<minutes>\d{1,3}(?:\.\d)?) \s* (?:m|mins?|minutes?)) (?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_LEVEL: Final = re.compile(
    r"""[\[(] \s* (?:easy|medium|med|hard|e|m|h) \s* [\])]
    |(?:(?<=[,|\t;])|(?<=[-–]\ )|(?<=\ \ )) \s* (?:easy|medium|med|hard) \s* (?=$|[,|\t;]|\s[-–])
    |\s+(?:easy|medium|hard)$""",
    re.IGNORECASE | re.VERBOSE,
)
_OUTCOMES: Final[tuple[tuple[Outcome, str], ...]] = (
    (
        "unaided",
        r"(?:all )?(?:by myself|on my own|alone|unaided|unassisted|without (?:any )?(?:help|hints?)|"
        r"no (?:help|hints?)(?: needed)?|w/?o (?:help|hints?))",
    ),
    (
        "open",
        r"(?:not|un|to be|yet to be|haven'?t|didn'?t) ?(?:yet )?"
        r"(?:solved?|done|attempted|started|finished|completed?|tried)(?: yet)?|"
        r"to ?do|in progress|pending|skipped|later|attempted|attempting|partially(?: solved)?|half done|"
        r"wrong answer|(?:time|memory) limit exceeded|runtime error|compile error|tle|mle|wa|rte",
    ),
    (
        "stuck",
        r"(?:got |was )?stuck(?: on it)?|failed|gave up|no idea|"
        r"(?:couldn'?t|could not)(?: solve| do)?(?: it)?",
    ),
    (
        "with-help",
        r"(?:solved |done |needed |used |with |w/ ?|after |had |saw |got |had to |peeked at |looked at |watched |read |"
        r"see |checked )*(?:some |a |an |the |one |two |[123] |many |few )*"
        r"(?:help|hints?|editorial|solution|video|tutorial|discussion|discuss)(?: (?:needed|used|seen))?|"
        r"assisted|helped|with (?:assistance|chatgpt|gpt|ai)",
    ),
    ("solved", r"(?:i )?(?:have )?(?:re-?)?solved(?: it)?|done|accepted|ac|completed?|finished|passed"),
)
_ENDS: Final = r"(?:^|(?<=[\s(\[,|;:–—]))"
_SAID: Final = tuple(
    (outcome, re.compile(rf"{_ENDS}(?:{words})(?=$|[\s)\],|;:.!–—])", re.IGNORECASE)) for outcome, words in _OUTCOMES
)
_BEGINS: Final = re.compile(r"(?:i |have )*(?:re)?(?:solved|done|did|finished|completed)", re.IGNORECASE)
_EMPTY: Final = re.compile(r"[(\[]\s*[,;:|–—-]*\s*[)\]]")
_LOOSE: Final = " \t,;|:–—-=>→*/\\\"'“”‘’.!?&+"
_CUTS: Final = re.compile(r"\s+[-–—|=]+>?\s+|\s*[|\t→]\s*|\s*:\s+|\s*;\s+|,\s+|\s+\(|\s+\[| // | # ")
_BETWEEN: Final = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+(?:and|&|\+|/|\||·|•)\s+", re.IGNORECASE)
_SKIPPED: Final = re.compile(r"^\s*(?:#{1,6}\s+.*|[-=_*~`|+ :]{3,}|//.*|```.*)$")


def is_heading(text: str) -> bool:
    """Return whether a line is none of the list: empty, a heading, a rule, or what announces what follows."""
    said = text.strip()
    return not said or bool(_SKIPPED.match(text)) or (said.endswith(":") and "://" not in said)


def read_line(number: int, text: str, today: date) -> Entry:
    """Return what one line says. Raises nothing: what cannot be read stays in its readings."""
    # A title, an address and their details are shorter; the patterns below would take long over more.
    rest, open_box = _unbox(_BLANKS.sub(_shorten, text[:_LONGEST_RAW])[:LONGEST_LINE])
    address, rest = cut_link(rest)
    when, rest = cut_day(rest, today)
    minutes, rest = _cut_minutes(rest)
    outcome, rest = _cut_outcome(rest)
    if open_box and outcome in ("solved", "unaided"):
        outcome = "open"
    rest = _LEVEL.sub(" ", rest)
    site = None
    if address is None and (named := spoken_site(rest)):
        site, rest = named
    counted, labelled, readings = _titles(rest)
    parts = tuple(_parts(number, rest, outcome)) if address is None and site is None else ()
    return Entry(
        line=number,
        text=" ".join(text.split())[:LONGEST_SHOWN],
        readings=readings,
        address=address,
        number=counted,
        labelled=labelled,
        site=site,
        when=when,
        outcome=outcome,
        minutes=minutes,
        parts=parts,
    )


def _shorten(blanks: re.Match[str]) -> str:
    """Return a long run of blanks as a short one of the same meaning: tabs part columns, two spaces what follows."""
    return "\t" if "\t" in blanks[0] else "  "


def _unbox(text: str) -> tuple[str, bool]:
    """Return a line without bullet and box, and whether the box is there and not ticked."""
    rest = _BULLET.sub("", text.strip(), count=1)
    if counted := re.match(r"\d{1,4}[.)]\s+(?=\[[ xX]\]|[☐☑☒✅❌⬜])", rest):
        rest = rest[counted.end() :]
    is_open = False
    if box := _BOX.match(rest):
        is_open = (box["box"] or "x") in _OPEN_BOXES if box["sign"] is None else box["sign"] in _OPEN_SIGNS
        if box["box"] == "":
            is_open = True
        rest = rest[box.end() :]
    is_open = is_open or bool(_CROSSED.search(rest))
    rest = _TICKED.sub(" ", _CROSSED.sub(" ", _STARS.sub(" ", rest)))
    return rest, is_open


def cut_link(text: str) -> tuple[Address | None, str]:
    """Return the link of a line and the line without it; of several, the first one to a problem."""
    links: list[str] = []

    def keep(found: re.Match[str]) -> str:
        links.append(found["link"])
        return f" {found['label']} "

    rest = _MARKDOWN_LINK.sub(keep, text)
    links += [found[0].rstrip(".") for found in LINK.finditer(rest)]
    rest = LINK.sub(" ", rest)
    addresses = [address for link in links if (address := read_address(link))]
    best = next((address for address in addresses if address.names), None)
    practised = next((address for address in addresses if address.site.kind != "reference"), None)
    return best or practised or (addresses[0] if addresses else None), rest


def _cut_minutes(text: str) -> tuple[float | None, str]:
    found = _MINUTES.search(text)
    if not found:
        return None, text
    minutes = float(found["minutes"]) if found["minutes"] else 60 * float(found["hours"]) + float(found["more"] or 0)
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return (minutes if 0 < minutes <= 1440 else None), rest


def _cut_outcome(text: str) -> tuple[Outcome, str]:
    """Return what a line says of the outcome, "solved" where it says nothing, and the line without that."""
    outcome: Outcome | None = None
    for name, pattern in _SAID:
        found = next((one for one in pattern.finditer(text) if _stands_apart(text, one)), None)
        if found:
            text = f"{text[: found.start()]} {text[found.end() :]}"
            if outcome is None or outcome == "solved":
                outcome = name
    return outcome or "solved", text


def _stands_apart(text: str, found: re.Match[str]) -> bool:
    """Return whether words about the outcome are that and no words of a title: they end a piece of the line."""
    before, after = text[: found.start()].rstrip(" "), text[found.end() :].lstrip(" ")
    starts = not before or before[-1] in ",;:|([\t–—-"
    ends = not after or after[0] in ",;:|)].!\t–—(" or after.startswith("- ")
    return ends or (starts and bool(_BEGINS.match(found[0])))


def _titles(rest: str) -> tuple[int | None, bool, tuple[Reading, ...]]:
    """Return the number of a line, whether it is marked as LeetCode's, and what its title may be."""
    rest = _tidy(rest)
    number: int | None = None
    labelled = False
    wholes: list[str] = []
    if found := _LABELLED.match(rest):
        number, labelled, rest = int(found["number"]), True, found["rest"]
    else:
        rest = _tidy(_LEETCODE.sub(" ", rest))
        if after := _AFTER.match(rest):
            number = int(after["number"] or after["number2"])
            labelled = True
            rest = after["rest"] or after["rest2"]
        elif bare := _BARE.match(rest):
            return int(bare["number"]), False, ()
        elif counted := _NUMBERED.match(rest):
            number = int(counted["number"])
            if not re.match(r"^[\[(#]*\d+(?:\s*[\])]?\s*[.):]|\])", rest):
                wholes.append(rest)  # "01 Matrix" has no number before its title
            rest = counted["rest"]
    readings: dict[str, Reading] = {}
    for reading in (one for whole in (*wholes, _tidy(rest)) for one in _readings(whole)):
        if reading.name:
            readings.setdefault(reading.name.lower(), reading)
    return number, labelled, tuple(readings.values())


def _readings(rest: str) -> Iterator[Reading]:
    """Yield what a title may be: all of it, then what stands before each thing that may be a remark."""
    for name in _shapes(rest):
        yield Reading(_tidy(name))
    for cut in _CUTS.finditer(rest):
        yield Reading(_tidy(rest[: cut.start()]), _tidy(rest[cut.start() :]))


def _shapes(name: str) -> Iterator[str]:
    """Yield a title as it stands, then without what makes it a file's or a class's name."""
    yield name
    base = _SUFFIX.sub("", name)
    if "/" in base and " " not in base:
        base = base.rsplit("/", 1)[1]
    if base != name:
        yield base
        if counted := _NUMBERED.match(base):
            yield counted["rest"]
    if " " not in base and _CAMEL.search(base):
        yield _CAMEL.sub(" ", base)


def _parts(number: int, rest: str, outcome: Outcome) -> Iterator[Entry]:
    """Yield the titles of a line that may hold several; none where it can only be one."""
    pieces = [piece for piece in _BETWEEN.split(_tidy(rest)) if piece.strip()]
    if len(pieces) < 2:
        return
    for piece in pieces:
        counted, labelled, readings = _titles(piece)
        yield Entry(number, piece, readings=readings, number=counted, labelled=labelled, outcome=outcome)


def _tidy(text: str) -> str:
    text = _EMPTY.sub(" ", _EMPHASIS.sub("", text))
    text = " ".join(text.split(" "))
    text = re.sub(r" {2,}", " ", text).strip(_LOOSE)
    while text.count("(") > text.count(")") and text.endswith("("):
        text = text[:-1].strip(_LOOSE)
    return text
