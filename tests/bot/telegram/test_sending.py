"""Outbox items in Telegram: each part once, whatever dies in between, with its buttons, files and places."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest
from telegram.error import NetworkError

from bot.adapters.base import DeliverLater, Undeliverable
from bot.adapters.telegram.buttons import lay_out
from bot.adapters.telegram.client import Place
from bot.adapters.telegram.errors import TelegramDown, translated
from bot.adapters.telegram.sending import Withdrawn, head_of
from bot.taps import Tap, after_tap
from store.client import ObjectId, Raw
from store.documents.own import Action, OutboxItem, Turn
from store.documents.people import User
from store.faults import TELEGRAM_POINTS
from store.repositories.pace import Paces
from tests.bot.telegram.posting import SECOND, Post
from tests.fakes.telegram import FakeTelegram

ADA = 7
PAST = datetime(2020, 1, 1, tzinfo=UTC)
LONG = "\n\n".join(f"Paragraph {number}. " + "words and words " * 60 for number in range(6))
CODE = "Here it is:\n\n```python\n" + "\n".join(f"value_{n} = {n}  # line" for n in range(400)) + "\n```"
ACTIONS = [Action(label="Good", says="/rate good"), Action(label="Again", says="/rate again")]


async def test_an_answer_arrives_by_an_edit(post: Post, swift: FakeTelegram) -> None:
    """The first thing sent is how the answer begins; the answer takes its place, with what it marks."""
    swift.meet(ADA)
    assert await post.deliver(await post.put(ADA, "A **heap** is a tree.\n\nMore."))
    [shown] = swift.screen(ADA)
    assert (shown.text, shown.history) == ("A heap is a tree.\n\nMore.", ("A heap is a tree. …",))
    assert [entity["type"] for entity in shown.entities] == ["bold"]


async def test_a_long_answer_comes_in_order_and_rings_once(post: Post, swift: FakeTelegram) -> None:
    """The parts of a long answer follow one another, all but the first without a sound, buttons below the last."""
    swift.meet(ADA)
    await post.deliver(await post.put(ADA, LONG, actions=ACTIONS))
    shown = swift.screen(ADA)
    assert len(shown) == 2
    assert [one.text.startswith("Paragraph 0") for one in shown] == [True, False]
    assert [one.labels for one in shown] == [[], ["Good", "Again"]]
    sent = [call.fields.get("disable_notification", "false") for call in swift.calls if call.method == "sendMessage"]
    assert [str(one).lower() for one in sent] == ["false", "true"]
    assert not swift.violations


async def test_a_kill_at_any_point_doubles_nothing(post: Post, swift: FakeTelegram) -> None:
    """Wherever it is killed, the next process completes the answer: one stray at most; a file sent twice says so."""

    async def die_and_go_on(chat: int, point: str) -> None:
        swift.meet(chat)
        item = await post.put(chat, CODE)
        assert not await post.deliver(item, kill_at=point)
        assert await post.deliver(item)
        shown = [one.text for one in swift.screen(chat) if not one.document]
        files = [one.text.startswith("Once more") for one in swift.screen(chat) if one.document]
        assert shown[-1].startswith("Here it is:")
        assert shown[:-1] == (["Here it is: …"] if point == "telegram.after-placeholder" else []), point
        doubtful = {"telegram.after-intent": [True], "telegram.after-file": [False, True]}
        assert files == doubtful.get(point, [False]), point

    await asyncio.gather(*(die_and_go_on(100 + number, point) for number, point in enumerate(TELEGRAM_POINTS)))
    assert not swift.violations


async def test_what_was_shown_is_not_shown_again(post: Post, swift: FakeTelegram) -> None:
    """A whole answer that is delivered again changes nothing: that it says so already is as good."""
    swift.meet(ADA)
    item = await post.put(ADA, "Done.")
    await post.deliver(item)
    before = swift.screen(ADA)
    await post.deliver(item)
    assert swift.screen(ADA) == before
    assert not swift.violations


async def test_a_placeholder_that_somebody_deleted_is_replaced(post: Post, swift: FakeTelegram) -> None:
    """Where a part's message is gone, the part is sent anew, and the others stay."""
    swift.meet(ADA)
    item = await post.put(ADA, "Done.")
    await post.deliver(item, kill_at="telegram.after-note")
    swift.world.chats[ADA].messages.clear()
    await post.deliver(item)
    assert post.texts(ADA) == ["Done."]


@pytest.mark.parametrize(
    ("wait", "sent", "change"),
    [(0.0, 1, {"status": "dead"}), (2.5 * SECOND, 0, {"status": "dead"}), (2.5 * SECOND, 0, {"expiresAt": PAST})],
)
async def test_what_is_withdrawn_meanwhile_leaves_no_placeholder(
    post: Post, swift: FakeTelegram, wait: float, sent: int, change: Raw
) -> None:
    """What is given up while it is sent takes its placeholder back; what waited for its turn has sent none."""
    swift.meet(ADA)
    await Paces(post.stage.database).be_quiet(f"telegram:{swift.bot_id}", wait)
    item = await post.put(ADA, "Done.")
    items = post.stage.database.collection(OutboxItem.collection)
    await items.update({"_id": item.id}, {"$set": change})
    with pytest.raises(Withdrawn):
        await post.deliver(item)
    assert swift.screen(ADA) == []
    assert (await post.stored(item)).messages == []
    assert len([call for call in swift.calls if call.method == "sendMessage"]) == sent


