"""What students say about their conversations and their data, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from agents.coach.dialogue import Say, decide
from agents.coach.intents import Request

PHRASINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("export my data", "export_me", {}),
    ("Please export everything you know about me", "export_me", {}),
    ("download all my data", "export_me", {}),
    ("give me a copy of my data", "export_me", {}),
    ("can you send me my data?", "export_me", {}),
    ("/export", "export_me", {}),
    ("delete everything about me", "ask_to_erase_me", {}),
    ("delete my account", "ask_to_erase_me", {}),
    ("erase all my data please", "ask_to_erase_me", {}),
    ("forget me", "ask_to_erase_me", {}),
    ("Forget everything you know about me!", "ask_to_erase_me", {}),
    ("how do i delete my account", "ask_to_erase_me", {}),
    ("/forget", "ask_to_erase_me", {}),
    ("delete 4821", "erase_me", {"code": "4821"}),
    ("Delete 4821.", "erase_me", {"code": "4821"}),
    ("/forget 4821", "erase_me", {"code": "4821"}),
    ("new conversation", "new_conversation", {}),
    ("start a new chat about graphs", "new_conversation", {"about": "graphs"}),
    ("lets start a new conversation on the two sum problem", "new_conversation", {"about": "two sum"}),
    ("new conversation called Warm up", "new_conversation", {"title": "Warm up"}),
    ("new conversation for my mock interview", "new_conversation", {"purpose": "mock-interview-feedback"}),
    ("lets start over", "new_conversation", {}),
    ("/new heaps", "new_conversation", {"about": "heaps"}),
    ("list my conversations", "list_conversations", {}),
    ("show my old chats", "list_conversations", {}),
    ("what did we talk about", "list_conversations", {}),
    ("/conversations", "list_conversations", {}),
    ("resume 2", "resume_conversation", {"which": "2"}),
    ("resume the conversation about heaps", "resume_conversation", {"which": "heaps"}),
    ("go back to conversation 3", "resume_conversation", {"which": "3"}),
    ("continue our chat about Tries", "resume_conversation", {"which": "Tries"}),
    ("/resume 4", "resume_conversation", {"which": "4"}),
    ("search my conversations for dijkstra", "search_conversations", {"text": "dijkstra"}),
    ("search our chats for Дейкстра", "search_conversations", {"text": "Дейкстра"}),
    ("find binary search in my conversations", "search_conversations", {"text": "binary search"}),
    ("when did we talk about union find?", "search_conversations", {"text": "union find"}),
    ("did we ever discuss segment trees", "search_conversations", {"text": "segment trees"}),
    ("rename this conversation to Graph week", "rename_conversation", {"title": "Graph week"}),
    ("rename conversation 2 to Heaps", "rename_conversation", {"title": "Heaps", "which": "2"}),
    ("call this chat Interview prep", "rename_conversation", {"title": "Interview prep"}),
]


@pytest.mark.parametrize(("said", "verb", "arguments"), PHRASINGS, ids=[said for said, _, _ in PHRASINGS])
def test_a_phrasing_becomes_one_call(said: str, verb: str, arguments: dict[str, Any]) -> None:
    """Each way of saying it calls the verb that was meant, with the arguments that were said and no others."""
    decided = decide((), said)
    assert isinstance(decided, Request), decided
    assert (decided.verb, decided.arguments) == (verb, arguments)


@pytest.mark.parametrize(
    "said",
    [
        "don't delete my data",
        "yes",
        "4821",
        "delete task 2",
        "delete that",
        "forget it",
        "i forgot everything",
        "never forget me",
    ],
)
def test_nothing_is_erased_by_a_slip(said: str) -> None:
    """A denial, a bare yes and other deletions neither erase nor ask to."""
    decided = decide((), said)
    assert isinstance(decided, Say) or decided.verb not in {"erase_me", "ask_to_erase_me"}
