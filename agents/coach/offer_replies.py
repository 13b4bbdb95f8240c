"""What a reply means to something that the coach offered: a list to pick from, a plan, a problem, an introduction."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agents.coach import hint_replies, imports, level_replies, questions, reminder_replies, talk
from agents.coach.beginning import begin_with
from agents.coach.exchange import Exchange, Say
from agents.coach.intents import BY_NAME, Request
from agents.coach.level_intents import DECLINED, KNOWN
from agents.coach.named import is_title
from agents.coach.phrase import Phrase
from agents.coach.readers import read_introduction
from agents.coach.recognition import recognise
from agents.coach.wishes import may_name
from tools.zones import is_place

_START = re.compile(r"(?:yes|yeah|yep|sure|ok|okay|go|lets go|start|begin|im ready|ready|do it|lets do it|go ahead)")
_SKIP = re.compile(
    r"(?:skip(?: it| this)?|no|nope|no thanks|not now|later|maybe later|pass|nothing|none|cancel|never ?mind)"
)
_WHY = re.compile(
    r"(?:but )?(?:why|how come)(?: (?:this|that|it|exactly))?(?: (?:one|problem|question))?(?: now| first)?"
)
_ABOUT_OFFERED = frozenset({"start_problem", "record_attempt", "give_hint"})


def greeted(phrase: Phrase) -> Request | Say | None:
    """Return what was picked from the choices of the greeting."""
    choice = questions.picked(phrase, questions.number_lines(talk.CHOICES))
    if choice is None:
        return None
    decisions = (Request(BY_NAME["next"], {}), Say(talk.ASK_LIST), Say(questions.WHEN.text))
    return decisions[talk.CHOICES.index(choice)]


def _choose(phrase: Phrase, _: Exchange) -> Request | Say | None:
    return greeted(phrase)


def _introduce(phrase: Phrase, last: Exchange) -> Request | Say | None:
    if _SKIP.fullmatch(phrase.text):
        return Say(talk.SKIPPED)
    anew = recognise(phrase)
    if (anew and not _is_daily_time(anew, phrase)) or talk.small_talk(phrase):
        return None
    changes = read_introduction(phrase, dated=not questions.KNOWN_DAY.search(last.answer))
    place = changes.get("time_zone", "")
    if (
        len(changes) == 1
        and place
        and not is_place(place)
        and (is_title(place) or talk.wants_explaining(phrase) or not may_name(phrase))
    ):
        return None
    return Request(BY_NAME["profile"], changes) if changes else None


def _is_daily_time(anew: Request, phrase: Phrase) -> bool:
    """Whether minutes that would be a plan's elsewhere answer the question how many there are a day."""
    now = re.search(r"\b(?:plan|today|tonight|now|left|what)\b", phrase.text)
    return anew.intent.name == "plan" and "minutes" in anew.arguments and not now


def _pick(phrase: Phrase, last: Exchange) -> Request | Say | None:
    choice = questions.picked(phrase, last.answer)
    return Request(BY_NAME["start"], {"problem": choice}) if choice else None


_SEEN = re.compile(r"\b(?:already|before|seen|know|known|once)\b")


def _begin(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Begin with the item of the plan whose number was said, or with the first."""
    line = questions.picked_line(phrase, last.answer)
    if line is None and (_START.fullmatch(phrase.core().text) or recognise(phrase) == Request(BY_NAME["start"], {})):
        line = questions.first_line(last.answer)
    begun = begin_with(line) if line else None
    return Say(begun) if isinstance(begun, str) else begun


def _take_offer(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Start the problem that was suggested, log it, help with it or have another: "start it", "a hint", "skip"."""
    suggested = questions.named_in(last.answer)
    if suggested is None:
        return None
    if _START.fullmatch(phrase.core().text):
        return Request(BY_NAME["start"], {"problem": suggested})
    if _WHY.fullmatch(phrase.text) and (reasons := _reasons(last.answer)):
        return Say(reasons)
    if DECLINED.fullmatch(phrase.text):
        return Request(BY_NAME["another"], {"instead": "another"})
    if KNOWN.fullmatch(phrase.core().text) and _SEEN.search(phrase.text):
        return Request(BY_NAME["seen"], {"problem": suggested})
    anew = recognise(phrase)
    if anew and anew.verb in _ABOUT_OFFERED and "problem" not in anew.arguments:
        return anew.having({"problem": suggested})
    return None


def _reasons(answer: str) -> str | None:
    """Return a suggestion again, from its title on; None where nothing stands between that and what to do next."""
    parts = answer.split("\n\n")
    at = next((place for place, part in enumerate(parts) if questions.named_in(part)), len(parts))
    return "\n\n".join(["What speaks for it stands below its title:", *parts[at:]]) if at + 2 < len(parts) else None


def _revise_one(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Start the revision whose number was said."""
    choice = questions.picked_line(phrase, last.answer)
    return Request(BY_NAME["revise"], {"topic": choice.split(" (")[0]}) if choice else None


OFFERS: Final[dict[str, Callable[[Phrase, Exchange], Request | Say | None]]] = {
    "import": imports.reply,
    "zone": reminder_replies.reply_zone,
    "list": imports.change_subject,
    "revision": _revise_one,
    "greeting": _choose,
    "stuck": hint_replies.confirm_stuck,
    "introduction": _introduce,
    "pick": _pick,
    "plan": _begin,
    "it": _take_offer,
    "tried": hint_replies.say_tried,
    "climb": hint_replies.climb,
    "later": level_replies.go_on,
    "solution": hint_replies.confirm_solution,
}
