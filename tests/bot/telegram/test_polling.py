"""Polling: nothing is confirmed before it is taken in, and what cannot be taken in stops nobody else."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from bot.adapters.base import Incoming
from store.client import ObjectId
from store.documents.own import Action, ChannelAccount, OutboxItem
from tests.bot.telegram.conftest import Base
from tests.bot.telegram.reception import Door, Reception, reception
from tests.fakes.telegram import FakeTelegram

INCOMING = Incoming("k", "telegram", "7", "Ada", "7", "")


async def test_what_was_taken_in_is_confirmed(desk: Reception, door: Door) -> None:
    """Every update is handed in once, in order, and Telegram is told afterwards."""
    updates = [desk.telegram.say(7, f"number {number}") for number in range(120)]
    async with desk.polled():
        await desk.confirmed(*updates)
    assert door.texts == [f"number {number}" for number in range(120)]
    assert door.taken[0].key == f"telegram:100:{updates[0]}"
    assert not desk.telegram.violations


async def test_nothing_is_confirmed_while_the_database_is_away(desk: Reception, door: Door) -> None:
    """What could not be written comes again, in its order; what came before it is confirmed."""
    door.shut = True
    first, second = desk.telegram.say(7, "one"), desk.telegram.say(7, "two")
    async with desk.polled():
        await asyncio.wait_for(_until(lambda: desk.telegram.updates.delivered.get(second, 0) > 1), 5.0)
        assert not desk.telegram.updates.confirmed
        door.shut = False
        await desk.confirmed(first, second)
    assert door.texts == ["one", "two"]


async def test_one_account_s_trouble_holds_nobody_else_up(desk: Reception, door: Door) -> None:
    """Accounts are taken in at once; only what its account waits for waits, and keeps its order."""
    held, after = desk.telegram.say(7, "held"), desk.telegram.say(7, "after")
    other = desk.telegram.say(8, "other")
    async with desk.polled():
        await asyncio.wait_for(_until(lambda: "other" in door.texts), 5.0)
        assert not desk.telegram.updates.confirmed
        door.opened.set()
        await desk.confirmed(held, after, other)
    assert door.texts == ["other", "held", "after"]


async def test_an_update_that_makes_trouble_is_passed_over(
    desk: Reception, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """A poison update is logged with its number and confirmed, its sender is told, and those beside it are taken in."""
    before, bomb = desk.telegram.say(7, "before"), desk.telegram.say(7, "bomb")
    broken = desk.telegram.updates.add(8, "message", {"message_id": "?"})
    after = desk.telegram.say(7, "after")
    with caplog.at_level(logging.ERROR):
        async with desk.polled():
            await desk.confirmed(before, bomb, broken, after)
            await desk.telegram.until(lambda: desk.telegram.screen(7))
    assert "went wrong" in desk.telegram.screen(7)[0].text
    assert door.texts == ["before", "after"]
    assert {f"update {bomb} makes trouble", f"update {broken} makes trouble"} <= {
        record.getMessage().partition(" and")[0] for record in caplog.records
    }


async def test_only_one_replica_polls(desk: Reception, base: Base, door: Door) -> None:
    """The second replica waits for the lease, takes over without a word, and nothing is lost or doubled."""
    telegram = desk.telegram
    async with reception(telegram, base.database, door, holder="b") as other, desk.polled():
        await desk.confirmed(telegram.say(7, "one"))
        async with other.polled():
            desk.stop.set()
            await other.confirmed(telegram.say(7, "two"))
    assert door.texts == ["one", "two"]
    assert not telegram.violations


@pytest.mark.parametrize(("status", "retry_after"), [(500, None), (502, None), (429, 1), (409, None)])
async def test_a_failing_telegram_is_asked_again(
    desk: Reception, door: Door, status: int, retry_after: int | None
) -> None:
    """Whatever Telegram answers but that it does not know the token, it is asked again, after a while."""
    desk.telegram.fail_next(status, 1 if retry_after else 4, "getUpdates", retry_after)
    begun = asyncio.get_running_loop().time()
    async with desk.polled():
        await desk.confirmed(desk.telegram.say(7, "hello"))
    assert door.texts == ["hello"]
    assert asyncio.get_running_loop().time() - begun >= (retry_after or 0)
    assert bool(desk.told) == (status == 409)


async def test_a_lost_answer_loses_nothing(desk: Reception, door: Door) -> None:
    """Updates whose answer never arrived come again."""
    desk.telegram.lose_next(method="getUpdates")
    async with desk.polled():
        await desk.confirmed(desk.telegram.say(7, "hello"))
    assert door.texts == ["hello"]


@pytest.mark.parametrize(("status", "page"), [(401, False), (404, False), (404, True), (401, True), (503, True)])
async def test_a_token_that_was_good_is_used_on(desk: Reception, door: Door, status: int, page: bool) -> None:
    """A few refusals of the token, or pages that something in between shows, end nothing and are told to nobody."""
    async with desk.polled():
        await desk.confirmed(desk.telegram.say(7, "one"))
        desk.telegram.fail_next(status, 4, "getUpdates", page=page)
        await desk.confirmed(desk.telegram.say(7, "two"))
    assert door.texts == ["one", "two"]
    assert desk.told == []


async def test_a_token_that_was_revoked_is_told(telegram: FakeTelegram, base: Base, door: Door) -> None:
    """What is refused for minutes is told once, without the token; taken again, that is told and nothing was lost."""
    async with reception(telegram, base.database, door, refused=0.05) as desk:
        telegram.fail_next(401, 6, "getUpdates")
        async with desk.polled():
            await desk.confirmed(telegram.say(7, "one"))
    assert ["TELEGRAM_BOT_TOKEN" in sentence for sentence in desk.told] == [True, False]
    assert telegram.token not in "".join(desk.told)
    assert door.texts == ["one"]


async def test_what_was_taken_in_is_confirmed_on_the_way_out(desk: Reception, door: Door) -> None:
    """Asked to end while it takes updates in, it finishes them and tells Telegram before it goes."""
    update = desk.telegram.say(7, "held")
    async with desk.polled():
        await asyncio.wait_for(_until(lambda: door.tried), 5.0)
        desk.stop.set()
        door.opened.set()
    assert update in desk.telegram.updates.confirmed
    assert door.texts == ["held"]


async def test_numbers_may_begin_anew(desk: Reception, door: Door) -> None:
    """After a quiet time Telegram may number updates lower than before, and they are taken in all the same."""
    desk.polling._wait = 0
    async with desk.polled():
        await desk.confirmed(desk.telegram.say(7, "old"))
        desk.telegram.updates.next_id = 5
        await desk.confirmed(desk.telegram.say(7, "new"))
    assert door.texts == ["old", "new"]


async def test_a_sentence_is_said_once(desk: Reception, door: Door) -> None:
    """A picture is told of once, however often its update comes and however many there are in its album."""
    first = desk.telegram.photo(7, media_group_id="A")
    desk.telegram.photo(7, media_group_id="A")
    async with desk.polled():
        await desk.telegram.until(lambda: desk.telegram.screen(7))
        desk.telegram.redeliver(first)
        await desk.confirmed(desk.telegram.say(7, "hello"))
    await desk.speaker.settle(2.0)
    assert ["pictures" in shown.text for shown in desk.telegram.screen(7)] == [True]
    assert door.texts == ["hello"]


async def test_a_change_is_answered_with_one_sentence(desk: Reception, door: Door) -> None:
    """Who changes a message twice is told once that it is unread, and the message stays one message."""
    async with desk.polled():
        await desk.confirmed(desk.telegram.say(7, "helo"))
        (written,) = desk.telegram.screen(7, everybody=True)
        await desk.confirmed(*[desk.telegram.edit(7, written.message_id, text) for text in ("hello", "hello!")])
        await desk.telegram.until(lambda: desk.telegram.screen(7))
    await desk.speaker.settle(2.0)
    (told,) = desk.telegram.screen(7)
    assert ("unread" in told.text, told.reply_to) == (True, written.message_id)
    assert door.texts == ["helo"]


async def test_nobody_takes_the_place_of_everybody_else(desk: Reception) -> None:
    """Who sends hundreds of albums waits for their own sentences; somebody else is told at once."""
    one, other = (replace(INCOMING, account=str(user), address=str(user)) for user in (7, 8))
    desk.telegram.meet(7)
    desk.telegram.meet(8)
    for album in range(300):
        desk.speaker.say(one, "I cannot look at pictures.", once=f"album {album}")
    desk.speaker.say(other, "I cannot look at pictures.")
    await desk.telegram.until(lambda: desk.telegram.screen(8))
    await desk.speaker.settle(0.0)
    assert len(desk.telegram.screen(7)) < 3


async def test_who_speaks_to_the_bot_again_is_told_again(desk: Reception, door: Door) -> None:
    """A few messages in a group are each answered, with the way to the private chat, then no more for a while."""
    door.refusal = "Write to me in private."
    desk.client.username = "prepmate_bot"
    group = desk.telegram.group(-5, members=(7,))
    async with desk.polled():
        await desk.confirmed(*[desk.telegram.say(7, "hello @prepmate_bot", chat=group) for _ in range(5)])
    await desk.speaker.settle(2.0)
    once = "Write to me in private (t.me/prepmate_bot)."
    # Said at once, they may overtake each other.
    assert sorted(shown.text for shown in desk.telegram.screen(group)) == [
        once,
        once,
        f"{once} I will not repeat this for a while.",
    ]


async def test_who_is_not_let_in_is_told_so_whatever_they_send(desk: Reception, door: Door) -> None:
    """A stranger's picture or file is answered with how to get in, not with what is wrong with it."""
    door.refusal = "Ask for a code."
    async with desk.polled():
        desk.telegram.photo(7)
        await desk.telegram.until(lambda: desk.telegram.screen(7))
    await desk.speaker.settle(2.0)
    assert [shown.text for shown in desk.telegram.screen(7)] == ["Ask for a code."]


