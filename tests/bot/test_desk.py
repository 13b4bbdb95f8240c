"""The desk: what the service answers by itself, to whom, and that nobody else learns of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from agents.run import PREPMATE
from bot.access import Access
from bot.desk.desk import Desk
from bot.doorway import Doorway, Said
from bot.greeting import greeting
from bot.settings import Settings
from bot.turns import Turns
from store.client import ObjectId
from store.documents.feedback import Feedback
from store.documents.learner import Attempt
from store.documents.own import OutboxItem, StudentSettings, Turn, UsageRow
from store.documents.people import User
from tests.bot.stage import Script, Stage

SETTINGS: dict[str, Any] = {"admins": "probe:eve,probe:adam", "contact": "@ada on Telegram"}


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    """A client that no test here uses."""
    async with httpx2.AsyncClient(verify=False) as client:
        yield client


@pytest.fixture
def turns(stage: Stage, http: httpx2.AsyncClient) -> Turns:
    """A replica whose turns pass the desk; mentors echo."""
    return stage.replica(desk_of(stage, http))


def desk_of(stage: Stage, http: httpx2.AsyncClient, **settings: Any) -> Desk:
    """A desk with these settings, whatever the environment says."""
    made = Settings(_env_file=None, **{**SETTINGS, "openai_api_key": None, **settings})
    return Desk(Script(), Script(), database=stage.database, settings=made, http=http)


async def answered(stage: Stage, turns: Turns, text: str, account: str = "ada", **more: Any) -> Turn:
    """Say something, and return the turn with its answer."""
    accepted = await turns.accept(replace(stage.message(text, account), **more))
    return (await stage.ended(accepted))[0]


async def asked(stage: Stage, turns: Turns, text: str, account: str = "ada", **more: Any) -> str:
    """Say something, and return the answer."""
    return (await answered(stage, turns, text, account, **more)).reply or ""


async def thoughts(stage: Stage) -> list[Feedback]:
    """All feedback."""
    found = await stage.database.collection(Feedback.collection).find({})
    return [Feedback.read(raw) for raw in found]


async def test_the_desk_costs_no_model_call(stage: Stage, turns: Turns) -> None:
    """A desk's answer is kept in the conversation with its tokens, under the service's own name; no call is billed."""
    turn = await answered(stage, turns, "/privacy")
    assert (turn.model, bool(turn.tokens), turn.conversation_id is None) == (PREPMATE, True, False)
    assert [role for role, _ in await stage.said(turn.user_id)] == ["user", "assistant"]
    assert await stage.database.collection(UsageRow.collection).count({}) == 0


async def test_a_newcomer_is_greeted(stage: Stage, turns: Turns) -> None:
    """Who has logged nothing is told what this is, with taps; others are welcomed back; a problem is not ours."""
    """Who has logged nothing is told what this is, with taps; others are welcomed back; a problem is the mentor's."""
    turn = await answered(stage, turns, "/start")
    assert "I'm PrepMate" in (turn.reply or "")
    [item] = await stage.outbox()
    assert item.actions[0].says == "/next"
    await stage.database.collection(Attempt.collection).insert({"_id": "a", "userId": turn.user_id})
    assert "Welcome back" in await asked(stage, turns, "/start@prepmate_bot")
    assert await asked(stage, turns, "/start two sum") == "Echo: /start two sum"


async def test_a_first_hello_is_greeted_like_start(stage: Stage, turns: Turns) -> None:
    """A newcomer who writes "hi" first gets the first words with their taps; later a "hi" is the mentor's."""
    turn = await answered(stage, turns, "Hi there!")
    assert turn.reply == greeting()[0]
    [item] = await stage.outbox()
    assert [action.says for action in item.actions] == ["/next", "/import", "/profile interview"]
    assert await asked(stage, turns, "hi") == "Echo: hi"


# --- privacy and language


