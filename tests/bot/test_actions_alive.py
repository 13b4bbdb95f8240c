"""Taps in the life of a turn: what stands below a real answer, and what comes of tapping it."""

from __future__ import annotations

from typing import cast

import pytest

from agents.coach import OfflineCoach
from agents.mentor import Mentor
from agents.tokens import TokenCounter
from bot.turns import Accepted, Turns
from prompts import load
from store.documents.learner import Attempt
from store.documents.own import Action, OutboxItem
from store.documents.sessions import PreparationTask
from tests.bot.stage import Script, Stage
from tests.clock import FixedClock
from tests.tools.harness import School
from tools.registry import VERBS


class Phone:
    """A student who reads answers with their taps, and taps them."""

    def __init__(self, stage: Stage, turns: Turns, account: str) -> None:
        self.stage, self.turns, self.account = stage, turns, account
        self.accepted: list[Accepted] = []

    async def say(self, text: str) -> OutboxItem:
        """Say something and return what is answered."""
        accepted = await self.stage.say(self.turns, text, self.account, f"{self.account}:{len(self.accepted)}")
        [turn] = await self.stage.ended(accepted)
        raw = await self.stage.database.collection(OutboxItem.collection).find_one({"_id": f"answer:{turn.id}"})
        assert raw is not None
        self.accepted.append(accepted)
        return OutboxItem.read(raw)

    async def tap(self, item: OutboxItem, label: str) -> OutboxItem:
        """Tap what stands below an answer."""
        return await self.say(self.find(item, label).says)

    def find(self, item: OutboxItem, label: str) -> Action:
        """Return the tap of a label."""
        return next(action for action in item.actions if action.label == label)

    async def count(self, document: type[Attempt | PreparationTask]) -> int:
        """Return how many documents of a kind the student has."""
        turn = await self.stage.turn(self.accepted[0])
        found = await self.stage.database.collection(document.collection).find({"userId": turn.user_id})
        return len(found)


@pytest.fixture
async def phone(school: School, request: pytest.FixtureRequest) -> Phone:
    """A new student's phone, with the coach at the other end."""
    stage = Stage(school.database, FixedClock())
    coach = Mentor(model=None, coach=OfflineCoach(), verbs=VERBS, prompt=load("mentor"), counter=TokenCounter(None))
    return Phone(stage, stage.replica(cast("Script", coach)), request.node.name)


def labels(item: OutboxItem) -> list[str]:
    """Return what can be tapped below an answer."""
    return [action.label for action in item.actions]


async def test_a_problem_is_practised_by_taps_alone(phone: Phone) -> None:
    """From the first problem to its outcome and the next one nothing needs to be typed."""
    offered = await phone.say("give me one")
    assert labels(offered) == ["Start", "Seen it", "Easier", "Harder"]
    harder = await phone.tap(offered, "Harder")
    seen = await phone.tap(harder, "Seen it")
    assert labels(seen) == ["Start", "Seen it", "Easier", "Harder", "Undo"]
    started = await phone.tap(seen, "Start")
    assert labels(started) == ["Unaided", "With help", "Stuck", "Hint", "Undo"]
    logged = await phone.tap(started, "With help")
    assert labels(logged) == ["30 min a day", "45 min a day", "60 min a day", "Skip", "Undo"]
    assert "was logged since then" in (await phone.tap(started, "Stuck")).text
    assert await phone.count(Attempt) == 1
    noted = await phone.tap(logged, "45 min a day")
    assert "45 min a day" in noted.receipts[0]["line"]
    assert "Skipped." in (await phone.tap(logged, "Skip")).text


async def test_an_old_tap_is_about_what_it_stands_below(phone: Phone) -> None:
    """Easier than the first problem stays that after a second was proposed; an old question is not answered again."""
    first = await phone.say("give me one")
    second = await phone.tap(first, "Harder")
    again = await phone.tap(first, "Easier")
    title = phone.find(first, "Start").says.removeprefix("/start ")
    assert f"asier than {title}" in again.text or f"easier for you than {title}" in again.text
    assert phone.find(second, "Start").says != phone.find(first, "Start").says
    one = await phone.say("place me")
    two = await phone.tap(one, "With help")
    assert "Question 2 of" in two.text
    assert (await phone.tap(one, "Not yet")).text == two.text


