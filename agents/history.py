"""The student's running conversation in AIMentorConversation: its tail for the prompt, and the next two messages.

The one that is active runs, whatever its type (`tools.conversations` begins and resumes them). The array of messages
only grows, by `$push`; a conversation that has become too long is closed and goes on in another (`tools.threads`).
What the prompt holds of it grows to a limit and is then cut to half in one block, so that between two cuts each
prompt begins with the whole of the one before and the provider can read it from its cache.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from pydantic import ValidationError

from agents.hearing import note_heard, read_unheard
from agents.quoting import own_words, with_quotes
from agents.run import PREPMATE
from agents.tokens import TokenCounter
from store.client import Raw
from store.documents.own import Turn
from store.documents.sessions import AIMentorConversation, Message
from store.expressions import list_of, whole_or
from store.work import UnitOfWork
from tools.threads import id_of, name_before, name_next, public_thread, thread_of

TAIL_TOKENS = 6_000
TAIL_MESSAGES = 60
FULL_BYTES = 4_000_000
FULL_MESSAGES = 1_000


@dataclass(frozen=True)
class Window:
    """How much of a conversation a prompt may hold: at most so many tokens and messages, half of each after a cut."""

    tokens: int = TAIL_TOKENS
    messages: int = TAIL_MESSAGES


@dataclass(frozen=True)
class Tail:
    """The last messages of a conversation, oldest first, beginning with one of the student's."""

    messages: tuple[AnyMessage, ...]
    tokens: int


@dataclass(frozen=True)
class Exchange:
    """Where an exchange was written, and what its two messages' texts cost in tokens."""

    conversation_id: str
    tokens: int


def find_start(sizes: Sequence[tuple[str, int]], window: Window) -> int:
    """Return where the tail begins among all messages, given as (role, tokens), oldest first.

    The whole is folded from its beginning, so that the answer depends on what is stored and on nothing else: each
    message joins the tail; one that makes it too large cuts it to half the window, at a message of the student's.
    The last exchange stays whatever its size.
    """
    start = total = last_user = 0
    for end, (role, tokens) in enumerate(sizes, start=1):
        total += tokens
        if role == "user":
            last_user = end - 1
        if total <= window.tokens and end - start <= window.messages:
            continue
        while start < last_user and (
            total > window.tokens // 2 or end - start > window.messages // 2 or sizes[start][0] != "user"
        ):
            total -= sizes[start][1]
            start += 1
    while start < len(sizes) and sizes[start][0] != "user":
        start += 1
    return start


async def read_tail(unit: UnitOfWork, window: Window | None = None) -> Tail:
    """Return the tail of the student's running conversation, reaching into the full one before it."""
    window = window or Window()
    shape = {"$project": _SHAPE | {"sizes": _SIZES, "recent": _recent(window.messages)}}
    conversations = unit.of(AIMentorConversation)
    held = await conversations.aggregate({"isActive": True}, *_NEWEST, shape)
    if not held:
        return Tail((), 0)
    if before := name_before(id_of(held[0])):
        held = [*await conversations.aggregate({"conversationId": before}, shape), *held]
    sizes = [(str(size["role"]), int(size["tokens"])) for one in held for size in one["sizes"]]
    recent = [message for one in held for message in one["recent"]]
    start = find_start(sizes, window)
    kept = recent[max(0, len(recent) - (len(sizes) - start)) :]
    return Tail(tuple(_as_langchain(message) for message in kept), sum(tokens for _, tokens in sizes[start:]))


async def append_exchange(
    unit: UnitOfWork, *, turn: Turn, answer: str, model: str, counter: TokenCounter, now: datetime
) -> Exchange:
    """Write a turn's text and its answer at the end of the running conversation, beginning one where none runs.

    Reminders that the student had read when they wrote stand before it. The exchange's tokens are its two messages'.

    What was said where others read along has a conversation of its own, which never is the one that runs.

    Call it inside the transaction that ends the turn. Raises: ValidationError for text that MongoDB cannot hold.
    """
    heard = [] if turn.public else await read_unheard(unit, turn.accepted_at)
    exchange = [
        _message(unit, "user", with_quotes(turn.text, turn.quotes), None, turn.accepted_at, counter),
        _message(unit, "assistant", answer, model, now, counter),
    ]
    messages = [*(_message(unit, "assistant", one.text, PREPMATE, one.at, counter) for one in heard), *exchange]
    tokens = sum(message.tokens or 0 for message in messages)
    await note_heard(unit, heard)
    conversations = unit.of(AIMentorConversation)
    thread = public_thread(unit.student, turn.platform, turn.address) if turn.public else None
    where: Raw = {"isActive": True} if thread is None else _parts_of(thread)
    found = await conversations.aggregate(where, *_NEWEST, {"$project": _SHAPE})
    running = found[0] if found else None
    if running is None or _is_full(running) or not running["goesOn"]:
        begun = await _begin(unit, messages, tokens, now, after=running, thread=thread)
        return Exchange(begun.conversation_id, sum(message.tokens or 0 for message in exchange))
    conversation_id = id_of(running)
    change = {
        "$push": {"messageHistory": {"$each": [message.to_mongo() for message in messages]}},
        "$inc": {"totalMessages": len(messages), "totalTokens": tokens},
        "$set": {"lastMessageTime": now, "conversationId": conversation_id},
    }
    await conversations.amend(running["_id"], change)
    return Exchange(conversation_id, sum(message.tokens or 0 for message in exchange))


