"""The rows about reminders. The word stands for tasks too: what says neither when nor how is left to those."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import Arguments
from agents.coach.intent import Intent
from agents.coach.notation import phrases
from agents.coach.phrase import Phrase
from agents.coach.reminder_times import CLOCK, MEANT, read_time, shed_daily
from agents.coach.revision_intents import QUESTION
from agents.coach.revision_readers import read_pause

COMMAND: Final = "remind"
_AT: Final = re.compile(
    rf"(?<!\S)(?:(?:at|to|for|around|about) (?P<at>{CLOCK})|(?P<bare>{MEANT})|(?:in the |each |every )"
    r"(?P<part>morning|evening|afternoon))(?: o ?clock)?(?!\S)"
)
_BETWEEN: Final = re.compile(
    rf"(?:(?:from|between|at)\s)?(?P<from>{CLOCK})(?: ?(?:to|until|till|and|-|–) ?| )(?P<until>{CLOCK})"
)
_SNOOZED: Final = re.compile(
    r"(?:(?:again|instead|until|till|to|for|in|by|please)\s)*"
    r"(?P<until>(?:[0-9]{1,3}|an?|half an?) ?(?:hours?|hrs?|h|minutes?|mins?|m)|tonight|this evening|later today|"
    r"tomorrow(?: morning)?)(?: (?:again|instead|please))*"
)
_SNOOZED_LAST: Final = re.compile(rf"(?<!\S){_SNOOZED.pattern}$")
_MY: Final = "[the|my|a|an|all|any|of|this|that|todays|your|daily|these]*"
_DAILY: Final = "[every day|everyday|daily|each day|every|day|again|please|always]*"
_STOP: Final = "(stop|cancel|disable|turn off|switch off|end|delete|remove|kill)"


def shed_clock(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take a time of day out: {"at": "8:00"}; a bare number is one only after "at", "to" or "for"."""
    match, rest = phrase.cut(_AT)
    return ({"at": match["at"] or match["bare"] or match["part"]}, rest) if match else ({}, phrase)


def shed_until(phrase: Phrase) -> tuple[Arguments, Phrase]:
    """Take out until when a reminder is put off, where that ends the phrase."""
    match, rest = phrase.cut(_SNOOZED_LAST)
    return ({"until": match["until"]}, rest) if match else ({}, phrase)


def read_snooze(rest: Phrase) -> Arguments:
    """Read until when today's reminder is put off."""
    found = _SNOOZED.fullmatch(rest.text)
    return {"until": found["until"]} if found else {}


def read_quiet(rest: Phrase) -> Arguments:
    """Read quiet hours: "22:00 to 7:00", "off"."""
    if re.search(r"\b(?:off|none|no)\b", rest.text):
        return {"quiet_from": "00:00", "quiet_until": "00:00"}
    found = _BETWEEN.search(rest.text.replace("-", " to "))
    return {"quiet_from": found["from"].strip(), "quiet_until": found["until"].strip()} if found else {}


def _read_on(_: Phrase) -> Arguments:
    return {"on": True}


def _read_off(_: Phrase) -> Arguments:
    return {"on": False}


def _read_weekly(rest: Phrase) -> Arguments:
    return {"weekly": rest.text not in {"stop", "no", "no more", "disable", "turn off", "switch off", "cancel", "off"}}


def command_of(rest: Phrase) -> tuple[str, Arguments]:
    """Return the row and the arguments of what stands after /remind: "8:00", "off", "snooze 1h", "not today"."""
    words = rest.text
    if not words:
        return "reminders", {}
    if words in ("on", "off"):
        return "remind", {"on": words == "on"}
    if words in ("not today", "skip", "skip today", "today off", "no"):
        return "skip today", {}
    if found := re.match(r"(?:snooze|later|put off)(?: |$)", words):
        return "snooze reminder", read_snooze(rest.part((found.end(), len(words))))
    if until := read_snooze(rest):
        return "snooze reminder", until
    if words.startswith("pause"):
        return "pause reminders", read_pause(rest)
    if words in ("resume", "unpause", "continue"):
        return "resume reminders", {}
    if words.startswith("weekly"):
        return "remind", {"weekly": not words.endswith("off")}
    if words.startswith("quiet"):
        return "remind", read_quiet(rest)
    timed = read_time(rest)
    return ("", {}) if timed is None else ("remind", timed)