async def test_an_old_undo_takes_back_what_it_names_or_nothing(phone: Phone) -> None:
    """The tap below the first of two tasks takes that one back, once; the second stays until its own is tapped."""
    first = await phone.say("add a task: review heaps")
    second = await phone.say("add a task: read about tries")
    assert (await phone.tap(first, "Undo")).receipts[0]["label"].startswith("review heaps")
    assert await phone.count(PreparationTask) == 1
    assert "was undone already" in (await phone.tap(first, "Undo")).text
    assert await phone.count(PreparationTask) == 1
    await phone.tap(second, "Undo")
    assert await phone.count(PreparationTask) == 0
    logged = await phone.say("i solved two sum alone in 12 min")
    await phone.say("i solved two sum alone in 10 min")
    assert "cannot be undone any more" in (await phone.tap(logged, "Undo")).text
    assert await phone.count(Attempt) == 2


async def test_a_list_is_imported_by_a_tap_only_as_it_was_shown(phone: Phone) -> None:
    """Import below a preview that was corrected since then imports nothing; below the last one it does."""
    shown = await phone.say("two sum\nvalid anagram\ncoin change")
    assert labels(shown) == ["Import 3", "Cancel"]
    changed = await phone.say("leave out line 2")
    assert "changed or replaced" in (await phone.tap(shown, "Import 3")).text
    assert await phone.count(Attempt) == 0
    assert labels(await phone.tap(changed, "Import 2")) == ["Next problem", "Undo"]
    assert await phone.count(Attempt) == 2


@pytest.mark.parametrize("said", ["/log", "/log@prepmate_bot", "/LOG"])
async def test_a_bare_log_is_completed_by_taps(phone: Phone, said: str) -> None:
    """/log without a word asks for the problem with the started one first, then how it went, and records that."""
    started = await phone.say("start coin change")
    assert "The clock is running" in started.text
    asked = await phone.say(said)
    assert asked.text.endswith("Which problem was it?")
    assert labels(asked)[0] == "Coin Change"
    assert len(labels(asked)) > 1
    went = await phone.tap(asked, "Coin Change")
    assert labels(went) == ["Unaided", "With help", "Stuck"]
    assert (await phone.tap(went, "Unaided")).receipts[0]["line"].startswith("Coin Change · solved unaided")
    assert await phone.count(Attempt) == 1


async def test_the_problem_of_a_bare_log_may_be_typed(phone: Phone) -> None:
    """A number of the list or a title answers as a tap does, and another wish is one."""
    asked = await phone.say("/log")
    first = labels(asked)[0]
    assert "Unaided, or with help?" in (await phone.say("1")).text
    assert (await phone.say("alone")).receipts[0]["line"].startswith(first.rstrip("…"))
    await phone.say("/log")
    assert "Unaided, or with help?" in (await phone.say("coin change")).text
    await phone.say("/log")
    assert "due" in (await phone.say("whats due")).text
    assert await phone.count(Attempt) == 1


async def test_an_outcome_without_a_problem_asks_for_it_with_taps(phone: Phone) -> None:
    """Where nothing is started, how it went is kept in the taps that name the problem."""
    asked = await phone.say("done alone in 12 min")
    assert asked.text.endswith("Which problem was it?")
    logged = await phone.tap(asked, labels(asked)[0])
    assert "solved unaided in 12 min" in logged.receipts[0]["line"]
    assert await phone.count(Attempt) == 1


async def test_a_tap_about_yesterday_means_the_day_before_it_was_said(phone: Phone) -> None:
    """The taps below a report keep its day, which stays the same when they are tapped a day later."""
    asked = await phone.say("i solved two sum yesterday in 12 min")
    assert labels(asked) == ["Unaided", "With help", "Stuck"]
    phone.stage.clock.move(24 * 3600)
    logged = await phone.tap(asked, "Unaided")
    assert "Two Sum · solved unaided in 12 min on 2 Dec" in logged.receipts[0]["line"]
    assert "was logged since then" in (await phone.tap(asked, "Stuck")).text
    assert await phone.count(Attempt) == 1
