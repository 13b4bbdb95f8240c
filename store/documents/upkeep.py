"""What the store remembers about itself."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from store.documents.base import Id, Text, Time
from store.documents.own import Own


class AppliedMigration(Own):
    """A migration that this database has been through. `_id` is its number."""

    collection: ClassVar[str] = "migrations"
    owner: ClassVar[str | None] = None

    id: int = Field(alias="_id")  # type: ignore[assignment]  # a migration's number is its name
    name: Text
    applied_at: Time


class LoadedCatalogue(Own):
    """The catalogue that this database holds. `_id` is always "shipped"; `documents` are the ids by collection."""

    collection: ClassVar[str] = "catalogue_loads"
    owner: ClassVar[str | None] = None

    id: str = Field(alias="_id")  # type: ignore[assignment]  # there is only one
    digest: Text
    documents: dict[str, list[Id]] = Field(default_factory=dict)
    loaded_at: Time
