"""What a student says beside the thing itself: how long, how often, with help or without, how hard, until when."""

from __future__ import annotations

import re
from typing import Any

from agents.coach.phrase import Phrase

Arguments = dict[str, Any]

ID = re.compile(r"[0-9a-f]{24}")
"""What a tap's message ends with: the id of what it is about."""
UNCLEAR = "unclear"
"""An outcome that was said in two ways: never called with, always asked about."""

_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "twentyfive": 25,
    "twenty-five": 25,
    "thirty": 30,
    "forty": 40,
    "forty-five": 45,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "1st": 1, "2nd": 2, "3rd": 3}
NUMBER = r"-?[0-9]{1,6}(?:\.[0-9]{1,3})?|" + "|".join(sorted(_WORDS, key=len, reverse=True))
_H, _M, _S = r"(?:hours?|hrs?|h)", r"(?:minutes?|mins?|m)", r"(?:seconds?|secs?|s)"
_START, _END = r"(?<!\S)", r"(?!\S)"

_SPOKEN = (
    (re.compile(rf"{_START}(?:one|an) (?:hour )?and a half(?: hours?)?{_END}"), 90.0),
    (re.compile(rf"{_START}half (?:an? )?hour{_END}"), 30.0),
    (re.compile(rf"{_START}(?:a )?quarter (?:of )?an? hour{_END}"), 15.0),
    (re.compile(rf"{_START}three quarters of an hour{_END}"), 45.0),
)
# "ones" is a word of titles, not a second.
_PLURAL = rf"(?:{'|'.join(_WORDS)})s{_END}"
_CLOCK = re.compile(
    rf"{_START}(?!{_PLURAL})(?:(?P<h>{NUMBER}|an(?= )) ?{_H}(?: ?(?:and )?(?P<hm>{NUMBER})(?: ?{_M})?)?"
    rf"|(?P<m>{NUMBER}|a(?= )) ?{_M}(?: (?:and )?(?P<ms>{NUMBER}) ?{_S})?"
    rf"|(?P<s>{NUMBER}) ?{_S}){_END}"
)
_BARE = re.compile(
    rf"{_START}(?:in |took (?:me )?|after |(?<=unaided )|(?<=alone )|(?<=help )|(?<=with-help )|(?<=stuck ))"
    r"(?P<m>-?[0-9]{1,4})$"
)
# What leads up to a detail goes with it: "it took me", "and", "on my".
_TIME_LEAD = re.compile(
    r"(?<!\S)(?:(?:and|but|it|that|this|only|just|about|around|roughly|in|within|after|for|took|takes|spent|me|i|under|"
    r"over|time|was|my)\s)+$"
)
_TRIES = re.compile(
    rf"{_START}(?:(?:on|in|at|after|took|it|me|and|but|my|the|i|needed|only|just|with)\s)*"
    rf"(?P<n>[0-9]{{1,4}}|{'|'.join(_ORDINALS)}|{'|'.join(_WORDS)}|a couple of) (?:tries|try|attempts?|goes|go){_END}"
)
_LEAD = r"(?:(?:and|but|then|i|im|ive|was|been|all|just|only|it|had|had to|did|completely|totally|really|am|have)\s)*"
_AIDS = r"(?:help|hints?|assistance|aid|solution|solutions|editorial|answer|answers|video|discussion|explanation)"
_SOME = r"(?:(?:some|a|an|any|one|two|the|its|of|bit|lot|little|lots|small|big|few|tiny|much|more)\s)*"
_OUTCOMES = (
    (
        "unaided",
        rf"(?:all )?(?:by myself|on my own)|alone|solo|myself|unaided|unassisted|independently|from scratch|no peeking|"
        rf"(?:with )?(?:no|zero) {_AIDS}(?: needed)?|(?:needed|used|with) no {_AIDS}|"
        rf"without (?:needing )?{_SOME}(?:{_AIDS}|looking(?: at the {_AIDS})?|peeking)|"
        rf"(?:did not|didnt) (?:need|use|look at|take|have|want) {_SOME}{_AIDS}",
    ),
    (
        "with-help",
        rf"with-help|(?:with|needed|used|using|took|got|after|required|had|read|saw|watched|checked) {_SOME}{_AIDS}"
        rf"(?: from \S+)?|(?:looked|looking|peeked|peeking|glanced|cheated)(?: (?:at|up|on|into))?(?: {_SOME}{_AIDS})?|"
        rf"(?:look|peek) (?:at|up|into) {_SOME}{_AIDS}|"
        rf"aided|assisted|was helped|helped",
    ),
    (
        "stuck",
        r"(?:got )?stuck(?: (?:on|with|at|in))?|(?:failed|fail|failing)(?: (?:to (?:solve|do|finish|get)|on|at|with))?|"
        r"(?:gave|give|giving|given) up(?: (?:on|with))?|"
        r"(?:couldnt|could not|cant|cannot|wasnt able to|unable to|didnt manage to)"
        r"(?: (?:solve|do|finish|get|crack|complete|figure(?: out)?|manage))(?: (?:it|that)(?: out)?)?|"
        r"(?:didnt|did not) (?:solve|finish|get|manage|crack)(?: (?:it|that))?|"
        r"ran out of time(?: (?:on|with))?|no luck(?: with)?",
    ),
)
_OUTCOME = tuple((name, re.compile(rf"{_START}{_LEAD}(?:{source}){_END}")) for name, source in _OUTCOMES)
_ASIDE = re.compile(
    rf"{_START}(?:(?:but|so|well|and)\s)?(?:of course|obviously|naturally|certainly|definitely|honestly|to be honest|"
    rf"tbh|luckily|thankfully|i (?:think|guess|suppose|believe)|if i remember (?:right|correctly)|though){_END}"
)
"""What is said around an outcome and names nothing."""
_DIFFICULTY = re.compile(
    rf"{_START}(?:(?P<easy>easy|easier|simple|beginner)|(?P<medium>medium|mid|moderate|intermediate)"
    rf"|(?P<hard>hard|harder|difficult|tough|challenging))(?: (?:difficulty|level))?{_END}"
)
_DAYS = {
    "mon": "monday",
    "tue": "tuesday",
    "tues": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "thur": "thursday",
    "thurs": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
    "tonight": "today",
}
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
WEEKDAY = rf"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|{'|'.join(_DAYS)})"
DATE_WORDS = (
    rf"[0-9]{{4}}[-./][0-9]{{1,2}}[-./][0-9]{{1,2}}|[0-9]{{1,2}}[./][0-9]{{1,2}}(?:[./][0-9]{{2,4}})?|"
    rf"[0-9]{{1,2}}-[0-9]{{1,2}}-[0-9]{{2,4}}|"
    rf"today|tomorrow|(?:the )?day after tomorrow|(?:next |this |coming )?{WEEKDAY}|(?:next|this) (?:week|"
    rf"month|weekend)|"
    rf"(?:in )?(?:{NUMBER}|a) (?:days?|weeks?|months?)|"
    rf"(?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}(?: [0-9]{{4}})?|"
    rf"{MONTH} (?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)?(?: [0-9]{{4}})?|"
    rf"(?:the )?mid(?:dle of)?[- ]{MONTH}(?: [0-9]{{4}})?"
)
MONTH_WORDS = re.compile(
    rf"(?:(?:in|on|at|the|of|early|late|end|beginning|start|sometime|somewhere|around|about)\s)*{MONTH}"
    rf"(?: [0-9]{{4}})?"
)
"""A month without a day: a date that has to be asked about."""
_WEEKLY_DAY = (
    rf"(?:week ?days?|working days?|work days?|week ?nights?|week ?ends?|{WEEKDAY}s?(?:-{WEEKDAY}s?)?|"
    rf"(?:(?:{NUMBER}|most|few|some) (?:days?|times|evenings?|mornings?|nights?)|once|twice) "
    rf"(?:a|per|each|every) week)"
)
WEEKLY = re.compile(
    rf"{_START}(?:(?:on|at|during|in|for|only|each|every|a|per|the|from|and|or|to|till|until|through|other)\s)*"
    rf"{_WEEKLY_DAY}(?: (?:and|or|to|till|until|through|evenings?|mornings?|nights?|{_WEEKLY_DAY}))*{_END}"
)
"""Days on which there is time week after week: beside minutes they name no date."""
WORKING_DAYS = re.compile(
    r"(?:(?:i|ive|have|got|can|do|spend|study|practise|practice|only|just|about|around|maybe|with|on|during|each|every|a|"
    r"per|the)\s)*(?:week ?days?|working days?|work days?|week ?nights?)"
)
DATE = re.compile(rf"{_START}(?:{DATE_WORDS}){_END}")
_DUE = re.compile(rf"{_START}(?:(?:due|by|before|until|till|for|on)\s)*(?P<date>{DATE_WORDS})$")

