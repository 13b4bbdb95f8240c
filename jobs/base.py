"""What a job is: a name, how often it is looked after, and what is done then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Job:
    """Something that happens by itself. `run` is given the present moment; what is due and done is in the database.

    `wanted` looks whether there is anything to do: an idle service writes nothing, not even that a slot was taken.
    So a run that never came to its end costs nothing but time: the next one finds what is left.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], Awaitable[None]]
    wanted: Callable[[datetime], Awaitable[bool]]

    def slot_of(self, now: datetime) -> str:
        """Return the name of the slot in which a moment lies: one replica takes it."""
        seconds = self.every.total_seconds()
        began = datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)
        return began.isoformat()
