"""Rows of the table of intents about the student's level: placement, and what is said of a proposed problem."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agents.coach import readers
from agents.coach.details import Arguments
from agents.coach.intent import Intent
from agents.coach.notation import phrases
from agents.coach.phrase import Phrase

_ASK: Final = (
    "[can|could|would|you|i|id|we|want|need|give|show|suggest|get|find|send|have|has|had|like|to|try|do|lets|me|us|a|an|just|"
    "how|about|then|maybe|some|rather|prefer|there|is|please|no|make|it|at|anything|something|one]*"
)
_ONE: Final = "(one|problem|problems|question|questions|challenge|exercise)"
_THIS: Final = "(it|this|that|this one|that one|this problem|that problem|the problem)"
_END: Final = "[please|instead|now|then|for me|for today|if possible|than this|than that|to do|to solve|maybe]*"
_ABOUT: Final = "(on|in|from|about|with|of)"
_LONG_AGO: Final = (
    "(before|already|already before|before already|earlier|elsewhere|somewhere|somewhere else|in the past|last year|"
    "last month|last week|years ago|a year ago|long ago|ages ago|a while ago|a long time ago|on leetcode|in college|"
    "at university)"
)
_BIT: Final = "[a|bit|little|much|way|slightly|even|far|little bit|lot|bit more|somewhat]*"
_TOO: Final = f"[{_THIS}|thats|its|is|was|looks|seems|feels|one|for me|still|way|much|far|just|a bit|a little|bit]*"


def _reader(instead: str) -> Callable[[Phrase], Arguments]:
    """Return what reads a topic and a difficulty, and adds in place of what the problem is wanted."""

    def read(rest: Phrase) -> Arguments:
        if rest.words[:1] == ("than",) and len(rest.words) > 1:
            return {"instead": instead, "than": Phrase(rest.raw[1:], rest.words[1:]).typed}
        wish = readers.read_wish(rest)
        if instead != "another":
            # "easier" is no label here: it is measured against the last problem.
            wish.pop("difficulty", None)
        return wish | {"instead": instead}

    return read


def read_anew(rest: Phrase) -> Arguments:
    """Read that a placement shall begin from its first question, as after a slash."""
    return {"anew": True} if _ANEW.search(rest.text) else {}


def shed_anew(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take out that a placement shall begin from its first question."""
    match, rest = phrase.cut(_ANEW)
    return ({"anew": True}, rest) if match else ({}, phrase)


def read_tap(phrase: Phrase) -> str | None:
    """Return the answer to a placement's question, or None."""
    said = phrase.core().text
    return next((answer for answer, pattern in _TAPS if pattern.fullmatch(said)), None)


def read_answer(rest: Phrase) -> Arguments:
    """Read the answer to a placement's question, as after a slash ("unaided on Heaps"); what is none is refused."""
    if "on" in rest.words[1:-1]:
        at = rest.words.index("on", 1)
        if answer := read_tap(Phrase(rest.raw[:at], rest.words[:at])):
            return {"answer": answer, "topic": Phrase(rest.raw[at + 1 :], rest.words[at + 1 :]).typed}
    return {"answer": read_tap(rest) or rest.typed} if rest else {}


def _beside(more: str, too: str) -> tuple[re.Pattern[str], ...]:
    return phrases(
        f"{_ASK} {_BIT} {more} [{_ONE}] {_END}",
        f"{_ASK} {_BIT} {more} [{_ONE}] {_ABOUT} <...>",
        f"{_ASK} {_BIT} {more} <... {_ONE}> {_END}",
        f"{_TOO} too {too} [for me|for now|now|right now|today|give me another|another one please]*",
    )


_ANEW: Final = re.compile(r"(?<!\S)(?:again|anew|afresh|over|from the (?:start|beginning|top)|from scratch|new)(?!\S)")
_LEVEL: Final = "(level|skill level|skills|skill|starting point|starting level)"
_TEST: Final = "(placement|placement test|placement quiz|level test|level check|level quiz)"
_CHOICE: Final = r"(?:(?:its|i would|id|i could|i can|i|answer|option|number|choice|say|would|could|probably|maybe)\s)*"
_TAPS: Final = tuple(
    (answer, re.compile(f"{_CHOICE}(?:{source})"))
    for answer, source in (
        ("unaided", r"1|one|first|(?:solve it |do it )?(?:unaided|alone|by myself|on my own|myself|without help)"
         r"|solve it|easily|no problem"),
        ("with-help", r"2|two|second|(?:solve it |do it )?(?:with (?:some |a little |a bit of )?(?:help|hints?|a hint)"
         r"|with-help)|(?:need|needed) (?:some )?(?:help|a hint|hints)"),
        ("not-yet", r"3|three|third|not yet|not-yet|cant|cannot|not at all|couldnt|no way"
         r"|(?:have |ive |even )*never (?:even )?(?:heard|done|seen|did|learnt|learned|studied|used) .{1,60}"
         r"|(?:have )?no (?:idea|clue)(?: (?:what|about|how|of) .{1,60})?"
         r"|(?:dont|do not) (?:really |even )?know(?: (?:it|how|what|yet|at all|this|that|the topic|anything|about|of)"
         r"(?: .{1,60})?)?"),
        ("skip", r"skip(?: it| this| that| this one| that one)?|pass|next|next one|not sure|unsure"),
        ("back", r"(?:go )?back|undo(?: that| it| the last one)?|oops|previous(?: one| question)?"
         r"|(?:no )?wrong(?: one)?|(?:that was )?a mistake|take that back"),
        ("stop", r"stop(?: it| here| now)?|enough|end|finish|im done|done|thats enough|place me now"),
        ("cancel", r"(?:cancel|quit|exit|leave)(?: it| this| that| the placement)?|never ?mind|nvm|forget (?:it|that)"
         r"|(?:not now|later|another time|some other time)(?: please)?"),
    )
)  # fmt: skip

