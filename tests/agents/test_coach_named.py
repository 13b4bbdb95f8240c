"""Titles in what is said to the offline coach, and questions that answer none of its own."""

from __future__ import annotations

import pytest

from agents.coach import questions, talk
from agents.coach.dialogue import Exchange, Say, decide, understand
from agents.coach.intents import BY_NAME, Request
from agents.coach.named import ask_which, leading_title, titles_in
from store.client import ObjectId
from tests.agents.test_coach_alive import Chat
from tests.agents.test_coach_dialogue import INTRODUCE, SUGGESTED, UNSURE
from tests.tools.harness import School


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


SEVERAL = "valid anagram and group anagrams"


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("2", "Group Anagrams"),
        ("the first", "Valid Anagram"),
        ("valid anagram first", "Valid Anagram"),
        ("grup anagrams", "Group Anagrams"),
        ("both", None),
        ("1 and 2", None),
    ],
)
def test_several_problems_are_logged_one_by_one(reply: str, problem: str | None) -> None:
    """Who names one of them logs it, without the minutes that were told of all; who names all is asked again."""
    asked = Exchange(f"solved {SEVERAL} alone in 40 min", ask_which(titles_in(SEVERAL)))
    decided = decide([asked], reply)
    if problem is None:
        assert decided == Say(asked.answer)
        then = decide([asked, Exchange(reply, asked.answer)], "2")
        assert isinstance(then, Request)
        assert then.arguments == {"outcome": "unaided", "problem": "Group Anagrams"}
    else:
        assert isinstance(decided, Request)
        assert (decided.verb, decided.arguments) == ("record_attempt", {"outcome": "unaided", "problem": problem})


@pytest.mark.parametrize("said", [f"i did {SEVERAL} yesterday", f"solved {SEVERAL} alone"])
async def test_a_problem_of_the_catalogue_comes_before_several(said: str, lone_school: School) -> None:
    """Several are asked about only where no problem is called so: another program may have stored one."""
    ada = await lone_school.enrol()
    told = await Chat(ada).say(said)
    assert "1. Valid Anagram\n2. Group Anagrams" in told
    await ada.database.collection("problems").insert(
        {"_id": ObjectId(), "title": SEVERAL.title(), "platform": "manual", "difficulty": "easy", "topics": []}
    )
    assert "several" not in await Chat(ada).say(said)


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("two sum use a dict", "Two Sum"),
        ("Two Sum: use a dict\nor sort", "Two Sum"),
        ("house robber ii is circular", "House Robber II"),
        ("candy: both ways", "Candy"),
        ("subsets - the empty set counts", "Subsets"),
        ("subsets the empty set counts", None),
        ("triangle inequality", None),
        ("combinations of k items use nCr", None),
        ("coin change 2 dims are needed", None),
        ("number of islands and rotting oranges use bfs", None),
        ("loops are slow", None),
        ("two sum", None),
    ],
)
def test_the_longest_title_at_the_beginning_is_found(said: str, title: str | None) -> None:
    """A title that is spelled as it is, with more behind it that does not make something else of it."""
    assert leading_title(said) == title


@pytest.mark.parametrize("text", ["for two sum use a dict", "for two sum -1 is returned if none", "for loops are slow"])
def test_a_note_names_its_problem_behind_the_colon_too(text: str) -> None:
    """ "Note: for two sum use a dict" is about Two Sum, and every word of it is kept."""
    about = {"problem": "Two Sum"} if "two sum" in text else {}
    assert understand((), f"note: {text}") == Request(BY_NAME["note"], {**about, "text": text})


@pytest.mark.parametrize("answer", [INTRODUCE, UNSURE])
@pytest.mark.parametrize("asked", ["what is a hash map?", "what are tries", "ok what is dfs", "why?", "why not"])
def test_a_question_answers_no_question(asked: str, answer: str) -> None:
    """Whoever asks for an explanation in place of a city or a title is told that there is none, not misread."""
    assert decide([Exchange("i did maximum sub", answer)], asked) == Say(talk.NEEDS_MODEL)


