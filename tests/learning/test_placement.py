"""Placement: what an answer changes and which question is worth asking, held against brute force."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.mastery import Belief, Difficulty, new_topic, new_user, observe, predict
from learning.placement import (
    ANSWERS,
    HELP,
    SLOPE,
    VALIDITY,
    Answer,
    Question,
    Standing,
    answer_chance,
    choose_question,
    gain,
    hear,
)

NONE = Difficulty(0.0)
SPREAD = 6.0  # standard deviations over which brute force integrates
STEPS = 61

beliefs = st.builds(Belief, st.floats(-3, 3), st.floats(0.02, 0.6), st.floats(-1, 1))
topic_beliefs = st.builds(Belief, st.floats(-2, 2), st.floats(0.02, 0.2), st.floats(-1, 1))
difficulties = st.builds(Difficulty, st.floats(-3, 3))


def grid(belief: Belief) -> Iterator[tuple[float, float]]:
    """Yield values and unscaled weights of a belief."""
    deviation = math.sqrt(belief.variance)
    for place in range(STEPS):
        node = -SPREAD + 2 * SPREAD * place / (STEPS - 1)
        yield belief.mean + deviation * node, math.exp(-node * node / 2)


def standing(*weights: float, topics: tuple[Belief, ...] = ()) -> Standing:
    """Return a new student's standing on topics a, b, c… of these weights."""
    names = "abcdefgh"[: len(weights)]
    known = dict(zip(names, topics or [new_topic()] * len(weights), strict=True))
    total = sum(weights)
    shares = {name: weight / total for name, weight in zip(names, weights, strict=True)}
    return Standing(new_user(), known, dict.fromkeys(names, NONE), shares)


def sigma(x: float) -> float:
    """Return the logistic function, written anew."""
    return 1 / (1 + math.exp(-x))


def likelihood(strength: float, answer: Answer) -> float:
    """Return a graded response's chance, written anew."""
    at_least = (1.0, sigma(SLOPE * (strength + HELP)), sigma(SLOPE * strength), 0.0)
    grade = {"not-yet": 0, "with-help": 1, "unaided": 2}[answer]
    return at_least[grade] - at_least[grade + 1]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("problem", [-1.0, 0.4])
def test_an_answer_changes_what_bayes_says(answer: Answer, problem: float) -> None:
    """Means and variances of student and topic are those of the joint posterior on a two-dimensional grid."""
    user, topic, shift = Belief(0.3, 0.5), Belief(-0.2, 0.15, 0.5), Difficulty(0.1)
    after = hear(user, topic, shift, Difficulty(problem), answer)
    total = 0.0
    sums = [[0.0, 0.0], [0.0, 0.0]]
    for mu, weight in grid(user):
        for theta, other in grid(topic):
            strength = mu + theta + 0.4 * topic.form - shift.value - problem
            here = weight * other * likelihood(strength, answer)
            total += here
            for place, value in enumerate((mu, theta)):
                sums[place][0] += here * value
                sums[place][1] += here * value * value
    for belief, (first, second) in zip(after, sums, strict=True):
        assert belief.mean == pytest.approx(first / total, abs=1e-6)
        assert belief.variance == pytest.approx(second / total - (first / total) ** 2, abs=1e-6)
    assert after[1].form == topic.form


@given(strength=st.floats(-6, 6))
def test_the_chances_of_the_answers_sum_to_one(strength: float) -> None:
    """Whoever is asked answers one of the three."""
    chances = [answer_chance(strength, answer) for answer in ANSWERS]
    assert sum(chances) == pytest.approx(1)
    assert all(chance > 0 for chance in chances)
    assert chances[0] == pytest.approx(likelihood(strength, "unaided"))


@settings(max_examples=150, deadline=None)
@given(user=beliefs, topic=topic_beliefs, shift=difficulties, problem=difficulties, other=difficulties)
def test_unaided_never_lowers_a_chance_of_the_topic(
    user: Belief, topic: Belief, shift: Difficulty, problem: Difficulty, other: Difficulty
) -> None:
    """After "unaided" no problem of the topic looks harder, after "not yet" none easier; "with help" lies between."""

    def chance(answer: Answer) -> float:
        new_user_belief, new_topic_belief = hear(user, topic, shift, problem, answer)
        return predict(new_user_belief, [new_topic_belief], [shift], other).p

    before = predict(user, [topic], [shift], other).p
    assert chance("unaided") >= before - 1e-12
    assert chance("not-yet") <= before + 1e-12
    assert chance("not-yet") <= chance("with-help") <= chance("unaided")