@pytest.mark.parametrize(
    ("settings", "platform", "told"),
    [
        ({}, "telegram", ["nowhere", "Telegram", "/export", "/forget", "@ada on Telegram", "a month"]),
        ({"openai_api_key": "sk-secret", "openai_base_url": "https://me:pw@llm.example/v1"}, "probe", ["llm.example"]),
        (
            {"openai_api_key": "sk-secret", "openai_transcription_model": "ear-1", "openai_vision_model": "eye-1"},
            "telegram",
            ["Recordings go there too (ear-1)", "Pictures go there too (eye-1)"],
        ),
        ({"contact": None}, "probe", ["whoever invited you"]),
        ({}, "terminal", ["you do", "On this machine"]),
    ],
)
async def test_privacy_is_told_as_it_is(
    stage: Stage, http: httpx2.AsyncClient, settings: dict[str, Any], platform: str, told: list[str]
) -> None:
    """/privacy says what is kept, where it goes with and without a key, for how long, and who runs this; no secret."""
    turns = stage.replica(desk_of(stage, http, **settings))
    text = await asked(stage, turns, "/privacy", platform=platform)
    for words in told:
        assert words in text
    assert "sk-secret" not in text
    assert "pw" not in text


async def test_a_language_is_chosen(stage: Stage, turns: Turns) -> None:
    """/language says which there are, and sets one, also where there are no texts in it yet."""
    assert "en" in await asked(stage, turns, "/language")
    assert "code" in await asked(stage, turns, "/language klingon, please")
    turn = await answered(stage, turns, "/language pt_BR")
    raw = await stage.database.collection(StudentSettings.collection).find_one({"_id": turn.user_id})
    assert raw is not None
    assert raw["language"] == "pt-BR"
    assert "From now on" in await asked(stage, turns, "/language en")


# --- feedback


async def test_feedback_is_kept_once_an_answer(stage: Stage, turns: Turns) -> None:
    """A thumb is stored with the answer it is about, and the last word on it counts, at its time."""
    about = await answered(stage, turns, "explain heaps")
    await asked(stage, turns, f"/feedback up {about.id}")
    [thought] = await thoughts(stage)
    assert (thought.id, thought.user_id, thought.verdict, thought.model) == (about.id, about.user_id, "up", "scripted")
    assert thought.conversation_id == about.conversation_id
    assert "too long" in await asked(stage, turns, f"/feedback down {about.id}")
    await asked(stage, turns, "/feedback down much too long")
    [thought] = await thoughts(stage)
    assert (thought.id, thought.verdict, thought.words) == (about.id, "down", "much too long")
    await asked(stage, turns, f"/feedback down {about.id}")
    [thought] = await thoughts(stage)
    assert thought.words == "much too long", "the same thumb again takes nothing back"
    stage.clock.move(60)
    await asked(stage, turns, f"/feedback up {about.id}")
    [thought] = await thoughts(stage)
    assert (thought.verdict, thought.words, thought.updated_at) == ("up", None, stage.clock.time)


async def test_feedback_is_about_ones_own_answers(stage: Stage, turns: Turns) -> None:
    """Nobody judges another student's answer, nor one that there is not."""
    theirs = await answered(stage, turns, "explain heaps", "bob")
    for text in (f"/feedback up {theirs.id}", f"/feedback up {ObjectId()}", "/feedback up", "/feedback"):
        assert "thank" not in await asked(stage, turns, text)
    assert await thoughts(stage) == []


async def test_feedback_asks_for_its_form(stage: Stage, turns: Turns) -> None:
    """A bare /feedback shows how to say it and offers the thumbs for the last answer; words alone are counted too."""
    about = await answered(stage, turns, "explain heaps")
    asking = await answered(stage, turns, "/feedback")
    assert "`/feedback the hints are too terse`" in (asking.reply or "")
    [item] = await stage.database.collection(OutboxItem.collection).find({"turnId": asking.id})
    assert [tap["says"] for tap in item["actions"]] == [f"/feedback up {about.id}", f"/feedback down {about.id}"]
    await asked(stage, turns, "/feedback the hints are too terse")
    assert "0 👍 0 👎, 1 in words" in await asked(stage, turns, "/stats", "eve")


