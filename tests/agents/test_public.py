"""Places where others read along: what a model is told there, what can be done there, and where it is kept."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from agents.coach import OfflineCoach, PublicCoach
from agents.coach.public import introduction, private
from agents.endpoint import ModelSettings, build_model
from agents.mentor import Mentor
from agents.public import REMEMBERED
from prompts import load
from store.client import ObjectId
from store.documents.own import Turn
from store.documents.problems import Problem
from store.errors import NotOwned
from tests.agents.stage import NOON, Stage
from tests.fakes.openai import FakeOpenAI
from tests.tools.harness import School
from tools.context import MentorContext
from tools.conversations import list_conversations, search_conversations
from tools.public import PUBLIC, browse_catalogue
from tools.registry import VERBS

SECRET = "Xylophonics Ltd"


@pytest.fixture
async def place(school: School, fake: FakeOpenAI, http: httpx2.AsyncClient) -> Stage:
    """A student over a database with the catalogue."""
    stage = Stage(school.database, fake, http)
    await stage.begin()
    return stage


def mentor_of(stage: Stage, *, public: bool, offline: bool = False) -> Mentor:
    """The mentor of one kind of place, as the service makes it."""
    name, key = stage.fake.model, SecretStr(stage.fake.key)
    model = None if offline else build_model(ModelSettings(key, name, stage.fake.url, 5.0), stage.http)
    return Mentor(
        model=model,
        coach=PublicCoach() if public else OfflineCoach(),
        verbs=PUBLIC if public else VERBS,
        prompt=load("public" if public else "mentor"),
        counter=stage.counter,
        public=public,
    )


def sent(stage: Stage) -> str:
    """The whole last request to the model."""
    return json.dumps(stage.fake.requests[-1], ensure_ascii=False)


async def test_a_public_turn_holds_nothing_of_the_private_chat(place: Stage) -> None:
    """Neither what was said in private nor anything known of the student is in a public prompt or answer."""
    await place.answer(f"my interview is at {SECRET}", mentor=mentor_of(place, public=False))
    assert SECRET in sent(place)
    answer = await place.answer("find two sum", mentor=mentor_of(place, public=True), public=True)
    for said in (sent(place), answer.text):
        for secret in (SECRET, "Lovelace", "<today>", "Interview", "2026-01"):
            assert secret not in said
    tools = [tool["function"]["name"] for tool in stage_tools(place)]
    assert sorted(tools) == ["browse_catalogue", "find_problem", "first_hint"]


def stage_tools(stage: Stage) -> list[Any]:
    """The tools of the last request."""
    return list(stage.fake.requests[-1]["tools"])


async def test_a_private_turn_does_not_quote_the_group(place: Stage) -> None:
    """What was said in a group has its own conversation, which no private prompt or list tells; sums are exact."""
    public = mentor_of(place, public=True)
    await place.answer("what is a zebra heap", mentor=public, public=True)
    await place.answer("and a giraffe heap", mentor=public, public=True)
    assert "zebra" in sent(place)
    await place.answer("hello", mentor=mentor_of(place, public=False))
    assert "zebra" not in sent(place)
    apart, running = sorted(await place.conversations(), key=lambda one: one.is_active)
    assert (apart.is_active, apart.total_messages, running.is_active, running.total_messages) == (False, 4, True, 2)
    assert apart.total_tokens == sum(message.tokens or 0 for message in apart.message_history)
    context = place.run_of(await place.accept("hello")).context
    assert (await list_conversations(context)).total == 1
    assert (await search_conversations(context, "zebra")).total == 0


async def test_the_group_is_forgotten_soon(place: Stage) -> None:
    """What was said in public is remembered for a while, and only in the same place."""
    public = mentor_of(place, public=True)
    await place.answer("what is a zebra heap", mentor=public, public=True)
    place.now = NOON + REMEMBERED + timedelta(seconds=1)
    await place.answer("and now", mentor=public, public=True)
    assert "zebra" not in sent(place)
    elsewhere = (await place.accept("here?", public=True)).model_copy(update={"address": "elsewhere"})
    await public.answer(place.run_of(elsewhere))
    assert "and now" not in sent(place)


async def test_mentors_keep_to_their_places(place: Stage) -> None:
    """A mentor that knows the student answers nothing in public, whoever asks it to."""
    for public in (True, False):
        turn = await place.accept("hello", public=not public)
        with pytest.raises(ValueError, match="public places"):
            await mentor_of(place, public=public).answer(place.run_of(turn))
    assert not place.fake.requests


async def test_public_verbs_get_nothing_of_a_student(school: School) -> None:
    """The public verbs work on what is everybody's alone: a unit that gives out nothing with an owner is enough."""
    student = await school.enrol()
    unit = student.work.reading().shared_only()
    context = MentorContext(work=unit, clock=school.clock, zone=student.zone, turn=ObjectId())
    found = await browse_catalogue(context, topic="graph", difficulty="medium")
    assert found.topic
    assert len(found.problems) == 3
    assert {problem.difficulty for problem in found.problems} == {"medium"}
    assert (await browse_catalogue(context, topic="graph", difficulty="medium")) == found
    assert (await browse_catalogue(context)).total == await school.database.collection(Problem.collection).count({})
    with pytest.raises(NotOwned):
        unit.of(Turn)
    with pytest.raises(NotOwned):
        unit.restorer()


