"""Telegram's flood control: who may send how much in which time. Times are the clock's, in seconds."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

JITTER = 0.05
"""What a request may be early without being held against its sender: the network moves them by as much."""
ALL_PER_SECOND = 30
SUSTAINED_SECONDS = 10
PRIVATE_BURST = 3
GROUP_PER_MINUTE = 20
PRIVATE_EDIT_SECONDS = 1.0
GROUP_EDIT_SECONDS = 1.5


@dataclass
class Window:
    """At most `most` events in any `seconds`."""

    most: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Return how long another event has to wait."""
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        return self.times[0] + self.seconds - now if len(self.times) >= self.most else 0.0

    def add(self, now: float) -> None:
        """Count an event."""
        self.times.append(now)


@dataclass
class Bucket:
    """So many at once, then one a second."""

    most: int
    left: float = 0.0
    at: float | None = None

    def wait(self, now: float) -> float:
        """Return how long another event has to wait."""
        self.left = float(self.most) if self.at is None else min(self.most, self.left + now - self.at)
        self.at = now
        return max(0.0, 1.0 - JITTER - self.left)

    def add(self, now: float) -> None:
        """Count an event."""
        self.left -= 1.0


@dataclass
class Flooded(Exception):
    """Too many requests: which rule was broken, and for how many seconds to be quiet."""

    rule: str
    retry_after: int


@dataclass
class Limits:
    """What was sent, as far as it still counts. What is refused does not count, and what comes too soon after a
    refusal is refused again.
    """

    second: Window = field(default_factory=lambda: Window(ALL_PER_SECOND, 1.0 - JITTER))
    sustained: Window = field(
        default_factory=lambda: Window(ALL_PER_SECOND * SUSTAINED_SECONDS, SUSTAINED_SECONDS - JITTER)
    )
    private: dict[int, Bucket] = field(default_factory=dict)
    groups: dict[int, Window] = field(default_factory=dict)
    changed: dict[tuple[int, str], float] = field(default_factory=dict)
    quiet: dict[tuple[str, int | None], float] = field(default_factory=dict)

    def check_message(self, chat: int, now: float) -> None:
        """Count a new message. Raises: Flooded."""
        self._check_quiet("message", chat, now)
        self._check_quiet("message", None, now)
        own = self._own(chat)
        for rule, window, place in (
            ("30 messages a second in all", self.second, None),
            ("300 messages in 10 seconds in all", self.sustained, None),
            ("1 message a second to a chat" if chat > 0 else "20 messages a minute to a group", own, chat),
        ):
            if (wait := window.wait(now)) > 0:
                raise self.refuse("message", place, math.ceil(wait), now, rule)
        for window in (self.second, self.sustained, own):
            window.add(now)

    def check_change(self, kind: str, chat: int, name: str, now: float) -> None:
        """Count an edit of a message or a new state of a draft. Raises: Flooded."""
        self._check_quiet(kind, chat, now)
        pause = PRIVATE_EDIT_SECONDS if chat > 0 else GROUP_EDIT_SECONDS
        before = self.changed.get((chat, f"{kind} {name}"))
        if before is not None and (wait := before + pause - JITTER - now) > 0:
            raise self.refuse(kind, chat, math.ceil(wait), now, f"one {kind} in {pause:g} s")
        self.changed[chat, f"{kind} {name}"] = now

    def refuse(self, kind: str, chat: int | None, seconds: int, now: float, rule: str) -> Flooded:
        """Return a refusal, and remember it: what comes before its end is refused too."""
        self.quiet[kind, chat] = now + seconds
        return Flooded(rule, seconds)

    def _check_quiet(self, kind: str, chat: int | None, now: float) -> None:
        if (wait := self.quiet.get((kind, chat), 0.0) - JITTER - now) > 0:
            raise Flooded("retry_after was not waited for", math.ceil(wait))

    def _own(self, chat: int) -> Bucket | Window:
        if chat > 0:
            return self.private.setdefault(chat, Bucket(PRIVATE_BURST))
        return self.groups.setdefault(chat, Window(GROUP_PER_MINUTE, 60.0 - JITTER))
