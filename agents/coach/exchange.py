"""What a conversation is made of for the coach: what was said and answered, and what it says without looking up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """One thing that the student said ("" before the first) and what they were answered."""

    student: str
    answer: str


@dataclass(frozen=True)
class Say:
    """A reply that needs no verb."""

    text: str
