"""Mastery: figures that are computed when they are read, and explained in their terms."""

from __future__ import annotations

import math

import pytest

from store.catalogue.facts import shipped_catalogue
from tests.tools.harness import School, Student
from tools.errors import ToolRetry
from tools.mastery import MasteryExplanation, MasteryOverview
from tools.practice import AttemptReceipt


async def test_an_untried_topic_says_so(ada: Student) -> None:
    """Of a topic without attempts nothing is invented."""
    found = await ada.read(MasteryExplanation, "explain_mastery", topic="graphs")
    # Near one half: what other students' attempts say of the topic moves it a little.
    assert found.mastery == pytest.approx(0.5, abs=0.15)
    assert (found.confidence, found.retention, found.attempted) == (0.0, None, 0)
    assert found.words.startswith("You have not tried Graphs yet. From how students begin here")
    assert found.trend == "insufficient-data"


async def test_what_other_students_make_of_an_untried_topic_is_said(school: School) -> None:
    """A first figure that rests on other students' attempts says so."""
    ada, bob = await school.enrol(), await school.enrol()
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="number-of-islands")
    await bob.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two-sum")
    found = await bob.read(MasteryExplanation, "explain_mastery", topic="dfs")
    said = "You have not tried Depth-First Search yet. From how you do overall and how other students do in it"
    assert found.words.startswith(said)


async def test_the_three_terms_make_the_figure(ada: Student) -> None:
    """Mastery rises with a solve, and its terms add up to the logits behind it."""
    for slug in ("number-of-islands", "clone-graph", "course-schedule"):
        receipt = await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem=slug, minutes=20)
        ada.clock.forward(days=1)
    found = await ada.read(MasteryExplanation, "explain_mastery", topic="graphs")
    assert [term.name for term in found.terms] == ["you overall", "this topic", "the problem"]
    z = sum(term.value for term in found.terms)
    assert 0.5 < found.mastery <= 1 / (1 + math.exp(-z)) + 1e-3
    assert (found.attempted, found.solved) == (found.attempts, found.attempts)
    assert found.retention is not None
    assert found.next_revision is not None
    assert f"{found.mastery:.0%}" in found.words
    stored = next(change for change in receipt.topics if change.topic in ("Graphs", "Topological Sort"))
    assert stored.mastery_after > stored.mastery_before


async def test_a_receipt_says_what_is_read_a_minute_later(ada: Student) -> None:
    """The mastery after an attempt holds what the attempt adds to the population's view of its topics."""
    for outcome in ("stuck", "unaided"):
        receipt = await ada.do(AttemptReceipt, "record_attempt", outcome=outcome, problem="number-of-islands")
        for change in receipt.topics:
            read = await ada.read(MasteryExplanation, "explain_mastery", topic=change.topic)
            assert read.mastery == change.mastery_after


async def test_mastery_is_computed_when_it_is_read(ada: Student) -> None:
    """A failure elsewhere lowers what is read of a topic, because the student's own strength fell."""
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="number-of-islands")
    before = await ada.read(MasteryExplanation, "explain_mastery", topic="dfs")
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="valid-parentheses")
    after = await ada.read(MasteryExplanation, "explain_mastery", topic="dfs")
    assert after.mastery < before.mastery


async def test_the_overview_splits_strong_from_weak(ada: Student) -> None:
    """No topic is both, the order is by mastery, and everything practised is counted."""
    assert await ada.read(MasteryOverview, "list_mastery") == MasteryOverview(
        strongest=(), weakest=(), practised=0, unpractised=len(shipped_catalogue().topics)
    )
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two-sum")
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck", problem="number-of-islands")
    found = await ada.read(MasteryOverview, "list_mastery")
    strong, weak = {item.topic for item in found.strongest}, {item.topic for item in found.weakest}
    assert "Hashing" in strong
    assert "Depth-First Search" in weak
    assert not strong & weak
    assert found.practised == len(strong | weak)


async def test_one_students_mastery_is_not_anothers(school: School) -> None:
    """What one student solved is not in another's figures."""
    ada, bob = await school.enrol("Ada"), await school.enrol("Bob")
    await ada.do(AttemptReceipt, "record_attempt", outcome="unaided", problem="two-sum")
    assert (await bob.read(MasteryOverview, "list_mastery")).practised == 0


@pytest.mark.parametrize("topic", ["", "$where", "a.b", "مصفوفات", "x" * 201])
async def test_an_unknown_topic_is_refused(ada: Student, topic: str) -> None:
    """A topic that is none gets a sentence."""
    with pytest.raises(ToolRetry):
        await ada.read(MasteryExplanation, "explain_mastery", topic=topic)
