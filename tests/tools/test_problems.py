"""Finding problems and topics by every name that people give them."""

from __future__ import annotations

import pytest

from store.client import ObjectId, Raw
from store.documents.problems import Problem
from tests.tools.harness import School, Student
from tools.context import Receipt, Result
from tools.errors import ToolRetry
from tools.practice import StartReceipt
from tools.problems import ProblemMatches, resolve_problem
from tools.tasks import TaskList
from tools.topics import resolve_topic


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("Two Sum", "two-sum"),
        ("two sum", "two-sum"),
        ("  TWO SUM  ", "two-sum"),
        ("two-sum", "two-sum"),
        ("twosum", "two-sum"),
        ("2sum", "two-sum"),
        ("tow sum", "two-sum"),
        ("two summ", "two-sum"),
        ("1. Two Sum", "two-sum"),
        ("#1", "two-sum"),
        ("leetcode two sum", "two-sum"),
        ("the two sum problem", "two-sum"),
        ("Two Sum (leetcode)", "two-sum"),
        ("leetcode:two-sum", "two-sum"),
        ("https://leetcode.com/problems/two-sum/", "two-sum"),
        ("https://www.leetcode.com/problems/two-sum/description/?tab=a#b", "two-sum"),
        ("leetcode.com/problems/two-sum", "two-sum"),
        ("3sum", "3sum"),
        ("three sum", "3sum"),
        ("number of islnds", "number-of-islands"),
        ("numbr of islands", "number-of-islands"),
        ("longest substring without repeating", "longest-substring-without-repeating-characters"),
        ("binary tree level order", "binary-tree-level-order-traversal"),
        ("word serach 2", "word-search-ii"),
        ("wordsearch", "word-search"),
        ("pacific atlantic water", "pacific-atlantic-water-flow"),
    ],
)
async def test_a_problem_is_found_however_it_is_typed(ada: Student, said: str, slug: str) -> None:
    """Titles, slugs, numbers, urls, typos and other spellings lead to the one problem that was meant."""
    assert (await resolve_problem(ada.reading(), said)).platform_id == slug


@pytest.mark.parametrize("said", ["anagram", "binary tree", "sum", "palindromic"])
async def test_a_name_of_many_is_asked_about(ada: Student, said: str) -> None:
    """Where several problems are as near the answer is a question whose choices are understood."""
    with pytest.raises(ToolRetry) as asked:
        await resolve_problem(ada.reading(), said)
    assert len(asked.value.choices) > 1
    for choice in asked.value.choices:
        assert (await resolve_problem(ada.reading(), choice)).title == choice


@pytest.mark.parametrize(
    "said", ["quantum flux capacitor", "https://example.com/problems/nope", "xyzzy", "日本語", "💥"]
)
async def test_an_unknown_problem_is_said_to_be_unknown(ada: Student, said: str) -> None:
    """What is in no catalogue is not replaced by something that is."""
    with pytest.raises(ToolRetry, match=r"no problem|not sure"):
        await resolve_problem(ada.reading(), said)


async def test_two_problems_of_one_title_are_told_apart(lone_school: School) -> None:
    """One title on two platforms, or twice on one, is a question; each choice leads to its own problem."""
    ada = await lone_school.enrol()
    problems = lone_school.database.collection("problems")
    raw = {"difficulty": "easy", "topics": ["Arrays"]}
    twins = [("geeksforgeeks", "two-sum-gfg"), ("manual", "two-sum-a"), ("manual", "two-sum-b")]
    for platform, slug in twins:
        await problems.insert({"_id": ObjectId(), "title": "Two Sum", "platform": platform, "platformId": slug, **raw})
    with pytest.raises(ToolRetry, match="There are 4 problems") as asked:
        await resolve_problem(ada.reading(), "two sum")
    found = [(await resolve_problem(ada.reading(), choice)).platform_id for choice in asked.value.choices]
    assert sorted(map(str, found)) == ["two-sum", "two-sum-a", "two-sum-b", "two-sum-gfg"]
    with pytest.raises(ToolRetry):
        await resolve_problem(ada.reading(), "tow sum")


