"""What a student replied to or passed on, below their own words and told from them.

Each line of it begins with "> ", so that nothing in it can pass for what the student says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from store.documents.own import Quote, QuoteKind

MARKS: Final[Mapping[QuoteKind, str]] = {"reply": "↩", "forward": "↪"}
_BEGINNINGS: Final = tuple(f"\n\n> {mark}" for mark in MARKS.values())


def with_quotes(text: str, quotes: Sequence[Quote]) -> str:
    """Return a message with what it quotes."""
    return "\n\n".join([text, *map(_block, quotes)])


def own_words(content: str) -> str:
    """Return what the student said themselves of a message as `with_quotes` gave it."""
    places = [place for beginning in _BEGINNINGS if (place := content.find(beginning)) >= 0]
    return content[: min(places)] if places else content


def _block(quote: Quote) -> str:
    head = f"> {MARKS[quote.kind]} {quote.by or ''}".rstrip()
    return "\n".join([f"{head}:", *(f"> {line}" for line in quote.text.splitlines())])
