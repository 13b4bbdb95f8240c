"""What a conversation is made of for the coach: what was said and answered, and what it says without looking up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

from agents.coach.intent import Request


@dataclass(frozen=True)
class Exchange:
    """One thing that the student said ("" before the first) and what they were answered."""

    student: str
    answer: str


@dataclass(frozen=True)
class Say:
    """A reply that needs no verb."""

    text: str


class Past(Sequence[Exchange]):
    """A conversation, oldest first, in which each message is read at most once, whoever looks back at it.

    Only beginnings are cut from it (`past[:n]`); they share what was read.
    """

    def __init__(self, exchanges: Sequence[Exchange], readings: dict[int, Request | Say] | None = None) -> None:
        self._exchanges = exchanges
        self._readings: dict[int, Request | Say] = {} if readings is None else readings

    def __len__(self) -> int:
        return len(self._exchanges)

    @overload
    def __getitem__(self, at: int) -> Exchange: ...

    @overload
    def __getitem__(self, at: slice) -> Past: ...

    def __getitem__(self, at: int | slice) -> Exchange | Past:
        if isinstance(at, int):
            return self._exchanges[at]
        return Past(self._exchanges[: at.stop], self._readings)

    def read_last(self, reader: Callable[[Past, str], Request | Say]) -> Request | Say:
        """Return what the reader makes of the last thing that was said, in the light of what came before it."""
        at = len(self) - 1
        if at not in self._readings:
            self._readings[at] = reader(self[:at], self[at].student)
        return self._readings[at]
