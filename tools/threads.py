"""A student's conversations as they see them: threads, of which a long one has several documents.

The first part's `conversationId` is the thread's name; the following ones are called "name~2", "name~3".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, get_args

from store.client import ObjectId, Raw
from store.documents.account import ConversationTitle
from store.documents.scalars import read_time
from store.documents.sessions import AIMentorConversation, ConversationType
from tools.arguments import LOOKUP_LIMIT, check_number, clean_text, name_some, shown
from tools.context import MentorContext
from tools.errors import ToolFailed, ToolRetry
from tools.matching import fold, rank, winner
from tools.problems import read_facts

_COMMAND: Final = re.compile(r"/new\b|(?:i want to |lets |let's )?(?:start|begin|open|new|fresh)\b", re.IGNORECASE)

_PUBLIC: Final = "public:"
_PART = re.compile(r"(?P<thread>.+)~(?P<part>[1-9][0-9]{0,5})", re.DOTALL)


def public_thread(student: ObjectId, platform: str, address: str) -> str:
    """Return the thread in which is kept what a student says at an address where others read along.

    It never runs, is never listed, resumed or searched: nothing of it is told in private, nor the other way round.
    """
    return f"{_PUBLIC}{student}:{platform}:{address.replace('~', '-')}"


def thread_of(conversation_id: str) -> str:
    """Return the thread that a conversation's id belongs to."""
    match = _PART.fullmatch(conversation_id)
    return match["thread"] if match else conversation_id


def part_of(conversation_id: str) -> int:
    """Return which part of its thread a conversation is, from 1."""
    match = _PART.fullmatch(conversation_id)
    return int(match["part"]) if match else 1


def id_of(conversation: Raw) -> str:
    """Return what a stored conversation is called: its document's id where it has no name that can be read."""
    name = conversation.get("conversationId")
    return name if isinstance(name, str) and name else str(conversation["_id"])


def name_next(thread: str, conversation_ids: Iterable[str]) -> str:
    """Return the id of the part that follows those of a thread that are there."""
    return f"{thread}~{max(map(part_of, conversation_ids), default=1) + 1}"


def name_before(conversation_id: str) -> str | None:
    """Return the id of the part before this one, or None for the first."""
    part, thread = part_of(conversation_id), thread_of(conversation_id)
    if part == 1:
        return None
    return thread if part == 2 else f"{thread}~{part - 1}"


@dataclass(frozen=True)
class Thread:
    """A conversation with all its parts (without their messages), oldest first. `number` is its place in the list."""

    number: int
    name: str
    title: str
    problem: str | None
    parts: tuple[Raw, ...]

    @property
    def last(self) -> Raw:
        """Return the part that goes on."""
        return self.parts[-1]

    @property
    def kind(self) -> ConversationType:
        """Return the conversation's type; what another program wrote and the contract does not know is general."""
        kinds: tuple[ConversationType, ...] = get_args(ConversationType)
        return next((kind for kind in kinds if kind == self.last.get("conversationType")), "general")

    @property
    def used(self) -> datetime | None:
        """Return when something was last said in it."""
        times = [read_time(part.get("lastMessageTime")) for part in self.parts]
        return max((time for time in times if time is not None), default=None)

    @property
    def messages(self) -> int:
        """Return how many messages it holds."""
        return sum(int(part["messages"]) for part in self.parts)

    @property
    def topic(self) -> str | None:
        """Return the topic that it is about, if any."""
        topic = self.last.get("contextTopic")
        return topic if isinstance(topic, str) and topic else None

    @property
    def active(self) -> bool:
        """Return whether it is the one that runs."""
        return any(part.get("isActive") is True for part in self.parts)


