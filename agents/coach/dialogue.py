"""From a conversation to what the student wants now: a verb to call, or something to say.

Nothing is remembered beside the conversation: a question of the coach is recognised by its words, and a reply to it
changes the request that led to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agents.coach import imports, questions, reminder_replies, talk
from agents.coach.beginning import begin_with
from agents.coach.details import Arguments, shed_attempt
from agents.coach.intents import BY_NAME, Request
from agents.coach.level_intents import DECLINED, KNOWN, read_tap
from agents.coach.notes import take_note, verbatim
from agents.coach.phrase import LONGEST, MOST_WORDS, Phrase, clean, read
from agents.coach.questions import Question
from agents.coach.readers import read_introduction
from agents.coach.recognition import obey, recognise
from agents.coach.revision_readers import read_rating
from tools.arguments import check_minutes
from tools.errors import ToolRetry

_AGREE = r"(?:yes|yeah|yep|yup|y|sure|ok|okay|do it|do that|go ahead|correct|of course|definitely|absolutely)"
# Nothing else may stand beside it: "ok let me think" and "yes but not yet" are no yes.
_YES = re.compile(
    rf"(?:(?:please|well|oh) )?(?:{_AGREE}|log it)(?: (?:{_AGREE}|please|i do|i am|im sure|really|now|thanks|"
    r"thank you|then|show me|show it|tell me|give me|the solution|log it|as stuck|that|it))*"
)
_NO = re.compile(r"(?:no|nope|nah|n|not yet|dont|do not|keep going|not now|im still trying|wait)(?: .*)?")
_START = re.compile(r"(?:yes|yeah|yep|sure|ok|okay|go|lets go|start|begin|im ready|ready|do it|lets do it|go ahead)")
_CANCEL = re.compile(r"(?:cancel|never ?mind|nvm|forget (?:it|that)|skip(?: it| this)?|stop|nothing|none)")
_SKIP = re.compile(
    r"(?:skip(?: it| this)?|no|nope|no thanks|not now|later|maybe later|pass|nothing|none|cancel|never ?mind)"
)
_ASKS = re.compile(
    r"(?:what|whats|which|how(?! many)|why|when|where|who|did|do|have|am) (?:.* )?(?:i|im|me|my|you|your)(?: .*)?"
)
GUESS: Arguments = {"limit": 1}
"""The argument that marks a look-up made because nothing else fits: only a certain match is worth telling."""
_SHORT = 7
"""Words up to which a message after a revision's questions may be something else than their answer."""
_MOST_ANSWERED = 6000
_SETTINGS = frozenset({"undo", "due", "tasks", "snooze", "pause", "revise", "catch up", "revision cap", "profile"})
_ELSEWHERE = _SETTINGS | reminder_replies.NAMES
CHECK: Arguments = {"limit": 4}
"""The argument that marks a look-up made before the coach asks how a problem went: there must be such a problem."""
_ABOUT_OFFERED = frozenset({"start_problem", "record_attempt", "give_hint"})
_GIVEN_UP = re.compile(r"(?:cancel|never ?mind|nvm|forget (?:it|that)|stop)")
_TOLD = 4
"""Words from which a reply tells what was tried, whatever else it may look like."""
_PROFILE_TALK = {"later": talk.SKIPPED, "interview": questions.WHEN.text, "no reminder": talk.NO_REMINDER}
"""What is said to /profile with a word that changes nothing yet: taps say it."""
_OUTCOMES = ("unaided", "with-help", "stuck")
_UNKNOWN = re.compile(r"(?:i )?(?:dont|do not|cant|didnt) (?:know|remember|count)(?: .*)?|no (?:idea|clue)|not sure")


@dataclass(frozen=True)
class Exchange:
    """One thing that the student said ("" before the first) and what they were answered."""

    student: str
    answer: str


@dataclass(frozen=True)
class Say:
    """A reply that needs no verb."""

    text: str


def decide(past: Sequence[Exchange], text: str) -> Request | Say:
    """Return the request that is ready to be called, or what to say instead: a question, an answer."""
    wanted = understand(past, text)
    if isinstance(wanted, Request) and (question := questions.ask_for(wanted)):
        return _check(wanted) or Say(question.text)
    return wanted


