"""Whatever another program stored is read: field by field, nothing lost, the rest as it was."""

from __future__ import annotations

from typing import Any

import pytest

from store.client import Raw, decode
from store.documents import ALL
from store.documents.base import Document
from store.documents.facts import list_facts
from tests.stored.values import Odd, as_stored, odd_values, sample


def stored(kind: type[Document]) -> Raw:
    """Return a document with every field filled, as the database would hold it."""
    facts = list_facts(kind)
    pattern = {"reminders": {"at": "08:00", "quietFrom": "22:00", "quietUntil": "07:00"}}.get(kind.collection, {})
    document = kind.model_validate({**{name: sample(fact) for name, fact in facts.items()}, **pattern})
    return document.to_mongo()


def shown(document: Document, without: str) -> dict[str, Any]:
    """Return what a document shows in all fields but one."""
    return {name: value for name, value in document.model_dump(warnings=False).items() if name != without}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_odd_value_is_read_around(kind: type[Document]) -> None:
    """With any value in any field a document is read: the other fields show what they did, and saving changes none."""
    raw = stored(kind)
    before = kind.read(decode(bytes(as_stored(raw).raw)))
    assert not before.is_odd
    for odd in odd_values(kind, more=True):
        changed = odd.apply(raw)
        assert changed is not None, odd
        document = kind.read(decode(bytes(as_stored(changed).raw)))
        name = next(name for name, field in kind.model_fields.items() if (field.alias or name) == odd.path[0])
        assert document.changes() == ({}, []), odd
        if document.readable:
            assert shown(document, name) == shown(before, name), odd
            document.check()
            _check_types(odd, kind, document, name)
        else:
            assert document.oddities, odd


def _check_types(odd: Odd, kind: type[Document], document: Document, name: str) -> None:
    """What is shown keeps to the field's type, or stands in for a value that has to be there."""
    value, field = getattr(document, name), kind.model_fields[name]
    if value is None:
        assert not field.is_required(), odd
    elif (field.alias or name) not in kind.stand_ins:
        setattr(document, name, value)  # which validates it