async def read_threads(context: MentorContext) -> list[Thread]:
    """Return the student's conversations, the last used first, numbered from 1.

    Empty closed ones are left out, and what was said where others read along.
    """
    raws = await context.work.of(AIMentorConversation).aggregate(
        {}, {"$project": _SHAPE}, {"$sort": {"lastMessageTime": -1, "_id": -1}}
    )
    grouped: dict[str, list[Raw]] = {}
    for raw in raws:
        shown = raw["messages"] or raw.get("isActive") is True
        if shown and not id_of(raw).startswith(_PUBLIC):
            grouped.setdefault(thread_of(id_of(raw)), []).append(raw)
    titles = {title.thread: title.title for title in await context.work.of(ConversationTitle).find({})}
    problems = await _problem_titles(context, raws)
    threads = []
    for number, (name, parts) in enumerate(grouped.items(), 1):
        parts.sort(key=lambda part: part_of(id_of(part)))
        about = parts[-1].get("contextProblemId")
        thread = Thread(number, name, "", problems.get(about) if isinstance(about, ObjectId) else None, tuple(parts))
        title = titles.get(name) or thread.problem or thread.topic or _first_words(parts[0]) or "New conversation"
        threads.append(replace(thread, title=title))
    return threads


async def pick_thread(context: MentorContext, which: str) -> Thread:
    """Return the conversation that somebody means by a number or words of its title. Raises: ToolRetry, ToolFailed."""
    said = clean_text(which, "the conversation", limit=LOOKUP_LIMIT)
    threads = await read_threads(context)
    if not threads:
        raise ToolFailed("There is no earlier conversation.")
    number = said.removeprefix("#").strip()
    if place := check_number(number, "conversation", highest=len(threads)):
        return threads[place - 1]
    return _by_title(said, threads)


def _by_title(said: str, threads: Sequence[Thread]) -> Thread:
    folded = fold(said)
    found = [thread for thread in threads if fold(thread.title) == folded]
    found = found or [thread for thread in threads if folded and folded in fold(thread.title)]
    near = rank(said, {str(thread.number): thread.title for thread in threads}, limit=5)
    if not found and (best := winner(near)):
        found = [threads[int(best.key) - 1]]
    if len(found) == 1:
        return found[0]
    offered = (found or [threads[int(match.key) - 1] for match in near] or list(threads))[:5]
    listed = name_some([f"{thread.number} ({thread.title})" for thread in offered], 5)
    choices = [str(thread.number) for thread in offered]
    raise ToolRetry(f"Which conversation is {shown(said)}: {listed}? Say its number.", choices=choices)


async def _problem_titles(context: MentorContext, raws: Sequence[Raw]) -> dict[Any, str]:
    wanted = {raw["contextProblemId"] for raw in raws if isinstance(raw.get("contextProblemId"), ObjectId)}
    return {problem: facts.title for problem, facts in (await read_facts(context, wanted)).items()}


def _first_words(part: Raw) -> str:
    """Return the beginning of what the student said first, the words that began the conversation aside."""
    said = [line for words in part["begins"] if (line := " ".join(" ".join(words).split()))]
    words = said[1] if len(said) > 1 and _COMMAND.match(said[0]) else "".join(said[:1])
    return words if len(words) <= 60 else words[:59] + "…"


def _words_at(place: int) -> Raw:
    """Return the first words of a message. Cut between words: cutting within a text fails where it is no UTF-8."""
    content: Raw = {"$arrayElemAt": [{"$map": {"input": {"$slice": [_HISTORY, 4]}, "in": "$$this.content"}}, place]}
    text: Raw = {"$convert": {"input": content, "to": "string", "onError": "", "onNull": ""}}
    return {"$slice": [{"$split": [text, " "]}, 20]}


_HISTORY: Final[Raw] = {"$cond": [{"$isArray": "$messageHistory"}, "$messageHistory", []]}
_SHAPE: Final[Raw] = {
    "conversationId": 1,
    "conversationType": 1,
    "contextTopic": 1,
    "contextProblemId": 1,
    "isActive": 1,
    "lastMessageTime": 1,
    "messages": {"$size": _HISTORY},
    "begins": [_words_at(0), _words_at(2)],
}
