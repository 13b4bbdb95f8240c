from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.recall import (
    MAX_INTERVAL_DAYS,
    Grade,
    RecallState,
    bring_forward,
    grade_for,
    phase,
    priority,
    recall_probability,
    review,
    stability_score,
    update_bias,
)

START = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
grades = st.sampled_from(list(Grade))
stabilities = st.floats(0.01, 500)
waits = st.floats(0, 1000).map(lambda days: timedelta(days=days))


def state_of(stability: float, difficulty: float = 5.0) -> RecallState:
    """Return a state last reviewed at START."""
    return RecallState(stability, difficulty, START)


@pytest.mark.parametrize(
    ("solved", "with_help", "first_try", "fast", "grade"),
    [
        (False, False, True, True, Grade.AGAIN),
        (False, True, False, False, Grade.AGAIN),
        (True, True, True, True, Grade.HARD),
        (True, False, False, True, Grade.GOOD),
        (True, False, True, False, Grade.GOOD),
        (True, False, True, True, Grade.EASY),
    ],
)
def test_an_outcome_is_a_grade(solved: bool, with_help: bool, first_try: bool, fast: bool, grade: Grade) -> None:
    """Only an unaided, first and fast solve is easy; help makes it hard; no solve is again."""
    assert grade_for(solved=solved, with_help=with_help, first_try=first_try, fast=fast) is grade


@given(stabilities, waits, waits)
def test_recall_falls_with_time(stability: float, one: timedelta, other: timedelta) -> None:
    """Recall is a probability that never rises between reviews."""
    sooner, later = sorted((one, other))
    state = state_of(stability)
    assert 1 >= recall_probability(state, START + sooner) >= recall_probability(state, START + later) > 0


def test_recall_counts_hours() -> None:
    """A topic failed this morning is not remembered for certain tonight, and stability is the time to .9."""
    state = state_of(0.5)
    assert recall_probability(state, START + timedelta(hours=8)) < 0.95
    assert recall_probability(state_of(7.0), START + timedelta(days=7)) == pytest.approx(0.9)


@given(stabilities, waits, st.floats(0.01, 3))
def test_the_bias_moves_recall_its_own_way(stability: float, wait: timedelta, bias: float) -> None:
    """A student who remembers more than the curve says is predicted higher, one who remembers less lower."""
    state, now = state_of(stability), START + wait
    plain = recall_probability(state, now)
    assert recall_probability(state, now, -bias) < plain + 1e-6
    assert recall_probability(state, now, bias) > plain - 2e-6


@given(stabilities, st.floats(1, 10), waits, grades)
def test_a_review_gives_a_better_grade_a_longer_life(
    stability: float, difficulty: float, wait: timedelta, grade: Grade
) -> None:
    """Each grade leaves at least the stability of the grade below, a valid state and a due day in the future."""
    state, now = state_of(stability, difficulty), START + wait
    results = [review(state, each, now) for each in Grade]
    lives = [result.state.stability for result in results]
    assert lives == sorted(lives)
    result = review(state, grade, now)
    assert result.state.stability > 0
    assert 1 <= result.state.difficulty <= 10
    assert 1 <= result.interval_days <= MAX_INTERVAL_DAYS
    assert result.due == now + timedelta(days=result.interval_days)
    assert result.predicted_recall == recall_probability(state, now)


@given(stabilities, st.floats(1, 10), waits)
def test_a_pass_never_shortens_and_a_failure_never_lengthens_stability(
    stability: float, difficulty: float, wait: timedelta
) -> None:
    """Remembering makes a memory last longer, or as long; forgetting never does."""
    state, now = state_of(stability, difficulty), START + wait
    assert review(state, Grade.HARD, now).state.stability >= stability
    assert review(state, Grade.AGAIN, now).state.stability <= stability


def test_a_golden_sequence_of_reviews() -> None:
    """A first review, a good one, a lapse, a recovery the next evening and an easy one give the frozen states."""
    state, now, found = None, START, []
    for days, grade in ((0, Grade.GOOD), (2.5, Grade.GOOD), (9, Grade.AGAIN), (0.8, Grade.GOOD), (3, Grade.EASY)):
        now += timedelta(days=days)
        result = review(state, grade, now)
        state = result.state
        found.append((round(state.stability, 6), round(state.difficulty, 6), result.interval_days))
    assert found == GOLDEN_REVIEWS