def _check(report: Request) -> Request | Say | None:
    """Return what comes before the question of how a problem went: are the minutes possible, is there the problem."""
    if report.missing != "outcome":
        return None
    try:
        check_minutes(report.arguments.get("minutes"))
    except ToolRetry as refused:
        return Say(f"{refused} {questions.HOW_LONG.text}")
    problem = report.arguments.get("problem")
    return Request(BY_NAME["find"], {"query": problem, **CHECK}) if problem else None


def understand(past: Sequence[Exchange], text: str) -> Request | Say:
    """Return what the student wants, with what is known of it so far; `past` is the conversation, oldest first."""
    tidy = clean(text)
    if whole := take_note(text) or _written(past, text) or imports.take_list(text, past[-1].answer if past else ""):
        return whole
    if tidy.startswith("/"):
        return _obey(tidy)
    if past and questions.find_question(past[-1].answer) is questions.RECALL and (told := _recall(text, read(tidy))):
        return told
    if len(tidy) > LONGEST:
        return Say(talk.TOO_LONG)
    phrase = read(tidy)
    if len(phrase.words) > MOST_WORDS:
        return Say(talk.TOO_LONG)
    return (_reply(past, phrase) if phrase else None) or _afresh(phrase)


def _written(past: Sequence[Exchange], text: str) -> Request | None:
    """Return the request that a note's text completes, where the last message asked for one."""
    question = questions.find_question(past[-1].answer) if past else None
    if question not in (questions.WHAT_NOTE, questions.WHAT_INSTEAD) or clean(text).startswith("/"):
        return None
    phrase = read(text)
    anew = recognise(phrase)
    if not phrase or _CANCEL.fullmatch(phrase.text) or (anew and not anew.arguments):
        return None
    before = understand(past[:-1], past[-1].student)
    if isinstance(before, Say) or question.intent != before.intent.name:
        return None
    return _with(before, {"text": verbatim(text)})


def _obey(text: str) -> Request | Say:
    name, _, rest = text[1:LONGEST].partition(" ")
    name = name.lower().split("@")[0]
    if name in {"help", "start"} and not rest.strip():
        return Say(talk.HELP if name == "help" else talk.GREETING)
    if name == "help":
        return Say(talk.explain_command(rest))
    phrase = read(rest)
    if name == "profile" and phrase.text in _PROFILE_TALK:
        return Say(_PROFILE_TALK[phrase.text])
    if name == "task":
        match = re.match(r"(?:add|new)(?:\s|$)", phrase.text)
        phrase = phrase.part((match.end(), len(phrase.text))) if match else phrase
    return obey(name, phrase) or Say(talk.unknown_command(name, rest))


def _afresh(phrase: Phrase) -> Request | Say:
    said = talk.small_talk(phrase)
    if said:
        return Say(said)
    if request := recognise(phrase):
        return request
    if talk.may_be_a_title(phrase) and phrase.typed:
        return Request(BY_NAME["find"], {"query": phrase.typed, **GUESS})
    return Say(talk.give_up(phrase))


def _reply(past: Sequence[Exchange], phrase: Phrase) -> Request | Say | None:
    """Return what a reply means to the last message; None where it answers no question of the coach."""
    last = past[-1] if past else Exchange("", "")
    question = questions.find_question(last.answer)
    if question is None:
        return _greeted(phrase) if not last.answer else None
    if question is questions.PLACE:
        return _tap(phrase)
    if question.slot in _OFFERS:
        return _OFFERS[question.slot](phrase, last)
    if _CANCEL.fullmatch(phrase.text):
        return Say(talk.CANCELLED)
    before = understand(past[:-1], last.student)
    if isinstance(before, Say):
        before = Request(BY_NAME[question.intent], {}) if question.intent else before
    elif question.intent and before.intent.name != question.intent:
        before = Request(BY_NAME[question.intent], {})
    if isinstance(before, Say):
        return None
    if question.slot == "outcome":
        return _tell_outcome(before, question, phrase)
    return _fill(before, question, phrase, last.answer)


