"""What the store remembers about itself."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from store.documents.base import Text, Time
from store.documents.own import Own


class AppliedMigration(Own):
    """A migration that this database has been through. `_id` is its number."""

    collection: ClassVar[str] = "migrations"
    owner: ClassVar[str | None] = None

    id: int = Field(alias="_id")  # type: ignore[assignment]  # a migration's number is its name
    name: Text
    applied_at: Time
