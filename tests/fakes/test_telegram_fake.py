"""The fake Bot API server keeps the real one's rules, over real HTTP, seen through the real client library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from typing import Any, TypeVar

import httpx
import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters, Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_text import Unparsable, read_text
from tests.fakes.telegram_updates import SECRET_HEADER

PUPIL = 7
T = TypeVar("T")


class Dial:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Return the seconds that it shows."""
        return self.seconds


@pytest.fixture
def dial() -> Dial:
    """The clock of the fake."""
    return Dial()


@pytest.fixture
async def telegram(dial: Dial) -> AsyncIterator[FakeTelegram]:
    """A server of its own for each test, on a clock that is set by hand, with one person who has begun a chat."""
    async with FakeTelegram(clock=dial, redelivery_pause=0.01) as server:
        server.meet(PUPIL)
        yield server


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    """The real library's bot, pointed at the fake."""
    # Without certificates to read, which takes longer than a test.
    polling, others = (HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2))
    made = Bot(telegram.token, f"{telegram.url}/bot", f"{telegram.url}/file/bot", others, polling)
    async with made as bot:
        yield bot


def have(found: T | None) -> T:
    """Return what must be there."""
    assert found is not None
    return found


async def refused(asked: Awaitable[Any], kind: type[Exception] = BadRequest) -> str:
    """Return what the server says when it refuses."""
    with pytest.raises(kind) as caught:
        await asked
    return str(caught.value)


async def told_to_wait(asked: Awaitable[Any]) -> float:
    """Return for how many seconds the server wants to be left alone."""
    with pytest.raises(RetryAfter) as caught:
        await asked
    wait = caught.value.retry_after  # a number or a timedelta: the library has a switch for it
    return wait.total_seconds() if isinstance(wait, timedelta) else wait


async def test_messages_arrive_as_the_library_reads_them(telegram: FakeTelegram, bot: Bot) -> None:
    """What a person writes comes with its sender, chat, time, language and commands."""
    update_id = telegram.say(PUPIL, "😀 /log two-sum", name="Ada", language="de")
    (update,) = await bot.get_updates()
    message, sender = have(update.effective_message), have(update.effective_user)
    assert (update.update_id, message.text, message.chat.type) == (update_id, "😀 /log two-sum", "private")
    assert (sender.id, sender.first_name, sender.language_code) == (PUPIL, "Ada", "de")
    assert message.parse_entities() == {MessageEntity("bot_command", 3, 4): "/log"}


async def test_updates_wait_for_the_offset(telegram: FakeTelegram, bot: Bot) -> None:
    """An update is handed out until an offset after it confirms it, and once more when it is redelivered."""
    first, second = telegram.say(PUPIL, "one"), telegram.say(PUPIL, "two")
    assert [u.update_id for u in await bot.get_updates()] == [first, second]
    telegram.redeliver(second)  # which waits still: it does not come before the first
    assert [u.update_id for u in await bot.get_updates(limit=1)] == [first]
    assert [u.update_id for u in await bot.get_updates(offset=first + 1)] == [second]
    telegram.redeliver(first)
    assert [u.update_id for u in await bot.get_updates(offset=second + 1)] == [first, second]
    assert await bot.get_updates(offset=second + 1) == ()
    assert telegram.updates.confirmed == {first, second}


async def test_a_long_poll_ends_when_something_comes(telegram: FakeTelegram, bot: Bot) -> None:
    """A poll waits for an update; a second one ends the first with 409, which is noted."""
    asking = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.05)
    telegram.say(PUPIL, "now")
    assert len(await asking) == 1
    offset = telegram.updates.next_id + 1
    asking = asyncio.create_task(bot.get_updates(offset=offset, timeout=30))
    await asyncio.sleep(0.05)
    assert await bot.get_updates(offset=offset) == ()
    assert "other getUpdates" in await refused(asking, Conflict)
    assert [one[:3] for one in telegram.violations] == ["409"]


