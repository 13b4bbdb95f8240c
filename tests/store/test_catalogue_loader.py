"""Loading the starter catalogue into a real MongoDB."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from store.catalogue.facts import shipped_catalogue
from store.catalogue.loader import load_catalogue
from store.catalogue.records import derive_id
from store.catalogue.standing import Standing
from store.client import Database, ObjectId, Raw, connect
from store.documents.base import Document
from store.documents.problems import Problem, Topic
from store.documents.roadmaps import Roadmap, RoadmapTopic, RoadmapTopicProblem

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


async def test_first_load_inserts_everything(database: Database) -> None:
    """The first load inserts the whole catalogue, in documents that keep the contract."""
    report = await load_catalogue(database, now=NOW)
    catalogue = shipped_catalogue()
    assert report.inserted == {
        "topics": len(catalogue.topics),
        "problems": 75,
        "roadmaps": 1,
        "roadmaptopics": len(catalogue.roadmaps[0].topics),
        "roadmaptopicproblems": 75,
    }
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
    assert set(second.inserted.values()) == {0}
    assert second.kept == first.inserted
    assert await read_all(database) == before


async def test_roadmap_resolves(database: Database) -> None:
    """From the stored roadmap every topic and problem is found, in the order of the facts."""
    await load_catalogue(database, now=NOW)
    roadmap = await database.collection("roadmaps").find_one({"isPublished": True, "isOfficial": True})
    assert roadmap is not None
    found: list[str] = []
    for place in await database.collection("roadmaptopics").find(
        {"roadmapId": roadmap["_id"]}, sort=[("sequenceNumber", 1)]
    ):
        topic = await database.collection("topics").find_one({"_id": place["topicId"]})
        assert topic is not None
        assert topic["name"] == place["topicName"]
        for row in await database.collection("roadmaptopicproblems").find(
            {"roadmapTopicId": place["_id"]}, sort=[("sequenceNumber", 1)]
        ):
            problem = await database.collection("problems").find_one({"_id": row["problemId"]})
            assert problem is not None
            found.append(f"{problem['platform']}:{problem['platformId']}")
    facts = shipped_catalogue().roadmaps[0]
    assert found == [place.problem for topic in facts.topics for place in topic.problems]


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
    report = await load_catalogue(database, now=LATER)
    assert set(report.inserted.values()) == {0}
    assert await read_all(database) == before


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
    place = await database.collection("roadmaptopics").find_one({"topicId": topic})
    assert place is not None
    assert place["roadmapId"] == roadmap
    rows = await database.collection("roadmaptopicproblems").find({"roadmapTopicId": place["_id"]})
    assert {problem, by_page, by_title} <= {row["problemId"] for row in rows}
    assert set((await load_catalogue(database, now=LATER)).inserted.values()) == {0}


async def test_namesakes_are_not_mistaken(database: Database) -> None:
    """A student's own roadmap of the same name and another platform's problem are not taken for ours."""
    await database.collection("roadmaps").insert({"_id": derive_id("a"), "name": "PrepMate 75", "isCustom": True})
    await database.collection("problems").insert({"_id": derive_id("b"), "platform": "manual", "title": "Two Sum"})
    report = await load_catalogue(database, now=NOW)
    assert report.inserted["roadmaps"] == 1
    assert report.inserted["problems"] == 75


async def test_concurrent_loads(database: Database) -> None:
    """Of six loads at once one inserts everything, the others nothing, and there are no doubles."""
    await create_unique_indexes(database)
    reports = await asyncio.gather(*(load_catalogue(database, now=NOW) for _ in range(6)))
    assert sum(sum(report.inserted.values()) for report in reports) == sum(
        map(len, (await read_all(database)).values())
    )
    assert [sum(report.inserted.values()) > 0 for report in reports].count(True) == 1
    assert len(await database.collection("problems").find({})) == 75


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
