"""Loading the starter catalogue into a real MongoDB."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

import pytest

from store.catalogue import loader
from store.catalogue.cards import Card, read_cards
from store.catalogue.facts import Catalogue, PlacedTopic, RoadmapFact, TopicFact, shipped_catalogue
from store.catalogue.loader import PIECE, load_catalogue
from store.catalogue.records import derive_id
from store.catalogue.standing import Standing
from store.client import Database, ObjectId, Raw, connect
from store.documents.base import Document
from store.documents.problems import Problem, Topic
from store.documents.roadmaps import Roadmap, RoadmapTopic, RoadmapTopicProblem
from store.errors import StoreUnavailable
from tests.tools.harness import School

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=40)
KINDS: tuple[type[Document], ...] = (Topic, Problem, Roadmap, RoadmapTopic, RoadmapTopicProblem)


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """Return an empty database of a real server."""
    opened = connect(mongo_uri, database_name)
    yield opened
    opened.close()


async def read_all(database: Database) -> dict[str, list[Raw]]:
    """Return every document of the catalogue's collections, in the order of their ids."""
    return {kind.collection: await database.collection(kind.collection).find({}, sort=[("_id", 1)]) for kind in KINDS}


async def create_unique_indexes(database: Database) -> None:
    """Create the indexes on which two loaders or another program can collide."""
    for kind in KINDS:
        for index in kind.indexes:
            if index.unique:
                await database.collection(kind.collection).create_index(index.keys, name=index.name, unique=True)


def count_shipped() -> dict[str, int]:
    """Return how many documents the shipped catalogue makes, by collection."""
    catalogue, concepts = shipped_catalogue(), shipped_concepts()
    placed = [topic for roadmap in catalogue.roadmaps for topic in roadmap.topics]
    questions = Counter(card.topic for card in concepts)
    return {
        "topics": len(catalogue.topics),
        "problems": len(catalogue.problems) + len(concepts),
        "roadmaps": len(catalogue.roadmaps),
        "roadmaptopics": len(placed),
        "roadmaptopicproblems": sum(len(topic.problems) or questions[topic.topic] for topic in placed),
    }


@cache
def shipped_concepts() -> list[Card]:
    """Return the shipped cards that are loaded as problems."""
    return [card for card in read_cards(files("store.catalogue")) if card.kind == "concept"]


async def pretend_older(database: Database) -> None:
    """Leave the mark of another catalogue, as a database has it before an upgrade."""
    await database.collection("catalogue_loads").update({"_id": "shipped"}, {"$set": {"digest": "another"}})


async def test_first_load_inserts_everything(database: Database) -> None:
    """The first load inserts the whole catalogue, in documents that keep the contract."""
    report = await load_catalogue(database, now=NOW)
    assert report.inserted == count_shipped()
    assert set(report.kept.values()) == {0}
    stored = await read_all(database)
    for kind in KINDS:
        for raw in stored[kind.collection]:
            assert kind.read(raw).oddities == (), raw
            assert raw["createdAt"] == raw["updatedAt"] == NOW
            assert raw["__v"] == 0


async def test_ids_come_from_names(database: Database) -> None:
    """A problem's id is the first 12 bytes of the SHA-256 of its platform and slug."""
    await load_catalogue(database, now=NOW)
    found = await database.collection("problems").find_one({"title": "Two Sum"})
    assert found is not None
    assert found["_id"] == ObjectId(hashlib.sha256(b"leetcode:two-sum").digest()[:12])
    assert found["platformId"] == "two-sum"
    assert found["externalId"] == "1"
    assert found["url"] == "https://leetcode.com/problems/two-sum/"


async def test_second_load_changes_nothing(database: Database) -> None:
    """Loading again inserts nothing and leaves every document as it was."""
    first = await load_catalogue(database, now=NOW)
    before = await read_all(database)
    second = await load_catalogue(database, now=LATER)
    await pretend_older(database)
    third = await load_catalogue(database, now=LATER)
    assert set(second.inserted.values()) == set(third.inserted.values()) == {0}
    assert second.kept == third.kept == first.inserted
    assert await read_all(database) == before


async def test_an_upgrade_brings_what_is_new(database: Database) -> None:
    """A database with an older, smaller catalogue gets what it lacks and keeps what it has."""
    whole = shipped_catalogue()
    short = replace(whole, problems=whole.problems[:30], roadmaps=(), topics=whole.topics[:55])
    await load_catalogue(database, now=NOW, catalogue=short)
    before = await read_all(database)
    report = await load_catalogue(database, now=LATER)
    assert report.kept["topics"] == 55
    assert report.kept["problems"] == 30
    assert {name: report.inserted[name] + report.kept[name] for name in report.kept} == count_shipped()
    after = await read_all(database)
    for name, documents in before.items():
        assert [raw for raw in after[name] if raw["createdAt"] == NOW] == documents


