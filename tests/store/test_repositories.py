"""Repositories: one student's documents and nobody else's, saving only what changed, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from store.client import Database, ObjectId, Raw, digest
from store.documents.own import StudentSettings
from store.documents.people import User
from store.documents.problems import Topic
from store.documents.sessions import PreparationTask
from store.errors import DuplicateKey, NotOwned, StoreError
from store.work import UnitOfWork
from tests.clock import FixedClock


@pytest.fixture
def unit_of(core: Database, clock: FixedClock) -> Callable[[ObjectId], UnitOfWork]:
    """Makes a unit of work outside any transaction for a student."""
    return lambda owner: UnitOfWork(core, owner, clock=clock, ids=ObjectId)


@pytest.fixture
def unit(unit_of: Callable[[ObjectId], UnitOfWork], student: ObjectId) -> UnitOfWork:
    """The student's unit of work."""
    return unit_of(student)


def make_task(owner: ObjectId, title: str = "Read", **fields: Any) -> PreparationTask:
    """Return a task that is not stored yet."""
    return PreparationTask(id=ObjectId(), user_id=owner, task_type="practice", title=title, **fields)


async def raw_of(core: Database, task: PreparationTask) -> Raw:
    """Return a task as it is stored."""
    raw = await core.collection(PreparationTask.collection).find_one({"_id": task.id})
    assert raw is not None
    return raw


class Two:
    """Two students with a task each."""

    def __init__(self, mine: UnitOfWork, theirs: UnitOfWork) -> None:
        self.mine, self.theirs = mine.of(PreparationTask), theirs.of(PreparationTask)
        self.my_task, self.their_task = make_task(mine.student, "Mine"), make_task(theirs.student, "Theirs")
        self.they = theirs.student


@pytest.fixture
async def two(unit: UnitOfWork, unit_of: Callable[[ObjectId], UnitOfWork]) -> Two:
    """Two students with a task each, stored."""
    two = Two(unit, unit_of(ObjectId()))
    await two.mine.add(two.my_task)
    await two.theirs.add(two.their_task)
    return two


async def test_a_student_sees_only_their_own(two: Two) -> None:
    """Every way of reading returns the owner's documents and none of another student's."""
    assert [task.title for task in await two.mine.find({})] == ["Mine"]
    assert await two.mine.get(two.their_task.id) is None
    assert await two.mine.find_one({"title": "Theirs"}) is None
    assert await two.mine.count({}) == 1
    assert [raw["title"] for raw in await two.mine.aggregate({}, {"$project": {"title": 1}})] == ["Mine"]


async def test_or_cannot_escape_the_owner(two: Two) -> None:
    """Alternatives, negations and expressions are all narrowed to the owner's documents."""
    escapes: list[Raw] = [
        {"$or": [{"userId": two.they}, {"title": "Theirs"}, {}]},
        {"$nor": [{"title": "Mine"}]},
        {"$and": [{"userId": two.they}]},
        {"$expr": {"$eq": ["$userId", two.they]}},
        {"title": {"$ne": "Mine"}},
        {"_id": {"$in": [two.their_task.id]}},
    ]
    for escape in escapes:
        assert "Theirs" not in {task.title for task in await two.mine.find(escape)}, escape
        assert await two.mine.count({"$and": [escape, {"title": "Theirs"}]}) == 0, escape


@pytest.mark.parametrize("value", [ObjectId(), None, {"$exists": True}, {"$ne": 1}, "someone"])
async def test_a_query_may_not_name_an_owner(two: Two, value: object) -> None:
    """A query that names any other owner, or a condition on it, is refused before it is asked."""
    query = {"userId": value}
    for call in (two.mine.find(query), two.mine.find_one(query), two.mine.count(query), two.mine.aggregate(query)):
        with pytest.raises(NotOwned):
            await call


async def test_naming_oneself_is_allowed(two: Two) -> None:
    """A query may name the repository's own owner."""
    assert len(await two.mine.find({"userId": two.my_task.user_id})) == 1


