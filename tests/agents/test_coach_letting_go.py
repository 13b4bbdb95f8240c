"""An open question takes what clearly answers it, lets everything else be what it is, and is dropped after one miss."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from agents.coach import COMMANDS, questions
from agents.coach import dialogue as coach
from agents.coach.dialogue import GUESS, decide
from agents.coach.exchange import Exchange, Say
from agents.coach.intents import Request
from agents.coach.questions import QUESTIONS, Question

ROOT = Path(coach.__file__).parents[2]
ASKED_BY = {
    "log": "solved two sum",
    "start": "start",
    "find": "find",
    "task": "add a task",
    "done": "task done",
    "hint": "hint for two sum",
    "note": "add a note",
    "edit-note": "edit note 2",
    "remove-note": "delete a note",
    "move": "move task 1",
    "delete": "delete a task",
    "profile": "set my interview date",
    "recall": "/answer",
    "revise": "revise graphs",
    "revision cap": "/cap",
    "rate": "/rate",
    "snooze": "/snooze",
    "pause": "/pause",
    "rename-conversation": "/rename",
    "search-conversations": "/search",
}
"""What leads to the questions of an intent."""


def suggested() -> list[str]:
    """Return everything that the coach's own texts suggest to say, word for word."""
    found: set[str] = set()
    for path in sorted((ROOT / "agents" / "coach").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # A string that stands alone is a docstring, and is said to nobody.
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                found.update(re.findall(r"`([a-z][^`{}\n…]+)`", node.value))
    return sorted(phrase for phrase in found if _is_wish(phrase))


def _is_wish(phrase: str) -> bool:
    """Whether a phrase means something by itself; a word like "easy" is an answer to one question only."""
    got = decide([], phrase)
    if not isinstance(got, Request) or got.arguments.items() >= GUESS.items():
        return False
    return " " in phrase or not got.arguments


def open_question(question: Question) -> list[Exchange]:
    """Return a conversation that ends with a question."""
    return [
        Exchange(ASKED_BY.get(question.intent or "", "give me one"), f"1. Two Sum\n2. Coin Change\n\n{question.text}")
    ]


def texts_in(arguments: dict[str, Any]) -> list[str]:
    """Return the words that a request takes from what was said."""
    return [value for value in arguments.values() if isinstance(value, str)]


def test_there_are_phrases_to_try() -> None:
    """The coach's texts suggest things to say, and the coach understands them."""
    assert {"give me one", "plan today", "whats due", "my tasks", "give me a medium graph problem"} <= set(suggested())


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text[:30])
def test_what_the_coach_suggests_always_wins(question: Question) -> None:
    """No phrase that the coach itself suggests is eaten as the answer to any of its questions."""
    for phrase in suggested():
        alone, got = decide([], phrase), decide(open_question(question), phrase)
        assert isinstance(got, Request), (phrase, got)
        assert isinstance(alone, Request)
        assert phrase not in texts_in(got.arguments) or got.verb == alone.verb, (phrase, got)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text[:30])
def test_commands_always_win(question: Question) -> None:
    """A slash command means the same whatever is open."""
    for command in COMMANDS:
        text = f"/{command.name}"
        if command.name not in ("start", "help"):
            assert decide(open_question(question), text) == decide([], text)


