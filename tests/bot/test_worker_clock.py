"""By which clock a turn's verbs tell the time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.worker import clock_of
from store.client import ObjectId
from store.documents.own import Turn
from tests.clock import FixedClock


@pytest.mark.parametrize(
    ("ago", "waited"),
    [
        (None, timedelta(0)),
        (timedelta(0), timedelta(0)),
        (timedelta(seconds=1), timedelta(0)),
        (timedelta(minutes=25), timedelta(minutes=24, seconds=59)),
        (timedelta(hours=23), timedelta(hours=22, minutes=59, seconds=59)),
        (timedelta(days=-1), timedelta(0)),
        (timedelta(days=400), timedelta(0)),
    ],
)
def test_a_message_is_read_at_the_time_at_which_it_was_sent(ago: timedelta | None, waited: timedelta) -> None:
    """The clock of a message that waited runs behind by its wait; a time that no message can have is passed over."""
    clock = FixedClock()
    turn = Turn(
        id=ObjectId(),
        key="k",
        user_id=ObjectId(),
        platform="telegram",
        address="7",
        seq=1,
        text="yesterday",
        accepted_at=clock(),
        sent_at=clock() - ago if ago is not None else None,
    )
    time_of_turn = clock_of(turn, clock)
    assert time_of_turn() == clock() - waited
    clock.move(30)
    assert time_of_turn() == clock() - waited