async def test_only_the_wanted_kinds_are_kept(telegram: FakeTelegram, bot: Bot) -> None:
    """Updates of a kind that the bot did not ask for are not kept for it."""
    await bot.get_updates(allowed_updates=["message"])
    telegram.block(PUPIL)
    telegram.unblock(PUPIL)
    telegram.say(PUPIL, "hello")
    assert [update.message is not None for update in await bot.get_updates()] == [True]


async def test_a_message_is_seen_and_edited(telegram: FakeTelegram, bot: Bot, dial: Dial) -> None:
    """A sent message is on the screen with entities and buttons, and an edit changes it in place."""
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Good", callback_data="a:0")]])
    sent = await bot.send_message(PUPIL, "  **Hi 😀**", entities=[MessageEntity("bold", 2, 7)], reply_markup=keyboard)
    (shown,) = telegram.screen(PUPIL)
    assert (shown.message_id, shown.text, shown.labels) == (sent.message_id, "**Hi 😀**", ["Good"])
    assert shown.entities == ({"type": "bold", "offset": 0, "length": 7},)
    await bot.edit_message_text("Done", PUPIL, sent.message_id)
    (shown,) = telegram.screen(PUPIL)
    assert (shown.text, shown.edits, shown.history, shown.labels) == ("Done", 1, ("**Hi 😀**",), [])
    assert "not modified" in await refused(bot.edit_message_text("Done", PUPIL, sent.message_id))
    dial.seconds += 1
    assert await bot.delete_message(PUPIL, sent.message_id)
    assert not telegram.screen(PUPIL)
    assert not telegram.violations


async def test_a_private_chat_takes_a_burst_and_then_one_a_second(telegram: FakeTelegram, bot: Bot, dial: Dial) -> None:
    """Three messages at once pass, the fourth has to wait, and one that does not wait is refused again."""
    for number in range(3):
        await bot.send_message(PUPIL, str(number))
    for _ in range(2):
        assert await told_to_wait(bot.send_message(PUPIL, "four")) == 1
    dial.seconds += 1
    await bot.send_message(PUPIL, "four")
    assert telegram.violations == [
        "429 sendMessage 7: 1 message a second to a chat",
        "429 sendMessage 7: retry_after was not waited for",
    ]


async def test_thirty_messages_a_second_in_all(telegram: FakeTelegram, bot: Bot, dial: Dial) -> None:
    """The 31st new message within a second is refused; edits and chat actions count for nothing there."""
    for user_id in range(1, 31):
        telegram.meet(user_id)
        sent = await bot.send_message(user_id, "Good morning")
    await bot.edit_message_text("Good day", 30, sent.message_id)
    await bot.send_chat_action(PUPIL, "typing")
    telegram.meet(31)
    await refused(bot.send_message(31, "Good morning"), RetryAfter)
    dial.seconds += 1
    await bot.send_message(31, "Good morning")
    assert len(telegram.violations) == 1


async def test_a_group_takes_twenty_a_minute(telegram: FakeTelegram, bot: Bot, dial: Dial) -> None:
    """The 21st message to a group within a minute is told to wait for the rest of it."""
    group = telegram.group(5)
    for number in range(20):
        await bot.send_message(group, str(number))
        dial.seconds += 1
    assert await told_to_wait(bot.send_message(group, "once more")) == 40


@pytest.mark.parametrize(("chat", "pause"), [(PUPIL, 1.0), (-5, 1.5)])
async def test_edits_keep_their_distance(telegram: FakeTelegram, bot: Bot, dial: Dial, chat: int, pause: float) -> None:
    """A message is edited once a second in private and every 1.5 s in a group."""
    if chat < 0:
        telegram.group(chat)
    sent = await bot.send_message(chat, "0")
    await bot.edit_message_text("1", chat, sent.message_id)
    dial.seconds += pause
    await bot.edit_message_text("2", chat, sent.message_id)
    assert not telegram.violations
    dial.seconds += pause - 0.1
    await refused(bot.edit_message_text("3", chat, sent.message_id), RetryAfter)


