"""What a job is: a name, how often it is looked after, and what is done then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Job:
    """Something that happens by itself. `run` is given the present moment; what is due and done is in the database.

    So a run that never came to its end costs nothing but time: the next one finds what is left.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], Awaitable[None]]

    def slot_of(self, now: datetime) -> str:
        """Return the name of the slot in which a moment lies: one replica takes it."""
        seconds = self.every.total_seconds()
        began = datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)
        return began.isoformat()
