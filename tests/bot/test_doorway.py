"""The doorway: what is taken in, what is said at once, and what of it is remembered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.access import Access
from bot.adapters.base import Incoming
from bot.doorway import HUSH, TRIES, Doorway, Said
from bot.hush import OFTEN
from bot.turns import Accepted, Turns
from store.client import ObjectId, connect
from store.documents.own import Admission, ChannelAccount, OutboxItem, StudentSettings
from store.documents.people import User
from store.errors import StoreUnavailable
from store.repositories.turns import Limits
from tests.bot.stage import QUICK, Gate, Script, Stage

CODE = "open-sesame"
INVITE = Access(mode="invite", codes=("something-else", CODE), contact="@ada")


def doorway_of(stage: Stage, turns: Turns | None = None, access: Access | None = None) -> Doorway:
    """A doorway of the stage."""
    turns = turns or stage.replica(Script())
    return Doorway(stage.database, turns, access or Access(), clock=stage.clock, ids=ObjectId)


async def account(stage: Stage, name: str = "ada") -> ChannelAccount:
    """An account as it is stored."""
    raw = await stage.database.collection(ChannelAccount.collection).find_one({"_id": f"probe:{name}"})
    assert raw is not None
    return ChannelAccount.read(raw)


async def students(stage: Stage) -> int:
    """How many students there are."""
    return await stage.database.collection(User.collection).count({})


async def taken(doorway: Doorway, incoming: Incoming) -> Accepted:
    """Give the doorway a message that it takes in."""
    accepted = await doorway.take(incoming)
    assert isinstance(accepted, Accepted)
    return accepted


async def said(doorway: Doorway, incoming: Incoming) -> str:
    """Give the doorway a message that it answers at once."""
    answer = await doorway.take(incoming)
    assert isinstance(answer, Said)
    return answer.text


async def test_the_first_contact_tells_language_and_address(stage: Stage) -> None:
    """A first message becomes a turn of a new student, whose language and private address are known from then on."""
    doorway = doorway_of(stage)
    accepted = await taken(doorway, replace(stage.message("Hello"), language="pt-br"))
    assert (await account(stage)).address == "room-ada"
    raw = await stage.database.collection(StudentSettings.collection).find_one({"_id": accepted.student})
    assert raw is not None
    assert raw["language"] == "pt-br"
    assert (await stage.ended(accepted))[0].reply == "Echo: Hello"


async def test_a_public_message_tells_no_private_address(stage: Stage) -> None:
    """What is said where others read along says nothing about where to write to somebody in private."""
    doorway = doorway_of(stage)
    await taken(doorway, replace(stage.message("Hello"), public=True))
    assert (await account(stage)).address is None
    await taken(doorway, stage.message("Hello"))
    assert (await account(stage)).address == "room-ada"


async def test_nothing_is_written_where_nothing_changed(stage: Stage) -> None:
    """A second message from the same place leaves the account alone; one after the chat had died revives it."""
    doorway = doorway_of(stage)
    await taken(doorway, stage.message("Hello"))
    before = await account(stage)
    stage.clock.move(5)
    await taken(doorway, stage.message("Hello again"))
    assert (await account(stage)).updated_at == before.updated_at
    dead = {"$set": {"deadAt": stage.clock()}}
    await stage.database.collection(ChannelAccount.collection).update({"_id": "probe:ada"}, dead)
    await taken(doorway, stage.message("Back"))
    assert (await account(stage)).dead_at is None


async def test_cancel_bypasses_the_queue(stage: Stage) -> None:
    """/cancel stops the answer that is being made, and is no turn; the same /cancel given again does nothing."""
    gate = Gate()
    doorway = doorway_of(stage, stage.replica(Script(long=gate)))
    running = await taken(doorway, stage.message("long one"))
    await gate.reached.wait()
    assert await said(doorway, stage.message("/cancel@prepmate_bot", key="probe:c")) == "Stopping it…"
    assert (await stage.ended(running))[0].reason == "cancelled"
    again = await taken(doorway, stage.message("next"))
    assert await said(doorway, stage.message("/cancel", key="probe:c")) == ""
    assert (await stage.ended(again))[0].reply == "Echo: next"
    assert await said(doorway, stage.message("/cancel")) == "Nothing is being answered right now."


async def test_stop_silences_until_start(stage: Stage) -> None:
    """/stop drops what waits and is remembered; what follows is told so, and /start is a turn that ends it."""
    doorway = doorway_of(stage)
    accepted = await taken(doorway, stage.message("Hello", key="probe:first"))
    await stage.ended(accepted)
    assert (await said(doorway, stage.message("/stop"))).startswith("Stopped")
    assert (await account(stage)).stopped_at == stage.clock()
    assert [item.status for item in await stage.outbox()] == ["dead"]
    sentence = await said(doorway, stage.message("Anyone?"))
    assert "/start" in sentence
    assert await doorway.turn_away(stage.message("")) == Said(sentence)
    assert (await taken(doorway, stage.message("Hello", key="probe:first"))).duplicate
    started = await taken(doorway, stage.message("/start"))
    assert (await account(stage)).stopped_at is None
    assert await doorway.turn_away(stage.message("")) is None
    assert (await stage.ended(started))[0].text == "/start"


async def test_what_comes_again_stops_nothing_that_was_asked_after_it(stage: Stage) -> None:
    """/stop and /cancel given again to another process, as after a kill, undo neither /start nor a later question."""
    gate = Gate()
    script = Script(long=gate)
    before, after = (doorway_of(stage, stage.replica(script, name)) for name in ("a", "b"))
    await stage.ended(await taken(before, stage.message("Hello")))
    commands = [stage.message(text) for text in ("/stop", "/start", "/cancel")]
    for message in commands:
        await before.take(message)
    running = await taken(before, stage.message("long one"))
    async with asyncio.timeout(10):
        await gate.reached.wait()
    for message in commands:
        await after.take(message)
    assert (await account(stage)).stopped_at is None
    gate.opened.set()
    assert (await stage.ended(running))[0].reply == "Through the gate"


async def test_stop_in_a_group_drops_nobody_elses(stage: Stage) -> None:
    """What waits for somebody else in the same place is sent all the same, and in public /stop only stops an answer."""
    doorway = doorway_of(stage)
    both = [replace(stage.message("Hello", name), address="group", public=True) for name in ("ada", "bob")]
    await stage.ended(*[await taken(doorway, message) for message in both])
    assert await said(doorway, replace(both[0], key="probe:s", text="/stop")) == "Nothing is being answered right now."
    assert (await account(stage)).stopped_at is None
    await said(doorway, replace(stage.message("/stop"), address="group"))
    items = await stage.database.collection(OutboxItem.collection).find({"status": "pending"})
    assert [item["userId"] for item in items] == [(await account(stage, "bob")).user_id]


async def test_a_refusal_is_said(stage: Stage) -> None:
    """What cannot be taken in is a sentence, and so is a closed account."""
    turns = stage.replica(Script(), limits=Limits(characters=10))
    doorway = doorway_of(stage, turns, Access(contact="@eve"))
    assert "empty" in await said(doorway, stage.message(" "))
    assert "I read up to 10" in await said(doorway, stage.message("x" * 11))
    accepted = await taken(doorway, stage.message("Hello"))
    await stage.database.collection(User.collection).update({"_id": accepted.student}, {"$set": {"isActive": False}})
    sentence = await said(doorway, stage.message("Hello"))
    assert "closed" in sentence
    assert "@eve" in sentence
    assert await doorway.turn_away(stage.message("")) == Said(sentence)


async def test_who_is_being_forgotten_is_told_so(stage: Stage) -> None:
    """While an erasure hangs its student is refused in words: no platform holds others' messages behind theirs."""
    doorway = doorway_of(stage)
    accepted = await taken(doorway, stage.message("Hello"))
    await stage.ended(accepted)
    await stage.database.collection(Admission.collection).delete({"_id": accepted.student})
    sentence = await said(doorway, stage.message("Hello?"))
    assert "being deleted" in sentence
    assert "in a minute" in sentence
    assert await students(stage) == 1


