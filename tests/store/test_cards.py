"""The question cards: complete, consistent, and compared with answers in a student's own words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store.catalogue.cards import (
    Card,
    check_cards,
    compare_answer,
    concept_cards,
    find_card,
    read_cards,
    recall_cards,
    shipped_cards,
)
from store.catalogue.facts import CatalogueError, TopicFact, shipped_catalogue

TREES = Card(
    topic="Binary Search Trees",
    slug="trees-idea",
    kind="recall",
    difficulty="easy",
    question="What holds in a search tree?",
    points=("Left keys are smaller", "Look-ups take O(log n) if balanced", "It cannot jump to a position"),
    keywords=(("left smaller", "smaller left"), ("O(log n)", "logarithmic"), ("jump", "random access")),
)

OWN_WORDS = {
    "hashing-when": "when I must know if I already saw an element, count how often things occur or find the partner",
    "two-pointers-when": "Sorted array and a pair with some sum, palindromes, removing duplicates in place.",
    "binary-search-idea": "the target is always between lo and hi, each round halves the range until it is empty",
    "dynamic-programming-when": "same subproblems again and again; built from optimal parts; count ways, min cost",
    "deadlocks-idea": "mutual exclusion, hold-and-wait, no preemption, circular wait",
    "os-mutex-vs-semaphore": "A mutex has an owner who must unlock. A semaphore counts permits and can signal others.",
    "transactions-and-acid-idea": "all or nothing; constraints hold; concurrent ones don't interfere; survives crashes",
    "database-indexing-cost": "inserts get slower; a function on the column or LIKE '%x' hides it; scans are cheaper",
    "cn-three-way-handshake": "SYN with a number, SYN-ACK from the server, the final ACK; both sides are heard",
    "cn-url-in-browser": "DNS lookup, TCP connection, TLS handshake, an HTTP GET, then the browser renders the page",
    "oop-override-vs-overload": "child redefines it, at run time; same name, other parameter types, at compile time",
    "model-evaluation-idea": "precision is TP/(TP+FP), recall is TP/(TP+FN), F1 the harmonic mean",
    "caching-cost": "stale data, stampede on expiry, keys that don't exist, cold start",
    "sd-idempotent-consumer": "store the message id in the same transaction, or upsert so it is naturally idempotent",
}
VAGUE = (
    "I don't know.",
    "It makes the program better and faster.",
    "You use it when you need it, it depends on the situation.",
    "It is useful for solving such problems in a good way.",
)


def card_named(slug: str) -> Card:
    """Return the shipped card with a slug."""
    card = find_card(slug)
    assert card is not None
    return card


def test_shipped_cards_have_no_loose_ends() -> None:
    """Every topic has its recall cards, every core subject its concept cards, and no card a loose end."""
    check_cards(shipped_cards(), shipped_catalogue().topics)


def test_cards_stand_in_the_order_of_the_topics() -> None:
    """The file lists the cards topic by topic as the catalogue lists the topics."""
    order = {topic.name: place for place, topic in enumerate(shipped_catalogue().topics)}
    places = [order[card.topic] for card in shipped_cards()]
    assert places == sorted(places)


def test_cards_of_a_topic_are_found_by_name_and_slug() -> None:
    """A topic gives its three recall cards and its concept cards; a slug gives its card or nothing."""
    assert [card.slug for card in recall_cards("Heaps")] == ["heaps-when", "heaps-idea", "heaps-cost"]
    assert concept_cards("Heaps") == ()
    assert len(concept_cards("Deadlocks")) >= 4
    assert find_card("deadlocks-idea") == recall_cards("Deadlocks")[1]
    assert find_card("no-such-card") is None
    with pytest.raises(KeyError):
        recall_cards("Alchemy")


def test_every_point_makes_itself() -> None:
    """Whoever answers with the words of a point has made that point, on every card."""
    silent = [
        (card.slug, point)
        for card in shipped_cards()
        for point in card.points
        if point not in compare_answer(card, point).made
    ]
    assert silent == []


def test_repeating_the_question_makes_no_point() -> None:
    """No card can be passed by saying its question again."""
    assert [card.slug for card in shipped_cards() if compare_answer(card, card.question).made] == []


@pytest.mark.parametrize("answer", VAGUE)
def test_vague_answers_make_no_point(answer: str) -> None:
    """An answer that says nothing passes on at most one card in a hundred."""
    passed = [card.slug for card in shipped_cards() if compare_answer(card, answer).made]
    assert len(passed) <= len(shipped_cards()) // 100, passed


@pytest.mark.parametrize("slug", OWN_WORDS)
def test_right_answers_in_own_words_are_recognised(slug: str) -> None:
    """A right answer in other words than the card's makes at least two thirds of its points."""
    assert compare_answer(card_named(slug), OWN_WORDS[slug]).score >= 2 / 3


def test_answers_to_another_question_score_low() -> None:
    """The full answer to a card of another subject makes on average less than a tenth of a card's points."""
    cards = shipped_cards()
    half = len(cards) // 2
    scores = [
        compare_answer(card, ". ".join(cards[(place + half) % len(cards)].points)).score
        for place, card in enumerate(cards)
    ]
    assert sum(scores) / len(scores) < 0.1


def test_comparison_tells_made_and_missed_points() -> None:
    """Points come back in the card's order, with the share of those made."""
    found = compare_answer(TREES, "Smaller keys go to the left. You can't jump to a position.")
    assert found.made == (TREES.points[0], TREES.points[2])
    assert found.missed == (TREES.points[1],)
    assert found.score == pytest.approx(2 / 3)


def test_an_empty_answer_misses_everything() -> None:
    """Nothing said is nothing made."""
    found = compare_answer(TREES, " \n ")
    assert (found.made, found.missed, found.score) == ((), TREES.points, 0)


def test_only_the_first_part_of_an_endless_answer_counts() -> None:
    """What stands beyond the first 4,000 characters is not read."""
    assert compare_answer(TREES, "so " * 2000 + "logarithmic").made == ()


@pytest.mark.parametrize("folder_text", ["{", '[{"topic": "Arrays"}]'])
def test_unreadable_cards_are_an_error(tmp_path: Path, folder_text: str) -> None:
    """A file that is no JSON or has the wrong shape names the file in its error."""
    tmp_path.joinpath("cards.json").write_text(folder_text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"cards\.json"):
        read_cards(tmp_path)


def test_a_question_must_be_a_short_question(tmp_path: Path) -> None:
    """A record whose question does not end with a question mark is refused."""
    record = TREES.model_dump(mode="json") | {"question": "Tell me about trees."}
    tmp_path.joinpath("cards.json").write_text(json.dumps([record]), encoding="utf-8")
    with pytest.raises(CatalogueError, match="question"):
        read_cards(tmp_path)


def test_all_loose_ends_are_found_at_once() -> None:
    """Doubles, missing cards, unknown topics and bad keywords are all named in one error."""
    topic = TopicFact(
        name="Deadlocks",
        category="OS",
        description="Waiting in a circle.",
        difficulty="intermediate",
        estimated_hours=3,
        key_concepts=("a", "b", "c"),
    )
    broken = TREES.model_copy(update={"keywords": (("of the",), ())})
    with pytest.raises(CatalogueError) as caught:
        check_cards((TREES, broken), (topic,))
    found = "; ".join(caught.value.mistakes)
    for mistake in (
        "'trees-idea' is listed twice",
        "two cards ask",
        "3 points but 2 lists",
        "no keyword for point 2",
        "filler words only",
        "0 recall cards instead of 3",
        "0 concept cards",
        "unknown topic 'Binary Search Trees'",
    ):
        assert mistake in found
