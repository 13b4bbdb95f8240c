"""What fits into a day: items in the order of their urgency, as many as the minutes allow.

An item is taken in its turn if it fits into what is left, else the next is tried. Nothing is squeezed: the order says
what matters, the minutes say how far it goes. The shares and places are hand-set; nobody has measured them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["running", "revision", "problem", "step", "task", "more"]
Reason = Literal["too-long", "covered"]

REVISION_SHARE: Final = 0.6
"""Part of the minutes that revisions may take before new material has had its turn: a backlog must not eat the day."""
_PLACES: Final[dict[Kind, int]] = {"running": 0, "revision": 1, "problem": 2, "step": 3, "task": 4, "more": 5}
_DUE_PLACE: Final = _PLACES["revision"]


@dataclass(frozen=True, slots=True)
class Item:
    """Something that could be done today.

    `minutes` is what it takes, above 0. `priority` is 1 (can wait) to 5 (urgent). `days_overdue` is negative for a day
    ahead, None without a day. `covers` names what it stands for: of two items that share a name one is enough.
    """

    key: str
    kind: Kind
    minutes: float
    priority: int = 3
    days_overdue: int | None = None
    covers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Left:
    """An item that is not in the plan: it takes more minutes than were `left` in its turn, or another covers it.

    What covers it may itself be left out: of the two only that one is worth naming.
    """

    item: Item
    reason: Reason
    left: float
    by: str | None = None


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The items that fit, in the order in which to do them, their minutes together, and those that do not."""

    items: tuple[Item, ...]
    left_out: tuple[Left, ...]
    minutes: float


def fit_day(items: Sequence[Item], budget: float, *, spent: float = 0.0, revised: float = 0.0) -> DayPlan:
    """Return which items fit into `budget` minutes.

    First what was begun, then what is due (revisions, and tasks whose day has come), the most urgent first, then new
    material, then the tasks of later days. Revisions beyond `REVISION_SHARE` of the day, the first one excepted, wait
    until everything else had its turn; the day is `budget` and the `spent` minutes, `revised` of which went to
    revisions. The result does not depend on the order of `items`.
    """
    ranked = sorted(items, key=rank)
    waiting = _beyond_share(ranked, budget + spent, revised)
    turns = [item for item in ranked if item.key not in waiting] + [item for item in ranked if item.key in waiting]
    taken: list[Item] = []
    left_out: list[Left] = []
    left = budget
    for item in turns:
        if other := next((one for one in taken if one.covers & item.covers), None):
            left_out.append(Left(item, "covered", left, other.key))
        elif item.minutes <= left:
            taken.append(item)
            left -= item.minutes
        elif other := next((one.item for one in left_out if one.item.covers & item.covers), None):
            left_out.append(Left(item, "covered", left, other.key))
        else:
            left_out.append(Left(item, "too-long", left))
    return DayPlan(
        items=tuple(sorted(taken, key=rank)),
        left_out=tuple(sorted(left_out, key=lambda one: rank(one.item))),
        minutes=sum(item.minutes for item in taken),
    )


def rank(item: Item) -> tuple[int, int, int, float, str]:
    """Return the place of an item in the day; the lowest comes first."""
    is_due = item.kind == "task" and item.days_overdue is not None and item.days_overdue >= 0
    place = _DUE_PLACE if is_due else _PLACES[item.kind]
    # Without a day after every day: such a task can wait longest.
    overdue = item.days_overdue if item.days_overdue is not None else -100_000
    urgency = (-item.priority, -overdue) if place == _DUE_PLACE else (-overdue, -item.priority)
    return place, *urgency, item.minutes, item.key


def _beyond_share(ranked: Sequence[Item], day: float, used: float) -> Collection[str]:
    """Return the keys of the revisions that have to wait."""
    if all(item.kind == "revision" for item in ranked):
        return set()
    waiting = set()
    for item in ranked:
        if item.kind != "revision":
            continue
        if used and used + item.minutes > REVISION_SHARE * day:
            waiting.add(item.key)
        else:
            used += item.minutes
    return waiting
