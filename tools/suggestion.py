"""What to practise next, and why: a due revision first, then the roadmap, then the rest of the catalogue.

What was proposed is remembered (`tools.proposals`): another one is never one that was turned down that day, and an
easier or harder one is measured against the last one by the student's own chances, not by its label.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Final, get_args

from pydantic import Field

from learning.planner import Candidate
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.problems import Problem
from store.documents.values import Difficulty as Level
from tools.backlog import read_backlog
from tools.context import MentorContext
from tools.dates import local_day, say_day
from tools.errors import ToolRetry
from tools.learner import level_of
from tools.problems import brief, resolve_problem
from tools.proposals import Instead, Memory, decline, read_memory, remember
from tools.prospects import (
    NextProblem,
    Situation,
    chance_at,
    new_problems,
    nothing_left_of,
    read_situation,
    sentence,
)
from tools.sessions import running_sessions

__all__ = ["NextProblem", "next_problem", "suggest_new"]

REVISIONS_FIRST: Final = 3
"""Reviews a day that come before new problems; a backlog must not keep a student from new material for ever."""
STEPS: Final = (0.05, 0.01)
"""By how much a chance should differ for a problem to be called easier or harder, and by how much at least."""
_ALL: Final = 600


@dataclass(frozen=True)
class _Rival:
    """The problem that an easier or a harder one is wanted instead of, and the student's chance at it."""

    problem: Problem
    predicted: float
    harder: bool

    @property
    def kind(self) -> str:
        """Return which way the wanted problem differs from it."""
        return "harder" if self.harder else "easier"

    def is_beaten(self, chance: float, step: float) -> bool:
        """Return whether a chance is that of an easier, or a harder, problem by more than a step."""
        difference = chance - self.predicted
        return (-difference if self.harder else difference) > step

    def beaten_by(self, candidate: Candidate, problem: Problem, step: float) -> bool:
        """Return whether a problem is easier, or harder, for the student by more than a step."""
        return self.is_beaten(candidate.predicted, step) and self._may_follow(problem)

    def matched_by(self, candidate: Candidate, problem: Problem) -> bool:
        """Return whether a problem is about as hard for the student, and not easier where a harder one is wanted."""
        easier = candidate.predicted - self.predicted
        return abs(easier) <= STEPS[0] and not (self.harder and easier > 0) and self._may_follow(problem)

    def _may_follow(self, problem: Problem) -> bool:
        """Return whether a problem's own label does not contradict that it is easier, or harder."""
        levels = get_args(Level)
        difference = levels.index(level_of(problem)) - levels.index(level_of(self.problem))
        return difference >= 0 if self.harder else difference <= 0


async def next_problem(
    context: MentorContext,
    topic: Annotated[str | None, Field(max_length=200, description="Only of this topic, such as graphs.")] = None,
    difficulty: Annotated[Level | None, Field(description="Only of this difficulty.")] = None,
    instead: Annotated[
        Instead | None,
        Field(description="What the student wants in place of the last one proposed: another, easier or harder."),
    ] = None,
    than: Annotated[
        str | None, Field(max_length=500, description="The problem that `instead` is about; left out: the last one.")
    ] = None,
) -> NextProblem:
    """Choose the one problem that the student should do next, with the reasons taken from their data.

    Use it for "give me one", "what should I practise", "something on graphs", "an easy one"; with `instead` for
    "another one", "not this one", "something easier", "too easy". It starts nothing: when the student agrees, call
    start_problem. Tell the student the why; do not make up another.
    """
    if difficulty is not None and difficulty not in get_args(Level):
        raise ToolRetry("The difficulty must be easy, medium or hard.", choices=get_args(Level))
    if instead is not None and instead not in get_args(Instead):
        raise ToolRetry("Instead must be another, easier or harder.", choices=get_args(Instead))
    memory = await read_memory(context)
    named = await resolve_problem(context, than) if instead and than is not None else None
    if named is not None and (memory.last is None or memory.last.problem_id != named.id):
        # What was proposed since then is not what is turned down.
        memory = Memory(None, memory.declined | {named.id})
    situation = await read_situation(context, topic, difficulty, memory.declined)
    replaced = named or (await _replaced(context, situation, memory, instead) if instead else None)
    if instead and memory.last:
        if instead != "another" or replaced is not None:
            memory = await decline(context, memory, instead)
        situation = _narrowed(situation, memory, topic, keep_level=instead == "another")
    found = await _choose(context, situation, replaced, instead)
    if found.problem:
        await remember(
            context,
            memory,
            ObjectId(found.problem.id),
            predicted=found.predicted,
            topic=situation.wanted,
            level=situation.level,
        )
    return found.model_copy(update={"running": await _running_title(context, situation)})