def _tell_outcome(before: Request, question: Question, phrase: Phrase) -> Request | Say | None:
    if re.fullmatch(r"[123]", phrase.text):
        return _with(before, {"outcome": _OUTCOMES[int(phrase.text) - 1]})
    found, _ = shed_attempt(phrase)
    anew = recognise(phrase)
    if anew and (anew.intent.name != "log" or _other_problem(before, anew)):
        return None
    if "outcome" in found or anew:
        return _with(before, anew.arguments if anew else found)
    return None if talk.small_talk(phrase) else Say(f"I didn't catch that. {question.text}")


def _other_problem(before: Request, anew: Request) -> bool:
    return "problem" in anew.arguments and "problem" in before.arguments


def _fill(before: Request, question: Question, phrase: Phrase, answer: str) -> Request | Say | None:
    """Take a reply as the argument that was asked for, unless it changes the subject."""
    intent = before.intent
    slot = question.slot if question.intent else slot_of(before)
    if slot is None:
        return None
    if slot == "minutes" and _UNKNOWN.fullmatch(phrase.text):
        return replace(before, arguments={name: said for name, said in before.arguments.items() if name != slot})
    if slot == "minutes" and re.fullmatch(r"[0-9]{1,6}", phrase.text):
        return _with(before, {slot: int(phrase.text)})
    if choice := questions.picked(phrase, answer):
        return _with(before, {slot: choice})
    anew = recognise(phrase)
    if anew and anew.intent.name == intent.name and anew.arguments:
        return _with(before, anew.arguments)
    if anew and anew.intent.name not in {intent.name, "find"} and (slot != "title" or not anew.arguments):
        return None
    if talk.small_talk(phrase) or (slot != "title" and _ASKS.fullmatch(phrase.text)):
        return None
    if intent.name == "profile" and slot in {"target_date", "time_zone", "minutes_per_day"}:
        return _with(before, read_introduction(phrase) or {slot: phrase.typed})
    found, rest = intent.sheds(phrase)
    return _with(before, found | (intent.read(rest) if rest else {}) or {slot: phrase.typed})


def slot_of(request: Request) -> str | None:
    """Return the argument of a refused request that a choice or a new value would replace."""
    if request.intent.named:
        return request.intent.named
    if "time_zone" in request.arguments:
        return "time_zone"
    return next((name for name in ("target_date", "minutes_per_day") if name in request.arguments), None)


def _with(request: Request, more: Arguments) -> Request:
    return replace(request, arguments=request.arguments | more)


def _greeted(phrase: Phrase) -> Request | Say | None:
    choice = questions.picked(phrase, questions.number_lines(talk.CHOICES))
    if choice is None:
        return None
    decisions = (Request(BY_NAME["next"], {}), Say(talk.ASK_LIST), Say(questions.WHEN.text))
    return decisions[talk.CHOICES.index(choice)]


def _choose(phrase: Phrase, _: Exchange) -> Request | Say | None:
    return _greeted(phrase)


def _confirm_stuck(phrase: Phrase, _: Exchange) -> Request | Say | None:
    if _NO.fullmatch(phrase.text):
        return Say(talk.KEEP_GOING)
    return Request(BY_NAME["log"], {"outcome": "stuck"}) if _YES.fullmatch(phrase.text) else None


def _introduce(phrase: Phrase, _: Exchange) -> Request | Say | None:
    if _SKIP.fullmatch(phrase.text):
        return Say(talk.SKIPPED)
    anew = recognise(phrase)
    if (anew and not _is_daily_time(anew, phrase)) or talk.small_talk(phrase):
        return None
    changes = read_introduction(phrase)
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
    if DECLINED.fullmatch(phrase.text):
        return Request(BY_NAME["another"], {"instead": "another"})
    if KNOWN.fullmatch(phrase.core().text) and _SEEN.search(phrase.text):
        return Request(BY_NAME["seen"], {"problem": suggested})
    anew = recognise(phrase)
    if anew and anew.verb in _ABOUT_OFFERED and "problem" not in anew.arguments:
        return _with(anew, {"problem": suggested})
    return None


