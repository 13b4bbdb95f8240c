"""Telling a new wish from an answer: what the coach's own phrases say is never taken for the answer to a question."""

from __future__ import annotations

import re
from typing import Final

from agents.coach import reminder_intents, talk
from agents.coach.intents import Request
from agents.coach.named import is_title, title_of
from agents.coach.phrase import Phrase, read
from agents.coach.recognition import recognise

_ASKED_FOR: Final = re.compile(
    r"(?:give|show|suggest|get|tell|find|export) (?:me|us|my)\b.*|(?:next )?hint(?:s)?\b.*|undo\b.*|"
    r"(?:add|make|create|new|delete|remove|edit|move|done with) (?:a |an |the |my )?(?:task|todo|note|reminder)s?\b.*|"
    r"(?:remind|place|quiz|help) me\b.*|(?:my|the) (?:interview|onsite|name|time ?zone|tasks|notes)\b.*|"
    r"(?:how|what|whats|why|when|which|where|who|am|do|did|can) .*|"
    r"(?:i|ive|i have|just|yesterday|today)(?: just| finally| already)* "
    r"(?:solved|did|finished|completed|got stuck|only)\b.*|"
    r"solved .*|done\b.*|(?:i )?(?:have|only have|got) [0-9]+ (?:min|minutes|hours?)|snooze .*|pause .*|resume .*|"
    r"(?:another|easier|harder|a different)\b.*|forget .*|(?:not|skip) (?:today|this|it)\b.*|"
    r"(?:an?|some) (?:easy|medium|hard)\b.*|call me .*|im (?:in|from) .*|all but .*"
)
"""How a wish begins that no title of a task, no note and no answer from memory does."""
_TALKING: Final = re.compile(
    r"(?:i|im|ive|id|ill|you|your|youre|we|it|its|thats|they|he|she|there|not|no|yes|yeah|ok|okay|well|but|because|lol|"
    r"haha|sorry|please|maybe|idk|dunno|hm+|uh+)\b"
)
_LONGEST_NAME: Final = 5
_PLAIN: Final = frozenset({"revision cap", "plan", "progress", "due", "tasks", "placement", "conversations"}).union(
    row.name for row in reminder_intents.ROWS
)
"""Rows whose words are nothing else."""
_SHORT: Final = 7
"""Words up to which a wish that names nothing may be as long."""
_SUGGESTED: Final = frozenset(
    read(said).text
    for text in vars(talk).values()
    if isinstance(text, str)
    for said in re.findall(r"`([^`{}\n]+)`", text)
)
"""What the coach's own texts suggest to say."""


def is_wish(phrase: Phrase) -> bool:
    """Return whether words that could be any text ask for something: to where free words are asked for."""
    if phrase.text in _SUGGESTED:
        return True
    anew = recognise(phrase)
    if anew is None:
        return False
    if anew.intent.name in _PLAIN or (anew.intent.name == "find" and is_title(anew.arguments.get("query", ""))):
        return True
    bare = not anew.arguments and len(phrase.words) <= _SHORT
    bare = bare or (anew.verb == "record_attempt" and "problem" not in anew.arguments)
    return bare or _ASKED_FOR.fullmatch(phrase.core().text) is not None


def is_something_else(anew: Request | None, phrase: Phrase) -> bool:
    """Return whether words that should name something ask for something instead."""
    return anew is not None and not is_title(phrase.typed)


def may_name(phrase: Phrase) -> bool:
    """Return whether words clearly name something: a problem, a topic, a task; talk names nothing."""
    if "://" in phrase.typed or title_of(phrase.typed):
        return True
    return 0 < len(phrase.words) <= _LONGEST_NAME and not _TALKING.match(phrase.text)
