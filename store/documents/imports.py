"""A list of past solves that was read and looked up, while it waits for the student's yes."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from store.documents.base import LONG_AGO, Id, Number, Part, StandIns, Text, Time
from store.documents.own import Own


class ImportChoice(Part):
    """A problem that a line may be."""

    problem_id: Id
    title: Text


class ImportItem(Part):
    """What a line says was solved, with the other `lines` that say the same. `number` is how the student names it.

    `state`: sure (it will be imported), near (it is one of `choices`, once one is chosen), unknown, open (the list
    itself says that it is not solved), known (it is recorded already). `unclear` is what the list says of the outcome
    where nobody but the student knows what that means: such an item is near until they choose. `outcome` is None where
    the list does not say how it was solved. `day` and `swapped` are ISO dates: two where day and month may be the
    other way round.
    """

    number: int
    lines: list[int] = Field(default_factory=list)
    text: Text
    state: Literal["sure", "near", "unknown", "open", "known"]
    problem_id: Id | None = None
    title: Text | None = None
    exact: bool = False
    choices: list[ImportChoice] = Field(default_factory=list)
    reason: Text | None = None
    outcome: Literal["unaided", "with-help", "stuck"] | None = None
    unclear: Text | None = None
    day: Text | None = None
    swapped: Text | None = None
    moment: Time | None = None
    minutes: Number | None = None
    left_out: bool = False


class UnreadLine(Part):
    """A line or row of the list that names no problem, and why nothing was made of it."""

    text: Text
    reason: Text


class PendingImport(Own):
    """A student's list before the yes. `_id` is the student: a new list takes the place of the one before.

    `turn_id` is the message in which it was shown last: a yes can only come after that.
    """

    collection: ClassVar[str] = "pending_imports"
    owner: ClassVar[str | None] = "_id"
    stand_ins: ClassVar[StandIns] = {"items": [], "expiresAt": LONG_AGO}

    items: list[ImportItem]
    unread: list[UnreadLine] = Field(default_factory=list)
    expires_at: Time
    turn_id: Id | None = None
    order: Literal["day", "month"] | None = None
    how: Literal["unaided", "with-help"] = "unaided"


IMPORTS: tuple[type[Own], ...] = (PendingImport,)