@pytest.mark.parametrize(
    "asked", ["please explain two pointers", "could you explain tries", "compare bfs and dfs", "what?"]
)
def test_a_question_is_no_place(asked: str) -> None:
    """Where a day, minutes and a place are asked for, whoever asks something back is not taken to live there."""
    assert decide([Exchange("solved two sum", INTRODUCE)], asked) == Say(talk.NEEDS_MODEL)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("am in berlin, my interview is 3 march", {"target_date": "3 march", "time_zone": "berlin"}),
        ("who knows, maybe 3 march. im in berlin", {"target_date": "3 march", "time_zone": "berlin"}),
        ("what i have is 30 minutes a day", {"minutes_per_day": 30}),
    ],
)
def test_an_introduction_may_begin_like_a_question(said: str, found: dict[str, object]) -> None:
    """Whatever it begins with: what tells a day, minutes or a place is taken."""
    decided = decide([Exchange("solved two sum", INTRODUCE)], said)
    assert isinstance(decided, Request)
    assert decided.arguments.items() >= found.items()


def test_an_introduction_may_come_late() -> None:
    """Minutes and a place are taken although something else was asked and answered in between."""
    past = [Exchange("solved two sum", INTRODUCE), Exchange("what is a heap", talk.NEEDS_MODEL)]
    decided = decide(past, "45 min, berlin")
    assert isinstance(decided, Request)
    assert (decided.verb, decided.arguments) == ("set_profile", {"minutes_per_day": 45, "time_zone": "berlin"})


def test_a_title_is_no_place() -> None:
    """A problem that is named where a place is asked for is looked up."""
    decided = decide([Exchange("solved two sum", INTRODUCE)], "3sum")
    assert isinstance(decided, Request)
    assert decided.verb == "find_problem"


@pytest.mark.parametrize(
    ("question", "student", "reply"),
    [
        (questions.WHICH_TASK.text, "task done", "explain heaps to anna"),
        (questions.WHICH_NOTE.text, "delete a note", "define heap sort"),
        (questions.WHICH_SOLVED.text, "solved one", "describe the painting"),
        (questions.WHAT_ANSWER.text, "/answer", "define dp over prefixes"),
        (
            f"Which one?\n\n1. Explain heaps\n2. Explain tries\n\n{questions.CHOOSE.text}",
            "task x done",
            "explain tries",
        ),
    ],
)
def test_a_name_may_begin_like_a_question(question: str, student: str, reply: str) -> None:
    """Tasks, notes, problems and answers are worded as people like."""
    assert isinstance(decide([Exchange(student, question)], reply), Request)


@pytest.mark.parametrize("why", ["why this one?", "why", "but why that problem", "how come"])
def test_why_a_problem_is_suggested_is_shown_again(why: str) -> None:
    """The reasons are repeated once, however often they are asked for, and the problem can still be started."""
    past = [Exchange("next", f"{talk.UNREACHABLE}\n\n{SUGGESTED}")]
    for _ in range(3):
        told = decide(past, why)
        assert isinstance(told, Say)
        assert told.text == f"What speaks for it stands below its title:\n\n{SUGGESTED}"
        past.append(Exchange(why, f"{talk.UNREACHABLE}\n\n{told.text}"))
    begun = decide(past, "start it")
    assert isinstance(begun, Request)
    assert begun.verb == "start_problem"
    assert questions.find_question(past[-1].answer) is questions.START_IT


def test_a_problem_that_was_only_found_has_no_reasons() -> None:
    """Where nothing speaks for a problem, nothing is said to."""
    found = f"[Two Sum](https://leetcode.com/problems/two-sum/) · easy\n\n{questions.START_IT.text}"
    assert decide([Exchange("find two sum", found)], "why") == Say(talk.NEEDS_MODEL)
