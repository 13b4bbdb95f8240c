import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.mastery import (
    TOPIC_VARIANCE,
    USER_VARIANCE,
    Belief,
    Difficulty,
    confidence_score,
    improvement_trend,
    initial_difficulty,
    mastery_probability,
    new_topic,
    new_user,
    observe,
    predict,
)

logits = st.floats(-8, 8)
users = st.builds(Belief, logits, st.floats(1e-3, USER_VARIANCE))
topic_beliefs = st.builds(Belief, logits, st.floats(1e-3, TOPIC_VARIANCE), st.floats(-1, 1))
difficulties = st.builds(Difficulty, logits, st.integers(0, 100_000))
topic_lists = st.lists(st.tuples(topic_beliefs, difficulties), max_size=5)


@given(users, topic_lists, difficulties)
def test_a_prediction_is_explained_by_its_three_terms(
    user: Belief, topics: list[tuple[Belief, Difficulty]], problem: Difficulty
) -> None:
    """The strength behind a prediction is exactly you + topic + problem, and p is a probability on its side of .5."""
    found = predict(user, [t for t, _ in topics], [s for _, s in topics], problem)
    assert found.z == pytest.approx(found.you + found.topic + found.problem)
    assert 0 <= found.p <= 1
    assert (found.p - 0.5) * found.z >= 0
    assert found.variance >= user.variance


@given(users, topic_lists, difficulties, st.booleans())
def test_an_outcome_moves_everything_its_own_way(
    user: Belief, topics: list[tuple[Belief, Difficulty]], problem: Difficulty, solved: bool
) -> None:
    """A solve never lowers and a failure never raises a mean or a form, and the population moves the opposite way."""
    beliefs, shifts = [t for t, _ in topics], [s for _, s in topics]
    update = observe(user, beliefs, shifts, problem, solved=solved)
    way = 1 if solved else -1
    assert way * (update.user.mean - user.mean) >= 0
    for before, after in zip(beliefs, update.topics, strict=True):
        assert way * (after.mean - before.mean) >= 0
        assert way * (after.form - before.form) >= 0
        assert -1 <= after.form <= 1
    assert way * update.residual >= 0
    assert way * update.problem_increment <= 0
    assert all(way * increment <= 0 for increment in update.topic_increments)


@given(users, topic_lists, difficulties, st.booleans())
def test_variances_stay_above_zero_and_under_their_caps(
    user: Belief, topics: list[tuple[Belief, Difficulty]], problem: Difficulty, solved: bool
) -> None:
    """No outcome brings a variance to zero or past where a student starts."""
    update = observe(user, [t for t, _ in topics], [s for _, s in topics], problem, solved=solved)
    assert 0 < update.user.variance <= USER_VARIANCE
    assert all(0 < topic.variance <= TOPIC_VARIANCE for topic in update.topics)


@given(users, topic_beliefs, difficulties, logits, logits)
def test_a_harder_problem_is_less_likely_solved(
    user: Belief, topic: Belief, shift: Difficulty, one: float, other: float
) -> None:
    """The prediction falls, or stays, as the difficulty rises."""
    easier, harder = sorted((one, other))
    assert (
        predict(user, [topic], [shift], Difficulty(easier)).p >= predict(user, [topic], [shift], Difficulty(harder)).p
    )


@given(topic_beliefs, difficulties, st.floats(1e-3, USER_VARIANCE), logits, logits)
def test_a_stronger_student_has_more_mastery(
    topic: Belief, shift: Difficulty, variance: float, one: float, other: float
) -> None:
    """The student's own mean moves the mastery of every topic the same way."""
    weaker, stronger = sorted((one, other))
    assert mastery_probability(Belief(weaker, variance), topic, shift) <= mastery_probability(
        Belief(stronger, variance), topic, shift
    )


@given(difficulties, st.floats(-1, 1))
def test_an_increment_is_taken_back(difficulty: Difficulty, increment: float) -> None:
    """Removing what was added leaves the value, to rounding, and the count."""
    again = difficulty.add(increment).remove(increment)
    assert again.seen == difficulty.seen
    assert again.value == pytest.approx(difficulty.value, abs=1e-12)


