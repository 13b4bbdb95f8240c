"""Conversations: begun, named, listed, resumed and searched, in any language."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from store.client import ObjectId
from store.documents.sessions import AIMentorConversation, ConversationType, Message
from store.work import UnitOfWork
from tests.tools.harness import School, Student
from tools.conversations import ConversationHits, ConversationList, ConversationReceipt
from tools.errors import ToolFailed, ToolRetry
from tools.search import Search
from tools.undo import UndoReceipt


async def talk(student: Student, *texts: str) -> None:
    """Let the student and the mentor say these in turn, in the running conversation."""

    async def body(unit: UnitOfWork) -> None:
        conversations = unit.of(AIMentorConversation)
        running = await conversations.find_one({"isActive": True}, sort=[("lastMessageTime", -1)])
        if running is None:
            number = unit.new_id()
            running = AIMentorConversation(id=number, user_id=unit.student, conversation_id=str(number))
        for place, text in enumerate(texts):
            role = ("user", "assistant")[place % 2]
            message = Message.model_validate({"role": role, "content": text, "timestamp": student.clock()})
            running.message_history = [*running.message_history, message]
        running.total_messages, running.last_message_time = len(running.message_history), student.clock()
        await conversations.save(running)

    await student.work.commit(body)
    student.clock.forward(minutes=1)


async def listed(student: Student) -> ConversationList:
    """The student's conversations."""
    return await student.read(ConversationList, "list_conversations")


async def test_a_new_conversation_is_the_only_one_that_runs(ada: Student) -> None:
    """What ran before is closed and kept; the new one is listed first and has no messages yet."""
    await talk(ada, "how do heaps work?", "Like tournaments.")
    begun = await ada.do(ConversationReceipt, "new_conversation")
    assert begun.conversation.active
    assert (begun.conversation.number, begun.conversation.messages, begun.conversation.type) == (1, 0, "general")
    assert begun.undo_label is None
    conversations = (await listed(ada)).conversations
    assert [one.active for one in conversations] == [True, False]
    assert conversations[1].title == "how do heaps work?"


@pytest.mark.parametrize(
    ("about", "kind", "topic", "problem"),
    [
        ("arrays", "concept-learning", True, False),
        ("two sum", "problem-help", False, True),
        (None, "mock-interview-feedback", False, False),
    ],
)
async def test_a_conversation_is_about_something(
    ada: Student, about: str | None, kind: ConversationType, topic: bool, problem: bool
) -> None:
    """A topic or a problem gives the conversation its type and its context; the type can be said as well."""
    arguments = {"about": about} if about else {"purpose": kind}
    begun = (await ada.do(ConversationReceipt, "new_conversation", **arguments)).conversation
    assert begun.type == kind
    assert (begun.topic is not None, begun.problem is not None) == (topic, problem)
    raw = await ada.one(AIMentorConversation)
    assert ("contextTopic" in raw, "contextProblemId" in raw) == (topic, problem)
    assert AIMentorConversation.read(raw).oddities == ()


async def test_what_is_neither_topic_nor_problem_begins_nothing(ada: Student) -> None:
    """The refusal names what was said and nothing is stored."""
    with pytest.raises(ToolRetry, match="qwertzuiop"):
        await ada.do(ConversationReceipt, "new_conversation", about="qwertzuiop")
    assert await ada.all(AIMentorConversation) == []


async def test_resuming_goes_back_to_one_conversation(ada: Student) -> None:
    """By number or by words of its title; the one that ran is closed."""
    await talk(ada, "graphs please", "Sure.")
    await ada.do(ConversationReceipt, "new_conversation")
    await talk(ada, "new conversation", "Begun.", "tell me about tries", "Prefix trees.")
    resumed = await ada.do(ConversationReceipt, "resume_conversation", which="2")
    assert resumed.conversation.title == "graphs please"
    assert [one.active for one in (await listed(ada)).conversations] == [False, True]
    resumed = await ada.do(ConversationReceipt, "resume_conversation", which="about tries")
    assert resumed.conversation.title == "tell me about tries"
    with pytest.raises(ToolRetry, match="numbered 1 to 2"):
        await ada.do(ConversationReceipt, "resume_conversation", which="7")


async def test_a_name_is_given_and_taken_back(ada: Student) -> None:
    """A renamed conversation is listed and found by its name; undo gives it back what it was called before."""
    await talk(ada, "hello there", "Hi.")
    before = await ada.everything(without=frozenset({"effects", "undo_log", "fences"}))
    renamed = await ada.do(ConversationReceipt, "rename_conversation", title="Графы и деревья")
    assert renamed.undo_label
    assert (await listed(ada)).conversations[0].title == "Графы и деревья"
    await ada.do(ConversationReceipt, "resume_conversation", which="графы")
    await ada.do(UndoReceipt, "undo_last")
    assert (await listed(ada)).conversations[0].title == "hello there"
    after = await ada.everything(without=frozenset({"effects", "undo_log", "fences"}))
    assert {key for key in after if key[0] == "conversation_titles"} == {
        key for key in before if key[0] == "conversation_titles"
    }


async def test_without_conversations_there_is_nothing_to_go_back_to(ada: Student) -> None:
    """Renaming and resuming say so; listing and searching come back empty."""
    with pytest.raises(ToolFailed, match="no earlier conversation"):
        await ada.do(ConversationReceipt, "resume_conversation", which="1")
    with pytest.raises(ToolFailed, match="No conversation is running"):
        await ada.do(ConversationReceipt, "rename_conversation", title="x")
    assert (await listed(ada)).total == 0
    assert (await ada.read(ConversationHits, "search_conversations", text="x")).total == 0


