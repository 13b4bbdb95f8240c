"""What every verb is given, and what it gives back.

A verb is a plain async function `verb(context, **arguments) -> Result`. It never takes a user id: whose data it
touches comes from the context, which the adapter's authentication filled in. A verb that writes returns a `Receipt`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from store.client import ObjectId
from store.work import Clock, UnitOfWork


@dataclass(frozen=True)
class MentorContext:
    """The authenticated student, their unit of work, their zone and the clock; `turn` is the message being answered.

    `by_model`: a model chose to call this, so what takes the student's yes looks for it in their own words.
    """

    work: UnitOfWork
    clock: Clock
    zone: ZoneInfo
    turn: ObjectId | None = None
    by_model: bool = False

    @property
    def student(self) -> ObjectId:
        """Return whose data this is."""
        return self.work.student

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return self.clock()

    @property
    def changed(self) -> bool:
        """Return whether the unit of work has changed a document so far: only that can be undone."""
        return bool(self.work.changes.before)

    def within(self, work: UnitOfWork) -> MentorContext:
        """Return the same context on another unit of work: inside a transaction."""
        return replace(self, work=work)


class Result(BaseModel):
    """What a verb found or did, as data. Field names and values are read by models and rendered by doors."""

    model_config = ConfigDict(frozen=True)


class Receipt(Result):
    """What a writing verb did, true of the database: `line` says it in one line, without the tick.

    It is empty where nothing was changed: then there is no receipt to show.
    `undo_label` names what `undo` would take back, such as "Two Sum · solved"; None where nothing can be undone.
    """

    line: str
    undo_label: str | None = None


@dataclass(frozen=True)
class Verb:
    """One verb as the doors see it. Its name and description are the function's own.

    `doing` is what a student reads while it runs ("checking your revisions…").
    """

    run: Callable[..., Awaitable[Result]]
    doing: str
    writes: bool = False

    @property
    def name(self) -> str:
        """Return the verb's name, as models and commands call it."""
        return str(getattr(self.run, "__name__", ""))

    @property
    def description(self) -> str:
        """Return what the verb does, from its docstring."""
        return (self.run.__doc__ or "").strip()

    async def __call__(self, context: MentorContext, **arguments: Any) -> Result:
        """Run the verb. Raises: ToolRetry, ToolFailed, StoreError."""
        return await self.run(context, **arguments)
