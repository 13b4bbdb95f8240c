"""How each intent reads its arguments from the words that follow it, after a slash or in a sentence alike."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import (
    DATE,
    ID,
    MONTH_WORDS,
    WEEKLY,
    WORKING_DAYS,
    Arguments,
    shed_difficulty,
    shed_due,
    shed_minutes,
    shed_repeat,
)
from agents.coach.moved import is_moved_interview, read_moved_interview
from agents.coach.phrase import Phrase, words_of
from tools.zones import is_place

_ABOUT_NOTHING: Final = words_of(
    "a an some any another new next more problem problems question questions one challenge challenges exercise",
    "exercises something on about in from with for me us to the that is are level difficulty leetcode kind of "
    "type i can",
    "should my now today else random go practice practise it this please lets thing stuff good related topic "
    "topics do solve",
    "start begin quick short different other else up and also really",
)
_IT = frozenset({"", "it", "that", "this", "one", "that one", "this one", "it now", "the problem", "that problem"})
_STATUSES = (
    ("overdue", re.compile(r"overdue|late")),
    ("completed", re.compile(r"completed?|done|finished")),
    ("in-progress", re.compile(r"in progress|in-progress|started|running")),
    ("pending", re.compile(r"pending|not started")),
    ("all", re.compile(r"all|every|everything")),
)
_MOVED = (
    r"(?:moved|changed|postponed|pushed|delayed|deferred|rescheduled|shifted|brought|pulled|put|bumped|set|move|change|"
    r"postpone|push|delay|defer|reschedule|shift|bring|pull)"
)
_DATED = re.compile(
    rf"(?:(?:my|the|our|an|i|have|got|ive|its|to|is|will be|be|are|and|they|he|she|we|had|has|just|{_MOVED})\s)*"
    r"(?:(?:coding |tech |technical |job |first |next |google |amazon |meta |microsoft )?"
    r"(?:interviews?|onsite|target|deadline)(?: date| day)?|target date)"
    rf"(?: (?:is|was|will be|are|has|have|got|been|just|now|{_MOVED}))*(?: (?:back|forwards?|out|off|up))?"
    r"(?: (?:on|at|for|to|until|till))?(?: (?P<rest>.+))?"
)
_DAILY = re.compile(
    r"(?<!\S)(?:(?:i|have|got|can|do|spend|study|practise|practice|about|around|only|with|set|to|my|change|time)\s)*"
    r"(?P<rest>.*?)\s?(?:an?|per|each|every|/) ?day$|"
    r"(?:(?:i|have|got|can|do|spend|study|practise|practice)\s)*(?P<daily>.+) (?:daily|everyday)$|"
    r"(?:my )?(?:daily (?:time|budget|minutes)|minutes (?:a|per) day)(?: (?:is|to))? (?P<set>.+)"
)
_ZONED = re.compile(
    r"(?:set |change )?(?:my )?(?:time zone|timezone|tz)(?: (?:is|to|as))?(?: (?P<rest>.+))?|"
    r"(?:(?:im|i am|i live|live|living|i moved|we are)(?: (?:currently|now|based|living|to))*|based) (?:in|to) "
    r"(?!trouble|a |the (?!us|uk|netherlands|philippines)|my |love|school|class|hurry|need|doubt|no |this)"
    r"(?P<place>.+)|"
    r"(?:(?:im|i am|i|my|am|on|in|at|utc|gmt|offset|its|is)\s)*(?P<offset>(?:utc|gmt) ?[-+]?[0-9].*)"
)
_NAMED = re.compile(r"(?:(?:set |change )?my name (?:is|to)|my names|call me|i am called|im called) (?P<rest>.+)")
_AIMED = re.compile(
    r"(?:(?:i|im|i am|am)\s)*(?:preparing|interviewing|targeting|aiming|applying|prepping)(?: (?:for|at|with|to))? "
    r"(?!my |the |an? |interviews?)(?P<rest>.+)|"
    r"(?:set )?(?:my )?(?:target companies|target company|companies)(?: (?:are|is|to))? (?P<set>.+)"
)
# "I'm Lena", not "I'm stuck": what stands before the rest of an introduction.
_PRESENTED = re.compile(
    r"(?:im|i am|this is) (?!stuck|done|behind|bored|late|not)(?P<name>\S+(?: \S+)?)(?: \S+){0,2}|"
    r"nice to meet you"
)
_OPEN: Final = frozenset({"time_zone", "name", "target_companies"})
"""The changes whose words may be any: they may hold more changes behind an "and"."""
_MORE_TIME = re.compile(
    r"(?:(?:i|have|got|also|even|more|about|around|maybe|but|none|nothing|no|time|then)\s)*(?P<days>.+)"
)
_CORRECTED = re.compile(
    r"(?:(?:no|sorry|oops|wait|ah|oh|well|i|mean|meant|its|it is|it was|thats|that is|make it|rather|really|"
    rf"actually)\s)+(?:on )?(?P<day>{DATE.pattern})(?: (?:instead|actually|sorry|now))?"
)
_AROUND: Final = words_of(
    "on in at about around roughly and i have a an day per daily minutes am im my interview is its from live based the",
    "skip none no nope later dont know date yet not sure nothing n/a idea set time zone timezone",
)

_ADDITION: Final = 5
"""Words up to which a clause can add to a change of the profile before it."""

_TASK_LEAD: Final = (
    r"(?:remind me (?:to )?|(?:that |called |named )?(?:i (?:should|must|need to|have to|want to|will) )|to |for |"
    r"for me to |that says )"
)


def shed_nothing(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take nothing out."""
    return {}, phrase


