"""The one place where a request is carried out: validated, run once, with its receipt and what undo needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.work import EffectKey, Outcome, StudentWork, UnitOfWork
from tools.context import MentorContext, Receipt, Verb
from tools.request import check_arguments, values_refused


async def execute(
    verb: Verb, given: Mapping[str, Any], context: MentorContext, work: StudentWork, key: EffectKey
) -> str:
    """Run a verb and return its result as JSON: a writing one once, with its effect and its key in one commit.

    `context` reads outside any transaction. A key that was done before returns what it came to then.
    Raises: ToolRetry, ToolFailed, StoreError.
    """
    arguments = check_arguments(verb, given)
    if not verb.writes:
        with values_refused():
            return (await verb(context, **arguments)).model_dump_json()

    async def body(unit: UnitOfWork) -> Outcome:
        with values_refused():
            result = await verb(context.within(unit), **arguments)
        undo_label = result.undo_label if isinstance(result, Receipt) else None
        receipt = isinstance(result, Receipt) and bool(result.line)
        return Outcome(result.model_dump_json(), receipt, undo_label)

    return await work.once(key, verb.name, body)
