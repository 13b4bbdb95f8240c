"""The student's own data: exported whole, and erased only by their own word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from store.client import ObjectId
from store.documents import ALL
from store.documents.account import Erasure
from store.documents.own import Admission, ChannelAccount, Turn
from store.documents.people import User
from store.documents.sync import IntegrationMetadata
from tests.tools.harness import Student
from tools.account import ErasureQuestion, ErasureReceipt
from tools.context import Receipt
from tools.errors import ToolFailed, ToolRetry
from tools.export import export_pieces, exported


async def export(student: Student) -> dict[str, Any]:
    """The student's export, read back."""
    made: dict[str, Any] = json.loads("".join([piece async for piece in export_pieces(student.reading())]))
    return made


async def say(student: Student, text: str) -> ObjectId:
    """Let the turn in hand be this text of the student's."""
    turns = student.database.collection(Turn.collection)
    await turns.update({"userId": student.id, "status": "working"}, {"$set": {"status": "delivered"}})
    turn = ObjectId()
    await turns.insert(
        {"_id": turn, "key": str(turn), "userId": student.id, "status": "working", "seq": turn.binary, "text": text}
    )
    return turn


async def test_the_export_holds_every_document(ada: Student) -> None:
    """The index counts what the file holds, kind by kind, and that is what the database holds."""
    await ada.do(Receipt, "record_attempt", problem="two sum", outcome="unaided", minutes=12)
    await ada.do(Receipt, "add_task", title="Révision ☃")
    made = await export(ada)
    stored = {one.collection: len(await ada.all(one)) for one in ALL if one.owner is not None}
    assert {section["name"]: section["documents"] for section in made["index"]["sections"]} == {
        name: len(documents) for name, documents in made["documents"].items()
    }
    for name, documents in made["documents"].items():
        assert len(documents) == stored[name]
    assert made["index"]["documents"] == sum(map(len, made["documents"].values()))
    assert made["documents"]["preparationtasks"][0]["title"] == "Révision ☃"
    assert made["documents"]["undo_log"][0]["touched"]
    assert made["index"]["student"]["name"] == "Ada"


async def test_secrets_stay_at_home(ada: Student) -> None:
    """No password, token or secret leaves, known to the documents or not; the index says so."""
    secrets = {"password": "hash-1", "resetPasswordToken": "hash-2", "deep": {"apiKey": "hash-3", "totalTokens": 5}}
    await ada.database.collection(User.collection).update({"_id": ada.id}, {"$set": secrets})
    await ada.database.collection(IntegrationMetadata.collection).insert(
        {"_id": ObjectId(), "userId": ada.id, "platform": str(ada.id), "accessToken": "hash-4"}
    )
    made = await export(ada)
    assert "hash-" not in json.dumps(made)
    assert made["documents"]["users"][0]["deep"] == {"totalTokens": 5}
    assert "passwords" in made["index"]["left_out"]


def test_a_collection_with_an_owner_is_exported() -> None:
    """Nothing that belongs to a student can be forgotten in the export."""
    assert set(exported()) == {document for document in ALL if document.owner is not None}


async def test_only_the_student_s_own_number_erases(ada: Student) -> None:
    """Neither a model's call nor a wrong or old number does; the right one in the student's own message does."""
    code = (await ada.read(ErasureQuestion, "ask_to_erase_me")).code
    with pytest.raises(ToolFailed, match="Only the student"):
        await ada.do(ErasureReceipt, "erase_me", code=code)
    await say(ada, "yes, do it")
    with pytest.raises(ToolFailed, match="Only the student"):
        await ada.do(ErasureReceipt, "erase_me", code=code)
    await say(ada, "delete 0000")
    with pytest.raises(ToolRetry, match="not the number"):
        await ada.do(ErasureReceipt, "erase_me", code="0000")
    ada.clock.forward(minutes=21)
    await say(ada, f"delete {code}")
    with pytest.raises(ToolRetry, match="too old"):
        await ada.do(ErasureReceipt, "erase_me", code=code)
    assert await ada.all(Erasure) == []


async def test_a_confirmed_erasure_closes_the_doors(ada: Student) -> None:
    """The accounts no longer lead to the student, waiting messages are stopped, and the job is written down."""
    await ada.database.collection(ChannelAccount.collection).insert({"_id": f"probe:{ada.id}", "userId": ada.id})
    await ada.database.collection(Admission.collection).insert({"_id": ada.id, "seq": 2})
    code = (await ada.read(ErasureQuestion, "ask_to_erase_me")).code
    turn = await say(ada, f"delete {code}")
    await ada.do(ErasureReceipt, "erase_me", code=code)
    assert await ada.all(ChannelAccount) == []
    assert await ada.all(Admission) == []
    job = Erasure.read(await ada.one(Erasure))
    assert (job.state, job.turn_id) == ("asked", turn)
    with pytest.raises(ToolFailed, match="already"):
        await ada.do(ErasureReceipt, "erase_me", code=code)
