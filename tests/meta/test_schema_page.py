"""The page about the stored documents is the one that the documents generate."""

from __future__ import annotations

from pathlib import Path

from store.documents import ALL, CONTRACT
from store.documents.base import Document
from store.documents.describe import describe

PAGE = Path(__file__).parents[2] / "docs" / "schema.md"


def test_the_page_is_current() -> None:
    """docs/schema.md is what the documents say; run `python -m store.documents.describe > docs/schema.md`."""
    assert PAGE.read_text(encoding="utf-8") == describe(ALL), (
        "docs/schema.md is out of date: run `python -m store.documents.describe > docs/schema.md`"
    )


def test_every_document_is_listed_once() -> None:
    """27 documents are the contract's, every other is PrepMate's own, and no two share a collection."""
    assert len(CONTRACT) == 27
    assert all(document.contract == (document in CONTRACT) for document in ALL)
    assert len({document.collection for document in ALL}) == len(ALL)
    assert {document for document in _all_below(Document) if "collection" in vars(document)} >= set(ALL)


def test_every_index_names_stored_fields() -> None:
    """An index over a field that no document has would be a spelling mistake."""
    for document in ALL:
        for index in document.indexes:
            for path, _ in index.keys:
                assert path.split(".")[0] in document.stored_names(), f"{document.__name__}: {path}"


def _all_below(parent: type[Document]) -> set[type[Document]]:
    return {parent}.union(*(_all_below(child) for child in parent.__subclasses__()))
