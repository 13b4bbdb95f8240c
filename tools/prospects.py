"""Which problems could come next for a student, the best first, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from learning.planner import BAND, Candidate, Choice, Term, rank_problems
from store.client import ObjectId, Raw
from store.documents.problems import Problem
from store.documents.values import Difficulty as Level
from tools.arguments import name_some
from tools.choosing import (
    Path,
    Place,
    problems_of_topic,
    read_path,
    seen_problems,
    solved_unaided,
    tried_since,
    weigh,
)
from tools.context import MentorContext, Receipt
from tools.dates import local_day, start_of_day
from tools.learner import LearnerView, read_difficulties, read_learner
from tools.problems import ProblemBrief, brief
from tools.sessions import running_problem, running_sessions
from tools.topics import TopicBook, pick_topic, read_topics

KNOWN_WELL: Final = 0.6
"""Mastery from which a prerequisite is no longer open although nothing of it was solved."""
_LOOKED_AT: Final = 60


class NextProblem(Receipt):
    """The problem to try now. `predicted` is the chance of an unaided solve, `position` its number on the roadmap.

    `revision_due` is the day on which the revision that it serves was due. `running` is the title of a problem that
    was started and not recorded yet. `instead_of` is the title of the one that it takes the place of. `nothing_left`:
    there is no problem that fits. Its receipt is always empty: that it was proposed is kept, and nothing else.
    """

    line: str = ""
    problem: ProblemBrief | None
    why: str
    reasons: tuple[str, ...] = ()
    predicted: float | None = None
    topic: str | None = None
    layer: str | None = None
    position: int | None = None
    roadmap: str | None = None
    revision_due: str | None = None
    running: str | None = None
    instead_of: str | None = None
    nothing_left: bool = False


@dataclass(frozen=True)
class Situation:
    """What is known when a problem is chosen. `wanted` is the topic that was asked for.

    `declined` was turned down today; `known` was seen elsewhere, so it is nothing new.
    """

    book: TopicBook
    view: LearnerView
    path: Path | None
    solved: frozenset[ObjectId]
    today: frozenset[ObjectId]
    running: ObjectId | None
    wanted: ObjectId | None
    level: Level | None
    declined: frozenset[ObjectId]
    known: frozenset[ObjectId]

    def fits(self, problem: Problem) -> bool:
        """Return whether a problem is of the topic and the difficulty that were asked for."""
        if self.level is not None and problem.difficulty != self.level:
            return False
        return self.wanted is None or self.wanted in self.book.sort_out(problem.topics)[0]


async def read_situation(
    context: MentorContext, topic: str | None, level: Level | None, declined: frozenset[ObjectId]
) -> Situation:
    """Return what is known now; `declined` was turned down today. Raises: ToolRetry for an unknown topic."""
    book = await read_topics(context)
    wanted = pick_topic(book, topic) if topic is not None else None
    view = await read_learner(context)
    shifts = await context.work.population.shifts(book.names)
    midnight = start_of_day(local_day(context.now(), context.zone), context.zone)
    return Situation(
        book=book,
        view=LearnerView(view.student, view.topics, shifts),
        path=await read_path(context),
        solved=frozenset(await solved_unaided(context)),
        today=frozenset(await tried_since(context, midnight)),
        running=running_problem(await running_sessions(context)),
        wanted=wanted,
        level=level,
        declined=declined,
        known=frozenset(await seen_problems(context)),
    )


async def chance_at(context: MentorContext, situation: Situation, problem: Problem) -> float:
    """Return the student's chance, 0 to 1, of solving a problem unaided."""
    difficulty = (await read_difficulties(context, [problem]))[problem.id]
    return situation.view.predict(situation.book.sort_out(problem.topics)[0], difficulty).p


async def new_problems(
    context: MentorContext,
    situation: Situation,
    most: int,
    *,
    most_looked_at: int = _LOOKED_AT,
    fits: Callable[[Candidate, Problem], bool] = lambda *_: True,
) -> tuple[NextProblem, ...]:
    """Return the best problems not solved yet: from the roadmap, or where that has none, the catalogue.

    Of the catalogue's, `most_looked_at` are weighed, the most asked first; only those that `fits` takes are returned.
    """
    problems = await _open_problems(context, situation, most_looked_at)
    if not problems:
        return ()
    difficulties = await read_difficulties(context, problems)
    candidates = []
    for order, problem in enumerate(problems):
        candidate = weigh(situation.view, situation.book, problem, difficulties[problem.id], order)
        place = situation.path.places.get(problem.id) if situation.path else None
        candidates.append(_placed(situation, candidate, place) if place else candidate)
    found = {str(problem.id): problem for problem in problems}
    choices = rank_problems([one for one in candidates if fits(one, found[one.problem])])[:most]
    return tuple(_new_result(situation, found[choice.candidate.problem], choice) for choice in choices)


async def _open_problems(context: MentorContext, situation: Situation, most: int = _LOOKED_AT) -> list[Problem]:
    """Return the problems to choose from; those tried today, and the running one, only when nothing else is left."""
    never = situation.solved | situation.declined | situation.known | {situation.running}
    return await _open_without(context, situation, never | situation.today, most) or await _open_without(
        context, situation, never, most
    )


