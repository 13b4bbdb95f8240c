"""Taps: the button below something that was said, as the message that its student says by it."""

from __future__ import annotations

import pytest

from bot.actions import feedback_actions
from bot.taps import Tap, Taps
from store.client import ObjectId
from store.documents.own import Action, ChannelAccount, OutboxItem
from tests.bot.stage import Stage

ACTIONS = [
    Action(label="Good", says="/rate good Arrays"),
    Action(label="Again", says="/rate again Arrays"),
    Action(label="Plan", says="/plan", group=None),
    *feedback_actions(ObjectId()),
]
LABELS = [action.label for action in ACTIONS]


@pytest.fixture
async def taps(stage: Stage) -> Taps:
    """Ada's answer with three buttons, and Bob, who reads along."""
    ada = ObjectId()
    for account, student in (("ada", ada), ("bob", ObjectId())):
        link = {"_id": f"probe:{account}", "userId": student, "platform": "probe"}
        await stage.database.collection(ChannelAccount.collection).insert(link)
    now = stage.clock.time
    item = OutboxItem(
        id="answer:1",
        user_id=ada,
        platform="probe",
        address="room",
        seq=1,
        text="?",
        actions=ACTIONS,
        next_attempt_at=now,
    )
    await stage.database.collection(OutboxItem.collection).insert(item.to_mongo())
    return Taps(stage.database)


async def test_a_tap_is_a_message_that_counts_once(taps: Taps) -> None:
    """Whoever was asked says by a tap what stands behind it; the buttons of one group are one message."""
    good, again = [await taps.find("probe", "ada", "answer:1", index) for index in (0, 1)]
    assert isinstance(good, Tap)
    assert isinstance(again, Tap)
    assert (good.says, again.says) == ("/rate good Arrays", "/rate again Arrays")
    assert good.key == again.key == "answer:1:answer"
    assert [action.label for _, action in again.chosen] == ["✓ Again", *LABELS[2:]]
    assert [place for place, _ in again.chosen] == [1, 2, 3, 4]


async def test_a_tap_without_a_group_may_be_repeated(taps: Taps) -> None:
    """A button of no group, such as a thumb, has no key of its own and leaves all buttons as they are."""
    for place in (2, 3, 4):
        tap = await taps.find("probe", "ada", "answer:1", place)
        assert isinstance(tap, Tap)
        assert (tap.says, tap.key) == (ACTIONS[place].says, None)
        assert [action.label for _, action in tap.chosen] == LABELS


@pytest.mark.parametrize(
    ("account", "item", "index", "sentence"),
    [
        ("bob", "answer:1", 0, "whoever asked"),
        ("eve", "answer:1", 0, "whoever asked"),
        ("ada", "answer:2", 0, "from before"),
        ("ada", "answer:1", 5, "from before"),
    ],
)
async def test_what_is_not_ones_own_is_refused(taps: Taps, account: str, item: str, index: int, sentence: str) -> None:
    """Somebody else's tap, and one on what is no longer there, is told so in a sentence."""
    refused = await taps.find("probe", account, item, index)
    assert isinstance(refused, str)
    assert sentence in refused
