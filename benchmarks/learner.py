"""How well the learner predicts: the next attempt (AUC, log loss, calibration) and recall, on real logs.

`python -m benchmarks learner FILE…` reads CSV or gzipped CSV files of two kinds, told apart by their header:

- `user,pos,item,skill,correct`: attempts. Consecutive rows of one user on one item with different skills are one
  attempt. Students with three attempts or more; a fifth of them, by a hash of their name, are the test students. Item
  difficulty and skill shift are learned in one pass over the others, from nothing; each test student is then streamed
  from the first attempt, predicted before it is seen.
- `card,t_ms,rating,ms`: one student's reviews. Recall is predicted before each review; those a day or more after the
  card's last review count. RMSE(bins) has the bins of the srs-benchmark (see `benchmarks.scores.history_bin`).

`--floors "auc>=0.765,log_loss<=0.535"` makes the command fail when a file that reports a measure misses its floor.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.scores import auc, calibration_error, history_bin, log_loss, rmse_bins
from learning.mastery import Belief, Difficulty, Update, new_topic, new_user, observe
from learning.recall import Grade, RecallState, recall_probability, review, update_bias

Figures = dict[str, float | int | None]

ATTEMPT_COLUMNS: Final = frozenset({"user", "pos", "item", "skill", "correct"})
REVIEW_COLUMNS: Final = frozenset({"card", "t_ms", "rating", "ms"})
SHORTEST: Final = 3  # attempts of a student who counts
GRADES: Final = {"1": Grade.AGAIN, "2": Grade.HARD, "3": Grade.GOOD, "4": Grade.EASY}
DAY: Final = timedelta(days=1)
FLOOR: Final = re.compile(r"\s*(\w+)\s*(>=|<=)\s*([0-9.]+)\s*")


class BenchmarkError(Exception):
    """The benchmark cannot run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One student's attempt at one item, with all its skills."""

    item: str
    skills: tuple[str, ...]
    correct: bool


@dataclass
class Population:
    """What the attempts seen so far say of items and skills."""

    items: dict[str, Difficulty] = field(default_factory=dict)
    skills: dict[str, Difficulty] = field(default_factory=dict)

    def add(self, attempt: Attempt, update: Update) -> None:
        """Count one attempt's increments."""
        item = self.items.get(attempt.item, Difficulty(0.0))
        self.items[attempt.item] = item.add(update.problem_increment)
        for skill, increment in zip(attempt.skills, update.topic_increments, strict=True):
            self.skills[skill] = self.skills.get(skill, Difficulty(0.0)).add(increment)


def main(arguments: list[str]) -> int:
    """Print one table and a JSON line a file; 1 when a floor is missed, 2 when the command cannot run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks learner", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .csv or .csv.gz log")
    parser.add_argument("--floors", default="", help="measures and limits, as auc>=0.765,log_loss<=0.535")
    options = parser.parse_args(arguments)
    try:
        floors = parse_floors(options.floors)
        reports = {path: measure(path) for path in options.files}
        print_reports(reports)
        missed = missed_floors(floors, reports)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 2
    for sentence in missed:
        print(sentence, file=sys.stderr)
    return 1 if missed else 0


def measure(path: Path) -> Figures:
    """Return the figures of one file. Raises BenchmarkError when it is missing or of neither kind."""
    rows = read_rows(path)
    header = next(rows, {})
    columns = frozenset(header)
    try:
        if columns >= ATTEMPT_COLUMNS:
            return measure_attempts(group_attempts(rows))
        if columns >= REVIEW_COLUMNS:
            return measure_reviews(list(rows))
    except (ValueError, TypeError) as error:
        raise BenchmarkError(f"{path} cannot be measured: {error}") from error
    raise BenchmarkError(
        f"{path} has the columns {', '.join(header) or '(none)'}: give user,pos,item,skill,correct "
        "or card,t_ms,rating,ms."
    )


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the header (name to name), then the rows, of a CSV file, gzipped when its name ends in .gz."""
    try:
        with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as stream:
            reader = csv.DictReader(stream)
            yield {name: name for name in reader.fieldnames or ()}
            yield from reader
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BenchmarkError(f"{path} cannot be read ({reason}): give a CSV or gzipped CSV file.") from error


def group_attempts(rows: Iterator[dict[str, str]]) -> dict[str, list[Attempt]]:
    """Return each student's attempts in order, for students with three or more."""
    students: dict[str, list[Attempt]] = {}
    for row in rows:
        attempts = students.setdefault(row["user"], [])
        skills = (row["skill"],) if row["skill"] else ()
        last = attempts[-1] if attempts else None
        if last and last.item == row["item"] and not set(skills) <= set(last.skills):
            attempts[-1] = Attempt(last.item, last.skills + skills, last.correct)
        else:
            attempts.append(Attempt(row["item"], skills, float(row["correct"]) >= 0.5))
    return {user: attempts for user, attempts in students.items() if len(attempts) >= SHORTEST}


def is_test_student(user: str) -> bool:
    """Say whether a student is kept from the training: one in five, by a hash of the name."""
    return zlib.crc32(f"pm1:{user}".encode()) % 5 == 0


