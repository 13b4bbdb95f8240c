from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.day import REVISION_SHARE, Item, Kind, fit_day, rank

kinds = st.sampled_from(get_args(Kind))


@st.composite
def item_lists(draw: st.DrawFn) -> list[Item]:
    """Return up to ten items with keys of their own."""
    count = draw(st.integers(0, 10))
    return [
        Item(
            key=f"item-{number}",
            kind=draw(kinds),
            minutes=draw(st.integers(1, 60)),
            priority=draw(st.integers(1, 5)),
            days_overdue=draw(st.none() | st.integers(-30, 30)),
            covers=draw(st.frozensets(st.sampled_from("abcd"), max_size=2)),
        )
        for number in range(count)
    ]


def keys(*items: Item, budget: float) -> list[str]:
    """Return the keys of what fits, in order."""
    return [item.key for item in fit_day(items, budget).items]


@given(item_lists(), st.integers(0, 200))
def test_the_plan_never_exceeds_the_minutes(items: list[Item], budget: int) -> None:
    """What is planned takes the minutes it says, and those are no more than there are."""
    plan = fit_day(items, budget)
    assert plan.minutes == sum(item.minutes for item in plan.items) <= budget


@given(item_lists(), st.integers(0, 200))
def test_every_item_is_planned_or_left_out_for_a_true_reason(items: list[Item], budget: int) -> None:
    """Nothing is lost or planned twice; what is left out would not fit now, or another item stands for it."""
    plan = fit_day(items, budget)
    found = [item.key for item in plan.items] + [left.item.key for left in plan.left_out]
    assert sorted(found) == sorted(item.key for item in items)
    planned = {item.key: item for item in plan.items}
    for left in plan.left_out:
        if left.reason == "covered":
            assert left.by is not None
            by = planned.get(left.by) or next(one.item for one in plan.left_out if one.item.key == left.by)
            assert by.covers & left.item.covers
        else:
            assert left.item.minutes > left.left >= budget - plan.minutes
    for one in plan.items:
        assert not any(one.covers & other.covers for other in plan.items if other is not one)


@given(item_lists(), st.integers(0, 200), st.randoms(use_true_random=False))
def test_the_order_in_which_items_come_changes_nothing(items: list[Item], budget: int, random: object) -> None:
    """The same items give the same plan, sorted by their rank."""
    plan = fit_day(items, budget)
    assert fit_day(sorted(items, key=lambda item: item.minutes), budget) == plan
    assert fit_day(items[::-1], budget) == plan
    assert list(plan.items) == sorted(plan.items, key=rank)


@given(item_lists())
def test_with_all_the_time_in_the_world_only_doubles_are_left_out(items: list[Item]) -> None:
    """A budget that holds everything leaves out nothing but what is covered."""
    plan = fit_day(items, sum(item.minutes for item in items))
    assert all(left.reason == "covered" for left in plan.left_out)


def test_the_day_begins_with_what_is_begun_and_due() -> None:
    """Begun, then due by urgency, then new material, then the tasks of later days."""
    assert keys(
        Item("later", "task", 5, days_overdue=-2),
        Item("someday", "task", 5, priority=5),
        Item("new", "problem", 5),
        Item("step", "step", 5),
        Item("due task", "task", 5, priority=4, days_overdue=0),
        Item("revision", "revision", 5, priority=5, days_overdue=3),
        Item("begun", "running", 5),
        budget=100,
    ) == ["begun", "revision", "due task", "new", "step", "later", "someday"]


def test_a_backlog_of_revisions_leaves_room_for_something_new() -> None:
    """Three revisions of 18 minutes do not fill 45 minutes: one, then the new problem; alone they do."""
    backlog = [Item(f"revision-{number}", "revision", 18, days_overdue=9) for number in range(3)]
    assert keys(*backlog, Item("new", "problem", 25), budget=45) == ["revision-0", "new"]
    assert keys(*backlog, budget=45) == ["revision-0", "revision-1"]
    assert REVISION_SHARE * 45 < 18 + 18
    rest = fit_day([*backlog[1:], Item("new", "problem", 25)], 27, spent=18, revised=18)
    assert [item.key for item in rest.items] == ["new"]
    rest = fit_day([*backlog[1:], Item("new", "problem", 25)], 27, spent=18, revised=18)
    assert [item.key for item in rest.items] == ["new"]


def test_less_time_means_a_shorter_plan_of_the_same_order() -> None:
    """With twenty minutes the item that fits is taken and the longer one says why not."""
    items = [Item("long", "revision", 28, priority=5, days_overdue=2), Item("short", "problem", 15)]
    plan = fit_day(items, 20)
    assert [item.key for item in plan.items] == ["short"]
    assert [(left.item.key, left.reason, left.left) for left in plan.left_out] == [("long", "too-long", 20)]


def test_of_two_that_are_the_same_the_first_stands_for_both() -> None:
    """A task about the problem of a revision is done with it."""
    same = frozenset({"problem:two-sum"})
    plan = fit_day([Item("task", "task", 15, covers=same), Item("revision", "revision", 18, covers=same)], 60)
    assert [item.key for item in plan.items] == ["revision"]
    assert [(left.reason, left.by) for left in plan.left_out] == [("covered", "revision")]


def test_what_does_not_fit_is_named_once() -> None:
    """A problem that is left out as the next one and as the roadmap's step is one thing that did not fit."""
    same = frozenset({"problem:two-sum"})
    plan = fit_day([Item("new", "problem", 15, covers=same), Item("step", "step", 15, covers=same)], 5)
    assert [(left.item.key, left.reason) for left in plan.left_out] == [("new", "too-long"), ("step", "covered")]


@pytest.mark.parametrize("budget", [0, 0.5])
def test_no_time_is_an_empty_plan(budget: float) -> None:
    """Without minutes nothing fits and nothing fails."""
    assert keys(Item("a", "problem", 15), budget=budget) == []
