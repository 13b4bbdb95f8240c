"""Named crash points and guards that can be taken away: how the promises are put under attack.

A process stops (or freezes) at a crash point only when its settings name it, and guards stand unless the settings
switch one off. Only the verifiers do either; nothing else in the product looks at this.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from typing import Literal

Guard = Literal["dedupe", "fence", "journal", "effects"]
GUARDS: tuple[Guard, ...] = ("dedupe", "fence", "journal", "effects")

CRASH_POINTS: tuple[str, ...] = (
    "accept.before-commit",
    "accept.after-commit",
    "claim.after",
    "model.before",
    "model.after",
    "journal.after-commit",
    "effect.before",
    "effect.before-commit",
    "effect.after-commit",
    "answer.before-commit",
    "answer.after-commit",
    "deliver.before-send",
    "deliver.after-send",
    "deliver.after-commit",
)

ERASE_POINTS: tuple[str, ...] = tuple(f"erase.after-step-{step}" for step in range(1, 8))
"""Between the steps of forgetting a student, each done and noted down before its point."""

TELEGRAM_POINTS: tuple[str, ...] = (
    "telegram.after-placeholder",
    "telegram.after-note",
    "telegram.after-edit",
    "telegram.after-intent",
    "telegram.after-file",
)
"""Within a delivery to Telegram: around each message, and around each file, of an item."""

_KNOWN = CRASH_POINTS + ERASE_POINTS + TELEGRAM_POINTS


@dataclass
class Faults:
    """What shall go wrong in this process: by default nothing.

    `crash_at` is a crash point's name, ended by kill -9, or "NAME:stop" to freeze there (SIGSTOP).
    `broken` names the guards that are switched off.
    """

    crash_at: str | None = None
    broken: frozenset[Guard] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Raises: ValueError for a name that is not a crash point or a guard."""
        self._point, _, self._action = (self.crash_at or "").partition(":")
        if self._point and self._point not in _KNOWN:
            known = ", ".join(_KNOWN)
            raise ValueError(f"no crash point is named {self._point!r}; there are {known}")
        if unknown := self.broken - set(GUARDS):
            raise ValueError(f"no guard is named {', '.join(sorted(unknown))}; there are {', '.join(GUARDS)}")

    def reach(self, point: str) -> None:
        """Say that this place in the code was reached; die or freeze here once if this is the named point."""
        if point == self._point:
            self._point = ""
            os.kill(os.getpid(), signal.SIGSTOP if self._action == "stop" else signal.SIGKILL)

    def stands(self, guard: Guard) -> bool:
        """Return whether a guard is in force: always True in production."""
        return guard not in self.broken
