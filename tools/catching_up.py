"""Catching up: a backlog of revisions spread over some days, the most urgent first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from tools.arguments import check_whole
from tools.backlog import Backlog, read_backlog
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import local_day, say_day, start_of_day
from tools.delays import put_off
from tools.errors import ToolFailed

MOST_DAYS: Final = 60


class CatchUpDay(Result):
    """One day of the plan and its topics, the most urgent first. `already` revisions stood on that day before."""

    day: str
    topics: tuple[str, ...]
    already: int


class CatchUpReceipt(Receipt):
    """A backlog spread over days. `beyond` of the revisions did not fit into the days asked for and come after them."""

    total: int
    days: tuple[CatchUpDay, ...]
    per_day_at_most: int
    beyond: int


async def plan_catch_up(
    context: MentorContext,
    days: Annotated[
        int | None, Field(ge=1, le=MOST_DAYS, description="Over how many days; leave out for as few as will do.")
    ] = None,
) -> CatchUpReceipt:
    """Spread every revision that is due over some days, the most urgent first, within the student's daily number.

    Use it for "I missed a week, help me catch up over 5 days". What does not fit comes on the days after; say so.
    """
    backlog = await read_backlog(context)
    if not backlog.due:
        raise ToolFailed("Nothing is due, so there is nothing to catch up on.")
    if until := backlog.paused_until:
        day = say_day(local_day(until, context.zone), backlog.today)
        raise ToolFailed(f"Revisions are paused until {day}. Say `resume revisions` first.")
    cap = backlog.settings.daily_cap
    if days is not None:
        days = check_whole(days, "Days", lowest=1, highest=MOST_DAYS)
    wanted = days or math.ceil(len(backlog.due) / cap)
    already = Counter((day - backlog.today).days for item, day in backlog.days.items() if day > backlog.today)
    tonight = sum(backlog.days[item.id] == backlog.today for item in backlog.ahead)
    taken = {**already, 0: backlog.done_today + tonight}
    places = spread(len(backlog.due), wanted, cap, taken)
    for schedule, place in zip(backlog.due, places, strict=True):
        if place > 0:
            moment = start_of_day(backlog.today + timedelta(days=place), context.zone)
            await put_off(context, schedule, moment, "catch-up")
    return _receipt(backlog, places, wanted, taken)


def spread(count: int, days: int, cap: int, taken: dict[int, int]) -> list[int]:
    """Return the day, 0 for today, of each of `count` revisions in order; `taken` counts what a day holds already.

    They are spread evenly over `days`, never more than `cap` a day with what is there; the rest comes after.
    """
    even = math.ceil(count / days)
    places: list[int] = []
    day = mine = 0
    while len(places) < count:
        free = mine + taken.get(day, 0) < cap
        if free and (mine < even or day >= days):
            places.append(day)
            mine += 1
        else:
            day, mine = day + 1, 0
    return places


def _receipt(backlog: Backlog, places: Sequence[int], wanted: int, taken: dict[int, int]) -> CatchUpReceipt:
    planned = [
        CatchUpDay(
            day=(backlog.today + timedelta(days=place)).isoformat(),
            topics=tuple(backlog.name(item) for item, at in zip(backlog.due, places, strict=True) if at == place),
            already=taken.get(place, 0),
        )
        for place in sorted(set(places))
    ]
    total, last = len(places), places[-1]
    through = "today" if last == 0 else f"{say_day(backlog.today, backlog.today)} to "
    if last:
        through += say_day(backlog.today + timedelta(days=last), backlog.today)
    line = f"catch-up · {total} revision{'' if total == 1 else 's'} · {through} · {places.count(0)} today"
    return CatchUpReceipt(
        line=line,
        undo_label="catch-up planned" if last else None,
        total=total,
        days=tuple(planned),
        per_day_at_most=backlog.settings.daily_cap,
        beyond=sum(place >= wanted for place in places),
    )


CATCHING_UP = (Verb(plan_catch_up, doing="spreading your revisions", writes=True),)
