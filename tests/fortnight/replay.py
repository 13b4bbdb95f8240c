"""The student as the script's attempts make them: the learner model's formulas replayed on raw facts.

Nothing here knows the tools or the database: problems come from the catalogue's files, attempts from the script, and
the arithmetic is `learning/`. The rules around it (what is a review, when it comes back, what a hint counts) are
written down here a second time, from the learner model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Final

from learning.mastery import (
    Belief,
    Difficulty,
    Prediction,
    improvement_trend,
    initial_difficulty,
    mastery_probability,
    new_topic,
    new_user,
    observe,
    predict,
)
from learning.placement import TAPS, Question, Standing
from learning.planner import BAND
from learning.recall import (
    BIAS_GAIN,
    SAME_SESSION,
    Grade,
    RecallState,
    bring_forward,
    grade_for,
    priority,
    recall_probability,
    review,
    update_bias,
)
from learning.reports import hear, report_weight
from tests.fortnight import facts
from tests.fortnight.catalogue import Catalogue, Fact
from tests.fortnight.script import ZONE

DAY: Final = timedelta(days=1)
FAST: Final = {"easy": 10.0, "medium": 20.0, "hard": 35.0}
USUAL: Final = {"easy": 15.0, "medium": 25.0, "hard": 40.0}
LOOKED_AT: Final = 40
RECALL_MINUTES: Final = 3.0
TASK_MINUTES: Final = 15.0


@dataclass(frozen=True)
class Attempt:
    """A raw attempt: which problem, what came, how many minutes, when."""

    problem: Fact
    outcome: facts.Outcome
    minutes: float | None
    at: datetime
    again: bool
    """Whether it was the review of a topic that had been reviewed before."""

    @property
    def day(self) -> date:
        """Return the student's day."""
        return self.at.astimezone(ZONE).date()


@dataclass(frozen=True)
class Memory:
    """A topic in memory: its state before and after its last review, how often it was reviewed, when it is due."""

    before: RecallState | None
    state: RecallState
    grade: Grade
    interval: int
    reviews: int
    due: datetime
    put_off_from: datetime | None = None

    @property
    def day(self) -> date:
        """Return the student's day on which it is due."""
        return self.due.astimezone(ZONE).date()


@dataclass(frozen=True)
class Task:
    """A task: its title and day, whether it comes again each weekday, whether it is done."""

    title: str
    due: date
    weekdays: bool
    done: date | None = None


@dataclass(frozen=True)
class TopicStep:
    """What an attempt did to a topic: mastery before and after, and when it comes back."""

    before: float
    after: float
    back: date
    interval: int | None
    """Days until it comes back; None where the attempt was no review."""