@pytest.mark.parametrize(
    ("asked", "question", "said"),
    [
        ("start", questions.WHICH_START, "i am tired"),
        ("start", questions.WHICH_START, "it is raining here again"),
        ("solved one", questions.WHICH_SOLVED, "my cat sat on the keyboard and typed this"),
        ("set my interview date", questions.WHEN, "i am hungry"),
        ("solved two sum alone last week", questions.WHICH_DAY, "blue"),
        ("/snooze", questions.SNOOZE_UNTIL, "blue"),
        ("/cap", questions.HOW_MANY, "blue"),
        ("solved two sum in 99999 minutes", questions.HOW_LONG, "blue"),
        ("move task 1", questions.NEW_DAY, "blue"),
        ("remind me at 8", questions.WHICH_ZONE, "i dont care about that"),
        ("solved x alone", questions.INTRODUCE, "i am so tired"),
        ("solved two sum", questions.HELPED, "coin change"),
    ],
)
def test_what_is_no_answer_is_read_as_new(asked: str, question: Question, said: str) -> None:
    """Talk, and whatever does not fit what was asked for, fills no argument: it means what it means elsewhere."""
    got = decide([Exchange(asked, f"Hm. {question.text}")], said)
    alone = decide([], said)
    assert got == alone
    assert isinstance(got, Say) or got.arguments.items() >= GUESS.items()


@pytest.mark.parametrize(
    ("asked", "question", "said", "verb", "arguments"),
    [
        ("start", questions.WHICH_START, "two sum", "start_problem", {"problem": "two sum"}),
        ("start", questions.WHICH_START, "best time to buy and sell stock with cooldown", "start_problem",
         {"problem": "best time to buy and sell stock with cooldown"}),
        ("set my interview date", questions.WHEN, "a week later", "set_profile", {"target_date": "1 week later"}),
        ("set my interview date", questions.WHEN, "in 2 weeks", "set_profile", {"target_date": "in 2 weeks"}),
        ("solved two sum alone last week", questions.WHICH_DAY, "on monday", "record_attempt",
         {"problem": "two sum", "outcome": "unaided", "day": "monday"}),
        ("solved two sum alone last week", questions.WHICH_DAY, "it was 3 days ago", "record_attempt",
         {"problem": "two sum", "outcome": "unaided", "day": "3 days ago"}),
        ("add a task", questions.WHAT_TASK, "review heaps by friday", "add_task",
         {"title": "review heaps", "due": "friday"}),
        ("/rename", questions.NEW_NAME, "graph week", "rename_conversation", {"title": "graph week"}),
        ("/search", questions.WHICH_WORDS, "binary search", "search_conversations", {"text": "binary search"}),
        ("remind me at 8", questions.WHICH_ZONE, "berln", "set_reminder", {"at": "8", "time_zone": "berln"}),
        ("solved two sum", questions.HELPED, "yesterday, alone", "record_attempt",
         {"problem": "two sum", "day": "yesterday", "outcome": "unaided"}),
    ],
)  # fmt: skip
def test_what_answers_is_taken(asked: str, question: Question, said: str, verb: str, arguments: dict[str, Any]) -> None:
    """A clear answer completes what was asked about."""
    got = decide([Exchange(asked, f"Hm. {question.text}")], said)
    assert isinstance(got, Request), got
    assert (got.verb, got.arguments) == (verb, arguments)


@pytest.mark.parametrize("question", [questions.HOW, questions.HELPED, questions.PLACE])
def test_a_question_is_repeated_once(question: Question) -> None:
    """What is no answer at all is asked about one more time; the next miss ends it, and an answer still counts."""
    past = [Exchange("solved two sum", question.text)]
    missed = decide(past, "blue")
    assert isinstance(missed, Say)
    assert missed.text.endswith(question.text)
    past.append(Exchange("blue", missed.text))
    assert decide(past, "green") == decide([], "green")
    answered = decide(past, "2")
    assert isinstance(answered, Request)
    assert "with-help" in answered.arguments.values() or answered.arguments == {"answer": "with-help"}


def test_a_name_that_was_no_good_twice_is_let_go() -> None:
    """After two names that nobody knows the third is not taken for one, while a title that there is still counts."""
    past = [
        Exchange("start", questions.WHICH_START.text),
        Exchange("blorp", f"No such problem. {questions.AGAIN.text}"),
    ]
    assert decide(past, "frobnicate") == decide([], "frobnicate")
    known = decide(past, "two sum")
    assert isinstance(known, Request)
    assert (known.verb, known.arguments) == ("start_problem", {"problem": "two sum"})
