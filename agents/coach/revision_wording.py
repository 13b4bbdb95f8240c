"""What the revision verbs found or did, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from agents.coach.questions import RECALL, number_lines
from tools.catching_up import CatchUpDay, CatchUpReceipt
from tools.context import Result
from tools.delays import CapReceipt, PauseReceipt, SnoozeReceipt
from tools.problems import ProblemBrief
from tools.questions import RecalledCard
from tools.rating import RatedTopic, RatingReceipt
from tools.revising import RecallReceipt, ReviewDone, RevisionReceipt

_CORRECT: Final = "If it felt otherwise, `/rate again`, `hard`, `good` or `easy` corrects it."


def link(problem: ProblemBrief) -> str:
    """Return a problem's name, with its link where it has one."""
    title = problem.title.replace("[", "(").replace("]", ")")
    return f"[{title}]({problem.url})" if problem.url and " " not in problem.url else f"**{title}**"


def _revise(result: RevisionReceipt) -> str:
    recall = f" Chance that you still remember it: {result.retention:.0%}." if result.retention is not None else ""
    opening = f"**{result.topic}**. {result.why}{recall}"
    if result.problem:
        return f"{opening}\n\n{_run(result.problem)}"
    follows = " Then comes one problem." if result.problem_follows else ""
    return f"{opening}{follows}\n\n{number_lines(result.questions)}\n\n{RECALL.text}"


def _run(problem: ProblemBrief) -> str:
    how = "When you're done, tell me how it went: `done alone`, `needed a hint` or `stuck`."
    return f"Your problem: {link(problem)} · {problem.difficulty}. The clock is running. {how}"


def _recalled(result: RecallReceipt) -> str:
    cards = "\n\n".join(_card(card) for card in result.cards)
    then = _run(result.problem) if result.problem else _reviewed(result.review) if result.review else ""
    had = f"You had {result.made} of {result.points} points, as far as I can tell from your words."
    if not result.made:
        had = f"None of the {result.points} points yet, as far as I can tell. Here they are:"
    notes = "\n".join(f"- {' '.join(note.split())}" for note in result.notes)
    return "\n\n".join(part for part in (had, cards, notes and f"Your notes:\n\n{notes}", then) if part)


def _card(card: RecalledCard) -> str:
    lines = [f"**{card.question.rstrip('?')}**", "", *(f"- ✓ {point}" for point in card.made)]
    return "\n".join([*lines, *(f"- missing: {point}" for point in card.missed)])


def _reviewed(review: ReviewDone) -> str:
    return f"{review.topic} comes back on {_on(review.next_revision)} ({review.why}). {_CORRECT}"


def _rated(result: RatingReceipt) -> str:
    return "\n".join(_rating(topic, result.grade) for topic in result.topics)


def _rating(topic: RatedTopic, grade: str) -> str:
    back = f"comes back on {_on(topic.next_revision)}"
    if topic.grade_before == grade:
        return f"- **{topic.topic}** {back}, as before: it was graded {grade} already"
    return f"- **{topic.topic}** {back} ({topic.why}; it had been {topic.grade_before})"


def _snoozed(result: SnoozeReceipt) -> str:
    return f"{result.topic} waits. To revise it sooner, say `revise {result.topic.lower()}`."


def _paused(result: PauseReceipt) -> str:
    if result.paused_until:
        return "Enjoy the break! A topic that you name can be revised all the same; `resume revisions` ends the pause."
    if result.due_now == 0:
        return "Welcome back. Nothing is due."
    return "Welcome back. Say `revise` to begin, or `help me catch up` to spread them over some days."


def _capped(result: CapReceipt) -> str:
    return f"The most urgent come first. {_due(result.due_now)} now."


def _due(count: int) -> str:
    return "1 revision is due" if count == 1 else f"{count} revisions are due"


def _caught_up(result: CatchUpReceipt) -> str:
    lines = [_day(day) for day in result.days]
    beyond = ""
    if result.beyond:
        beyond = (
            f"\n\n{result.beyond} did not fit at {result.per_day_at_most} a day, so they come after. "
            "To do more a day: `at most 8 revisions a day`, then catch up again."
        )
    return "The most urgent first:\n\n" + "\n".join(lines) + beyond + "\n\nSay `revise` to begin."


def _day(day: CatchUpDay) -> str:
    more = f", beside {day.already} that stood there" if day.already else ""
    return f"- {date.fromisoformat(day.day):%a} {_on(day.day)}: {', '.join(day.topics)}{more}"


def _on(day: str) -> str:
    moment = date.fromisoformat(day)
    return f"{moment.day} {moment:%b}"


REVISION_WORDS: Final[dict[type[Result], Callable[[Any], str]]] = {
    RevisionReceipt: _revise,
    RecallReceipt: _recalled,
    RatingReceipt: _rated,
    SnoozeReceipt: _snoozed,
    PauseReceipt: _paused,
    CapReceipt: _capped,
    CatchUpReceipt: _caught_up,
}