ROWS: Final[tuple[Intent, ...]] = (
    Intent(
        name="placement",
        verb="start_placement",
        phrases=phrases(
            f"[can|could|you|please|want|to|i|id|like|lets|do|take|start|begin|run|give|me|redo|repeat|continue|resume|a|"
            f"an|the|my|new|retake]* {_TEST} [test|quiz|please|now|for me]*",
            "[can|could|you|please|want|to|i|id|like]* (place|assess|evaluate|gauge|test) (me|myself) [please|now]*",
            "[can|could|you|please|want|to|i|id|like|lets|help|me|us|start|begin|go|by|with|on|first]* (find|find out|"
            "test|assess|determine|measure|evaluate|figure out|gauge|establish|set|finding|finding out|testing|"
            f"assessing|determining|measuring|checking) (my|me my|me) [current|right]* {_LEVEL} [please|now]*",
            f"(go on|continue|carry on|resume) [with] [my|the]* {_TEST}",
            "[do you know|find|find out] what (level [am i|im] [at|on]|my level is)",
        ),
        sheds=shed_anew,
        read=read_anew,
        command=("placement", "[again]", "five taps that find your level"),
    ),
    Intent(
        name="tap",
        verb="answer_placement",
        phrases=(),
        read=read_answer,
        needs="answer",
        command=(
            "tap",
            "1|2|3|skip|back|stop|cancel [on TOPIC]",
            "answer a placement's question; the number alone does the same",
        ),
    ),
    Intent(
        name="easier",
        verb="next_problem",
        phrases=_beside("(easier|simpler|less hard|less difficult|less tough)", "(hard|difficult|tough|much)"),
        read=_reader("easier"),
        named="topic",
        command=("easier", "[TOPIC]", "an easier problem than the one I suggested"),
    ),
    Intent(
        name="harder",
        verb="next_problem",
        phrases=_beside(
            "(harder|tougher|more difficult|more challenging|trickier|less easy)", "(easy|simple|trivial|basic)"
        ),
        read=_reader("harder"),
        named="topic",
        command=("harder", "[TOPIC]", "a harder problem than the one I suggested"),
    ),
    Intent(
        name="seen",
        verb="mark_seen",
        phrases=phrases(
            f"[i|ive|i have|have|we]* [already]* seen {_THIS} [{_LONG_AGO}]",
            "[i|ive|i have|have|we]* [already]* seen <...> (already|before|already before)",
            f"[i] [already] know {_THIS} [already]",
            f"[i] [already] know how to (do|solve) {_THIS} [already]",
            f"[i|ive|i have|have|we]* [already]* (done|did|solved|known|solve|do) {_THIS} {_LONG_AGO}",
            f"[i|ive|i have|have|we]* already (done|did|know) {_THIS}",
            f"[i|ive|i have|have|we]* [already] (done|did|solved) <...> (before|{_LONG_AGO} before|years ago|"
            "a year ago|long ago|ages ago|a while ago|a long time ago|in the past|last year|in college|"
            "at university)",
        ),
        read=readers.read_problem,
        named="problem",
        command=("seen", "[PROBLEM]", "you know the suggested problem already: it is not offered as new again"),
    ),
    Intent(
        name="another",
        verb="next_problem",
        phrases=phrases(
            f"{_ASK} (another|a different|different|some other|one more|another new) [{_ONE}] {_END}",
            f"{_ASK} (something|anything) (else|different|other than this|other than that) {_END}",
            f"{_ASK} another <... {_ONE}> {_END}",
            f"{_ASK} another [{_ONE}] {_ABOUT} <...>",
            f"{_ASK} (something|anything) else {_ABOUT} <...>",
            f"[please] not {_THIS} [again|today|now|please]*",
            f"(skip|pass on|reject|swap|replace) {_THIS} {_END}",
            "(skip|next) (problem|question)",
            f"[i] (dont|do not) (like|want|want to do|want to solve|feel like) [doing|solving] {_THIS} {_END}",
            "what else [do you have|have you got|is there]",
        ),
        read=_reader("another"),
        named="topic",
        command=("another", "[TOPIC] [easy|medium|hard]", "another problem than the one I suggested"),
    ),
)
"""Before the rows that record an outcome and the one that asks for a problem: their words are wider."""

DECLINED: Final = re.compile(
    r"(?:no|nope|no thanks|nah)? ?(?:skip(?: (?:it|this|that))?|pass|next(?: (?:one|please))?|another(?: one)?|more|"
    r"not (?:it|this|that)|something else|give me (?:one|another|another one))"
)
"""What turns a suggestion down, right after it."""
KNOWN: Final = re.compile(
    r"(?:i |ive |i have |have )*(?:(?:already|just) )*(?:seen|done|did|solved|know|known)"
    r"(?: (?:it|this|that))?(?: one)?(?: (?:already|before|once))*"
)
"""What says that a suggested problem is known, right after it, where the words hold "already", "seen" or the like."""
