"""A list of 300 lines, as people paste them, against what its lines mean."""

from __future__ import annotations

import pytest

from sync.listing import read_list as read_lines
from tests.sync.score import NONE, TODAY, read_list, recognise, repetitions, score


def test_the_list_is_a_hard_one() -> None:
    """It has 300 lines, with at least 40 of other sites and 30 that say again what another line says."""
    text, meant = read_list()
    entries = read_lines(text, TODAY).entries
    assert len(entries) == len(meant) == 300
    foreign = [one for one in entries if one.site or (one.address and one.address.site.platform != "leetcode")]
    assert len(foreign) >= 40
    assert repetitions() >= 30


def test_automatic_matches_are_right() -> None:
    """At least 98 of 100 lines that are matched without a question are matched with what they mean."""
    found = score()
    print(f"precision {found.precision:.4f}, recall {found.recall:.4f}, {found.asked} asked, missed {found.missed}")
    assert found.precision >= 0.98, found.wrong
    assert found.recall >= 0.95, found.missed


def test_what_is_not_certain_is_offered_or_explained() -> None:
    """A line that is not matched has choices or a reason, and what it means is among the choices where it is known."""
    for meant, found in recognise():
        if found.problem is None:
            assert found.choices or found.reason, found.entry.text
            if meant != NONE:
                assert meant in [choice["title"] for choice in found.choices], found.entry.text


@pytest.mark.parametrize("filler", [" ", "\t", "1 ", "- ", "[(", "a,", "*"])
def test_a_line_without_end_is_read_like_any_other(filler: str) -> None:
    """A line as long as a whole message costs no more than a title does; it once took half a minute."""
    text = f"import my solves:\ntwo sum\nvalid parentheses{filler * (15_000 // len(filler))}x"
    read = read_lines(text, TODAY)
    assert read.entries[0].text == "two sum"
