"""What a reply means while a problem is worked on: to a hint, to the question before one, to the offer to log it."""

from __future__ import annotations

import re

from agents.coach import code, questions, talk
from agents.coach.exchange import Exchange, Say
from agents.coach.intents import BY_NAME, Request
from agents.coach.phrase import Phrase
from agents.coach.recognition import recognise
from agents.coach.reports import shed_attempt
from agents.coach.wishes import is_wish

_AGREE = r"(?:yes|yeah|yep|yup|y|sure|ok|okay|do it|do that|go ahead|correct|of course|definitely|absolutely)"
# Nothing else may stand beside it: "ok let me think" and "yes but not yet" are no yes.
_YES = re.compile(
    rf"(?:(?:please|well|oh) )?(?:{_AGREE}|log it)(?: (?:{_AGREE}|please|i do|i am|im sure|really|now|thanks|"
    r"thank you|then|show me|show it|tell me|give me|the solution|log it|as stuck|that|it))*"
)
_NO = re.compile(r"(?:no|nope|nah|n|not yet|dont|do not|keep going|not now|im still trying|wait)(?: .*)?")
_GIVEN_UP = re.compile(r"(?:cancel|never ?mind|nvm|forget (?:it|that)|stop)")
_TOLD = 4
"""Words from which a reply tells what was tried, whatever else it may look like."""
_WIDE = frozenset({"find", "next", "another", "start", "task", "done", "seen", "search", "profile"})
"""Intents whose words may as well describe an attempt: a longer reply is one of them only where it begins so."""
_REQUEST = re.compile(
    r"(?:(?:ok|okay|no|please|actually|just|can you|could you|lets|do|try|i want|i need|id like) )*"
    r"(?:give me|show me|get me|find me|add (?:a |an )?(?:task|note|reminder)|remind me|my interview|my name|"
    r"start with something|another (?:one|problem)|"
    r"(?:a |an )?(?:another|other|different|easier|harder|new) (?:one|problem)|what (?:should|shall|can) i|"
    r"skip (?:it|this|that))\b.*"
)
_REPORTED = re.compile(
    r"(?:(?:i|ive|have|just|finally)\s)*(?:solved|finished|completed)\s(?!it |this |that |half|some|part).*"
)
_GAVE_UP = re.compile(r"\b(?:gave|give|giving|given) up\b|\bran out of time\b")
_ANSWERED = frozenset({None, talk.READY, talk.CANCELLED})
"""Small talk that answers what was tried as well as anything: "no", "nope"."""
_PUZZLED = re.compile(
    r"(?:(?:but|sorry|hm|hmm|i|im|still|really|just|also|ok|no|the|this|that|your|hint)\s)*"
    r"(?:(?:dont|do not|didnt|did not|cant|cannot|couldnt) (?:\S+ )?(?:understand|get|follow|see)"
    r"(?: (?:it|that|this|the|your|hint|hints|first|second|third|one|at all|what (?:it|that|this|you|the hint) "
    r"(?:means?|says?|wants?)|what you mean))*|"
    r"(?:what|whats) (?:does |do |is |did )?(?:it|that|this|the hint|this hint|that hint|you)(?: even)? mean(?:ing)?|"
    r"(?:makes|make|doesnt make|does not make) (?:no |any )?sense(?: to me)?|(?:is )?(?:unclear|confusing)|confused|"
    r"(?:can you )?(?:explain|rephrase|repeat) (?:it|that|the hint|this hint|your hint)(?: again| please)*)"
)
_SHOWN = re.compile(r"Hint [0-9] of [0-9] for .*", re.DOTALL)
_MORE = re.compile(
    r"(?:(?:yes|yeah|ok|okay|sure|please|im|still|one|i need|give me|the|and|now)\s)*"
    r"(?:yes|ok|more|next|next one|another|another one|one more|go on|continue|keep going|stuck|help)(?: please| here)?"
)


