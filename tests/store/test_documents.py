"""Documents: strict when they are written, tolerant when they are read, equal to what comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from store.client import Collection, ObjectId, connect
from store.documents import CONTRACT
from store.documents.base import Document, escape_key, unescape_key
from store.documents.facts import NO_DEFAULT, NOW, list_facts
from store.documents.intelligence import CompanyReadiness, MasteryMetric, ReadinessScore, RecentAttempt
from store.documents.people import User
from store.documents.problems import Problem, Submission, Topic
from store.documents.roadmaps import Roadmap, RoadmapStatistics
from store.documents.sessions import AIMentorConversation, Message, PreparationTask
from store.documents.sync import UserContest
from tests.stored.values import sample

AT = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
ID, STUDENT, TOPIC = (ObjectId(f"{number:024x}") for number in (1, 2, 3))


async def store_and_read(uri: str, name: str, document: Document) -> tuple[Collection, dict[str, Any]]:
    """Insert the document and return its collection and what MongoDB gives back."""
    database = connect(uri, name)
    collection = database.collection(document.collection)
    await collection.insert(document.to_mongo())
    raw = await collection.find_one({"_id": document.id})
    assert raw is not None
    return collection, raw


@pytest.mark.parametrize("document", CONTRACT, ids=lambda document: document.__name__)
async def test_every_document_comes_back_as_it_was_stored(
    mongo_uri: str, database_name: str, document: type[Document]
) -> None:
    """A document with every field filled is the same after a round through MongoDB, without oddities."""
    facts = list_facts(document)
    filled = document.model_validate({name: sample(fact) for name, fact in facts.items()})
    _, raw = await store_and_read(mongo_uri, database_name, filled)
    again = document.read(raw)
    assert raw.keys() == facts.keys()
    assert again.model_dump() == filled.model_dump()
    assert (again.oddities, again.changes()) == ((), ({}, []))


async def test_unknown_fields_survive_an_update(mongo_uri: str, database_name: str) -> None:
    """Fields of another program, in the document and inside an array, are still there after our update."""
    metric = MasteryMetric(id=ID, user_id=STUDENT, topic_id=TOPIC, topic_name="Graphs")
    collection, _ = await store_and_read(mongo_uri, database_name, metric)
    theirs = {"submissionId": TOPIC, "_id": ID, "mood": "good"}
    await collection.update({"_id": ID}, {"$set": {"legacy": {"a": [1]}, "recentPerformance": [theirs]}})
    read = MasteryMetric.read(await collection.find_one({"_id": ID}) or {})
    read.problems_attempted = 5
    read.recent_performance.append(RecentAttempt(submission_id=STUDENT, correct=True))
    read.check()
    to_set, to_unset = read.changes()
    await collection.update({"_id": ID}, {"$set": to_set})
    raw = await collection.find_one({"_id": ID}) or {}
    assert (sorted(to_set), to_unset) == (["problemsAttempted", "recentPerformance"], [])
    assert raw["legacy"] == {"a": [1]}
    assert raw["recentPerformance"] == [theirs, {"submissionId": STUDENT, "correct": True}]


async def test_foreign_values_are_kept_and_reported(mongo_uri: str, database_name: str) -> None:
    """An out-of-enum value, a wrong type and a number out of range are read, named, and not touched by an update."""
    task = PreparationTask(id=ID, user_id=STUDENT, task_type="practice", title="Solve two")
    collection, _ = await store_and_read(mongo_uri, database_name, task)
    await collection.update({"_id": ID}, {"$set": {"status": "snoozed", "priority": 9, "dueDate": "soon"}})
    read = PreparationTask.read(await collection.find_one({"_id": ID}) or {})
    assert [odd.split(":")[0] for odd in read.oddities] == ["priority", "dueDate", "status"]
    read.feedback = "well done"
    read.check()
    await collection.update({"_id": ID}, {"$set": read.changes()[0]})
    raw = await collection.find_one({"_id": ID}) or {}
    assert (raw["status"], raw["priority"], raw["dueDate"], raw["feedback"]) == ("snoozed", 9, "soon", "well done")


def test_a_foreign_value_inside_a_part_is_reported_with_its_place() -> None:
    """An oddity inside an array names the field that holds it."""
    raw = {"_id": ID, "userId": STUDENT, "messageHistory": [{"role": "system", "content": "hi"}]}
    read = AIMentorConversation.read(raw)
    assert read.message_history[0].content == "hi"
    assert len(read.oddities) == 1
    assert read.oddities[0].startswith("message_history.role: ")
    assert read.to_mongo()["messageHistory"] == raw["messageHistory"]


def test_a_missing_required_field_is_reported() -> None:
    """A stored document without a required field is read all the same."""
    read = MasteryMetric.read({"_id": ID, "userId": STUDENT})
    assert read.oddities == ("topicName: missing",)


def test_a_problem_without_title_or_difficulty_is_completed_only_where_it_is_read() -> None:
    """It is called what its platform calls it and is medium; the lack is reported, and saving would not hide it."""
    read = Problem.read({"_id": ID, "platform": "leetcode", "platformId": "two-sum", "topics": ["Arrays", 3]})
    assert (read.title, read.difficulty, read.topics) == ("two-sum", "medium", ["Arrays"])
    assert [odd.split(":")[0] for odd in read.oddities] == ["title", "difficulty", "topics"]
    assert read.changes() == ({}, [])
    bare = Problem.read({"_id": ID})
    assert (bare.title, bare.platform, bare.topics) == ("Untitled problem", "manual", [])


def test_null_is_read_as_missing() -> None:
    """A field that another program set to null has its default, also where a list is expected."""
    read = Problem.read({"_id": ID, "platform": "leetcode", "title": "Two Sum", "difficulty": "easy", "topics": None})
    assert (read.topics, read.oddities, read.changes()) == ([], (), ({}, []))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("difficulty", "Easy"),
        ("attempts", 0),
        ("score", 100.5),
        ("score", float("nan")),
        ("code", "a\x00b"),
        ("code", "half \ud800 pair"),
        ("user_id", "not an id"),
        ("solved", "perhaps"),
        ("submission_time", datetime(2026, 1, 1)),  # noqa: DTZ001 - a time without a zone is the point
        ("feeling", "good"),
    ],
)
def test_writing_is_strict(field: str, value: object) -> None:
    """A value outside the contract is refused when the document is built and when it is assigned."""
    right = {"id": ID, "user_id": STUDENT, "problem_id": TOPIC}
    with pytest.raises(ValidationError):
        Submission.model_validate({**right, field: value})
    document = Submission.model_validate(right)
    with pytest.raises((ValidationError, ValueError)):
        setattr(document, field, value)


def test_what_is_put_into_a_list_is_checked_before_it_is_stored() -> None:
    """`check` sees what no assignment passed: an element of a list."""
    conversation = AIMentorConversation(id=ID, user_id=STUDENT)
    conversation.message_history.append("a string")  # type: ignore[arg-type]  # the mistake that is tested
    with pytest.raises(ValidationError):
        conversation.check()


async def test_map_keys_survive_the_round_trip(mongo_uri: str, database_name: str) -> None:
    """Company names with ".", a leading "$" or "%" are map keys in MongoDB and come back as they were."""
    names = ["Node.js Inc.", "$tripe", "100% Co", "%2E", "a.$b", "Plain"]
    companies = {name: CompanyReadiness(readiness_score=float(place)) for place, name in enumerate(names)}
    score = ReadinessScore(id=ID, user_id=STUDENT, company_readiness=companies)
    _, raw = await store_and_read(mongo_uri, database_name, score)
    again = ReadinessScore.read(raw)
    assert not any("." in key or key.startswith("$") for key in raw["companyReadiness"])
    assert again.company_readiness == companies
    assert again.changes() == ({}, [])


@pytest.mark.parametrize("key", ["a.b", "$x", "%2E", "%252E", "x%", "$", ".", "", "%24", "nul\x00l", "%%2E."])
def test_escaping_a_key_can_be_undone(key: str) -> None:
    """Whatever the key, its escaped form is one that MongoDB takes, and unescaping gives the key."""
    escaped = escape_key(key)
    assert "." not in escaped
    assert "\x00" not in escaped
    assert not escaped.startswith("$")
    assert unescape_key(escaped) == key


async def test_mongoose_version_key(mongo_uri: str, database_name: str) -> None:
    """A new document carries `__v` 0; the number that Mongoose made of it is kept."""
    user = User(id=ID, name="Ada", email="Ada@Example.org ")
    collection, raw = await store_and_read(mongo_uri, database_name, user)
    assert raw["__v"] == 0
    await collection.update({"_id": ID}, {"$set": {"__v": 7}})
    read = User.read(await collection.find_one({"_id": ID}) or {})
    read.name = "Ada L."
    assert (read.version_key, read.changes()) == (7, ({"name": "Ada L."}, []))


async def test_times_are_kept_to_the_millisecond(mongo_uri: str, database_name: str) -> None:
    """A time in any zone is held as MongoDB will give it back: UTC, milliseconds, so nothing looks changed."""
    zone = timezone(timedelta(hours=5, minutes=30))
    topic = Topic(id=ID, name="Graphs", created_at=AT.astimezone(zone))
    _, raw = await store_and_read(mongo_uri, database_name, topic)
    assert topic.created_at == AT.replace(microsecond=123000)
    assert Topic.read(raw).created_at == topic.created_at
    assert raw["createdAt"].tzinfo is UTC or raw["createdAt"].utcoffset() == timedelta(0)


def test_stored_names_are_the_contracts() -> None:
    """camelCase is the rule; snake_case collections, their timestamps and single exceptions keep their own names."""
    assert {"estimated_hours", "is_active", "createdAt"} <= Topic.stored_names()
    assert {"problems_solved", "durationMinutes"} <= UserContest.stored_names()
    assert "averagePCI" in RoadmapStatistics.stored_names()
    roadmap = Roadmap(id=ID, name="75", subject="DSA", statistics=RoadmapStatistics(average_pci=1.5))
    assert roadmap.to_mongo()["statistics"] == {"averagePCI": 1.5}


def test_a_user_is_kept_as_the_backend_expects() -> None:
    """E-mails are lower case, a password hash shows in no representation and is among the hidden fields."""
    user = User(id=ID, name="Ada", email="  Ada@Example.ORG ", password="$2b$10$" + "x" * 53)
    assert user.email == "ada@example.org"
    assert "$2b$" not in repr(user)
    assert User.hidden == ("password",)
    with pytest.raises(ValidationError):
        User(id=ID, name="", email="ada@example.org")


def test_facts_say_what_a_field_declares() -> None:
    """The facts of a field carry its kind, range, default, reference, unit and the mark for "now"."""
    facts = list_facts(Submission)
    assert (facts["attempts"].minimum, facts["attempts"].default, facts["attempts"].whole) == (1, 1, True)
    assert (facts["userId"].ref, facts["userId"].required, facts["userId"].default) == ("User", True, NO_DEFAULT)
    assert (facts["submissionTime"].default, facts["timeTaken"].unit) == (NOW, "seconds")
    assert list_facts(Message)["role"].enum == ("user", "assistant")


def test_a_value_that_breaks_the_contract_is_saved_when_it_changes_in_place() -> None:
    """What was read does not change with the document, so the difference is seen."""
    raw = {
        "_id": ID,
        "platform": "leetcode",
        "title": "Two Sum",
        "difficulty": "easy",
        "topics": [],
        "constraints": ["a", 5],
    }
    read = Problem.read(raw)
    read.constraints.append("b")
    assert read.changes()[0]["constraints"] == ["a", 5, "b"]
    assert raw["constraints"] == ["a", 5]