async def test_the_mark_is_not_believed_blindly(database: Database) -> None:
    """What was deleted comes back at the next start, though the mark says that the catalogue is loaded."""
    await load_catalogue(database, now=NOW)
    await database.collection("problems").delete({"platformId": "two-sum"})
    report = await load_catalogue(database, now=LATER)
    assert report.inserted["problems"] == 1
    assert sum(report.inserted.values()) == 1


async def test_a_start_with_the_same_catalogue_is_only_a_look(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the mark says that all is there, and it is, the catalogue's files are not even read into problems."""
    await load_catalogue(database, now=NOW)
    told: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(loader, "_unpack", lambda: pytest.fail("the catalogue was unpacked"))
        await load_catalogue(database, now=LATER, on_progress=told.append)
    assert told == []


async def test_cards_are_problems_of_our_own(database: Database) -> None:
    """A concept card becomes an internal problem with the question as its title, placed under its topic, easy first."""
    topic = TopicFact(
        name="Paging", category="OS", description="Pages.", difficulty="beginner", estimated_hours=2,
        key_concepts=("a", "b", "c"),
    )  # fmt: skip
    roadmap = RoadmapFact(
        name="Theory", subject="OS", category="os", description="Theory.", difficultyLevel="beginner",
        estimatedDurationDays=2, targetRole="intern",
        topics=(PlacedTopic(topic="Paging", layer="Only", priority=1, hours=2),),
    )  # fmt: skip
    cards = [
        Card(
            topic="Paging", slug=slug, kind=kind, difficulty=difficulty, question=f"What is {slug}?",
            points=("One", "Two", "Three"), keywords=(("one",), ("two",), ("three",)),
        )
        for slug, kind, difficulty in (
            ("a-page-table", "concept", "hard"),
            ("a-page", "concept", "easy"),
            ("not-a-problem", "recall", "easy"),
        )
    ]  # fmt: skip
    facts = Catalogue(topics=(topic,), problems=(), roadmaps=(roadmap,))
    await load_catalogue(database, now=NOW, catalogue=facts, cards=cards)
    stored = await read_all(database)
    problems = {raw["_id"]: raw for raw in stored["problems"]}
    rows = sorted(stored["roadmaptopicproblems"], key=lambda raw: int(raw["sequenceNumber"]))
    placed = [problems[row["problemId"]] for row in rows]
    assert [raw["platformId"] for raw in placed] == ["a-page", "a-page-table"]
    assert len(problems) == 2
    assert placed[0]["_id"] == derive_id("internal:a-page")
    assert (placed[0]["platform"], placed[0]["title"], placed[0]["topics"]) == (
        "internal",
        "What is a-page?",
        ["Paging"],
    )
    assert Problem.read(placed[0]).oddities == ()
    again = await load_catalogue(database, now=LATER, catalogue=facts, cards=cards)
    assert set(again.inserted.values()) == {0}


@pytest.mark.parametrize("facts", shipped_catalogue().roadmaps, ids=lambda facts: facts.name)
async def test_roadmap_resolves(school: School, facts: RoadmapFact) -> None:
    """From a stored roadmap every topic and problem is found, in the order of the facts."""
    database = school.database
    roadmap = await database.collection("roadmaps").find_one({"name": facts.name, "isPublished": True})
    assert roadmap is not None
    assert roadmap["isOfficial"] is True
    stops = await database.collection("roadmaptopics").find({"roadmapId": roadmap["_id"]}, sort=[("sequenceNumber", 1)])
    assert [stop["topicName"] for stop in stops] == [placed.topic for placed in facts.topics]
    names = {raw["_id"]: raw["name"] for raw in await database.collection("topics").find({})}
    assert [names[stop["topicId"]] for stop in stops] == [placed.topic for placed in facts.topics]
    problems = {raw["_id"]: raw for raw in await database.collection("problems").find({})}
    for stop, placed in zip(stops, facts.topics, strict=True):
        rows = await database.collection("roadmaptopicproblems").find(
            {"roadmapTopicId": stop["_id"]}, sort=[("sequenceNumber", 1)]
        )
        found = [f"{problems[row['problemId']]['platform']}:{problems[row['problemId']]['platformId']}" for row in rows]
        if placed.problems:
            assert found == [place.problem for place in placed.problems]
        else:
            asked = {f"internal:{card.slug}" for card in shipped_concepts() if card.topic == placed.topic}
            assert set(found) == asked


async def test_edits_survive(database: Database) -> None:
    """Whatever somebody changed since, a name or a place included, is still so after another load."""
    await load_catalogue(database, now=NOW)
    problems, topics = database.collection("problems"), database.collection("topics")
    places, rows = database.collection("roadmaptopics"), database.collection("roadmaptopicproblems")
    await problems.update({"platformId": "two-sum"}, {"$set": {"title": "Pair Sum", "platformId": "", "note": "ours"}})
    await problems.update({"platformId": "3sum"}, {"$unset": {"url": "", "interviewFrequencyScore": ""}})
    await topics.update({"name": "Arrays"}, {"$set": {"name": "Array", "estimated_hours": 3}})
    await places.update({"topicName": "Hashing"}, {"$set": {"isActive": False}})
    heaps = await places.find_one({"topicName": "Heaps"})
    assert heaps is not None
    await rows.update({"problemId": derive_id("leetcode:two-sum")}, {"$set": {"roadmapTopicId": heaps["_id"]}})
    before = await read_all(database)
    for _ in range(2):
        report = await load_catalogue(database, now=LATER)
        assert set(report.inserted.values()) == {0}
        assert await read_all(database) == before
        await pretend_older(database)


async def test_documents_of_another_program_are_used(database: Database) -> None:
    """Topics, problems and roadmaps that are already there keep their ids, and the roadmap points to them."""
    topic, problem, by_page, by_title, roadmap = (ObjectId(f"{n:024x}") for n in range(1, 6))
    leetcode = {"platform": "leetcode", "difficulty": "easy"}
    await database.collection("topics").insert({"_id": topic, "name": "Hashing", "difficulty": "advanced"})
    for document in (
        {"_id": problem, "title": "two sum", "platformId": "two-sum"},
        {"_id": by_page, "title": "Anagrams", "url": "https://leetcode.com/problems/valid-anagram/description/"},
        {"_id": by_title, "title": "Group Anagrams", "externalId": "49"},
    ):
        await database.collection("problems").insert({**leetcode, **document})
    await database.collection("roadmaps").insert({"_id": roadmap, "name": "PrepMate 75", "subject": "dsa"})
    report = await load_catalogue(database, now=NOW)
    assert report.kept == {"topics": 1, "problems": 3, "roadmaps": 1, "roadmaptopics": 0, "roadmaptopicproblems": 0}
    place = await database.collection("roadmaptopics").find_one({"topicId": topic, "roadmapId": roadmap})
    assert place is not None
    rows = await database.collection("roadmaptopicproblems").find({"roadmapTopicId": place["_id"]})
    assert {problem, by_page, by_title} <= {row["problemId"] for row in rows}
    assert set((await load_catalogue(database, now=LATER)).inserted.values()) == {0}


async def test_namesakes_are_not_mistaken(database: Database) -> None:
    """A student's own roadmap of the same name and another platform's problem are not taken for ours."""
    await database.collection("roadmaps").insert({"_id": derive_id("a"), "name": "PrepMate 75", "isCustom": True})
    await database.collection("problems").insert({"_id": derive_id("b"), "platform": "manual", "title": "Two Sum"})
    report = await load_catalogue(database, now=NOW)
    assert report.inserted["roadmaps"] == count_shipped()["roadmaps"]
    assert report.inserted["problems"] == count_shipped()["problems"]


async def test_concurrent_loads(database: Database) -> None:
    """Six loads at once insert every document once between them, and there are no doubles."""
    await create_unique_indexes(database)
    reports = await asyncio.gather(*(load_catalogue(database, now=NOW) for _ in range(6)))
    stored = {name: len(documents) for name, documents in (await read_all(database)).items()}
    assert stored == count_shipped()
    assert sum(sum(report.inserted.values()) for report in reports) == sum(stored.values())


async def test_another_program_may_interfere(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic that another program inserts between our look-up and our insert is used, not doubled."""
    await create_unique_indexes(database)
    name, theirs, look_up = shipped_catalogue().topics[-1].name, derive_id("theirs"), Standing.find_topics

    async def look_up_too_early(standing: Standing, names: Iterable[str]) -> dict[str, ObjectId]:
        found = await look_up(standing, names)
        if theirs not in found.values():
            await database.collection("topics").insert({"_id": theirs, "name": name})
        return found

    monkeypatch.setattr(Standing, "find_topics", look_up_too_early)
    report = await load_catalogue(database, now=NOW)
    assert report.kept["topics"] == 1
    assert [topic["_id"] for topic in await database.collection("topics").find({"name": name})] == [theirs]


async def test_an_interrupted_load_goes_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was loaded before an interruption stays, without a mark; the next load adds the rest and says so first."""
    look_up = Standing.find_roadmaps

    async def lose_the_database(standing: Standing, facts: Sequence[RoadmapFact]) -> dict[str, ObjectId]:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(Standing, "find_roadmaps", lose_the_database)
    with pytest.raises(StoreUnavailable):
        await load_catalogue(database, now=NOW)
    assert await database.collection("catalogue_loads").count({}) == 0
    monkeypatch.setattr(Standing, "find_roadmaps", look_up)
    told: list[str] = []
    report = await load_catalogue(database, now=LATER, on_progress=told.append)
    await load_catalogue(database, now=LATER, on_progress=told.append)
    assert report.kept["problems"] == count_shipped()["problems"] > PIECE
    assert report.inserted["roadmaps"] == count_shipped()["roadmaps"]
    assert len(told) == 1