async def test_a_refusal_is_said(desk: Reception, door: Door) -> None:
    """What the door says instead of taking a message in is shown where the message came from, as a reply in a group."""
    door.refusal = "You are going too fast."
    group = desk.telegram.group(-5, members=(7,))
    async with desk.polled():
        await desk.confirmed(desk.telegram.say(7, "/next@prepmate_bot", chat=group))
        await desk.telegram.until(lambda: desk.telegram.screen(group))
    shown = desk.telegram.screen(group)[0]
    assert (shown.text, shown.reply_to is not None) == ("You are going too fast.", True)


async def test_a_file_is_fetched_before_its_message_is_confirmed(desk: Reception, door: Door) -> None:
    """A file with code becomes the message; a server that fails at first is asked again."""
    desk.telegram.fail_next(502, 1, "getFile")
    update = desk.telegram.document(7, "two.py", b"print(1)\n", caption="right?")
    async with desk.polled():
        await desk.confirmed(update)
    assert door.texts == ["right?\n\ntwo.py:\n```python\nprint(1)\n```"]
    assert door.taken[0].attached


async def test_a_file_that_is_not_given_out_is_told(desk: Reception, door: Door) -> None:
    """A file that cannot be had, or that is no text after all, ends in a sentence and in no message."""
    desk.telegram.fail_next(400, 1, "getFile")
    async with desk.polled():
        for user, content in ((7, b"x"), (8, b"\x00\x01")):  # only the first is refused
            await desk.confirmed(desk.telegram.document(user, "a.py", content))
        await desk.telegram.until(lambda: desk.telegram.screen(7) and desk.telegram.screen(8))
    assert "once more" in desk.telegram.screen(7)[0].text
    assert "plain text" in desk.telegram.screen(8)[0].text
    assert not door.taken