def measure_attempts(students: dict[str, list[Attempt]]) -> Figures:
    """Return how well the attempts of the test students are predicted."""
    population = Population()
    for user, attempts in students.items():
        if not is_test_student(user):
            for attempt, update in stream(attempts, population):
                population.add(attempt, update)
    tested = [attempts for user, attempts in students.items() if is_test_student(user)]
    started = perf_counter()
    seen = [(attempt.correct, update.prediction.p) for each in tested for attempt, update in stream(each, population)]
    seconds = perf_counter() - started
    if not seen:
        raise ValueError("No test student has three attempts or more: give a longer log.")
    outcomes, predictions = [outcome for outcome, _ in seen], [p for _, p in seen]
    return {
        "train_students": len(students) - len(tested),
        "test_students": len(tested),
        "attempts": len(seen),
        "auc": auc(outcomes, predictions),
        "log_loss": log_loss(outcomes, predictions),
        "ece": calibration_error(outcomes, predictions),
        "us_per_attempt": 1e6 * seconds / len(seen),
    }


def stream(attempts: list[Attempt], population: Population) -> Iterator[tuple[Attempt, Update]]:
    """Yield each attempt of one student with its update, from knowing nothing of the student."""
    unseen, user = Difficulty(0.0), new_user()
    beliefs: dict[str, Belief] = {}
    for attempt in attempts:
        update = observe(
            user,
            [beliefs.get(skill) or new_topic() for skill in attempt.skills],
            [population.skills.get(skill, unseen) for skill in attempt.skills],
            population.items.get(attempt.item, unseen),
            solved=attempt.correct,
        )
        user = update.user
        beliefs.update(zip(attempt.skills, update.topics, strict=True))
        yield attempt, update


def measure_reviews(rows: list[dict[str, str]]) -> Figures:
    """Return how well recall is predicted over one student's reviews, bias included, a day or more apart."""
    states: dict[str, RecallState] = {}
    reviews: dict[str, int] = {}
    lapses: dict[str, int] = {}
    outcomes: list[bool] = []
    predictions: list[float] = []
    bins: list[tuple[int, int, int]] = []
    bias = 0.0
    for row in sorted(rows, key=lambda row: int(row["t_ms"])):
        card, grade = row["card"], GRADES.get(row["rating"])
        if grade is None:
            raise ValueError(f"The rating {row['rating']!r} of card {card} is not 1, 2, 3 or 4.")
        now = datetime.fromtimestamp(int(row["t_ms"]) / 1000, UTC)
        state = states.get(card)
        reviews[card] = reviews.get(card, 0) + 1
        if state is not None and now - state.last_review >= DAY:
            recalled, p = grade is not Grade.AGAIN, recall_probability(state, now, bias)
            outcomes.append(recalled)
            predictions.append(p)
            bins.append(history_bin((now - state.last_review) / DAY, reviews[card], lapses.get(card, 0)))
            bias = update_bias(bias, p, recalled=recalled)
            lapses[card] = lapses.get(card, 0) + (not recalled)
        states[card] = review(state, grade, now).state
    if not outcomes:
        raise ValueError("No review is a day or more after the card's last one: give a longer log.")
    return {
        "cards": len(states),
        "reviews": len(outcomes),
        "recall_log_loss": log_loss(outcomes, predictions),
        "rmse_bins": rmse_bins(outcomes, predictions, bins),
    }


def parse_floors(text: str) -> list[tuple[str, str, float]]:
    """Return the floors of `auc>=0.765,log_loss<=0.535` as (measure, comparison, limit)."""
    floors = []
    for part in filter(str.strip, text.split(",")):
        match = FLOOR.fullmatch(part)
        if not match:
            raise BenchmarkError(f"{part!r} is not a floor: write it as auc>=0.765 or log_loss<=0.535.")
        floors.append((match[1], match[2], float(match[3])))
    return floors


def missed_floors(floors: list[tuple[str, str, float]], reports: dict[Path, Figures]) -> list[str]:
    """Return a sentence for each floor that a file misses. Raises BenchmarkError for a measure no file reports."""
    missed = []
    for measure_name, comparison, limit in floors:
        having = {path: figures[measure_name] for path, figures in reports.items() if measure_name in figures}
        if not having:
            known = sorted({name for figures in reports.values() for name in figures})
            raise BenchmarkError(f"No file reports {measure_name!r}: the measures are {', '.join(known)}.")
        for path, value in having.items():
            met = value is not None and (value >= limit if comparison == ">=" else value <= limit)
            if not met:
                missed.append(
                    f"{path.name} misses its floor: {measure_name} is {_show(value)}, not {comparison} {limit}."
                )
    return missed


def print_reports(reports: dict[Path, Figures]) -> None:
    """Print the figures of all files as one table, then one JSON line a file."""
    measures = list(dict.fromkeys(name for figures in reports.values() for name in figures))
    columns = [[path.name, *(_show(figures.get(name, "")) for name in measures)] for path, figures in reports.items()]
    for cells in zip(["", *measures], *columns, strict=True):
        name, *values = cells
        print(
            f"{name:<16}"
            + "".join(f"{value:>{len(path.name) + 2}}" for path, value in zip(reports, values, strict=True))
        )
    for path, figures in reports.items():
        rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in figures.items()}
        print(json.dumps({"benchmark": "learner", "file": path.name, **rounded}))


def _show(value: float | int | str | None) -> str:
    if isinstance(value, float):
        return f"{value:.4f}" if value < 1 else f"{value:.1f}"
    return "-" if value is None else str(value)
