"""Conversations with the mentor: begin one, give it a name, list, resume and search them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, get_args

from pydantic import Field

from store.client import Raw
from store.documents.account import ConversationTitle
from store.documents.problems import Problem
from store.documents.scalars import read_time
from store.documents.sessions import AIMentorConversation, ConversationType
from tools.arguments import LOOKUP_LIMIT, clean_line, clean_text, name_some, shown
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import local_day
from tools.errors import ToolFailed, ToolRetry
from tools.problems import resolve_problem
from tools.search import Search
from tools.threads import Thread, pick_thread, read_threads
from tools.topics import resolve_topic

TITLE_LIMIT: Final = 80
SHOWN: Final = 20
_MESSAGES_READ: Final = 1000
_PARTS_READ: Final = 200
_AT_A_TIME: Final = 100
"""Messages that are looked through without letting others have a turn."""

Which = Annotated[
    str, Field(min_length=1, max_length=LOOKUP_LIMIT, description="A number from list_conversations, or its title.")
]


class ConversationBrief(Result):
    """A conversation. `number` is its place in the list, the last used first; `last` is the student's day."""

    number: int
    title: str
    type: ConversationType
    topic: str | None = None
    problem: str | None = None
    messages: int
    last: str | None = None
    active: bool


class ConversationReceipt(Receipt):
    """The conversation that was begun, resumed or renamed, as it is now."""

    conversation: ConversationBrief


class ConversationList(Result):
    """Conversations, the last used first; `total` counts them all."""

    today: str
    conversations: tuple[ConversationBrief, ...]
    total: int


class ConversationHit(Result):
    """A message that holds what was looked for; `number` is its conversation's in the list."""

    number: int
    title: str
    role: str
    day: str | None
    snippet: str


class ConversationHits(Result):
    """What a search found, best and newest first; `total` counts all messages that were found."""

    today: str
    text: str
    hits: tuple[ConversationHit, ...]
    total: int


async def new_conversation(
    context: MentorContext,
    about: Annotated[str | None, Field(max_length=500, description="The topic or the problem it is about.")] = None,
    purpose: Annotated[
        ConversationType | None, Field(description="Left out: problem-help, concept-learning or general, by `about`.")
    ] = None,
    title: Annotated[str | None, Field(max_length=TITLE_LIMIT, description="What to call it.")] = None,
) -> ConversationReceipt:
    """Begin a new conversation; what was said before is kept in the old one, which can be resumed.

    Use it when the student wants to start afresh or to talk about something apart. From the next message on only
    what is said in the new conversation is remembered.
    """
    if purpose is not None and purpose not in get_args(ConversationType):
        raise ToolRetry(
            f"The purpose must be one of {', '.join(get_args(ConversationType))}.", choices=get_args(ConversationType)
        )
    title = clean_line(title, "the title", limit=TITLE_LIMIT) if title is not None else None
    topic, problem = await _resolve_subject(context, about) if about is not None else (None, None)
    purpose = purpose or ("problem-help" if problem else "concept-learning" if topic else "general")
    conversations = context.work.of(AIMentorConversation)
    await _close_all(context)
    conversation_id = context.work.new_id()
    conversation = AIMentorConversation(
        id=conversation_id,
        user_id=context.student,
        conversation_id=str(conversation_id),
        conversation_type=purpose,
        context_topic=topic,
        context_problem_id=problem.id if problem else None,
        last_message_time=context.now(),
    )
    await conversations.add(conversation)
    if title:
        await _give_title(context, str(conversation_id), title)
    begun = await _show_one(context, str(conversation_id))
    return ConversationReceipt(line=f"{begun.title} · conversation begun", conversation=begun)


async def list_conversations(context: MentorContext) -> ConversationList:
    """List the student's conversations, the last used first.

    Use it for "my conversations", "what did we talk about". The numbers are those that resume_conversation takes.
    """
    threads = await read_threads(context)
    return ConversationList(
        today=local_day(context.now(), context.zone).isoformat(),
        conversations=tuple(_show(context, thread) for thread in threads[:SHOWN]),
        total=len(threads),
    )


async def resume_conversation(context: MentorContext, which: Which) -> ConversationReceipt:
    """Go back to an earlier conversation: what was said in it is remembered again from the next message on.

    Use it for "resume 2", "back to the conversation about graphs".
    """
    thread = await pick_thread(context, which)
    await _close_all(context)
    await context.work.of(AIMentorConversation).amend(thread.last["_id"], {"$set": {"isActive": True}})
    resumed = await _show_one(context, thread.name)
    return ConversationReceipt(line=f"{resumed.title} · conversation resumed", conversation=resumed)


async def rename_conversation(
    context: MentorContext,
    title: Annotated[str, Field(min_length=1, max_length=TITLE_LIMIT, description="What to call it.")],
    which: Annotated[
        str | None, Field(max_length=LOOKUP_LIMIT, description="Its number or title; the running one if left out.")
    ] = None,
) -> ConversationReceipt:
    """Give a conversation a name by which it is listed and found again."""
    title = clean_line(title, "the title", limit=TITLE_LIMIT)
    if which is not None:
        thread = await pick_thread(context, which)
    else:
        running = [thread for thread in await read_threads(context) if thread.active]
        if not running:
            raise ToolFailed("No conversation is running yet; it begins with this message, so name it after that.")
        thread = running[0]
    await _give_title(context, thread.name, title)
    renamed = await _show_one(context, thread.name)
    line = f"{title} · conversation renamed"
    return ConversationReceipt(line=line, undo_label=line if context.changed else None, conversation=renamed)


