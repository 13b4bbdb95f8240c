"""What becomes of an update: who is answered, to what words, and what is said of the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.telegram.attachments import LARGEST, Attached, with_file
from bot.adapters.telegram.convert import (
    Decision,
    Heard,
    Ignored,
    Left,
    Overheard,
    Pressed,
    Told,
    account_of,
    decide,
)
from bot.adapters.telegram.wording import fence
from tests.bot.telegram.updates import ADA, BOT, GROUP, ME, NOON, PRIVATE, Json, document, entity, message

FILE = {"file_id": "F", "file_unique_id": "U"}


def heard(raw: Json) -> Heard:
    """Return the message that an update is."""
    decision = decide(raw, ME)
    assert isinstance(decision, Heard)
    return decision


def in_group(text: str, *entities: Json, **more: Any) -> Decision:
    """Return what is done about a message in a group."""
    return decide(message(chat=GROUP, text=text, entities=list(entities), **more), ME)


def test_a_private_message_is_heard() -> None:
    """A message in a private chat is taken as it is, under the update's key, with who wrote it and where."""
    incoming = heard(message(5, text="what is due? 🙂")).incoming
    assert incoming.key == "telegram:100:5"
    assert (incoming.account, incoming.display_name, incoming.language) == ("7", "Ada L", "de")
    assert (incoming.address, incoming.text) == ("7", "what is due? 🙂")
    assert (incoming.public, incoming.reply_to, incoming.attached) == (False, None, False)


def test_a_group_is_answered_when_the_bot_is_named() -> None:
    """In a group the bot's name makes a message one for it, in any case and any place, and is taken out."""
    text = "🙂 hey @PrepMate_Bot what is a heap?"
    decision = in_group(text, entity(text, "@PrepMate_Bot", "mention"))
    assert isinstance(decision, Heard)
    incoming = decision.incoming
    assert incoming.text == "🙂 hey what is a heap?"
    assert (incoming.address, incoming.public, incoming.reply_to) == ("-42", True, "11")


@pytest.mark.parametrize(
    ("text", "kind", "part", "said"),
    [
        ("@prepmate_bot, next", "mention", "@prepmate_bot", "next"),
        ("@prepmate_bot\n/next", "mention", "@prepmate_bot", "/next"),
        ("why? @prepmate_bot", "mention", "@prepmate_bot", "why?"),
        ("/log@prepmate_bot Two Sum", "bot_command", "/log@prepmate_bot", "/log Two Sum"),
    ],
)
def test_the_name_leaves_no_trace(text: str, kind: str, part: str, said: str) -> None:
    """What is left is what would have been said in private."""
    decision = in_group(text, entity(text, part, kind))
    assert isinstance(decision, Heard)
    assert decision.incoming.text == said


def test_a_reply_to_the_bot_is_for_the_bot() -> None:
    """A reply to one of its messages needs no name; a reply to somebody else is left alone."""
    told = {"message_id": 3, "date": NOON, "chat": GROUP, "from": BOT, "text": "Solve it."}
    assert isinstance(in_group("easier", reply_to_message=told), Heard)
    assert isinstance(in_group("easier", reply_to_message={**told, "from": ADA}), Ignored)
    for text, kind in (("easier", "bold"), ("a@prepmate_bot.com", "email")):
        assert isinstance(in_group(text, entity(text, text, kind)), Overheard)


def test_a_topic_is_kept() -> None:
    """In a forum the topic is part of the address, and the message that opened it is not what is replied to."""
    opened = {"message_id": 9, "date": NOON, "chat": GROUP, "from": BOT}
    opened["forum_topic_created"] = {"name": "Arrays", "icon_color": 1}
    place = {"message_thread_id": 9, "is_topic_message": True, "reply_to_message": opened}
    assert isinstance(in_group("hello all", **place), Overheard)
    decision = in_group("/due@prepmate_bot", entity("/due@prepmate_bot", "/due@prepmate_bot", "bot_command"), **place)
    assert isinstance(decision, Heard)
    assert decision.incoming.address == "-42/9"


