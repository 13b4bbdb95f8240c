"""Placement and problems seen before in words; every figure is the result's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from agents.coach.questions import PLACE, PLACE_LATER
from agents.coach.revision_wording import link
from tools.context import Result
from tools.placement import PlacedTopic, PlacementAsk, PlacementReceipt
from tools.proposals import SeenReceipt

NEXT: Final = "Say `give me one` when you want the next problem."
_SAID: Final = {"unaided": "unaided", "with-help": "with help", "not-yet": "not yet"}


def tell_seen(result: SeenReceipt) -> str:
    """Say that a problem is not proposed as new any more."""
    if result.already:
        return f"I knew that already: I don't propose {link(result.problem)} as new. {NEXT}"
    return f"Then I won't propose {link(result.problem)} as new. It counts as no solve of today. {NEXT}"


def tell_placement(result: PlacementReceipt) -> str:
    """Ask the open question of a placement, or say what came of it."""
    if result.ask is not None:
        return _ask(result.ask)
    if result.left:
        return _leave(result.answered)
    if not result.answered:
        return f"Okay, nothing was answered, so nothing changed. {NEXT}"
    return f"{tell_level(result)}\n\n{NEXT}"


def _leave(answered: int) -> str:
    count = {0: "Nothing was answered yet", 1: "Your answer is kept"}.get(answered, f"Your {answered} answers are kept")
    return f"Okay, I leave it there. {count}, and your level is as it was. {PLACE_LATER.text}"


def tell_level(result: PlacementReceipt, *, stopped: bool = False) -> str:
    """Say what a placement changed; `stopped`: the student ended it before its last question."""
    answers = "the one answer" if result.answered == 1 else f"the {result.answered} answers"
    opening = f"That places you by {answers} you gave; `undo` takes it back." if stopped else "That places you."
    lines = "\n".join(map(_placed, result.topics))
    return (
        f"{opening} A medium problem of {result.roadmap} you would solve unaided with a chance of "
        f"{result.after:.0%} (I began at {result.before:.0%}). What you say counts less than what you solve, so each "
        f"problem you log corrects it.\n\n{lines}"
    )


def _ask(ask: PlacementAsk) -> str:
    about = f"like {link(ask.problem)} ({ask.problem.difficulty})" if ask.problem else f"about {ask.concept or 'it'}"
    kind = "question" if ask.problem is None or ask.problem.platform == "internal" else "problem"
    why = ask.why
    if ask.number > 1:
        why = f"of what is still uncertain its answer tells most again, about {ask.share:.0%}"
    return (
        f"Question {ask.number} of {ask.of}, on **{ask.topic}**: how would you do with a {kind} {about}?\n\n"
        "1. Solve it unaided\n2. Solve it with help\n3. Not yet\n\n"
        f"Why this one: {why}.\n\n{PLACE.text}"
    )


def _placed(topic: PlacedTopic) -> str:
    points = f"{100 * topic.moved:+.0f}"
    unit = "point" if points in ("+1", "-1") else "points"
    return f"- {topic.topic}: mastery {topic.after:.0%} (“{_SAID[topic.answer]}” by itself: {points} {unit})"


LEVEL_WORDS: Final[dict[type[Result], Callable[[Any], str]]] = {
    SeenReceipt: tell_seen,
    PlacementReceipt: tell_placement,
}
