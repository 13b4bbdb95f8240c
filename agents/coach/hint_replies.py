"""What a reply means while a problem is worked on: to a hint, to the question before one, to the offer to log it."""

from __future__ import annotations

import re

from agents.coach import questions, talk
from agents.coach.exchange import Exchange, Say
from agents.coach.intents import BY_NAME, Request
from agents.coach.phrase import Phrase
from agents.coach.recognition import recognise

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
_MORE = re.compile(
    r"(?:(?:yes|yeah|ok|okay|sure|please|im|still|one|i need|give me|the|and|now)\s)*"
    r"(?:yes|ok|more|next|next one|another|another one|one more|go on|continue|keep going|stuck|help)(?: please| here)?"
)


def confirm_stuck(phrase: Phrase, _: Exchange) -> Request | Say | None:
    """Log the started problem as stuck after a yes."""
    if _NO.fullmatch(phrase.text):
        return Say(talk.KEEP_GOING)
    return Request(BY_NAME["log"], {"outcome": "stuck"}) if _YES.fullmatch(phrase.text) else None


def say_tried(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Take a reply as what was tried; a short one that plainly means something else is that."""
    anew = recognise(phrase)
    if _GIVEN_UP.fullmatch(phrase.text):
        return Say(talk.CANCELLED)
    if anew and anew.intent.name == "hint-tried":
        return about(Request(BY_NAME["hint"], anew.arguments), last)
    if anew and anew.verb == "give_hint":
        return about(anew, last)
    if anew and anew.arguments.get("outcome") in ("unaided", "with-help"):
        return about(anew, last)
    if anew and len(phrase.words) < _TOLD and anew.intent.name not in {"log", "find"}:
        return None
    return about(Request(BY_NAME["hint"], {"tried": phrase.typed or phrase.text}), last)


def climb(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Go on with the problem whose hint was shown: another one, the solution, or how it went."""
    if _MORE.fullmatch(phrase.text):
        return about(Request(BY_NAME["hint"], {}), last)
    anew = recognise(phrase)
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
