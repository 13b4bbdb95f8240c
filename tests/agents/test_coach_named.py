"""Titles in what is said to the offline coach, and questions that answer none of its own."""

from __future__ import annotations

import pytest

from agents.coach import questions, talk
from agents.coach.dialogue import Exchange, Say, decide, understand
from agents.coach.intents import BY_NAME, Request
from agents.coach.named import split_title, titles_in
from tests.agents.test_coach_dialogue import INTRODUCE, SUGGESTED, UNSURE


@pytest.mark.parametrize(
    ("said", "titles"),
    [
        ("valid anagram and group anagrams", ["Valid Anagram", "Group Anagrams"]),
        ("two sum, 3sum and grup anagrams", ["Two Sum", "3Sum", "Group Anagrams"]),
        ("lru cache + lfu cache", ["LRU Cache", "LFU Cache"]),
        ("best time to buy and sell stock", []),
        ("add and search words", []),
        ("two sum and something else", []),
        ("two sum and 2sum", []),
        ("arrays and strings", []),
        (" and ".join(["two sum", "3sum", "4sum"] * 3), []),
    ],
)
def test_several_titles_are_told_from_one_with_and_in_it(said: str, titles: list[str]) -> None:
    """Only where every part is a problem and the whole is none are there several."""
    assert titles_in(said) == titles


@pytest.mark.parametrize("told", ["i did {} yesterday", "solved {} alone", "{} done with help"])
def test_several_problems_are_logged_one_by_one(told: str) -> None:
    """Which comes first is asked, and the number that is answered is the problem; what was told of it stays."""
    said = told.format("valid anagram and group anagrams")
    asked = decide((), said)
    assert isinstance(asked, Say)
    assert "1. Valid Anagram\n2. Group Anagrams" in asked.text
    chosen = understand([Exchange(said, asked.text)], "2")
    assert isinstance(chosen, Request)
    assert (chosen.verb, chosen.arguments["problem"]) == ("record_attempt", "Group Anagrams")
    before = understand((), said)
    assert isinstance(before, Request)
    assert chosen.arguments == before.arguments | {"problem": "Group Anagrams"}


@pytest.mark.parametrize(
    ("said", "split"),
    [
        ("two sum use a dict", ("Two Sum", "use a dict")),
        ("Two Sum: use a dict\nor sort", ("Two Sum", "use a dict\nor sort")),
        ("house robber ii is circular", ("House Robber II", "is circular")),
        ("loops are slow", None),
        ("two sum", None),
        ("two sum :", None),
    ],
)
def test_the_longest_title_at_the_beginning_is_split_off(said: str, split: tuple[str, str] | None) -> None:
    """A title that is spelled as it is, and what follows word for word; a title alone is none."""
    assert split_title(said) == split


def test_a_note_names_its_problem_behind_the_colon_too() -> None:
    """ "Note: for two sum use a dict" is about Two Sum; where no title follows it is all text."""
    about = BY_NAME["note"]
    assert understand((), "note: for two sum use a dict") == Request(
        about, {"problem": "Two Sum", "text": "use a dict"}
    )
    assert understand((), "note: for loops are slow") == Request(about, {"text": "for loops are slow"})


@pytest.mark.parametrize("answer", [INTRODUCE, UNSURE])
@pytest.mark.parametrize("asked", ["what is a hash map?", "what's binary search", "explain two pointers", "why?"])
def test_a_question_answers_no_question(asked: str, answer: str) -> None:
    """Whoever asks for an explanation in place of a city or a title is told that there is none, not misread."""
    assert decide([Exchange("i did maximum sub", answer)], asked) == Say(talk.NEEDS_MODEL)


@pytest.mark.parametrize("why", ["why this one?", "why", "but why that problem", "how come"])
def test_why_a_problem_is_suggested_is_shown_again(why: str) -> None:
    """The reasons are repeated once, however often they are asked for, and the problem can still be started."""
    past = [Exchange("next", SUGGESTED)]
    for _ in range(2):
        told = decide(past, why)
        assert isinstance(told, Say)
        assert told.text.endswith(SUGGESTED)
        assert told.text.count("What speaks for it") == 1
        past.append(Exchange(why, told.text))
    begun = decide(past, "start it")
    assert isinstance(begun, Request)
    assert begun.verb == "start_problem"
    assert questions.find_question(past[-1].answer) is questions.START_IT
