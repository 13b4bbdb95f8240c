"""Conversations with the mentor: begin one, give it a name, list, resume and search them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, get_args

from pydantic import Field

from store.client import Raw
from store.documents.account import ConversationTitle
from store.documents.problems import Problem
from store.documents.sessions import AIMentorConversation, ConversationType
from tools.arguments import LOOKUP_LIMIT, clean_line, clean_text, name_some, shown
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import local_day
from tools.errors import ToolFailed, ToolRetry
from tools.problems import resolve_problem
from tools.search import Found, Search
from tools.threads import Thread, pick_thread, read_threads
from tools.topics import resolve_topic

TITLE_LIMIT: Final = 80
SHOWN: Final = 20

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
    found: list[tuple[bool, float, ConversationHit]] = []
    for thread in await read_threads(context):
        for part in thread.parts:
            for message in await _read_messages(context, part["_id"]):
                if hit := search.look(str(message.get("content") or "")):
                    at = message.get("timestamp")
                    when = at.timestamp() if isinstance(at, datetime) else 0.0
                    found.append((hit.exact, when, _show_hit(context, thread, message, hit)))
    found.sort(key=lambda one: one[:2], reverse=True)
    return ConversationHits(
        today=local_day(context.now(), context.zone).isoformat(),
        text=text.strip(),
        hits=tuple(hit for _, _, hit in found[:SHOWN]),
        total=len(found),
    )


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


async def _read_messages(context: MentorContext, conversation: Any) -> list[Raw]:
    fields = {"messages.role": 1, "messages.content": 1, "messages.timestamp": 1}
    found = await context.work.of(AIMentorConversation).aggregate(
        {"_id": conversation}, {"$project": {"messages": "$messageHistory"}}, {"$project": fields}
    )
    messages = found[0].get("messages") if found else None
    return [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []


def _show_hit(context: MentorContext, thread: Thread, message: Raw, hit: Found) -> ConversationHit:
    at = message.get("timestamp")
    return ConversationHit(
        number=thread.number,
        title=thread.title,
        role=str(message.get("role") or "assistant"),
        day=local_day(at, context.zone).isoformat() if isinstance(at, datetime) else None,
        snippet=hit.snippet,
    )


async def _show_one(context: MentorContext, name: str) -> ConversationBrief:
    return next(_show(context, thread) for thread in await read_threads(context) if thread.name == name)


def _show(context: MentorContext, thread: Thread) -> ConversationBrief:
    topic = thread.last.get("contextTopic")
    return ConversationBrief(
        number=thread.number,
        title=thread.title,
        type=thread.kind,
        topic=str(topic) if topic else None,
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