async def test_nothing_is_promised_without_a_database(stage: Stage) -> None:
    """While the database is away nothing is said, so that the platform gives the message again."""
    away = connect("mongodb://127.0.0.1:1/?replicaSet=rs0", "nowhere", server_selection_ms=50)
    doorway = Doorway(away, stage.replica(Script(), pace=QUICK), Access(), clock=stage.clock, ids=ObjectId)
    with pytest.raises(StoreUnavailable):
        await doorway.take(stage.message("Hello"))
    away.close()


# --- who is let in


async def test_a_stranger_is_told_how_to_get_in(stage: Stage) -> None:
    """Without an invitation nobody becomes a student; the way in is told, with the id, a few times in each place."""
    doorway = doorway_of(stage, access=INVITE)
    sentence = await said(doorway, stage.message("Hello"))
    assert "/invite CODE" in sentence
    assert "@ada" in sentence
    assert "probe:ada" in sentence
    again = [await said(doorway, stage.message("Hello?")) for _ in range(3)]
    assert again == [sentence, f"{sentence} I will not repeat this for a while.", ""]
    assert await said(doorway, replace(stage.message("Hello there"), address="elsewhere")) == sentence
    stage.clock.move(HUSH / timedelta(seconds=1))
    assert await said(doorway, stage.message("Hello?!")) == sentence
    assert await students(stage) == 0


