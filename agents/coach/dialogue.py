"""From a conversation to what the student wants now: a verb to call, or something to say.

Nothing is remembered beside the conversation: a question of the coach is recognised by its words, and a reply to it
changes the request that led to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.coach import code, hint_replies, imports, level_replies, questions, recent, reminder_replies, slots, talk
from agents.coach.details import Arguments
from agents.coach.exchange import Exchange, Past, Say
from agents.coach.intents import BY_NAME, Request
from agents.coach.moved import is_moved_interview, read_moved_interview
from agents.coach.named import titles_in
from agents.coach.notes import take_note, verbatim
from agents.coach.offer_replies import OFFERS, greeted
from agents.coach.phrase import LONGEST, MOST_WORDS, Phrase, clean, read
from agents.coach.questions import Question
from agents.coach.readers import read_correction, read_introduction
from agents.coach.recognition import obey, recognise
from agents.coach.reminder_times import explain_hour
from agents.coach.revision_readers import read_rating
from agents.coach.wishes import is_wish
from tools.arguments import check_minutes
from tools.errors import ToolRetry
from tools.hints import TRIED_LIMIT
from tools.zones import is_place

__all__ = ["CHECK", "GUESS", "Exchange", "Say", "decide", "understand"]

_CANCEL = re.compile(r"(?:cancel|never ?mind|nvm|forget (?:it|that)|skip(?: it| this)?|stop|nothing|none)")
GUESS: Arguments = {"limit": 1}
"""The argument that marks a look-up made because nothing else fits: only a certain match is worth telling."""
_SHORT = 7
"""Words up to which a message after a revision's questions may be something else than their answer."""
_MOST_ANSWERED = 6000
_SETTINGS = frozenset({"undo", "due", "tasks", "snooze", "pause", "revise", "catch up", "revision cap", "profile"})
_ELSEWHERE = _SETTINGS | reminder_replies.NAMES
CHECK: Arguments = {"limit": 4}
"""The argument that marks a look-up made before the coach asks how a problem went: there must be such a problem."""
_PROFILE_TALK = {"later": talk.SKIPPED, "interview": questions.WHEN.text, "no reminder": talk.NO_REMINDER}
"""What is said to /profile with a word that changes nothing yet: taps say it."""
_ASKED_AGAIN = (questions.AGAIN, questions.CHOOSE)
"""What is asked where a name or a day was no good."""
_LISTED = {"log": Request(BY_NAME["plan"], code.LOOK), "resume": Request(BY_NAME["conversations"], {})}
"""The commands whose argument is picked from a list."""
_LOOKED_BACK = 6
"""Answers back to which a message may refer, and code that was sent is looked for."""


def decide(past: Sequence[Exchange], text: str) -> Request | Say:
    """Return the request that is ready to be called, or what to say instead: a question, an answer."""
    talked = _lately(past)
    wanted = _understand(talked, text)
    if wanted == Say(talk.GREETING) and past:
        # The numbers of its list belong to whatever list the conversation is about by now.
        return Say(talk.HELLO_AGAIN)
    if isinstance(wanted, Say):
        return wanted
    if question := questions.ask_for(wanted):
        return _check(wanted) or Say(question.text)
    return _with_code(talked, wanted)


def _with_code(past: Past, report: Request) -> Request:
    """Return a report of how a problem went, with the code that was sent for it since the one before."""
    if report.verb != "record_attempt" or "code" in report.arguments:
        return report
    for at in range(len(past) - 1, max(-1, len(past) - 1 - _LOOKED_BACK), -1):
        said = past[at].student
        if code.is_code(said):
            about = code.is_about(past[at].answer, report.arguments.get("problem"))
            return report.having({"code": code.code_in(said)}) if about else report
        before = past[: at + 1].read_last(_understand)
        if isinstance(before, Request) and before.verb in {"record_attempt", "start_problem"} and not before.missing:
            break
    return report


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
    return _understand(_lately(past), text)


def _lately(past: Sequence[Exchange]) -> Past:
    """Return the part of a conversation that a message may be about; slips at its end do not count."""
    kept = len(recent.without_slips(Past(past)))
    return Past(past[max(0, kept - _LOOKED_BACK) :])


def _understand(past: Past, text: str) -> Request | Say:
    tidy, asked = clean(text), recent.without_slips(past)
    missed, past = len(asked) < len(past), asked
    if whole := take_note(text) or _written(past, text) or imports.take_list(text, past[-1].answer if past else ""):
        return whole
    if said := explain_hour(tidy):
        return Say(said)
    if tidy.startswith("/"):
        return _obey(tidy)
    if past and questions.find_question(past[-1].answer) is questions.RECALL and (told := _recall(text, read(tidy))):
        return told
    if code.is_code(text):
        return _take_code(past, text)
    if len(tidy) > LONGEST:
        return Say(talk.TOO_LONG)
    phrase = read(tidy)
    if len(phrase.words) > MOST_WORDS:
        return Say(talk.TOO_LONG)
    if not phrase:
        return _afresh(phrase)
    answer = _correct(past, phrase) or _reply(past, phrase, missed=missed) or _number(past, phrase)
    return answer or _afresh(phrase)


def _correct(past: Past, phrase: Phrase) -> Request | None:
    """Return the other day that was meant right after the interview's day was told: "actually its a week later"."""
    other = read_correction(phrase) or read_moved_interview(phrase, about_it=True)
    if not other or not past or questions.find_question(past[-1].answer) not in (None, questions.INTRODUCE):
        return None
    before = past.read_last(_understand)
    about_it = isinstance(before, Request) and "target_date" in before.arguments
    return Request(BY_NAME["profile"], other) if about_it else None