@pytest.mark.parametrize(
    ("said", "sought"),
    [
        ("We talked about Dijkstra's algorithm.", "DIJKSTRA"),
        ("Обсудим АЛГОРИТМ Дейкстры", "алгоритм"),
        ("Die Straße ist gesperrt", "STRASSE"),
        ("déjà vu", "DEJA VU"),
        ("deja vu", "de\u0301ja\u0300"),
        ("二分探索を教えて", "探索"),
        ("이진 탐색 트리", "탐색"),
        ("İSTANBUL grafı", "istanbul"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("दो पॉइंटर तकनीक", "पॉइंटर"),
        ("a heap\nis   a tree", "heap is a"),
        ("first a queue and then the heap", "heap queue"),
    ],
)
async def test_words_are_found_in_any_language(ada: Student, said: str, sought: str) -> None:
    """Neither case nor accents nor width nor line breaks keep a message from being found."""
    await talk(ada, "hello", said)
    found = await ada.read(ConversationHits, "search_conversations", text=sought)
    assert found.total == 1
    assert found.hits[0].role == "assistant"
    assert found.hits[0].snippet == " ".join(said.split())


async def test_hits_come_as_they_stand_first_then_newest(ada: Student) -> None:
    """The exact words before the scattered ones, the newest before the older, each with its conversation's number."""
    await talk(ada, "binary search tree", "Yes.")
    await talk(ada, "search a binary thing", "Yes.")
    await ada.do(ConversationReceipt, "new_conversation")
    await talk(ada, "binary search again", "x" * 200 + " binary search " + "y" * 200)
    found = await ada.read(ConversationHits, "search_conversations", text="binary search")
    assert [hit.number for hit in found.hits] == [1, 1, 2, 2]
    assert found.hits[-1].snippet == "search a binary thing"
    assert all(len(hit.snippet) < 200 for hit in found.hits)


async def test_nobody_searches_another_student_s_words(school: School, ada: Student) -> None:
    """Lists and hits are the student's own."""
    bob = await school.enrol("Bob")
    await talk(ada, "my secret plan", "Noted.")
    assert (await bob.read(ConversationHits, "search_conversations", text="secret")).total == 0
    assert (await listed(bob)).total == 0


async def test_a_long_conversation_is_one(ada: Student) -> None:
    """The parts of a thread are listed as one conversation; resuming it goes on with the last part."""
    collection = ada.database.collection(AIMentorConversation.collection)
    root = str(ObjectId())
    for number, name in enumerate((root, f"{root}~2", f"{root}~3")):
        await collection.insert(
            {
                "_id": ObjectId(),
                "userId": ada.id,
                "conversationId": name,
                "conversationType": "odd",
                "messageHistory": [{"role": "user", "content": f"part {number}"}, "not a message"],
                "isActive": False,
                "lastMessageTime": ada.clock() + timedelta(minutes=number),
            }
        )
    (one,) = (await listed(ada)).conversations
    assert (one.title, one.messages, one.type) == ("part 0", 6, "general")
    await ada.do(ConversationReceipt, "resume_conversation", which="part")
    (active,) = await collection.find({"userId": ada.id, "isActive": True})
    assert active["conversationId"] == f"{root}~3"


async def store_conversations(student: Student, count: int, messages: int) -> None:
    """Store conversations of so many messages each, every one about its own zebra, the newest first."""
    at = student.clock()
    await student.database.collection(AIMentorConversation.collection).insert_many(
        [
            {
                "_id": ObjectId(),
                "userId": student.id,
                "conversationId": f"{student.id}-{number}",
                "messageHistory": [
                    {
                        "role": "user",
                        "content": f"zebra{number}x says {place}",
                        "timestamp": at - timedelta(days=number),
                    }
                    for place in range(messages)
                ],
                "isActive": False,
                "lastMessageTime": at - timedelta(days=number),
            }
            for number in range(count)
        ]
    )


async def test_the_oldest_of_many_conversations_is_found_counted_and_resumed(ada: Student) -> None:
    """Of more than five hundred, the last one counts like the first: in the search, in the total and by its number."""
    await store_conversations(ada, 520, 1)
    conversations = await listed(ada)
    assert (conversations.total, len(conversations.conversations)) == (520, 20)
    found = await ada.read(ConversationHits, "search_conversations", text="zebra519x")
    assert [hit.number for hit in found.hits] == [520]
    everything = await ada.read(ConversationHits, "search_conversations", text="zebra")
    assert (everything.total, [hit.number for hit in everything.hits]) == (520, list(range(1, 21)))
    resumed = await ada.do(ConversationReceipt, "resume_conversation", which="520")
    assert resumed.conversation.title == "zebra519x says 0"


async def test_only_what_is_shown_is_cut_out_and_others_have_their_turns(
    ada: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 1,200 hits twenty get a snippet, and never more than a hundred messages are looked at in one go."""
    await store_conversations(ada, 3, 400)
    look, cut = Search.look, Search.cut
    cuts = in_a_row = longest = 0

    def counted_look(self: Search, text: str) -> bool | None:
        nonlocal in_a_row, longest
        in_a_row += 1
        longest = max(longest, in_a_row)
        return look(self, text)

    def counted_cut(self: Search, text: str) -> str:
        nonlocal cuts
        cuts += 1
        return cut(self, text)

    async def another() -> Any:
        nonlocal in_a_row
        while True:
            in_a_row = 0
            await asyncio.sleep(0)

    monkeypatch.setattr(Search, "look", counted_look)
    monkeypatch.setattr(Search, "cut", counted_cut)
    beside = asyncio.create_task(another())
    try:
        found = await ada.read(ConversationHits, "search_conversations", text="zebra")
    finally:
        beside.cancel()
    assert (found.total, len(found.hits), cuts) == (1200, 20, 20)
    assert longest <= 100