@pytest.mark.parametrize(
    "raw",
    [
        message(chat=GROUP, text="good morning", via_bot=BOT),
        message(
            chat=GROUP, text="/next@other_bot", entities=[entity("/next@other_bot", "/next@other_bot", "bot_command")]
        ),
        message(chat=GROUP, new_chat_members=[BOT]),
        message(chat=GROUP, photo=[{**FILE, "width": 1, "height": 1}]),
        message(sender=BOT, text="hello"),
        message(chat=GROUP, sender={**ADA, "id": 777000}, is_automatic_forward=True, text="@prepmate_bot"),
        message(pinned_message={"message_id": 3, "date": NOON, "chat": PRIVATE, "from": ADA, "text": "x"}),
        {"update_id": 1, "edited_message": message(text="not changed, for all that is said")["message"]},
        {"update_id": 1, "edited_message": message(chat=GROUP, text="what I told others", edit_date=NOON)["message"]},
        {
            "update_id": 1,
            "edited_message": message(dice={"emoji": "🎲", "value": 3}, edit_date=NOON)["message"],
        },
        {
            "update_id": 1,
            "channel_post": {"message_id": 1, "date": NOON, "chat": {"id": -1, "type": "channel"}, "text": "x"},
        },
        {"update_id": 1, "something_of_next_year": {"a": 1}},
    ],
)
def test_what_is_not_for_the_bot_is_ignored(raw: Json) -> None:
    """Talk among others and changes of it, other bots, channels, notices and kinds nobody knows yet are ignored."""
    assert isinstance(decide(raw, ME), Ignored)
    assert isinstance(decide(raw, SENSIBLE), Ignored)


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ({"photo": [{**FILE, "width": 1, "height": 1}], "caption": "solve this"}, "pictures"),
        ({"voice": {**FILE, "duration": 3}}, "recordings"),
        ({"video_note": {**FILE, "duration": 3, "length": 1}}, "recordings"),
        (
            {"sticker": {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
            "words",
        ),
        ({"location": {"latitude": 1.0, "longitude": 1.0}}, "city"),
        ({"contact": {"phone_number": "1", "first_name": "A"}}, "contacts"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "words"),
        ({"document": document("cv.pdf", "application/pdf")}, "files with code"),
        ({"document": document("log.py", size=LARGEST + 1)}, "64 KiB"),
        ({"animation": {**FILE, "width": 1, "height": 1, "duration": 1}, "document": document("a.mp4")}, "videos"),
    ],
)
def test_what_cannot_be_read_is_told(sent: Json, word: str) -> None:
    """Each thing that is no text gets a sentence that says what to do instead, and no turn."""
    decision = decide(message(**sent), ME)
    assert isinstance(decision, Told)
    assert word in decision.sentence
    assert decision.incoming.address == "7"


SPOKEN = {**FILE, "duration": 300, "file_size": 9, "mime_type": "audio/ogg"}
PHOTO = [{**FILE, "width": 90, "height": 60}, {**FILE, "file_id": "L", "width": 900, "height": 600, "file_size": 8}]
SENSIBLE = replace(ME, senses=frozenset({"recording", "picture"}))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"voice": SPOKEN}, ("recording", "F", "audio/ogg", 9, 300)),
        ({"audio": {**SPOKEN, "mime_type": "audio/mpeg"}}, ("recording", "F", "audio/mpeg", 9, 300)),
        ({"video_note": {**FILE, "duration": 3, "length": 1}}, ("recording", "F", "video/mp4", None, 3)),
        ({"photo": PHOTO, "caption": "why?"}, ("picture", "L", "image/jpeg", 8, None)),
        ({"document": document("board.png", "image/png")}, ("picture", "F", "image/png", 10, None)),
        ({"voice": {**SPOKEN, "duration": 301}}, "5 minutes"),
        ({"voice": {**SPOKEN, "file_size": 20 * 2**20 + 1}}, "20 MB"),
        ({"document": document("board.png", "image/png", 20 * 2**20 + 1)}, "20 MB"),
        ({"audio": {**SPOKEN, "mime_type": "audio/amr"}}, "voice note"),
        ({"animation": {**FILE, "width": 1, "height": 1, "duration": 1}, "document": document("a.mp4")}, "videos"),
    ],
)
def test_with_a_model_recordings_and_pictures_are_heard(sent: Json, expected: tuple[object, ...] | str) -> None:
    """What a model can make words of becomes a message without being fetched; what is too long or large a sentence."""
    decision = decide(message(**sent), SENSIBLE)
    if isinstance(expected, str):
        assert isinstance(decision, Told)
        assert expected in decision.sentence
        return
    assert isinstance(decision, Heard)
    assert decision.incoming.text == sent.get("caption", "")
    got = decision.incoming.attachment
    assert got is not None
    assert (got.kind, got.file, got.mime, got.size, got.seconds) == expected


def test_a_model_that_listens_does_not_look() -> None:
    """Each sense has its own model: where one is not set, its sentence stays."""
    decision = decide(message(photo=PHOTO), replace(ME, senses=frozenset({"recording"})))
    assert isinstance(decision, Told)
    assert "pictures" in decision.sentence


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_a_change_is_told_to_be_unread(chat: Json) -> None:
    """Who changes what they said to the bot learns that it is unread: one sentence, below the changed message."""
    text = "@prepmate_bot why?"
    more: Json = {"text": text, "entities": [entity(text, "@prepmate_bot", "mention")], "edit_date": NOON}
    raw = {"update_id": 5, "edited_message": message(chat=chat, **more)["message"]}
    decision = decide(raw, ME)
    assert isinstance(decision, Told)
    assert "unread" in decision.sentence
    assert (decision.once, decision.incoming.reply_to, account_of(raw)) == ("changed", "11", "7")