def confirm_stuck(phrase: Phrase, _: Exchange) -> Request | Say | None:
    """Log the started problem as stuck after a yes."""
    if _NO.fullmatch(phrase.text):
        return Say(talk.KEEP_GOING)
    anew = recognise(phrase)
    if anew and anew.intent.name == "hint":
        # Whoever was asked before what they tried has said by now that it is nothing that helps.
        return anew.having({"tried": phrase.typed})
    return Request(BY_NAME["log"], {"outcome": "stuck"}) if _YES.fullmatch(phrase.text) else None


def say_tried(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Take a reply as what was tried; one that plainly means something else is that."""
    anew = recognise(phrase)
    if _GIVEN_UP.fullmatch(phrase.text):
        return Say(talk.CANCELLED)
    if anew and anew.intent.name == "hint-tried":
        return about(Request(BY_NAME["hint"], anew.arguments), last)
    if anew and anew.intent.name == "hint" and code.is_about(last.answer, anew.arguments.get("problem")):
        # Asked twice for a hint, nobody is asked twice for what they tried.
        return about(Request(BY_NAME["hint"], {"tried": phrase.typed}), last)
    if anew and anew.verb == "give_hint":
        return about(anew, last)
    if talk.small_talk(phrase) not in _ANSWERED:
        return None
    if report := _report(phrase, anew, last):
        return about(report, last)
    if anew and anew.verb != "record_attempt" and (is_wish(phrase) or _is_wanted(phrase, anew)):
        return None
    return about(Request(BY_NAME["hint"], {"tried": phrase.typed or phrase.text}), last)


def _report(phrase: Phrase, anew: Request | None, last: Exchange) -> Request | None:
    """Return the report of how it went that a reply is, rather than of what was tried."""
    request = _details(phrase) or anew
    if request is None or request.verb != "record_attempt":
        return None
    outcome, named = request.arguments.get("outcome"), request.arguments.get("problem")
    if outcome == "stuck":
        # "I failed to find the base case" tells what was tried.
        return request if _GAVE_UP.search(phrase.text) and not named else None
    short = len(phrase.words) < _TOLD or "minutes" in request.arguments
    titled = short and _REPORTED.fullmatch(phrase.text)
    return request if outcome or titled or code.is_about(last.answer, named) else None


def _details(phrase: Phrase) -> Request | None:
    """Return the report that minutes, tries or an outcome make with nothing beside them: "10 min, no help"."""
    found, rest = shed_attempt(phrase.core())
    return Request(BY_NAME["log"], found) if found and not rest else None


def _is_wanted(phrase: Phrase, anew: Request) -> bool:
    """Whether a reply asks for something, and tells nothing of an attempt."""
    if anew.intent.name == "find":
        return _REQUEST.fullmatch(phrase.text) is not None
    return len(phrase.words) < _TOLD or anew.intent.name not in _WIDE or _REQUEST.fullmatch(phrase.text) is not None


def climb(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Go on with the problem whose hint was shown: another one, the solution, or how it went."""
    if _MORE.fullmatch(phrase.text):
        return about(Request(BY_NAME["hint"], {}), last)
    shown = _SHOWN.search(last.answer)
    if shown and _PUZZLED.fullmatch(phrase.text):
        return Say(f"{talk.HINT_AGAIN}\n\n{shown[0]}")
    anew = recognise(phrase)
    if anew is None or anew.verb != "give_hint":
        anew = _details(phrase) or anew
    if anew and anew.verb == "record_attempt":
        # After a hint it was solved with help, which need not be asked.
        return about(anew.having({"outcome": "with-help"} | anew.arguments), last)
    return about(anew, last) if anew and anew.verb == "give_hint" else None


def confirm_solution(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Show the solution after a clear yes."""
    if _NO.fullmatch(phrase.text):
        return Say(talk.NO_SOLUTION)
    if _YES.fullmatch(phrase.text):
        return about(Request(BY_NAME["hint"], {"solution": True}), last)
    return climb(phrase, last)


def about(request: Request, last: Exchange) -> Request:
    """Return the request for the problem that the last message named, unless it names one itself."""
    named = questions.named_in(last.answer)
    return request if "problem" in request.arguments or named is None else request.having({"problem": named})
