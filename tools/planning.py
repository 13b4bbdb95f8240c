"""The plan of the day: what is due, what is new and what was meant to be done, fitted into the student's minutes.

A plan is not stored. It follows from the data each time it is asked for, so what was done since then is ticked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from learning.day import DayPlan, Kind, Left, fit_day
from store.documents.own import StudentSettings
from tools.arguments import name_some
from tools.context import MentorContext, Result, Verb
from tools.dates import local_day
from tools.daywork import DayWork, DoneItem, read_day
from tools.errors import ToolRetry
from tools.offers import Offer, gather
from tools.problems import ProblemBrief
from tools.topics import read_topics

DEFAULT_MINUTES: Final = 45
DAY_MINUTES: Final = 1440
_LEFT_SHOWN: Final = 5


class PlanItem(Result):
    """Something to do today, with the minutes it is likely to take. `task` is its number in the list of open tasks.

    `also` names what is done together with it.
    """

    kind: Kind
    title: str
    minutes: float
    why: str
    problem: ProblemBrief | None = None
    topic: str | None = None
    task: int | None = None
    also: tuple[str, ...] = ()


class LeftOut(Result):
    """Something that does not fit into the minutes that are left."""

    kind: Kind
    title: str
    minutes: float
    why: str


class TodayPlan(Result):
    """The plan of one of the student's days.

    `budget` is in minutes, from what was `said`, the `profile`, or a `default`; `minutes_left` is what of it is not
    used up by what is `done` today; `minutes_planned` is the sum over `items`, never more than that. `left_out` holds
    the first five that do not fit, `left_out_total` counts them.
    """

    today: str
    budget: float
    budget_from: Literal["said", "profile", "default"]
    minutes_done: float
    minutes_left: float
    minutes_planned: float
    items: tuple[PlanItem, ...]
    done: tuple[DoneItem, ...]
    left_out: tuple[LeftOut, ...]
    left_out_total: int


@dataclass(frozen=True)
class _Budget:
    """The minutes of the day, where they come from, and what of them is left."""

    minutes: float
    source: Literal["said", "profile", "default"]
    left: float


async def plan_today(
    context: MentorContext,
    minutes: Annotated[
        float | None, Field(gt=0, le=1440, description="Minutes that the student has now; leave out for the usual day.")
    ] = None,
) -> TodayPlan:
    """Plan the student's day: due revisions, the next problem, the roadmap's step and tasks, each with its why.

    Use it for "what's my plan", "plan today", and with minutes for "I have only 20 minutes". It writes nothing and can
    be asked again at any time: what was done today is ticked. Tell the whys as they are given.
    """
    if minutes is not None and not 0 < minutes <= DAY_MINUTES:
        raise ToolRetry(f"The minutes must be more than 0 and at most {DAY_MINUTES}, which is a whole day.")
    today = local_day(context.now(), context.zone)
    done = await read_day(context, await read_topics(context), today)
    budget = await _budget(context, minutes, done)
    offers = await gather(context, today, budget.left)
    # Minutes that were said are a stretch of their own; the usual day is one with what was done in it.
    spent, revised = (0.0, 0.0) if minutes is not None else (done.minutes, done.revised)
    plan = fit_day([offer.item for offer in offers], budget.left, spent=spent, revised=revised)
    return _result(today, budget, done, plan, {offer.item.key: offer for offer in offers})


async def _budget(context: MentorContext, said: float | None, done: DayWork) -> _Budget:
    if said is not None:
        return _Budget(said, "said", said)
    settings = await context.work.of(StudentSettings).own()
    known = settings.minutes_per_day if settings else None
    minutes = float(known or DEFAULT_MINUTES)
    return _Budget(minutes, "profile" if known else "default", max(0.0, round(minutes - done.minutes, 1)))


def _result(today: date, budget: _Budget, done: DayWork, plan: DayPlan, offers: Mapping[str, Offer]) -> TodayPlan:
    too_long = _worth_saying(plan)
    also: dict[str, list[str]] = {}
    for left in plan.left_out:
        if left.by is not None and (said := offers[left.item.key].covered_as):
            also.setdefault(left.by, []).append(said)
    return TodayPlan(
        today=today.isoformat(),
        budget=budget.minutes,
        budget_from=budget.source,
        minutes_done=round(done.minutes, 1),
        minutes_left=budget.left,
        minutes_planned=plan.minutes,
        items=tuple(_item(offers[item.key], also.get(item.key, [])) for item in plan.items),
        done=done.items,
        left_out=tuple(
            LeftOut(
                kind=left.item.kind,
                title=offers[left.item.key].title,
                minutes=left.item.minutes,
                why=f"takes about {left.item.minutes:g} minutes, and {left.left:g} were left",
            )
            for left in too_long[:_LEFT_SHOWN]
        ),
        left_out_total=len(too_long),
    )


def _worth_saying(plan: DayPlan) -> list[Left]:
    """Return what was meant for today and takes too long; more than the next problem was meant for nobody."""
    return [left for left in plan.left_out if left.reason == "too-long" and left.item.kind != "more"]


def _item(offer: Offer, also: list[str]) -> PlanItem:
    why = offer.why + (f"; with it you also do {name_some(also)}" if also else "")
    return PlanItem(
        kind=offer.item.kind,
        title=offer.title,
        minutes=offer.item.minutes,
        why=why,
        problem=offer.problem,
        topic=offer.topic,
        task=offer.task,
        also=tuple(also),
    )


PLANNING = (Verb(plan_today, doing="planning your day"),)