async def test_an_answer_in_a_group_replies_in_its_topic(post: Post, swift: FakeTelegram) -> None:
    """In a group the answer replies to its question and stays in its topic; in the message that grew, if there is."""
    group = swift.group(-5, members=(ADA,), forum=True)
    swift.say(ADA, "what is a heap?", chat=group, thread=3, message_id=11)
    turn = await post.turn(f"{group}/3", reply_to="11", public=True)
    item = await post.put(f"{group}/3", "A tree.", turn_id=turn.id, reply_to="11", public=True)
    await post.deliver(item)
    [shown] = swift.screen(group, thread=3)
    assert (shown.text, shown.reply_to, shown.thread) == ("A tree.", 11, 3)
    turns = post.stage.database.collection(Turn.collection)
    await turns.update({"_id": turn.id}, {"$set": {"standsAt": str(shown.message_id)}})
    await post.deliver(await post.put(f"{group}/3", "A better tree.", turn_id=turn.id, reply_to="11", public=True))
    assert post.texts(group) == ["A better tree."]


async def test_an_export_comes_as_a_file_in_private(post: Post, swift: FakeTelegram) -> None:
    """Who asked for everything about them gets it as a JSON document, never in a group."""
    swift.meet(ADA)
    student, receipts = ObjectId(), [{"verb": "export_me", "line": "export"}]
    await post.stage.database.collection(User.collection).insert({"_id": student, "name": "Ada"})
    await post.deliver(await post.put(ADA, "Here it is.", user_id=student, receipts=receipts))
    [said, handed] = swift.screen(ADA)
    assert said.text.startswith("Here it is.")
    assert handed.document is not None
    assert handed.document.name.startswith("prepmate-export-")
    assert json.loads(handed.document.content)["index"]["student"]["name"] == "Ada"
    group = swift.group(-6)
    await post.deliver(await post.put(group, "Here it is.", user_id=student, receipts=receipts, public=True))
    assert [one.document for one in swift.screen(group)] == [None]


async def test_who_blocked_the_bot_is_told_from_what_may_work_later(post: Post, swift: FakeTelegram) -> None:
    """A block is for good, a flood asks to wait, anything else is tried again; no error shows the token."""
    swift.meet(ADA)
    item = await post.put(ADA, "Done.")
    swift.fail_next(503, 1, "sendMessage")
    with pytest.raises(TelegramDown) as down:
        await post.deliver(item)
    swift.fail_next(429, 1, "sendMessage", retry_after=1)
    with pytest.raises(DeliverLater) as later:
        await post.deliver(item)
    swift.block(ADA)
    with pytest.raises(Undeliverable) as blocked:
        await post.deliver(await post.put("no chat", "Done."))
    assert later.value.seconds == 1.0
    for error in (down, later, blocked):
        assert swift.token not in f"{error.value!r} {error.value.__cause__!r}"


async def test_after_a_tap_the_buttons_show_what_was_chosen(post: Post, swift: FakeTelegram) -> None:
    """What was chosen stays below the message, marked; a message that is gone needs no buttons."""
    swift.meet(ADA)
    item = await post.put(ADA, "How was it?", actions=ACTIONS)
    await post.deliver(item)
    [shown] = swift.screen(ADA)
    tap = Tap("/rate good", f"{item.id}:answer", item.id, after_tap(ACTIONS, 0))
    await post.adapter().show_chosen(Place(ADA), shown.message_id, tap)
    assert swift.screen(ADA)[0].labels == ["✓ Good"]
    assert [button.data for row in swift.screen(ADA)[0].buttons for button in row] == [f"{item.id}:0"]
    swift.world.chats[ADA].messages.clear()
    await post.adapter().show_chosen(Place(ADA), shown.message_id, tap)
    assert not swift.violations


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["a:Again", "a:Hard", "a:Good", "a:Easy"], [["Again", "Hard", "Good", "Easy"]]),
        (
            ["a:Start", "a:Seen it", "a:Easier", "a:Harder", "f:👍", "f:👎"],
            [["Start", "Seen it", "Easier", "Harder"], ["👍", "👎"]],
        ),
        (["a:Unaided", "a:With help", "a:Stuck", ":Hint"], [["Unaided", "With help", "Stuck"], ["Hint"]]),
        ([":Hint", ":Undo", "f:👍", "f:👎"], [["Hint", "Undo", "👍", "👎"]]),
        (["a:" + "long " * 8, "a:short"], [["long " * 8], ["short"]]),
        ([], []),
    ],
)
def test_buttons_lie_as_a_phone_shows_them(labels: list[str], rows: list[list[str]]) -> None:
    """Up to four short labels are in a row, what is chosen among stays together, and nothing is cut."""
    actions = [Action(label=one.partition(":")[2], says="/x", group=one.partition(":")[0] or None) for one in labels]
    laid = lay_out(list(enumerate(actions)))
    assert [[action.label for _, action in row] for row in laid] == rows


async def test_the_placeholder_tells_how_the_answer_begins() -> None:
    """What the phone's notification shows is the beginning of the first line, short, and that more comes."""
    assert head_of("\n  A heap\nis a tree") == "A heap …"
    assert len(head_of("word " * 200)) <= 82
    assert head_of("😀" * 200).endswith("😀 …")


@pytest.mark.parametrize("spelt", ["100:test-token", "100%3Atest-token"])
def test_no_spelling_of_the_token_is_shown(spelt: str) -> None:
    """The address of a file quotes the token's colon: an error that names such an address shows neither spelling."""
    with pytest.raises(TelegramDown) as raised, translated("100:test-token"):
        raise NetworkError(f"InvalidURL: https://api.telegram.org/file/bot{spelt}/voice/file_1.oga")
    assert str(raised.value).endswith("/file/bot[token]/voice/file_1.oga")
    assert raised.value.__suppress_context__
