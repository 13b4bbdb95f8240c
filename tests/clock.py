"""A clock that tests hold in their hands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class FixedClock:
    """A clock that stands until it is moved."""

    time: datetime = field(default=datetime(2025, 12, 3, 12, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Return the time at which the clock stands."""
        return self.time

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)