def _recall(text: str, phrase: Phrase) -> Request | Say | None:
    """Take whatever is said as the answer to a revision's questions, unless it clearly is something else."""
    if not phrase:
        return None
    if _CANCEL.fullmatch(phrase.text) and not phrase.text.startswith("skip"):
        return Say(talk.CANCELLED)
    anew = recognise(phrase) if len(phrase.words) <= _SHORT else None
    if phrase.text in {"help", "hi", "hello"} or (anew and anew.intent.name in _ELSEWHERE):
        return None
    return Request(BY_NAME["recall"], {"answer": verbatim(text)[:_MOST_ANSWERED]})


def _revise_one(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Start the revision whose number was said."""
    choice = questions.picked_line(phrase, last.answer)
    return Request(BY_NAME["revise"], {"topic": choice.split(" (")[0]}) if choice else None


def _grade(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Take the grade that was asked for; the topic was named before."""
    found = read_rating(phrase)
    if "grade" not in found:
        return None
    before = understand((), last.student)
    topic = before.arguments if isinstance(before, Request) and before.intent.name == "rate" else {}
    return Request(BY_NAME["rate"], topic | {"grade": found["grade"]})


_MORE = re.compile(
    r"(?:(?:yes|yeah|ok|okay|sure|please|im|still|one|i need|give me|the|and|now)\s)*"
    r"(?:yes|ok|more|next|next one|another|another one|one more|go on|continue|keep going|stuck|help)(?: please| here)?"
)


def _say_tried(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Take a reply as what was tried; a short one that plainly means something else is that."""
    anew = recognise(phrase)
    if _GIVEN_UP.fullmatch(phrase.text):
        return Say(talk.CANCELLED)
    if anew and anew.intent.name == "hint-tried":
        return _about(Request(BY_NAME["hint"], anew.arguments), last)
    if anew and anew.verb == "give_hint":
        return _about(anew, last)
    if anew and anew.arguments.get("outcome") in ("unaided", "with-help"):
        return _about(anew, last)
    if anew and len(phrase.words) < _TOLD and anew.intent.name not in {"log", "find"}:
        return None
    return _about(Request(BY_NAME["hint"], {"tried": phrase.typed or phrase.text}), last)


def _climb(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Go on with the problem whose hint was shown: another one, the solution, or how it went."""
    if _MORE.fullmatch(phrase.text):
        return _about(Request(BY_NAME["hint"], {}), last)
    anew = recognise(phrase)
    if anew and anew.verb == "record_attempt":
        # After a hint it was solved with help, which need not be asked.
        return _about(_with(anew, {"outcome": "with-help"} | anew.arguments), last)
    return _about(anew, last) if anew and anew.verb == "give_hint" else None


def _confirm_solution(phrase: Phrase, last: Exchange) -> Request | Say | None:
    if _NO.fullmatch(phrase.text):
        return Say(talk.NO_SOLUTION)
    if _YES.fullmatch(phrase.text):
        return _about(Request(BY_NAME["hint"], {"solution": True}), last)
    return _climb(phrase, last)


def _about(request: Request, last: Exchange) -> Request:
    """Return the request for the problem that the last message named, unless it names one itself."""
    named = questions.named_in(last.answer)
    return request if "problem" in request.arguments or named is None else _with(request, {"problem": named})


def _tap(phrase: Phrase) -> Request | Say | None:
    """Take an answer to a placement's question; what is plainly something else leaves the placement open."""
    if answer := read_tap(phrase):
        return Request(BY_NAME["tap"], {"answer": answer})
    if recognise(phrase) or talk.small_talk(phrase):
        return None
    return Say(f"I didn't catch that: 1 is unaided, 2 with help, 3 not yet. {questions.PLACE.text}")


_OFFERS: dict[str, Callable[[Phrase, Exchange], Request | Say | None]] = {
    "import": imports.reply,
    "zone": reminder_replies.reply_zone,
    "list": imports.change_subject,
    "revision": _revise_one,
    "grade": _grade,
    "greeting": _choose,
    "stuck": _confirm_stuck,
    "introduction": _introduce,
    "pick": _pick,
    "plan": _begin,
    "it": _take_offer,
    "tried": _say_tried,
    "climb": _climb,
    "solution": _confirm_solution,
}
