from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.planner import Candidate, next_problem, rank_problems, review_problem

BASE = Candidate("two-sum", predicted=0.7, order=3, topic="Hashing", topic_mastery=0.5)

candidates = st.builds(
    Candidate,
    st.text("abc", min_size=1, max_size=3),
    st.floats(0, 1),
    st.integers(0, 20),
    st.sampled_from(["Arrays", "Graphs"]),
    st.floats(0, 1),
    st.sampled_from(["must-solve", "important", "good-to-solve"]),
    st.sampled_from([(), ("Trees",)]),
)


def chosen(*of: Candidate) -> str:
    """Return the problem chosen from the candidates."""
    choice = next_problem(of)
    assert choice is not None
    return choice.candidate.problem


@given(st.lists(candidates, min_size=1, max_size=8))
def test_a_choice_is_the_sum_of_its_terms(of: list[Candidate]) -> None:
    """Every score is what its terms add up to, strongest first, and the best score wins."""
    ranked = rank_problems(of)
    for choice in ranked:
        assert choice.score == pytest.approx(sum(term.score for term in choice.terms))
        strengths = [abs(term.score) for term in choice.terms]
        assert strengths == sorted(strengths, reverse=True)
    assert next_problem(of) == ranked[0]
    assert ranked[0].score == max(choice.score for choice in ranked)


@given(st.lists(candidates, min_size=1, max_size=8))
def test_open_prerequisites_come_last(of: list[Candidate]) -> None:
    """A problem whose topic builds on something open is chosen only when all are like that."""
    choice = next_problem(of)
    assert choice is not None
    if any(not candidate.open_prerequisites for candidate in of):
        assert not choice.candidate.open_prerequisites


@given(st.lists(candidates, max_size=8))
def test_the_order_of_the_candidates_does_not_matter(of: list[Candidate]) -> None:
    """The same candidates give the same scores in any order."""
    assert [choice.score for choice in rank_problems(of)] == [choice.score for choice in rank_problems(of[::-1])]


def test_nothing_to_choose_from_is_no_choice() -> None:
    """Without candidates there is no problem, and no error."""
    assert next_problem([]) is None
    assert review_problem(None, []) is None


def test_the_right_difficulty_wins() -> None:
    """A problem solved seven times in ten goes before one that is too easy and one that is too hard."""
    hard, easy = replace(BASE, problem="hard", predicted=0.3), replace(BASE, problem="easy", predicted=0.95)
    choice = next_problem([hard, easy, BASE])
    assert choice is not None
    assert choice.candidate == BASE
    assert choice.terms[0].name == "right-difficulty"
    assert choice.terms[0].value == 0.7
    names = {each.candidate.problem: {term.name for term in each.terms} for each in rank_problems([hard, easy])}
    assert "too-hard" in names["hard"]
    assert "too-easy" in names["easy"]


def test_the_earlier_the_more_important_and_the_weaker_topic_win() -> None:
    """At equal fit the roadmap's order, the importance and the weaker topic decide."""
    assert chosen(BASE, replace(BASE, problem="later", order=9)) == "two-sum"
    assert chosen(BASE, replace(BASE, problem="must", importance="must-solve")) == "must"
    assert chosen(BASE, replace(BASE, problem="weak", topic_mastery=0.2)) == "weak"


def test_equal_scores_go_by_name() -> None:
    """Two candidates alike in everything are told apart by name, so that the choice is always the same."""
    assert chosen(replace(BASE, problem="b"), replace(BASE, problem="a")) == "a"


def test_open_prerequisites_are_named() -> None:
    """A choice made in spite of open prerequisites says which they are."""
    choice = next_problem([replace(BASE, open_prerequisites=("Trees", "Recursion"))])
    assert choice is not None
    assert (choice.terms[0].name, choice.terms[0].value) == ("open-prerequisites", ("Trees", "Recursion"))


def test_a_review_takes_the_problem_last_failed() -> None:
    """The problem last failed in the topic is the review's, whatever else there is."""
    choice = review_problem("3sum", [BASE])
    assert choice is not None
    assert (choice.problem, choice.reason) == ("3sum", "last-failed")


def test_a_review_else_takes_an_unseen_problem_of_the_right_difficulty() -> None:
    """Without a failure the first on the roadmap inside .6 to .8 is taken, else the nearest to it."""
    inside = review_problem(
        None, [replace(BASE, problem="later", order=5), BASE, replace(BASE, problem="off", predicted=0.5, order=0)]
    )
    assert inside is not None
    assert (inside.problem, inside.reason, inside.predicted) == ("two-sum", "right-difficulty", 0.7)
    outside = review_problem(
        None, [replace(BASE, problem="far", predicted=0.2), replace(BASE, problem="near", predicted=0.5)]
    )
    assert outside is not None
    assert (outside.problem, outside.reason) == ("near", "nearest-difficulty")
