"""500 generated answers become messages that Telegram takes, and that say all and nothing but what was written.

"All and nothing but": the messages one behind the other, each file's content in place of the note that names it, have
the same characters in the same order as an independent parser reads from the whole Markdown (`reading.py` beside this),
whitespace left aside. Code is compared line by line with its indentation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from telegram import MessageEntity

from bot.adapters.telegram.client import Place, TelegramClient
from bot.adapters.telegram.pieces import MOST_ENTITIES, MOST_UNITS, FilePiece, Piece, TextPiece
from bot.adapters.telegram.render import render
from tests.bot.telegram.answers import make_answers
from tests.bot.telegram.reading import Reading, letters
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_text import check_entities, count_units

RECEIPT = "✓ Two Sum · solved · undo"
NOTE = re.compile(r"\(The code is in the file (\S+) below\.\)")
CODE = {"pre", "code"}


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, list[Piece]]]:
    """500 answers, each with the pieces that it becomes."""
    return [(markdown, render(markdown)) for markdown in make_answers(500)]


def texts_of(pieces: Sequence[Piece]) -> list[TextPiece]:
    """Return the messages among pieces."""
    return [piece for piece in pieces if isinstance(piece, TextPiece)]


def joined(pieces: Sequence[Piece]) -> str:
    """Return the messages as one text, with the files in place."""
    files = {piece.name: piece.content.decode() for piece in pieces if isinstance(piece, FilePiece)}
    text = "\n".join(piece.text for piece in texts_of(pieces))
    return NOTE.sub(lambda found: files[found[1]], text)


def code_of(pieces: Sequence[Piece]) -> list[str]:
    """Return the lines of all fences in pieces: a fence has a language, a drawn table has none."""
    found = []
    for piece in pieces:
        if isinstance(piece, FilePiece):
            found.append(piece.content.decode())
            continue
        found += [text for entity, text in marked(piece) if entity.type == "pre" and entity.language]
    return lines_of("\n".join(found))


def lines_of(code: str) -> list[str]:
    """Return lines of code as they can be compared: four spaces a tab, nothing at their ends, no empty ones."""
    return [line.rstrip() for line in code.replace("\t", "    ").split("\n") if line.strip()]


def marked(piece: TextPiece) -> list[tuple[MessageEntity, str]]:
    """Return each entity with the text that it marks."""
    units = piece.text.encode("utf-16-le")
    return [(e, units[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le")) for e in piece.entities]


def test_every_part_is_within_the_limits(answers: list[tuple[str, list[Piece]]]) -> None:
    """No message is empty, longer than 4,096 units, of more than 100 entities, or one that Telegram would trim."""
    assert max(len(markdown) for markdown, _ in answers) > 29_000
    for _, pieces in answers:
        for piece in texts_of(pieces):
            assert 0 < count_units(piece.text) <= MOST_UNITS
            assert len(piece.entities) <= MOST_ENTITIES
            code_first = any(entity.type == "pre" and entity.offset == 0 for entity in piece.entities)
            assert piece.text.strip(" \n") == (piece.text.lstrip(" ") if code_first else piece.text)


def test_every_entity_is_one_that_telegram_takes(answers: list[tuple[str, list[Piece]]]) -> None:
    """Entities cut no character, nest without crossing, none in its like, and code holds and is in no other mark."""
    for _, pieces in answers:
        for piece in texts_of(pieces):
            check_entities(piece.text, [entity.to_dict() for entity in piece.entities])
            around: list[MessageEntity] = []
            for entity, text in marked(piece):
                assert text.strip()
                around = [outer for outer in around if outer.offset + outer.length > entity.offset]
                assert all(outer.offset + outer.length >= entity.offset + entity.length for outer in around)
                kinds = {outer.type for outer in around}
                assert entity.type not in kinds
                assert not kinds & CODE
                assert entity.type not in CODE or kinds <= {"blockquote"}
                around.append(entity)


def test_the_parts_joined_are_the_whole(answers: list[tuple[str, list[Piece]]]) -> None:
    """Nothing of an answer is lost, doubled or in another place; links lead where they did; code keeps its lines."""
    files = 0
    for markdown, pieces in answers:
        reading = Reading(markdown)
        assert letters(joined(pieces)) == letters(reading.text)
        assert {e.url for piece in texts_of(pieces) for e in piece.entities if e.url} == reading.links
        assert sorted(code_of(pieces)) == sorted(lines_of("\n".join(reading.code)))
        files += sum(isinstance(piece, FilePiece) for piece in pieces)
    assert files > 10


async def test_telegram_leaves_the_indentation_of_code() -> None:
    """A message that goes on with indented code keeps its first spaces, which Telegram takes from a sentence."""
    code = "\n".join("    x = 1" for _ in range(500))
    pieces = texts_of(render(f"```python\n{code}\n```"))
    assert len(pieces) == 2
    async with FakeTelegram() as telegram, TelegramClient.opened(telegram.token, api=telegram.url) as client:
        telegram.meet(7)
        await client.send_text(Place(7), pieces[1].text, pieces[1].entities)
        (shown,) = telegram.screen(7)
    assert shown.text == pieces[1].text
    assert shown.text.startswith("    x")


async def test_telegram_shows_them_as_they_are(answers: list[tuple[str, list[Piece]]]) -> None:
    """Sent through the client over HTTP, every message stands in the chat with this very text and these entities."""
    now = 0.0
    async with (
        FakeTelegram(clock=lambda: now) as telegram,
        TelegramClient.opened(telegram.token, api=telegram.url) as client,
    ):
        for number, piece in enumerate(piece for _, pieces in answers[::25] for piece in pieces):
            now += 1.0
            telegram.meet(1_000 + number)
            if isinstance(piece, FilePiece):
                await client.send_file(Place(1_000 + number), piece.name, piece.content, piece.caption)
                continue
            await client.send_text(Place(1_000 + number), piece.text, piece.entities)
            (shown,) = telegram.screen(1_000 + number)
            assert shown.text == piece.text
            assert [dict(entity) for entity in shown.entities] == [entity.to_dict() for entity in piece.entities]
        assert number > 20
        assert not telegram.violations