async def _choose(
    context: MentorContext, situation: Situation, replaced: Problem | None, instead: Instead | None
) -> NextProblem:
    if replaced is not None and instead in ("easier", "harder"):
        chance = await chance_at(context, situation, replaced)
        return await _beside(context, situation, _Rival(replaced, chance, harder=instead == "harder"))
    found = await _due_revision(context, situation) or await _new_problem(context, situation)
    if found is None:
        return NextProblem(problem=None, why=nothing_left_of(situation), nothing_left=True)
    if replaced is None or instead is None:
        return found
    why = f"Instead of {replaced.title}: {found.why[:1].lower()}{found.why[1:]}"
    return found.model_copy(update={"why": why, "instead_of": replaced.title})


async def _replaced(context: MentorContext, situation: Situation, memory: Memory, instead: Instead) -> Problem | None:
    """Return the problem in whose place one is wanted: the started or proposed one, else what would come now."""
    last = memory.last
    started = (await running_sessions(context))[:1]
    if started and (last is None or started[0].start_time > last.at):
        return await context.work.shared(Problem).get(situation.running)
    if instead == "another" and (last is None or last.problem_id in situation.solved | situation.today):
        # What was worked on was not turned down.
        return None
    if last is not None:
        return await context.work.shared(Problem).get(last.problem_id)
    found = await _new_problem(context, situation)
    return await context.work.shared(Problem).get(ObjectId(found.problem.id)) if found and found.problem else None


def _narrowed(situation: Situation, memory: Memory, topic: str | None, *, keep_level: bool) -> Situation:
    """Return the situation after something was turned down: what had been asked for then still holds."""
    last = memory.last
    wanted = last.topic_id if last and topic is None else situation.wanted
    level = last.level if last and keep_level and topic is None and situation.level is None else situation.level
    return replace(situation, declined=memory.declined, wanted=wanted, level=level)


async def _beside(context: MentorContext, situation: Situation, rival: _Rival) -> NextProblem:
    """Return the best new problem that is easier, or harder, for this student than another one.

    Where there is none, one that is about as hard, which is said.
    """
    wanted = replace(situation, declined=situation.declined | {rival.problem.id})
    ways: list[Callable[[Candidate, Problem], bool]] = [partial(rival.beaten_by, step=step) for step in STEPS]
    for fits in (*ways, rival.matched_by):
        for path in (situation.path, None):
            found = await new_problems(context, replace(wanted, path=path), 1, most_looked_at=_ALL, fits=fits)
            if found:
                return _compared(situation, found[0], rival)
    return NextProblem(
        problem=None, why=f"{_nothing_beside(situation, rival)}.", nothing_left=True, instead_of=rival.problem.title
    )


def _nothing_beside(situation: Situation, rival: _Rival) -> str:
    where = f" of {situation.book.names[situation.wanted]}" if situation.wanted else ""
    return f"Nothing{where} that you have not solved yet is {rival.kind} for you than {rival.problem.title}"


def _compared(situation: Situation, found: NextProblem, rival: _Rival) -> NextProblem:
    title, chance = rival.problem.title, found.predicted or 0.0
    if rival.is_beaten(chance, STEPS[1]):
        relation = (
            f"{rival.kind} than {title}: you would solve that one unaided with a chance of {rival.predicted:.0%}, "
            f"this one with {chance:.0%}"
        )
    else:
        relation = f"{_nothing_beside(situation, rival)}; this one is about as hard, with a chance of {chance:.0%}"
    reasons = (relation, *(reason for reason in found.reasons if "unaided with a chance" not in reason))
    return found.model_copy(update={"why": sentence(reasons), "reasons": reasons, "instead_of": title})


async def _running_title(context: MentorContext, situation: Situation) -> str | None:
    problem = await context.work.shared(Problem).get(situation.running) if situation.running else None
    return problem.title if problem else None


async def _due_revision(context: MentorContext, situation: Situation) -> NextProblem | None:
    """Return the problem of the most urgent revision that the student wants today, while few were done."""
    backlog = await read_backlog(context)
    reviewed = sum(known.reviewed_on == backlog.today.isoformat() for known in situation.view.topics.values())
    if backlog.paused_until or (situation.wanted is None and (not backlog.room or reviewed >= REVISIONS_FIRST)):
        return None
    for schedule in backlog.due:
        if situation.wanted not in (None, schedule.topic_id):
            continue
        chosen = schedule.problems_to_revise[0].problem_id if schedule.problems_to_revise else None
        if chosen is None or chosen == situation.running or chosen in situation.today | situation.declined:
            continue
        problem = await context.work.shared(Problem).get(chosen)
        if problem is not None and (situation.level is None or problem.difficulty == situation.level):
            return await _revision_result(context, situation, schedule, problem)
    return None


async def _revision_result(
    context: MentorContext, situation: Situation, schedule: RevisionSchedule, problem: Problem
) -> NextProblem:
    today = local_day(context.now(), context.zone)
    due = local_day(schedule.next_revision_date, context.zone)
    predicted = await chance_at(context, situation, problem)
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
        why=sentence(reasons),
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
    situation = await read_situation(context, None, difficulty, (await read_memory(context)).declined)
    return await new_problems(context, situation, most)


async def _new_problem(context: MentorContext, situation: Situation) -> NextProblem | None:
    return next(iter(await new_problems(context, situation, 1)), None)