async def test_a_tap_is_a_message(desk: Reception, base: Base, door: Door) -> None:
    """A tap is taken in as what it stands for, under its own key; one that is not known gets a sentence."""
    student = ObjectId()
    stamps = {"user_id": student, "platform": "telegram"}
    link = ChannelAccount(id="telegram:7", display_name="Ada", address="7", **stamps)
    tap = Action(label="Again", says="/rate again Arrays")
    item = OutboxItem(
        id="answer:1", address="7", seq=1, text="?", actions=[tap], next_attempt_at=base.clock(), **stamps
    )
    for document in (link, item):
        await base.database.collection(document.collection).insert(document.to_mongo())
    desk.telegram.meet(7)
    updates = [desk.telegram.press_data(7, 7, 1, data) for data in ("answer:1:0", "answer:9:0")]
    async with desk.polled():
        await desk.confirmed(*updates)
        await desk.telegram.until(lambda: all(press.answered for press in desk.telegram.presses))
    assert [(one.text, one.key) for one in door.taken] == [("/rate again Arrays", "telegram:100:tap:answer:1:answer")]
    assert "from before" in (desk.telegram.presses[1].toast or "")


async def test_who_blocks_the_bot_is_noted(desk: Reception, base: Base) -> None:
    """A student who blocks the bot is sent nothing more on our own initiative."""
    link = ChannelAccount(id="telegram:7", user_id=ObjectId(), platform="telegram", display_name="Ada", address="7")
    await base.database.collection(ChannelAccount.collection).insert(link.to_mongo())
    async with desk.polled():
        await desk.confirmed(desk.telegram.block(7))
    raw = await base.database.collection(ChannelAccount.collection).find_one({"_id": "telegram:7"})
    assert raw
    assert raw["deadAt"] == base.clock()


async def _until(condition: object) -> None:
    assert callable(condition)
    while not condition():  # noqa: ASYNC110 - what is waited for is noted by the door
        await asyncio.sleep(0.01)
