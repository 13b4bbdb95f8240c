"""Changes to stored data, numbered and append-only; each says why it is there.

The rules: a migration that has been released is never edited, renumbered or removed. It may run twice, and in two
processes at once, so it asks the database for what is still to do and changes only that; a value of a type that it
does not expect may not stop it (that alone is mended in a released one). Collections and indexes
need no migration: `store.indexes.ensure_indexes` brings them about at every start.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from store.client import Database, Raw
from store.documents.own import Lease
from store.documents.sessions import AIMentorConversation
from store.documents.upkeep import AppliedMigration
from store.errors import DuplicateKey, StoreSetupError
from store.expressions import date_or
from store.leases import REMEMBERED_SECONDS


@dataclass(frozen=True)
class Migration:
    """One change: `why` is the reason for it in a sentence."""

    number: int
    name: str
    why: str
    run: Callable[[Database], Awaitable[None]]


async def _name_conversations(database: Database) -> None:
    await database.collection(AIMentorConversation.collection).update_many(
        {"conversationId": None},
        [{"$set": {"conversationId": {"$convert": {"input": "$_id", "to": "string", "onError": None}}}}],
    )


async def _let_leases_go(database: Database) -> None:
    unfenced: Raw = {"_id": {"$regex": "^(deliver|session|erasure):"}, "goneAt": None}
    gone = {"$add": [date_or("$expiresAt", "$$NOW"), int(REMEMBERED_SECONDS * 1000)]}
    await database.collection(Lease.collection).update_many(unfenced, [{"$set": {"goneAt": gone}}])


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1,
        "name_conversations",
        "conversationId is unique but not required, and two missing values count as equal, so a database with two "
        "unnamed conversations would refuse the index.",
        _name_conversations,
    ),
    Migration(
        2,
        "let_leases_go",
        "Leases of addresses and sessions were kept for ever, one for each terminal that was ever opened; what is "
        "there gets an end, as new ones have.",
        _let_leases_go,
    ),
)


async def list_due(database: Database) -> list[Migration]:
    """Return what this database has not been through. Raises: StoreSetupError when a newer PrepMate has used it."""
    records = database.collection(AppliedMigration.collection)
    found = await records.find({}, fields={"_id": 1})
    applied = {int(record["_id"]) for record in found if isinstance(record["_id"], int | float)}
    unknown = applied - {migration.number for migration in MIGRATIONS}
    if unknown:
        raise StoreSetupError(
            f"this database was used by a newer PrepMate (it has been through migration {max(unknown)}); "
            "upgrade PrepMate or point MONGODB_URI at another database"
        )
    return [migration for migration in MIGRATIONS if migration.number not in applied]


async def migrate(database: Database, *, now: Callable[[], datetime]) -> tuple[int, ...]:
    """Run what this database has not been through, in order, and return the numbers that were run.

    Call it before `ensure_indexes`. Raises: StoreSetupError when a newer PrepMate has used the database.
    """
    records = database.collection(AppliedMigration.collection)
    due = await list_due(database)
    for migration in due:
        await migration.run(database)
        record = AppliedMigration(id=migration.number, name=migration.name, applied_at=now())
        try:
            await records.insert(record.to_mongo())
        except DuplicateKey:
            continue  # another process ran it at the same moment
    return tuple(migration.number for migration in due)