def test_a_name_alone_asks_back() -> None:
    """Who only calls the bot's name is told how to go on, and an album is told of once."""
    alone = in_group("@prepmate_bot", entity("@prepmate_bot", "@prepmate_bot", "mention"))
    assert isinstance(alone, Told)
    assert "@prepmate_bot what" in alone.sentence
    album = decide(message(photo=[{**FILE, "width": 1, "height": 1}], media_group_id="A"), ME)
    assert isinstance(album, Told)
    assert album.once == "A"


@pytest.mark.parametrize(
    ("name", "mime"), [("a.py", ""), ("a.ts", "video/mp2t"), ("a.csv", "application/vnd.ms-excel")]
)
def test_a_file_with_code_is_to_be_fetched(name: str, mime: str) -> None:
    """A file that can be text is named for fetching, whatever type the sender's machine takes it for."""
    decision = heard(message(document=document(name, mime), caption="is this right?"))
    assert decision.document == Attached("F", name, mime, 10)
    assert decision.incoming.text == "is this right?"


def test_a_file_becomes_a_fence() -> None:
    """A file's text stands below what was said, under its name and language, and cannot close its own fence."""
    said = with_file("is this right?", Attached("F", "two.py", "", 9), b"\xef\xbb\xbfx = '```'\r\n")
    assert said == "is this right?\n\ntwo.py:\n````python\nx = '```'\n````"
    assert with_file("", Attached("F", "notes", "", 9), "héllo".encode("utf-16")) == "notes:\n```\nhéllo\n```"


@pytest.mark.parametrize("said", ["import", "/import", "Import:", ""])
def test_a_list_is_imported(said: str) -> None:
    """A CSV file, or any text file under the word import, is the message that pasting it after /import is."""
    assert with_file(said, Attached("F", "solves.csv", "", 9), b"Two Sum,easy\n") == "/import\nTwo Sum,easy"


@pytest.mark.parametrize("content", [b"\x7fELF\x00\x01", b"\xff\xd8\xff\xe0", b"  \n", b"\x01\x02\x03abc"])
def test_a_binary_file_is_no_text(content: bytes) -> None:
    """Bytes that no text has are not taken for one, whatever the file is called."""
    assert with_file("x", Attached("F", "a.py", "", 9), content) is None


def test_a_code_block_keeps_its_fence() -> None:
    """What Telegram shows as a code block reaches the mentor as one, with its language, emoji before it or not."""
    text = "🙂 look:\nx = 1\nright?"
    block = heard(message(text=text, entities=[entity(text, "x = 1", "pre", language="python")])).incoming.text
    assert block == "🙂 look:\n```python\nx = 1\n```\nright?"
    assert fence("a") == "```\na\n```"


def test_a_tap_names_what_was_tapped() -> None:
    """A press is taken with the item and the button's number, in whoever's name pressed it."""
    press: Json = {"id": "99", "from": ADA, "chat_instance": "c", "data": "answer:65f:2"}
    shown = {"message_id": 3, "date": NOON, "chat": GROUP, "from": BOT, "text": "Solve it."}
    decision = decide({"update_id": 1, "callback_query": {**press, "message": shown}}, ME)
    assert isinstance(decision, Pressed)
    assert (decision.press, decision.item, decision.index) == ("99", "answer:65f", 2)
    assert (decision.incoming.account, decision.incoming.address, decision.incoming.public) == ("7", "-42", True)
    old = {"message_id": 3, "date": 0, "chat": PRIVATE}
    assert isinstance(decide({"update_id": 1, "callback_query": {**press, "message": old}}, ME), Pressed)
    unknown = decide({"update_id": 1, "callback_query": {**press, "data": "old"}}, ME)
    assert isinstance(unknown, Pressed)
    assert (unknown.item, unknown.index, unknown.incoming.address) == ("", -1, "7")


def test_who_blocks_the_bot_has_left() -> None:
    """Blocking the bot is noticed with the account; unblocking it is nothing until they write."""
    change: Json = {"chat": PRIVATE, "from": ADA, "date": NOON, "old_chat_member": {"status": "member", "user": BOT}}
    banned = {"status": "kicked", "user": BOT, "until_date": 0}
    raw: dict[str, Json] = {"my_chat_member": {**change, "new_chat_member": banned}}
    assert decide({"update_id": 1, **raw}, ME) == Left("7")
    assert account_of(raw) == "7"
    raw["my_chat_member"]["new_chat_member"] = {"status": "member", "user": BOT}
    assert isinstance(decide({"update_id": 2, **raw}, ME), Ignored)