async def test_drafts_are_previews(telegram: FakeTelegram, bot: Bot, dial: Dial) -> None:
    """A draft is seen for 30 s in a private chat, at most one a second, until the message comes."""
    await bot.send_message_draft(PUPIL, 3, "Let me")
    await refused(bot.send_message_draft(PUPIL, 3, "Let me see"), RetryAfter)
    dial.seconds += 1
    await bot.send_message_draft(PUPIL, 3, "Let me see")
    assert telegram.preview(PUPIL) == "Let me see"
    dial.seconds += 31
    assert telegram.preview(PUPIL) is None
    await bot.send_message_draft(PUPIL, 4, None)
    await bot.send_message(PUPIL, "Here it is")
    assert telegram.preview(PUPIL) is None
    assert telegram.previews(PUPIL) == ["Let me", "Let me see", ""]
    assert "peer_invalid" in await refused(bot.send_message_draft(telegram.group(5), 3, "hm"))


@pytest.mark.parametrize(
    ("text", "entities", "words"),
    [
        ("x" * 4097, [], "too long"),
        ("😀" * 2049, [], "too long"),
        (" \n ", [], "text is empty"),
        ("word", [MessageEntity("bold", 0, 5)], "ends after the end"),
        ("a😀b", [MessageEntity("bold", 2, 2)], "middle of a UTF-16 symbol"),
        ("a😀b", [MessageEntity("bold", 0, 2)], "middle of a UTF-16 symbol"),
    ],
)
async def test_texts_are_checked(
    telegram: FakeTelegram, bot: Bot, text: str, entities: list[MessageEntity], words: str
) -> None:
    """A text that is too long or whose entities do not fit is refused as a whole, and that is noted."""
    assert words in (await refused(bot.send_message(PUPIL, text, entities=entities))).lower().replace("utf", "UTF")
    assert not telegram.screen(PUPIL)
    assert len(telegram.violations) == 1


@pytest.mark.parametrize(
    ("mode", "source", "text", "kinds"),
    [
        ("HTML", "<b>Hi</b> &lt;you&gt; <pre><code class=\"language-py\">x &amp; y</code></pre>", "Hi <you> x & y",
         ["bold", "pre"]),
        ("HTML", "<a href='https://a.b'>here</a>", "here", ["text_link"]),
        ("MarkdownV2", "*Hi* _you_ `a*b` \\. [x](https://a.b)", "Hi you a*b . x",
         ["bold", "italic", "code", "text_link"]),
        ("MarkdownV2", "```python\nx = 1\n```", "x = 1", ["pre"]),
    ],
)  # fmt: skip
def test_markup_is_parsed(mode: str, source: str, text: str, kinds: list[str]) -> None:
    """HTML and MarkdownV2 become text and entities."""
    seen, entities = read_text(source, mode, None)
    assert (seen, [entity["type"] for entity in entities]) == (text, kinds)


@pytest.mark.parametrize(
    ("mode", "source"),
    [("HTML", "a < b"), ("HTML", "<b>open"), ("HTML", "<h1>x</h1>"), ("HTML", "<b><i>x</b></i>"),
     ("MarkdownV2", "1. one"), ("MarkdownV2", "*open"), ("MarkdownV2", "a-b"), ("Markdown3", "x")],
)  # fmt: skip
def test_broken_markup_is_refused(mode: str, source: str) -> None:
    """Markup that does not parse is an error, never half a message."""
    with pytest.raises(Unparsable, match=r"can't parse entities|unsupported parse_mode"):
        read_text(source, mode, None)


async def test_a_blocked_bot_gets_403(telegram: FakeTelegram, bot: Bot) -> None:
    """Who blocks the bot is not reached, which the bot is told, until they write again; a stranger never was."""
    telegram.block(PUPIL)
    assert "blocked by the user" in await refused(bot.send_message(PUPIL, "hello"), Forbidden)
    assert "chat not found" in (await refused(bot.send_message(404, "hello"))).lower()
    telegram.say(PUPIL, "/start")
    await bot.send_message(PUPIL, "hello")
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["kicked", "member"]


