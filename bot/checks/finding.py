"""A finding: one thing that was looked at, in one sentence with the remedy where one is needed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

State = Literal["good", "open", "broken"]
_MARKS: dict[State, str] = {"good": "✓", "open": "–", "broken": "✗"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. "open" is something that is not there and need not be."""

    state: State
    what: str
    sentence: str

    @property
    def line(self) -> str:
        """Return the finding as a line."""
        return f"{_MARKS[self.state]} {self.what:<10} {self.sentence}"

    @property
    def json(self) -> str:
        """Return the finding as a JSON object on one line."""
        return json.dumps({"state": self.state, "what": self.what, "sentence": self.sentence}, ensure_ascii=False)

    @property
    def broken(self) -> bool:
        """Return whether PrepMate does not work as long as this stays so."""
        return self.state == "broken"


def sentence_of(exc: Exception) -> str:
    """Return an exception's words as a sentence."""
    text = str(exc) or type(exc).__name__
    return text[:1].upper() + text[1:].rstrip(".") + "."


def host_of(address: str) -> str:
    """Return where an address leads, without a password or anything else that could be secret."""
    try:
        named = urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        named = ""
    return named or "an address that cannot be read"
