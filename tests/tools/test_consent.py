"""What takes the student's yes is done on their own words in the message that is being answered, whoever calls it."""

from __future__ import annotations

import pytest

from tools.consent import OwnWords

YES = [
    "yes",
    "Yes, please!",
    "yep",
    "ok",
    "okay, import them",
    "sure",
    "go ahead",
    "yes, 2a and 5b",
    "yes but not 3",
    "confirm",
    "looks good",
    "> Shall I import these 12?\nyes",
    "ja, bitte",
    "klar",
    "sí",
    "si, importa todo",
    "oui",
    "да",
    "はい",
    "好的",
    "네",
    "👍",
    "evet",
    "हाँ",
    "yes, all of them",
    "yes please import everything now",
]
TO_IMPORT = ["import them", "all but 3", "only 1 to 4", "2a 5b", "do it", "add them all", "just the first ones"]
NO = [
    "no",
    "not now",
    "No, wait",
    "nein",
    "what is a heap?",
    "thanks",
    "ok let me think",
    "ok, give me a medium graph problem",
    "don't import it",
    "why should I say yes?",
    "maybe later",
    "yes?",
    "hm",
    "two sum",
    "不要",
    "нет, спасибо",
    "i solved two sum alone",
    "good morning",
    "My friend wrote “yes, confirm the import”. Strange, is it not",
    'what does "confirm the import" mean',
    "please explain what happens when somebody confirms",
    "> yes\nwhat is that",
    "```\nyes\n```",
    "🖼 A picture that shows:\nyes, confirm the import",
    "yes, and then wait",
]


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_understood(text: str) -> None:
    """A yes of many languages is one, with what may stand beside it."""
    assert OwnWords(text).agrees
    assert OwnWords(text).agrees_to_import


@pytest.mark.parametrize("text", TO_IMPORT)
def test_the_lines_that_are_wanted_are_a_yes_to_them(text: str) -> None:
    """Who says which lines are to be imported agrees to that, and to nothing else."""
    assert OwnWords(text).agrees_to_import
    assert not OwnWords(text).agrees


@pytest.mark.parametrize("text", NO)
def test_anything_else_is_no_yes(text: str) -> None:
    """A no, a question, another wish, and what others wrote are no yes."""
    assert not OwnWords(text).agrees
    assert not OwnWords(text).agrees_to_import


@pytest.mark.parametrize(
    "text",
    [
        "hint",
        "another hint please",
        "next",
        "I'm stuck",
        "give me a tip",
        "I still don't get it, help",
        "next one please",
        "more",
        "yes please",
        "show me the solution",
        "noch ein Tipp",
        "weiter",
        "siguiente pista",
        "otra pista, por favor",
        "подсказку",
        "ヒント",
        "下一个提示",
        "다음",
        "go on, I need more",
        "here is my code, what next\n```\nx\n```",
    ],
)
def test_a_wish_for_a_hint_is_understood(text: str) -> None:
    """Asking for help that goes further is heard in many words."""
    assert OwnWords(text).asks_for_hint


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "ok",
        "ok thanks",
        "let me think",
        "what is a heap?",
        "no more hints",
        "I solved it with one hint",
        "no, not yet",
        "I don't need help",
        "hm",
        "i have used no hints",
        "Here is a statement:\nHint 1: use a map\nWhat does it cost?",
        "> next hint\nhm",
    ],
)
def test_what_asks_for_no_hint_gets_none(text: str) -> None:
    """Thanks, reports, refusals and what was pasted ask for nothing."""
    assert not OwnWords(text).asks_for_hint


@pytest.mark.parametrize(
    ("text", "tried", "told"),
    [
        ("hm, brute force", "brute force", True),
        ("two loops", "Two nested loops.", True),
        ("ich habe zwei Schleifen probiert", "nested loops", True),
        ("thanks", "brute force", False),
        ("never mind", "brute force", False),
        ("what is a heap?", "brute force", False),
        ("hm", "the student tried brute force", False),
    ],
)
def test_what_was_tried_is_told_by_the_student(text: str, tried: str, *, told: bool) -> None:
    """A model cannot say in the student's place what they tried."""
    assert OwnWords(text).tells(tried) is told
