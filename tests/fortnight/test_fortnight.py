"""The fortnight: its page is what the service says, and every figure in it follows from what the student did."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from tests.fortnight.figures import NUMBER, Shown, check, stands_for_itself
from tests.fortnight.play import Fortnight, play
from tests.fortnight.script import DAYS
from tests.fortnight.shown import all_shown
from tests.mongo import SharedServer

PAGE = Path(__file__).parents[2] / "docs" / "fortnight.md"


@pytest.fixture(scope="module")
def fortnight(mongo_server: SharedServer, tmp_path_factory: pytest.TempPathFactory) -> Fortnight:
    """The fortnight, played once."""
    name = f"test_{uuid4().hex[:16]}"
    try:
        return asyncio.run(play(mongo_server.uri, name, tmp_path_factory.mktemp("fortnight")))
    finally:
        mongo_server.drop(name)


@pytest.fixture(scope="module")
def shown(fortnight: Fortnight) -> Sequence[Shown]:
    """Everything that was shown in it, with the student before and after."""
    return all_shown(fortnight.sittings)


def altered(one: Shown) -> Iterator[tuple[str, str]]:
    """Yield each figure of a text with that text in which it is one more."""
    for number in NUMBER.finditer(one.text):
        if not stands_for_itself(one, number.span()):
            other = f"{float(number[0]) + 1:g}"
            yield number[0], one.text[: number.start()] + other + one.text[number.end() :]


def test_the_page_is_what_the_service_says(fortnight: Fortnight) -> None:
    """The transcript in the documentation is, byte for byte, what the service answers to the script."""
    said = "Run `python -m tests.fortnight > docs/fortnight.md`, read what changed, and commit it."
    assert PAGE.read_text(encoding="utf-8") == fortnight.page, said


def test_every_figure_follows_from_the_raw_attempts(shown: Sequence[Shown]) -> None:
    """Each figure that was shown is recomputed from the script's attempts, and none is left that nobody recomputes."""
    assert [(f"{one.at:%d %b %H:%M}", *wrong) for one in shown if (wrong := check(one))] == []


def test_a_wrong_figure_is_noticed(shown: Sequence[Shown]) -> None:
    """Of hundreds of figures, each changed by itself, none passes."""
    figures = [(figure, replace(one, text=text)) for one in shown for figure, text in altered(one)]
    assert len(figures) > 400
    assert [(figure, one.text) for figure, one in figures if not check(one)] == []


def test_a_figure_that_nobody_recomputes_is_noticed(shown: Sequence[Shown]) -> None:
    """A new sentence with a figure of its own fails until somebody says where it comes from."""
    new = replace(shown[-1], text=f"{shown[-1].text}\nThat makes 17 in all.")
    assert any("nobody recomputes '17'" in wrong for wrong in check(new))


def test_the_fortnight_misses_a_weekend_and_crosses_a_change_of_clocks() -> None:
    """Two weeks with a gap on the first weekend, and with a night on the second that has an hour less."""
    days = [day.date for day in DAYS]
    assert (days[-1] - days[0]).days == 13
    assert {day for day in days if day.weekday() >= 5} == {days[-3], days[-2]}
    assert DAYS[-3].begins.utcoffset() != DAYS[-2].begins.utcoffset()