GOLDEN_REVIEWS = [
    (2.3065, 2.118104, 2),
    (12.472759, 2.111214, 12),
    (1.584208, 7.392238, 2),
    (3.602689, 7.380074, 4),
    (12.902921, 6.489846, 13),
]


def test_a_night_counts_as_a_day() -> None:
    """A good review after 20 hours strengthens a memory as one after a day does; after an hour it hardly does."""
    state = state_of(2.0)
    night = review(state, Grade.GOOD, START + timedelta(hours=20)).state.stability
    day = review(state, Grade.GOOD, START + timedelta(hours=24)).state.stability
    hour = review(state, Grade.GOOD, START + timedelta(hours=1)).state.stability
    assert night == pytest.approx(day)
    assert night > 1.5 * hour


def test_the_library_reads_no_clock_of_its_own() -> None:
    """The same first review always gives the same result, with no recall predicted before it."""
    first = review(None, Grade.GOOD, START)
    assert first == review(None, Grade.GOOD, START)
    assert first.predicted_recall is None
    assert first.state.last_review == START


def test_times_need_a_zone() -> None:
    """A time without a zone is refused with a sentence wherever one is taken."""
    naive = START.replace(tzinfo=None)
    for refuse in (
        lambda: RecallState(1.0, 5.0, naive),
        lambda: review(None, Grade.GOOD, naive),
        lambda: recall_probability(state_of(1.0), naive),
        lambda: bring_forward(START, naive),
    ):
        with pytest.raises(ValueError, match="time with its zone"):
            refuse()


def test_any_zone_is_the_same_moment() -> None:
    """A review timed in India's zone equals the one timed in UTC."""
    india = timezone(timedelta(hours=5, minutes=30))
    now = START + timedelta(days=3)
    assert review(state_of(3.0), Grade.GOOD, now.astimezone(india)) == review(state_of(3.0), Grade.GOOD, now)


def test_a_review_dated_before_the_last_one_does_not_turn_time_back() -> None:
    """A late note of an earlier review keeps the last review's time."""
    result = review(state_of(3.0), Grade.GOOD, START - timedelta(days=2))
    assert result.state.last_review == START
    assert result.due > START


@given(st.floats(-50, 500))
def test_a_failure_brings_revision_forward(days: float) -> None:
    """The new date is never later than the old one, and a topic that is not due waits a day to a week."""
    due = START + timedelta(days=days)
    found = bring_forward(due, START)
    assert found <= due
    if days > 1:
        assert timedelta(days=1) <= found - START <= timedelta(days=7)
    else:
        assert found == due


def test_the_bias_learns_from_each_error() -> None:
    """Recall better than predicted raises the bias by .02 of the error, forgetting lowers it."""
    assert update_bias(0.1, 0.9, recalled=True) == pytest.approx(0.102)
    assert update_bias(0.1, 0.9, recalled=False) == pytest.approx(0.082)


def test_phases_follow_stability() -> None:
    """The phases change at 2, 7, 21 and 60 days."""
    assert [phase(days) for days in (0.2, 2, 6.9, 7, 21, 59, 60, 400)] == [1, 2, 2, 3, 4, 4, 5, 5]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_priority_rises_as_recall_and_mastery_fall(recall: float, mastery: float, other: float) -> None:
    """The more is forgotten and the weaker the topic, the more urgent, between 1 and 5."""
    low, high = sorted((recall, other))
    assert 1 <= priority(high, mastery) <= priority(low, mastery) <= 5
    low, high = sorted((mastery, other))
    assert priority(recall, high) <= priority(recall, low)


def test_priority_uses_its_whole_range() -> None:
    """A topic well known can wait and one forgotten and weak is urgent."""
    assert priority(1.0, 1.0) == 1
    assert priority(0.3, 0.0) == 5


def test_the_stability_score_is_cut_at_a_hundred() -> None:
    """A stability of 250 days scores 100, one of 12.5 days 12.5."""
    assert (stability_score(250), stability_score(12.5)) == (100, 12.5)