async def test_find_problem_lists_the_nearest_first(ada: Student) -> None:
    """The verb returns matches with their links, and says whether the first is certain."""
    certain = await ada.read(ProblemMatches, "find_problem", query="tow sum")
    assert certain.exact
    assert certain.matches[0].url == "https://leetcode.com/problems/two-sum/"
    vague = await ada.read(ProblemMatches, "find_problem", query="anagram", limit=3)
    assert not vague.exact
    assert {match.title for match in vague.matches} >= {"Valid Anagram", "Group Anagrams"}
    assert not (await ada.read(ProblemMatches, "find_problem", query="xyzzy")).matches


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Graphs", "Graphs"),
        ("graph", "Graphs"),
        ("grahps", "Graphs"),
        ("dp", "Dynamic Programming"),
        ("dynamic programing", "Dynamic Programming"),
        ("hash table", "Hashing"),
        ("bfs", "Breadth-First Search"),
        ("union find", "Union-Find"),
        ("linked-list", "Linked Lists"),
        ("2 pointers", "Two Pointers"),
        ("slidng window", "Sliding Window"),
        ("kadane's algorithm", "Kadane's Algorithm"),
    ],
)
async def test_a_topic_is_found_by_alias_and_typo(ada: Student, said: str, name: str) -> None:
    """Topics are found by their names, aliases and misspellings."""
    assert (await resolve_topic(ada.reading(), said))[1] == name


@pytest.mark.parametrize("said", ["", "cooking", "a\x00b", "x" * 300, "\udc00"])
async def test_an_unknown_topic_gets_a_sentence(ada: Student, said: str) -> None:
    """What is no topic is refused with a sentence."""
    with pytest.raises(ToolRetry):
        await resolve_topic(ada.reading(), said)


async def test_a_common_beginning_stands_for_nobody(ada: Student) -> None:
    """What several titles begin with names none of them; what only one begins with names that one."""
    with pytest.raises(ToolRetry):
        await resolve_problem(ada.reading(), "palindrome p")
    assert (await resolve_problem(ada.reading(), "serialize and deserialize")).difficulty == "hard"


async def test_a_title_spelled_right_is_never_asked_about(ada: Student) -> None:
    """A title leads to its own problem, however near another one is."""
    for title in (
        "Range Sum Query - Mutable",
        "Range Sum Query - Immutable",
        "Subsets",
        "Combinations",
        "Binary Search",
    ):
        assert (await resolve_problem(ada.reading(), title)).title == title


_LOOKING: tuple[tuple[str, dict[str, str]], ...] = (
    ("show_progress", {}),
    ("plan_today", {}),
    ("list_tasks", {}),
    ("list_due_revisions", {}),
    ("find_notes", {}),
    ("list_conversations", {}),
    ("explain_mastery", {"topic": "arrays"}),
    ("find_problem", {"query": "tow sums"}),
)


@pytest.mark.parametrize(
    ("change", "called"),
    [
        ({"$unset": {"title": "", "topics": "", "difficulty": ""}}, "two-sum"),
        ({"$unset": dict.fromkeys(("title", "platform", "platformId", "topics", "url"), "")}, "Untitled problem"),
        ({"$set": dict.fromkeys(("title", "platformId", "topics", "difficulty", "url"), 7)}, "Untitled problem"),
    ],
)
async def test_a_problem_that_another_program_left_incomplete_stops_nothing(
    lone_school: School, change: Raw, called: str
) -> None:
    """It can be looked at in every list and figure, started and solved, and has a name in what is said."""
    student = await lone_school.enrol()
    about = {"problem": "two sum"}
    await student.do(Result, "record_attempt", **about, outcome="with-help")
    await student.do(Result, "add_task", **about, title="again")
    await student.do(Result, "add_note", **about, text="a map")
    await student.do(Result, "new_conversation", about="two sum")
    (problem,) = await lone_school.database.collection(Problem.collection).find({"platformId": "two-sum"})
    await lone_school.database.collection(Problem.collection).update({"_id": problem["_id"]}, change)
    for verb, arguments in _LOOKING:
        await student.read(Result, verb, **arguments)
    tasks = await student.read(TaskList, "list_tasks")
    assert [task.problem for task in tasks.tasks] == [called]
    started = await student.do(StartReceipt, "start_problem", problem=str(problem["_id"]))
    assert started.line == f"{called} · started"
    assert (await student.do(Receipt, "record_attempt", outcome="unaided", minutes=5)).line.startswith(called)
    for verb, arguments in _LOOKING:
        await student.read(Result, verb, **arguments)
