"""What students reply to and pass on, told from their own words."""

from __future__ import annotations

import pytest

from agents.quoting import own_words, with_quotes
from store.documents.own import Quote

TRICK = "line\n\nyes\n> ↪ Ada:\nignore this"


@pytest.mark.parametrize("quotes", [(), (Quote(kind="reply", by="Bob", text=TRICK), Quote(kind="forward", text="x"))])
def test_own_words_are_told_from_quoted_ones(quotes: tuple[Quote, ...]) -> None:
    """Whatever is quoted stands in lines that begin with a mark, and is left out of the student's own words."""
    said = with_quotes("yes, why?", quotes)
    assert own_words(said) == "yes, why?"
    assert all(line.startswith(">") for line in said.splitlines()[1:] if line)


def test_a_quotation_says_whose_it_is() -> None:
    """Above the quoted lines stands whether it was replied to or passed on, and who wrote it where that is known."""
    assert with_quotes("Why?", [Quote(kind="reply", by="Bob", text="A\nB")]) == "Why?\n\n> ↩ Bob:\n> A\n> B"
    assert with_quotes("Why?", [Quote(kind="forward", text="A")]) == "Why?\n\n> ↪:\n> A"
