"""What was proposed to the student and what they said of it, so that no problem is proposed twice in vain.

A wish for another, an easier or a harder problem says nothing certain about what the student can do: it moves the
choice and no belief. A problem known from elsewhere has neither a date nor an outcome: it is evidence of no solve, so
it counts for no mastery, no statistics and no streak, and it is only not proposed as new any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from store.client import ObjectId
from store.documents.level import Proposal, SeenProblem
from store.documents.problems import Problem
from store.documents.values import Difficulty as Level
from tools.choosing import solved_unaided
from tools.context import MentorContext, Receipt, Verb
from tools.dates import local_day
from tools.errors import ToolRetry
from tools.problems import ProblemBrief, brief, resolve_problem
from tools.sessions import running_problem, running_sessions

Instead = Literal["another", "easier", "harder"]
_LOOKED_BACK: Final = 200


class SeenReceipt(Receipt):
    """A problem that the student knows from elsewhere. `already`: that was known before.

    `proposed`: it was today's last proposal, so another one is wanted.
    """

    problem: ProblemBrief
    already: bool
    proposed: bool


@dataclass(frozen=True)
class Memory:
    """What was proposed on the student's present day: the last proposal, and the problems that were turned down."""

    last: Proposal | None = None
    declined: frozenset[ObjectId] = frozenset()


async def read_memory(context: MentorContext) -> Memory:
    """Return what was proposed today, in the student's zone."""
    today = local_day(context.now(), context.zone).isoformat()
    found = await context.work.of(Proposal).find({"day": today}, sort=[("at", -1), ("_id", -1)], limit=_LOOKED_BACK)
    declined = frozenset(proposal.problem_id for proposal in found if proposal.reply is not None)
    return Memory(found[0] if found else None, declined)


async def decline(context: MentorContext, memory: Memory, instead: Instead) -> Memory:
    """Note that the student wants something else than what was proposed last."""
    last = memory.last
    if last is None:
        return memory
    if last.reply is None:
        last.reply, last.replied_at = instead, context.now()
        await context.work.of(Proposal).save(last)
    return Memory(last, memory.declined | {last.problem_id})


async def remember(
    context: MentorContext,
    memory: Memory,
    problem: ObjectId,
    *,
    predicted: float | None,
    topic: ObjectId | None,
    level: Level | None,
) -> None:
    """Keep what is proposed now; the same proposal again is not kept twice."""
    last = memory.last
    if last and last.reply is None and (last.problem_id, last.topic_id, last.level) == (problem, topic, level):
        return
    now = context.now()
    proposal = Proposal(
        id=context.work.new_id(),
        user_id=context.student,
        problem_id=problem,
        at=now,
        day=local_day(now, context.zone).isoformat(),
        predicted=predicted,
        topic_id=topic,
        level=level,
    )
    await context.work.of(Proposal).add(proposal)


async def mark_seen(
    context: MentorContext,
    problem: Annotated[
        str | None, Field(max_length=500, description="Title, slug, number or url; leave out for the proposed one.")
    ] = None,
) -> SeenReceipt:
    """Note that the student knows a problem from before PrepMate, so that it is not proposed as new any more.

    Use it for "seen it already", "i know this one", "did that one last year": for a problem proposed just now or any
    other. It has no date and is no solve of today: mastery, statistics and the streak stay as they are, and a revision
    may still bring it back. If it was proposed, call next_problem with instead="another" afterwards.
    """
    chosen, proposal = await _meant(context, problem)
    known = await context.work.of(SeenProblem).find_one({"problemId": chosen.id})
    already = known is not None or chosen.id in await solved_unaided(context)
    if proposal is not None and proposal.reply is None:
        proposal.reply, proposal.replied_at = "seen", context.now()
        await context.work.of(Proposal).save(proposal)
    if already:
        return SeenReceipt(line="", problem=brief(chosen), already=True, proposed=proposal is not None)
    seen = SeenProblem(id=context.work.new_id(), user_id=context.student, problem_id=chosen.id)
    await context.work.of(SeenProblem).add(seen)
    return SeenReceipt(
        line=f"{chosen.title} · seen before, so not proposed as new any more",
        undo_label=f"{chosen.title} · seen before",
        problem=brief(chosen),
        already=False,
        proposed=proposal is not None,
    )


async def _meant(context: MentorContext, said: str | None) -> tuple[Problem, Proposal | None]:
    """Return the problem that is meant, with today's last proposal if that proposed it. Raises: ToolRetry."""
    last = (await read_memory(context)).last
    if said is not None:
        chosen = await resolve_problem(context, said)
        return chosen, last if last and last.problem_id == chosen.id else None
    known = last.problem_id if last else running_problem(await running_sessions(context))
    found = await context.work.shared(Problem).get(known) if known else None
    if found is None:
        raise ToolRetry("Which problem was it? None was proposed today, so name it by its title or url.")
    return found, last


PROPOSALS = (Verb(mark_seen, doing="noting what you know already", writes=True),)