async def search_conversations(
    context: MentorContext,
    text: Annotated[str, Field(min_length=1, max_length=LOOKUP_LIMIT, description="The words to look for.")],
) -> ConversationHits:
    """Search everything that the student and the mentor ever said, in any language; case and accents do not count.

    Use it for "when did we talk about dijkstra", "find the message about heaps". Messages that hold the words as they
    stand come first, then those that hold all of them, the newest first.
    """
    search = Search(clean_text(text, "what to look for", limit=LOOKUP_LIMIT))
    best: list[_Found] = []
    total = 0
    for page in _pages(await read_threads(context)):
        messages = await _read_messages(context, page)
        for start in range(0, len(messages), _AT_A_TIME):
            found = _look(search, messages[start : start + _AT_A_TIME])
            total += len(found)
            best = sorted([*best, *found], key=lambda one: (not one.exact, -one.when))[:SHOWN]
            await asyncio.sleep(0)  # other students' messages do not wait for the whole search
    return ConversationHits(
        today=local_day(context.now(), context.zone).isoformat(),
        text=text.strip(),
        hits=tuple(_show_hit(context, found, search) for found in best),
        total=total,
    )


@dataclass(frozen=True)
class _Said:
    """A message and the conversation that it belongs to."""

    thread: Thread
    message: Raw

    @property
    def text(self) -> str:
        """Return what was said."""
        content = self.message.get("content")
        return content if isinstance(content, str) else ""

    @property
    def at(self) -> datetime | None:
        """Return when it was said, if that is known."""
        return read_time(self.message.get("timestamp"))


@dataclass(frozen=True)
class _Found:
    """A message that holds what is looked for, as it stands or (`exact` false) its words apart. `when` in seconds."""

    said: _Said
    exact: bool
    when: float


def _look(search: Search, messages: Sequence[_Said]) -> list[_Found]:
    looked = ((said, search.look(said.text)) for said in messages)
    return [_Found(said, exact, said.at.timestamp() if said.at else 0.0) for said, exact in looked if exact is not None]


def _pages(threads: Sequence[Thread]) -> Iterator[list[tuple[Thread, Raw]]]:
    """Yield all parts of all conversations, so many at a time that their messages are about `_MESSAGES_READ`."""
    page: list[tuple[Thread, Raw]] = []
    messages = 0
    for thread in threads:
        for part in thread.parts:
            page.append((thread, part))
            messages += int(part["messages"])
            if messages >= _MESSAGES_READ or len(page) >= _PARTS_READ:
                yield page
                page, messages = [], 0
    if page:
        yield page


async def _resolve_subject(context: MentorContext, about: str) -> tuple[str | None, Problem | None]:
    """Return the topic or the problem that a conversation is to be about. Raises: ToolRetry."""
    about = clean_text(about, "the topic or problem", limit=500)
    try:
        return (await resolve_topic(context, about))[1], None
    except ToolRetry as exc:
        topics = exc.choices
    try:
        return None, await resolve_problem(context, about)
    except ToolRetry as exc:
        choices = [*topics[:3], *exc.choices[:3]]
    said = f" Did you mean {name_some(choices, 5)}?" if choices else ""
    raise ToolRetry(f"I know no topic or problem called {shown(about)}.{said}", choices=choices)


async def _close_all(context: MentorContext) -> None:
    conversations = context.work.of(AIMentorConversation)
    for raw in await conversations.aggregate({"isActive": True}, {"$project": {"_id": 1}}):
        await conversations.amend(raw["_id"], {"$set": {"isActive": False}})


async def _give_title(context: MentorContext, thread: str, title: str) -> None:
    titles = context.work.of(ConversationTitle)
    known = await titles.find_one({"thread": thread})
    if known is None:
        known = ConversationTitle(id=context.work.new_id(), user_id=context.student, thread=thread, title=title)
    known.title = title
    await titles.save(known)


async def _read_messages(context: MentorContext, page: Sequence[tuple[Thread, Raw]]) -> list[_Said]:
    """Return the messages of these parts, in their order."""
    fields = {"messages.role": 1, "messages.content": 1, "messages.timestamp": 1}
    rows = await context.work.of(AIMentorConversation).aggregate(
        {"_id": {"$in": [part["_id"] for _, part in page]}},
        {"$project": {"messages": "$messageHistory"}},
        {"$project": fields},
    )
    histories = {row["_id"]: row.get("messages") for row in rows}
    found = [(thread, histories.get(part["_id"])) for thread, part in page]
    return [
        _Said(thread, message)
        for thread, history in found
        if isinstance(history, list)
        for message in history
        if isinstance(message, dict)
    ]


def _show_hit(context: MentorContext, found: _Found, search: Search) -> ConversationHit:
    said = found.said
    return ConversationHit(
        number=said.thread.number,
        title=said.thread.title,
        role="user" if said.message.get("role") == "user" else "assistant",
        day=local_day(said.at, context.zone).isoformat() if said.at else None,
        snippet=search.cut(said.text),
    )


async def _show_one(context: MentorContext, name: str) -> ConversationBrief:
    return next(_show(context, thread) for thread in await read_threads(context) if thread.name == name)


def _show(context: MentorContext, thread: Thread) -> ConversationBrief:
    return ConversationBrief(
        number=thread.number,
        title=thread.title,
        type=thread.kind,
        topic=thread.topic,
        problem=thread.problem,
        messages=thread.messages,
        last=local_day(thread.used, context.zone).isoformat() if thread.used else None,
        active=thread.active,
    )


CONVERSATIONS = (
    Verb(new_conversation, doing="beginning a new conversation", writes=True),
    Verb(list_conversations, doing="looking at your conversations"),
    Verb(resume_conversation, doing="going back to that conversation", writes=True),
    Verb(rename_conversation, doing="naming the conversation", writes=True),
    Verb(search_conversations, doing="searching your conversations"),
)
