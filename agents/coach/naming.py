"""How a message names what it is about: so that the coach takes the name whole, whatever words are in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from agents.coach.dialogue import understand
from agents.coach.intents import Request
from tools.problems import ProblemBrief

_ABOUT_TOPICS: Final = ("/rate good {}", "/snooze {} tomorrow", "/revise {}", "/next {}")


def name_problem(problem: ProblemBrief) -> str:
    """Return what names a problem in a message: its title, or its address where the coach would lose part of it."""
    ways = [problem.title, *([problem.url] if problem.url else []), *([problem.slug] if problem.slug else [])]
    return next((way for way in ways if _is_kept(f"/log {way} unaided", "problem", way)), problem.id)


def name_topic(name: str) -> str | None:
    """Return a topic's name as the coach takes it whole: as one word where it would take part of it for its own."""
    ways = (name, name.replace(" ", "-"))
    return next((way for way in ways if all(_is_kept(says.format(way), "topic", way) for says in _ABOUT_TOPICS)), None)


@lru_cache(maxsize=2048)
def _is_kept(message: str, argument: str, value: str) -> bool:
    """Return whether the coach reads an argument out of a message as it stands there."""
    request = understand((), message)
    return isinstance(request, Request) and request.arguments.get(argument) == value