ROWS: Final[tuple[Intent, ...]] = (
    Intent(
        name="remind",
        verb="set_reminder",
        sheds=shed_clock,
        only_with="at",
        phrases=phrases(
            f"remind me {_DAILY}",
            f"[set|change|move|make|put|i|want|give|send|me|create|set up|start|id like|have|get|wake]* {_MY} "
            f"(reminder|reminders) {_DAILY}",
        ),
        unless=QUESTION,
        command=(
            COMMAND,
            "[8:00|on|off|snooze 1h|tonight|not today|pause DAY|weekly off|quiet 22:00-07:00]",
            "a reminder every day at your local time",
        ),
    ),
    Intent(
        name="remind",
        verb="set_reminder",
        sheds=shed_daily,
        only_with="at",
        phrases=phrases("remind me", "[set|create|i|want|give|send|me]* (a|my|the) [daily] reminder"),
        unless=QUESTION,
    ),
    Intent(
        name="remind",
        verb="set_reminder",
        phrases=phrases(
            "remind me (every day|everyday|daily|each day) [please]",
            f"(turn on|switch on|enable|activate|start|begin) [sending|me]* {_MY} reminders [again]",
            f"turn {_MY} reminders on [again]",
            "[i want|i need|give me|send me|set up|i would like|set|create|activate]* (a|the|my) daily reminder",
            "start reminding me [again]",
        ),
        read=_read_on,
        unless=QUESTION,
    ),
    Intent(
        name="remind",
        verb="set_reminder",
        phrases=phrases(
            f"(stop|quit) (reminding|bothering|nagging) me {_DAILY}",
            f"{_STOP} [sending|me]* {_MY} reminders [to me]",
            f"(turn|switch) {_MY} reminders off",
            "(no|no more|without) reminders [please|anymore|any more]*",
            "(dont|do not|never) remind me [anymore|any more|every day|again|daily]*",
            "i (dont|do not|no longer) (want|need) [any|more|your|daily|the|these]* reminders [anymore|any more]*",
        ),
        read=_read_off,
        unless=re.compile(r"\b(?:should|did|can|when|whether|if|until|till|weekly)\b"),
    ),
    Intent(
        name="remind",
        verb="set_reminder",
        phrases=phrases(
            "<(stop|no|no more|disable|turn off|switch off|cancel|turn on|enable|send me|switch on|i want)> "
            "[sending|me|the|my|your|a]* weekly (summary|summaries|reminder|report)",
        ),
        read=_read_weekly,
        unless=QUESTION,
    ),
    Intent(
        name="remind",
        verb="set_reminder",
        phrases=phrases(
            "[set|change|make|my|the|to]* quiet hours [are|is|to|from|between]* <...>",
            "(no|dont send me|do not send me) [any] (reminders|messages) <(between|from) ...>",
        ),
        read=read_quiet,
        unless=re.compile(r"\b(?:should|when|what|are my)\b"),
    ),
    Intent(
        name="snooze reminder",
        verb="snooze_reminder",
        phrases=phrases(
            f"(snooze|put off) {_MY} (reminder|reminders) [off]",
            f"(postpone|delay|push) {_MY} (daily|todays) reminder [back|off]*",
            f"put {_MY} reminder off",
            "remind me [again|later]*",
        ),
        read=read_snooze,
        sheds=shed_until,
        only_with="until",
        unless=QUESTION,
    ),
    Intent(
        name="snooze reminder",
        verb="snooze_reminder",
        phrases=phrases(f"(snooze|put off) {_MY} (reminder|reminders)", "remind me later"),
        needs="until",
        named="until",
        read=read_snooze,
        unless=QUESTION,
    ),
    Intent(
        name="skip today",
        verb="skip_today",
        phrases=phrases(
            "(not|skip) today [please|thanks|sorry|thank you]*",
            f"(no|skip) {_MY} (reminder|reminders) [for] today",
            "skip todays reminder",
            "leave today out",
        ),
    ),
    Intent(
        name="pause reminders",
        verb="pause_reminders",
        phrases=phrases(
            f"(pause|suspend|freeze|stop|hold|mute) {_MY} (reminders|reminder) [<...>]",
            "no [more] reminders <(until|till|for) ...>",
            "(dont|do not|stop) (remind|reminding) me <(until|till|for) ...>",
        ),
        read=read_pause,
        needs="until",
        named="until",
        unless=re.compile(r"\b(?:should|did|when|whether|if)\b"),
    ),
    Intent(
        name="resume reminders",
        verb="resume_reminders",
        phrases=phrases(
            f"(resume|unpause|restart|continue|unmute|go on with) {_MY} reminders",
        ),
        unless=QUESTION,
    ),
    Intent(
        name="reminders",
        verb="show_reminders",
        phrases=phrases(
            "[show|list|see|check|whats|what|is|are|view|tell|me|about]* (my|the) [daily|next]* (reminders|reminder) "
            "[settings|setting|time|times|set to]*",
            "(when|what time) (do|will|is|are|does|am) [you|i|my|the|next|daily|get|be]* "
            "(remind me|reminder|reminders|reminded) [next|set|come|coming|today|sent]*",
            "do i (have|get) [a|any|daily]* (reminder|reminders)",
            "reminders",
        ),
    ),
)