ANSWERS = (
    ("hint", "Which problem?"),
    ("/next graphs", "gives a first hint."),
    ("some graph problems", "Some problems:"),
    ("a medium graph problem", "· medium ·"),
    ("explain heaps", "**Heap"),
    ("find two sum", "[Two Sum]"),
    ("two sum", "[Two Sum]"),
    ("give me two sum", "[Two Sum]"),
    ("hint for two sum", "The next hints come in private"),
    ("/hint two sum", "?"),
    ("another hint", "The next hints come in private"),
    ("hint for frobnicate", "no problem"),
    ("explain frobnication", "Which topic"),
)
PERSONAL = (
    "what is due",
    "/plan",
    "/progress",
    "/log two sum unaided",
    "i solved two sum in 12 min",
    "my interview is on 3 march",
    "how good am i at arrays",
    "start two sum",
    "undo",
    "my tasks",
    "export my data",
    "delete 1234",
    "delete everything about me",
    "note on two sum: remember the map",
    "my conversations",
    "import my solves",
    "the solution for two sum",
    "/remind 8:00",
    "/privacy",
    "/stats",
)
OPENINGS = ("hi", "help", "/help", "/start", "qwertz uiop", "sing me a song")


async def test_the_coach_knows_the_catalogue_in_public(place: Stage) -> None:
    """Without a model a group still gets problems, topics and first hints."""
    coach = mentor_of(place, public=True, offline=True)
    answers = {said: (await place.answer(said, mentor=coach, public=True)).text for said, _ in ANSWERS}
    assert [said for said, words in ANSWERS if words not in answers[said]] == []


async def test_one_problem_is_given_and_its_hint_without_naming_it(place: Stage) -> None:
    """In a group a wish for a problem gets one to code, and "hint please" right after it is about that one."""
    coach = mentor_of(place, public=True, offline=True)
    for wish, words in (("give me a graph problem", "Graph"), ("give me one", ""), ("another one", "")):
        answer = (await place.answer(wish, mentor=coach, public=True)).text
        (title, url) = re.findall(r"\[(.+?)\]\((\S+)\)", answer)[0]
        assert answer.count("](") == 1
        assert "leetcode.com" in url
        assert words in answer
        hint = (await place.answer("hint please", mentor=coach, public=True)).text
        assert hint.startswith(f"[{title}]({url})")
    await place.answer("some graph problems", mentor=coach, public=True)
    assert "`hint for two sum`" in (await place.answer("hint please", mentor=coach, public=True)).text


async def test_what_is_personal_is_for_the_private_chat(place: Stage) -> None:
    """In a group nobody is told, asked or given anything of their own, and nothing of theirs changes."""
    coach = mentor_of(place, public=True, offline=True)
    answers = {said: (await place.answer(said, mentor=coach, public=True)).text for said in PERSONAL}
    assert {said: answer for said, answer in answers.items() if answer != private()} == {}
    assert await place.effects() == []


async def test_anything_else_is_told_what_can_be_asked(place: Stage) -> None:
    """A greeting, a call for help and what nobody understands get the one introduction."""
    coach = mentor_of(place, public=True, offline=True)
    answers = {said: (await place.answer(said, mentor=coach, public=True)).text for said in OPENINGS}
    assert {said: answer for said, answer in answers.items() if answer != introduction()} == {}
