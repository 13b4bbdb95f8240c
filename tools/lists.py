"""The list that a student means: their own words, read from their own messages and never from a model's copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from store.documents.learner import Attempt
from store.documents.own import Turn
from store.documents.problems import Problem, Submission
from sync.errors import ListTooLong
from sync.listing import Listing, read_list
from tools.arguments import clean_text, shown
from tools.context import MentorContext
from tools.dates import local_day
from tools.errors import ToolRetry
from tools.matching import fold
from tools.recognition import Found, ProblemIndex, recognise_all
from tools.topics import read_topics

LIST_LIMIT: Final = 200_000
"""Characters of a list. A message is shorter; a function may be given a file."""
_LOOKED_BACK: Final = 4
_ENOUGH: Final = 2
"""Lines that must be problems in an earlier message before that is taken for the list that is meant."""
_FIELDS: Final = ("title", "platform", "platformId", "externalId", "url")
_NOTHING: Final = (
    "There is no list of problems in this message yet; nothing is stored before you have seen what I make of it."
)


async def read_said(context: MentorContext, text: str | None) -> tuple[Listing, list[Found]]:
    """Return the list that is meant and what its lines are: `text` where it is given, else the student's message.

    Where the message itself holds no list, the messages just before it are looked at. What a model gives as the text
    must stand in the student's message. Raises: ToolRetry.
    """
    index = await read_index(context)
    turns = await _turns(context)
    if text is not None:
        text = clean_text(text, "the list", limit=LIST_LIMIT)
        if turns and not any(_flat(text) in _flat(turn.text) for turn in turns):
            raise ToolRetry("Leave the text out: the list is read from the student's own message, word for word.")
        return _read(context, index, text)
    for place, turn in enumerate(turns):
        listing, found = _read(context, index, turn.text)
        known = sum(one.problem is not None for one in found)
        if (place == 0 and (known or len(found) > _ENOUGH)) or known >= _ENOUGH:
            return listing, found
    if turns:
        listing, found = _read(context, index, turns[0].text)
        if found:
            return listing, found
        if listing.unread:
            raise ToolRetry(none_read(listing))
    raise ToolRetry(_NOTHING)


def none_read(listing: Listing) -> str:
    """Return what is said of a list in which no line names a problem."""
    if not listing.unread:
        return "There is no problem in that list."
    first = listing.unread[0]
    lines = "the only line" if listing.given == 1 else f"any of the {listing.given} lines"
    named = f"{shown(first.text)}: " if first.text else ""
    return f"I could not read {lines} of that list. {named}{first.reason}."


async def read_index(context: MentorContext) -> ProblemIndex:
    """Return the catalogue's problems by everything that names them."""
    book = await read_topics(context)
    problems = await context.work.shared(Problem).sketch({"platform": {"$ne": "internal"}}, *_FIELDS)
    return ProblemIndex(problems, lambda said: book.find(said) is not None)


async def read_known(context: MentorContext, problems: Sequence[object]) -> dict[object, bool]:
    """Return those of the problems of which something is recorded, with whether one of that is a solve."""
    known: dict[object, bool] = {}
    query = {"problemId": {"$in": list(problems)}}
    for attempt in await context.work.of(Attempt).find(query):
        known[attempt.problem_id] = known.get(attempt.problem_id, False) or attempt.outcome != "stuck"
    for submission in await context.work.of(Submission).find(query):
        known[submission.problem_id] = known.get(submission.problem_id, False) or submission.solved
    return known


async def _turns(context: MentorContext) -> list[Turn]:
    """Return the message that is being answered and those before it, the newest first."""
    if context.turn is None:
        return []
    now = await context.work.of(Turn).get(context.turn)
    if now is None:
        return []
    earlier = {"seq": {"$lt": now.seq, "$gte": now.seq - _LOOKED_BACK}}
    return [now, *await context.work.of(Turn).find(earlier, sort=[("seq", -1)])]


def _read(context: MentorContext, index: ProblemIndex, text: str) -> tuple[Listing, list[Found]]:
    try:
        listing = read_list(text, local_day(context.now(), context.zone))
    except ListTooLong as exc:
        raise ToolRetry(str(exc)) from exc
    return listing, recognise_all(index, listing.entries)


def _flat(text: str) -> str:
    return fold(text)
