"""Whether an answer says a keyword: endings, spelling, order, distance, costs and denials."""

from __future__ import annotations

import pytest

from store.catalogue.wording import is_denial, keyword_stems, says, split_sentences


@pytest.mark.parametrize(
    ("answer", "keyword"),
    [
        ("It uses Hash-Maps.", "hash map"),
        ("a hashmap of counts", "hash map"),
        ("the replication of writes", "replicate"),
        ("copied and cached queries", "cache query"),
        ("it halves the remaining search space", "halve space"),
        ("the input has to be sorted", "sorted input"),
        ("two pointers", "2 pointer"),
        ("minimizing the maximum", "minimise max"),
        ("its neighbours", "neighbor"),
        ("that is O( n log n ) in total", "O(n log n)"),
        ("n*log(n)? no, n log n", "O(nlogn)"),
        ("n² steps", "O(n^2)"),
        ("Θ(n)", "O(n)"),
        ("it needs √n steps", "sqrt"),
        ("a has-a relation", "has-a"),
        ("10.1.2.3 goes there", "10.1.2"),
        ("it doesn't preserve order", "not preserve"),
    ],
)
def test_other_forms_of_the_words_count(answer: str, keyword: str) -> None:
    """Case, endings, spelling, order and a few words in between do not matter."""
    assert says(split_sentences(answer), keyword)


@pytest.mark.parametrize(
    ("answer", "keyword"),
    [
        ("O(n log n)", "O(n)"),
        ("O(n log n)", "O(log n)"),
        ("the map of a city. A hash is short", "hash map"),
        ("it is not stable", "stable"),
        ("without a lock", "lock"),
        ("many rows", "many to many"),
        ("the man ran", "many"),
        ("statement", "state"),
        ("", "hash"),
    ],
)
def test_other_words_do_not_count(answer: str, keyword: str) -> None:
    """Another cost, another sentence, a denial or a longer word is not the keyword."""
    assert not says(split_sentences(answer), keyword)


def test_denied_words_count_for_denials() -> None:
    """For a point that says what is not so, "cannot remove" says "remove"."""
    sentences = split_sentences("You can't remove edges")
    assert not says(sentences, "remove")
    assert says(sentences, "remove", even_denied=True)
    assert is_denial("It cannot remove edges")
    assert not is_denial("It removes edges")


def test_fillers_alone_are_no_keyword() -> None:
    """A keyword of nothing but fillers has no stems and is said by nothing."""
    assert keyword_stems("of the") == ()
    assert not says(split_sentences("one of the best"), "of the")