@pytest.mark.parametrize("text", [f"/start {CODE}", f"/invite {CODE}", f"/start@prepmate_bot {CODE}"])
async def test_a_code_lets_in_and_is_stored_nowhere(stage: Stage, text: str) -> None:
    """With a code the first message is /start, and who is in stays in; the code itself is in no turn."""
    doorway = doorway_of(stage, access=INVITE)
    accepted = await taken(doorway, stage.message(text))
    assert (await stage.ended(accepted))[0].text == "/start"
    await stage.ended(await taken(doorway, stage.message("Hello")))
    again = await taken(doorway, stage.message(f"/start {CODE}"))
    assert (await stage.ended(again))[0].text == "/start"


async def test_codes_cannot_be_tried_out(stage: Stage) -> None:
    """After some wrong codes, each counted once however often it comes, the right one opens nothing for an hour."""
    doorway = doorway_of(stage, access=INVITE)
    for _ in range(OFTEN):
        await said(doorway, stage.message("Hello"))  # what they are told for this is not what they are told below
    for _ in range(TRIES):
        wrong = stage.message("/invite wrong-one")
        assert ["does not open" in await said(doorway, wrong) for _ in range(2)] == [True, True]
    assert "hour" in await said(doorway, stage.message(f"/invite {CODE}"))
    assert await students(stage) == 0
    stage.clock.move(3601)
    await taken(doorway, stage.message(f"/invite {CODE}"))


LISTED = Access(mode="list", codes=(CODE,), allowed=frozenset({"probe:bob"}), admins=frozenset({"probe:eve"}))


@pytest.mark.parametrize(
    ("access", "name", "admitted"),
    [(LISTED, "ada", False), (LISTED, "bob", True), (LISTED, "eve", True), (Access(), "ada", True)],
)
async def test_a_list_is_a_list(stage: Stage, access: Access, name: str, admitted: bool) -> None:
    """With a list only those on it, and admins, are answered, whether or not they know a code."""
    doorway = doorway_of(stage, access=access)
    answer: Any = await doorway.take(stage.message(f"/start {CODE}", name))
    assert isinstance(answer, Accepted) is admitted
    known = ChannelAccount(id=f"probe:{name}", user_id=ObjectId(), platform="probe", display_name=name)
    assert access.welcomes(known) is admitted


async def test_who_leaves_the_list_is_out(stage: Stage) -> None:
    """Somebody who was a student is refused once the list names them no more; a terminal always is let in."""
    await taken(doorway_of(stage), stage.message("Hello"))
    doorway = doorway_of(stage, access=LISTED)
    assert "list" in await said(doorway, stage.message("Hello"))
    await taken(doorway, replace(stage.message("Hello"), platform="terminal"))


async def test_a_stranger_in_a_group_is_sent_away_quietly(stage: Stage) -> None:
    """In public a refusal shows no id, and no code is taken."""
    doorway = doorway_of(stage, access=INVITE)
    sentence = await said(doorway, replace(stage.message(f"/start {CODE}"), public=True))
    assert "private" in sentence
    assert "probe:ada" not in sentence