async def _begin(
    unit: UnitOfWork, messages: list[Message], tokens: int, now: datetime, *, after: Raw | None, thread: str | None
) -> Exchange:
    """Begin a conversation, or the next part of one that is full or cannot go on; `thread` names a public one."""
    document_id = unit.new_id()
    conversation = AIMentorConversation(
        id=document_id,
        user_id=unit.student,
        conversation_id=thread or str(document_id),
        is_active=thread is None,
        message_history=messages,
        total_messages=len(messages),
        total_tokens=tokens,
        last_message_time=now,
    )
    conversations = unit.of(AIMentorConversation)
    if after is not None:
        name = {"conversationId": id_of(after)} if after.get("conversationId") is None else {}
        await conversations.amend(after["_id"], {"$set": {"isActive": False, **name}})
        conversation.conversation_id = await _name_part(unit, id_of(after))
        _carry_over(conversation, after)
    await conversations.add(conversation)
    return Exchange(str(conversation.conversation_id), tokens)


async def _name_part(unit: UnitOfWork, full: str) -> str:
    thread = thread_of(full)
    known = await unit.of(AIMentorConversation).aggregate(_parts_of(thread), {"$project": {"conversationId": 1}})
    return name_next(thread, [id_of(part) for part in known])


def _parts_of(thread: str) -> Raw:
    return {"conversationId": {"$regex": f"^{re.escape(thread)}(?:~[0-9]+)?$"}}


def _carry_over(conversation: AIMentorConversation, full: Raw) -> None:
    """Let a part be about what the one before it was about, as far as that keeps to the contract."""
    for field, name in (
        ("conversation_type", "conversationType"),
        ("context_topic", "contextTopic"),
        ("context_problem_id", "contextProblemId"),
    ):
        if name in full:
            with suppress(ValidationError):
                setattr(conversation, field, full[name])


def _message(unit: UnitOfWork, role: Any, text: str, model: str | None, at: datetime, counter: TokenCounter) -> Message:
    return Message(id=unit.new_id(), role=role, content=text, timestamp=at, tokens=counter.count(text), model=model)


def _as_langchain(message: Raw) -> AnyMessage:
    content = message.get("content")
    text = content if isinstance(content, str) else ""
    if message.get("role") == "user":
        return HumanMessage(text, additional_kwargs={"student_text": own_words(text)})
    return AIMessage(text)


def _is_full(shape: Raw) -> bool:
    return bool(shape["size"] > FULL_BYTES or shape["messages"] >= FULL_MESSAGES)


_NEWEST: tuple[Raw, ...] = ({"$sort": {"lastMessageTime": -1, "_id": -1}}, {"$limit": 1})


def _is_missing_or(field: str, good: Raw) -> Raw:
    return {"$or": [{"$eq": [{"$type": field}, "missing"]}, good]}


def _counts(field: str) -> Raw:
    return _is_missing_or(field, {"$ne": [whole_or(field, None), None]})


_SHAPE: Raw = {
    "conversationId": 1,
    "conversationType": 1,
    "contextTopic": 1,
    "contextProblemId": 1,
    "messages": whole_or("$totalMessages", 0),
    "size": {"$bsonSize": "$$ROOT"},
    # Whether more can be added to it: another program may have stored null for a list, or a text for a number.
    "goesOn": {
        "$and": [
            _is_missing_or("$messageHistory", {"$isArray": "$messageHistory"}),
            _is_missing_or("$conversationId", {"$in": [{"$type": "$conversationId"}, ["string", "null"]]}),
            _counts("$totalMessages"),
            _counts("$totalTokens"),
        ]
    },
}

_HISTORY: Raw = {"$filter": {"input": list_of("$messageHistory"), "cond": {"$eq": [{"$type": "$$this"}, "object"]}}}

# Messages of another program may lack their tokens: those are taken as a third of their bytes.
_SIZES: Raw = {
    "$map": {
        "input": _HISTORY,
        "in": {
            "role": {"$ifNull": ["$$this.role", "assistant"]},
            "tokens": whole_or("$$this.tokens", {"$ceil": {"$divide": [{"$bsonSize": "$$this"}, 3]}}),
        },
    }
}


def _recent(messages: int) -> Raw:
    return {"$slice": [_HISTORY, -messages]}