def read_nothing(_: Phrase) -> Arguments:
    """Read no argument."""
    return {}


def read_problem(rest: Phrase) -> Arguments:
    """Read a problem's name; "it" names none."""
    for _ in range(2):
        rest = _after(
            rest, r"(?:with|on|for|of|the|called|named|problem|question|leetcode|a problem called|doing|solving)\s"
        )
    if re.sub(r" (?:now|today|yesterday|again|just now)$", "", rest.text) in _IT | {"now", "today", "yesterday"}:
        return {}
    trail = re.search(r" (?:problem|question|now|today|yesterday|just now|this morning|again)$", rest.text)
    return {"problem": (rest.part((0, trail.start())) if trail else rest).typed}


def read_solution(rest: Phrase) -> Arguments:
    """Read that the solution is wanted, and of which problem."""
    return {"solution": True} | read_problem(rest)


def read_tried(rest: Phrase) -> Arguments:
    """Read what was tried, in the student's words."""
    return {"tried": rest.typed} if rest.typed else {}


def read_query(rest: Phrase) -> Arguments:
    """Read what to search for."""
    rest = _after(rest, r"(?:for|up|me|the problem|a problem|the|problem|called|named|leetcode)\s")
    return {"query": rest.typed} if rest else {}


def read_wish(rest: Phrase) -> Arguments:
    """Read a topic and a difficulty from a wish: "a medium dp problem"."""
    found, rest = shed_difficulty(rest)
    kept = [index for index, word in enumerate(rest.words) if word not in _ABOUT_NOTHING]
    if kept:
        first, last = kept[0], kept[-1] + 1
        found["topic"] = Phrase(rest.raw[first:last], rest.words[first:last]).typed
    return found


def read_topic(rest: Phrase) -> Arguments:
    """Read a topic's name."""
    rest = _after(rest, r"(?:at|in|on|with|of|about|for|my|the|topic)\s")
    trail = re.search(
        r"(?:\s|^)(?:topics?|problems|questions|mastery|right now|now|lately|so far|these days)$", rest.text
    )
    rest = rest.part((0, trail.start())) if trail else rest
    return {"topic": rest.typed} if rest and rest.text not in {"me", "everything", "all", "overall", "general"} else {}