async def _open_without(
    context: MentorContext, situation: Situation, out: frozenset[ObjectId | None], most: int
) -> list[Problem]:
    shared = context.work.shared(Problem)
    if situation.path:
        wanted = [problem for problem in situation.path.places if problem not in out]
        order = {problem: number for number, problem in enumerate(wanted)}
        found = [problem for problem in await shared.find({"_id": {"$in": wanted}}) if situation.fits(problem)]
        if found:
            return sorted(found, key=lambda problem: order[problem.id])
    query: Raw = {"_id": {"$nin": list(out)}}
    if situation.level is not None:
        query["difficulty"] = situation.level
    if situation.wanted is not None:
        return await problems_of_topic(context, situation.book, situation.wanted, query)
    return await shared.find(query, sort=[("interviewFrequencyScore", -1), ("_id", 1)], limit=most)


def _placed(situation: Situation, candidate: Candidate, place: Place) -> Candidate:
    """Return a roadmap problem as a candidate: its topic there, its number, and the topics that should come first."""
    topic = situation.wanted or place.topic
    return Candidate(
        problem=candidate.problem,
        predicted=candidate.predicted,
        order=place.number,
        topic=situation.book.names.get(topic, place.topic_name),
        topic_mastery=situation.view.mastery(topic),
        importance=place.importance,
        open_prerequisites=() if situation.wanted else _open_prerequisites(situation, place.topic),
    )


def _open_prerequisites(situation: Situation, topic: ObjectId) -> tuple[str, ...]:
    """Return the topics before this one that the roadmap practises and the student has not touched with success."""
    places = situation.path.places if situation.path else {}
    started = {place.topic for problem, place in places.items() if problem in situation.solved}
    practised = {place.topic for place in places.values()}
    names = situation.book.prerequisites.get(topic, ())
    needed = [found for name in names if (found := situation.book.find(name)) is not None]
    return tuple(
        situation.book.names[item]
        for item in needed
        if item in practised and item not in started and situation.view.mastery(item) < KNOWN_WELL
    )


def _new_result(situation: Situation, problem: Problem, choice: Choice) -> NextProblem:
    place = situation.path.places.get(problem.id) if situation.path else None
    reasons = _reasons(situation, choice.terms, choice.candidate, place)
    return NextProblem(
        problem=brief(problem),
        why=sentence(reasons),
        reasons=tuple(reasons),
        predicted=round(choice.candidate.predicted, 4),
        topic=choice.candidate.topic or None,
        layer=place.layer if place else None,
        position=place.number if place else None,
        roadmap=situation.path.name if situation.path and place else None,
    )


def _reasons(situation: Situation, terms: Sequence[Term], candidate: Candidate, place: Place | None) -> list[str]:
    """Say the terms that decided, the strongest first."""
    said = [_say(situation, term, candidate, place) for term in terms]
    return [sentence for sentence in said if sentence]


def _say(situation: Situation, term: Term, candidate: Candidate, place: Place | None) -> str | None:
    chance = f"{candidate.predicted:.0%}"
    match term.name:
        case "right-difficulty":
            return f"you would solve it unaided with a chance of {chance}, which is where practice teaches most"
        case "too-easy":
            return f"it is on the easy side: you would solve it unaided with a chance of {chance}"
        case "too-hard":
            low = f"{BAND[0]:.0%}"
            if chance == low:
                return f"you would solve it unaided with a chance of {chance}, about where practice teaches most"
            return f"it is a stretch: you would solve it unaided with a chance of {chance}, and {low} would be better"
        case "roadmap-order" if place and situation.path:
            layer = f", {place.layer} layer" if place.layer else ""
            return f"it is number {place.number} of {len(situation.path.places)} on {situation.path.name}{layer}"
        case "importance" if place and place.importance != "good-to-solve":
            return f"it is marked {place.importance}"
        case "weak-topic" if candidate.topic:
            topic = situation.book.find(candidate.topic)
            assumed = "" if topic and situation.view.has_tried(topic) else ", assumed until you try it"
            return f"your mastery of {candidate.topic} is {candidate.topic_mastery:.0%}{assumed}"
        case "open-prerequisites":
            return f"it builds on {name_some(list(candidate.open_prerequisites))}, which you do not know well yet"
        case _:
            return None


def nothing_left_of(situation: Situation) -> str:
    """Say that no problem fits, and why."""
    what = [situation.level] if situation.level else []
    where = f" of {situation.book.names[situation.wanted]}" if situation.wanted else ""
    kind = " ".join([*what, "problem"])
    if situation.declined:
        return f"There is no {kind}{where} left today: you have solved or turned down what there is."
    if situation.known:
        return f"There is no {kind}{where} in the catalogue that you have not solved unaided or seen before."
    return f"There is no {kind}{where} in the catalogue that you have not solved unaided yet."


def sentence(reasons: Sequence[str]) -> str:
    """Return reasons as one sentence."""
    text = "; ".join(reasons)
    return text[:1].upper() + text[1:] + "." if text else ""