async def test_a_tap_is_answered_in_time(telegram: FakeTelegram, bot: Bot, dial: Dial) -> None:
    """A tap arrives with its message and data, and has to be answered within 15 s."""
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Good", callback_data="a:0")]])
    sent = await bot.send_message(PUPIL, "How was it?", reply_markup=keyboard)
    for answered in (True, False):
        telegram.press(PUPIL, PUPIL, sent.message_id, "Good")
        (update,) = await bot.get_updates(offset=telegram.updates.next_id)
        query = have(update.callback_query)
        assert (query.data, have(query.message).message_id, query.from_user.id) == ("a:0", sent.message_id, PUPIL)
        if answered:
            await query.answer("Noted")
    assert telegram.presses[0].toast == "Noted"
    dial.seconds += 16
    assert "too old" in (await refused(query.answer())).lower()
    assert len(telegram.violations) == 2  # it was answered too late, and so not at all


async def test_buttons_carry_64_bytes(telegram: FakeTelegram, bot: Bot) -> None:
    """Callback data of more than 64 bytes is refused."""
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="é" * 33)]])
    assert "BUTTON_DATA_INVALID" in (await refused(bot.send_message(PUPIL, "x", reply_markup=keyboard))).upper()


async def test_files_go_both_ways(telegram: FakeTelegram, bot: Bot) -> None:
    """A document that the bot sends is seen with its caption; what a person sends can be fetched up to 20 MB."""
    await bot.send_document(PUPIL, b"print(1)", caption="Code", filename="answer.py")
    (shown,) = telegram.screen(PUPIL)
    assert shown.document
    assert (shown.document.name, shown.document.content, shown.text) == ("answer.py", b"print(1)", "Code")
    telegram.document(PUPIL, "mine.py", b"x = 1", caption="/import")
    telegram.photo(PUPIL, size=21 * 1024 * 1024)
    mine, photo = [have(update.message) for update in await bot.get_updates()]
    file = await bot.get_file(have(mine.document).file_id)
    assert (bytes(await file.download_as_bytearray()), mine.caption) == (b"x = 1", "/import")
    assert "too big" in (await refused(bot.get_file(photo.photo[-1].file_id))).lower()


async def test_groups_show_who_is_meant(telegram: FakeTelegram, bot: Bot) -> None:
    """Under privacy only what is meant for the bot arrives; threads and replies are kept."""
    telegram.privacy = True
    group = telegram.group(5, forum=True)
    sent = await bot.send_message(group, "Ask me", message_thread_id=9)
    assert telegram.say(PUPIL, "between us", chat=group, thread=9) == 0
    assert telegram.say(PUPIL, "/next@other_bot", chat=group, thread=9) == 0
    telegram.say(PUPIL, "what is @prepmate_bot?", chat=group, thread=9)
    telegram.say(PUPIL, "and now?", chat=group, thread=9, reply_to=sent.message_id)
    first, second = [have(update.message) for update in await bot.get_updates()]
    answered = have(have(second.reply_to_message).from_user)
    assert (first.message_thread_id, answered.id) == (9, telegram.bot_id)
    await bot.send_message(group, "So", message_thread_id=9, reply_parameters=ReplyParameters(second.message_id))
    assert telegram.screen(group, 9)[-1].reply_to == second.message_id
    assert "thread not found" in (await refused(bot.send_message(PUPIL, "So", message_thread_id=9))).lower()


