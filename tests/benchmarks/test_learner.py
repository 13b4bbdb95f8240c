import gzip
import json
import math
from pathlib import Path

import pytest

from benchmarks.__main__ import main as run
from benchmarks.learner import Attempt, group_attempts, is_test_student, main, read_rows
from benchmarks.scores import auc, calibration_error, history_bin, log_loss, rmse_bins

DAY_MS = 86_400_000


def write_attempts(path: Path, students: int = 60, attempts: int = 12) -> Path:
    """Write a log of attempts in which higher items are harder."""
    rows = ["user,pos,item,skill,correct"]
    for user in range(students):
        for position in range(attempts):
            item = (user + position) % 8
            correct = int((item * 37 + user * 11 + position * 5) % 8 >= item)
            rows.append(f"{user},{position},{item},{item % 3},{correct}")
    path.write_text("\n".join(rows) + "\n")
    return path


def write_reviews(path: Path) -> Path:
    """Write a log of three reviews of each of twenty cards, two and seven days apart."""
    rows = ["card,t_ms,rating,ms"]
    moments = [(card, day * DAY_MS, 1 if (card + day) % 5 == 0 else 3) for day in (0, 2, 9) for card in range(20)]
    rows += [f"{card},{1_700_000_000_000 + at},{rating},900" for card, at, rating in moments]
    path.write_text("\n".join(rows) + "\n")
    return path


def json_lines(output: str) -> list[dict[str, object]]:
    """Return the JSON objects among the printed lines."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def test_both_kinds_are_told_apart_by_their_header(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One command reads both kinds of log and prints a JSON line with the measures of each."""
    files = [write_attempts(tmp_path / "attempts.csv"), write_reviews(tmp_path / "reviews.csv")]
    assert main([str(file) for file in files]) == 0
    attempts, reviews = json_lines(capsys.readouterr().out)
    assert attempts["attempts"] == 12 * sum(is_test_student(str(user)) for user in range(60))
    assert {"auc", "log_loss", "ece", "us_per_attempt"} <= attempts.keys()
    assert reviews["reviews"] == 40
    assert {"recall_log_loss", "rmse_bins"} <= reviews.keys()


def test_a_gzipped_file_gives_the_same_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A .csv.gz is read as its .csv is."""
    plain = write_reviews(tmp_path / "reviews.csv")
    packed = tmp_path / "reviews.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert main([str(plain), str(packed)]) == 0
    one, other = json_lines(capsys.readouterr().out)
    assert {**one, "file": ""} == {**other, "file": ""}


def test_rows_of_one_attempt_are_collapsed(tmp_path: Path) -> None:
    """Consecutive rows on one item with other skills are one attempt; the same skill again is the next attempt."""
    file = tmp_path / "log.csv"
    file.write_text("user,pos,item,skill,correct\na,0,1,x,1\na,1,1,y,1\na,2,1,x,0\na,3,2,x,1\nb,0,1,x,1\nb,1,2,x,1\n")
    rows = read_rows(file)
    next(rows)
    assert group_attempts(rows) == {
        "a": [
            Attempt("1", ("x", "y"), correct=True),
            Attempt("1", ("x",), correct=False),
            Attempt("2", ("x",), correct=True),
        ]
    }


def test_a_missed_floor_fails_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command passes over floors that are met and ends with 1 and a sentence at one that is missed."""
    file = str(write_reviews(tmp_path / "reviews.csv"))
    assert main([file, "--floors", "recall_log_loss<=9, rmse_bins<=1"]) == 0
    assert main([file, "--floors", "recall_log_loss<=0.0001"]) == 1
    assert "reviews.csv misses its floor: recall_log_loss is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "floors", "sentence"),
    [
        (None, "", "cannot be read (No such file or directory)"),
        ("a,b\n1,2\n", "", "has the columns a, b: give"),
        ("", "", "has the columns (none): give"),
        ("card,t_ms,rating,ms\n1,5,7,0\n", "", "rating '7' of card 1"),
        ("card,t_ms,rating,ms\n1,5,3,0\n", "", "No review is a day or more"),
        ("card,t_ms,rating,ms\n1,soon,3,0\n", "", "cannot be measured"),
        ("user,pos,item,skill,correct\na,0,1,x,1\n", "", "No test student"),
        ("user,pos,item,skill,correct\na,0,1\n", "", "cannot be measured"),
        ("card,t_ms,rating,ms\n1,0,3,0\n1,200000000,3,0\n", "auc>=0.7", "No file reports 'auc'"),
        ("card,t_ms,rating,ms\n1,0,3,0\n1,200000000,3,0\n", "auc=7", "'auc=7' is not a floor"),
    ],
)
def test_bad_input_gets_a_sentence(
    content: str | None, floors: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be measured ends with 2 and a sentence that names it."""
    file = tmp_path / "log.csv"
    if content is not None:
        file.write_text(content)
    assert main([str(file), "--floors", floors]) == 2
    assert sentence in capsys.readouterr().err


def test_the_dispatcher_lists_and_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--help names the benchmarks, a name runs one, and an unknown name is refused with the known ones."""
    assert run(["--help"]) == 0
    assert "learner" in capsys.readouterr().out
    assert run(["learner", str(write_reviews(tmp_path / "reviews.csv"))]) == 0
    assert run(["nothing"]) == 2
    assert "learner" in capsys.readouterr().err


def test_the_measures_are_as_defined() -> None:
    """Each measure gives the figure worked out by hand."""
    outcomes, predictions = [True, False, True, False], [0.9, 0.2, 0.5, 0.5]
    assert auc(outcomes, predictions) == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert auc([True, True], [0.1, 0.2]) is None
    assert log_loss([True], [0.0]) == pytest.approx(-math.log(1e-4))
    assert log_loss(outcomes, predictions) == pytest.approx(-(math.log(0.9) + math.log(0.8) + 2 * math.log(0.5)) / 4)
    assert calibration_error(outcomes, predictions) == pytest.approx((0.1 + 0.2 + 0) / 4)
    assert rmse_bins(outcomes, predictions, "aabb") == pytest.approx(math.sqrt((2 * 0.05**2 + 0) / 4))
    assert history_bin(1.5, 2, 0) == (0, 1, 0)
    assert history_bin(14.2, 8, 3) == (2, 3, 3)