# "read chapter 3.4" and "part 1/2" name no day.
_PART = re.compile(r"[0-9]{1,2}[./][0-9]{1,2}")

_REPEAT = re.compile(
    rf"{_START}(?:on )?(?:(?:every|each) (?:single )?(?:(?P<daily>day|morning|evening|night)"
    rf"|(?P<weekdays>weekday|working day|work day)|(?P<weekly>week)|(?P<on>{WEEKDAY}))"
    rf"|(?P<adverb>daily|everyday|weekly|weekdays))(?: (?:task|reminder|todo)(?= (?:to|for)))?{_END}"
)


def shed_minutes(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take a duration out: {"minutes": 12}; whole minutes are an int, others a float, negative ones stay negative."""
    found = _find_minutes(phrase.text)
    if found is None:
        return {}, phrase
    minutes, (start, end) = found
    lead = _TIME_LEAD.search(phrase.text[:start])
    rest = phrase.without((lead.start() if lead else start, end))
    return {"minutes": int(minutes) if minutes == int(minutes) else round(minutes, 2)}, rest


def _find_minutes(text: str) -> tuple[float, tuple[int, int]] | None:
    for pattern, minutes in _SPOKEN:
        if spoken := pattern.search(text):
            return minutes, spoken.span()
    if clock := _CLOCK.search(text):
        given = {name: _number(value) for name, value in clock.groupdict().items() if value}
        minutes = given.get("h", 0) * 60 + given.get("hm", 0) + given.get("m", 0)
        return minutes + (given.get("ms", 0) + given.get("s", 0)) / 60, clock.span()
    if bare := _BARE.search(text):
        return float(bare["m"]), bare.span()
    return None


def _number(word: str) -> float:
    return 1.0 if word in {"a", "an"} else float(_WORDS.get(word, 0) or word)


def shed_tries(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take a count of tries out: {"tries": 3}."""
    match, rest = phrase.cut(_TRIES)
    if not match:
        return {}, phrase
    said = match["n"]
    return {"tries": 2 if said == "a couple of" else _ORDINALS.get(said) or int(_number(said))}, rest


def shed_outcome(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take an outcome out: {"outcome": "unaided" | "with-help" | "stuck"}, or UNCLEAR where two contradict."""
    said, rest = set(), phrase
    for name, pattern in _OUTCOME:
        match, rest = rest.cut(pattern)
        while match:
            said.add(name)
            match, rest = rest.cut(pattern)
    while said and _ASIDE.search(rest.text):
        _, rest = rest.cut(_ASIDE)
    if len(said) > 1:
        return {"outcome": UNCLEAR}, rest
    return ({"outcome": said.pop()} if said else {}), rest


def shed_intention(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take out with what help something is going to be done: it says nothing yet."""
    return {}, shed_outcome(phrase)[1]


def shed_difficulty(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take a difficulty out: {"difficulty": "easy" | "medium" | "hard"}."""
    match, rest = phrase.cut(_DIFFICULTY)
    return ({"difficulty": match.lastgroup}, rest) if match else ({}, phrase)


def shed_repeat(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take out how something comes again: {"repeat": "daily" | "weekdays" | "weekly"}, with "due" for a weekday."""
    match, rest = phrase.cut(_REPEAT)
    if not match:
        return {}, phrase
    if day := match["on"]:
        return {"repeat": "weekly", "due": _DAYS.get(day, day)}, rest
    adverb = {"everyday": "daily"}.get(match["adverb"], match["adverb"])
    return {"repeat": adverb or match.lastgroup}, rest


def shed_due(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take the day at a phrase's end out: {"due": "friday"}."""
    match, rest = phrase.cut(_DUE)
    if not match or _PART.fullmatch(match[0]):
        return {}, phrase
    return {"due": " ".join(_DAYS.get(word, word) for word in match["date"].split())}, rest