async def test_faults_are_made_to_order(telegram: FakeTelegram, bot: Bot) -> None:
    """Requests fail as told: refused before they are carried out, or carried out with their answer lost."""
    telegram.fail_next(502, 1, "sendMessage")
    await refused(bot.send_message(PUPIL, "one"), NetworkError)
    telegram.fail_next(429, 1, retry_after=3)
    with pytest.raises(RetryAfter):
        await bot.send_message(PUPIL, "one")
    await refused(bot.send_message(PUPIL, "one"), RetryAfter)
    assert not telegram.screen(PUPIL)
    telegram.limits.quiet.clear()
    telegram.lose_next()
    with pytest.raises((NetworkError, TimedOut)):
        await bot.send_message(PUPIL, "one")
    assert [shown.text for shown in telegram.screen(PUPIL)] == ["one"]
    assert telegram.violations == ["429 sendMessage 7: retry_after was not waited for"]


async def test_a_wrong_token_is_turned_away(telegram: FakeTelegram) -> None:
    """Another token gets 401, an unknown method 404."""
    stranger = Bot("100:other", f"{telegram.url}/bot")
    await refused(stranger.get_me(), InvalidToken)
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{telegram.url}/bot{telegram.token}/makeCoffee")).status_code == 404


async def test_the_bot_introduces_itself(telegram: FakeTelegram, bot: Bot) -> None:
    """Name, menu and descriptions are kept as they are set; a command in capitals is refused."""
    assert (bot.username, bot.id) == ("prepmate_bot", telegram.bot_id)
    await bot.set_my_commands([("next", "The next problem"), ("due", "What is due")])
    await bot.set_my_short_description("Practice for interviews")
    assert telegram.menu == ["next", "due"]
    assert [command.command for command in await bot.get_my_commands()] == telegram.menu
    assert (await bot.get_my_short_description()).short_description == "Practice for interviews"
    await refused(bot.set_my_commands([("Next", "The next problem")]))


class Door:
    """A webhook: what it got, in which state it answers, and how much at once."""

    def __init__(self) -> None:
        self.got: list[Update] = []
        self.secrets: set[str | None] = set()
        self.status, self.open, self.most = 200, 0, 0

    async def take(self, request: web.Request) -> web.Response:
        """Take an update."""
        self.open += 1
        self.most = max(self.most, self.open)
        update = Update.de_json(await request.json())
        await asyncio.sleep(0.01)
        self.open -= 1
        self.secrets.add(request.headers.get(SECRET_HEADER))
        self.got.append(update)
        return web.Response(status=self.status)


@pytest.fixture
async def door() -> AsyncIterator[tuple[Door, str]]:
    """A webhook and its address."""
    door, app = Door(), web.Application()
    app.router.add_post("/hook", door.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield door, f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def test_a_webhook_gets_each_update_until_it_says_yes(
    telegram: FakeTelegram, bot: Bot, door: tuple[Door, str]
) -> None:
    """Updates are posted with the secret, again until 2xx, one chat's in order and no more at once than allowed."""
    hook, url = door
    waited = telegram.say(PUPIL, "before")
    hook.status = 500
    await bot.set_webhook(url, secret_token="s3cret", max_connections=2)
    await telegram.until(lambda: len(hook.got) >= 2)
    assert {update.update_id for update in hook.got} == {waited}
    hook.status = 200
    sent = [telegram.say(user_id, "hi") for user_id in (PUPIL, 8, 9, 10)]
    await telegram.until(lambda: telegram.updates.confirmed >= {waited, *sent})
    assert (hook.most, hook.secrets) == (2, {"s3cret"})
    mine = [u.update_id for u in hook.got if u.effective_user and u.effective_user.id == PUPIL]
    assert mine == sorted(mine)
    telegram.redeliver(waited)
    await telegram.until(lambda: telegram.updates.delivered[waited] == 2)
    assert "webhook is active" in await refused(bot.get_updates(), Conflict)
    assert (await bot.get_webhook_info()).pending_update_count == 0
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_a_webhook_is_checked(telegram: FakeTelegram, bot: Bot) -> None:
    """An address without TLS outside this machine and a secret with other characters are refused."""
    await refused(bot.set_webhook("http://example.org/hook"))
    await refused(bot.set_webhook("https://example.org/hook", secret_token="no spaces"))
    assert telegram.webhook is None
