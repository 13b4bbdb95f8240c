"""The conversation in the database and the part of it that a prompt holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import history
from agents.history import Window, find_start, read_tail
from store.client import ObjectId
from tests.agents.stage import Stage

SMALL = Window(tokens=100, messages=10)


def exchanges(*tokens: int) -> list[tuple[str, int]]:
    """Messages of those sizes, the student's and the mentor's in turn."""
    return [(("user", "assistant")[place % 2], size) for place, size in enumerate(tokens)]


def test_the_tail_grows_and_is_then_cut_in_a_block() -> None:
    """Between two cuts the beginning does not move; a cut leaves half a window."""
    starts = [find_start(exchanges(*[10] * count), Window(100, 100)) for count in range(2, 32, 2)]
    assert starts == [0, 0, 0, 0, 0, 6, 6, 6, 12, 12, 12, 18, 18, 18, 24]


@given(st.lists(st.integers(0, 60), max_size=60))
@settings(max_examples=200, deadline=None)
def test_the_tail_is_bounded_begins_with_the_student_and_keeps_the_last_exchange(tokens: list[int]) -> None:
    """Whatever the sizes, the tail fits its window or is the last exchange alone."""
    sizes = exchanges(*tokens[: len(tokens) // 2 * 2])
    start = find_start(sizes, SMALL)
    kept = sizes[start:]
    assert not sizes or kept
    assert not kept or kept[0][0] == "user"
    assert len(kept) <= SMALL.messages
    assert sum(size for _, size in kept) <= SMALL.tokens or len(kept) <= 2


@given(st.lists(st.integers(0, 60), min_size=4, max_size=60))
@settings(max_examples=100, deadline=None)
def test_the_beginning_never_moves_back(tokens: list[int]) -> None:
    """More messages move the tail's beginning forward or leave it: the provider's cache stays warm."""
    sizes = exchanges(*tokens[: len(tokens) // 2 * 2])
    assert find_start(sizes[:-2], SMALL) <= find_start(sizes, SMALL)


async def test_an_exchange_is_appended_with_its_tokens(stage: Stage) -> None:
    """Both messages carry ids, times, the model's name and tokens, and the sums are exact."""
    for text in ("first", "second one"):
        await stage.answer(text)
    (conversation,) = await stage.conversations()
    messages = conversation.message_history
    assert [message.role for message in messages] == ["user", "assistant"] * 2
    assert len({message.id for message in messages}) == 4
    assert all(
        message.timestamp and message.tokens == stage.counter.count(message.content or "") for message in messages
    )
    assert [message.model for message in messages] == [None, "fake-mini"] * 2
    assert conversation.conversation_id
    assert conversation.total_messages == 4
    assert conversation.total_tokens == sum(message.tokens or 0 for message in messages)
    assert conversation.last_message_time == stage.now
    assert conversation.oddities == ()


async def test_the_prompt_stays_flat_as_the_conversation_grows(stage: Stage) -> None:
    """Over many turns the prompt grows to the window and no further."""
    mentor = stage.mentor(window=Window(tokens=250, messages=60))
    for number in range(24):
        await stage.answer(f"question {number} " + "word " * 10, mentor=mentor)
    sizes = [len(str(request["messages"])) for request in stage.fake.requests]
    assert max(sizes[12:]) <= max(sizes[:12]) + 10
    assert len(stage.fake.requests[-1]["messages"]) < 14


async def test_a_full_conversation_is_closed_and_another_begun(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next conversation knows the one before it, and only one is active."""
    monkeypatch.setattr(history, "FULL_MESSAGES", 4)
    for number in range(3):
        answer = await stage.answer(f"message {number}")
    assert "I have seen 2 earlier messages" in answer.text
    first, second = await stage.conversations()
    assert (first.is_active, first.total_messages) == (False, 4)
    assert (second.is_active, second.total_messages) == (True, 2)
    assert first.conversation_id != second.conversation_id


async def test_a_conversation_of_too_many_bytes_is_closed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of the document counts as well as its messages."""
    monkeypatch.setattr(history, "FULL_BYTES", 400)
    await stage.answer("a " * 300)
    await stage.answer("and now?")
    assert [one.is_active for one in await stage.conversations()] == [False, True]


async def test_a_conversation_of_another_program_is_continued(stage: Stage) -> None:
    """Messages without tokens and fields we do not know survive, and are read."""
    await stage.database.collection("aimentorconversations").insert(
        {
            "_id": ObjectId(),
            "userId": stage.student,
            "conversationType": "general",
            "isActive": True,
            "mood": "sunny",
            "messageHistory": [
                {"role": "user", "content": "from the website"},
                {"role": "assistant", "content": "hello", "tokens": 2, "emoji": ":)"},
            ],
            "totalMessages": 2,
            "totalTokens": 2,
            "lastMessageTime": stage.now,
        }
    )
    answer = await stage.answer("hi")
    assert "from the website" in answer.text
    raw = await stage.database.collection("aimentorconversations").find_one({"userId": stage.student})
    assert raw is not None
    assert raw["mood"] == "sunny"
    assert raw["messageHistory"][1]["emoji"] == ":)"
    assert raw["conversationId"]
    assert raw["totalMessages"] == len(raw["messageHistory"]) == 4


async def test_a_closed_conversation_is_not_read(stage: Stage) -> None:
    """Where no conversation is active the prompt begins afresh."""
    await stage.answer("old")
    await stage.database.collection("aimentorconversations").update(
        {"userId": stage.student}, {"$set": {"isActive": False}}
    )
    assert (await read_tail(stage.work.reading())).messages == ()


async def test_nobody_reads_another_student_s_conversation(stage: Stage) -> None:
    """Two students in one database do not know each other's words."""
    await stage.answer("a secret")
    other = Stage(stage.database, stage.fake, stage.http)
    await other.begin()
    assert "I have seen 0 earlier messages" in (await other.answer("hello")).text