def read_task(rest: Phrase) -> Arguments:
    """Read a new task: its title, when it is due, how often it comes again and how long it takes."""
    rest = _after(rest, _TASK_LEAD)
    repeat, rest = shed_repeat(rest)
    rest = _after(rest, _TASK_LEAD) if repeat else rest
    due, rest = shed_due(rest)
    early = re.match(rf"(?:on |by )?(?P<due>{DATE.pattern}) (?:to|that|i should) ", rest.text)
    if early and not due:
        due, rest = {"due": early["due"]}, rest.part((early.end(), len(rest.text)))
    minutes, left = shed_minutes(rest)
    if minutes and rest.text.startswith(left.text):
        rest = left
    else:
        minutes = {}
    about = re.match(
        r"(?:solve|redo|retry|resolve|re-solve) (?:the )?(?!a |an |some |one |my |[0-9]+ |all )", rest.text
    )
    problem = {"problem": rest.part((about.end(), len(rest.text))).typed} if about else {}
    return ({"title": rest.typed} if rest.typed else {}) | problem | repeat | due | minutes


def read_which(rest: Phrase) -> Arguments:
    """Read which task: its number, or words of its title."""
    rest = _after(rest, r"(?:with|off|the|my|task|number|no|todo|item)\s")
    rest = _after(rest, r"(?:task|number|no|todo|item)\s")
    trail = re.search(r" (?:as |is )?(?:done|completed?|finished|task)$", rest.text)
    rest = rest.part((0, trail.start())) if trail else rest
    ordinal = {"one": "1", "first": "1", "second": "2", "third": "3", "first one": "1", "second one": "2"}
    which = ordinal.get(rest.text, rest.typed.lstrip("#"))
    return {"which": which} if which else {}


def read_status(rest: Phrase) -> Arguments:
    """Read which tasks to list: {"status": "overdue"}; the open ones where nothing is said."""
    for status, pattern in _STATUSES:
        if re.search(rf"(?<!\S)(?:{pattern.pattern})(?!\S)", rest.text):
            return {"status": status}
    return {}


def read_named(rest: Phrase) -> str | None:
    """Return the id of what is meant, with which a tap's message ends."""
    return rest.words[-1] if rest and ID.fullmatch(rest.words[-1]) else None


def read_undo(rest: Phrase) -> Arguments:
    """Read which change: by its id, or with {"leave_changed": True} the one before what cannot be undone."""
    if named := read_named(rest):
        return {"change": named}
    return {"leave_changed": True} if re.search(r"(?<!\S)before(?!\S)", rest.text) else {}


def read_profile(rest: Phrase) -> Arguments:
    """Read changes of the profile, several at once: "my interview is on 3 march, an hour a day, berlin"."""
    found = _read_change(rest)
    if found and not _OPEN & found.keys():
        return found
    changes, presented = Arguments(), Arguments()
    for clause in (piece.core() for piece in rest.clauses()):
        change = _read_change(clause)
        if change is None and (named := _read_presented(clause)) is not None:
            presented, change = presented | named, {}
        if change is None and changes:
            change = {} if _is_more_time(clause, changes) else _read_addition(clause, changes)
        if change is None:
            return found or {}
        changes |= change
    if found and len(changes) <= len(found):
        return found
    return presented | changes if changes else {}


def _read_presented(clause: Phrase) -> Arguments | None:
    """Return the name with which somebody presents themselves, {} where there is none, None for anything else."""
    match = _PRESENTED.fullmatch(clause.text)
    if not match:
        return None
    named = clause.part(match.span("name")) if match["name"] else Phrase()
    is_name = match.end("name") == len(clause.text) and all(word[0].isupper() for word in named.raw)
    return {"name": named.typed} if named and is_name else {}


def _is_more_time(clause: Phrase, known: Arguments) -> bool:
    """Whether a clause says on which other days there is time: one number of minutes is kept for all."""
    match = _MORE_TIME.fullmatch(shed_minutes(clause)[1].text)
    return bool("minutes_per_day" in known and match and WEEKLY.fullmatch(match["days"]))


def _read_addition(clause: Phrase, known: Arguments) -> Arguments | None:
    """Return what a few words add to a change before them: minutes, a day, a place; None where they say more."""
    change = _read_bare(clause, known)
    place = change.get("time_zone")
    if not re.search("[0-9]", change.get("target_date", "0")):
        # "An hour a day, from tomorrow" says nothing about an interview.
        return None
    return change if change and len(clause.words) <= _ADDITION and (place is None or is_place(place)) else None