async def test_nothing_is_written_for_another_student(two: Two, core: Database) -> None:
    """Adding, saving, amending and removing another student's document changes nothing."""
    before = await raw_of(core, two.their_task)
    with pytest.raises(NotOwned):
        await two.mine.add(make_task(two.they))
    stolen = PreparationTask.read(before)
    stolen.title = "Stolen"
    with pytest.raises(NotOwned):
        await two.mine.save(stolen)
    assert await two.mine.amend(two.their_task.id, {"$set": {"title": "Stolen"}}) is False
    await two.mine.remove(stolen)
    assert await raw_of(core, two.their_task) == before
    assert await two.theirs.count({}) == 1


async def test_a_document_cannot_be_given_away(two: Two, core: Database) -> None:
    """Neither save nor amend may change whose document it is."""
    task = two.my_task
    task.user_id = two.they
    with pytest.raises(NotOwned):
        await two.mine.save(task)
    for change in ({"$set": {"userId": two.they}}, {"$unset": {"userId": ""}}):
        with pytest.raises(NotOwned):
            await two.mine.amend(task.id, change)
    assert await two.theirs.count({}) == 1
    assert (await raw_of(core, task))["userId"] != two.they


def test_each_family_refuses_the_other(unit: UnitOfWork) -> None:
    """What belongs to students cannot be read as shared, and what belongs to nobody not as somebody's."""
    with pytest.raises(NotOwned, match="PreparationTask belongs to students"):
        unit.shared(PreparationTask)
    with pytest.raises(NotOwned, match="Topic belongs to nobody"):
        unit.of(Topic)


async def test_shared_documents_are_read_by_everybody(unit: UnitOfWork, core: Database) -> None:
    """The catalogue is found by id and by query, whole or only some fields of it."""
    name = f"Topic {ObjectId()}"
    topic = Topic(id=ObjectId(), name=name, category="DSA")
    await core.collection(Topic.collection).insert(topic.to_mongo())
    topics = unit.shared(Topic)
    found = await topics.get(topic.id)
    assert found is not None
    assert [one.id for one in await topics.find({"name": found.name})] == [topic.id]
    assert await topics.sketch({"_id": topic.id}, "name") == [{"_id": topic.id, "name": name}]


async def test_adding_stamps_and_remembers(unit: UnitOfWork, core: Database, clock: FixedClock) -> None:
    """A new document gets both times of the clock and can then be saved; a second of its id is a duplicate."""
    task = make_task(unit.student)
    await unit.of(PreparationTask).add(task)
    assert (task.created_at, task.updated_at, task.raw) == (clock.time, clock.time, await raw_of(core, task))
    with pytest.raises(DuplicateKey):
        await unit.of(PreparationTask).add(make_task(unit.student).model_copy(update={"id": task.id}))


async def test_saving_writes_only_what_changed(unit: UnitOfWork, core: Database, clock: FixedClock) -> None:
    """A field that another program changed meanwhile survives a save that did not touch it; cleared ones go."""
    tasks, collection = unit.of(PreparationTask), core.collection(PreparationTask.collection)
    task = make_task(unit.student, description="old")
    await tasks.add(task)
    await collection.update({"_id": task.id}, {"$set": {"title": "Theirs", "unknown": {"kept": [1]}}})
    task.priority, task.description = 5, None
    clock.move(60)
    await tasks.save(task)
    raw = await raw_of(core, task)
    assert (raw["title"], raw["unknown"], raw["priority"], "description" in raw) == ("Theirs", {"kept": [1]}, 5, False)
    assert (raw["createdAt"], raw["updatedAt"]) == (task.created_at, clock.time)


async def test_unknown_fields_and_odd_values_survive(unit: UnitOfWork, core: Database) -> None:
    """What another program stored and we do not understand is the same after we saved something else."""
    foreign = {"_id": ObjectId(), "userId": unit.student, "taskType": "nap", "title": "", "priority": "high", "x": {}}
    await core.collection(PreparationTask.collection).insert(dict(foreign))
    task = await unit.of(PreparationTask).get(foreign["_id"])
    assert task is not None
    task.description = "ours"
    await unit.of(PreparationTask).save(task)
    raw = await raw_of(core, task)
    assert {key: raw[key] for key in foreign} == foreign
    assert raw["description"] == "ours"


