"""Tasks that come again. The contract's PreparationTask has no field for that, so the rule is kept beside it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from store.documents.base import Id, Index, StandIns, index
from store.documents.own import Own

Repeat = Literal["daily", "weekdays", "weekly"]


class TaskRepeat(Own):
    """That a task comes again once it is done. `task_id` is its open occurrence; `weekday` (0 is Monday) is that of a
    weekly task, whatever day one occurrence was moved to."""

    collection: ClassVar[str] = "task_repeats"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"rule": "weekly", "weekday": 0}
    indexes: ClassVar[tuple[Index, ...]] = (index("userId", "taskId", unique=True),)

    user_id: Id
    task_id: Id
    rule: Repeat
    weekday: Annotated[int, Field(ge=0, le=6)]
