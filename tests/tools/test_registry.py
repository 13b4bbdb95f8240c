"""The verbs as the doors see them."""

from __future__ import annotations

import inspect
from typing import get_type_hints

from pydantic.fields import FieldInfo

from tools.context import MentorContext, Receipt, Result
from tools.registry import VERBS


def test_names_are_unique_and_every_verb_explains_itself() -> None:
    """A model chooses by name and docstring, a student reads what is being done."""
    assert len({verb.name for verb in VERBS}) == len(VERBS)
    for verb in VERBS:
        assert len(verb.description) > 60
        assert verb.doing


def test_no_verb_takes_a_user() -> None:
    """Whose data is touched comes from the context alone."""
    for verb in VERBS:
        names = list(inspect.signature(verb.run).parameters)
        assert names[0] == "context"
        assert not [name for name in names if "user" in name or "student" in name]


def test_every_argument_is_described_and_every_result_typed() -> None:
    """Arguments carry a description for the tool's schema; a writing verb returns a receipt."""
    for verb in VERBS:
        hints = get_type_hints(verb.run, include_extras=True)
        returned = hints.pop("return")
        assert issubclass(returned, Receipt if verb.writes else Result)
        assert hints.pop("context") is MentorContext
        for name, hint in hints.items():
            fields = [item for item in getattr(hint, "__metadata__", ()) if isinstance(item, FieldInfo)]
            assert any(item.description for item in fields), f"{verb.name}({name})"
