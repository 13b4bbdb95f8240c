"""What was read and breaks the contract, told in the log: once for each document and never without end."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

log = logging.getLogger(__name__)

LINES: Final = 20
"""How many documents of one collection are told of; then the doctor is referred to."""


class Oddities:
    """Remembers what was told of one database."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()
        self._lines: Counter[str] = Counter()

    def note(self, collection: str, document_id: Any, oddities: Sequence[str], *, left_out: bool) -> None:
        """Tell what is odd about a document, the first time that it is read."""
        name = str(document_id)[:100]
        if self._lines[collection] > LINES or (collection, name) in self._told:
            return
        self._told.add((collection, name))
        self._lines[collection] += 1
        if self._lines[collection] > LINES:
            log.warning("more documents of %s are odd: prepmate doctor looks at them", collection)
            return
        what = "is left out" if left_out else "is read as far as it can be"
        log.warning("%s %s %s: %s", collection, name, what, "; ".join(oddities)[:500] or "it cannot be read")