def test_the_first_attempts_follow_the_formulas() -> None:
    """One solve of a two-topic problem by a new student gives the figures worked out by hand."""
    update = observe(
        new_user(), [new_topic(), new_topic()], [Difficulty(0.0), Difficulty(0.0)], Difficulty(0.0), solved=True
    )
    gain = 1 / (1 + 0.25 * 0.7)
    assert update.prediction.p == 0.5
    assert update.prediction.variance == pytest.approx(0.6 + 0.4 / 4)
    assert update.user.mean == pytest.approx(0.6 * gain * 0.5)
    assert update.user.variance == pytest.approx(0.604 - 0.36 * 0.25 * gain)
    assert update.topics[0].mean == pytest.approx(0.1 * gain * 0.5 * 1.3)
    assert update.topics[0].variance == pytest.approx(min(0.2, 0.205 - 0.01 * 0.25 * gain))
    assert update.topics[0].form == pytest.approx(0.3)
    assert update.problem_increment == pytest.approx(-0.25)
    assert update.topic_increments == pytest.approx((-0.1, -0.1))


def test_a_golden_sequence_of_attempts() -> None:
    """Ten attempts on one topic give the frozen predictions and the frozen end."""
    user, topic, shift = new_user(), new_topic(), Difficulty(0.1, 40)
    predictions = []
    for level, solved in zip((-1, -1, 0, 0, 0.5, 0, 1.2, 0, 0.3, 1.2), (1, 1, 0, 1, 1, 0, 0, 1, 1, 1), strict=True):
        update = observe(user, [topic], [shift], Difficulty(level), solved=bool(solved))
        user, (topic,) = update.user, update.topics
        predictions.append(update.prediction.p)
    assert predictions == pytest.approx(GOLDEN_PREDICTIONS, abs=1e-9)
    assert (user.mean, user.variance) == pytest.approx(GOLDEN_USER, abs=1e-9)
    assert (topic.mean, topic.variance, topic.form) == pytest.approx(GOLDEN_TOPIC, abs=1e-9)


GOLDEN_PREDICTIONS = [
    0.6867756758,
    0.7476345232,
    0.6041063146,
    0.4906526143,
    0.4732892034,
    0.6662663335,
    0.3004669056,
    0.5036992781,
    0.5271803293,
    0.3992898799,
]
GOLDEN_USER = (0.5026084659, 0.282665335)
GOLDEN_TOPIC = (0.4874928743, 0.1780201831, 0.5724798951)


def test_a_problem_without_topics_is_predicted_from_the_student() -> None:
    """Without topics the topic's term is nothing and only the student and the problem move."""
    update = observe(Belief(1.0, 0.3), [], [], Difficulty(1.0), solved=False)
    assert update.prediction.topic == 0
    assert update.topics == ()
    assert update.topic_increments == ()
    assert update.user.mean < 1.0


def test_topics_and_shifts_must_pair() -> None:
    """A shift missing for a topic is refused with a sentence."""
    with pytest.raises(ValueError, match="one shift a topic"):
        predict(new_user(), [new_topic()], [], Difficulty(0.0))


def test_confidence_grows_with_attempts() -> None:
    """Confidence starts at nothing and never falls below it or rises above 100."""
    assert confidence_score(new_topic()) == 0
    seen = [confidence_score(observe(new_user(), [new_topic()], [Difficulty(0)], Difficulty(0), solved=True).topics[0])]
    assert 0 < seen[0] < 100
    assert confidence_score(Belief(0, 1e-9)) == pytest.approx(100)


@pytest.mark.parametrize(
    ("residuals", "trend"),
    [
        ([0.4] * 4, "insufficient-data"),
        ([0.4] * 5, "improving"),
        ([-0.4] * 5, "declining"),
        ([0.4, -0.4] * 4, "stable"),
        ([0.0] * 6, "stable"),
        ([-0.6] * 30 + [0.3] * 10, "improving"),
    ],
)
def test_the_trend_is_that_of_the_last_ten_residuals(residuals: list[float], trend: str) -> None:
    """Better than predicted is improving, worse is declining, and under five attempts nothing is said."""
    assert improvement_trend(residuals) == trend


def test_difficulty_starts_from_level_and_acceptance() -> None:
    """Levels are ordered, a usual acceptance rate changes nothing, and more acceptance is easier to the ends."""
    assert initial_difficulty("easy").value < initial_difficulty("medium").value < initial_difficulty("hard").value
    assert initial_difficulty("medium", 48.0).value == pytest.approx(initial_difficulty("medium").value)
    values = [initial_difficulty("medium", rate).value for rate in (0, 10, 30, 60, 90, 100)]
    assert all(harder >= easier for harder, easier in pairwise(values))
    assert all(math.isfinite(value) for value in values)


def test_an_acceptance_rate_is_in_percent() -> None:
    """A rate outside 0 to 100 is refused with a sentence."""
    with pytest.raises(ValueError, match="in percent"):
        initial_difficulty("easy", 120.0)