async def test_saving_nothing_writes_nothing(unit: UnitOfWork, core: Database, clock: FixedClock) -> None:
    """A document without changes is not touched, not even its time, and is no change to remember."""
    task = make_task(unit.student)
    await core.collection(PreparationTask.collection).insert(task.to_mongo())
    read = await unit.of(PreparationTask).get(task.id)
    assert read is not None
    clock.move(60)
    await unit.of(PreparationTask).save(read)
    assert "updatedAt" not in await raw_of(core, task)
    assert unit.changes.before == {}


async def test_saving_what_is_not_valid_stores_nothing(unit: UnitOfWork, core: Database) -> None:
    """A change that breaks the contract inside a list raises and leaves the document as it was."""
    user = User(id=unit.student, name="Ada", email=f"{unit.student}@example.org")
    await unit.of(User).add(user)
    user.target_companies.append("half \ud83d")
    with pytest.raises(ValidationError):
        await unit.of(User).save(user)
    stored = await core.collection(User.collection).find_one({"_id": unit.student})
    assert stored is not None
    assert stored["targetCompanies"] == []


async def test_saving_what_is_gone_is_an_error(unit: UnitOfWork) -> None:
    """A document that was deleted meanwhile cannot be saved, and does not come back."""
    tasks = unit.of(PreparationTask)
    task = make_task(unit.student)
    await tasks.add(task)
    stale = await tasks.get(task.id)
    assert stale is not None
    await tasks.remove(task)
    stale.title = "Again"
    with pytest.raises(StoreError, match="not there any more"):
        await tasks.save(stale)
    assert await tasks.count({}) == 0


async def test_hidden_fields_are_never_read(unit: UnitOfWork, core: Database) -> None:
    """A password's hash is not in what any way of reading returns, and survives a save."""
    users, collection = unit.of(User), core.collection(User.collection)
    raw = User(id=unit.student, name="Ada", email=f"{unit.student}@example.org").to_mongo()
    await collection.insert({**raw, "password": "$2b$10$hash"})
    read = [await users.own(), await users.get(unit.student), *await users.find({})]
    for user in read:
        assert user is not None
        assert user.password is None
        assert "password" not in (user.raw or {})
    assert "password" not in (await users.aggregate({}))[0]
    assert read[0] is not None
    read[0].name = "Grace"
    await users.save(read[0])
    stored = await collection.find_one({"_id": unit.student})
    assert stored is not None
    assert (stored["name"], stored["password"]) == ("Grace", "$2b$10$hash")


async def test_the_students_own_document_is_scoped_by_its_id(
    unit: UnitOfWork, unit_of: Callable[[ObjectId], UnitOfWork]
) -> None:
    """Where a document's id is the student, own() finds it and another id cannot be asked for."""
    other = unit_of(ObjectId())
    await unit.of(StudentSettings).add(StudentSettings(id=unit.student, time_zone="Europe/Berlin"))
    own = await unit.of(StudentSettings).own()
    assert own is not None
    assert own.time_zone == "Europe/Berlin"
    assert await other.of(StudentSettings).own() is None
    with pytest.raises(NotOwned):
        await other.of(StudentSettings).get(unit.student)
    with pytest.raises(NotOwned):
        await other.of(StudentSettings).add(StudentSettings(id=unit.student))


async def test_the_first_before_and_the_last_after_are_remembered(unit: UnitOfWork, core: Database) -> None:
    """Of several changes to a document the log keeps what it was before all and the digest of what it is now."""
    task = make_task(unit.student, "One")
    await core.collection(PreparationTask.collection).insert(task.to_mongo())
    original = await raw_of(core, task)
    tasks = unit.of(PreparationTask)
    read = await tasks.get(task.id)
    assert read is not None
    for title in ("Two", "Three"):
        read.title = title
        await tasks.save(read)
    place = (PreparationTask.collection, task.id)
    assert unit.changes.before == {place: original}
    assert unit.changes.after == {place: digest(await raw_of(core, task))}
    await tasks.remove(read)
    assert (unit.changes.before, unit.changes.after) == ({place: original}, {place: None})