def read_introduction(rest: Phrase, *, dated: bool = True) -> Arguments:
    """Read the answer to "when is your interview, how long a day, where": its parts may be bare.

    Not `dated`: the day was not asked for, so that only words about the interview change it. Beside minutes a weekday
    is a day on which there is time.
    """
    changes: Arguments = {}
    weekly = bool(shed_minutes(rest)[0])
    for clause in (piece.core() for piece in rest.clauses()):
        change = _read_change(clause)
        if change is None and not _is_more_time(clause, changes) and not is_moved_interview(clause):
            change = _read_bare(clause, changes, dated=dated, weekly=weekly)
        changes |= change or {}
    return changes


def read_correction(rest: Phrase) -> Arguments:
    """Read the day that is meant instead of one just told: "actually its on 15.3."."""
    match = _CORRECTED.fullmatch(rest.text)
    return {"target_date": match["day"]} if match else {}


def _read_bare(clause: Phrase, known: Arguments, *, dated: bool = True, weekly: bool = False) -> Arguments:
    """Read a minute count, a day and a place, each at most once, from words without a verb."""
    changes: Arguments = {}
    minutes, rest = shed_minutes(clause)
    if minutes and "minutes_per_day" not in known:
        changes["minutes_per_day"] = minutes["minutes"]
    if minutes or weekly:
        _, rest = rest.cut(WEEKLY)
    day, rest = rest.cut(DATE)
    if not day and MONTH_WORDS.fullmatch(rest.text):
        day, rest = rest.cut(MONTH_WORDS)
    if day and dated and "target_date" not in known:
        changes["target_date"] = day[0]
    kept = [index for index, word in enumerate(rest.words) if word not in _AROUND]
    place = Phrase(tuple(rest.raw[index] for index in kept), tuple(rest.words[index] for index in kept))
    if re.fullmatch(r"[0-9]{1,3}", place.typed) and "minutes_per_day" not in known | changes:
        changes["minutes_per_day"] = int(place.text)
    elif place and len(place.words) <= 3 and "time_zone" not in known:
        changes["time_zone"] = place.typed
    elif len(place.words) > 3 and day and not re.search("[0-9]", day[0]):
        # "It was quite warm today" says nothing about an interview.
        changes.pop("target_date", None)
    return changes


def _read_change(phrase: Phrase) -> Arguments | None:
    """Return the one change that a phrase makes, {} where it leaves out to what, None where it makes none."""
    if match := _DAILY.fullmatch(phrase.text):
        minutes, rest = shed_minutes(_group(phrase, match))
        return {"minutes_per_day": minutes["minutes"]} if minutes and len(rest.words) <= 2 else None
    minutes, rest = shed_minutes(phrase)
    if minutes and WORKING_DAYS.fullmatch(rest.text):
        return {"minutes_per_day": minutes["minutes"]}
    if moved := read_moved_interview(phrase):
        return moved
    if match := _DATED.fullmatch(phrase.text):
        when = _group(phrase, match)
        if re.search(rf"\b{_MOVED}\b", phrase.text) and re.match(r"(?:by|for) ", when.text):
            return None  # by how much is no day
        if MONTH_WORDS.fullmatch(when.text):
            return {"target_date": when.text}
        day, rest = when.cut(DATE)
        return {"target_date": day[0]} if day and len(rest.words) <= 2 else None
    if match := _ZONED.fullmatch(phrase.text):
        zone = _group(phrase, match)
        known = zone and (match.lastgroup != "offset" or is_place(zone.typed))
        return {"time_zone": zone.typed} if known else None
    if match := _NAMED.fullmatch(phrase.text):
        return {"name": _group(phrase, match).typed}
    if match := _AIMED.fullmatch(phrase.text):
        names = re.split(r"\s*(?:,|;|/|&|\band\b|\bor\b)\s*", _group(phrase, match).typed)
        return {"target_companies": [name for name in names if name]}
    return None


def _group(phrase: Phrase, match: re.Match[str]) -> Phrase:
    return phrase.part(match.span(match.lastgroup)) if match.lastgroup else Phrase()


def _after(phrase: Phrase, lead: str) -> Phrase:
    match = re.match(lead, phrase.text)
    return phrase.part((match.end(), len(phrase.text))) if match else phrase