@settings(max_examples=60, deadline=None)
@given(user=beliefs, topic=topic_beliefs, problem=difficulties, answer=st.sampled_from(ANSWERS))
def test_an_answer_makes_surer(user: Belief, topic: Belief, problem: Difficulty, answer: Answer) -> None:
    """Variances only fall, and stay above zero."""
    for old, new in zip((user, topic), hear(user, topic, NONE, problem, answer), strict=True):
        assert 0 < new.variance < old.variance


def test_saying_counts_less_than_doing() -> None:
    """The slope is that of a self-report that correlates .29 with ability; an attempt moves more than twice as far."""
    variance = 0.8
    correlation = math.sqrt(SLOPE**2 * variance / (SLOPE**2 * variance + math.pi**2 / 3))
    assert correlation == pytest.approx(VALIDITY)
    said, _ = hear(new_user(), new_topic(), NONE, NONE, "unaided")
    done = observe(new_user(), [new_topic()], [NONE], NONE, solved=True).user
    assert 0 < 1.4 * said.mean < done.mean
    assert 0.3 < SLOPE**2 < 0.45


def test_the_gain_is_the_variance_that_the_answer_removes() -> None:
    """Held against brute force over student, asked topic and another: variance before, less what is left on average."""
    now = standing(2, 1, topics=(Belief(0.4, 0.2), Belief(-0.5, 0.1)))
    question = Question("q", "a", Difficulty(0.3))
    asked, other = now.topics["a"], now.topics["b"]
    moments = {answer: [0.0] * 5 for answer in ANSWERS}
    for mu, first in list(grid(now.user))[::2]:
        for theta, second in list(grid(asked))[::2]:
            mastery = sigma(mu + theta)
            strength = mu + theta - 0.3
            for phi, third in list(grid(other))[::3]:
                beside = sigma(mu + phi)
                for answer in ANSWERS:
                    weight = first * second * third * likelihood(strength, answer)
                    sums = moments[answer]
                    for place, value in enumerate((1.0, mastery, mastery**2, beside, beside**2)):
                        sums[place] += weight * value
    total = [sum(sums[place] for sums in moments.values()) for place in range(5)]

    def variance(sums: list[float], place: int) -> float:
        return sums[place + 1] / sums[0] - (sums[place] / sums[0]) ** 2

    expected = 0.0
    for place, weight in ((1, 2 / 3), (3, 1 / 3)):
        left = sum(sums[0] / total[0] * variance(sums, place) for sums in moments.values())
        expected += weight * (variance(total, place) - left)
    assert gain(now, question) == pytest.approx(expected, rel=0.05)
    assert now.uncertainty == pytest.approx(2 / 3 * variance(total, 1) + 1 / 3 * variance(total, 3), rel=1e-3)


def test_the_question_worth_most_is_asked() -> None:
    """A topic with more of the roadmap, or of which less is known, is worth more; equals go in order."""
    questions = [Question(name, name, NONE) for name in "abc"]
    best = choose_question(standing(1, 3, 1), questions)
    assert best is not None
    assert (best.question.topic, best.gain) == ("b", gain(standing(1, 3, 1), questions[1]))
    assert 0 < best.share < 1
    known = standing(1, 1, 1, topics=(Belief(0, 0.05), Belief(0, 0.05), Belief(0, 0.2)))
    surest = choose_question(known, questions)
    assert surest is not None
    assert surest.question.topic == "c"
    equal = choose_question(standing(1, 1, 1), questions)
    assert equal is not None
    assert equal.question.topic == "a"
    assert choose_question(standing(1), []) is None


def test_the_example_is_as_hard_as_says_most() -> None:
    """For a strong student a hard problem tells more than an easy one, for a weak one the other way round."""
    questions = [Question(str(level), "a", Difficulty(level)) for level in (-1.0, 1.2)]
    strong = Standing(Belief(1.5, 0.4), {"a": new_topic()}, {"a": NONE}, {"a": 1.0})
    weak = Standing(Belief(-1.5, 0.4), {"a": new_topic()}, {"a": NONE}, {"a": 1.0})
    for student, level in ((strong, "1.2"), (weak, "-1.0")):
        best = choose_question(student, questions)
        assert best is not None
        assert best.question.key == level


def test_other_topics_hear_of_an_answer_through_the_student_only() -> None:
    """An answer about one topic moves the chances of every other a little, and leaves their own beliefs alone."""
    before = standing(1, 1)
    after = before.after(Question("q", "a", NONE), "unaided")
    assert after.topics["b"] == before.topics["b"]
    assert before.mastery("b") < after.mastery("b") < after.mastery("a")
    assert before.overall < after.overall
    assert after.uncertainty < before.uncertainty
