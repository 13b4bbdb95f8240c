"""Sequences of verbs: whatever students do in whatever order, the database holds and no receipt lies.

More and other sequences than here are played by `python -m tests.verify verbs --examples N --seed S`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.tools.sequences.arena import SETTINGS, STARTS, Arena, Setting, open_arena
from tests.tools.sequences.calls import ARGUMENTS, Call, draw_chains, sequences
from tests.tools.sequences.receipts import CHECKS
from tools.registry import VERBS

FEW = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # making a failure small takes minutes: it is told as it was found
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def arena(mongo_uri: str, common_database: str) -> Iterator[Arena]:
    """One event loop, one connection and one catalogue for all sequences; each has students of its own."""
    with open_arena(mongo_uri, common_database) as arena:
        yield arena


def test_every_verb_is_among_the_calls() -> None:
    """Who registers a verb gives it arguments in `calls`, all of them by name: then it is played."""
    assert set(ARGUMENTS) == {verb.name for verb in VERBS}
    for verb in VERBS:
        taken = set(inspect.signature(verb.run).parameters) - {"context"}
        assert ARGUMENTS[verb.name].names == taken, verb.name


def test_every_receipt_is_checked() -> None:
    """Who registers a verb that writes says in `receipts` how its receipt is held against the database."""
    assert {verb.name for verb in VERBS if verb.writes} <= set(CHECKS) <= set(ARGUMENTS)


def test_what_usually_comes_together_holds(arena: Arena) -> None:
    """Every usual chain of calls, one after the other over a year, and then all of it undone."""
    arena.play(Setting(STARTS[0], ("Pacific/Kiritimati", "America/New_York")), draw_chains(Random(5)))
    arena.check_shared()


def test_whatever_is_done_the_database_holds_and_no_receipt_lies(arena: Arena) -> None:
    """Each call gives its result or a sentence and then changes nothing; what it says is so; undo is exact."""

    @FEW
    @given(SETTINGS, sequences(9, at_least=6))
    def play(setting: Setting, calls: list[Call]) -> None:
        arena.play(setting, calls)

    play()
    arena.check_shared()
    assert arena.done.total() > 20