@dataclass
class Student:
    """Everything that is known of the student at a moment."""

    catalogue: Catalogue
    user: Belief = field(default_factory=new_user)
    topics: dict[str, Belief] = field(default_factory=dict)
    difficulties: dict[str, Difficulty] = field(default_factory=dict)
    shifts: dict[str, Difficulty] = field(default_factory=dict)
    residuals: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)
    bias: float = 0.0
    attempts: list[Attempt] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    promised: dict[str, float] = field(default_factory=dict)
    """The recall that the last review of a topic led one to expect on the day it comes back."""
    imported: list[Fact] = field(default_factory=list)
    """Problems solved unaided before all this, on no known day."""
    scheduled: list[str] = field(default_factory=list)
    """The topics in the order in which they first got a revision."""
    first_revisions: list[date] = field(default_factory=list)
    """Of the topics that the last import brought."""
    rungs: dict[str, int] = field(default_factory=dict)
    notes: list[facts.Noted] = field(default_factory=list)
    told: facts.Told | None = None
    planned: dict[date, list[str]] = field(default_factory=dict)
    steps: dict[str, TopicStep] = field(default_factory=dict)
    placing: Standing | None = None
    """What is believed while a placement's questions are answered."""
    taps: int = 0
    placed: list[tuple[str, str, float, float]] = field(default_factory=list)
    """The placement's topics, what was said of each, how far that alone moved its mastery, and the mastery after."""
    overall: tuple[float, float] = (0.0, 0.0)
    review_problem: dict[str, str] = field(default_factory=dict)
    hints: int = 0
    """Hints that the last attempt had."""

    # --- what is believed

    def mastery(self, topic: str) -> float:
        """Return the chance of an unaided solve of a medium problem of a topic."""
        return mastery_probability(self.user, self.belief(topic), self.shift(topic))

    def predict(self, problem: Fact) -> Prediction:
        """Return the chance of an unaided solve of a problem."""
        beliefs, shifts = [self.belief(topic) for topic in problem.topics], [self.shift(t) for t in problem.topics]
        return predict(self.user, beliefs, shifts, self.difficulty(problem))

    def points(self, topic: str) -> tuple[float, float]:
        """Return the percentage points that the student overall, and the topic, add to the topic's mastery."""
        found = predict(self.user, [self.belief(topic)], [self.shift(topic)], Difficulty(0.0))
        scale = 1 / math.sqrt(1 + 0.3927 * found.variance)
        you, in_topic = (
            100 * (found.p - 1 / (1 + math.exp(-(found.z - term) * scale))) for term in (found.you, found.topic)
        )
        return you, in_topic

    def recall(self, topic: str, at: datetime) -> float:
        """Return the chance that a topic is remembered."""
        return recall_probability(self.memory[topic].state, at, self.bias)

    def trend(self, topic: str) -> str:
        """Return how the last attempts in a topic went against what was predicted."""
        return improvement_trend(self.residuals.get(topic, []))

    def belief(self, topic: str) -> Belief:
        """Return what is believed of a topic."""
        return self.topics.get(topic, new_topic())

    def shift(self, topic: str) -> Difficulty:
        """Return how much harder a topic is to everybody, who is this one student."""
        return self.shifts.get(topic, Difficulty(0.0))

    def difficulty(self, problem: Fact) -> Difficulty:
        """Return how hard a problem is."""
        return self.difficulties.get(problem.slug, initial_difficulty(problem.level))

    # --- what is due and what it takes

    def due(self, today: date) -> list[str]:
        """Return the topics that are due, the most urgent first."""
        return [topic for topic, memory in self.memory.items() if memory.day <= today]

    def urgent(self, at: datetime) -> list[str]:
        """Return the topics that are due, the most urgent first; of equal ones the longest due, the oldest."""
        due = self.due(at.astimezone(ZONE).date())
        place = self.scheduled.index
        return sorted(due, key=lambda t: (-priority(self.recall(t, at), self.mastery(t)), self.memory[t].day, place(t)))

    def minutes(self, level: str) -> float:
        """Return what a problem of a level takes: the student's median of the last twenty, from three on."""
        known = [one.minutes for one in self.attempts if one.problem.level == level and one.minutes is not None]
        return float(round(median(known[-20:]))) if len(known) >= 3 else USUAL[level]

    def open_tasks(self) -> list[Task]:
        """Return the open tasks in the order of their days."""
        return sorted((task for task in self.tasks if task.done is None), key=lambda task: task.due)

    def solved(self) -> set[str]:
        """Return the problems that were ever solved unaided."""
        return {one.problem.slug for one in self.attempts if one.outcome == "unaided"} | self.known()

    def known(self) -> set[str]:
        """Return the problems that were solved before all this."""
        return {problem.slug for problem in self.imported}

    def outcomes(self) -> list[tuple[Fact, facts.Outcome]]:
        """Return every problem with an outcome, what was imported first."""
        past: list[tuple[Fact, facts.Outcome]] = [(problem, "unaided") for problem in self.imported]
        return past + [(one.problem, one.outcome) for one in self.attempts]

    def has_tried(self, topic: str) -> bool:
        """Return whether a problem of a topic was attempted, here or in what was imported."""
        return any(topic in problem.topics for problem, _ in self.outcomes())

    # --- what happens

    def take(self, fact: facts.Fact, at: datetime) -> None:
        """Let a fact be true from a moment on."""
        match fact:
            case facts.Tried():
                self._try(fact, at)
            case facts.Imported(problems):
                self._import([self.catalogue.problems[slug] for slug in problems], at)
            case facts.Tapped():
                self._tap(fact)
            case facts.Rated(topics, grade):
                for topic in topics:
                    self._rate(topic, Grade(grade))
            case facts.PutOff(topic, until):
                self._put_off(topic, until)
            case facts.CaughtUp(days):
                self._catch_up(days, at)
            case _:
                self._write_down(fact, at)

    def _write_down(self, fact: facts.Fact, at: datetime) -> None:
        match fact:
            case facts.Told():
                self.told = fact
            case facts.Planned(title, due, weekdays):
                self.tasks.append(Task(title, due, weekdays))
            case facts.Ticked(title):
                self._tick(title, at.astimezone(ZONE).date())
            case facts.Moved(title, due):
                self.tasks = [
                    replace(task, due=due) if task.title == title and task.done is None else task for task in self.tasks
                ]
            case facts.Hinted(problem):
                self.rungs[problem] = self.rungs.get(problem, 0) + 1
            case facts.Noted():
                self.notes.append(fact)

    def _try(self, fact: facts.Tried, at: datetime) -> None:
        problem = self.catalogue.problems[fact.problem]
        unaided = fact.outcome == "unaided"
        before = {topic: self.mastery(topic) for topic in problem.topics}
        beliefs, shifts = [self.belief(t) for t in problem.topics], [self.shift(t) for t in problem.topics]
        difficulty = self.difficulty(problem)
        update = observe(self.user, beliefs, shifts, difficulty, solved=unaided)
        self.user = update.user
        self.difficulties[problem.slug] = difficulty.add(update.problem_increment)
        for topic, belief, shift, by in zip(
            problem.topics, update.topics, shifts, update.topic_increments, strict=True
        ):
            self.topics[topic], self.shifts[topic] = belief, shift.add(by)
            self.residuals.setdefault(topic, []).append(update.residual)
        minutes = _minutes(fact, at)
        limit = FAST[problem.level]
        grade = grade_for(
            solved=fact.outcome != "stuck",
            with_help=fact.outcome == "with-help",
            first_try=True,
            fast=minutes is not None and minutes <= limit,
        )
        known = {topic for topic in problem.topics if topic in self.memory}
        reviewed = {topic for topic in problem.topics if self._remember(topic, grade, at, unaided=unaided)}
        self.attempts.append(Attempt(problem, fact.outcome, minutes, at, again=bool(known & reviewed)))
        for topic in problem.topics:
            if not unaided:
                self.review_problem[topic] = problem.slug
            elif topic in reviewed or self.review_problem.get(topic) == problem.slug:
                self.review_problem[topic] = self._choose(topic)
        self.hints = self.rungs.pop(problem.slug, 0)
        self.steps = {
            topic: TopicStep(
                before[topic],
                self.mastery(topic),
                self.memory[topic].day,
                self.memory[topic].interval if topic in reviewed else None,
            )
            for topic in problem.topics
        }

    def _choose(self, topic: str) -> str:
        """Return the problem of a topic's next review: the one last failed in it, else an unseen one that fits."""
        last = {problem.slug: outcome for problem, outcome in self.outcomes() if topic in problem.topics}
        order = list(dict.fromkeys(one.problem.slug for one in reversed(self.attempts) if one.problem.slug in last))
        if failed := [slug for slug in order if last[slug] != "unaided"]:
            return failed[0]
        unseen = [fact for fact in self.catalogue.asked if topic in fact.topics and fact.slug not in last]
        return min(unseen[:LOOKED_AT], key=lambda fact: _off_band(self.predict(fact).p)).slug

    def _import(self, problems: list[Fact], at: datetime) -> None:
        """Learn from a list, a little from each; topics without a revision get one, two a day from tomorrow on."""
        weight = report_weight(len(self.imported), len(problems))
        for problem in problems:
            beliefs, shifts = [self.belief(t) for t in problem.topics], [self.shift(t) for t in problem.topics]
            heard = hear(self.user, beliefs, shifts, self.difficulty(problem), solved=True, weight=weight)
            self.user = heard.user
            self.topics |= dict(zip(problem.topics, heard.topics, strict=True))
        self.imported += problems
        today = at.astimezone(ZONE).date()
        new = [topic for topic in dict.fromkeys(t for one in problems for t in one.topics) if topic not in self.memory]
        self.first_revisions = []
        for _ in new:
            day = today + DAY
            while [memory.day for memory in self.memory.values()].count(day) + self.first_revisions.count(day) >= 2:
                day += DAY
            self.first_revisions.append(day)
        self.scheduled += new

    def standing(self) -> Standing:
        """Return what is believed of the roadmap's topics."""
        if self.placing is not None:
            return self.placing
        topics = [topic for _, topic in self.catalogue.places.values()]
        return Standing(
            user=self.user,
            topics={topic: self.belief(topic) for topic in topics},
            shifts={topic: self.shift(topic) for topic in topics},
            weights={topic: topics.count(topic) / len(topics) for topic in topics},
        )

    def question(self, problem: Fact) -> Question:
        """Return a problem as a question about the topic under which the roadmap has it."""
        return Question("", self.catalogue.places[problem.slug][1], self.difficulty(problem))

    def _tap(self, fact: facts.Tapped) -> None:
        """Take an answer; with the fifth, what is believed becomes the prior."""
        question = self.question(self.catalogue.problems[fact.problem])
        before = self.standing()
        self.placing = before.after(question, fact.answer)
        self.taps += 1
        moved = self.placing.mastery(question.topic) - before.mastery(question.topic)
        self.placed.append((question.topic, fact.answer, moved, 0.0))
        if self.taps < TAPS:
            return
        end, self.placing = self.placing, None
        self.overall = (self.standing().overall, end.overall)
        self.user = end.user
        self.topics |= {topic: end.topics[topic] for topic, *_ in self.placed}
        self.placed = [(topic, said, moved, self.mastery(topic)) for topic, said, moved, _ in self.placed]

    def tried_topics(self) -> set[str]:
        """Return the topics with an attempt."""
        return {topic for problem, _ in self.outcomes() for topic in problem.topics}

    def _remember(self, topic: str, grade: Grade, at: datetime, *, unaided: bool) -> bool:
        """Let an attempt count for a topic's revision; return whether it was its review."""
        known, today = self.memory.get(topic), at.astimezone(ZONE).date()
        if known is None:
            self.memory[topic] = _reviewed(None, 0, grade, at)
            self.promised[topic] = self.recall(topic, self.memory[topic].due)
            self.scheduled += [] if topic in self.scheduled else [topic]
            return True
        reviewed_today = known.state.last_review.astimezone(ZONE).date() == today
        if not reviewed_today and (known.day <= today or unaided):
            if at - known.state.last_review >= SAME_SESSION:
                self.bias = update_bias(self.bias, self.recall(topic, at), recalled=grade is not Grade.AGAIN)
            self.memory[topic] = _reviewed(known.state, known.reviews, grade, at)
            self.promised[topic] = self.recall(topic, self.memory[topic].due)
            return True
        if not unaided:
            self.memory[topic] = replace(known, due=bring_forward(known.due, at), put_off_from=None)
        return False

    def _rate(self, topic: str, grade: Grade) -> None:
        known = self.memory[topic]
        at = known.state.last_review
        if known.before and at - known.before.last_review >= SAME_SESSION:
            self.bias += BIAS_GAIN * ((grade is not Grade.AGAIN) - (known.grade is not Grade.AGAIN))
        self.memory[topic] = _reviewed(known.before, known.reviews - 1, grade, at)

    def _put_off(self, topic: str, until: date) -> None:
        known = self.memory[topic]
        moment = datetime.combine(until, time(), ZONE).astimezone(UTC)
        self.memory[topic] = replace(known, due=moment, put_off_from=known.put_off_from or known.due)

    def _catch_up(self, days: int, at: datetime) -> None:
        today, waiting = at.astimezone(ZONE).date(), self.urgent(at)
        each = math.ceil(len(waiting) / days)
        self.planned = {}
        for number, topic in enumerate(waiting):
            day = today + number // each * DAY
            self.planned.setdefault(day, []).append(topic)
            if day > today:
                self._put_off(topic, day)

    def _tick(self, title: str, today: date) -> None:
        task = next(task for task in self.open_tasks() if task.title == title)
        self.tasks[self.tasks.index(task)] = replace(task, done=today)
        if task.weekdays:
            following = max(task.due, today) + DAY
            while following.weekday() >= 5:
                following += DAY
            self.tasks.append(Task(title, following, weekdays=True))