async def test_what_is_added_was_nothing_before(unit: UnitOfWork, core: Database) -> None:
    """A new document's before stays None however it is changed afterwards, and its digest is the stored one's."""
    task = make_task(unit.student, "Ω", due_date=FixedClock().time.replace(microsecond=123456))
    await unit.of(PreparationTask).add(task)
    task.estimated_duration_minutes = 25
    await unit.of(PreparationTask).save(task)
    place = (PreparationTask.collection, task.id)
    assert unit.changes.before == {place: None}
    assert unit.changes.after == {place: digest(await raw_of(core, task))}


async def test_removing_what_is_gone_is_no_change(unit: UnitOfWork) -> None:
    """A second removal, or that of a document never stored, leaves no trace in the log."""
    tasks = unit.of(PreparationTask)
    task = make_task(unit.student)
    await tasks.remove(task)
    assert unit.changes.after == {}
    await tasks.add(task)
    await tasks.remove(task)
    unit.changes.after.clear()
    await tasks.remove(task)
    assert unit.changes.after == {}


async def test_amending_applies_operators_unseen(unit: UnitOfWork, core: Database, clock: FixedClock) -> None:
    """Amend applies update operators with the clock's time, tells whether there was a document, and is not logged."""
    users = unit.of(User)
    await users.add(User(id=unit.student, name="Ada", email=f"{unit.student}@example.org"))
    unit.changes.before.clear()
    clock.move(5)
    assert await users.amend(unit.student, {"$push": {"targetCompanies": "Acme"}, "$set": {"role": "mentor"}})
    user = await users.own()
    assert user is not None
    assert (user.target_companies, user.role, user.updated_at) == (["Acme"], "mentor", clock.time)
    assert unit.changes.before == {}
    assert await unit.of(PreparationTask).amend(ObjectId(), {"$set": {"title": "x"}}) is False


async def test_restoring_puts_back_to_the_bit(unit: UnitOfWork, core: Database) -> None:
    """Undo sees whether a document is untouched and puts it back exactly, or takes it away where it was new."""
    task = make_task(unit.student, "Before")
    await core.collection(PreparationTask.collection).insert({**task.to_mongo(), "unknown": [1, {"b": 1, "a": 2}]})
    original = await raw_of(core, task)
    read = await unit.of(PreparationTask).get(task.id)
    assert read is not None
    read.title = "After"
    await unit.of(PreparationTask).save(read)
    place, key = PreparationTask.collection, task.id
    restorer, after = unit.restorer(), unit.changes.after[place, key]
    assert await restorer.are_untouched(place, {key: after})
    await core.collection(place).update({"_id": key}, {"$set": {"priority": 1}})
    assert not await restorer.are_untouched(place, {key: after})
    await restorer.restore(place, {key: original})
    back = await raw_of(core, task)
    assert (back, list(back)) == (original, list(original))
    await restorer.restore(place, {key: None})
    assert await restorer.are_untouched(place, {key: None})


async def test_nobody_else_s_documents_can_be_restored(unit: UnitOfWork, core: Database, two: Two) -> None:
    """An undo entry that names another student's document, by an accident or a forgery, reaches nothing of theirs."""
    place, theirs = PreparationTask.collection, two.their_task
    stored, restorer = await raw_of(core, theirs), unit.restorer()
    assert not await restorer.are_untouched(place, {theirs.id: digest(stored)})
    await restorer.restore(place, {theirs.id: None})
    with pytest.raises(NotOwned):
        await restorer.restore(place, {theirs.id: {**stored, "title": "Forged"}})
    with pytest.raises(DuplicateKey):
        await restorer.restore(place, {theirs.id: {**stored, "userId": unit.student}})
    with pytest.raises(NotOwned):
        await restorer.restore(place, {two.my_task.id: {**stored, "userId": unit.student}})
    with pytest.raises(NotOwned):
        await restorer.restore(User.collection, {two.they: {"_id": two.they, "name": "Forged"}})
    with pytest.raises(NotOwned):
        await restorer.restore(Topic.collection, {ObjectId(): None})
    assert await raw_of(core, theirs) == stored
