"""What to practise next, and why: a due revision first, then the roadmap, then the rest of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, get_args

from pydantic import Field

from learning.planner import BAND, Candidate, Choice, Term, rank_problems
from store.client import ObjectId, Raw
from store.documents.intelligence import RevisionSchedule
from store.documents.problems import Problem
from store.documents.values import Difficulty as Level
from tools.arguments import name_some
from tools.choosing import Path, Place, problems_of_topic, read_path, solved_unaided, tried_since, weigh
from tools.context import MentorContext, Result
from tools.dates import end_of_day, local_day, say_day, start_of_day
from tools.errors import ToolRetry
from tools.learner import LearnerView, read_difficulties, read_learner
from tools.problems import ProblemBrief, brief
from tools.sessions import running_problem, running_sessions
from tools.topics import TopicBook, pick_topic, read_topics

REVISIONS_FIRST: Final = 3
"""Reviews a day that come before new problems; a backlog must not keep a student from new material for ever."""
KNOWN_WELL: Final = 0.6
"""Mastery from which a prerequisite is no longer open although nothing of it was solved."""
_LOOKED_AT: Final = 60


class NextProblem(Result):
    """The problem to try now. `predicted` is the chance of an unaided solve, `position` its number on the roadmap.

    `revision_due` is the day on which the revision that it serves was due. `running` is the title of a problem that
    was started and not recorded yet. `nothing_left`: there is no problem that fits.
    """

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
    nothing_left: bool = False


@dataclass(frozen=True)
class _Situation:
    """What is known when a problem is chosen. `wanted` is the topic that was asked for."""

    book: TopicBook
    view: LearnerView
    path: Path | None
    solved: frozenset[ObjectId]
    today: frozenset[ObjectId]
    running: ObjectId | None
    wanted: ObjectId | None
    level: Level | None

    def fits(self, problem: Problem) -> bool:
        """Return whether a problem is of the topic and the difficulty that were asked for."""
        if self.level is not None and problem.difficulty != self.level:
            return False
        return self.wanted is None or self.wanted in self.book.sort_out(problem.topics)[0]


async def next_problem(
    context: MentorContext,
    topic: Annotated[str | None, Field(max_length=200, description="Only of this topic, such as graphs.")] = None,
    difficulty: Annotated[Level | None, Field(description="Only of this difficulty.")] = None,
) -> NextProblem:
    """Choose the one problem that the student should do next, with the reasons taken from their data.

    Use it for "give me one", "what should I practise", "something on graphs", "an easy one". It starts nothing: when
    the student agrees, call start_problem. Tell the student the why; do not make up another.
    """
    if difficulty is not None and difficulty not in get_args(Level):
        raise ToolRetry("The difficulty must be easy, medium or hard.", choices=get_args(Level))
    situation = await _read_situation(context, topic, difficulty)
    running = await _running_title(context, situation)
    found = await _due_revision(context, situation) or await _new_problem(context, situation)
    if found is None:
        found = NextProblem(problem=None, why=_nothing_left(situation), nothing_left=True)
    return found.model_copy(update={"running": running})


async def _read_situation(context: MentorContext, topic: str | None, level: Level | None) -> _Situation:
    book = await read_topics(context)
    wanted = pick_topic(book, topic) if topic is not None else None
    view = await read_learner(context)
    shifts = await context.work.population.shifts(book.names)
    midnight = start_of_day(local_day(context.now(), context.zone), context.zone)
    return _Situation(
        book=book,
        view=LearnerView(view.student, view.topics, shifts),
        path=await read_path(context),
        solved=frozenset(await solved_unaided(context)),
        today=frozenset(await tried_since(context, midnight)),
        running=running_problem(await running_sessions(context)),
        wanted=wanted,
        level=level,
    )


async def _running_title(context: MentorContext, situation: _Situation) -> str | None:
    problem = await context.work.shared(Problem).get(situation.running) if situation.running else None
    return problem.title if problem else None


async def _due_revision(context: MentorContext, situation: _Situation) -> NextProblem | None:
    """Return the problem of the most urgent revision that is due, while few were done today."""
    today = local_day(context.now(), context.zone)
    reviewed = sum(known.reviewed_on == today.isoformat() for known in situation.view.topics.values())
    if situation.wanted is None and reviewed >= REVISIONS_FIRST:
        return None
    due = await context.work.of(RevisionSchedule).find(
        {"nextRevisionDate": {"$lte": end_of_day(today, context.zone)}},
        sort=[("revisionPriority", -1), ("nextRevisionDate", 1), ("_id", 1)],
    )
    for schedule in due:
        if schedule.topic_id is None or situation.wanted not in (None, schedule.topic_id):
            continue
        chosen = schedule.problems_to_revise[0].problem_id if schedule.problems_to_revise else None
        if chosen is None or chosen == situation.running or chosen in situation.today:
            continue
        problem = await context.work.shared(Problem).get(chosen)
        if problem is not None and (situation.level is None or problem.difficulty == situation.level):
            return await _revision_result(context, situation, schedule, problem)
    return None


async def _revision_result(
    context: MentorContext, situation: _Situation, schedule: RevisionSchedule, problem: Problem
) -> NextProblem:
    today = local_day(context.now(), context.zone)
    due = local_day(schedule.next_revision_date, context.zone)
    topics, _ = situation.book.sort_out(problem.topics)
    difficulty = (await read_difficulties(context, [problem]))[problem.id]
    predicted = situation.view.predict(topics, difficulty).p
    place = situation.path.places.get(problem.id) if situation.path else None
    name = situation.book.names.get(schedule.topic_id) if schedule.topic_id else None
    when = "is due today" if due == today else f"has been due since {say_day(due, today)}"
    reasons = [f"the revision of {name or schedule.topic_name} {when}"]
    recall = situation.view.recall(schedule.topic_id, context.now()) if schedule.topic_id else None
    if recall is not None:
        reasons.append(f"the chance that you still remember it is {recall:.0%}")
    reasons.append(f"you would solve this one unaided with a chance of {predicted:.0%}")
    return NextProblem(
        problem=brief(problem),
        why=_sentence(reasons),
        reasons=tuple(reasons),
        predicted=round(predicted, 4),
        topic=name or schedule.topic_name,
        layer=place.layer if place else None,
        position=place.number if place else None,
        roadmap=situation.path.name if situation.path and place else None,
        revision_due=due.isoformat(),
    )


async def suggest_new(context: MentorContext, *, most: int, difficulty: Level | None = None) -> tuple[NextProblem, ...]:
    """Return the best problems that are not solved yet, revisions left aside, the best first."""
    return await _new_problems(context, await _read_situation(context, None, difficulty), most)


async def _new_problem(context: MentorContext, situation: _Situation) -> NextProblem | None:
    return next(iter(await _new_problems(context, situation, 1)), None)


async def _new_problems(context: MentorContext, situation: _Situation, most: int) -> tuple[NextProblem, ...]:
    """Return the best problems not solved yet: from the roadmap, or where that has none, the catalogue."""
    problems = await _open_problems(context, situation)
    if not problems:
        return ()
    difficulties = await read_difficulties(context, problems)
    candidates = []
    for order, problem in enumerate(problems):
        candidate = weigh(situation.view, situation.book, problem, difficulties[problem.id], order)
        place = situation.path.places.get(problem.id) if situation.path else None
        candidates.append(_placed(situation, candidate, place) if place else candidate)
    found = {str(problem.id): problem for problem in problems}
    choices = rank_problems(candidates)[:most]
    return tuple(_new_result(situation, found[choice.candidate.problem], choice) for choice in choices)


async def _open_problems(context: MentorContext, situation: _Situation) -> list[Problem]:
    """Return the problems to choose from; those tried today, and the running one, only when nothing else is left."""
    fresh = await _open_without(context, situation, situation.solved | situation.today | {situation.running})
    return fresh or await _open_without(context, situation, situation.solved | {situation.running})


async def _open_without(
    context: MentorContext, situation: _Situation, out: frozenset[ObjectId | None]
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
    return await shared.find(query, sort=[("interviewFrequencyScore", -1), ("_id", 1)], limit=_LOOKED_AT)


def _placed(situation: _Situation, candidate: Candidate, place: Place) -> Candidate:
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


def _open_prerequisites(situation: _Situation, topic: ObjectId) -> tuple[str, ...]:
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


def _new_result(situation: _Situation, problem: Problem, choice: Choice) -> NextProblem:
    place = situation.path.places.get(problem.id) if situation.path else None
    reasons = _reasons(situation, choice.terms, choice.candidate, place)
    return NextProblem(
        problem=brief(problem),
        why=_sentence(reasons),
        reasons=tuple(reasons),
        predicted=round(choice.candidate.predicted, 4),
        topic=choice.candidate.topic or None,
        layer=place.layer if place else None,
        position=place.number if place else None,
        roadmap=situation.path.name if situation.path and place else None,
    )


def _reasons(situation: _Situation, terms: Sequence[Term], candidate: Candidate, place: Place | None) -> list[str]:
    """Say the terms that decided, the strongest first."""
    said = [_say(situation, term, candidate, place) for term in terms]
    return [sentence for sentence in said if sentence]


def _say(situation: _Situation, term: Term, candidate: Candidate, place: Place | None) -> str | None:
    chance = f"{candidate.predicted:.0%}"
    match term.name:
        case "right-difficulty":
            return f"you would solve it unaided with a chance of {chance}, which is where practice teaches most"
        case "too-easy":
            return f"it is on the easy side: you would solve it unaided with a chance of {chance}"
        case "too-hard":
            low = f"{BAND[0]:.0%}"
            return f"it is a stretch: you would solve it unaided with a chance of {chance}, and {low} would be better"
        case "roadmap-order" if place and situation.path:
            layer = f", {place.layer} layer" if place.layer else ""
            return f"it is number {place.number} of {len(situation.path.places)} on {situation.path.name}{layer}"
        case "importance" if place and place.importance != "good-to-solve":
            return f"it is marked {place.importance}"
        case "weak-topic" if candidate.topic:
            return f"your mastery of {candidate.topic} is {candidate.topic_mastery:.0%}"
        case "open-prerequisites":
            return f"it builds on {name_some(list(candidate.open_prerequisites))}, where you have solved nothing yet"
        case _:
            return None


def _nothing_left(situation: _Situation) -> str:
    what = [situation.level] if situation.level else []
    where = f" of {situation.book.names[situation.wanted]}" if situation.wanted else ""
    kind = " ".join([*what, "problem"])
    return f"There is no {kind}{where} in the catalogue that you have not solved unaided yet."


def _sentence(reasons: Sequence[str]) -> str:
    text = "; ".join(reasons)
    return text[:1].upper() + text[1:] + "." if text else ""