def _reviewed(before: RecallState | None, reviews: int, grade: Grade, at: datetime) -> Memory:
    """Return a topic's memory after a review; due so many of the student's days later."""
    done = review(before, grade, at)
    due = (done.state.last_review.astimezone(ZONE) + done.interval_days * DAY).astimezone(UTC)
    return Memory(before, done.state, grade, done.interval_days, reviews + 1, due)


def _off_band(chance: float) -> float:
    """Return how far a chance is from what teaches most."""
    return max(0.0, BAND[0] - chance, chance - BAND[1])


def _minutes(fact: facts.Tried, at: datetime) -> float | None:
    if fact.minutes is not None or fact.begun is None:
        return fact.minutes
    begun = datetime.combine(at.astimezone(ZONE).date(), time.fromisoformat(fact.begun), ZONE)
    return round((at - begun).total_seconds() / 60, 1)


def replay(catalogue: Catalogue, past: Iterable[tuple[datetime, facts.Fact]]) -> Student:
    """Return the student after some facts; what was taken back never was."""
    standing: list[tuple[datetime, facts.Fact]] = []
    for at, fact in past:
        if isinstance(fact, facts.Undone):
            standing.pop()
        else:
            standing.append((at, fact))
    student = Student(catalogue)
    for at, fact in standing:
        # In UTC: two times of one zone are subtracted as the clock on the wall shows them.
        student.take(fact, at.astimezone(UTC))
    return student