def _take_code(past: Past, text: str) -> Request:
    """Return what code is sent for: as what was tried, with a report, or else with the problem that is started."""
    last = past[-1] if past else Exchange("", "")
    if questions.find_question(last.answer) is questions.TRIED:
        return hint_replies.about(Request(BY_NAME["hint"], {"tried": verbatim(text)[:TRIED_LIMIT]}), last)
    beside = recognise(read(code.words_beside(text)))
    if beside and beside.verb == "record_attempt":
        return beside.having({"code": code.code_in(text)})
    return Request(BY_NAME["plan"], code.LOOK)


def _number(past: Past, phrase: Phrase) -> Request | Say | None:
    """Return what a number means that answers no question: an entry of the last list, or a question which one."""
    bare, at = recent.is_bare(phrase), recent.find_list(past)
    if at is None:
        return Say(recent.say_no_list(phrase)) if bare else None
    shown = past[at]
    question = questions.find_question(shown.answer)
    if question and question.slot in recent.OPENING and questions.picked_line(phrase, shown.answer):
        return _reply(past[: at + 1], phrase)
    if not bare:
        return None
    if question is questions.PLACE:
        return Request(BY_NAME["placement"], {})
    return Say(recent.say_beyond(phrase, shown.answer) or recent.say_ways(phrase, shown.answer))


def _written(past: Past, text: str) -> Request | None:
    """Return the request that a note's text completes, where the last message asked for one."""
    question = questions.find_question(past[-1].answer) if past else None
    if question not in (questions.WHAT_NOTE, questions.WHAT_INSTEAD) or clean(text).startswith("/"):
        return None
    phrase = read(text)
    if not phrase or _CANCEL.fullmatch(phrase.text) or is_wish(phrase):
        return None
    before = past.read_last(_understand)
    if isinstance(before, Say) or question.intent != before.intent.name:
        return None
    return before.having({"text": verbatim(text)})


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
    request = obey(name, phrase)
    if request and not request.arguments and (listed := _LISTED.get(name)):
        return listed
    return request or Say(talk.unknown_command(name, rest))


def _afresh(phrase: Phrase) -> Request | Say:
    said = talk.small_talk(phrase)
    if said:
        return Say(said)
    if request := recognise(phrase):
        return request
    found = read_introduction(phrase)
    if len(found) > 1 and is_place(found.get("time_zone", "")):
        return Request(BY_NAME["profile"], found)  # "45 min, berlin", after something else was asked
    if is_moved_interview(phrase):
        return Say(questions.WHEN.text)
    if talk.may_be_a_title(phrase) and phrase.typed:
        return Request(BY_NAME["find"], {"query": phrase.typed, **GUESS})
    return Say(talk.give_up(phrase))


def _reply(past: Past, phrase: Phrase, *, missed: bool = False) -> Request | Say | None:
    """Return what a reply means to the last message; None where it answers no question of the coach.

    `missed`: the question was asked once more, after a reply that was none.
    """
    last = past[-1] if past else Exchange("", "")
    question = questions.find_question(last.answer)
    if question is None:
        return greeted(phrase) if not last.answer else None
    if question is questions.PLACE:
        tapped = level_replies.tap(phrase)
        return None if missed and isinstance(tapped, Say) else tapped
    if question.slot in _OFFERS:
        return _OFFERS[question.slot](phrase, last)
    if _CANCEL.fullmatch(phrase.text):
        return Say(talk.CANCELLED)
    before = _asked_for(past, question)
    if before is None:
        return None
    if question.slot == "outcome":
        if "problem" not in before.arguments and (named := questions.named_in(last.answer)):
            before = before.having({"problem": named})
        return slots.tell_outcome(before, question, phrase, missed=missed)
    if question is questions.CHOOSE and (several := titles_in(before.arguments.get("problem") or "")):
        return slots.first_of(several, before, phrase, last.answer)
    again = question in _ASKED_AGAIN and recognise(read(last.student)) is None
    return slots.fill(before, question, phrase, last.answer, again=again)


def _asked_for(past: Past, question: Question) -> Request | None:
    """Return the request that the last question was about; None where there was none."""
    before = past.read_last(_understand)
    if isinstance(before, Say) and len(past) > 1 and past[-2].answer == past[-1].answer:
        return _asked_for(past[:-1], question)  # it was asked once more
    if question.intent and (isinstance(before, Say) or before.intent.name != question.intent):
        return Request(BY_NAME[question.intent], {})
    return None if isinstance(before, Say) else before


def _recall(text: str, phrase: Phrase) -> Request | Say | None:
    """Take whatever is said as the answer to a revision's questions, unless it clearly is something else."""
    if not phrase:
        return None
    if _CANCEL.fullmatch(phrase.text) and not phrase.text.startswith("skip"):
        return Say(talk.CANCELLED)
    anew = recognise(phrase) if len(phrase.words) <= _SHORT else None
    if phrase.text in {"help", "hi", "hello"} or (anew and anew.intent.name in _ELSEWHERE) or is_wish(phrase):
        return None
    return Request(BY_NAME["recall"], {"answer": verbatim(text)[:_MOST_ANSWERED]})


def _grade(phrase: Phrase, last: Exchange) -> Request | Say | None:
    """Take the grade that was asked for; the topic was named before."""
    found = read_rating(phrase)
    if "grade" not in found:
        return None
    before = understand((), last.student)
    topic = before.arguments if isinstance(before, Request) and before.intent.name == "rate" else {}
    return Request(BY_NAME["rate"], topic | {"grade": found["grade"]})


_OFFERS = OFFERS | {"grade": _grade}
