"""Who watches an answer being made: previews for the student, never the answer itself."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """Receives what may be shown while a turn is worked. Nothing here is a promise: the outbox carries the answer."""

    async def doing(self, activity: str) -> None:
        """Show what is being done, such as "checking your revisions…"."""

    async def say(self, text: str) -> None:
        """Show more of the answer: whole sentences, in order."""

    async def restart(self) -> None:
        """Forget what was said so far: it was not the answer (a tool followed, or the model was asked again)."""


class Silence:
    """A listener for when nobody watches."""

    async def doing(self, activity: str) -> None:
        """Show nothing."""

    async def say(self, text: str) -> None:
        """Show nothing."""

    async def restart(self) -> None:
        """Show nothing."""