async def test_language_promises_what_holds(stage: Stage, turns: Turns) -> None:
    """Without a model no other language is promised."""
    assert "English" in (told := await asked(stage, turns, "/language"))
    assert "language you write in" not in told


# --- administration


async def test_help_names_administration_to_administrators(stage: Stage, turns: Turns) -> None:
    """Only an administrator's /help tells of their commands."""
    assert "/unban" in await asked(stage, turns, "/help", "eve")
    assert "/unban" not in await asked(stage, turns, "/help")


@pytest.mark.parametrize("command", ["/stats", "/health", "/ban probe:bob", "/unban probe:bob"])
async def test_administration_does_not_exist_for_others(stage: Stage, turns: Turns, command: str) -> None:
    """What is not an administrator's, or said where others read along, goes to the mentor like any unknown command."""
    await asked(stage, turns, "hello", "bob")
    assert await asked(stage, turns, command) == f"Echo: {command}"
    assert await asked(stage, turns, command, "eve", public=True) == f"Echo: {command}"
    assert await asked(stage, turns, command, "eve", platform="discord") == f"Echo: {command}"
    assert await stage.database.collection(User.collection).count({"isActive": False}) == 0


async def test_stats_are_sums(stage: Stage, turns: Turns) -> None:
    """/stats tells how many and how much, and nobody's name or id."""
    bob = await answered(stage, turns, "hello", "bob")
    await asked(stage, turns, f"/feedback up {bob.id}", "bob")
    row = UsageRow(
        id="x",
        user_id=bob.user_id,
        turn_id=bob.id,
        step=0,
        model="gpt-x",
        status="exact",
        input_tokens=900,
        output_tokens=100,
        opened_at=stage.clock(),
    )
    await stage.database.collection(UsageRow.collection).insert(row.to_mongo())
    stage.clock.move(timedelta(days=1).total_seconds())
    text = await asked(stage, turns, "/stats", "eve")
    assert "Students: 2, active today 0, in 7 days 1" in text
    assert "Turns: today 0, in 7 days 2; not answered: none" in text
    assert "1,000 (gpt-x 100%)" in text
    assert "1 👍 0 👎" in text
    assert not re.search(r"bob|eve|[0-9a-f]{24}", text, re.IGNORECASE)


async def test_health_tells_what_waits(stage: Stage, turns: Turns) -> None:
    """/health tells of the database, the model, what waits and since when, who works, and the version."""
    await asked(stage, turns, "hello", "bob")
    stage.clock.move(90)
    text = await asked(stage, turns, "/health", "eve")
    assert "Database: answers" in text
    assert "No OPENAI_API_KEY" in text
    assert "this one included: 1, the oldest for 0 s" in text
    assert "Outbox: 1, the oldest for 90 s" in text
    assert "Processes at work: 1 (a)" in text
    assert "Version:" in text


async def test_a_ban_closes_and_an_unban_opens(stage: Stage, turns: Turns) -> None:
    """A banned student is refused and gets nothing more that waits; an administrator cannot be banned."""
    doorway = Doorway(stage.database, turns, Access(), clock=stage.clock, ids=ObjectId)
    bob = await answered(stage, turns, "hello", "bob")
    await asked(stage, turns, "hello", "adam")
    assert "closed" in await asked(stage, turns, "/ban bob", "eve")
    said = await doorway.take(stage.message("hello?", "bob"))
    assert isinstance(said, Said)
    assert "closed" in said.text
    assert {item.status for item in await stage.outbox() if item.user_id == bob.user_id} == {"dead"}
    assert "open again" in await asked(stage, turns, f"/unban {bob.user_id}", "eve")
    assert await asked(stage, turns, "hello", "bob") == "Echo: hello"
    assert "administrator" in await asked(stage, turns, "/ban probe:adam", "eve")
    assert "no such student" in await asked(stage, turns, "/ban 123", "eve")
